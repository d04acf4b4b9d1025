"""Writing: `accept`, `withdraw` and `reinstate`, each in one transaction with the tallies it changes.

Nothing is ever edited or deleted.
"""

import gc
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, bindparam, func, insert, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, col

from core import database, journal, settings, trouble
from core.count import Counting
from core.database import open_engine, own, reading
from core.draft import Draft
from core.identity import keyed_hash, masked
from core.ledgers import LEDGERS
from core.scope import OutOfScope, Scope
from core.store.batches import (
    ALWAYS,
    BatchLine,
    StoreError,
    as_number,
    chunks,
    newest_identities,
    table_of,
    timelines,
)
from core.store.remembered import Remembered
from core.store.snapshot import Snapshot
from core.store.tallying import REPORTING, Difference, Pictures, SeriesNames, differing, reporting_counts
from core.tables.batches import Batch, BatchRow, Coverage, Event, StoreInfo
from core.tables.identities import Identity
from core.tables.regions import Region
from core.tables.tallies import Published, Series, Tally
from core.units import CHINA

Countings = Mapping[str, Counting]
# Every page asks; to write a statement anew takes longer than to ask it.
_VERSIONS = select(col(Published.place), col(Published.version)).where(
    col(Published.place).in_(bindparam("places", expanding=True))
)


def migrations() -> Config:
    """Alembic's settings: where the migrations stand."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "tables" / "migrations"))
    return config


def upgrade(connection: Connection) -> None:
    """Brings the tables to the newest migration, within the caller's transaction."""
    config = migrations()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


