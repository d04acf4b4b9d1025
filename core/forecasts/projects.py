"""项目: which will stand by the deadline, learnt from the county's own works and from nothing after the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from core.count import Picture
from core.forecasts.backtest import HorizonRecord, Tried, record
from core.forecasts.completion import (
    ABOVE_COUNTY,
    LEAST_FINISHED,
    NO_HISTORY,
    Cutoff,
    History,
    Works,
    count_range,
    finishing_days,
    lasting,
    lately,
    learn,
    spread_of,
)
from core.indicators.projects import COUNTING
from core.places import Area, PlaceTree
from core.plan import latest_plan
from core.realm import tree_of
from core.scope import Scope
from core.store import Pictures, Snapshot, Store, moment, once_for_all
from core.timeline import Timeline

METHOD = "工期比-2"  # changes when the method does: an issued forecast keeps the version it was made with
LEARNING_PERIODS = 8  # years of ledgers that are looked back on

STILL_DAYS = 60  # no change of progress, dates or payment for so long: standing still
PACE_WEIGHT = (
    10.0  # so many expected ends weigh as much as the assumption that standing still changes nothing
)
WATCHED = ("progress_percent", "started_on", "completed_on", "revised_on", "paid_fen")


@dataclass(frozen=True)
class ProjectOutlook:
    """One project that is not finished: the probability that it stands by the deadline, and the days by which it
    does with 10%, 50% and 90% (None: later than the history reaches). `idle_days` without any change (at least)."""

    key: str
    leaf: str
    chance: float
    early: date | None
    middle: date | None
    late: date | None
    seen_on: date
    idle_days: int | None
    is_started: bool


@dataclass(frozen=True)
class CountOutlook:
    """How many projects of an area will stand by the deadline. `low` and `high` hold it in 8 of 10 cases; None with
    too few past cut-offs."""

    area: str
    planned: int
    done: int
    expected: float
    low: int | None
    high: int | None
    deadline: date
    projects: tuple[ProjectOutlook, ...]

    @property
    def middle(self) -> int:
        """The expected count, a whole number."""
        return round(self.expected)


@dataclass(frozen=True)
class NoForecast:
    """Nothing is said, and why."""

    reason: str


@dataclass(frozen=True)
class _State:
    """Everything known of a project on a day, and since when it stands still."""

    key: str
    period: int
    leaf: str
    row: Any
    seen: date
    idle_days: int | None

    @property
    def stands_still(self) -> bool:
        """No change of progress, dates or payment for STILL_DAYS, as far as the ledgers show."""
        return self.idle_days is not None and self.idle_days >= STILL_DAYS


@dataclass(frozen=True)
class _Known:
    """All projects as they were known on a day: `works` in the order of `states`."""

    day: date
    states: tuple[_State, ...]
    works: Works
    history: History


def _number(day: date | None) -> float:
    return float(day.toordinal()) if day else float("nan")


_watched = attrgetter(*WATCHED)


class _Run(NamedTuple):
    """How long a project has been told of in the same words: since when, until which ledger, in how many."""

    told: tuple[Any, ...]
    since: date
    seen: date
    looks: int


class _Ledger:
    """The project ledgers of a county as they were known on each data date up to a day."""

    def __init__(self, pictures: Pictures, tree: PlaceTree, as_of: date, known_by: int) -> None:
        self.pictures = pictures
        self.tree = tree
        self.known_by = known_by
        self.line: Timeline = pictures.line
        self.days = sorted({b.as_of for b in self.line.active(known_by) if b.as_of <= as_of})
        self.last = self.days[-1] if self.days else None
        self._known: dict[date, _Known] = {}
        self._pictures: dict[tuple[int, date, tuple[int, ...]], Picture] = {}
        self._runs: dict[tuple[int, ...], dict[str, _Run]] = {}  # by pictures, which stay as long as they
        self._ends: dict[date, tuple[dict[bool, float], dict[bool, float]]] = {}
        for day in self.days:
            self.known(day)

    def known(self, day: date) -> _Known:
        """What was known on a day: of batches dated by it and taken in by its end."""
        if day not in self._known:
            # 当时所知：到这一天的台账头一次收到为止。最近的一天，到现在为止。
            came = min(b.known for b in self.line.active(self.known_by) if b.as_of == day)
            by = self.known_by if day == self.last else min(self.known_by, max(came, moment(day)))
            states = tuple(self._states(day, by))
            works = self._works(states)
            history = learn(works)
            pace = self._pace(day, states)
            works = replace(works, pace=pace)
            self._known[day] = _Known(day, states, works, history)
        return self._known[day]

    def _picture(self, period: int, day: date, by: int) -> Picture:
        """A day's rows; the same batches in force make the same picture, whatever the moment."""
        key = (period, day, tuple(sorted(b.id for b in self.line.active(by) if b.as_of <= day)))
        if key not in self._pictures:
            self._pictures[key] = self.pictures.picture(period, day, by)
        return self._pictures[key]

    def _states(self, day: date, by: int) -> list[_State]:
        found = []
        for period in self.line.periods()[-LEARNING_PERIODS:]:
            days = [d for d in self.line.days(period, by) if d <= day]
            if not days:
                continue
            idle = self._idle(period, days, by)
            for key, state in self._picture(period, day, by).rows.items():
                if not state.row.is_terminated:
                    found.append(
                        _State(key, period, state.leaf, state.row, state.as_of, idle.get((period, key)))
                    )
        return found

    def _idle(self, period: int, days: Sequence[date], by: int) -> dict[tuple[int, str], int]:
        """{project: days without change}: the last data date minus the first day of the unbroken run of ledgers
        with equal progress, dates and payment; nothing after a single ledger."""
        runs = self._followed(tuple(self._picture(period, day, by) for day in days))
        return {(period, key): (r.seen - r.since).days for key, r in runs.items() if r.looks > 1}

    def _followed(self, pictures: tuple[Picture, ...]) -> dict[str, _Run]:
        """{project: its run in the last of these pictures}; one day more is told from what its past told."""
        key = tuple(map(id, pictures))
        if key not in self._runs:
            runs = dict(self._followed(pictures[:-1])) if pictures else {}
            for name, state in pictures[-1].rows.items() if pictures else ():
                told, before = _watched(state.row), runs.get(name)
                looks = (before.looks + (before.seen != state.as_of)) if before else 1
                since = before.since if before and before.told == told else state.as_of
                runs[name] = _Run(told, since, state.as_of, looks)
            self._runs[key] = runs
        return self._runs[key]

    @staticmethod
    def _works(states: Sequence[_State]) -> Works:
        rows = [s.row for s in states]
        return Works(
            started=np.array([_number(r.started_on) for r in rows]),
            planned=np.array([_number(r.first_planned_on) for r in rows]),
            ended=np.array([_number(r.completed_on) for r in rows]),
            seen=np.array([_number(s.seen) for s in states]),
            kind=np.array([r.kind for r in rows], dtype=np.str_),
            planned_start=np.array([_number(r.planned_start_on or r.approved_on) for r in rows]),
            pace=np.ones(len(rows)),
        )

    def _pace(self, day: date, states: Sequence[_State]) -> Any:
        """What standing still does to the chance to end: ends that came over ends that were expected, at past
        ledgers until the next one, for works that stood still and for those that moved."""
        came, meant = {True: 0.0, False: 0.0}, {True: 0.0, False: 0.0}
        at = self.days.index(day)
        if at:  # 前面各期之间的，上一期已经数过
            earlier = self.days[at - 1]
            before = self.known(earlier)
            came, meant = (dict(counts) for counts in self._ends[earlier])
            self._count_ends(before, states, day, came, meant)
        self._ends[day] = (came, meant)
        pace = {
            stands: (came[stands] + PACE_WEIGHT) / (meant[stands] + PACE_WEIGHT) for stands in (True, False)
        }
        return np.array([pace[s.stands_still] for s in states])

    @staticmethod
    def _count_ends(
        before: _Known,
        states: Sequence[_State],
        then: date,
        came: dict[bool, float],
        meant: dict[bool, float],
    ) -> None:
        """Adds the ends that came, and those that were expected, from one ledger to the next."""
        if before.history.finished < LEAST_FINISHED:
            return
        settled = _settled(before, states, then)
        if not settled.states:
            return
        plain = replace(settled.works, pace=np.ones(len(settled.works)))
        watched = np.where(settled.came, settled.ended, _number(then)) - plain.seen
        lasts = lasting(before.history, plain, watched[:, None])[:, 0]
        for state, ended, still in zip(settled.states, settled.came, lasts, strict=True):
            came[state.stands_still] += ended
            meant[state.stands_still] -= np.log(max(still, 1e-6))


