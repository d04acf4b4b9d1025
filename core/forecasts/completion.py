"""When works will be finished: from how long works took that were planned to take so long.

The measure is actual over planned duration. What is not finished counts as watched so far (Kaplan-Meier); works of
the same type count more the more of them were watched so long; what is already known of a work (started or not,
how far past its plan, standing still or not) conditions the rest. Days are ordinals (`date.toordinal`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from core.forecasts.survival import Curve, Flags, Floats, kaplan_meier

SHORTEST_PLAN = 30.0  # days: below it a planned duration is a slip of the pen, and ratios to it mean nothing
LEAST_OF_KIND = 10  # works of a type: fewer say nothing of their own
KIND_WEIGHT = 60.0  # so many works of the same type watched so long weigh as much as all works together
PACE_WEIGHT = 5.0  # so many works of all types watched so long weigh as much as the bare pace
START_STEPS = 20  # a start that has not come is spread over so many equally likely days
LEAST_FINISHED = 30  # fewer finished works than this are no history

ABOVE_COUNTY = "预测按县作出，请选一个县"
NO_HISTORY = f"已竣工的历史项目不足{LEAST_FINISHED}个，不作预测"


@dataclass(frozen=True)
class Works:
    """Works as they were known: one element each. NaN for a day that is not known or has not come.

    `seen` is the last day on which a work was looked at; `pace` multiplies the chance to end (1: as history has it).
    """

    started: Floats
    planned: Floats
    ended: Floats
    seen: Floats
    kind: npt.NDArray[np.str_]
    planned_start: Floats
    pace: Floats

    @property
    def is_open(self) -> Flags:
        """Not finished when last seen."""
        return np.isnan(self.ended)

    @property
    def is_started(self) -> Flags:
        """Begun when last seen."""
        return ~np.isnan(self.started)

    @property
    def duration(self) -> Floats:
        """Planned days from the start (the planned one where it has not started) to the planned end."""
        start = np.where(self.is_started, self.started, self.planned_start)
        return np.maximum(self.planned - start, SHORTEST_PLAN)

    def __getitem__(self, which: Flags | npt.NDArray[np.int_]) -> "Works":
        return Works(**{name: column[which] for name, column in vars(self).items()})

    def __len__(self) -> int:
        return len(self.started)


@dataclass(frozen=True)
class History:
    """What works until a day teach: the distribution of actual over planned duration, of all and of each type,
    that of the days from planned to actual start, and the bare paces (ends a day for each open work, starts a day
    for each that waits)."""

    whole: Curve
    by_kind: Mapping[str, Curve]
    start_delay: Curve
    pace: float
    start_pace: float
    finished: int


def learn(works: Works) -> History:
    """Learns from works as they were known on a day."""
    begun = works[works.is_started & ~np.isnan(works.planned)]
    until = np.where(begun.is_open, begun.seen, begun.ended)
    ratio = np.maximum(until - begun.started, 0) / begun.duration
    ended = ~begun.is_open
    meant = works[~np.isnan(works.planned_start)]
    delay = np.where(meant.is_started, meant.started, meant.seen) - meant.planned_start
    days = float(np.maximum(until - begun.started, 0).sum())
    waited = float(np.maximum(delay, 1).sum())
    return History(
        whole=kaplan_meier(ratio, ended),
        by_kind={kind: kaplan_meier(ratio[these], ended[these]) for kind, these in _kinds(begun)},
        start_delay=kaplan_meier(delay, meant.is_started),
        pace=float(ended.sum()) / days if days else 0.0,
        start_pace=float(meant.is_started.sum()) / waited if waited else 0.0,
        finished=int(ended.sum()),
    )


def _kinds(works: Works) -> Iterator[tuple[str, npt.NDArray[np.int_]]]:
    """Each type of which there are enough, and where its works stand."""
    if not len(works):  # of nothing, numpy's split would make one part
        return
    names, which, counts = np.unique(works.kind, return_inverse=True, return_counts=True)
    places = np.split(np.argsort(which, kind="stable"), np.cumsum(counts)[:-1])
    for name, these in zip(names, places, strict=True):
        if len(these) >= LEAST_OF_KIND:
            yield str(name), these


def lasting(history: History, works: Works, ahead: Floats) -> Floats:
    """The probability that each open work still goes on so many days after it was last seen.

    `ahead` has a row for each work (or one for all) and any number of columns; so has the answer.
    """
    ahead = np.broadcast_to(np.atleast_2d(ahead), (len(works), np.atleast_2d(ahead).shape[1]))
    still = np.empty(ahead.shape)
    begun = works.is_started
    if begun.any():
        at = (works.seen - works.started)[begun]
        still[begun] = _going_on(history, works[begun], at[:, None], ahead[begun])
    if (~begun).any():
        still[~begun] = _not_begun(history, works[~begun], ahead[~begun])
    return still ** works.pace[:, None]


def _going_on(history: History, works: Works, elapsed: Floats, ahead: Floats) -> Floats:
    """S(now + ahead) / S(now), blended: the type by how many of it were watched so long, then all, then the pace."""
    planned = works.duration[:, None]
    now, then = elapsed / planned, (elapsed + ahead) / planned
    still = np.exp(-history.pace * np.maximum(ahead, 0))
    still = _blend(history.whole, now, then, PACE_WEIGHT, still)
    for kind in np.unique(works.kind):
        if curve := history.by_kind.get(str(kind)):
            same = works.kind == kind
            still[same] = _blend(curve, now[same], then[same], KIND_WEIGHT, still[same])
    return still


def _blend(curve: Curve, now: Floats, then: Floats, weight: float, otherwise: Floats) -> Floats:
    watched = curve.watched(now)
    own = np.nan_to_num(1 - curve.ends_between(now, then), nan=0.0)
    return (watched * own + weight * otherwise) / (watched + weight)


def _not_begun(history: History, works: Works, ahead: Floats) -> Floats:
    """A work that has not begun first has to begin: its start is spread over the days that history makes likely,
    and where hardly any waited so long, over those of the bare pace of starts."""
    waited = works.seen - np.where(np.isnan(works.planned_start), works.seen, works.planned_start)
    watched = history.start_delay.watched(waited)
    own = (watched / (watched + PACE_WEIGHT))[:, None]
    still = np.zeros(ahead.shape)
    for step in range(START_STEPS):
        share = (step + 0.5) / START_STEPS
        learnt = history.start_delay.time_of(waited, share) - waited
        bare = np.full(len(works), -np.log(1 - share) / history.start_pace if history.start_pace else np.inf)
        for weight, wait in ((own, learnt), (1 - own, bare)):
            begun = np.isfinite(wait)[:, None] & (ahead > wait[:, None])
            left = np.where(begun, ahead - np.where(np.isfinite(wait), wait, 0.0)[:, None], 0.0)
            still += weight * _going_on(history, works, np.zeros((len(works), 1)), left)
    return still / START_STEPS


@dataclass(frozen=True)
class DayRange:
    """When each work is expected to be finished: ordinals at 10%, 50% and 90%; inf beyond what history reaches."""

    early: Floats
    middle: Floats
    late: Floats


FARTHEST = 1095  # days ahead that a finishing day is looked for


def finishing_days(history: History, works: Works) -> DayRange:
    """The day by which each open work is finished with 10%, 50% and 90%."""
    ahead = np.arange(1.0, FARTHEST + 1)
    still = lasting(history, works, ahead)

    def reached(share: float) -> Floats:
        enough = still <= 1 - share
        first = np.where(enough.any(axis=1), enough.argmax(axis=1) + 1.0, np.inf)
        return works.seen + first

    return DayRange(reached(0.1), reached(0.5), reached(0.9))


@dataclass(frozen=True)
class Cutoff:
    """A forecast of a count that was made on a past day for a later one, against what came. `by_history` is what the
    distributions alone expected, `expected` what was said, `spread` the standard deviation that independent works
    would have. Days are ordinals."""

    made: float
    due: float
    by_history: float
    expected: float
    spread: float
    happened: float

    @cached_property
    def miss(self) -> float:
        """How far off, in spreads."""
        return abs(self.happened - self.expected) / max(self.spread, 1e-9)


LATELY_DAYS = 180.0  # a cut-off so much older weighs half
LATELY_WEIGHT = 50.0  # so many expected ends weigh as much as "all goes on as history has it"


def lately(past: Sequence[Cutoff], on: float) -> float:
    """How many ended at the last cut-offs for each that history alone let expect: multiplies the chance to end.
    It follows what all works share: a slow year, a season, the day of the quarter. 1 without settled cut-offs."""
    came = meant = LATELY_WEIGHT
    for cutoff in past:
        if cutoff.due <= on:
            weight = 0.5 ** ((on - cutoff.made) / LATELY_DAYS)
            came += weight * cutoff.happened
            meant += weight * cutoff.by_history
    return came / meant


LEAST_CUTOFFS = 4  # below it no quantile of 80% can be taken
COVERAGE = 0.8
LEVEL_STEP = 0.1  # by how much of its error a cut-off moves the level of the next
LEVELS = (0.5, 0.99)


def spread_of(chances: Floats) -> float:
    """The standard deviation of a sum of independent works: the measure of misses, never a range by itself."""
    return float(np.sqrt((chances * (1 - chances)).sum()))


def range_of(expected: float, spread: float, past: Sequence[Cutoff]) -> tuple[int, int] | None:
    """The whole numbers that hold a count in 8 of 10 cases: split conformal from past misses (works and households
    change together, so that a range from independent ones is far too narrow). None with too few cut-offs.

    Cut-offs follow and overlap each other, so that the quantile that held 8 of 10 so far need not do so next: its
    level is taken from how often the ranges of the past cut-offs would have held (adaptive conformal inference,
    Gibbs and Candès 2021)."""
    if len(past) < LEAST_CUTOFFS:
        return None
    reach = _quantile([c.miss for c in past], _level(past)) * spread
    nearest = round(expected)
    low, high = np.ceil(max(expected - reach, 0) - 1e-9), np.floor(expected + reach + 1e-9)
    return int(min(low, nearest)), int(max(high, nearest))


def _quantile(misses: Sequence[float], level: float) -> float:
    """The miss that a further one stays within with this probability; the largest where there are too few."""
    rank = int(np.ceil((len(misses) + 1) * level))
    return sorted(misses)[min(rank, len(misses)) - 1]


def _level(past: Sequence[Cutoff]) -> float:
    """Raised after each day whose counts fell outside what was settled by then, lowered after each that held."""
    level = COVERAGE
    for day in sorted({c.made for c in past}):
        before = [c.miss for c in past if c.due <= day]
        if len(before) >= LEAST_CUTOFFS:
            reach = _quantile(before, level)
            outside = float(np.mean([c.miss > reach for c in past if c.made == day]))
            level = float(np.clip(level + LEVEL_STEP * (outside - (1 - COVERAGE)), *LEVELS))
    return level


def count_range(chances: Floats, past: Sequence[Cutoff]) -> tuple[int, int] | None:
    """The range of how many of these works end: never more than there are."""
    reach = range_of(float(chances.sum()), spread_of(chances), past)
    return (reach[0], min(reach[1], len(chances))) if reach else None
