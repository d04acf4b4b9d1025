"""Real processes that are killed at random moments of their work, and the look at what they left.

A round is whole when the store is what it was before, or what an undisturbed run leaves, to the last row; every
original under its hash, every finished file readable; and the same command then runs to its end.
"""

import contextlib
import hashlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from alembic import command as alembic
from sqlalchemy import MetaData

from core import importing, recounting
from core.backup import restore
from core.imports.reading import read
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store
from core.store.door import migrations

ROOT = Path(__file__).parents[2]
CLOCKS = {"accepted_at", "happened_at", "at", "made_at", "created_at"}  # differ from run to run
DERIVED = {"issued_forecast"}  # kept in a transaction of its own after the batch: all of it or none
FIRST = "0001"
LOOK = 0.005  # seconds between two looks: without a pause they would take a processor from what is looked at
SMALL = "资金下达台账-20220831.xlsx"
BIG = {"batch_row", "tally", "household"}  # nothing refers to their rows


@dataclass(frozen=True)
class Place:
    """A folder of one round: its store, its originals, what it writes."""

    folder: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'county.db'}"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "COUNTY_STORE": self.url,
            "COUNTY_ORIGINALS": str(self.folder / "originals"),
            "COUNTY_LOGS": str(self.folder / "logs"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def copy_from(self, other: "Place") -> "Place":
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(other.folder, self.folder)
        return self


@dataclass(frozen=True)
class Work:
    """What is killed: the words after `python -m core`, what must be there first, what to look at besides."""

    name: str
    arguments: Callable[[Place], list[str]]
    prepare: Callable[[Place], None]
    look: Callable[[Place], None] = lambda _place: None
    logged: frozenset[str] = frozenset()  # where a second run that succeeds again leaves a second line


@dataclass
class Outcome:
    """How the rounds of one work ended."""

    killed: int = 0
    before: int = 0
    after: int = 0
    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return f"杀{self.killed}次：{self.before}次如初，{self.after}次已完成，没有一次在中间"


def start(work: Work, place: Place) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "core", *work.arguments(place)], cwd=ROOT, env=place.environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


def footprint(place: Place) -> tuple[tuple[str, int], ...]:
    """The files that the work touches, by size: it changes when the writing begins."""
    return tuple(
        (str(path), path.stat().st_size)
        for path in sorted(place.folder.rglob("*"))
        if path.is_file() and "logs" not in path.parts and not path.name.endswith("-shm")
    )


def contents(place: Place) -> dict[str, str]:
    """{table: digest of its rows, without clocks}"""
    found = {}
    with contextlib.closing(sqlite3.connect(place.folder / "county.db")) as connection:
        tables = [
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        ]
        for table in sorted(set(tables) - DERIVED):
            columns = [
                row[1] for row in connection.execute(f'pragma table_info("{table}")') if row[1] not in CLOCKS
            ]
            listed = ", ".join(f'"{name}"' for name in columns)
            digest = hashlib.sha256()
            for row in connection.execute(f'select {listed} from "{table}" order by {listed}'):
                digest.update(repr(row).replace(str(place.folder), "").encode())
            found[table] = digest.hexdigest()
    return found


def rounds(work: Work, folder: Path, number: int, seed: int) -> Outcome:
    """Kills the work that often; AssertionError with the seed at the first round that left something in between."""
    ready = Place(folder / "ready")
    ready.folder.mkdir(parents=True)
    work.prepare(ready)
    before = contents(ready)
    undisturbed = Place(folder / "undisturbed").copy_from(ready)
    begun = time.monotonic()
    process, touched, first = start(work, undisturbed), footprint(undisturbed), 0.0
    while process.poll() is None:
        if not first and footprint(undisturbed) != touched:
            first = time.monotonic() - begun
        time.sleep(LOOK)
    whole = time.monotonic() - begun
    assert process.returncode == 0, process.stderr.read()
    after = contents(undisturbed)
    chance = random.Random(seed)
    outcome = Outcome()
    for turn in range(number):
        told = f"{work.name}，seed {seed}，第{turn + 1}次"
        place = Place(folder / "round").copy_from(ready)
        if turn % 3 == 0:
            _kill_after(start(work, place), chance.uniform(0, whole))
        else:
            _kill_writing(start(work, place), place, chance.uniform(0, max(whole - first, 0.02)))
        outcome.killed += 1
        _look_whole(place, before, after, outcome, told)
        work.look(place)
        if turn % 10 == 0:  # the same command again: done, or it says that it was done
            again = start(work, place)
            said = again.communicate()[1]
            assert "Traceback" not in said, f"{told}：{said}"
            found = contents(place)
            assert {table for table in after if found.get(table) != after[table]} <= work.logged, (
                f"{told}：再运行一次后与未受打扰的不同：{said}"
            )
    return outcome


def _kill_after(process: subprocess.Popen, seconds: float) -> None:
    time.sleep(seconds)
    _kill(process)


