"""Writes requirements.txt and tests/requirements.txt from pyproject.toml: every package at an exact version, a
comment beside each direct one saying what it is for."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUIET = ["--quiet", "--strip-extras", "--no-header", "--no-annotate", "--no-emit-index-url"]
QUIET += ["--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options"]


def reasons() -> dict[str, str]:
    """{package: what it is for}, from the comments in pyproject.toml."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    return dict(re.findall(r'^    "([\w-]+)",\s+# (.+)$', text, re.M))


def lock(target: str, *more: str) -> None:
    """Compiles one file and writes the reasons beside the direct dependencies."""
    path = ROOT / target
    command = [sys.executable, "-m", "piptools", "compile", *QUIET, *more, "-o", str(path), "pyproject.toml"]
    subprocess.run(command, cwd=ROOT, check=True)
    why = reasons()
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
    told = [f"{line:<38}# {why[name]}" if (name := line.split("==")[0]) in why else line for line in lines]
    path.write_text(
        "# 由 make lock 从 pyproject.toml 生成，请勿手改。\n" + "\n".join(told) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    lock("requirements.txt")
    lock("tests/requirements.txt", "--extra", "test", "-c", "requirements.txt")
