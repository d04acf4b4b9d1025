"""The only door to the database.

`accept`, `withdraw` and `reinstate` write, each in one transaction with the tallies it changes;
`snapshot(scope, as_of, known_by)` reads. Nothing is ever edited or deleted.
"""

import gc
import hashlib
import json
from bisect import bisect_right
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import wraps
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, ParamSpec, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Integer, Table, case, func, insert, literal_column, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from core import database, journal, settings, trouble
from core.count import Baseline, BaselineHousehold, Counting, Picture, State
from core.database import CHUNK, open_engine, own
from core.draft import Draft, DraftRow
from core.identity import keyed_hash, masked
from core.ledgers import LEDGERS
from core.scope import OutOfScope, Scope
from core.tables.batches import Batch, BatchRow, Coverage, Event, StoreInfo
from core.tables.identities import Identity
from core.tables.regions import Region
from core.tables.tallies import Published, Series, Tally
from core.timeline import BatchFact, EventFact, Mention, Timeline
from core.units import CHINA

ALWAYS = 2**53  # a moment after every other: what is known now

Countings = Mapping[str, Counting]
T = TypeVar("T")
P = ParamSpec("P")

REPORTING = "reporting"  # tallied at the county, so that pages above it need not read any county's batches
REMEMBERED = 4096  # readings a process keeps: some 30 counties with their townships


class StoreError(RuntimeError):
    """The store cannot do this; the message says in Chinese why, and what to do."""


def moment(on: date | datetime, *, end_of_day: bool = False) -> int:
    """Seconds since 1970 (UTC) of a moment, or of a day's first (or last) second in China."""
    if isinstance(on, datetime):
        return int((on if on.tzinfo else on.replace(tzinfo=CHINA)).timestamp())
    start = datetime(on.year, on.month, on.day, tzinfo=CHINA)
    return int(start.timestamp()) + (86399 if end_of_day else 0)


def as_number(on: date) -> int:
    """2022-08-31 -> 20220831, as tallies keep days."""
    return on.year * 10000 + on.month * 100 + on.day


@dataclass(frozen=True)
class BatchLine:
    """A batch as the list shows it."""

    id: int
    ledger: str
    file_name: str
    file_hash: str
    as_of: date
    known_on: date
    accepted_at: datetime
    accepted_by: str
    is_backfilled: bool
    rows: int
    in_force: bool
    missing: tuple[str, ...]  # codes of the units it should have had and did not
    events: tuple[tuple[str, datetime, str], ...]


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "tables" / "migrations"))
    return config


def _upgrade(connection: Connection) -> None:
    config = _migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _content_hash(row: DraftRow) -> bytes:
    content = json.dumps(
        [row.key, row.leaf, row.period, dict(row.values)], sort_keys=True, default=str, ensure_ascii=False
    )
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def _chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Remembered:
    """What was read lately, shared by all visitors of a process. Keys hold the version of the place that they speak
    of, so that nothing need be taken out when a batch comes in: what is old is asked for no more."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self.most = most
        self._held: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._making: dict[tuple[Any, ...], Lock] = {}
        self._lock = Lock()

    def find(self, key: tuple[Any, ...]) -> Any:
        """What stands under a key, None when nothing does."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: tuple[Any, ...], value: Any) -> None:
        """Keeps a value, and lets go of the one asked for longest ago."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > self.most:
                self._held.popitem(last=False)

    def get(self, key: tuple[Any, ...], read: Callable[[], T]) -> T:
        """What stands under a key, else what `read` gives. Whoever asks while it is being made waits for it: fifty
        pages that show a new import would make it fifty times."""
        value: T | None = self.find(key)
        if value is None:
            with self._lock:
                making = self._making.setdefault(key, Lock())
            with making:
                value = self.find(key)
                if value is None:
                    value = read()
                    self.keep(key, value)
            with self._lock:
                self._making.pop(key, None)
        return value


def once_for_all(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keeps what a costly function gave for its last `most` arguments, as `Remembered` keeps it."""

    def kept(make: Callable[P, T]) -> Callable[P, T]:
        held = Remembered(most)

        @wraps(make)
        def get(*args: P.args, **more: P.kwargs) -> T:
            return held.get(args, lambda: make(*args, **more))

        return get

    return kept


