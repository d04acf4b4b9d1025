"""六大工程: which of the plan's 23 items move? From an item to its indicators, the townships, the rows."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from core.imports.ledgers import LEDGERS as DECLARED
from core.indicators.behind import RowBehind, has_rows, reported_rows, rows_behind
from core.indicators.catalogue import BY_KEY, CATALOGUE
from core.indicators.indicator import NOT_REPORTED, REPORT, Indicator, Reading, Status
from core.indicators.lists import named_lists
from core.indicators.words import KINDS, SOURCES
from core.ledgers import LEDGERS
from core.places import Area, PlaceTree
from core.plan import Plan, PlanFigure, PlanItem, latest_plan, plan_items
from core.store import Snapshot
from core.units import Unit, day, short_day, write
from core.views.common import Note, Question, Tile, load, note, number, pace_words, stale_words, townships_of
from core.views.overview import spending_tile
from core.views.risk import mask

ORDER = (Status.BEHIND, Status.RECOVERING, Status.ON_TRACK, Status.NO_TARGET)
PERIODS = {"none": "时点", "year": "本年累计", "month": "月报"}
MAIN_TARGETS = (
    ("监测对象风险消除", "risk_elimination_rate_r1_households", "baseline_households"),
    ("县级配套到位", "county_matching_yuan", "county_matching_yuan"),
    ("资金总规模", "transition_fund_total_yuan", "transition_fund_total_yuan"),
    ("产业占比", "industry_share", "industry_share"),
    ("项目竣工", "projects_completed_rate", "projects_completed_rate"),
    ("重点片区到期节点", "milestones_due_done_rate", "pilot_zones"),
)

# 明细里给人看的列；没有姓名、证件、电话，户编号遮盖。
SHOWN: dict[str, tuple[str, ...]] = {
    "monitored": ("kind", "persons", "is_eliminated", "identified", "eliminated", "measures"),
    "projects": ("name", "progress_percent", "first_planned_on", "completed_on", "paid_fen", "department"),
    "pool": ("name", "kind", "planned_start_on", "planned_on", "budget_fen"),
    "allocations": ("document", "allocated_on", "source", "amount_fen"),
    "payments": ("project", "paid_on", "source", "amount_fen"),
    "milestones": ("name", "planned_on", "done_on", "department"),
    "indicator_report": ("department", "numerator_milli", "denominator_milli", "value_milli"),
    "assets": ("name", "project", "original_fen", "owner", "is_titled"),
    "findings": ("subject", "department", "found_on", "due_on", "closed_on"),
    "petitions": ("category", "form", "department", "received_on", "passed_on", "closed_on"),
    "employment": ("region", "channel"),
}
HEADERS = {
    "kind": "类别",
    "persons": "人数",
    "is_eliminated": "已消除",
    "identified": "识别",
    "eliminated": "消除",
    "measures": "帮扶措施",
}
CODES = {**KINDS, **SOURCES}


@dataclass(frozen=True)
class ItemLine:
    """One of the 23 items in the list: its worst status, and how many of its indicators are 未报."""

    number: int
    title: str
    status: Status
    indicators: int
    unreported: int


@dataclass(frozen=True)
class Project:
    """One of the six projects (or 保障措施) with its items."""

    name: str
    title: str
    items: tuple[ItemLine, ...]


@dataclass(frozen=True)
class WorkPlan:
    """The list: 主要目标 on top, the six projects, 保障措施."""

    targets: tuple[Tile, ...]
    projects: tuple[Project, ...]
    title: str
    note: Note


@dataclass(frozen=True)
class IndicatorLine:
    """An indicator of an item, in finished words."""

    key: str
    items: str
    name: str
    value: str
    target: str
    status: Status
    status_words: str
    period: str
    owner: str
    source: str
    last_report: str


@dataclass(frozen=True)
class ItemView:
    """One item: its words in the plan, the plan's figures, its indicators, the lists that the plan keeps under it.
    Number 0 is no item: everything that is behind."""

    number: int
    title: str
    project: str
    words: str
    figures: tuple[str, ...]
    lines: tuple[IndicatorLine, ...]
    remark: str
    lists: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlaceLine:
    """One township's value: a number for its bar, finished words, status."""

    name: str
    value: float | None
    text: str
    counts: str
    status: Status
    status_words: str


@dataclass(frozen=True)
class PlacesView:
    """An indicator by township, in the order of the places' codes: no league table (要点8)."""

    name: str
    title: str
    is_rate: bool
    lines: tuple[PlaceLine, ...]
    remark: str
    note: Note


