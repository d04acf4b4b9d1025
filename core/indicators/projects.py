"""Projects of a year: stages, dates, planned money by source, payments and notices."""

import csv
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.count import Amounts, Baseline, Counting, Picture
from core.indicators.words import SOURCES
from core.places import REFERENCE
from core.plan import spending_settings
from core.tables.projects import PoolProject, Project

INDUSTRY = "产业发展"
KIND_SERIES = {"乡村建设行动": "building", "易地搬迁后扶": "relocation"}


@dataclass(frozen=True)
class NegativeLine:
    """One subject that the money may not be spent on, the words that betray it, and the rule it comes from."""

    subject: str
    words: tuple[str, ...]
    source: str


@lru_cache(maxsize=1)
def negative_list(reference: Path = REFERENCE) -> tuple[NegativeLine, ...]:
    """The 负面清单 of data/reference/negative_list.csv (要点2)."""
    with (reference / "negative_list.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            NegativeLine(line["subject"], tuple(line["words"].split("|")), line["source"])
            for line in csv.DictReader(file)
        )


def is_on_negative_list(name: str) -> bool:
    """True for a project whose name holds a word of the negative list: a hint, the office decides."""
    return any(word in name for line in negative_list() for word in line.words)


def due_by(rows: Iterable[Any], days: Sequence[date]) -> tuple[tuple[date, int], ...]:
    """How many of these projects were planned, by their first planned day, to be completed by each of the days."""
    due = sorted(row.first_planned_on for row in rows if row.first_planned_on)
    return tuple((day, bisect_right(due, day)) for day in days)


def _count_early(amounts: Amounts, leaf: str, row: Any, on: date) -> None:
    """Three of the 五早 by the ledger's dates: 早批复 and 早开工 against the planned start; 早完工 of those due."""
    if row.first_planned_on and row.first_planned_on <= on:
        amounts.add(leaf, "due")
        if row.completed_on and row.completed_on <= row.first_planned_on:
            amounts.add(leaf, "due_on_time")
    if row.planned_start_on:
        if row.approved_on:
            amounts.add(leaf, "approved_with_plan")
            if row.approved_on <= row.planned_start_on:
                amounts.add(leaf, "approved_early")
        if row.planned_start_on <= on:
            amounts.add(leaf, "start_due")
            if row.started_on and row.started_on <= row.planned_start_on:
                amounts.add(leaf, "started_on_time")


def stage(row: Any) -> str:
    """The stage a project stands in, read from its dates: reserved, approved, started (no progress noted yet),
    under_way, completed, accepted or terminated. 储备一批、开工一批、在建一批、竣工一批（要点2）。"""
    if row.is_terminated:
        return "terminated"
    if row.accepted_on:
        return "accepted"
    if row.completed_on:
        return "completed"
    if row.started_on:
        return "under_way" if row.progress_percent else "started"
    return "approved" if row.approved_on else "reserved"


class Parting(Enum):
    """How works done and money paid stand to each other."""

    TOGETHER = "together"
    WORKS_AHEAD = "works_ahead"  # built and not paid: 拨付滞后
    MONEY_AHEAD = "money_ahead"  # paid and not built


@dataclass(frozen=True)
class WorksAndMoney:
    """Works done and money paid of one project, both as percentages (0 to 100) on the same day."""

    works: float
    paid: float
    parting: Parting

    @property
    def gap(self) -> float:
        """Percentage points by which the works are ahead of the money; negative where the money is ahead."""
        return self.works - self.paid


def planned_fen(row: Any) -> int:
    """A project's planned money of all five sources, in 分."""
    return sum(getattr(row, f"{source}_fen") for source in SOURCES)


