"""The year's plan as data: every figure stands once, in data/reference/plan_YEAR.toml, with its clause."""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path

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
    return tuple(sorted(int(p.stem.removeprefix("plan_")) for p in reference.glob("plan_*.toml")))


@lru_cache(maxsize=64)
def latest_plan(on: date, reference: Path = REFERENCE) -> Plan:
    """The plan in force on a day: the year's own, else the newest earlier one, else the first there is."""
    years = _years(reference)
    year = max((y for y in years if y <= on.year), default=years[0])
    plan = plan_of(year, reference)
    assert plan is not None, "the file was listed a line above"
    return plan
