"""衔接资金: how much of what was allocated will be paid by the pace's next nodes.

Money still to be paid leaves at the daily rate at which it left between the county's own ledgers, by whether the
project was not started, under way or finished. Only a ledger year's own projects teach: old retentions do not move.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from core.forecasts.completion import ABOVE_COUNTY, LEAST_CUTOFFS, Cutoff, range_of
from core.forecasts.projects import NoForecast
from core.indicators.projects import COUNTING, stage
from core.indicators.words import SOURCES
from core.places import Area
from core.scope import Scope
from core.store import Snapshot, Store, once_for_all

METHOD = "未付资金-1"
LEAST_STEPS = 6  # past pairs of ledgers that rates are learnt from
TOO_SHORT = f"相邻两期项目台账不足{LEAST_STEPS}对，看不出支付的快慢，不作预测"
WAN = 1_000_000  # 分 in 1万元: ranges are counted in 万元

PHASES = {
    "reserved": "waiting",
    "approved": "waiting",
    "started": "under_way",
    "under_way": "under_way",
    "completed": "finished",
    "accepted": "finished",
}


@dataclass(frozen=True)
class PaymentOutlook:
    """Money paid to date and expected to be paid by a day, in yuan; the range holds it in 8 of 10 cases."""

    area: str
    now: float
    expected: float
    low: float | None
    high: float | None
    by: date


@dataclass(frozen=True)
class _Step:
    """Two consecutive ledgers of a year: by phase, the 分 unpaid at the first and what of them was paid by the second."""

    first: date
    second: date
    unpaid: Mapping[str, int]
    paid: Mapping[str, int]


@dataclass(frozen=True)
class _County:
    steps: tuple[_Step, ...]
    open: Mapping[str, Mapping[str, tuple[int, date]]]  # township: phase: unpaid 分, on
    paid: Mapping[str, int]


def outlook(snapshot: Snapshot, area: Area, by: date) -> PaymentOutlook | NoForecast:
    """What will have been paid by a day. OutOfScope outside the scope."""
    snapshot.check(area.codes)
    if area.is_above_county:
        return NoForecast(ABOVE_COUNTY)
    county = area.root
    known = _county(snapshot.store, snapshot.version(county), county, snapshot.as_of, snapshot.known_by)
    if len(known.steps) < LEAST_STEPS:
        return NoForecast(TOO_SHORT)
    rates = _rates(known.steps)
    units = [u for u in known.open if any(u.startswith(code) or code.startswith(u) for code in area.codes)]
    now = sum(known.paid[u] for u in units)
    expected, unpaid = 0.0, 0
    for unit in units:
        for phase, (fen, on) in known.open[unit].items():
            ahead = max((by - on).days, 0)
            expected += fen * (1 - float(np.exp(-rates[phase] * ahead)))
            unpaid += fen
    past = _past(known.steps)
    reach = range_of(expected / WAN, expected / WAN, past)  # 误差与所预计的支付额成比例
    # 已下达而未付的才能付：上限不超过未付总额。
    return PaymentOutlook(
        area.name,
        now / 100,
        (now + expected) / 100,
        (now + reach[0] * WAN) / 100 if reach else None,
        (now + min(reach[1] * WAN, unpaid)) / 100 if reach else None,
        by,
    )


def _rates(steps: Sequence[_Step]) -> dict[str, float]:
    """Per phase: the share of unpaid money paid a day."""
    found = {}
    for phase in sorted(set(PHASES.values())):
        money = sum(s.unpaid.get(phase, 0) * (s.second - s.first).days for s in steps)
        paid = sum(s.paid.get(phase, 0) for s in steps)
        # 大额先付，付后基数变小：按段内平均未付额折算。
        money -= sum(s.paid.get(phase, 0) * (s.second - s.first).days // 2 for s in steps)
        found[phase] = max(paid, 0) / money if money > 0 else 0.0
    return found


def _past(steps: Sequence[_Step]) -> list[Cutoff]:
    """Each step forecast from the steps that had ended before it began."""
    found = []
    for step in steps:
        before = [s for s in steps if s.second <= step.first]
        if len(before) < LEAST_CUTOFFS:
            continue
        rates = _rates(before)
        ahead = (step.second - step.first).days
        expected = sum(fen * (1 - float(np.exp(-rates[p] * ahead))) for p, fen in step.unpaid.items()) / WAN
        found.append(
            Cutoff(
                float(step.first.toordinal()),
                float(step.second.toordinal()),
                expected,
                expected,
                expected,
                sum(step.paid.values()) / WAN,
            )
        )
    return found


@once_for_all(32)
def _county(store: Store, _version: int, county: str, as_of: date, known_by: int) -> _County:
    steps: list[_Step] = []
    open_: dict[str, dict[str, tuple[int, date]]] = defaultdict(dict)
    paid: defaultdict[str, int] = defaultdict(int)
    with store.pictures(Scope(frozenset({county}), because="预测"), COUNTING, county) as pictures:
        for period in pictures.line.periods():
            days = [d for d in pictures.line.days(period, known_by) if d <= as_of]
            own = [d for d in days if d.year == period]
            drawn = [pictures.picture(period, d, known_by) for d in own]
            for first, second in pairwise(drawn):
                unpaid: defaultdict[str, int] = defaultdict(int)
                moved: defaultdict[str, int] = defaultdict(int)
                for key, state in first.rows.items():
                    then = second.rows.get(key)
                    phase = PHASES.get(stage(state.row))
                    if phase is None or then is None or then.as_of <= state.as_of:
                        continue
                    unpaid[phase] += _unpaid(state.row)
                    moved[phase] += (then.row.paid_fen or 0) - (state.row.paid_fen or 0)
                if sum(unpaid.values()):
                    steps.append(_Step(first.day, second.day, dict(unpaid), dict(moved)))
            if period == as_of.year and drawn:
                for state in drawn[-1].rows.values():
                    unit = state.leaf[:9]
                    paid[unit] += state.row.paid_fen or 0
                    phase = PHASES.get(stage(state.row))
                    if phase:
                        before, on = open_[unit].get(phase, (0, state.as_of))
                        open_[unit][phase] = (before + _unpaid(state.row), min(on, state.as_of))
    steps.sort(key=lambda s: s.first)
    return _County(tuple(steps), dict(open_), dict(paid))


def _unpaid(row: Any) -> int:
    planned = sum(getattr(row, f"{source}_fen") for source in SOURCES)
    return max(int(planned) - (row.paid_fen or 0), 0)
