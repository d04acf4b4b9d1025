"""The only door to the database.

`accept`, `withdraw` and `reinstate` write, each in one transaction with the tallies it changes;
`snapshot(scope, as_of, known_by)` reads. Nothing is ever edited or deleted.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, event, func, insert, select
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from core import journal, settings, trouble
from core.count import Baseline, BaselineHousehold, Counting, Picture, State
from core.draft import Draft, DraftRow
from core.identity import keyed_hash, masked
from core.ledgers import LEDGERS
from core.scope import OutOfScope, Scope
from core.tables.batches import Batch, BatchRow, Coverage, Event, StoreInfo
from core.tables.identities import Identity
from core.tables.tallies import Series, Tally
from core.timeline import BatchFact, EventFact, Mention, Timeline
from core.units import CHINA

ALWAYS = 2**53  # a moment after every other: what is known now
CHUNK = 500  # rows or keys a statement: well under SQLite's limit on bound values

Countings = Mapping[str, Counting]


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


def _engine(url: str) -> Engine:
    engine = sqlalchemy_engine(
        url,
        json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
        hide_parameters=True,  # what a statement was given may be a villager's, and errors go to the log
        pool_pre_ping=not url.startswith("sqlite"),  # a PostgreSQL that was restarted closed our connections
    )
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the begin hook below decides, not the driver
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # 写事务一开始就占写锁：两个同时导入的，后一个等待，而不是中途失败。
            writes = connection.get_execution_options().get("writes", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "tables" / "migrations"))
    return config


def _content_hash(row: DraftRow) -> bytes:
    content = json.dumps(
        [row.key, row.leaf, row.period, dict(row.values)], sort_keys=True, default=str, ensure_ascii=False
    )
    return hashlib.blake2b(content.encode(), digest_size=16).digest()


def _chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


class Store:
    """A county's store at a SQLAlchemy URL. Open it with `Store.open`, make it with `Store.create`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)

    @classmethod
    def create(cls, url: str, *, is_demo: bool) -> "Store":
        """Makes the tables of an empty store; StoreError when there is one already."""
        store = cls(url)
        if store.engine.dialect.name == "sqlite" and store.engine.url.database:
            Path(store.engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        with store.writing() as connection:
            if MigrationContext.configure(connection).get_current_revision():
                raise StoreError(f"{store.shown_url} 已经有数据库。要重新建立，请先备份并移走它。")
            config = _migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.execute(insert(StoreInfo).values(id=1, is_demo=is_demo, created_at=datetime.now(UTC)))
        return store

    @classmethod
    def open(cls, url: str) -> "Store":
        """Opens a store, upgrading an older one; StoreError when there is none, or a newer one."""
        store = cls(url)
        database = store.engine.url.database
        if (
            store.engine.dialect.name == "sqlite"
            and database
            and database != ":memory:"
            and not Path(database).exists()
        ):
            raise StoreError(
                f"没有找到数据库 {store.shown_url}。请先运行 python -m core init（演示数据加 --demo）。"
            )
        script = ScriptDirectory.from_config(_migrations())
        try:
            with store.engine.connect() as connection:
                current = MigrationContext.configure(connection).get_current_revision()
        except DatabaseError as error:
            raise StoreError(f"{store.shown_url} {trouble.in_words(error) or trouble.DAMAGED}") from error
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
                config = _migrations()
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        return store

    @property
    def shown_url(self) -> str:
        """The address without a password."""
        return self.engine.url.render_as_string(hide_password=True)

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
        with self.engine.connect() as connection:
            return bool(connection.execute(select(col(StoreInfo.is_demo))).scalar_one())

    def version(self) -> int:
        """The newest revision: it changes exactly when a figure may have changed."""
        with self.engine.connect() as connection:
            return connection.execute(select(func.max(col(Event.id)))).scalar() or 0

    def latest_day(self, known_by: int = ALWAYS) -> date | None:
        """The newest data date of any batch in force: what a page shows when no date is asked for."""
        with self.engine.connect() as connection:
            lines = _timelines(connection)
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
        now = datetime.now(UTC)
        known = int(now.timestamp()) if known is None else known
        with self.writing() as connection:
            standing = self._in_force_with_hash(connection, draft.file_hash)
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
            connection.execute(
                insert(Coverage),
                [
                    {"batch_id": batch_id, "period": c.period, "unit": c.unit, "status": c.status}
                    for c in draft.coverage
                ],
            )
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
        now = datetime.now(UTC)
        with self.writing() as connection:
            batch = connection.execute(select(Batch.__table__).where(col(Batch.id) == batch_id)).one_or_none()  # type: ignore[attr-defined]
            if batch is None:
                raise StoreError(f"没有第{batch_id}批。python -m core batches 列出全部批次。")
            line = _timelines(connection, batch.county, batch.ledger)[batch.county, batch.ledger]
            in_force = any(b.id == batch_id for b in line.active(ALWAYS))
            if in_force == (kind == "reinstated"):
                raise StoreError(f"第{batch_id}批{'正在使用，无需恢复' if in_force else '已经撤回'}。")
            if kind == "reinstated":
                other = self._in_force_with_hash(connection, batch.file_hash)
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

    def _in_force_with_hash(self, connection: Connection, file_hash: str) -> int | None:
        rows = connection.execute(
            select(col(Batch.id), col(Batch.county), col(Batch.ledger)).where(
                col(Batch.file_hash) == file_hash
            )
        ).all()
        for batch_id, county, ledger in rows:
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
        for chunk in _chunks(fresh):
            connection.execute(
                insert(table),
                [
                    {
                        **hashed[h].values,
                        "county": draft.county,
                        "period": hashed[h].period,
                        "key": hashed[h].key,
                        "leaf": hashed[h].leaf,
                        "content_hash": h,
                    }
                    for h in chunk
                ],
            )
        look_up(fresh)
        listed = [{"batch_id": batch_id, "row_id": known[h]} for h in hashed]
        if listed:
            connection.execute(insert(BatchRow), listed)

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
        for chunk in _chunks(fresh):
            connection.execute(insert(Identity), chunk)

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
    ) -> None:
        """Posts what a revision changed: at every later day and every later moment of knowledge, the
        difference between what the tallies say and what the rows say."""
        reader = Pictures(connection, counting, county)
        names = _SeriesNames(connection, counting.ledger)
        moments = sorted({known, *(e.known for e in reader.line.events if e.known > known)})
        for period in periods:
            days = sorted(
                {
                    b.as_of
                    for b in reader.line.batches
                    if b.as_of >= since and any(p == period for p, _ in b.status)
                }
            )
            for at in moments:
                # 前一时刻补记的差额已在表中，这里只剩本时刻的；同一时刻内再减去前一日期的。
                before = names.values(county, period, days, at)
                after = reader.amounts(period, days, at, names)
                left: dict[tuple[str, str], int] = {}
                rows = []
                for day in days:
                    change = {
                        key: difference
                        for key in before[day].keys() | after[day].keys()
                        if (difference := after[day].get(key, 0) - before[day].get(key, 0))
                    }
                    for key in change.keys() | left.keys():
                        if amount := change.get(key, 0) - left.get(key, 0):
                            rows.append((key, day, amount))
                    left = change
                names.write(rows, period, at, revision)

    # ---- reading -------------------------------------------------------------------------------------

    def batches(self) -> list[BatchLine]:
        """Every batch ever accepted, newest last, with what happened to it."""
        with Session(self.engine) as session:
            batches = session.exec(select(Batch).order_by(col(Batch.id))).scalars().all()  # type: ignore[call-overload]
            events = session.exec(select(Event).order_by(col(Event.id))).scalars().all()  # type: ignore[call-overload]
            lines = _timelines(session.connection())
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
        the scope covers the whole county."""
        if not scope.covers(county):
            raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")
        with self.engine.connect() as connection:
            yield Pictures(connection, counting, county)

    def snapshot(self, scope: Scope, as_of: date, known_by: int = ALWAYS) -> "Snapshot":
        """What the store says on a day, as known by a moment, to somebody with this scope."""
        return Snapshot(self, scope, as_of, known_by)


def _table(counting: Counting) -> Table:
    return cast(Table, counting.table.__table__)  # type: ignore[attr-defined]


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
    for row in connection.execute(select(Batch.__table__).where(*wanted)):  # type: ignore[attr-defined]
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
    query = select(Identity.__table__).where(col(Identity.county) == county)  # type: ignore[attr-defined]
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


class _SeriesNames:
    """Series of one ledger by name, and the tallies under them."""

    def __init__(self, connection: Connection, ledger: str) -> None:
        self.connection = connection
        found = connection.execute(
            select(col(Series.name), col(Series.id)).where(
                col(Series.name).startswith(ledger + ".", autoescape=True)
            )
        )
        self.ids: dict[str, int] = {row.name: row.id for row in found}
        self.names = {series: name for name, series in self.ids.items()}

    def values(
        self, county: str, period: int, days: Sequence[date], known_by: int
    ) -> dict[date, dict[tuple[str, str], int]]:
        """{day: {(place, series): value}} of everything under a county, as the tallies have it."""
        found = self.connection.execute(
            select(col(Tally.place), col(Tally.series), col(Tally.day), func.sum(col(Tally.amount)))
            .where(
                col(Tally.place) >= county,
                col(Tally.place) < county + "\x7f",
                col(Tally.series).in_(self.names),
                col(Tally.period) == period,
                col(Tally.known) <= known_by,
            )
            .group_by(col(Tally.place), col(Tally.series), col(Tally.day))
        )
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

    def write(
        self, rows: Iterable[tuple[tuple[str, str], date, int]], period: int, known: int, revision: int
    ) -> None:
        """Posts differences: ((place, series), day, amount)."""
        rows = list(rows)
        for name in sorted({name for (_, name), _, _ in rows} - self.ids.keys()):
            series = self.connection.execute(insert(Series).values(name=name)).inserted_primary_key[0]  # type: ignore[index]
            self.ids[name], self.names[series] = series, name
        if rows:
            self.connection.execute(
                insert(Tally),
                [
                    {
                        "place": place,
                        "series": self.ids[name],
                        "period": period,
                        "day": as_number(day),
                        "known": known,
                        "revision": revision,
                        "amount": amount,
                    }
                    for (place, name), day, amount in rows
                ],
            )


class Pictures:
    """Reads the rows in force of one ledger and county, each batch's rows once."""

    def __init__(self, connection: Connection, counting: Counting, county: str) -> None:
        self.connection = connection
        self.counting = counting
        self.county = county
        self.line = _timelines(connection, county, counting.ledger)[county, counting.ledger]
        self._rows: dict[int, list[Any]] = {}
        self._drawn: dict[tuple[int, frozenset[tuple[str, int]]], Picture] = {}

    def rows(self, batch_id: int) -> list[Any]:
        """The rows that a batch lists, with the counting's columns."""
        if batch_id not in self._rows:
            table = _table(self.counting)
            columns = [table.c[name] for name in ("key", "leaf", "period", *self.counting.columns)]
            listed = select(*columns).join(BatchRow, col(BatchRow.row_id) == table.c.id)
            self._rows[batch_id] = list(
                self.connection.execute(listed.where(col(BatchRow.batch_id) == batch_id))
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
            before = names.values(self.county, period, past[-1:], known_by)[past[-1]]
            flows = {key: amount for key, amount in before.items() if key[1].startswith(prefix + "flow.")}
        found: dict[date, dict[tuple[str, str], int]] = {}
        for day in days:
            picture = self.picture(period, day, known_by)
            stands = baseline if baseline_from and day >= baseline_from else None
            values = {
                (place, prefix + name): amount
                for (place, name), amount in counting.stock(picture, stands).by_place().items()
            }
            if counting.flow and last is not None and day in drawn:
                for (place, name), amount in counting.flow(last, picture).by_place().items():
                    key = (place, prefix + name)
                    flows[key] = flows.get(key, 0) + amount
            if day in drawn:
                last = picture
            values.update(flows)
            found[day] = values
        return found

    def _baseline_day(self, known_by: int) -> date | None:
        batch_id = self.line.baseline_batch(known_by)
        return next((b.as_of for b in self.line.batches if b.id == batch_id), None)


class Snapshot:
    """A reading of the store on one day, by one person. Every read checks the scope."""

    def __init__(self, store: Store, scope: Scope, as_of: date, known_by: int) -> None:
        self.store = store
        self.scope = scope
        self.as_of = as_of
        self.known_by = known_by
        with store.engine.connect() as connection:
            self._lines = _timelines(connection)
            self._names = {
                row.id: row.name for row in connection.execute(select(col(Series.id), col(Series.name)))
            }
        self._cache: dict[tuple[str, int], dict[int, dict[str, int]]] = {}
        self._mentioned: dict[tuple[str, int, str, date], dict[str, Mention]] = {}
        self._spoken: dict[tuple[str, str], tuple[tuple[date, int], ...]] = {}

    def check(self, places: Iterable[str]) -> None:
        """OutOfScope unless every one of these places may be read."""
        for place in places:
            if not self.scope.covers(place):
                raise OutOfScope(f"您的权限不含这个地方（{self.scope.because or '未授权'}）。")

    def timeline(self, ledger: str, county: str) -> Timeline:
        """The batches of a ledger."""
        return self._lines.get((county, ledger), Timeline((), ()))

    def mentions(self, ledger: str, period: int, county: str, on: date | None = None) -> dict[str, Mention]:
        """How each reporting unit of a ledger stands on the snapshot's day (or on an earlier one)."""
        key = (ledger, period, county, on or self.as_of)
        if key not in self._mentioned:
            line = self.timeline(ledger, county)
            self._mentioned[key] = line.mentions(period, on or self.as_of, self.known_by)
        return self._mentioned[key]

    def days(self, ledger: str, period: int, county: str) -> list[date]:
        """The data dates in force up to the snapshot's day."""
        return [d for d in self.timeline(ledger, county).days(period, self.known_by) if d <= self.as_of]

    def spoken_of(self, ledger: str, county: str) -> tuple[tuple[date, int], ...]:
        """(data date, period) of everything that the batches in force up to the snapshot's day speak of, in order."""
        if (ledger, county) not in self._spoken:
            self._spoken[ledger, county] = tuple(
                sorted(
                    {
                        (batch.as_of, period)
                        for batch in self.timeline(ledger, county).active(self.known_by)
                        if batch.as_of <= self.as_of
                        for period, _ in batch.status
                    }
                )
            )
        return self._spoken[ledger, county]

    def has_baseline(self, county: str) -> bool:
        """True when a baseline was frozen on or before the snapshot's day."""
        line = self.timeline("monitored", county)
        batch_id = line.baseline_batch(self.known_by)
        return any(b.id == batch_id and b.as_of <= self.as_of for b in line.batches)

    def load(self, places: Iterable[str], period: int) -> None:
        """Reads the tallies of these places in one query; later reads of them cost nothing."""
        wanted = [p for p in dict.fromkeys(places) if (p, period) not in self._cache]
        self.check(wanted)
        for place in wanted:
            self._cache[place, period] = defaultdict(dict)
        with self.store.engine.connect() as connection:
            for chunk in _chunks(wanted):
                found = connection.execute(
                    select(col(Tally.place), col(Tally.series), col(Tally.day), func.sum(col(Tally.amount)))
                    .where(
                        col(Tally.place).in_(chunk),
                        col(Tally.period) == period,
                        col(Tally.day) <= as_number(self.as_of),
                        col(Tally.known) <= self.known_by,
                    )
                    .group_by(col(Tally.place), col(Tally.series), col(Tally.day))
                )
                for place, series, day, amount in found:
                    if amount:
                        self._cache[place, period][day][self._names[series]] = int(amount)

    def value(self, places: Sequence[str], series: str, period: int, on: date | None = None) -> int:
        """The sum of a series over places, on a day up to the snapshot's (its own day by default)."""
        self.load(places, period)
        until = as_number(on or self.as_of)
        return sum(
            amounts.get(series, 0)
            for place in places
            for day, amounts in self._cache[place, period].items()
            if day <= until
        )

    def slices(
        self, places: Sequence[str], series: str, period: int, on: date | None = None
    ) -> dict[str, int]:
        """{slice: value} of a sliced series: slices(…, "remaining.households@type") -> {"unstable": …}."""
        self.load(places, period)
        until = as_number(on or self.as_of)
        prefix = series + ":"
        total: dict[str, int] = defaultdict(int)
        for place in places:
            for day, amounts in self._cache[place, period].items():
                if day <= until:
                    for name, amount in amounts.items():
                        if name.startswith(prefix):
                            total[name[len(prefix) :]] += amount
        return {name: amount for name, amount in total.items() if amount}

    def rows(
        self, counting: Counting, place: str, period: int, columns: Sequence[str] | None = None
    ) -> list[Any]:
        """The rows in force under a place, in the order of leaf and key; the counting's columns or these. For a scope
        without names, as the counting's guard leaves them."""
        if self.scope.is_bulletin:
            raise OutOfScope("通报只公开汇总数，不含明细。")
        self.check([place])
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
            for row in connection.execute(query):
                holder = standing.get(counting.unit_of(row))
                if holder and holder.id == row.batch_id:
                    held = newest.get(row.key)
                    if held is None or ages[held.batch_id] < ages[row.batch_id]:
                        newest[row.key] = row
        rows = [row for row in newest.values() if row.leaf.startswith(place)]
        if counting.guard is None or self.scope.sees_names:
            return rows
        return list(counting.guard(rows))

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