def _kill_writing(process: subprocess.Popen, place: Place, seconds: float) -> None:
    touched = footprint(place)
    while process.poll() is None and footprint(place) == touched:
        time.sleep(LOOK)
    time.sleep(seconds)
    _kill(process)


def _kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _look_whole(place: Place, before: dict, after: dict, outcome: Outcome, told: str) -> None:
    found = contents(place)
    assert found in (before, after), (
        f"{told}：有表停在中间：{[t for t in found if found[t] not in (before.get(t), after.get(t))]}"
    )
    store = Store(place.url)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok", told
    if before.keys() == after.keys():
        assert store.amiss(COUNTINGS) == [], told
    store.engine.dispose()
    for path in (place.folder / "originals").glob("*"):
        if not path.name.endswith(".part"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name, (
                f"{told}：原件{path.name}不完整"
            )
    if found == before:
        outcome.before += 1
    else:
        outcome.after += 1


# ---- the works ---------------------------------------------------------------------------------------


def taken_in(place: Place, files: list[Path]) -> Store:
    """A real store with these workbooks in force."""
    store, tree = Store.create(place.url, is_demo=False), place_tree()
    recounting.recount(store, by="测试")  # as init does: nothing yet, counted by this program
    kept = os.environ.get("COUNTY_ORIGINALS")
    os.environ["COUNTY_ORIGINALS"] = str(place.folder / "originals")
    try:
        for file in files:
            content = file.read_bytes()
            importing.accept(store, read(content, file.name, None, tree), content, by="测试", confirmed=True)
    finally:
        os.environ.pop("COUNTY_ORIGINALS")
        if kept is not None:
            os.environ["COUNTY_ORIGINALS"] = kept
    return store


def importing_one(books: Path, before: str, after: str) -> Work:
    """An import of a workbook over an older one of its ledger."""

    def prepare(place: Place) -> None:
        taken_in(place, [books / before]).engine.dispose()

    return Work(
        f"导入{after}",
        lambda _place: ["import", str(books / after), "--known-on", "2022-09-01", "--confirm"],
        prepare,
    )


def migrating(demo: Path, *, full: bool) -> Work:
    """A command on a store that the first version wrote: the upgrade comes first."""

    def prepare(place: Place) -> None:
        store = Store(place.url)
        with store.writing() as connection:
            config = migrations()
            config.attributes["connection"] = connection
            alembic.upgrade(config, FIRST)
            old = MetaData()
            old.reflect(connection)
        store.engine.dispose()
        with contextlib.closing(sqlite3.connect(place.folder / "county.db")) as connection, connection:
            connection.execute("attach ? as demo", (str(demo),))
            for table in old.sorted_tables:
                if table.name == "alembic_version" or (table.name in BIG and not full):
                    continue
                columns = ", ".join(f'"{column.name}"' for column in table.columns)
                # 第一版的计数账只到县，省、市的行是后来的升级加的。
                then = "where length(place) >= 6" if table.name == "tally" else ""
                connection.execute(
                    f'insert into "{table.name}" ({columns}) select {columns} from demo."{table.name}" {then}'
                )

    return Work("升级", lambda _place: ["batches"], prepare)


def backing_up(books: Path, small: str) -> Work:
    """A backup: its folder is there whole, or not at all."""

    def prepare(place: Place) -> None:
        taken_in(place, [books / small]).engine.dispose()

    def look(place: Place) -> None:
        if place.out.exists():
            again = f"sqlite:///{place.folder / 'again.db'}"
            restore(again, place.out, lambda _words: None)

    return Work("备份", lambda place: ["backup", str(place.out)], prepare, look)


def reporting(books: Path, small: str, demo: Path, *, full: bool) -> Work:
    """A report: whatever stands under its name is a whole file; the store gets a line in the log at most."""

    def prepare(place: Place) -> None:
        if full:
            shutil.copy(demo, place.folder / "county.db")
        else:
            taken_in(place, [books / small]).engine.dispose()

    def look(place: Place) -> None:
        for path in place.out.glob("*.*x"):
            with zipfile.ZipFile(path) as packed:
                assert packed.testzip() is None, path

    arguments = lambda place: ["report", "bulletin", "--as-of", "2022-08-31", "--out", str(place.out)]  # noqa: E731
    return Work("报告", arguments, prepare, look, frozenset({"journal"}))


def works(books: Path, demo: Path, *, full: bool) -> Iterator[Work]:
    """Everything that writes. The full run adds the national export, whose writing takes seconds."""
    pairs = {"示范片区节点": False, "项目台账": True, "监测对象信息": True}
    for name in (name for name, slow in pairs.items() if slow == full):
        yield importing_one(books, f"{name}-20220731.xlsx", f"{name}-20220831.xlsx")
    yield migrating(demo, full=full)
    yield backing_up(books, SMALL)
    yield reporting(books, SMALL, demo, full=full)
