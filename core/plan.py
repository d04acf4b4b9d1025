"""The year's plan as data: every figure stands once, in data/reference/plan_YEAR.toml, with its clause."""

import tomllib
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.places import REFERENCE


class PlanFigure(BaseModel):
    """One figure of the plan. `value` is in `unit` (rates as 0 to 1, money in yuan); `since` and `by` bound its pace."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    key: str
    value: float
    unit: str
    clause: str
    about: str
    by: date | None = None
    since: date | None = Field(default=None, alias="from")
    every: Literal["month", "quarter", "year"] | None = None  # a rhythm: its pace goes by whole periods gone

    def gone(self, on: date) -> float:
        """The part of the way from `since` to `by` that lies behind on a day, 0 to 1; of a rhythm the whole months,
        quarters or years that have ended (要点6: 一月一调度 asks for eight times by 31 August, for seven on the 30th)."""
        assert self.by, "only called where the figure has a day"
        assert self.since, "only called where the figure has a beginning"
        if self.every is None or not self.since <= on <= self.by:
            return min(1.0, max(0.0, (on - self.since).days / (self.by - self.since).days))
        months = {"month": 1, "quarter": 3, "year": 12}[self.every]
        ended = on.month - (0 if (on + timedelta(days=1)).month != on.month else 1)
        return ended // months * months / 12


class Plan(BaseModel):
    """The plan of one year."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int
    title: str
    issuer: str
    issued_on: date
    baseline_on: date
    prudent_exit_from: int
    prudent_exit_months: int
    figure: tuple[PlanFigure, ...]

    def __getitem__(self, key: str) -> PlanFigure:
        """The figure with this key; KeyError when the plan has none."""
        for figure in self.figure:
            if figure.key == key:
                return figure
        raise KeyError(key)


@lru_cache(maxsize=8)
def plan_of(year: int, reference: Path = REFERENCE) -> Plan | None:
    """The plan of a year, or None where no plan file was written for it."""
    path = reference / f"plan_{year}.toml"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return Plan.model_validate(tomllib.load(file))


@lru_cache(maxsize=8)
def _years(reference: Path) -> tuple[int, ...]:
    """The years that have a plan file, in order."""
    return tuple(sorted(int(p.stem.removeprefix("plan_")) for p in reference.glob("plan_*.toml")))


def latest_plan(on: date, reference: Path = REFERENCE) -> Plan:
    """The plan in force on a day: the year's own, else the newest earlier one, else the first there is."""
    years = _years(reference)
    year = max((y for y in years if y <= on.year), default=years[0])
    plan = plan_of(year, reference)
    assert plan is not None, "the file was listed a line above"
    return plan