@dataclass(frozen=True)
class _Settled:
    """The started works that were open on a day and of which a later ledger knows how it went until another day."""

    states: tuple[_State, ...]
    works: Works
    came: Any  # ended by then
    ended: Any  # the day's ordinal, NaN while open


def _settled(known: _Known, later: Sequence[_State], until: date) -> _Settled:
    after = {(s.period, s.key): s for s in later}
    chosen, ended = [], []
    for i, state in enumerate(known.states):
        then = after.get((state.period, state.key))
        works = known.works
        if then is None or not np.isnan(works.ended[i]) or np.isnan(works.planned[i] + works.started[i]):
            continue
        on = then.row.completed_on
        if on is None and then.seen < until:
            continue  # 后来没有再报，不知道那天竣工没有
        chosen.append(i)
        ended.append(_number(on))
    days = np.array(ended)
    return _Settled(
        tuple(known.states[i] for i in chosen),
        known.works[np.array(chosen, dtype=int)],
        days <= until.toordinal(),
        days,
    )


@once_for_all(2)  # large
def _ledger(store: Store, _version: int, county: str, as_of: date, known_by: int) -> _Ledger:
    with store.pictures(Scope(frozenset({county}), because="预测"), COUNTING, county) as pictures:
        return _Ledger(pictures, tree_of(store, county), as_of, known_by)


