"""One spoiled workbook through the import as a clerk meets it: read apart, compared, described, marked, accepted.

The reading runs under the importer's own limits of time and memory, in a fork of this process instead of a fresh
interpreter: the same code and the same limits, forty times faster.
"""

import contextlib
import json
import logging
import os
import re
import resource
import select
import shutil
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

from core import importing
from core.draft import Draft, Problem
from core.imports import isolated
from core.imports.reading import UnknownLedger
from core.imports.workbook import Refused
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store, StoreError
from tests.fuzz.mutations import Book, read, spoiled

TREE = place_tree()
ACCIDENT = "读取时出了意外"
FOREIGN = re.compile(r"Traceback|\b\w+(Error|Exception)\b|\bNone\b|object at 0x|File \"")
SMALL = (
    "资金下达台账",
    "资金支付台账",
    "示范片区节点",
    "信访件台账",
    "问题整改台账",
    "扶贫项目资产台账",
    "项目台账",
    "项目库",
    "指标月报",
    "监测对象信息",
)


class Failed(AssertionError):
    """What a clerk must never meet."""


class Forked:
    """As subprocess.Popen runs the reader, by a fork."""

    def __init__(self, _command, **_how):
        self.returncode = None

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def communicate(self, request, timeout):
        out, into = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._child(request, into)
        os.close(into)
        answer, until = bytearray(), time.monotonic() + timeout
        try:
            while True:
                if not select.select([out], [], [], max(0, until - time.monotonic()))[0]:
                    os.kill(self.pid, signal.SIGKILL)
                    raise isolated.subprocess.TimeoutExpired("read", timeout)
                block = os.read(out, 1 << 16)
                if not block:
                    break
                answer += block
        finally:
            os.close(out)
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return bytes(answer), None

    def kill(self):
        """Nothing is left to kill."""

    @staticmethod
    def _child(request, into):
        code = 1
        try:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            answer = BytesIO()
            sys.stdin, sys.stdout = SimpleNamespace(buffer=BytesIO(request)), SimpleNamespace(buffer=answer)
            isolated._main()
            with open(into, "wb") as pipe:
                pipe.write(answer.getvalue())
            code = 0
        except SystemExit as ended:
            code = ended.code
        finally:
            os._exit(code if isinstance(code, int) else 1)


def processor_seconds():
    """What this process and its readers took of the processor, however busy the machine is."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


@contextlib.contextmanager
def forking():
    """The importer reads in forks within this block; gives the list of what its readers' errors said."""
    real, said = isolated.subprocess, []

    class Listening(logging.Handler):
        def emit(self, record):
            said.append(record.getMessage())

    isolated.subprocess = SimpleNamespace(
        Popen=Forked, PIPE=real.PIPE, DEVNULL=real.DEVNULL, TimeoutExpired=real.TimeoutExpired
    )
    listening = Listening()
    logging.getLogger(isolated.__name__).addHandler(listening)
    try:
        yield said
    finally:
        isolated.subprocess = real
        logging.getLogger(isolated.__name__).removeHandler(listening)


def originals_of(demo: Path, real: Path | None) -> list[Book]:
    """The books to spoil: the newest of each small ledger of the demo, and the real tables where they are."""
    paths = [max(demo.glob(f"{name}-2022*.xlsx")) for name in SMALL]
    paths += sorted(real.glob("*.xlsx")) if real else []
    return [read(path) for path in paths]


@dataclass
class Tried:
    """What came of all inputs."""

    inputs: int = 0
    ends: Counter = field(default_factory=Counter)
    slowest: float = 0
    slowest_seed: int = 0


class Trial:
    """Inputs, one after another, against one small store that must never change but by a whole acceptance."""

    def __init__(self, books: list[Book], folder: Path) -> None:
        self.books = books
        self.folder = folder
        self.url = f"sqlite:///{folder / 'empty.db'}"
        self.store = Store.create(self.url, is_demo=False)
        with self.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")  # the file alone is copied
        self.before = self._rows(self.store)
        self.tried = Tried()

    def one(self, seed: int, said: list[str]) -> None:
        """Failed, with the seed and what was done, when anything is met that must not be."""
        name, content, done = spoiled(seed, self.books)
        said.clear()
        begun = processor_seconds()
        try:
            end = self._examined(seed, name, content)
        except Exception as error:
            raise Failed(
                f"seed {seed}: {' → '.join(done)}: {type(error).__name__}: {error}\n{''.join(said)}"
            ) from error
        seconds = processor_seconds() - begun
        if seconds > self.tried.slowest:
            self.tried.slowest, self.tried.slowest_seed = seconds, seed
        self.tried.inputs += 1
        self.tried.ends[end] += 1

    def _examined(self, seed: int, name: str, content: bytes) -> str:
        as_of = date(2022, 8, 31) if seed % 3 else None
        try:
            draft, changes = importing.examine(
                self.store, content, name, TREE, as_of=as_of, needs_date=bool(seed % 2)
            )
        except Refused as refused:
            self._proper([refused.problem])
            return "读不出，已说明"
        except UnknownLedger as unknown:
            described = unknown.described
            json.dumps(described.as_dict(), ensure_ascii=False, allow_nan=False)
            self._proper(described.problems)
            return "不是台账，当作表格读出"
        finally:
            if self._rows(self.store) != self.before:
                raise Failed("检查一份表格改动了库")
        json.dumps(changes, ensure_ascii=False, allow_nan=False)
        self._proper(draft.problems)
        if seed % 10 == 0:
            with contextlib.suppress(Refused):
                importing.marked(content, draft.file_name, draft.problems)
        return self._accepted(draft, content)

    def _accepted(self, draft: Draft, content: bytes) -> str:
        own = self.folder / "own.db"
        for part in ("", "-wal", "-shm"):
            Path(f"{own}{part}").unlink(missing_ok=True)
        shutil.copy(self.folder / "empty.db", own)
        store = Store(f"sqlite:///{own}")
        try:
            importing.accept(store, draft, content, by="测试", confirmed=True)
            end = "接收"
        except StoreError as error:
            self._proper([Problem("", "", "", str(error))])
            end = "有问题，整份不收"
        found = self._rows(store)
        if end == "接收" and (found["batch"] != 1 or store.amiss(COUNTINGS)):
            raise Failed(f"接收后不完整：{store.amiss(COUNTINGS)}")
        if end != "接收" and found != self.before:
            raise Failed("没有接收，却写了一部分")
        store.engine.dispose()
        return end

    @staticmethod
    def _proper(problems) -> None:
        for problem in problems:
            words = str(problem)
            if ACCIDENT in words or "秒没有读完" in words:
                raise Failed(words)
            if FOREIGN.search(f"{problem.expected}{problem.fix}"):
                raise Failed(f"这不是给读者看的话：{words}")

    @staticmethod
    def _rows(store: Store) -> dict[str, int]:
        with store.engine.connect() as connection:
            tables = (
                connection.exec_driver_sql("select name from sqlite_master where type = 'table'")
                .scalars()
                .all()
            )
            return {t: connection.exec_driver_sql(f'select count(*) from "{t}"').scalar_one() for t in tables}