@dataclass(frozen=True)
class RowsView:
    """A page of the rows behind a figure, masked."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: int
    remark: str
    ledger: str


def work_plan(snapshot: Snapshot, question: Question, tree: PlaceTree) -> WorkPlan:
    """The list for an area on a day."""
    load(snapshot, question.area)
    items = plan_items(snapshot.as_of)
    lines = {item.number: _item_line(item, snapshot, question.area) for item in items}
    projects = tuple(
        Project(name, group[0].project_title, tuple(lines[item.number] for item in group))
        for name, members in groupby(items, key=lambda item: item.project)
        if (group := list(members))
    )
    behind = sum(line.status is Status.BEHIND for line in lines.values())
    silent = sum(line.unreported > 0 or not line.indicators for line in lines.values())
    title = f"{len(items)}项中{behind}项有指标滞后" + (f"，{silent}项有指标未报" if silent else "")
    targets = _targets(snapshot, question)
    return WorkPlan(targets, projects, title, targets[0].note)


def of_item(number: int) -> tuple[Indicator, ...]:
    """The indicators of an item, those with a target first."""
    own = [indicator for indicator in CATALOGUE if number in indicator.items]
    return tuple(sorted(own, key=lambda indicator: indicator.target is None))


def _item_line(item: PlanItem, snapshot: Snapshot, area: Area) -> ItemLine:
    readings = [number(snapshot, indicator.key, area) for indicator in of_item(item.number)]
    found = {reading.status for reading in readings}
    status = next((s for s in ORDER if s in found), Status.NOT_REPORTED)
    unreported = sum(reading.status is Status.NOT_REPORTED for reading in readings)
    return ItemLine(item.number, item.title, status, len(readings), unreported)


def _targets(snapshot: Snapshot, question: Question) -> tuple[Tile, ...]:
    """主要目标 in the plan's order: what was reached, what is asked, by when, under which clause."""
    plan = latest_plan(snapshot.as_of)
    tiles = [
        _target_tile(
            name,
            plan,
            figure,
            reading := number(snapshot, key, question.area),
            stale_words(snapshot, reading),
        )
        for name, key, figure in MAIN_TARGETS
    ]
    rate = number(snapshot, "disbursement_rate", question.area)
    pace = pace_words(snapshot, rate) if rate.value is not None else ""
    lines = tuple(words for words in (pace, "按计划完成拨付（主要目标）") if words)
    spent = replace(spending_tile(snapshot, question), beside="", lines=lines)
    return (*tiles[:-1], spent, tiles[-1])


def _target_tile(name: str, plan: Plan, key: str, reading: Reading, since: str) -> Tile:
    figure = plan[key]
    goal, deadline = figure.text, figure.deadline
    if key == "baseline_households":
        goal, deadline = (
            f"{figure.text}{plan['baseline_persons'].text}",
            plan["risk_elimination_rate"].deadline,
        )
    elif key == "transition_fund_total_yuan":
        goal = f"超过{goal}"
    elif key == "industry_share":
        goal = f"不低于{goal}"
    elif key == "projects_completed_rate":
        goal = "全部竣工"
    elif key == "pilot_zones":
        goal = f"{goal}片区初具规模"
    text = reading.text
    if reading.value is not None and reading.indicator.unit is Unit.YUAN:
        text = f"{reading.value / 1e4:,.0f}万元"
    clause = f"（{figure.clause.split('；')[0]}）"
    lines = [goal, f"{deadline}{clause}"]
    if since and reading.value is not None and reading.target and reading.target.by:
        lines.append(f"{since.rstrip('，')}的数")
    return Tile(name, text, "", reading.status, reading.status_words, tuple(lines), note(reading))


def work_behind(snapshot: Snapshot, question: Question, _tree: PlaceTree) -> ItemView:
    """Every indicator of an area that is behind (滞后, then 预警), in the plan's order: where to look first."""
    load(snapshot, question.area)
    plan = latest_plan(snapshot.as_of)
    counted = dict.fromkeys((Status.BEHIND, Status.RECOVERING), 0)
    lines = []
    for indicator in sorted(CATALOGUE, key=lambda one: one.items):
        if indicator.target and number(snapshot, indicator.key, question.area).status in counted:
            lines.append(_indicator_line(indicator, plan, snapshot, question.area))
            counted[lines[-1].status] += 1
    title = f"{counted[Status.BEHIND]}个指标滞后，{counted[Status.RECOVERING]}个预警"
    return ItemView(0, title, "", "", (), tuple(sorted(lines, key=lambda line: ORDER.index(line.status))), "")