class Store:
    """A county's store at a SQLAlchemy URL. Open it with `Store.open`, make it with `Store.create`."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._writer = open_engine(url)
        self.engine = reading(self._writer)
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
            upgrade(connection)
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
        script = ScriptDirectory.from_config(migrations())
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
                upgrade(connection)
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
            with self._writer.connect().execution_options(writes=True) as connection, connection.begin():
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
            for chunk in chunks(sorted({place[:6] for place in places})):
                rows = connection.execute(_VERSIONS, {"places": chunk})
                found.update((row.place, row.version) for row in rows)
        return found

    def series_names(self, connection: Connection, wanted: set[int]) -> Mapping[int, str]:
        """{number: name} of series, these among them; names are only ever added."""
        if not wanted <= self._series.keys():
            found = connection.execute(select(col(Series.id), col(Series.name)))
            self._series = {row.id: row.name for row in found}
        return self._series

    def region(self, code: str) -> Region | None:
        """A province, city or county of a store that holds more than one county; looked up once a process, since a page
        asks for its county's places again and again and they are written once."""

        def look() -> Region | None:
            found = self.regions(col(Region.code) == code)
            return found[0] if found else None

        return self.remembered.get(("region", code), look)

    def regions(self, *wanted: Any) -> list[Region]:
        """The regions that fit these conditions on Region's columns, in the order of their codes."""
        with Session(self.engine) as session:
            found = session.exec(select(Region).where(*wanted).order_by(col(Region.code)))  # type: ignore[call-overload]
            return list(found.scalars())

    def latest_day(self, county: str, known_by: int = ALWAYS) -> date | None:
        """The newest data date of any batch of a county in force: what a page shows when no date is asked for."""
        return max(self.data_days(county, known_by), default=None)

    def data_days(self, county: str, known_by: int = ALWAYS) -> set[date]:
        """The data dates of all batches of a county in force."""
        with self.engine.connect() as connection:
            lines = timelines(connection, county)
        return {b.as_of for line in lines.values() for b in line.active(known_by)}

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
            line = timelines(connection, batch.county, batch.ledger)[batch.county, batch.ledger]
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

    def recount(self, connection: Connection, countings: Countings) -> int:
        """Makes the tallies say what the rows say under the program's present countings, at every day and moment of
        knowledge, within a writing transaction; gives how many lines that took. `core.recounting` says when."""
        posted = 0
        for county, ledger in sorted(
            timelines(connection)
        ):  # all before the first post: no import is met crosswise
            database.lock(connection, f"{county}/{ledger}")
        for (county, ledger), line in timelines(connection).items():
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
            line = timelines(connection, county, ledger)[county, ledger]
            if any(b.id == batch_id for b in line.active(ALWAYS)):
                return int(batch_id)
        return None

    def _write_rows(self, connection: Connection, batch_id: int, counting: Counting, draft: Draft) -> None:
        table = table_of(counting)
        hashed = {row.content_hash: row for row in draft.rows}
        known: dict[bytes, int] = {}

        def look_up(hashes: Sequence[bytes]) -> None:
            for chunk in chunks(hashes):
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
        known = {
            key: (p.is_head, p.name, p.document, p.document_hash)
            for key, p in newest_identities(connection, draft.county, None, ALWAYS).items()
        }
        common = {"county": draft.county, "batch_id": batch_id, "as_of": draft.as_of}
        fresh = []
        for household, persons in draft.persons.items():
            for number, p in {p.number: p for p in persons}.items():
                said = (p.is_head, p.name, masked(p.document), keyed_hash(p.document, secret))
                if known.get((household, number)) != said:
                    values = dict(zip(("is_head", "name", "document", "document_hash"), said, strict=True))
                    fresh.append({**common, "household": household, "person": number, **values})
        database.write_rows(connection, own(Identity), fresh)

    def _freezes_baseline(
        self, connection: Connection, draft: Draft, counting: Counting, baseline_on: date | None
    ) -> bool:
        whole = all(c.status != "missing" for c in draft.coverage)
        if counting.is_open is None or draft.as_of != baseline_on or not whole:
            return False
        line = timelines(connection, draft.county, draft.ledger)[draft.county, draft.ledger]
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
        names = SeriesNames(connection, counting.ledger)
        moments = sorted({known, *(e.known for e in reader.line.events if e.known > known)})
        differences: list[Difference] = []
        for period in periods:
            days = [day for day in reader.line.every_day(period) if day >= since]
            differences += differing(
                period,
                days,
                moments,
                lambda at, period=period, days=days: names.values(  # type: ignore[misc]
                    county, period, [*reader.before(period, days[0], at), *days], at
                ),
                lambda at, had, period=period, days=days: reader.amounts(period, days, at, had),  # type: ignore[misc]
            )
        if differences or not again:  # a recount that finds nothing leaves what pages remember as it is
            self._publish(connection, county, names, differences, revision, again=again)
        return len(differences)

    def _publish(
        self,
        connection: Connection,
        county: str,
        names: "SeriesNames",
        differences: "Sequence[Difference]",
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
        for (county, ledger), line in timelines(connection).items():
            moments = sorted({e.known for e in line.events})
            differences: list[Difference] = []
            for period in line.periods():
                days = line.every_day(period)
                differences += differing(
                    period,
                    days,
                    moments,
                    lambda _at, days=days: {day: {} for day in days},  # type: ignore[misc]
                    lambda at, _had, line=line, county=county, ledger=ledger, period=period, days=days: {  # type: ignore[misc]
                        day: reporting_counts(line, county, ledger, period, day, at) for day in days
                    },
                )
            newest = max(e.id for e in line.events)
            self._publish(connection, county, SeriesNames(connection, ledger), differences, newest)

    # ---- reading -------------------------------------------------------------------------------------

    def batches(self, county: str | None = None) -> list[BatchLine]:
        """Every batch ever accepted (of one county, or of all), newest last, with what happened to it."""
        wanted = [] if county is None else [col(Batch.county) == county]
        with Session(self.engine) as session:
            batches = session.exec(select(Batch).where(*wanted).order_by(col(Batch.id))).scalars().all()  # type: ignore[call-overload]
            its = select(Event).join(Batch, col(Batch.id) == col(Event.batch_id)).where(*wanted)
            events = session.exec(its.order_by(col(Event.id))).scalars().all()  # type: ignore[call-overload]
            lines = timelines(session.connection(), county)
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
            for (county, ledger), line in timelines(connection).items():
                names = SeriesNames(connection, ledger)
                reader = Pictures(connection, countings[ledger], county)
                for period in sorted({p for b in line.batches for p, _ in b.status}):
                    days = sorted({b.as_of for b in line.batches if any(p == period for p, _ in b.status)})
                    kept = names.values(county, period, days, ALWAYS)
                    counted = reader.amounts(period, days, ALWAYS, kept)
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

    def snapshot(
        self,
        scope: Scope,
        as_of: date,
        known_by: int = ALWAYS,
        versions: Mapping[str, int] | None = None,
    ) -> "Snapshot":
        """What the store says on a day, as known by a moment, to somebody with this scope. `versions` of counties are
        those that the caller read a moment ago, and need not be read again."""
        return Snapshot(self, scope, as_of, known_by, versions or {})


def _periods(draft: Draft) -> list[int]:
    return sorted({c.period for c in draft.coverage})
