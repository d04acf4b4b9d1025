"""Reading: what the store says on a day, to somebody with a scope. Every read checks it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import func, select
from sqlmodel import col

from core.count import Counting
from core.database import under
from core.scope import OutOfScope, Scope
from core.store.batches import ALWAYS, StoreError, as_number, chunks, identities_of, table_of, timelines
from core.store.tallying import REPORTING
from core.tables.batches import BatchRow
from core.tables.tallies import Series, Tally
from core.timeline import Mention, Timeline

if TYPE_CHECKING:
    from core.store.door import Store


T = TypeVar("T")


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

    def __init__(
        self, store: "Store", scope: Scope, as_of: date, known_by: int, versions: Mapping[str, int]
    ) -> None:
        self.store = store
        self.scope = scope
        self.as_of = as_of
        self.known_by = known_by
        self._versions = dict(versions)
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
                return timelines(connection, county, ledger)[county, ledger]

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

    def told_on(self, counting: Counting, period: int, row: Any) -> date:
        """The data date of the batch that says so of a row in force: the day by which it is overdue or not, in a list
        as in the tallies."""
        standing = self.mentions(counting.ledger, period, row.leaf[:6])[counting.unit_of(row)].standing
        assert standing is not None  # else the row would not be in force
        return standing.as_of

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

        def read() -> Reach:
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

        return self.once(("reach", ledger, period, place), read)  # every figure of a place asks for it

    def load(self, places: Iterable[str], period: int) -> None:
        """Reads the tallies of these places in one query; later reads of them cost nothing."""
        wanted = [p for p in dict.fromkeys(places) if (p, period) not in self._held]
        self.check(wanted)
        if self.known_by != ALWAYS and any(len(place) < 6 for place in wanted):
            raise StoreError("省、市只有现在所知的数；要看过去某一时刻所知的，请到县。")
        if unasked := {place[:6] for place in wanted} - self._versions.keys():
            versions = self.store.versions(unasked)
            self._versions.update((place, versions.get(place, 0)) for place in unasked)
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
            for chunk in chunks(fresh):
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

    def _all_tallies(self, places: Sequence[str], period: int) -> list[_Held]:
        try:  # nearly always: a page loads what it shows in one query
            return [self._held[place, period] for place in places]
        except KeyError:
            self.load(places, period)
            return [self._held[place, period] for place in places]

    def _key(self, place: str, period: int) -> tuple[Any, ...]:
        return ("tallies", self.version(place), place, period, self.known_by)

    def _tallies(self, place: str, period: int) -> _Held:
        (held,) = self._all_tallies([place], period)
        return held

    def value(self, places: Sequence[str], series: str, period: int, on: date | None = None) -> int:
        """The sum of a series over places, on a day up to the snapshot's (its own day by default)."""
        until = as_number(on or self.as_of)
        return sum([held.value(series, until) for held in self._all_tallies(places, period)])

    def totals(self, places: Sequence[str], series: str, period: int) -> dict[str, int]:
        """{place: value} of one series on the snapshot's day, of places of which nothing else is asked yet."""
        self.check(places)
        found: dict[str, int] = {}
        with self.store.engine.connect() as connection:
            number = select(col(Series.id)).where(col(Series.name) == series).scalar_subquery()
            for chunk in chunks(places):
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
        until = as_number(on or self.as_of)
        total: dict[str, int] = defaultdict(int)
        for held in self._all_tallies(places, period):
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
        table = table_of(counting)
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
        if len(place) > 6:  # whoever has stood in this township: a newer row may have moved them to another
            here = table.c.county == place[:6], table.c.period == period, under(table.c.leaf, place[:9])
            query = query.where(table.c.key.in_(select(table.c.key).where(*here)))
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
            return identities_of(connection, place[:6], wanted, self.known_by)