class Store:
    """A county's store at a SQLAlchemy URL. Open it with `Store.open`, make it with `Store.create`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = open_engine(url)
        self.remembered = Remembered()
        self._series: dict[int, str] = {}
        self._is_demo: bool | None = None

    @classmethod
    def create(cls, url: str, *, is_demo: bool) -> "Store":
        """Makes the tables of an empty store; StoreError when there is one already."""
        store = cls(url)
        with store.making() as connection:
            connection.execute(insert(StoreInfo).values(id=1, is_demo=is_demo, created_at=datetime.now(UTC)))
        return store

    @contextmanager
    def making(self) -> Iterator[Connection]:
        """The transaction that makes a store's tables and may fill them; StoreError when there is one already."""
        file = self.engine.url.database
        if self.engine.dialect.name == "sqlite" and file and file != ":memory:":
            Path(file).parent.mkdir(parents=True, exist_ok=True)
            Path(file).touch(mode=0o600)  # names stand in it; SQLite gives its -wal the same rights
        with self._reached(), self.writing() as connection:
            database.lock(connection, "schema")
            if MigrationContext.configure(connection).get_current_revision():
                raise StoreError(f"{self.shown_url} 已经有数据库。要重新建立，请先备份并移走它。")
            _upgrade(connection)
            yield connection

    @classmethod
    def open(cls, url: str) -> "Store":
        """Opens a store, upgrading an older one; StoreError when there is none, or a newer one."""
        store = cls(url)
        file = store.engine.url.database
        if store.engine.dialect.name == "sqlite" and file and file != ":memory:" and not Path(file).exists():
            raise StoreError(
                f"没有找到数据库 {store.shown_url}。请先运行 python -m core init（演示数据加 --demo）。"
            )
        script = ScriptDirectory.from_config(_migrations())
        with store._reached(), store.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current is None:
            raise StoreError(
                f"{store.shown_url} 里还没有数据。请先运行 python -m core init（演示数据加 --demo）。"
            )
        if current not in {revision.revision for revision in script.walk_revisions()}:
            raise StoreError(
                f"{store.shown_url} 由更新的版本写成（{current}），本程序打不开它。请升级程序，或用旧备份恢复。"
            )
        if current != script.get_current_head():
            with store.writing() as connection:
                database.lock(connection, "schema")
                _upgrade(connection)
                store._report_anew(connection)
        return store

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Says in a sentence that the database cannot be opened."""
        try:
            yield
        except DatabaseError as error:
            words = trouble.in_words(error) or trouble.DAMAGED
            raise StoreError(f"{self.shown_url} {words}") from error

    @property
    def shown_url(self) -> str:
        """The address without a password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def _accepting(self) -> Iterator[Connection]:
        """A writing transaction for a whole workbook, without the garbage collector: hundreds of thousands of rows and
        counts, none of them in a cycle, of which it would look at all again and again."""
        was_on = gc.isenabled()
        gc.disable()
        try:
            with self.writing() as connection:
                yield connection
        finally:
            if was_on:
                gc.enable()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write: whole or not at all. For the doors beside this one (accounts, tasks, …).
        StoreError when the database is locked, full, damaged or away."""
        try:
            with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
                yield connection
        except DatabaseError as error:
            words = trouble.in_words(error)
            if words is None:
                raise
            raise StoreError(f"{self.shown_url} {words}") from error

    def is_demo(self) -> bool:
        """True for a store that was made for demo data: everything in it is 演示数据."""
        if self._is_demo is None:
            with self.engine.connect() as connection:
                self._is_demo = bool(connection.execute(select(col(StoreInfo.is_demo))).scalar_one())
        return self._is_demo

    def version(self, place: str = "") -> int:
        """How often the figures under a place (the whole store, a province, city or county) have changed.

        It changes exactly when one of them may have. Townships and villages have their county's.
        """
        return self.versions([place]).get(place[:6], 0)

    def versions(self, places: Iterable[str]) -> dict[str, int]:
        """{province, city or county: its version}, of those that have figures."""
        found: dict[str, int] = {}
        with self.engine.connect() as connection:
            for chunk in _chunks(sorted({place[:6] for place in places})):
                asked = select(col(Published.place), col(Published.version))
                rows = connection.execute(asked.where(col(Published.place).in_(chunk)))
                found.update((row.place, row.version) for row in rows)
        return found

    def series_names(self, connection: Connection, wanted: set[int]) -> Mapping[int, str]:
        """{number: name} of series, these among them; names are only ever added."""
        if not wanted <= self._series.keys():
            found = connection.execute(select(col(Series.id), col(Series.name)))
            self._series = {row.id: row.name for row in found}
        return self._series

    def region(self, code: str) -> Region | None:
        """A province, city or county of a store that holds more than one county."""
        found = self.regions(col(Region.code) == code)
        return found[0] if found else None

    def regions(self, *wanted: Any) -> list[Region]:
        """The regions that fit these conditions on Region's columns, in the order of their codes."""
        with Session(self.engine) as session:
            found = session.exec(select(Region).where(*wanted).order_by(col(Region.code)))  # type: ignore[call-overload]
            return list(found.scalars())

    def latest_day(self, county: str, known_by: int = ALWAYS) -> date | None:
        """The newest data date of any batch of a county in force: what a page shows when no date is asked for."""
        with self.engine.connect() as connection:
            lines = _timelines(connection, county)
        days = [b.as_of for line in lines.values() for b in line.active(known_by)]
        return max(days, default=None)

    # ---- writing -------------------------------------------------------------------------------------

    def accept(
        self,
        draft: Draft,
        countings: Countings,
        *,
        by: str,
        address: str = "",
        known: int | None = None,
        baseline_on: date | None = None,
    ) -> int:
        """Writes a draft as a batch with its tallies, in one transaction; gives the batch's id.

        `known` back-dates a back-filled or demo file. A monitored export of the day `baseline_on` (given only for a whole one)
        freezes the baseline when none stands. StoreError when the draft is blocked, undated or in force already.
        """
        if draft.blocked or draft.as_of is None:
            raise StoreError("这份表还有必须先改正的问题，未写入。")
        counting = countings[draft.ledger]
        with self._accepting() as connection:
            database.lock(connection, f"{draft.county}/{draft.ledger}")
            now = datetime.now(UTC)
            known = int(now.timestamp()) if known is None else known
            standing = self._in_force_with_hash(connection, draft.county, draft.file_hash)
            if standing is not None:
                raise StoreError(f"这个文件已作为第{standing}批导入并在用。要重新导入，请先撤回该批。")
            batch_id = connection.execute(
                insert(Batch).values(
                    ledger=draft.ledger,
                    county=draft.county,
                    file_name=draft.file_name,
                    file_hash=draft.file_hash,
                    as_of=draft.as_of,
                    known=known,
                    accepted_at=now,
                    accepted_by=by,
                    is_backfilled=known < int(now.timestamp()) - 86400,
                    rows=len(draft.rows),
                    unchecked_rules=list(draft.unchecked_rules),
                )
            ).inserted_primary_key[0]  # type: ignore[index]
            covered = [
                {"batch_id": batch_id, "period": c.period, "unit": c.unit, "status": c.status}
                for c in draft.coverage
            ]
            database.write_rows(connection, own(Coverage), covered)
            self._write_rows(connection, batch_id, counting, draft)
            self._write_identities(connection, batch_id, draft)
            revision = self._log(connection, "accepted", batch_id, known, now, by)
            units = {c.unit[:9] for c in draft.coverage if c.status == "reported"}
            detail = f"第{batch_id}批，{LEDGERS[draft.ledger].title}，{draft.as_of}，{len(draft.rows)}条"
            journal.note(connection, "accepted", by, address, units, detail)
            if self._freezes_baseline(connection, draft, counting, baseline_on):
                revision = self._log(connection, "baseline", batch_id, known, now, by)
            self._post(connection, counting, draft.county, draft.as_of, known, revision, _periods(draft))
        return int(batch_id)

    def withdraw(self, batch_id: int, countings: Countings, *, by: str, address: str = "") -> None:
        """Takes a batch out of force, as a dated event; StoreError when it is not in force."""
        self._change(batch_id, countings, by, address, "withdrawn")

    def reinstate(self, batch_id: int, countings: Countings, *, by: str, address: str = "") -> None:
        """Brings a withdrawn batch back, as a dated event; StoreError when it was not withdrawn."""
        self._change(batch_id, countings, by, address, "reinstated")

    def _change(self, batch_id: int, countings: Countings, by: str, address: str, kind: str) -> None:
        with self._accepting() as connection:
            batch = connection.execute(select(own(Batch)).where(col(Batch.id) == batch_id)).one_or_none()
            if batch is None:
                raise StoreError(f"没有第{batch_id}批。python -m core batches 列出全部批次。")
            database.lock(connection, f"{batch.county}/{batch.ledger}")
            now = datetime.now(UTC)
            line = _timelines(connection, batch.county, batch.ledger)[batch.county, batch.ledger]
            in_force = any(b.id == batch_id for b in line.active(ALWAYS))
            if in_force == (kind == "reinstated"):
                raise StoreError(f"第{batch_id}批{'正在使用，无需恢复' if in_force else '已经撤回'}。")
            if kind == "reinstated":
                other = self._in_force_with_hash(connection, batch.county, batch.file_hash)
                if other is not None:
                    raise StoreError(f"同一文件已作为第{other}批重新导入并在用，不必恢复第{batch_id}批。")
            # 时钟被拨回时，撤回也不能排到接收之前。
            known = max([int(now.timestamp()), *(e.known for e in line.events if e.batch_id == batch_id)])
            revision = self._log(connection, kind, batch_id, known, now, by)
            fact = next(b for b in line.batches if b.id == batch_id)
            units = {unit[:9] for (_, unit), status in fact.status.items() if status == "reported"}
            detail = f"第{batch_id}批，{LEDGERS[batch.ledger].title}，{batch.as_of}"
            journal.note(connection, kind, by, address, units, detail)
            periods = sorted({period for period, _ in fact.status})
            self._post(
                connection, countings[batch.ledger], batch.county, batch.as_of, known, revision, periods
            )

    def recount(self, countings: Countings) -> int:
        """Makes the tallies say what the rows say under the program's present countings, at every day and moment of
        knowledge; gives how many lines that took. For a store whose program has learned to count something new."""
        posted = 0
        with self.writing() as connection:
            for (county, ledger), line in _timelines(connection).items():
                database.lock(connection, f"{county}/{ledger}")
                first, newest = min(e.known for e in line.events), max(e.id for e in line.events)
                posted += self._post(
                    connection, countings[ledger], county, date.min, first, newest, line.periods(), again=True
                )
        return posted

    def _log(
        self, connection: Connection, kind: str, batch_id: int, known: int, now: datetime, by: str
    ) -> int:
        values = {
            "kind": kind,
            "batch_id": batch_id,
            "known": known,
            "happened_at": now,
            "by": by,
            "note": "",
        }
        return int(connection.execute(insert(Event).values(**values)).inserted_primary_key[0])  # type: ignore[index]

    def standing(self, county: str, file_hash: str) -> tuple[int, date] | None:
        """The number and data date of the batch in force that this file was accepted as, None when there is none."""
        with self.engine.connect() as connection:
            batch_id = self._in_force_with_hash(connection, county, file_hash)
            if batch_id is None:
                return None
            as_of = connection.execute(select(col(Batch.as_of)).where(col(Batch.id) == batch_id)).scalar_one()
            return batch_id, as_of

    def _in_force_with_hash(self, connection: Connection, county: str, file_hash: str) -> int | None:
        rows = connection.execute(
            select(col(Batch.id), col(Batch.ledger)).where(
                col(Batch.file_hash) == file_hash, col(Batch.county) == county
            )
        ).all()
        for batch_id, ledger in rows:
            line = _timelines(connection, county, ledger)[county, ledger]
            if any(b.id == batch_id for b in line.active(ALWAYS)):
                return int(batch_id)
        return None

    def _write_rows(self, connection: Connection, batch_id: int, counting: Counting, draft: Draft) -> None:
        table = _table(counting)
        hashed = {_content_hash(row): row for row in draft.rows}
        known: dict[bytes, int] = {}

        def look_up(hashes: Sequence[bytes]) -> None:
            for chunk in _chunks(hashes):
                found = select(table.c.content_hash, table.c.id).where(
                    table.c.county == draft.county, table.c.content_hash.in_(chunk)
                )
                known.update((bytes(h), i) for h, i in connection.execute(found))

        look_up(list(hashed))
        fresh = [h for h in hashed if h not in known]
        written = [
            {
                **hashed[h].values,
                "county": draft.county,
                "period": hashed[h].period,
                "key": hashed[h].key,
                "leaf": hashed[h].leaf,
                "content_hash": h,
            }
            for h in fresh
        ]
        database.write_rows(connection, table, written)
        look_up(fresh)
        listed = [{"batch_id": batch_id, "row_id": known[h]} for h in hashed]
        database.write_rows(connection, own(BatchRow), listed)

    def _write_identities(self, connection: Connection, batch_id: int, draft: Draft) -> None:
        """Keeps names apart, ID numbers masked and hashed; a person of whom nothing changed is not written again."""
        if not draft.persons:
            return
        secret = settings.secret()
        standing = _identities(connection, draft.county, None, ALWAYS)
        fresh = []
        for household, persons in draft.persons.items():
            known = {p.person: p for p in standing.get(household, ())}
            for person in {p.number: p for p in persons}.values():
                values = {
                    "is_head": person.is_head,
                    "name": person.name,
                    "document": masked(person.document),
                    "document_hash": keyed_hash(person.document, secret),
                }
                before = known.get(person.number)
                if before is None or any(getattr(before, name) != value for name, value in values.items()):
                    key = {"county": draft.county, "household": household, "person": person.number}
                    fresh.append({**key, "batch_id": batch_id, "as_of": draft.as_of, **values})
        database.write_rows(connection, own(Identity), fresh)

    def _freezes_baseline(
        self, connection: Connection, draft: Draft, counting: Counting, baseline_on: date | None
    ) -> bool:
        whole = all(c.status != "missing" for c in draft.coverage)
        if counting.is_open is None or draft.as_of != baseline_on or not whole:
            return False
        line = _timelines(connection, draft.county, draft.ledger)[draft.county, draft.ledger]
        frozen = line.baseline_batch(ALWAYS)
        return frozen is None or all(b.id != frozen for b in line.active(ALWAYS))

    def _post(
        self,
        connection: Connection,
        counting: Counting,
        county: str,
        since: date,
        known: int,
        revision: int,
        periods: Sequence[int],
        *,
        again: bool = False,
    ) -> int:
        """Posts what a revision changed: at every later day and every later moment of knowledge, the
        difference between what the tallies say and what the rows say. `again` where the revision has posted before.
        Gives the number of differences."""
        reader = Pictures(connection, counting, county, keeping=again)
        names = _SeriesNames(connection, counting.ledger)
        moments = sorted({known, *(e.known for e in reader.line.events if e.known > known)})
        differences: list[_Difference] = []
        for period in periods:
            days = [day for day in reader.line.every_day(period) if day >= since]
            differences += _differences(
                period,
                days,
                moments,
                lambda at, period=period, days=days: names.values(county, period, days, at),  # type: ignore[misc]
                lambda at, period=period, days=days: reader.amounts(period, days, at, names),  # type: ignore[misc]
            )
        self._publish(connection, county, names, differences, revision, again=again)
        return len(differences)

    def _publish(
        self,
        connection: Connection,
        county: str,
        names: "_SeriesNames",
        differences: "Sequence[_Difference]",
        revision: int,
        *,
        again: bool = False,
    ) -> None:
        """A writer's last step, one at a time in the whole store: the new version, the tallies, and their sums above.

        Whoever comes to the first line while another publishes waits there, so versions are seen in their order,
        and two counties of a city add up without waiting for each other crosswise.
        """
        versions = [{"place": county[:digits], "version": 1} for digits in (0, 2, 4, 6)]
        for version in versions:
            database.add_up(connection, own(Published), [version], "version")
        names.read(connection)
        names.add(connection, {d.series for d in differences})
        tallies: list[dict[str, Any]] = [
            {
                "place": d.place,
                "period": d.period,
                "series": names.ids[d.series],
                "day": as_number(d.day),
                "known": d.known,
                "revision": revision,
                "amount": d.amount,
            }
            for d in differences
        ]
        if again:
            database.add_up(connection, own(Tally), tallies, "amount")
        else:
            database.write_rows(connection, own(Tally), tallies)
        merged: dict[tuple[str, int, int, int], int] = defaultdict(int)
        for row in tallies:
            if row["place"] == county:
                for digits in (2, 4):
                    merged[county[:digits], row["period"], row["series"], row["day"]] += row["amount"]
        above = [
            {
                "place": place,
                "period": period,
                "series": series,
                "day": day,
                "known": 0,
                "revision": 0,
                "amount": n,
            }
            for (place, period, series, day), n in sorted(merged.items())
            if n
        ]
        database.add_up(connection, own(Tally), above, "amount")

    def _report_anew(self, connection: Connection) -> None:
        """Tallies how the counties reported, for a store whose batches are older than these tallies."""
        reporting = select(col(Series.id)).where(col(Series.name).contains(f".{REPORTING}."))
        if connection.execute(reporting.limit(1)).first():
            return
        for (county, ledger), line in _timelines(connection).items():
            moments = sorted({e.known for e in line.events})
            differences: list[_Difference] = []
            for period in line.periods():
                days = line.every_day(period)
                differences += _differences(
                    period,
                    days,
                    moments,
                    lambda _at, days=days: {day: {} for day in days},  # type: ignore[misc]
                    lambda at, line=line, county=county, ledger=ledger, period=period, days=days: {  # type: ignore[misc]
                        day: _reporting(line, county, ledger, period, day, at) for day in days
                    },
                )
            newest = max(e.id for e in line.events)
            self._publish(connection, county, _SeriesNames(connection, ledger), differences, newest)

    # ---- reading -------------------------------------------------------------------------------------

    def batches(self, county: str | None = None) -> list[BatchLine]:
        """Every batch ever accepted (of one county, or of all), newest last, with what happened to it."""
        wanted = [] if county is None else [col(Batch.county) == county]
        with Session(self.engine) as session:
            batches = session.exec(select(Batch).where(*wanted).order_by(col(Batch.id))).scalars().all()  # type: ignore[call-overload]
            its = select(Event).join(Batch, col(Batch.id) == col(Event.batch_id)).where(*wanted)
            events = session.exec(its.order_by(col(Event.id))).scalars().all()  # type: ignore[call-overload]
            lines = _timelines(session.connection(), county)
        happened: dict[int, list[Event]] = defaultdict(list)
        for one in events:
            happened[one.batch_id].append(one)
        active = {b.id: b for line in lines.values() for b in line.active(ALWAYS)}
        facts = {b.id: b for line in lines.values() for b in line.batches}
        return [
            BatchLine(
                b.id,
                b.ledger,
                b.file_name,
                b.file_hash,
                b.as_of,
                datetime.fromtimestamp(b.known, CHINA).date(),
                b.accepted_at,
                b.accepted_by,
                b.is_backfilled,
                b.rows,
                b.id in active,
                tuple(sorted({u for (_, u), status in facts[b.id].status.items() if status == "missing"})),
                tuple((e.kind, e.happened_at, e.by) for e in happened[b.id]),
            )
            for b in batches
        ]

    def amiss(self, countings: Countings) -> list[str]:
        """What is not whole in this store, a sentence each; nothing for a store that is.

        Looks at the database file itself, at each batch's rows and event, and adds every tally up anew from the
        rows: some seconds a county.
        """
        found: list[str] = []
        with self.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(5)").all():
                    found += [] if said == "ok" else [f"数据库文件损坏：{said}"]
                for broken in connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    found.append(f"表 {broken[0]} 有一行指向不存在的 {broken[2]}。")
            listed = select(col(BatchRow.batch_id), func.count()).group_by(col(BatchRow.batch_id))
            rows: dict[int, int] = {row[0]: row[1] for row in connection.execute(listed)}
            told = set(
                connection.execute(select(col(Event.batch_id)).where(col(Event.kind) == "accepted")).scalars()
            )
            for batch, said in connection.execute(select(col(Batch.id), col(Batch.rows))):
                if batch not in told or rows.get(batch, 0) != said:
                    found.append(f"第{batch}批应有{said}条，实有{rows.get(batch, 0)}条。")
            for (county, ledger), line in _timelines(connection).items():
                names = _SeriesNames(connection, ledger)
                reader = Pictures(connection, countings[ledger], county)
                for period in sorted({p for b in line.batches for p, _ in b.status}):
                    days = sorted({b.as_of for b in line.batches if any(p == period for p, _ in b.status)})
                    kept = names.values(county, period, days, ALWAYS)
                    counted = reader.amounts(period, days, ALWAYS, names)
                    wrong = sum(
                        kept[day].get(key, 0) != counted[day].get(key, 0)
                        for day in days
                        for key in kept[day].keys() | counted[day].keys()
                    )
                    if wrong:
                        found.append(f"{ledger} 的计数账有{wrong}个数与明细不符。")
        return found

    @contextmanager
    def pictures(self, scope: Scope, counting: Counting, county: str) -> Iterator["Pictures"]:
        """All states of a ledger's rows that the store ever held, for what learns from the past. OutOfScope unless
        the scope covers the whole county and its rows."""
        if scope.is_bulletin or not scope.covers(county):
            raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")
        with self.engine.connect() as connection:
            yield Pictures(connection, counting, county)

    def snapshot(self, scope: Scope, as_of: date, known_by: int = ALWAYS) -> "Snapshot":
        """What the store says on a day, as known by a moment, to somebody with this scope."""
        return Snapshot(self, scope, as_of, known_by)


