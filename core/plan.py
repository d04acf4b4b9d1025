"""The year's plan as data: every figure stands once, in data/reference/plan_YEAR.toml, with its clause; its 23
items in plan_items_YEAR.csv; and what the county sets itself for its money in spending_YEAR.toml."""

import csv
import re
import tomllib
from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from core.places import REFERENCE
from core.units import short_day


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

    @property
    def items(self) -> tuple[int, ...]:
        """The numbered items that its clause names."""
        return tuple(int(number) for number in re.findall(r"要点(\d+)", self.clause))

    @property
    def is_main_target(self) -> bool:
        """True where it stands among 主要目标."""
        return "主要目标" in self.clause

    @property
    def text(self) -> str:
        """As the plan writes it: 2,943户, 15,100万元, 3亿元, 60%."""
        if self.unit == "比例":
            return f"{self.value * 100:g}%"
        if self.unit == "与上年之比":
            return "不低于上年"
        if self.unit == "元":
            for size, word in ((100_000_000, "亿元"), (10_000, "万元")):
                if self.value % size == 0:
                    return f"{self.value / size:,.0f}{word}"
        return f"{self.value:,.0f}{self.unit}"

    @property
    def deadline(self) -> str:
        """9月底前, 年底前, 6月15日前; empty without a day."""
        if self.by is None:
            return ""
        if (self.by.month, self.by.day) == (12, 31):
            return "年底前"
        is_last = self.by.day == monthrange(self.by.year, self.by.month)[1]
        return f"{self.by.month}月底前" if is_last else f"{short_day(self.by)}前"


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


class PlanItem(BaseModel):
    """One of the plan's numbered items: the project it belongs to, its short title, and a few of its own words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int
    project: str  # 双提 … 双稳, 保障措施
    project_title: str
    title: str
    words: str

    @property
    def clause(self) -> str:
        """要点8."""
        return f"要点{self.number}"


class PaceNode(BaseModel):
    """A node of 序时进度 that the county set: by this day this part (0 to 1) should be spent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    on: date
    share: float = Field(ge=0, le=1)
    source: str


class SpendingSettings(BaseModel):
    """What the county sets for its money. Margins are percentage points between works done and money paid."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    works_ahead_points: float = Field(gt=0)
    money_ahead_points: float = Field(gt=0)
    node: tuple[PaceNode, ...] = ()

    def pace(self, on: date) -> float:
        """序时进度 on a day, 0 to 1: straight between the nodes, from 0 before 1 January to the last node's share,
        which then stands; without nodes the month over twelve."""
        if not self.node:
            return on.month / 12
        start, reached = date(on.year, 1, 1) - timedelta(days=1), 0.0
        for node in sorted(self.node, key=lambda n: n.on):
            if on <= node.on:
                return reached + (node.share - reached) * ((on - start).days / (node.on - start).days)
            start, reached = node.on, node.share
        return reached

    @property
    def pace_words(self) -> str:
        """Which pace is in use, for the screen."""
        if not self.node:
            return "序时进度按月份/12（县里未定节点）"
        nodes = "、".join(f"{short_day(n.on)}{n.share * 100:g}%" for n in self.node)
        return f"序时进度按县定节点：{nodes}"


@lru_cache(maxsize=8)
def plan_of(year: int, reference: Path = REFERENCE) -> Plan | None:
    """The plan of a year, or None where no plan file was written for it."""
    path = reference / f"plan_{year}.toml"
    if not path.exists():
        return None
    with path.open("rb") as file:
        return Plan.model_validate(tomllib.load(file))


@lru_cache(maxsize=64)
def latest_plan(on: date, reference: Path = REFERENCE) -> Plan:
    """The plan in force on a day: the year's own, else the newest earlier one, else the first there is."""
    plan = plan_of(_year("plan_", ".toml", on, reference), reference)
    assert plan is not None, "the file was listed a line above"
    return plan


@lru_cache(maxsize=32)
def _year(start: str, end: str, on: date, reference: Path) -> int:
    """The year of the file in force on a day: its own, else the newest earlier one, else the first there is."""
    found = (re.fullmatch(rf"{start}(\d{{4}}){re.escape(end)}", p.name) for p in reference.iterdir())
    years = sorted(int(match[1]) for match in found if match)
    return max((y for y in years if y <= on.year), default=years[0])


@lru_cache(maxsize=8)
def _items_of(year: int, reference: Path) -> tuple[PlanItem, ...]:
    with (reference / f"plan_items_{year}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(PlanItem.model_validate(row) for row in csv.DictReader(file))


def plan_items(on: date, reference: Path = REFERENCE) -> tuple[PlanItem, ...]:
    """The numbered items of the plan in force on a day, in the plan's order."""
    return _items_of(_year("plan_items_", ".csv", on, reference), reference)


@lru_cache(maxsize=8)
def _spending_of(year: int, reference: Path) -> SpendingSettings:
    with (reference / f"spending_{year}.toml").open("rb") as file:
        return SpendingSettings.model_validate(tomllib.load(file))


def spending_settings(on: date, reference: Path = REFERENCE) -> SpendingSettings:
    """What the county set for the spending of a day's year."""
    return _spending_of(_year("spending_", ".toml", on, reference), reference)
