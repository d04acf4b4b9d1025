"""Copies a demo county into a province, to show that a page costs the same there: `python -m core scale`.

The county is copied row by row in the database, with the codes of places and the numbers of batches and rows
shifted; the sums above come from the counties' own tallies, as an acceptance makes them. Copies hold the tallies of
all exports, and the rows of the newest and of the baseline: what the next acceptance compares with.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from math import ceil
from typing import Any

from sqlalchemy import Connection, Table, and_, func, insert, literal, select
from sqlmodel import SQLModel, col

from core.database import is_postgres, own, restart_sequences, under, write_rows
from core.indicators import COUNTINGS
from core.moving import move
from core.places import place_tree
from core.store import Store, StoreError
from core.tables.batches import Batch, BatchRow, Coverage, Event
from core.tables.regions import Region
from core.tables.tallies import Published, Tally

CITIES = 20  # a province has about so many, …
COUNTIES = 13  # … and a city at least so many counties, until all cities are there
MOST = 99  # what two digits can number


def regions(home: str, counties: int) -> list[Region]:
    """A province of so many counties, `home` among them under its own code, in cities numbered from its own."""
    province, own = home[:2], int(home[2:4])
    each = max(COUNTIES, ceil(counties / CITIES))
    if each > MOST:
        raise StoreError(f"最多{CITIES * MOST}个县。")
    cities = [own, *(n for n in range(1, CITIES + 1) if n != own)][: ceil(counties / each)]
    found = [Region(code=province, upper="", name="示例省")]
    left = counties
    for city in cities:
        upper = f"{province}{city:02}"
        found.append(Region(code=upper, upper=province, name=f"示例{city:02}市"))
        codes = [f"{upper}{n:02}" for n in range(1, each + 1)]
        if upper == home[:4]:
            codes = [home, *(code for code in codes if code != home)]
        for code in codes[: min(each, left)]:
            if code != home:
                found.append(Region(code=code, upper=upper, name=f"示例{code[2:]}县", copy_of=home))
        left -= each
    return found


def scale(source_url: str, target_url: str, counties: int, say: Callable[[str], None]) -> None:
    """Writes a store of so many counties at `target_url`, out of the demo county's store at `source_url`.

    StoreError when the target has a store already, or the source is no demo store.
    """
    source = Store.open(source_url)
    if not source.is_demo():
        raise StoreError("只能用演示库来放大。请先运行 python -m core init --demo。")
    source.engine.dispose()
    move(source_url, target_url, lambda _words: None)
    store = Store.open(target_url)
    started = time.monotonic()
    with store.engine.connect() as connection:
        if not is_postgres(connection) and (driver := connection.connection.driver_connection):
            for pragma in ("synchronous=OFF", "cache_size=-400000"):  # a copy that failed is made anew
                driver.execute(f"PRAGMA {pragma}")
        home = connection.execute(select(col(Batch.county)).limit(1)).scalar_one()
        made = [*regions(home, counties), Region(code=home, upper=home[:4], name=place_tree().county.name)]
        codes = sorted(r.code for r in made if len(r.code) == 6 and r.code != home)
        copying = _Copying(connection, home)
        connection.commit()
        for number, code in enumerate(codes, 1):
            copying.copy(number, code)
            connection.commit()
            if number % 50 == 0:
                say(f"已写{number + 1}个县，{time.monotonic() - started:.0f}秒")
        write_rows(connection, own(Region), [r.model_dump() for r in sorted(made, key=lambda r: r.code)])
        _add_above(connection, home, [home, *codes])
        for table in SQLModel.metadata.sorted_tables:
            restart_sequences(connection, table)
        connection.commit()
        if is_postgres(connection):
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    store.engine.dispose()


class _Copying:
    """What one county has, and how it is written once more under another code."""

    def __init__(self, connection: Connection, home: str) -> None:
        self.connection = connection
        self.home = home
        self.tables = {ledger: own(counting.table) for ledger, counting in COUNTINGS.items()}
        self.steps = {
            table: connection.execute(select(func.max(table.c.id))).scalar() or 0
            for table in (*self.tables.values(), own(Batch), own(Event))
        }
        self.kept = sorted(self._kept())

    def _kept(self) -> Iterator[int]:
        """The newest batch of each ledger and period, and the baseline's."""
        batch, coverage, event = own(Batch), own(Coverage), own(Event)
        newest: dict[tuple[str, int], tuple[Any, int]] = {}
        listed = select(batch.c.ledger, coverage.c.period, batch.c.as_of, batch.c.id).join(coverage)
        for ledger, period, as_of, number in self.connection.execute(listed.distinct()):
            newest[ledger, period] = max(newest.get((ledger, period), (as_of, number)), (as_of, number))
        yield from {number for _, number in newest.values()}
        yield from self.connection.execute(
            select(event.c.batch_id).where(event.c.kind == "baseline")
        ).scalars()

    def copy(self, number: int, code: str) -> None:
        """Writes the county once more, as the so-manieth copy, under a code."""
        batch, event = own(Batch), own(Event)
        shift = number * self.steps[batch]
        self._insert(batch, batch.c.county == self.home, id=batch.c.id + shift, county=literal(code))
        its = select(batch.c.id).where(batch.c.county == self.home)
        coverage = own(Coverage)
        self._insert(
            coverage,
            coverage.c.batch_id.in_(its),
            batch_id=coverage.c.batch_id + shift,
            unit=_moved(coverage.c.unit, code),
        )
        self._insert(
            event,
            event.c.batch_id.in_(its),
            id=event.c.id + number * self.steps[event],
            batch_id=event.c.batch_id + shift,
        )
        listed = own(BatchRow)
        for ledger, table in self.tables.items():
            step = number * self.steps[table]
            kept = select(batch.c.id).where(batch.c.ledger == ledger, batch.c.id.in_(self.kept))
            those = select(listed.c.row_id).where(listed.c.batch_id.in_(kept))
            self._insert(
                table,
                and_(table.c.county == self.home, table.c.id.in_(those)),
                id=table.c.id + step,
                county=literal(code),
                leaf=_moved(table.c.leaf, code),
            )
            self._insert(
                listed,
                listed.c.batch_id.in_(kept),
                batch_id=listed.c.batch_id + shift,
                row_id=listed.c.row_id + step,
            )
        tally = own(Tally)
        self._insert(tally, under(tally.c.place, self.home), place=_moved(tally.c.place, code))

    def _insert(self, table: Table, where: Any, **changed: Any) -> None:
        columns = [changed.get(c.name, c) for c in table.columns]
        rows = select(*columns).where(where)
        if table.name == "tally":
            rows = rows.order_by(*table.primary_key.columns)  # written in the order of its key
        self.connection.execute(insert(table).from_select([c.name for c in table.columns], rows))


def _moved(column: Any, code: str) -> Any:
    return literal(code) + func.substr(column, 7)


def _add_above(connection: Connection, home: str, codes: list[str]) -> None:
    """The sums above, and a version for each place. Each county adds what the first one does."""
    tally, published = own(Tally), own(Published)
    version = connection.execute(select(published.c.version).where(published.c.place == home)).scalar_one()
    under = Counter(code[:digits] for code in codes for digits in (0, 2, 4, 6))
    connection.execute(published.delete())
    versions = [{"place": place, "version": n * version} for place, n in sorted(under.items())]
    write_rows(connection, published, versions)
    keys = (tally.c.period, tally.c.series, tally.c.day)
    for place in sorted(place for place in under if len(place) in (2, 4)):
        connection.execute(tally.delete().where(tally.c.place == place))
        amount = func.sum(tally.c.amount) * under[place]
        sums = select(literal(place), *keys, literal(0), literal(0), amount)
        rows = sums.where(tally.c.place == home).group_by(*keys).order_by(*keys)
        connection.execute(insert(tally).from_select([c.name for c in tally.columns], rows))
