"""监测对象: how many will remain at risk at the year's end.

Eliminations, new identifications, reversals and departures go on as they did between the county's own exports; each
household's chance by its type, its main cause and the time since it was identified. The safety net is left out, and
nobody is counted as eliminated before the six months of 要点8 are over: a forecast is never a call to hurry exits.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from itertools import pairwise
from math import exp, prod, sqrt
from typing import Any

from core.count import Picture, State
from core.forecasts.completion import ABOVE_COUNTY, LEAST_CUTOFFS, Cutoff, range_of
from core.forecasts.projects import NoForecast
from core.indicators.monitored import COUNTING, months_between
from core.places import Area, PlaceTree
from core.plan import latest_plan
from core.realm import tree_of
from core.scope import Scope
from core.store import Pictures, Snapshot, Store, moment, once_for_all

METHOD = "消除率-1"
FACTOR_WEIGHT = 20.0  # so many expected eliminations weigh as much as "this group is like all"
LEAST_EXPORTS = 3
TOO_SHORT = f"全国系统导出不足{LEAST_EXPORTS}次，看不出消除的快慢，不作预测"


@dataclass(frozen=True)
class RemainingOutlook:
    """Households and persons that will not be eliminated at the target day. `low` and `high` (户) hold it in 8 of 10
    cases, None with too few past cut-offs; `floor` is what prudent exit does not allow to eliminate by then."""

    area: str
    now: int
    expected: float
    expected_persons: float
    low: int | None
    high: int | None
    floor: int
    by: date

    @property
    def middle(self) -> int:
        """The expected count, a whole number."""
        return round(self.expected)


@dataclass(frozen=True)
class _Rates:
    """What happened between the exports up to a day: daily rates, and factors of groups."""

    elimination: float
    factors: Mapping[tuple[int, str], float]
    departure: float
    reversal: float
    arrivals: Mapping[str, float]  # households a day, by township
    persons: float  # of a household that arrives


@dataclass(frozen=True)
class _Part:
    """A township's share of a forecast."""

    expected: float
    persons: float
    variance: float
    floor: int
    now: int


Group = tuple[str, str, str]


def _group(state: State) -> Group:
    """Type, main cause, and how long ago it was identified."""
    row = state.row
    waited = _waited(row, state.as_of)
    cause = row.causes[0] if row.causes else ""
    return row.kind, cause, "long" if waited >= 24 else "year" if waited >= 12 else "half"


def _waited(row: Any, on: date) -> int:
    return months_between(row.identified, on.year * 100 + on.month) if row.identified else 0


def _is_eligible(row: Any, on: date) -> bool:
    """May be eliminated prudently: no safety net, six months since identification."""
    return not row.is_safety_net and _waited(row, on) >= latest_plan(on).prudent_exit_months


@dataclass
class _Step:
    """What happened between two consecutive exports; a township that did not report the second teaches nothing."""

    eliminated: Counter[Group]
    waited: Counter[
        Group
    ]  # household days until elimination or the second export, by group, of those that may go
    open_days: float = 0.0
    gone: int = 0
    back_days: float = 0.0
    back: int = 0
    days: Counter[str] = field(default_factory=Counter)  # by township
    arrived: Counter[str] = field(default_factory=Counter)
    persons: int = 0


def _step(before: Picture, after: Picture) -> _Step:
    step = _Step(Counter(), Counter())
    for unit, on in after.unit_dates.items():
        if unit in before.unit_dates:
            step.days[unit] += (on - before.unit_dates[unit]).days
    for key, was in before.rows.items():
        unit = was.leaf[:9]
        length = (after.unit_dates.get(unit, was.as_of) - was.as_of).days
        if length <= 0:
            continue
        now = after.rows.get(key)
        if was.row.is_eliminated:
            step.back_days += length
            step.back += now is not None and not now.row.is_eliminated
            continue
        step.open_days += length
        step.gone += now is None
        if now is not None and _is_eligible(was.row, after.unit_dates[unit]):
            group = _group(was)
            ended = bool(now.row.is_eliminated)
            step.eliminated[group] += ended
            step.waited[group] += length // 2 if ended else length  # 一段之内消除的，平均只等了半段
    for key, now in after.rows.items():
        if key not in before.rows and not now.row.is_eliminated and now.leaf[:9] in before.unit_dates:
            step.arrived[now.leaf[:9]] += 1
            step.persons += now.row.persons
    return step


