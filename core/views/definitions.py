"""指标口径: what does this number mean?"""

from dataclasses import dataclass

from core.indicators.catalogue import CATALOGUE
from core.indicators.indicator import Better, Indicator
from core.ledgers import LEDGERS
from core.plan import Plan, latest_plan
from core.store import Snapshot
from core.units import Unit, day, write
from core.views.common import Question

GROUPS = (
    (
        "监测帮扶",
        ("monitored", "newly", "safety", "under_six", "eliminable", "measures", "contact", "within"),
    ),
    ("风险消除", ("risk", "improper", "baseline", "flow", "opening", "reconciliation")),
    ("项目建设", ("project", "building", "relocation")),
    ("衔接资金", ("transition", "county_matching", "fund", "disburs", "industry", "public_notice")),
    ("示范片区", ("milestones",)),
    ("项目资产", ("assets",)),
    ("问题整改", ("findings",)),
    ("涉贫信访", ("petitions",)),
)
BETTER = {Better.HIGHER: "越高越好", Better.LOWER: "越低越好", Better.NEITHER: "不作高低评价"}


@dataclass(frozen=True)
class Definition:
    """Everything a reader may ask about an indicator."""

    key: str
    group: str
    name: str
    unit: str
    definition: str
    caution: str
    clause: str
    ledgers: str
    target: str
    level: str
    better: str
    items: str
    changes: str


@dataclass(frozen=True)
class PlanLine:
    """A figure of the plan with its clause."""

    about: str
    value: str
    by: str
    clause: str


@dataclass(frozen=True)
class Definitions:
    """The whole page."""

    plan_title: str
    plan: tuple[PlanLine, ...]
    found: tuple[Definition, ...]
    total: int


def definitions(snapshot: Snapshot, question: Question, words: str) -> Definitions:
    """The indicators whose name, words, clause or key hold all of the searched words."""
    plan = latest_plan(snapshot.as_of)
    every = [_definition(indicator, plan) for indicator in CATALOGUE]
    wanted = words.split()
    found = tuple(
        d
        for d in every
        if all(
            w in " ".join((d.key, d.name, d.definition, d.caution, d.clause, d.ledgers, d.group))
            for w in wanted
        )
    )
    lines = tuple(PlanLine(f.about, f.text, day(f.by) if f.by else "全年", f.clause) for f in plan.figure)
    return Definitions(plan.title, lines, found, len(every))


def _group(indicator: Indicator) -> str:
    """The group on the page: by ledger for the departments' figures, else by subject."""
    if indicator.is_reported:
        return "部门月报"
    if indicator.ledgers == ("employment",):
        return "务工就业"
    return next(name for name, prefixes in GROUPS if indicator.key.startswith(prefixes))


def _value(value: float, unit: str) -> str:
    if unit == "比例":
        return write(value, Unit.RATE)
    if unit == "元" and value >= 1e6:
        return write(value, Unit.YUAN)
    return f"{value:,.0f}{unit}"


def _definition(indicator: Indicator, plan: Plan) -> Definition:
    target = "无"
    if indicator.target:
        figure = plan[indicator.target.figure]
        value = figure.value if indicator.target.value is None else indicator.target.value
        direction = "" if indicator.unit is Unit.RATE or value == 0 else "不少于"
        target = f"{direction}{write(value, indicator.unit)}" + (
            f"（{day(figure.by)}前）" if figure.by else ""
        )
        if indicator.target.than[0]:
            target = figure.about
    group = _group(indicator)
    return Definition(
        indicator.key,
        group,
        indicator.name,
        indicator.unit.value,
        indicator.definition,
        indicator.caution,
        indicator.source,
        "、".join(LEDGERS[ledger].title for ledger in indicator.ledgers),
        target,
        "仅县级" if indicator.county_only else "县、战区、乡镇" + ("" if indicator.is_reported else "、村"),
        BETTER[indicator.better],
        "、".join(f"要点{n}" for n in indicator.items),
        "；".join(indicator.changes) or "自启用以来没有变更",
    )