@dataclass(frozen=True)
class CountyOutlook:
    """All that is forecast of a county's projects on a day; read it through `outlook`."""

    period: int
    deadline: date
    states: tuple[_State, ...]
    chances: Mapping[str, ProjectOutlook]
    past: Mapping[str, tuple[Cutoff, ...]]  # by kind of area: county, zone, township
    reason: str


def outlook(snapshot: Snapshot, area: Area) -> CountOutlook | NoForecast:
    """How many of an area's projects will stand by the plan's deadline, and each one's own chance.

    OutOfScope when the snapshot's scope does not cover the area.
    """
    snapshot.check(area.codes)
    if area.is_above_county:
        return NoForecast(ABOVE_COUNTY)
    county = area.root
    whole = _county(snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by)
    if whole.reason:
        return NoForecast(whole.reason)
    inside = [s for s in whole.states if any(s.leaf.startswith(code) for code in area.codes)]
    terminated = snapshot.value(area.codes, "projects.stage_terminated", whole.period)
    mine = [whole.chances[s.key] for s in inside if s.key in whole.chances]
    done = len(inside) - len(mine)
    chances = np.array([p.chance for p in mine])
    level = area.kind if area.kind in whole.past else "township"
    reach = count_range(chances, list(whole.past[level]))
    return CountOutlook(
        area.name,
        len(inside) + terminated,
        done,
        done + float(chances.sum()),
        done + reach[0] if reach else None,
        done + reach[1] if reach else None,
        whole.deadline,
        tuple(sorted(mine, key=lambda p: (p.chance, p.key))),
    )


@once_for_all(32)
def _county(store: Store, version: int, county: str, as_of: date, known_by: int) -> CountyOutlook:
    plan = latest_plan(as_of)
    deadline = plan["projects_completed_rate"].by or date(as_of.year, 12, 31)
    ledger = _ledger(store, version, county, as_of, known_by)
    days = ledger.days
    nothing = CountyOutlook(as_of.year, deadline, (), {}, {}, NO_HISTORY)
    if not days:
        return nothing
    known = ledger.known(days[-1])
    if known.history.finished < LEAST_FINISHED:
        return nothing
    past = _past(ledger, days[:-1], max((deadline - days[-1]).days, 0), days[-1])
    pace = lately(past["county"], float(days[-1].toordinal()))
    known = replace(known, works=replace(known.works, pace=known.works.pace * pace))
    chances = _chances(known, as_of.year, deadline)
    states = tuple(s for s in known.states if s.period == as_of.year)
    if not states:
        return CountyOutlook(as_of.year, deadline, (), {}, {}, "本年项目台账未报，不作预测")
    return CountyOutlook(as_of.year, deadline, states, chances, past, "")


def _chances(known: _Known, period: int, deadline: date) -> dict[str, ProjectOutlook]:
    chosen = np.array([s.period == period for s in known.states]) & known.works.is_open
    works = _with_plan(known.works[chosen], deadline)
    states = [s for s, is_one in zip(known.states, chosen, strict=True) if is_one]
    if not states:
        return {}
    ahead = np.maximum(deadline.toordinal() - works.seen, 0)
    chance = 1 - lasting(known.history, works, ahead[:, None])[:, 0]
    days = finishing_days(known.history, works)
    return {
        s.key: ProjectOutlook(
            s.key,
            s.leaf,
            float(chance[i]),
            _date(days.early[i]),
            _date(days.middle[i]),
            _date(days.late[i]),
            s.seen,
            s.idle_days,
            bool(works.is_started[i]),
        )
        for i, s in enumerate(states)
    }


def _with_plan(works: Works, deadline: date) -> Works:
    """A work without a planned day is taken as planned for the deadline: the plan asks that of all (要点2)."""
    planned = np.where(np.isnan(works.planned), float(deadline.toordinal()), works.planned)
    return replace(works, planned=planned)


def _date(ordinal: float) -> date | None:
    return date.fromordinal(int(ordinal)) if np.isfinite(ordinal) else None


