"""What the other parts of the store share: its batches and events read, moments, and what it says when it cannot."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Table, select
from sqlmodel import col

from core.count import Counting
from core.database import CHUNK, own
from core.tables.batches import Batch, Coverage, Event
from core.tables.identities import Identity
from core.timeline import BatchFact, EventFact, Timeline
from core.units import CHINA

ALWAYS = 2**53  # a moment after every other: what is known now


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


def chunks(items: Sequence[Any], size: int = CHUNK) -> Iterator[Sequence[Any]]:
    """The items in parts that a statement takes as bound values."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def table_of(counting: Counting) -> Table:
    """The table that holds the rows of a counting's ledger."""
    return own(counting.table)


def timelines(
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


def newest_identities(
    connection: Connection, county: str, households: Sequence[str] | None, until: int
) -> dict[tuple[str, str], Any]:
    """{(household, person): the person} (of these households, or all), as the newest batch in force has them; a person
    whom only withdrawn batches name stands as they do, since a later batch may have had nothing to change."""
    line = timelines(connection, county, "monitored")[county, "monitored"]
    active = {b.id for b in line.active(until)}
    query = select(own(Identity)).where(col(Identity.county) == county)

    def age(row: Any) -> tuple[bool, date, int]:
        return row.batch_id in active, row.as_of, row.batch_id

    newest: dict[tuple[str, str], Any] = {}
    for chunk in chunks(households) if households is not None else (None,):
        wanted = query if chunk is None else query.where(col(Identity.household).in_(chunk))
        for row in connection.execute(wanted):
            held = newest.setdefault((row.household, row.person), row)
            if held is not row and age(held) < age(row):
                newest[row.household, row.person] = row
    return newest


def identities_of(
    connection: Connection, county: str, households: Sequence[str], until: int
) -> dict[str, list[Any]]:
    """{household: its persons}, as the newest batch in force has each."""
    found: dict[str, list[Any]] = defaultdict(list)
    for (household, _), row in sorted(newest_identities(connection, county, households, until).items()):
        found[household].append(row)
    return found