def _learn(steps: Sequence[_Step]) -> _Rates:
    """Daily rates; a group's factor is what came over what the rate of all, and the factors before, would bring."""
    eliminated: Counter[Group] = sum((s.eliminated for s in steps), Counter())
    waited: Counter[Group] = sum((s.waited for s in steps), Counter())
    everything = waited.total()
    rate = eliminated.total() / everything if everything else 0.0
    factors: dict[tuple[int, str], float] = {}
    for place in range(3):
        came: Counter[str] = Counter()
        meant: defaultdict[str, float] = defaultdict(float)
        for group, days in waited.items():
            came[group[place]] += eliminated[group]
            meant[group[place]] += rate * days * _factor(factors, group)
        for name in meant:
            factors[place, name] = (came[name] + FACTOR_WEIGHT) / (meant[name] + FACTOR_WEIGHT)
    watched = sum((s.days for s in steps), Counter[str]())
    arrived = sum((s.arrived for s in steps), Counter[str]())
    open_days, back_days = sum(s.open_days for s in steps), sum(s.back_days for s in steps)
    return _Rates(
        rate,
        factors,
        sum(s.gone for s in steps) / open_days if open_days else 0.0,
        sum(s.back for s in steps) / back_days if back_days else 0.0,
        {unit: arrived[unit] / length for unit, length in watched.items() if length},
        sum(s.persons for s in steps) / arrived.total() if arrived else 0.0,
    )


def _factor(factors: Mapping[tuple[int, str], float], group: Group) -> float:
    return prod(factors.get((place, name), 1.0) for place, name in enumerate(group))


def _parts(rates: _Rates, picture: Picture, until: date) -> dict[str, _Part]:
    """{township: its share} of what will remain on a later day."""
    six = latest_plan(until).prudent_exit_months
    found: dict[str, list[float]] = defaultdict(lambda: [0.0] * 5)
    eliminated: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for state in picture.rows.values():
        row, unit = state.row, state.leaf[:9]
        part = found[unit]
        if row.is_eliminated:
            eliminated[unit][0] += 1
            eliminated[unit][1] += row.persons
            continue
        left = max((until - state.as_of).days, 0)
        held = row.is_safety_net or not row.identified or _waited(row, until) < six
        wait = 0 if held else _days_until_eligible(row, state.as_of, six)
        rate = rates.elimination * _factor(rates.factors, _group(state))
        stays = exp(-rates.departure * left)
        if not held:
            stays *= exp(-rate * max(left - wait, 0))
        part[0] += stays
        part[1] += stays * row.persons
        part[2] += stays * (1 - stays)
        part[3] += held
        part[4] += 1
    for unit, on in picture.unit_dates.items():
        left = max((until - on).days, 0)
        part = found[unit]
        new = rates.arrivals.get(unit, 0.0) * left
        households, persons = eliminated[unit]
        back = households * rates.reversal * left
        again = back * (persons / households if households else 0.0)
        part[0] += new + back
        part[1] += new * rates.persons + again
        part[2] += new + back
    return {u: _Part(p[0], p[1], p[2], int(p[3]), int(p[4])) for u, p in found.items()}


