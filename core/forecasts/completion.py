"""When works will be finished: from how long works took that were planned to take so long.

The measure is actual over planned duration. What is not finished counts as watched so far (Kaplan-Meier); works of
the same type count more the more of them were watched so long; what is already known of a work (started or not,
how far past its plan, standing still or not) conditions the rest. Days are ordinals (`date.toordinal`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.forecasts.survival import Curve, Flags, Floats, kaplan_meier

SHORTEST_PLAN = 30.0  # days: below it a planned duration is a slip of the pen, and ratios to it mean nothing
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
        by_kind={
            str(kind): kaplan_meier(ratio[begun.kind == kind], ended[begun.kind == kind])
            for kind in np.unique(begun.kind)
        },
        start_delay=kaplan_meier(delay, meant.is_started),
        pace=float(ended.sum()) / days if days else 0.0,
        start_pace=float(meant.is_started.sum()) / waited if waited else 0.0,
        finished=int(ended.sum()),
    )


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
    for kind, curve in history.by_kind.items():
        same = works.kind == kind
        if same.any():
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
    """A forecast of a count that was made at a past day, against what came: `spread` is the standard deviation
    that independent works would have."""

    expected: float
    spread: float
    happened: float

    @property
    def miss(self) -> float:
        """How far off, in spreads."""
        return abs(self.happened - self.expected) / max(self.spread, 1e-9)


LEAST_CUTOFFS = 4  # below it no quantile of 80% can be taken
COVERAGE = 0.8


def spread_of(chances: Floats) -> float:
    """The standard deviation of a sum of independent works: the measure of misses, never a range by itself."""
    return float(np.sqrt((chances * (1 - chances)).sum()))


def range_of(expected: float, spread: float, past: Sequence[Cutoff]) -> tuple[int, int] | None:
    """The whole numbers that hold a count in 8 of 10 cases: split conformal from past misses (works and households
    change together, so that a range from independent ones is far too narrow). None with too few cut-offs."""
    rank = int(np.ceil((len(past) + 1) * COVERAGE))
    if len(past) < LEAST_CUTOFFS or rank > len(past):
        return None
    reach = sorted(c.miss for c in past)[rank - 1] * spread
    nearest = round(expected)
    low, high = np.ceil(max(expected - reach, 0) - 1e-9), np.floor(expected + reach + 1e-9)
    return int(min(low, nearest)), int(max(high, nearest))


def count_range(chances: Floats, past: Sequence[Cutoff]) -> tuple[int, int] | None:
    """The range of how many of these works end: never more than there are."""
    reach = range_of(float(chances.sum()), spread_of(chances), past)
    return (reach[0], min(reach[1], len(chances))) if reach else None
