"""Kaplan-Meier: how long it takes, learnt also from what has not ended yet."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Curve:
    """The share still going on after each time at which something ended; `at_risk` went on until just before it."""

    times: Floats
    survival: Floats
    at_risk: Floats

    def at(self, time: Floats) -> Floats:
        """S(t): the share that lasts longer than t."""
        return np.concatenate(([1.0], self.survival))[np.searchsorted(self.times, time, side="right")]

    def watched(self, time: Floats) -> Floats:
        """How many were watched for longer than t: what a statement about the time after t rests on."""
        return np.concatenate((self.at_risk, [0.0]))[np.searchsorted(self.times, time, side="right")]

    def ends_between(self, now: Floats, then: Floats) -> Floats:
        """The probability to end by `then` for what still goes on at `now`; NaN where nothing ever lasted so long."""
        still = self.at(now)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(still > 0, 1 - self.at(then) / still, np.nan)

    def time_of(self, now: Floats, share: float) -> Floats:
        """When the probability to have ended reaches `share`, for what still goes on at `now`; inf where the
        history does not reach so far."""
        wanted = self.at(now) * (1 - share)
        # 曲线单调下降：第一个不大于所求份额的时刻。
        index = np.searchsorted(-self.survival, -wanted - 1e-12, side="left")
        return np.where(self.at(now) > 0, np.concatenate((self.times, [np.inf]))[index], np.inf)


def kaplan_meier(durations: Floats, ended: Flags) -> Curve:
    """The product-limit estimate; what has not ended counts as watched until its duration, and an end at the same
    time as a last look counts first."""
    order = np.argsort(durations, kind="stable")
    durations, ended = durations[order], ended[order]
    times, first = np.unique(durations, return_index=True)
    if not len(times):
        return Curve(times, times, times)
    ends = np.add.reduceat(ended.astype(np.float64), first)
    at_risk = (len(durations) - first).astype(np.float64)
    survival: Floats = np.cumprod(1 - ends / at_risk, dtype=np.float64)
    return Curve(times, survival, at_risk)