def work_item(snapshot: Snapshot, question: Question, wanted: int, tree: PlaceTree) -> ItemView:
    """One item with its indicators; the first item where the number is none of the plan's."""
    items = plan_items(snapshot.as_of)
    item = next((one for one in items if one.number == wanted), items[0])
    plan = latest_plan(snapshot.as_of)
    lines = tuple(_indicator_line(one, plan, snapshot, question.area) for one in of_item(item.number))
    owing = sorted({line.owner for line in lines if line.status is Status.NOT_REPORTED and line.owner})
    silent = sum(line.status is Status.NOT_REPORTED for line in lines)
    remark = ""
    if not lines:
        remark = f"{NOT_REPORTED}：还没有可以计算的台账"
    elif silent:
        remark = f"{silent}个指标{NOT_REPORTED}" + (f"，应由{'、'.join(owing)}报送" if owing else "")
    figures = tuple(_figure_words(f) for f in plan.figure if item.number in f.items)
    lists = tuple(
        f"{one.title}{'（示例）' if one.is_example else ''}：{'、'.join(one.entries)}"
        for one in named_lists(tree, snapshot.as_of)
        if one.item == item.number
    )
    return ItemView(item.number, item.title, item.project_title, item.words, figures, lines, remark, lists)


def _figure_words(figure: PlanFigure) -> str:
    """A figure in the plan's words, with its value and day where those do not say them, and its clause."""
    more = [words for words in (figure.text, figure.deadline) if words and words not in figure.about]
    value = f"：{'，'.join(more)}" if more else ""
    return f"{figure.about}{value}（{figure.clause.split('；')[0]}）"


def _indicator_line(indicator: Indicator, plan: Plan, snapshot: Snapshot, area: Area) -> IndicatorLine:
    reading = number(snapshot, indicator.key, area)
    value = _told(reading)
    if value == NOT_REPORTED:
        value = f"{indicator.owner}{NOT_REPORTED}"
    last = reading.carried_as_of or _last_report(indicator, snapshot, area)
    return IndicatorLine(
        indicator.key,
        "、".join(map(str, indicator.items)),
        indicator.name,
        value,
        _target_words(indicator, plan),
        reading.status,
        reading.status_words,
        "本年累计" if indicator.since_new_year else PERIODS[LEDGERS[indicator.ledgers[0]].period],
        indicator.owner,
        "、".join(LEDGERS[ledger].title for ledger in indicator.ledgers),
        short_day(last) if last else NOT_REPORTED,
    )


def _told(reading: Reading) -> str:
    """A reading for a narrow column, beside its status: 7月31日：89.5% of one that is 未报 since."""
    if reading.carried_as_of is None or reading.carried_value is None:
        return reading.text
    return f"{short_day(reading.carried_as_of)}：{write(reading.carried_value, reading.indicator.unit)}"


def _target_words(indicator: Indicator, plan: Plan) -> str:
    """100%，9月底前（主要目标、要点2）; empty without a target."""
    if indicator.target is None:
        return ""
    figure = plan[indicator.target.figure]
    value = figure.text if indicator.target.value is None else write(indicator.target.value, indicator.unit)
    deadline = f"，{figure.deadline}" if figure.deadline else ""
    return f"{value}{deadline}（{figure.clause.split('；')[0]}）"


def _last_report(indicator: Indicator, snapshot: Snapshot, area: Area) -> date | None:
    """The data date of the newest workbook of its ledgers up to the day shown; last year's does not speak of
    this year's projects or money."""
    county = area.root
    return max(
        (
            batch.as_of
            for ledger in indicator.ledgers
            for batch in snapshot.timeline(ledger, county).active(snapshot.known_by)
            if batch.as_of <= snapshot.as_of
            and (LEDGERS[ledger].period == "none" or batch.as_of.year == snapshot.as_of.year)
        ),
        default=None,
    )


def work_places(snapshot: Snapshot, question: Question, key: str, tree: PlaceTree) -> PlacesView:
    """An indicator by the townships of the area; KeyError for a key that is none of the catalogue's."""
    indicator = BY_KEY[key]
    load(snapshot, question.area)
    whole = number(snapshot, key, question.area)
    lines = []
    if not indicator.county_only:
        for township in townships_of(question.area):
            reading = number(snapshot, key, tree.township_area(township))
            counts = f"{reading.numerator:,}/{reading.denominator:,}" if _has_counts(reading) else ""
            lines.append(
                PlaceLine(
                    township.name,
                    _shown(reading),
                    _told(reading),
                    counts,
                    reading.status,
                    reading.status_words,
                )
            )
    silent = [line.name for line in lines if line.status is Status.NOT_REPORTED]
    remark = "县级指标，不分乡镇" if indicator.county_only else f"{'、'.join(silent)}未报" if silent else ""
    is_rate = indicator.unit is Unit.RATE
    return PlacesView(
        indicator.name, f"{indicator.name}：{whole.text}", is_rate, tuple(lines), remark, note(whole)
    )