def _table(counting: Counting) -> Table:
    return own(counting.table)


def _periods(draft: Draft) -> list[int]:
    return sorted({c.period for c in draft.coverage})


def _timelines(
    connection: Connection, county: str | None = None, ledger: str | None = None
) -> dict[tuple[str, str], Timeline]:
    """The batches and events of each (county, ledger), or of one."""
    wanted = []
    if county is not None:
        wanted.append(col(Batch.county) == county)
    if ledger is not None:
        wanted.append(col(Batch.ledger) == ledger)
    status: dict[int, dict[tuple[int, str], str]] = defaultdict(dict)
    covered = select(
        col(Coverage.batch_id), col(Coverage.period), col(Coverage.unit), col(Coverage.status)
    ).join(Batch, col(Batch.id) == col(Coverage.batch_id))
    for batch_id, period, unit, said in connection.execute(covered.where(*wanted)):
        status[batch_id][period, unit] = said
    batches: dict[tuple[str, str], list[BatchFact]] = defaultdict(list)
    where: dict[int, tuple[str, str]] = {}
    for row in connection.execute(select(own(Batch)).where(*wanted)):
        where[row.id] = (row.county, row.ledger)
        batches[row.county, row.ledger].append(
            BatchFact(row.id, row.ledger, row.as_of, row.known, status[row.id], tuple(row.unchecked_rules))
        )
    events: dict[tuple[str, str], list[EventFact]] = defaultdict(list)
    happened = select(col(Event.id), col(Event.kind), col(Event.batch_id), col(Event.known)).join(
        Batch, col(Batch.id) == col(Event.batch_id)
    )
    for event_id, kind, batch_id, known in connection.execute(happened.where(*wanted)):
        events[where[batch_id]].append(EventFact(event_id, kind, batch_id, known))
    keys = set(batches)
    if county is not None and ledger is not None:
        keys.add((county, ledger))
    return {key: Timeline(tuple(batches[key]), tuple(events[key])) for key in keys}


