"""`python -m core …` and `python -m streamlit run …` as processes of their own, as people call them, forked from one that
has the program in memory: the same processes but for the seconds that it takes to read the program from disk."""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
_starter = multiprocessing.get_context("forkserver")
_starter.set_forkserver_preload(
    [
        "core.__main__", "core.demo_store", "core.imports.reading", "core.reports.catalogue",
        "core.meeting.routes", "core.serving.middleware", "pages.pieces.live", "streamlit.web.cli", "streamlit.web.bootstrap",
    ]
)  # fmt: skip


def _become(environment: dict[str, str], out: str, err: str) -> None:
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for name, descriptor in ((os.devnull, 0), (out, 1), (err, 2)):
        opened = os.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        os.dup2(opened, descriptor)


def _run(arguments: list[str], environment: dict[str, str], out: str, err: str) -> None:
    _become(environment, out, err)
    sys.argv = ["python -m core", *arguments]
    from core.__main__ import app

    app(prog_name="python -m core")


def _serve(script: str, port: int, environment: dict[str, str], log: str) -> None:
    _become(environment, log, log)
    sys.argv = ["streamlit", "run", script, "--server.port", str(port)]
    from streamlit.web.cli import main

    main(prog_name="streamlit")


def _started(work: Callable[..., None], *arguments: object) -> BaseProcess:
    process = _starter.Process(target=work, args=arguments)
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("nobody")  # it would begin with pytest, or a page that ran in a test
    try:
        process.start()
    finally:
        sys.modules["__main__"] = ours
    return process


def serve(script: Path, port: int, log: Path, **environment: str) -> BaseProcess:
    """A server of this script on a port, which says into the log what it has to say; whoever started it ends it."""
    log.write_text("")
    return _started(_serve, str(script), port, {**os.environ, **environment}, str(log))


def run(*arguments: object, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Its exit code and what it said, on standard output and on standard error."""
    with tempfile.TemporaryDirectory() as folder:
        out, err = Path(folder, "out"), Path(folder, "err")
        words = [str(argument) for argument in arguments]
        process = _started(_run, words, {**os.environ, **environment}, str(out), str(err))
        process.join()
        said = [path.read_text(encoding="utf-8") if path.exists() else "" for path in (out, err)]
    return subprocess.CompletedProcess(words, process.exitcode or 0, *said)