def _has_counts(reading: Reading) -> bool:
    """Money and thousandths are no counts to read; households, persons and projects are."""
    return bool(reading.denominator) and not any(
        word in series
        for series in reading.indicator.numerator
        for word in ("fund_", "industry_", "indicator_report.")
    )


def _shown(reading: Reading) -> float | None:
    """Rates as 0 to 100, money in 万元, all else as it is."""
    if reading.value is None:
        return None
    scale = {Unit.RATE: 100.0, Unit.YUAN: 1e-4}.get(reading.indicator.unit, 1.0)
    return reading.value * scale


def work_rows(
    snapshot: Snapshot, question: Question, key: str, place: str, start: int, size: int, tree: PlaceTree
) -> RowsView:
    """The rows that make an indicator at a place (a township's name, or empty for the area asked for)."""
    indicator = BY_KEY[key]
    area = tree.areas(place, snapshot.as_of)[0] if place else question.area
    first = indicator.ledgers[0]
    if indicator.county_only and not snapshot.scope.covers(area.root):
        words = "县级指标，由县级部门报送，不分乡镇；各月报送情况由看全县的账号查看。"
        return RowsView(f"{area.name}：{indicator.name}", (), (), 0, words, first)
    if indicator.is_reported:
        return _report_view(indicator, snapshot, area, start, size)
    if not has_rows(indicator):
        words = "由前后两次导出、基准名单或全户各人比对得出，不对应单独的行；到户情况见专题页。"
        if indicator.to_last_year:
            words = "与上年全年相比得出；各笔下达见指标“县级配套到位（下达）”。"
        if indicator.above_village:
            words = "涉及风险原因，不列到户；措施不对应的户，由办公室在数据质量（规则5）中核对。"
        return RowsView(f"{area.name}：{indicator.name}", (), (), 0, words, first)
    found = rows_behind(indicator, snapshot, area, SHOWN)
    ledger = found[0].ledger if found else first
    same = [one for one in found if one.ledger == ledger]
    headers = tuple(_header(ledger, name) for name in SHOWN.get(ledger, ()))
    counted = ("计入",) if indicator.denominator else ()
    code = ("户编号（遮盖）",) if ledger == "monitored" else ()
    rows = tuple(_row(one, tree, bool(counted), bool(code)) for one in same[start : start + size])
    title = f"{area.name}：{LEDGERS[ledger].title}{len(same):,}行"
    return RowsView(title, ("地点", *counted, *code, *headers), rows, len(same), "", ledger)


def _report_view(indicator: Indicator, snapshot: Snapshot, area: Area, start: int, size: int) -> RowsView:
    """What a department filed of an area, month by month; a column that no line fills is left out."""
    names = SHOWN[REPORT]
    found = reported_rows(indicator, snapshot, area, names)
    filled = [name for name in names if any(getattr(row, name) is not None for _, row in found)]
    rows = tuple(
        (f"{period // 100}年{period % 100}月", *(_cell(name, getattr(row, name)) for name in filled))
        for period, row in found[start : start + size]
    )
    headers = tuple(_header(REPORT, name) for name in filled)
    title = f"{area.name}：{LEDGERS[REPORT].title}{len(found)}行"
    return RowsView(title, ("期别", *headers), rows, len(found), "", REPORT)


def _header(ledger: str, name: str) -> str:
    declared = {column.name: column.header for column in DECLARED[ledger].columns}
    return HEADERS.get(name) or declared.get(name, name)


def _row(one: RowBehind, tree: PlaceTree, is_rate: bool, is_household: bool) -> tuple[str, ...]:
    words = [tree.label(one.row.leaf).split("/")[-1]]
    if is_rate:
        words.append(
            "分子、分母" if one.numerator and one.denominator else "分子" if one.numerator else "分母"
        )
    if is_household:
        words.append(mask(one.row.key))
    words += [_cell(name, getattr(one.row, name)) for name in SHOWN.get(one.ledger, ())]
    return tuple(words)


def _cell(name: str, value: Any) -> str:
    """A cell of the store in a reader's words."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return day(value)
    if isinstance(value, list):
        return "、".join(value) or "无"
    if name.endswith("_fen"):
        return f"{value / 1e6:,.2f}"
    if name.endswith("_milli"):
        return f"{value / 1000:,g}"
    if name.endswith("_percent"):
        return f"{value:g}%"
    if name in ("identified", "eliminated"):
        return f"{value // 100}年{value % 100}月"
    return CODES.get(value, str(value))