def _identities(
    connection: Connection, county: str, households: Sequence[str] | None, until: int
) -> dict[str, list[Any]]:
    """{household: its persons} (of these households, or all), each as the newest batch in force has it; a person whom
    only withdrawn batches name stands as they do, since a later batch may have had nothing to change."""
    line = _timelines(connection, county, "monitored")[county, "monitored"]
    active = {b.id for b in line.active(until)}
    query = select(own(Identity)).where(col(Identity.county) == county)
    newest: dict[tuple[str, str], tuple[tuple[bool, date, int], Any]] = {}
    for chunk in _chunks(households) if households is not None else (None,):
        wanted = query if chunk is None else query.where(col(Identity.household).in_(chunk))
        for row in connection.execute(wanted):
            age = (row.batch_id in active, row.as_of, row.batch_id)
            held = newest.get((row.household, row.person))
            if held is None or held[0] < age:
                newest[row.household, row.person] = (age, row)
    found: dict[str, list[Any]] = defaultdict(list)
    for (household, _), (_, row) in sorted(newest.items()):
        found[household].append(row)
    return found


class _Difference(NamedTuple):
    """What a revision changes in one count of a place, from a day on, as known from a moment on."""

    place: str
    series: str
    period: int
    day: date
    known: int
    amount: int