def _days_until_eligible(row: Any, on: date, six: int) -> int:
    months = row.identified // 100 * 12 + row.identified % 100 - 1 + six
    return max((date(months // 12, months % 12 + 1, 1) - on).days, 0)


@dataclass(frozen=True)
class _CountyOutlook:
    by: date
    parts: Mapping[str, _Part]
    past: Mapping[str, tuple[Cutoff, ...]]
    reason: str


def outlook(snapshot: Snapshot, area: Area) -> RemainingOutlook | NoForecast:
    """How many households of an area will not be eliminated at the year's end. OutOfScope outside the scope;
    no forecast for a single village, whose numbers are too small."""
    snapshot.check(area.codes)
    if area.kind == "village":
        return NoForecast("村一级户数太少，不作预测")
    if area.is_above_county:
        return NoForecast(ABOVE_COUNTY)
    county = area.root
    whole = _county(snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by)
    if whole.reason:
        return NoForecast(whole.reason)
    parts = [p for unit, p in whole.parts.items() if any(unit.startswith(code) for code in area.codes)]
    expected = sum(p.expected for p in parts)
    level = area.kind if area.kind in whole.past else "township"
    floor, now = sum(p.floor for p in parts), sum(p.now for p in parts)
    reach = range_of(expected, sqrt(sum(p.variance for p in parts)), list(whole.past[level]))
    return RemainingOutlook(
        area.name,
        now,
        max(expected, floor),
        sum(p.persons for p in parts),
        max(reach[0], floor) if reach else None,
        max(reach[1], floor) if reach else None,
        floor,
        whole.by,
    )


@once_for_all(32)
def _county(store: Store, _version: int, county: str, as_of: date, known_by: int) -> _CountyOutlook:
    by = latest_plan(as_of)["risk_elimination_rate"].by or date(as_of.year, 12, 31)
    with store.pictures(Scope(frozenset({county}), because="预测"), COUNTING, county) as pictures:
        days = [d for d in pictures.line.days(0, known_by) if d <= as_of]
        if len(days) < LEAST_EXPORTS:
            return _CountyOutlook(by, {}, {}, TOO_SHORT)
        drawn = _drawn(pictures, days, known_by)
        steps = [_step(a, b) for a, b in pairwise(drawn)]
        parts = _parts(_learn(steps), drawn[-1], by)
        past = _past(drawn, steps, max((by - days[-1]).days, 0), tree_of(store, county))
        return _CountyOutlook(by, parts, past, "")


def _drawn(pictures: Pictures, days: Sequence[date], known_by: int) -> list[Picture]:
    """Each export as it was known when it came in; the last one as it is known now."""
    arrived: dict[date, int] = {}
    for batch in pictures.line.active(known_by):
        arrived[batch.as_of] = min(batch.known, arrived.get(batch.as_of, batch.known))
    known = [min(known_by, max(arrived[d], moment(d))) for d in days[:-1]]
    return [pictures.picture(0, d, by) for d, by in zip(days, [*known, known_by], strict=True)]


def _past(
    drawn: Sequence[Picture], steps: Sequence[_Step], ahead: int, tree: PlaceTree
) -> dict[str, tuple[Cutoff, ...]]:
    """Past forecasts of an export by those before it: those of about the same length where there are enough."""
    pairs = [(i, j) for i in range(LEAST_EXPORTS - 2, len(drawn)) for j in range(i + 1, len(drawn))]
    long = [(i, j) for i, j in pairs if (drawn[j].day - drawn[i].day).days * 2 >= ahead]
    zones = {t.code: str(z.number) for z in tree.zones(drawn[-1].day) for t in z.townships}
    levels: dict[str, Callable[[str], str]] = {
        "county": lambda _unit: "",
        "zone": lambda unit: zones.get(unit, unit),
        "township": lambda unit: unit,
    }
    found: dict[str, list[Cutoff]] = {level: [] for level in levels}
    for i, j in long if len(long) >= LEAST_CUTOFFS else pairs:
        parts = _parts(_learn(steps[:i]), drawn[i], drawn[j].day)
        span = float(drawn[i].day.toordinal()), float(drawn[j].day.toordinal())
        reported = {unit for unit, on in drawn[j].unit_dates.items() if on == drawn[j].day}
        came: defaultdict[str, int] = defaultdict(int)
        for state in drawn[j].rows.values():
            came[state.leaf[:9]] += not state.row.is_eliminated
        for level, name_of in levels.items():
            sums: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
            for unit, part in parts.items():
                if unit in reported:
                    total = sums[name_of(unit)]
                    total[0] += part.expected
                    total[1] += part.variance
                    total[2] += came[unit]
            found[level] += [Cutoff(*span, e, e, sqrt(v), c) for e, v, c in sums.values()]
    return {level: tuple(cutoffs) for level, cutoffs in found.items()}


@dataclass(frozen=True)
class Judged:
    """A forecast of one export for the next, against what the next one said. `low` and `high` hold it in 8 of 10 cases,
    None with too few past cut-offs."""

    made_on: date
    judged_on: date
    expected: float
    low: int | None
    high: int | None
    happened: int


def next_export_record(snapshot: Snapshot, county: str) -> tuple[Judged, ...]:
    """回测: what each export, with those before it, expected of the next one (户, whole county)."""
    snapshot.check([county])
    return _judged(snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by)


@lru_cache(maxsize=32)
def _judged(store: Store, _version: int, county: str, as_of: date, known_by: int) -> tuple[Judged, ...]:
    with store.pictures(Scope(frozenset({county}), because="预测"), COUNTING, county) as pictures:
        days = [d for d in pictures.line.days(0, known_by) if d <= as_of]
        if len(days) < LEAST_EXPORTS:
            return ()
        drawn = _drawn(pictures, days, known_by)
    steps, tree = [_step(a, b) for a, b in pairwise(drawn)], tree_of(store, county)
    found = []
    for i in range(LEAST_EXPORTS - 2, len(drawn) - 1):
        parts = _parts(_learn(steps[:i]), drawn[i], drawn[i + 1].day)
        came = sum(not state.row.is_eliminated for state in drawn[i + 1].rows.values())
        expected = sum(p.expected for p in parts.values())
        past = _past(drawn[: i + 1], steps[:i], (drawn[i + 1].day - drawn[i].day).days, tree)["county"]
        low, high = range_of(expected, sqrt(sum(p.variance for p in parts.values())), past) or (None, None)
        found.append(Judged(drawn[i].day, drawn[i + 1].day, expected, low, high, came))
    return tuple(found)
