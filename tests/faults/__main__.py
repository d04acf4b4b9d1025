"""`make faults`: fifty kills of each kind of work, then every other bad day. Prints what held, writes data/faults.json."""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from core import demo_store
from tests.faults.driver import ROOT, rounds, works

TIMES = 50


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--times", type=int, default=TIMES)
    words.add_argument("--seed", type=int, default=random.randrange(10**6))
    words.add_argument("--only", default="", help="the beginning of a work's name")
    asked = words.parse_args()
    written = ROOT / "data" / "faults.json"
    found: dict[str, object] = (
        json.loads(written.read_text("utf-8")) if asked.only and written.exists() else {}
    )
    with tempfile.TemporaryDirectory(prefix="county-faults-") as name:
        folder = Path(name)
        books = folder / "books"
        subprocess.run(
            [sys.executable, "-m", "core", "demo", "--out", books],
            cwd=ROOT,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        demo_store.load(f"sqlite:///{folder / 'demo.db'}", books, lambda _words: None)
        for number, work in enumerate(works(books, folder / "demo.db", full=True)):
            if not work.name.startswith(asked.only):
                continue
            begun = time.monotonic()
            outcome = rounds(work, folder / str(number), asked.times, asked.seed + number)
            print(f"{work.name}：{outcome}（{time.monotonic() - begun:.0f}秒）", flush=True)
            found[work.name] = {
                "seed": asked.seed + number,
                "killed": outcome.killed,
                "before": outcome.before,
                "after": outcome.after,
            }
    if not asked.only:
        subprocess.run(
            [sys.executable, "-m", "pytest", "-n", "0", "-rs", "tests/faults/test_bad_days.py"],
            cwd=ROOT,
            check=True,
        )
    written.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
