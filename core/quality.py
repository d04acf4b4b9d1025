"""What is worth a question in the data in force: the sixteen rules by unit, and what looks too good in the
project ledger. Counts come from the tallies; rows are read only to list them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.imports.quality_rules import RULES, limits
from core.indicators import monitored
from core.indicators import projects as project_ledger
from core.indicators.words import SOURCES
from core.places import PlaceTree
from core.plan import latest_plan
from core.store import Snapshot
from core.units import money, short_day


@dataclass(frozen=True)
class UnitCounts:
    """A reporting unit on a day: households by rule number (None: 未检查), all that break any, all that there are.

    `on` is the data date of the rows that stand; None where the unit never reported.
    """

    unit: str
    on: date | None
    is_reported: bool
    households: int
    faulty: int
    by_rule: dict[int, int | None]

    @property
    def is_checked(self) -> bool:
        """True when at least one rule could be judged."""
        return any(count is not None for count in self.by_rule.values())


def unit_counts(snapshot: Snapshot, units: Sequence[str]) -> list[UnitCounts]:
    """The sixteen rules in each unit (codes of nine digits), 户."""
    snapshot.load(units, 0)
    mentions = {c: snapshot.mentions("monitored", 0, c) for c in {unit[:6] for unit in units}}
    found = []
    for unit in units:
        mention = mentions[unit[:6]].get(unit)
        batch = mention.standing if mention else None
        unchecked = set(batch.unchecked_rules) if batch else {rule.number for rule in RULES}

        def value(name: str, unit: str = unit) -> int:
            return snapshot.value([unit], f"monitored.{name}.households", 0)

        found.append(
            UnitCounts(
                unit,
                batch.as_of if batch else None,
                mention is not None and mention.is_reported,
                value("monitored"),
                value("faulty"),
                {
                    rule.number: None if rule.number in unchecked else value(f"fault_{rule.number}")
                    for rule in RULES
                },
            )
        )
    return found


def total(counts: Iterable[UnitCounts], rule: int) -> tuple[int | None, bool]:
    """The households of several units that break a rule (None: nobody checked), and whether all of them checked."""
    known = [c.by_rule[rule] for c in counts if c.on]
    checked = [n for n in known if n is not None]
    return (sum(checked) if checked else None), len(checked) == len(known)


def faulty_rows(snapshot: Snapshot, places: Iterable[str], rule: int | None) -> list[Any]:
    """The households under these places that break a rule (or any), with their `faults`."""
    return [
        row
        for place in places
        for row in snapshot.rows(monitored.COUNTING, place, 0)
        if (str(rule) in row.faults if rule else row.faults)
    ]


@dataclass(frozen=True)
class Doubt:
    """What looks too good to be true, or cannot be, in the money and project ledgers. None of it blocks."""

    rule: str
    place: str  # 方城县, a township, or the project's place
    about: str  # whose: the project, or all of them
    words: str
    fix: str


def doubts(projects: Sequence[Any], on: date, tree: PlaceTree) -> list[Doubt]:
    """What is doubtful in the rows of one project ledger, of the data date `on`.

    Rows have the columns of `core.tables.projects.Project`. Equal days are judged by township; where only the
    county has enough of them, for the county.
    """
    live = [p for p in projects if not p.is_terminated]
    by_unit: dict[str, list[Any]] = {}
    for project in live:
        by_unit.setdefault(project.leaf[:9], []).append(project)
    found = []
    for judge in (_same_day, _last_day):
        named = [
            doubt for unit, rows in sorted(by_unit.items()) if (doubt := judge(rows, on, tree[unit].name))
        ]
        whole = judge(live, on, tree.county.name)
        found += [whole] if whole and not named else named
    for project in live:
        found += _money_doubts(project, tree)
    return found


def _same_day(rows: Sequence[Any], _on: date, place: str) -> Doubt | None:
    bounds = limits().projects
    done = [p for p in rows if p.completed_on and (p.first_planned_on or p.revised_on)]
    same = [p for p in done if p.completed_on in (p.first_planned_on, p.revised_on)]
    if len(same) < bounds.same_day_least or len(same) < bounds.same_day_share * len(done):
        return None
    return Doubt(
        "竣工日与计划日相同",
        place,
        f"{len(same)}个项目",
        f"已竣工{len(done)}个，其中{len(same)}个实际竣工日就是计划竣工日",
        "抽查竣工报告和现场照片的日期",
    )


def _last_day(rows: Sequence[Any], on: date, place: str) -> Doubt | None:
    bounds = limits().projects
    deadline = latest_plan(on)["projects_completed_rate"].by
    for day in dict.fromkeys(d for d in (deadline, on) if d):
        crowd = [
            p
            for p in rows
            if p.completed_on == day or (day == on and not p.completed_on and p.progress_percent == 100)
        ]
        if len(crowd) >= bounds.last_day_least and len(crowd) >= bounds.last_day_share * len(rows):
            return Doubt(
                "最后一天集中完成",
                place,
                f"{len(crowd)}个项目",
                f"{len(rows)}个项目中有{len(crowd)}个在{short_day(day)}这一天填为100%或竣工",
                "抽查竣工报告和现场照片的日期",
            )
    return None


def _money_doubts(project: Any, tree: PlaceTree) -> Iterable[Doubt]:
    place = tree.label(project.leaf).split("/")[0]
    funds = sum(getattr(project, f"{source}_fen") for source in SOURCES)
    paid, settled = project.paid_fen or 0, project.settled_fen
    if settled is not None and paid > settled:
        yield Doubt(
            "支付超过决算",
            place,
            project.name,
            f"已拨付{money(paid / 100)}，决算{money(settled / 100)}",
            "核对决算和支付凭证；多付的收回",
        )
    if funds and max(paid, settled or 0) > funds:
        what, amount = ("已拨付", paid) if paid > funds else ("决算", settled or 0)
        yield Doubt(
            "金额超过资金来源之和",
            place,
            project.name,
            f"{what}{money(amount / 100)}，五项资金来源合计{money(funds / 100)}",
            "核对资金来源；有其他来源的补录",
        )


def source_doubts(snapshot: Snapshot, county: str, year: int, tree: PlaceTree) -> list[Doubt]:
    """Sources that paid more than was allocated (下达) of them; nothing where either ledger is not there."""
    if not all(snapshot.days(ledger, year, county) for ledger in ("allocations", "payments")):
        return []
    found = []
    for source, name in SOURCES.items():
        allocated, paid = (
            snapshot.value([county], f"{ledger}.fund_{source}", year)
            for ledger in ("allocations", "payments")
        )
        if paid > allocated:
            found.append(
                Doubt(
                    "支付超过下达",
                    tree.county.name,
                    name,
                    f"已支付{money(paid / 100)}，下达{money(allocated / 100)}",
                    "核对下达文件是否漏录、支付来源是否填错",
                )
            )
    return found


def doubts_in_force(
    snapshot: Snapshot, places: Sequence[str], tree: PlaceTree
) -> tuple[date | None, list[Doubt]]:
    """The data date of the project ledger in force, and what is doubtful in it under these places."""
    year, county = snapshot.as_of.year, places[0][:6]
    days = snapshot.days("projects", year, county)
    if not days:
        return None, []
    columns = ("name", "settled_fen")
    rows = [row for place in places for row in snapshot.rows(project_ledger.COUNTING, place, year, columns)]
    found = doubts(rows, days[-1], tree)
    if county in places and snapshot.scope.covers(county):
        found += source_doubts(snapshot, county, year, tree)
    return days[-1], found
