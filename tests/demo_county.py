"""The demo county that the tests read: its workbooks, and the store loaded from them."""

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
os.environ.setdefault("COUNTY_SECRET", "the tests' own key")  # else the first import would make data/secret


def workbooks(folder: Path) -> Path:
    """All workbooks with manifest.csv, as the command writes them."""
    command = [sys.executable, "-m", "core", "demo", "--out", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return folder


def store(path: Path, books: Path, originals: Path) -> Path:
    """The store's file, as `init --demo` makes it; under its name only when it is whole."""
    from core import demo_store

    os.environ["COUNTY_ORIGINALS"] = str(originals)
    making = path.with_name("making.db")
    demo_store.load(f"sqlite:///{making}", books, lambda _words: None)
    for part in ("", "-wal", "-shm"):
        if Path(f"{making}{part}").exists():
            shutil.move(f"{making}{part}", f"{path}{part}")
    return path


if __name__ == "__main__":
    gc.disable()  # a short life, and nothing in it goes round in a circle
    shared = Path(sys.argv[1])
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(parents=True)
    store(shared / "demo.db", workbooks(shared / "demo-workbooks"), shared / "originals")