def works_and_money(row: Any, on: date) -> WorksAndMoney | None:
    """形象进度 beside 已拨付 ÷ 计划资金, from one row of the working ledger; apart when they differ by more than
    the county's margin. None for a terminated project, one without money, and one whose payment is 未报."""
    planned = planned_fen(row)
    if row.is_terminated or not planned or row.paid_fen is None:
        return None
    works = 100.0 if row.completed_on else float(row.progress_percent or 0)
    paid = 100 * row.paid_fen / planned
    margin = spending_settings(on)
    parting = Parting.TOGETHER
    if works - paid > margin.works_ahead_points:
        parting = Parting.WORKS_AHEAD
    elif paid - works > margin.money_ahead_points:
        parting = Parting.MONEY_AHEAD
    return WorksAndMoney(works, paid, parting)


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Every count of the working ledger on a day. Money in 分."""
    amounts = Amounts()
    for state in picture.rows.values():
        row, leaf, on = state.row, state.leaf, state.as_of
        slices = (f"kind:{row.kind}",)
        lacking = row.lacking.split(",") if row.lacking else ()
        amounts.add(leaf, "planned", 1, slices)
        for name in lacking:
            amounts.add(leaf, f"lacking_{name}")
        if row.kind in KIND_SERIES:
            amounts.add(leaf, KIND_SERIES[row.kind])
            if row.completed_on:
                amounts.add(leaf, f"{KIND_SERIES[row.kind]}_completed")
        if is_on_negative_list(row.name):
            amounts.add(leaf, "negative")
        if row.beneficiary_households:
            amounts.add(leaf, "beneficiary_households", row.beneficiary_households)
        _count_early(amounts, leaf, row, on)
        at = stage(row)
        amounts.add(leaf, f"stage_{at}")
        if row.approved_on or row.started_on or row.completed_on:
            amounts.add(leaf, "has_approval")
        if row.started_on or row.completed_on:
            amounts.add(leaf, "has_started")
        if row.completed_on:
            amounts.add(leaf, "has_completed", 1, slices)
            if "accepted_on" not in lacking:
                amounts.add(leaf, "acceptance_due")
            if row.first_planned_on and row.completed_on <= row.first_planned_on:
                amounts.add(leaf, "completed_on_time")
        elif not row.is_terminated and row.first_planned_on and row.first_planned_on < on:
            amounts.add(leaf, "overdue")
        if row.accepted_on:
            amounts.add(leaf, "has_acceptance")
        for source in SOURCES:
            fen = getattr(row, f"{source}_fen")
            amounts.add(leaf, f"fund_{source}", fen)
            if row.kind == INDUSTRY:
                amounts.add(leaf, f"industry_{source}", fen)
        amounts.add(leaf, "paid_blank" if row.paid_fen is None else "paid_filled")
        amounts.add(leaf, "paid", row.paid_fen or 0)
        both = works_and_money(row, on)
        if both:
            amounts.add(leaf, f"money_{both.parting.value}")
        for level in ("county", "township", "village"):
            notice = getattr(row, f"notice_{level}")
            if notice is not None:
                amounts.add(leaf, f"notice_{level}_due")
                if notice:
                    amounts.add(leaf, f"notice_{level}_done")
    return amounts


COUNTING = Counting(
    ledger="projects",
    table=Project,
    columns=(
        "name",
        "kind",
        "is_terminated",
        "approved_on",
        "planned_start_on",
        "started_on",
        "progress_percent",
        "first_planned_on",
        "revised_on",
        "completed_on",
        "accepted_on",
        *(f"{source}_fen" for source in SOURCES),
        "paid_fen",
        "notice_county",
        "notice_township",
        "notice_village",
        "beneficiary_households",
        "lacking",
    ),
    stock=stock,
)


def pool_stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """The national pool export: what is listed, and what of it waits outside the year's plan (储备)."""
    amounts = Amounts()
    for state in picture.rows.values():
        amounts.add(state.leaf, "listed")
        if not state.row.is_in_annual_plan:
            amounts.add(state.leaf, "waiting")
    return amounts


POOL_COUNTING = Counting(ledger="pool", table=PoolProject, columns=("is_in_annual_plan",), stock=pool_stock)
