"""示范片区: are the four towns becoming a model?"""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.indicators import milestones
from core.indicators.indicator import NOT_REPORTED, Status
from core.indicators.projects import COUNTING, stage
from core.indicators.words import SOURCES, STAGES
from core.ledgers import period_of
from core.places import REFERENCE, Place, PlaceTree
from core.store import Snapshot
from core.units import money, short_day
from core.views.common import Note, Question, note, number


class NamedSite(BaseModel):
    """A named place of a zone's theme; its position is approximate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    lon: float
    lat: float


class ZoneFacts(BaseModel):
    """One pilot zone of the plan (要点17)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    township: str
    theme: str
    clause: str
    sites: tuple[NamedSite, ...]


@lru_cache(maxsize=1)
def zone_facts() -> tuple[ZoneFacts, ...]:
    """The four zones of data/reference/pilot_zones.toml."""
    with (REFERENCE / "pilot_zones.toml").open("rb") as file:
        return tuple(ZoneFacts.model_validate(zone) for zone in tomllib.load(file)["zone"])


@dataclass(frozen=True)
class Site:
    """A project site on the map: its village (or the township), sized by money, coloured by status."""

    name: str
    leaf: str
    yuan: float
    stage: str
    status: Status
    words: str


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone with its dates; due, and late where its status is 滞后, by the data date of its ledger."""

    name: str
    department: str
    planned: date
    done: date | None
    is_due: bool
    status: Status
    words: str


@dataclass(frozen=True)
class PilotZone:
    """One zone: its sentence, figures, milestones and map."""

    township: Place
    theme: str
    title: str
    facts: tuple[tuple[str, str], ...]
    milestones: tuple[MilestoneLine, ...]
    sites: tuple[Site, ...]
    named: tuple[NamedSite, ...]
    reported: bool
    note: Note

    @property
    def due(self) -> list[MilestoneLine]:
        """The milestones due by the data date."""
        return [m for m in self.milestones if m.is_due]

    @property
    def late(self) -> list[MilestoneLine]:
        """Those of them that were due before it and are not done."""
        return [m for m in self.milestones if m.status is Status.BEHIND]

    @property
    def done(self) -> str:
        """到期节点完成: 7/8, or 未报."""
        return (
            f"{sum(m.done is not None for m in self.due)}/{len(self.due)}" if self.reported else NOT_REPORTED
        )

    @property
    def status(self) -> Status:
        """How the zone's milestones stand."""
        if not self.reported:
            return Status.NOT_REPORTED
        return Status.BEHIND if self.late else Status.ON_TRACK


@dataclass(frozen=True)
class PilotZones:
    """The whole page: the zones within the area asked for."""

    title: str
    zones: tuple[PilotZone, ...]


PROJECT_COLUMNS = ("name", "beneficiary_households")
MILESTONE_COLUMNS = ("name", "department", "progress")


def pilot_zones(snapshot: Snapshot, question: Question, tree: PlaceTree) -> PilotZones:
    """The zones of the area on a day; all four for the county."""
    inside = {t.name for t in question.area.townships}
    zones = tuple(_zone(snapshot, facts, tree) for facts in zone_facts() if facts.township in inside)
    due = number(snapshot, "milestones_due", question.area).value or 0
    done = number(snapshot, "milestones_due_done", question.area).value or 0
    late = number(snapshot, "milestones_late", question.area).value or 0
    if not zones:
        title = f"{question.area.name}没有县级示范片区"
    elif not due:
        title = "示范片区：到期节点未报或尚无"
    else:
        title = f"到期节点{due:g}项，已完成{done:g}项" + (f"，{late:g}项逾期" if late else "，没有逾期")
    return PilotZones(title, zones)


def _zone(snapshot: Snapshot, facts: ZoneFacts, tree: PlaceTree) -> PilotZone:
    township = tree.find_units(facts.township)[0]
    area = tree.township_area(township)
    period = period_of("projects", snapshot.as_of)
    rows = snapshot.rows(COUNTING, township.code, period, PROJECT_COLUMNS)
    kept = snapshot.rows(milestones.COUNTING, township.code, period, MILESTONE_COLUMNS)
    told_on = _told_on(snapshot, "milestones", township)
    lines = tuple(sorted((_milestone(row, told_on) for row in kept), key=lambda m: m.planned))
    completed = number(snapshot, "projects_completed", area)
    planned = number(snapshot, "projects_planned", area)
    total = number(snapshot, "transition_fund_total_yuan_planned", area)
    paid = number(snapshot, "disbursed_yuan", area)
    remaining = number(snapshot, "monitored_households_remaining", area)
    beneficiaries = number(snapshot, "project_beneficiary_households", area)
    due = number(snapshot, "milestones_due", area)
    due_done = number(snapshot, "milestones_due_done", area)
    title = (
        f"{township.name}：到期节点{due.value or 0}项完成{due_done.value or 0}项"
        if due.value
        else f"{township.name}：节点未报"
    )
    return PilotZone(
        township,
        facts.theme,
        title,
        (
            ("项目竣工", f"{completed.text.removesuffix('个')} / {planned.text}"),
            ("计划投资", total.text),
            ("已支付", paid.text),
            ("受益", beneficiaries.text),
            ("未消除监测对象", remaining.text),
        ),
        lines,
        tuple(_site(row, _told_on(snapshot, "projects", township)) for row in rows),
        facts.sites,
        bool(lines),
        note(number(snapshot, "milestones_due_done_rate", area), completed, total),
    )


def _told_on(snapshot: Snapshot, ledger: str, township: Place) -> date:
    """The data date that a township's rows are of: what is due or late is counted by it, not by the day asked for."""
    mentions = snapshot.mentions(ledger, period_of(ledger, snapshot.as_of), township.code[:6])
    mention = mentions.get(township.code)
    return mention.standing.as_of if mention and mention.standing else snapshot.as_of


def _milestone(row: Any, on: date) -> MilestoneLine:
    if row.done_on:
        late = (row.done_on - row.planned_on).days
        words = f"{short_day(row.done_on)}完成" + (f"，晚{late}天" if late > 0 else "")
        status = Status.ON_TRACK
    elif row.planned_on < on:
        words, status = f"逾期{(on - row.planned_on).days}天", Status.BEHIND
    else:
        words, status = f"计划{short_day(row.planned_on)}", Status.NO_TARGET
    due = row.planned_on <= on
    return MilestoneLine(row.name, row.department, row.planned_on, row.done_on, due, status, words)


def _site(row: Any, on: date) -> Site:
    yuan = sum(getattr(row, f"{source}_fen") for source in SOURCES) / 100
    due = row.first_planned_on
    at = STAGES[stage(row)]
    if row.completed_on:
        status, words = Status.ON_TRACK, f"{at}，{short_day(row.completed_on)}竣工"
    elif due and due < on and not row.is_terminated:
        status, words = Status.BEHIND, f"{at}，已过计划竣工日{(on - due).days}天"
    else:
        status = Status.NO_TARGET
        words = f"{at}" + (f"，计划{short_day(due)}竣工" if due else "")
    return Site(row.name, row.leaf, yuan, at, status, f"{row.name}\n{words}\n计划资金{money(yuan)}")
