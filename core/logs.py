"""The program's log: a line of JSON for each thing that happened, in files that rotate. No person's data.

What a cell, a name or a number was may stand in an error's message and in the values of a database statement. So of
an error only its kind and the lines of the program are written, and its message where it is of the system (a disk,
a database that is away), never of the data.
"""

import json
import logging
import logging.handlers
import secrets
import sys
import time
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy.exc import OperationalError

from core import settings
from core.units import CHINA

FILE_BYTES, FILES = 5_000_000, 10  # the newest and nine older ones: some months of an office
FIELDS = ("number", "seconds", "code", "batch", "page")  # of a record's `extra`, beside the words

DASHBOARD, COMMAND = "dashboard", "command"

log = logging.getLogger("core")


class JsonLines(logging.Formatter):
    """{"at", "level", "who", "what", …} on one line; of an error its kind and where it came from."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, CHINA).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "who": record.name,
            "what": record.getMessage(),
        }
        told |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            told["error"] = described(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


class PlainText(logging.Formatter):
    """The same for a terminal or the system's journal: words, and of an error what JsonLines has of it."""

    def formatException(self, ei: Any) -> str:
        """Kind and place of the error."""
        error = described(ei[1])
        return "\n".join(
            ("Traceback:", *error["where"], error["kind"] + (f"：{error['said']}" if "said" in error else ""))
        )


def described(error: BaseException) -> dict[str, Any]:
    """An error without what the data said: its kind, its lines from the outside in, and what it came from."""
    told: dict[str, Any] = {
        "kind": f"{type(error).__module__}.{type(error).__name__}",
        "where": _where(error.__traceback__),
    }
    if isinstance(error, OperationalError):
        told["said"] = str(error.orig).splitlines()[0]
    elif isinstance(error, OSError):
        told["said"] = error.strerror or ""
    if error.__cause__ is not None:
        told["because"] = described(error.__cause__)
    return told


def _where(trace: TracebackType | None) -> list[str]:
    root = f"{settings.ROOT}/"
    return [f"{f.filename.removeprefix(root)}:{f.lineno} {f.name}" for f in traceback.extract_tb(trace)]


def set_up(program: str) -> None:
    """Begins the log of a program (dashboard, command) in the folder of COUNTY_LOGS. Where it cannot be written, that
    is said once on standard error, and the program goes on."""
    if any(getattr(handler, "program", None) == program for handler in log.handlers):
        return
    log.setLevel(logging.INFO)
    if program == DASHBOARD:
        _speak()
    folder = settings.logs()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = _Rotating(folder / f"{program}.log")
    except OSError as error:
        print(f"日志写不进 {folder}（{error.strerror}），继续运行，但没有日志。", file=sys.stderr)
        return
    handler.program = program
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    for name in ("streamlit", "uvicorn.error"):  # they do not pass on what they say
        logging.getLogger(name).addHandler(handler)


def _speak() -> None:
    """On standard error too, which systemd keeps: our words, and of Streamlit's everything but the message of a page's
    error, which may hold what stood in a cell."""
    shown = logging.StreamHandler()
    shown.setFormatter(PlainText("%(asctime)s %(levelname)s %(message)s %(number)s", defaults={"number": ""}))
    log.addHandler(shown)
    log.propagate = False
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.exc_info is None)


class _Rotating(logging.handlers.RotatingFileHandler):
    """A full disk or a file that another process is turning over costs log lines, never the program."""

    program: str = ""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=FILE_BYTES, backupCount=FILES - 1, encoding="utf-8")
        path.chmod(0o600)

    def handleError(self, record: logging.LogRecord) -> None:
        """Nothing: there is no better place to say it."""


def error_number() -> str:
    """Six digits for a reader to read out over the telephone; the log has them beside the error."""
    return f"{secrets.randbelow(900_000) + 100_000}"


class Clock:
    """Seconds since it was made, by a clock that is never set back."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Rounded to the millisecond."""
        return round(time.monotonic() - self._begun, 3)
