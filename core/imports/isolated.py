"""Reading an upload in a process of its own, with limits: a hostile file costs that process, never the server.

The whole reading runs there, because a Draft is a tenth of the sheets it came from and the way back is what
costs. Memory and processor time are limited by the system where it can (`resource`: Linux, not Windows); there
the clock waits longer, since a busy server gives a good file only a part of a processor. Elsewhere the clock alone
limits.
"""

import gc
import importlib.util
import io
import logging
import pickle
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from core.draft import Problem
from core.imports.workbook import Refused

MAX_SECONDS = 9  # of processor
PATIENCE = 3  # times as long by the clock, where the system counts the processor's seconds
MAX_MEMORY = 1_000_000_000  # bytes of address space

_ROOT = Path(__file__).parents[2]
_OUT_OF_MEMORY = 3
_OUT_OF_TIME = -24  # ended by SIGXCPU
_SEATS = threading.BoundedSemaphore(2)  # so that many uploads at once do not take many gigabytes
_PLAIN = (
    "core.draft",
    "core.identity",
    "core.imports.",
    "datetime",
    "decimal",
)  # whose classes an answer may hold

P = ParamSpec("P")
T = TypeVar("T")


def isolated(
    work: Callable[Concatenate[bytes, str, P], T],
    content: bytes,
    name: str,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """`work(content, name, …)`, done in another process; its own errors (Refused, UnknownLedger) are raised here.

    `work` is a function of a module, its arguments and its answer plain values. Refused too when the process
    takes longer than MAX_SECONDS, more than MAX_MEMORY, or dies.
    """
    return isolated_for(MAX_SECONDS, work, content, name, *args, **kwargs)


def isolated_for(
    seconds: float,
    work: Callable[Concatenate[bytes, str, P], T],
    content: bytes,
    name: str,
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """`isolated` with another limit of processor time, for work on a file that was read before."""
    request = pickle.dumps((seconds, MAX_MEMORY, work, (content, name, *args), kwargs), 5)
    with (
        _SEATS,
        subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            counts = importlib.util.find_spec("resource") is not None
            answer, _ = process.communicate(request, timeout=seconds * (PATIENCE if counts else 1))
        except subprocess.TimeoutExpired:
            raise _too_long(name, seconds) from None
        finally:
            process.kill()
    if process.returncode == _OUT_OF_TIME:
        raise _too_long(name, seconds)
    if process.returncode == _OUT_OF_MEMORY:
        raise _refused(name, "解开后内容太多的文件")
    if process.returncode != 0:
        raise _refused(name, "解开后内容太多或已损坏的文件")
    result, error, frames = _Answer(io.BytesIO(answer)).load()
    if frames:
        logging.getLogger(__name__).error("reading an upload failed:\n%s", frames)
        fix = "请把这份文件交给系统管理员；也可以用WPS或Excel另存为.xlsx后再试"
        raise Refused(Problem(name, "能读的表格", "读取时出了意外", fix))
    if error:
        raise error
    return result  # type: ignore[no-any-return]


def _too_long(name: str, seconds: float) -> Refused:
    return _refused(name, f"{seconds}秒没有读完的文件")


def _refused(name: str, found: str) -> Refused:
    fix = "请用WPS或Excel打开，只留要上报的表，删去表外的行列，另存为.xlsx后再上传"
    return Refused(Problem(name, "大小正常、内容完整的表格", found, fix))


class _Answer(pickle.Unpickler):
    """Takes plain values alone from a process that has read a stranger's file."""

    def find_class(self, module: str, name: str) -> Any:
        """The class, where it is one of ours that hold values."""
        if not module.startswith(_PLAIN):
            raise pickle.UnpicklingError(f"{module}.{name}")
        found = super().find_class(module, name)
        if not isinstance(found, type) or found.__module__ != module:  # not what a module merely imported
            raise pickle.UnpicklingError(f"{module}.{name}")
        return found


def _limit(seconds: float, memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the clock alone
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds) + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    gc.disable()  # a short life: looking for circles among a million cells costs a tenth of it
    request = pickle.Unpickler(sys.stdin.buffer)
    seconds, memory, work, args, kwargs = request.load()
    _limit(seconds, memory)
    answer: tuple[Any, Exception | None, str] = (None, None, "")
    try:
        answer = (work(*args, **kwargs), None, "")
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    except Exception as error:
        if type(error).__module__.startswith("core."):
            answer = (None, error, "")
        else:  # the message of a foreign error may hold what stood in a cell: only its kind and place are told
            where = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
            answer = (None, None, f"{where}{type(error).__name__}")
    try:
        packed = pickle.dumps(answer, 5)
    except MemoryError:
        sys.exit(_OUT_OF_MEMORY)
    sys.stdout.buffer.write(packed)


if __name__ == "__main__":
    _main()