Values = dict[tuple[str, str], int]


def _differences(
    period: int,
    days: Sequence[date],
    moments: Sequence[int],
    before: Callable[[int], Mapping[date, Values]],
    after: Callable[[int], Mapping[date, Values]],
) -> list[_Difference]:
    """What must be posted so that the tallies, which say `before(moment)`, come to say `after(moment)`."""
    posted: dict[date, Values] = {day: defaultdict(int) for day in days}
    differences = []
    for at in moments:
        # 前一时刻补记的差额还没有写入，先算上；同一时刻内再减去前一日期的。
        had, has = before(at), after(at)
        left: Values = {}
        for day in days:
            was, now, sent = had[day], has[day], posted[day]
            change = {
                key: difference
                for key in was.keys() | now.keys() | sent.keys()
                if (difference := now.get(key, 0) - was.get(key, 0) - sent.get(key, 0))
            }
            for key in change.keys() | left.keys():
                if amount := change.get(key, 0) - left.get(key, 0):
                    differences.append(_Difference(*key, period, day, at, amount))
            left = change
            for key, amount in change.items():
                sent[key] += amount
    return differences


def _reporting(line: Timeline, county: str, ledger: str, period: int, day: date, known_by: int) -> Values:
    """How a county stands with a ledger on a day, as counts that add up above it (`Reach` says what each is)."""
    mentions = line.mentions(period, day, known_by).values()
    frozen = line.baseline_batch(known_by)
    counts = {
        "days": sum(d <= day for d in line.days(period, known_by)),
        "units": len(mentions),
        "missing": sum(not m.is_reported for m in mentions),
        "baselines": sum(b.id == frozen and b.as_of <= day for b in line.batches),
    }
    return {(county, f"{ledger}.{REPORTING}.{name}"): count for name, count in counts.items() if count}