def _past(ledger: _Ledger, days: Sequence[date], ahead: int, today: date) -> dict[str, tuple[Cutoff, ...]]:
    """{county, zone, township: past forecasts of counts, `ahead` days long, that had come true or not by today}."""
    now = ledger.known(today).states
    found: dict[str, list[Cutoff]] = {"county": [], "zone": [], "township": []}
    for day in days:
        due = day + timedelta(days=ahead)
        known = ledger.known(day)
        if due > today or known.history.finished < LEAST_FINISHED:
            continue
        settled = _settled(known, now, due)
        if not settled.states:
            continue
        made = float(day.toordinal())
        lasts = lasting(known.history, settled.works, np.array([float(ahead)]))[:, 0]
        chances = 1 - lasts ** lately(found["county"], made)
        units = [s.leaf[:9] for s in settled.states]
        zone_of = {t.code: str(z.number) for z in ledger.tree.zones(day) for t in z.townships}
        groups = {"county": [""] * len(units), "zone": [zone_of.get(u, u) for u in units], "township": units}
        for level, names in groups.items():
            for name in sorted(set(names)):
                inside = np.array(names) == name
                found[level].append(
                    Cutoff(
                        made,
                        made + ahead,
                        float((1 - lasts[inside]).sum()),
                        float(chances[inside].sum()),
                        spread_of(chances[inside]),
                        float(settled.came[inside].sum()),
                    )
                )
    return {level: tuple(cutoffs) for level, cutoffs in found.items()}


def past_record(snapshot: Snapshot, county: str, horizon: int) -> HorizonRecord:
    """回测: today's method at each past data date, on what was known on it, `horizon` days ahead. OutOfScope for who
    may not see the whole county."""
    snapshot.check([county])
    return _past_record(
        snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by, horizon
    )


@lru_cache(maxsize=32)
def _past_record(
    store: Store, version: int, county: str, as_of: date, known_by: int, horizon: int
) -> HorizonRecord:
    ledger = _ledger(store, version, county, as_of, known_by)
    return record(horizon, _tried(ledger, ledger.days, horizon) if ledger.days else [])


def _tried(ledger: _Ledger, days: Sequence[date], horizon: int) -> list[Tried]:
    today = days[-1]
    now = ledger.known(today).states
    tried: list[Tried] = []
    for day in days[:-1]:
        until = day + timedelta(days=horizon)
        known = ledger.known(day)
        if until > today or known.history.finished < LEAST_FINISHED:
            continue
        settled = _settled(known, now, until)
        if not settled.states:
            continue
        before = [t for t in tried if t.due <= day.toordinal()]
        past = [t.as_cutoff for t in before]
        lasts = lasting(known.history, settled.works, np.array([float(horizon)]))[:, 0]
        chances = 1 - lasts ** lately(past, float(day.toordinal()))
        n = sum(len(t.came) for t in before)
        pace = float(1 - np.exp(-known.history.pace * horizon))
        tried.append(
            Tried(
                float(day.toordinal()),
                float(until.toordinal()),
                float((1 - lasts).sum()),
                chances,
                (settled.works.planned <= until.toordinal()).astype(float),
                sum(int(t.came.sum()) for t in before) / n if n else pace,
                settled.came,
                count_range(chances, past),
            )
        )
    return tried


@dataclass(frozen=True)
class JudgedCount:
    """What a ledger let expect of the next one: how many of its open projects of the year would be finished."""

    made_on: date
    judged_on: date
    expected: float
    low: int | None
    high: int | None
    happened: int


def next_ledger_record(snapshot: Snapshot, county: str) -> tuple[JudgedCount, ...]:
    """The year's ledgers, each judged at the next one's day: the deadline itself is still ahead (全县). OutOfScope
    for who may not see the whole county."""
    snapshot.check([county])
    return _judged(snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by)


@lru_cache(maxsize=32)
def _judged(store: Store, version: int, county: str, as_of: date, known_by: int) -> tuple[JudgedCount, ...]:
    found = []
    ledger = _ledger(store, version, county, as_of, known_by)
    days = [d for d in ledger.line.days(as_of.year, known_by) if d <= as_of]
    for day, then in pairwise(days):
        known = ledger.known(day)
        if known.history.finished < LEAST_FINISHED:
            continue
        chosen = np.array([s.period == as_of.year for s in known.states]) & known.works.is_open
        works = _with_plan(known.works[chosen], date(as_of.year, 12, 31))
        keys = {s.key for s, is_one in zip(known.states, chosen, strict=True) if is_one}
        ahead = np.maximum(then.toordinal() - works.seen, 0)
        past = _past(ledger, [d for d in ledger.days if d < day], (then - day).days, day)["county"]
        lasts = lasting(known.history, works, ahead[:, None])[:, 0]
        chances = 1 - lasts ** lately(past, float(day.toordinal()))
        low, high = count_range(chances, past) or (None, None)
        came = sum(
            s.key in keys and s.row.completed_on is not None and s.row.completed_on <= then
            for s in ledger.known(then).states
            if s.period == as_of.year
        )
        found.append(JudgedCount(day, then, float(chances.sum()), low, high, came))
    return tuple(found)
