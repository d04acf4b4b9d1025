"""`python -m core …` as a process of its own, as a clerk calls it, forked from one that has the program in memory: the
same process but for the second that it takes to read the program from disk."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
_starter = multiprocessing.get_context("forkserver")
_starter.set_forkserver_preload(
    ["core.__main__", "core.demo_store", "core.imports.reading", "core.reports.catalogue"]
)


def _run(arguments: list[str], environment: dict[str, str], out: str, err: str) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for name, descriptor in ((os.devnull, 0), (out, 1), (err, 2)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, descriptor)
    sys.argv = ["python -m core", *arguments]
    from core.__main__ import app

    app(prog_name="python -m core")


def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Its exit code and what it said, on standard output and on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        words = [str(argument) for argument in arguments]
        process = _starter.Process(
            target=_run, args=(words, {**os.environ, **environment}, str(out), str(err))
        )
        process.start()
        process.join()
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess(words, process.exitcode or 0, *said)