class _SeriesNames:
    """Series of one ledger by name, and the tallies under them."""

    def __init__(self, connection: Connection, ledger: str) -> None:
        self.connection = connection
        self.ledger = ledger
        self.read(connection)

    def read(self, connection: Connection) -> None:
        """Learns the names that others have added."""
        found = connection.execute(
            select(col(Series.name), col(Series.id)).where(
                col(Series.name).startswith(self.ledger + ".", autoescape=True)
            )
        )
        self.ids: dict[str, int] = {row.name: row.id for row in found}
        self.names = {series: name for name, series in self.ids.items()}

    def add(self, connection: Connection, wanted: set[str]) -> None:
        """Gives a number to each name that has none."""
        for name in sorted(wanted - self.ids.keys()):
            series = connection.execute(insert(Series).values(name=name)).inserted_primary_key[0]  # type: ignore[index]
            self.ids[name], self.names[series] = series, name

    def values(
        self, county: str, period: int, days: Sequence[date], known_by: int, only: str = ""
    ) -> dict[date, dict[tuple[str, str], int]]:
        """{day: {(place, series): value}} of everything under a county, as the tallies have it; of series that
        begin with `only`."""
        first = literal_column(
            str(as_number(days[0])), Integer
        )  # a bound value would not group on PostgreSQL
        since = case(
            (col(Tally.day) <= first, first), else_=col(Tally.day)
        )  # before the first day one sum is enough
        found = self.connection.execute(
            select(col(Tally.place), col(Tally.series), since, func.sum(col(Tally.amount)))
            .where(
                col(Tally.place) >= county,
                col(Tally.place) < county + "\x7f",
                col(Tally.series).in_([n for n, name in self.names.items() if name.startswith(only)]),
                col(Tally.period) == period,
                col(Tally.day) <= as_number(days[-1]),
                col(Tally.known) <= known_by,
            )
            .group_by(col(Tally.place), col(Tally.series), since)
        ).all()
        by_day: dict[int, list[tuple[str, str, int]]] = defaultdict(list)
        for place, series, number, amount in found:
            by_day[number].append((place, self.names[series], int(amount)))
        running: dict[tuple[str, str], int] = {}
        values: dict[date, dict[tuple[str, str], int]] = {}
        posted = sorted(by_day)
        for day in days:
            while posted and posted[0] <= as_number(day):
                for place, name, amount in by_day[posted.pop(0)]:
                    running[place, name] = running.get((place, name), 0) + amount
            values[day] = dict(running)
        return values


class Pictures:
    """Reads the rows in force of one ledger and county, each batch's rows once.

    `keeping` keeps every picture too, for who asks for all days at all moments: most moments know the same.
    """

    def __init__(
        self, connection: Connection, counting: Counting, county: str, *, keeping: bool = False
    ) -> None:
        self.keeping = keeping
        self._kept: dict[tuple[Any, ...], Any] = {}
        self.connection = connection
        self.counting = counting
        self.county = county
        self.line = _timelines(connection, county, counting.ledger)[county, counting.ledger]
        self._rows: dict[int, list[Any]] = {}

    def rows(self, batch_id: int) -> list[Any]:
        """The rows that a batch lists, with the counting's columns."""
        if batch_id not in self._rows:
            table = _table(self.counting)
            columns = [table.c[name] for name in ("key", "leaf", "period", *self.counting.columns)]
            listed = select(*columns).join(BatchRow, col(BatchRow.row_id) == table.c.id)
            self._rows[batch_id] = list(
                self.connection.execute(listed.where(col(BatchRow.batch_id) == batch_id)).all()
            )
        return self._rows[batch_id]

    def picture(self, period: int, day: date, known_by: int) -> Picture:
        """The rows in force on a day; a key that two batches hold stands as the later data date has it."""
        standing = {
            unit: mention.standing
            for unit, mention in self.line.mentions(period, day, known_by).items()
            if mention.standing
        }
        batches = {batch.id: batch for batch in standing.values()}
        known = (period, day, *sorted((unit, batch.id) for unit, batch in standing.items()))
        return self._once(known, lambda: self._drawn(period, day, standing, batches))

    def _once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if key not in self._kept:
            made = make()
            if not self.keeping:
                return made
            self._kept[key] = made
        found: T = self._kept[key]
        return found

    def _drawn(
        self, period: int, day: date, standing: Mapping[str, BatchFact], batches: Mapping[int, BatchFact]
    ) -> Picture:
        rows: dict[str, State] = {}
        age: dict[str, tuple[date, int, int]] = {}
        for batch in sorted(batches.values(), key=lambda b: b.age):
            for row in self.rows(batch.id):
                holder = standing.get(self.counting.unit_of(row))
                if row.period == period and holder is not None and holder.id == batch.id:
                    rows[row.key] = State(row.leaf, batch.as_of, row)
                    age[row.key] = batch.age
        return Picture(day, period, rows, {unit: batch.as_of for unit, batch in standing.items()})

    def baseline(self, known_by: int) -> Baseline | None:
        """The frozen baseline, or None where none was frozen by then."""
        batch_id = self.line.baseline_batch(known_by)
        counting = self.counting
        if batch_id is None or counting.is_open is None or counting.persons is None:
            return None
        return {
            row.key: BaselineHousehold(row.leaf, counting.persons(row))
            for row in self.rows(batch_id)
            if counting.is_open(row)
        }

    def amounts(
        self, period: int, days: Sequence[date], known_by: int, names: _SeriesNames
    ) -> dict[date, dict[tuple[str, str], int]]:
        """{day: {(place, series): value}} as the rows have it; flows run on from what the tallies say before."""
        counting = self.counting
        drawn = self.line.days(period, known_by)
        baseline = self.baseline(known_by)
        baseline_from = self._baseline_day(known_by)
        prefix = counting.ledger + "."
        flows: dict[tuple[str, str], int] = {}
        last: Picture | None = None
        past = [d for d in drawn if d < days[0]]
        if past and counting.flow:
            last = self.picture(period, past[-1], known_by)
            flows = names.values(self.county, period, past[-1:], known_by, prefix + "flow.")[past[-1]]
        found: dict[date, dict[tuple[str, str], int]] = {}
        for day in days:
            picture = self.picture(period, day, known_by)
            stands = baseline if baseline_from and day >= baseline_from else None
            stock = self._once(
                ("stock", id(picture), stands is None or self.line.baseline_batch(known_by)),
                lambda picture=picture, stands=stands: counting.stock(picture, stands).by_place(),  # type: ignore[misc]
            )
            values = {(place, prefix + name): amount for (place, name), amount in stock.items()}
            if counting.flow and last is not None and day in drawn:
                flowed = self._once(
                    ("flow", id(last), id(picture)),
                    lambda last=last, picture=picture: counting.flow(last, picture).by_place(),  # type: ignore[misc]
                )
                for (place, name), amount in flowed.items():
                    key = (place, prefix + name)
                    flows[key] = flows.get(key, 0) + amount
            if day in drawn:
                last = picture
            values.update(flows)
            values.update(_reporting(self.line, self.county, counting.ledger, period, day, known_by))
            found[day] = values
        return found

    def _baseline_day(self, known_by: int) -> date | None:
        batch_id = self.line.baseline_batch(known_by)
        return next((b.as_of for b in self.line.batches if b.id == batch_id), None)


