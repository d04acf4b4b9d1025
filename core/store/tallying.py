"""From rows to tallies: the rows in force on a day, what they count, and what a revision must post."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Integer, case, func, insert, literal_column, select
from sqlmodel import col

from core.count import Baseline, BaselineHousehold, Counting, Picture, State
from core.database import under
from core.store.batches import as_number, table_of, timelines
from core.tables.batches import BatchRow
from core.tables.tallies import Series, Tally
from core.timeline import BatchFact, Timeline

T = TypeVar("T")


REPORTING = "reporting"  # tallied at the county, so that pages above it need not read any county's batches


class Difference(NamedTuple):
    """What a revision changes in one count of a place, from a day on, as known from a moment on."""

    place: str
    series: str
    period: int
    day: date
    known: int
    amount: int


Values = dict[tuple[str, str], int]


def differing(
    period: int,
    days: Sequence[date],
    moments: Sequence[int],
    before: Callable[[int], Mapping[date, Values]],
    after: Callable[[int, Mapping[date, Values]], Mapping[date, Values]],
) -> list[Difference]:
    """What must be posted so that the tallies, which say `before(moment)`, come to say `after(moment, before)`."""
    posted: dict[date, Values] = {day: defaultdict(int) for day in days}
    differences = []
    for at in moments:
        # 前一时刻补记的差额还没有写入，先算上；同一时刻内再减去前一日期的。
        had = before(at)
        has = after(at, had)
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
                    differences.append(Difference(*key, period, day, at, amount))
            left = change
            for key, amount in change.items():
                sent[key] += amount
    return differences


def reporting_counts(
    line: Timeline, county: str, ledger: str, period: int, day: date, known_by: int
) -> Values:
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


class SeriesNames:
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
        self, county: str, period: int, days: Sequence[date], known_by: int
    ) -> dict[date, dict[tuple[str, str], int]]:
        """{day: {(place, series): value}} of everything under a county, as the tallies have it."""
        first = literal_column(
            str(as_number(days[0])), Integer
        )  # a bound value would not group on PostgreSQL
        since = case(
            (col(Tally.day) <= first, first), else_=col(Tally.day)
        )  # before the first day one sum is enough
        found = self.connection.execute(
            select(col(Tally.place), col(Tally.series), since, func.sum(col(Tally.amount)))
            .where(
                under(col(Tally.place), county),
                col(Tally.series).in_(self.names),
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
    """Reads the rows in force of one ledger and county, each version of a row once: a batch that lists it again gets
    the same object.

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
        self.line = timelines(connection, county, counting.ledger)[county, counting.ledger]
        self._versions: dict[int, Any] = {}
        self._rows: dict[int, list[Any]] = {}

    def rows(self, batch_id: int) -> list[Any]:
        """The rows that a batch lists, with the counting's columns."""
        if batch_id not in self._rows:
            listed = select(col(BatchRow.row_id)).where(col(BatchRow.batch_id) == batch_id)
            numbers = self.connection.execute(listed.order_by(col(BatchRow.row_id))).scalars().all()
            table = table_of(self.counting)
            columns = [table.c[name] for name in ("id", "key", "leaf", "period", *self.counting.columns)]
            fresh = select(*columns).join(BatchRow, col(BatchRow.row_id) == table.c.id)
            seen = select(col(BatchRow.row_id)).where(col(BatchRow.batch_id).in_(self._rows))
            fresh = fresh.where(col(BatchRow.batch_id) == batch_id, col(BatchRow.row_id).not_in(seen))
            self._versions.update((row.id, row) for row in self.connection.execute(fresh))
            self._rows[batch_id] = [self._versions[number] for number in numbers]
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

    def before(self, period: int, day: date, known_by: int) -> list[date]:
        """The last data date before a day, from whose flows the day's run on; [] where there is none."""
        return [d for d in self.line.days(period, known_by) if d < day][-1:]

    def amounts(
        self, period: int, days: Sequence[date], known_by: int, tallied: Mapping[date, Values]
    ) -> dict[date, Values]:
        """{day: {(place, series): value}} as the rows have it; flows run on from what the tallies say of the data date
        before."""
        counting = self.counting
        drawn = self.line.days(period, known_by)
        baseline = self.baseline(known_by)
        baseline_from = self._baseline_day(known_by)
        prefix = counting.ledger + "."
        flows: Values = {}
        last: Picture | None = None
        past = self.before(period, days[0], known_by)
        if past and counting.flow:
            last = self.picture(period, past[0], known_by)
            flows = {key: n for key, n in tallied[past[0]].items() if key[1].startswith(prefix + "flow.")}
        found: dict[date, Values] = {}
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
            values.update(reporting_counts(self.line, self.county, counting.ledger, period, day, known_by))
            found[day] = values
        return found

    def _baseline_day(self, known_by: int) -> date | None:
        batch_id = self.line.baseline_batch(known_by)
        return next((b.as_of for b in self.line.batches if b.id == batch_id), None)