@dataclass(frozen=True)
class Reach:
    """How the counties under a place stand with a ledger: the data dates, how many units were ever meant to report,
    how many of them are missing from the newest workbook, and how many counties have a baseline."""

    days: tuple[date, ...]
    units: int
    missing: int
    baselines: int


class _Held:
    """The tallies of a place and period: for each series the days on which it changed and its value from each on.

    In tuples of numbers, which the garbage collector, run after every page, need not look into.
    """

    def __init__(self, rows: Iterable[tuple[str, int, int]]) -> None:
        found: dict[str, tuple[list[int], list[int]]] = {}
        for name, day, amount in rows:  # in the order of days
            changes = found.get(name)
            if changes is None:
                changes = found[name] = ([], [])
            changes[0].append(day)
            changes[1].append(amount)
        self.values = {
            name: (tuple(days), tuple(accumulate(amounts))) for name, (days, amounts) in found.items()
        }
        self.slices: dict[str, list[tuple[str, str]]] = {}
        for name in found:
            series, parted, one = name.partition(":")
            if parted:
                self.slices.setdefault(series, []).append((one, name))

    def value(self, series: str, until: int) -> int:
        """The value of a series on a day (YYYYMMDD)."""
        held = self.values.get(series)
        if held is None:
            return 0
        place = bisect_right(held[0], until)
        return held[1][place - 1] if place else 0


class Snapshot:
    """A reading of the store on one day, by one person. Every read checks the scope."""

    def __init__(self, store: Store, scope: Scope, as_of: date, known_by: int) -> None:
        self.store = store
        self.scope = scope
        self.as_of = as_of
        self.known_by = known_by
        self._versions: dict[str, int] = {}
        self._held: dict[tuple[str, int], _Held] = {}
        self._mentions: dict[tuple[str, int, str, date], dict[str, Mention]] = {}
        self._spoken: dict[tuple[str, str], tuple[tuple[date, int], ...]] = {}
        self._made: dict[tuple[Any, ...], Any] = {}

    def once(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """What `make` gives, made once for this snapshot: many figures of a page share their workbooks' words."""
        if key not in self._made:
            self._made[key] = make()
        made: T = self._made[key]
        return made

    def check(self, places: Iterable[str]) -> None:
        """OutOfScope unless every one of these places may be read."""
        for place in places:
            if not self.scope.covers(place):
                raise OutOfScope(f"您的权限不含这个地方（{self.scope.because or '未授权'}）。")

    def version(self, place: str) -> int:
        """How often the figures under a place had changed when this snapshot first read them."""
        if place[:6] not in self._versions:
            self._versions[place[:6]] = self.store.version(place)
        return self._versions[place[:6]]

    def timeline(self, ledger: str, county: str) -> Timeline:
        """The batches of a ledger."""

        def read() -> Timeline:
            with self.store.engine.connect() as connection:
                return _timelines(connection, county, ledger)[county, ledger]

        return self.store.remembered.get(("timeline", self.version(county), county, ledger), read)

    def mentions(self, ledger: str, period: int, county: str, on: date | None = None) -> dict[str, Mention]:
        """How each reporting unit of a ledger stands on the snapshot's day (or on an earlier one)."""
        day = on or self.as_of
        asked = (ledger, period, county, day)
        if asked not in self._mentions:
            key = ("mentions", self.version(county), *asked, self.known_by)
            self._mentions[asked] = self.store.remembered.get(
                key, lambda: self.timeline(ledger, county).mentions(period, day, self.known_by)
            )
        return self._mentions[asked]

    def days(self, ledger: str, period: int, place: str) -> list[date]:
        """The data dates in force up to the snapshot's day, of a county or of all counties under a place."""
        if len(place) < 6:
            return list(self.reach(ledger, period, place).days)
        key = ("days", self.version(place), ledger, period, place, self.known_by)
        every = self.store.remembered.get(
            key, lambda: self.timeline(ledger, place).days(period, self.known_by)
        )
        return [d for d in every if d <= self.as_of]

    def spoken_of(self, ledger: str, county: str) -> tuple[tuple[date, int], ...]:
        """(data date, period) of everything that the batches in force up to the snapshot's day speak of, in order."""

        def read() -> tuple[tuple[date, int], ...]:
            active = self.timeline(ledger, county).active(self.known_by)
            return tuple(sorted({(batch.as_of, period) for batch in active for period, _ in batch.status}))

        if (ledger, county) not in self._spoken:
            key = ("spoken", self.version(county), ledger, county, self.known_by)
            every = self.store.remembered.get(key, read)
            self._spoken[ledger, county] = tuple(said for said in every if said[0] <= self.as_of)
        return self._spoken[ledger, county]

    def has_baseline(self, place: str) -> bool:
        """True when a baseline was frozen on or before the snapshot's day, for a county or any under a place."""
        if len(place) < 6:
            return self.reach("monitored", 0, place).baselines > 0
        line = self.timeline("monitored", place)
        batch_id = line.baseline_batch(self.known_by)
        return any(b.id == batch_id and b.as_of <= self.as_of for b in line.batches)

    def reach(self, ledger: str, period: int, place: str) -> Reach:
        """How the counties under a place (or one county) stand with a ledger, from tallies: no county is read."""
        series = f"{ledger}.{REPORTING}"
        held = self._tallies(place, period)
        until = as_number(self.as_of)
        days, counts = held.values.get(f"{series}.days", ((), ()))
        changed = [d for d, before, n in zip(days, [0, *counts], counts, strict=False) if n > before]
        return Reach(
            tuple(date(d // 10000, d // 100 % 100, d % 100) for d in changed if d <= until),
            held.value(f"{series}.units", until),
            held.value(f"{series}.missing", until),
            held.value(f"{series}.baselines", until),
        )

    def load(self, places: Iterable[str], period: int) -> None:
        """Reads the tallies of these places in one query; later reads of them cost nothing."""
        wanted = [p for p in dict.fromkeys(places) if (p, period) not in self._held]
        self.check(wanted)
        if self.known_by != ALWAYS and any(len(place) < 6 for place in wanted):
            raise StoreError("省、市只有现在所知的数；要看过去某一时刻所知的，请到县。")
        fresh = []
        for place in wanted:
            held = self.store.remembered.find(self._key(place, period))
            if held is None:
                fresh.append(place)
            else:
                self._held[place, period] = held
        if not fresh:
            return
        found: dict[str, list[tuple[str, int, int]]] = {place: [] for place in fresh}
        with self.store.engine.connect() as connection:
            for chunk in _chunks(fresh):
                rows = connection.execute(
                    select(col(Tally.place), col(Tally.series), col(Tally.day), func.sum(col(Tally.amount)))
                    .where(
                        col(Tally.place).in_(chunk),
                        col(Tally.period) == period,
                        col(Tally.known) <= self.known_by,
                    )
                    .group_by(col(Tally.place), col(Tally.series), col(Tally.day))
                    .order_by(col(Tally.place), col(Tally.series), col(Tally.day))
                ).all()
                names = self.store.series_names(connection, {row[1] for row in rows})
                for place, series, day, amount in rows:
                    if amount:
                        found[place].append((names[series], day, int(amount)))
        for place, its in found.items():
            held = self._held[place, period] = _Held(its)
            self.store.remembered.keep(self._key(place, period), held)

    def _key(self, place: str, period: int) -> tuple[Any, ...]:
        return ("tallies", self.version(place), place, period, self.known_by)

    def _tallies(self, place: str, period: int) -> _Held:
        held = self._held.get((place, period))
        if held is None:
            self.load([place], period)
            held = self._held[place, period]
        return held

    def value(self, places: Sequence[str], series: str, period: int, on: date | None = None) -> int:
        """The sum of a series over places, on a day up to the snapshot's (its own day by default)."""
        until = as_number(on or self.as_of)
        if any((place, period) not in self._held for place in places):
            self.load(places, period)
        return sum(self._held[place, period].value(series, until) for place in places)

    def totals(self, places: Sequence[str], series: str, period: int) -> dict[str, int]:
        """{place: value} of one series on the snapshot's day, of places of which nothing else is asked yet."""
        self.check(places)
        found: dict[str, int] = {}
        with self.store.engine.connect() as connection:
            number = select(col(Series.id)).where(col(Series.name) == series).scalar_subquery()
            for chunk in _chunks(places):
                rows = connection.execute(
                    select(col(Tally.place), func.sum(col(Tally.amount)))
                    .where(
                        col(Tally.place).in_(chunk),
                        col(Tally.period) == period,
                        col(Tally.series) == number,
                        col(Tally.day) <= as_number(self.as_of),
                        col(Tally.known) <= self.known_by,
                    )
                    .group_by(col(Tally.place))
                )
                found.update((place, int(amount)) for place, amount in rows)
        return found

    def slices(
        self, places: Sequence[str], series: str, period: int, on: date | None = None
    ) -> dict[str, int]:
        """{slice: value} of a sliced series: slices(…, "remaining.households@type") -> {"unstable": …}."""
        self.load(places, period)
        until = as_number(on or self.as_of)
        total: dict[str, int] = defaultdict(int)
        for place in places:
            held = self._held[place, period]
            for one, name in held.slices.get(series, ()):
                total[one] += held.value(name, until)
        return {name: amount for name, amount in total.items() if amount}

    def rows(
        self, counting: Counting, place: str, period: int, columns: Sequence[str] | None = None
    ) -> list[Any]:
        """The rows in force under a place, in the order of leaf and key; the counting's columns or these. For a scope
        without names, as the counting's guard leaves them. None above the county: rows are read to drill down."""
        if self.scope.is_bulletin:
            raise OutOfScope("通报只公开汇总数，不含明细。")
        self.check([place])
        if len(place) < 6:
            return []
        table = _table(counting)
        standing = {
            unit: mention.standing
            for unit, mention in self.mentions(counting.ledger, period, place[:6]).items()
            if mention.standing
        }
        ages = {b.id: b.age for b in standing.values()}
        names = dict.fromkeys(("key", "leaf", *(columns or ()), *counting.columns))
        query = (
            select(col(BatchRow.batch_id), *(table.c[name] for name in names))
            .join(BatchRow, col(BatchRow.row_id) == table.c.id)
            .where(col(BatchRow.batch_id).in_(ages), table.c.period == period)
            .order_by(table.c.leaf, table.c.key)
        )
        newest: dict[str, Any] = {}
        with self.store.engine.connect() as connection:
            for row in connection.execute(query).all():
                holder = standing.get(counting.unit_of(row))
                if holder and holder.id == row.batch_id:
                    held = newest.get(row.key)
                    if held is None or ages[held.batch_id] < ages[row.batch_id]:
                        newest[row.key] = row
        if counting.guard is None or self.scope.sees_names:
            return [row for row in newest.values() if row.leaf.startswith(place)]
        guarded = counting.guard([row for row in newest.values() if row.leaf.startswith(place[:9])])
        return [row for row in guarded if row.leaf.startswith(place)]

    def identities(
        self, counting: Counting, place: str, period: int, keys: Iterable[str]
    ) -> dict[str, list[Any]]:
        """{household key: its persons (name, document masked, is_head)} of those keys that stand in force under a
        place. OutOfScope without the right to names, or for a place outside the scope."""
        if not self.scope.sees_names:
            raise OutOfScope(f"您的权限不含姓名（{self.scope.because or '未授权'}）。")
        standing = {row.key for row in self.rows(counting, place, period)}
        wanted = sorted(standing.intersection(keys))
        with self.store.engine.connect() as connection:
            return _identities(connection, place[:6], wanted, self.known_by)
