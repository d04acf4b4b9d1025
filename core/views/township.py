"""乡镇: everything about one township on one screen."""

from dataclasses import dataclass

from core.indicators.catalogue import CATALOGUE
from core.indicators.indicator import NOT_REPORTED, Status
from core.indicators.projects import COUNTING
from core.ledgers import period_of
from core.places import VILLAGE_UNKNOWN, Area, PlaceTree
from core.ranking import Ranking, Row, ranking
from core.store import Snapshot
from core.units import short_day
from core.views.common import STATUS_SHAPES, Note, Question, Tile, change_words, load, note, number
from core.views.overview import tiles as overview_tiles
from core.views.projects import COLUMNS, GanttBar, wall_bar
from core.views.war_zones import cell, place_words
from core.views.war_zones import change_words as places_won

RECORDS = (("findings", "问题整改"), ("petitions", "信访"))  # ledgers whose indicators stand on the page


@dataclass(frozen=True)
class ProjectLine:
    """A project: its state by shape and word, how far it is, when it was due, whose it is."""

    state: str
    name: str
    stage: str
    due: str
    officer: str
    light: Status


@dataclass(frozen=True)
class VillageLine:
    """A village's counts; None where the township did not report them."""

    name: str
    households: int | None
    persons: int | None
    new: int | None
    without_measure: int | None
    projects: int | None
    completed: int | None
    overdue: int | None


@dataclass(frozen=True)
class PlaceLine:
    """The township's place in one indicator."""

    name: str
    text: str
    light: Status


@dataclass(frozen=True)
class Records:
    """Findings or petitions: figures in finished words, or the word 未报 with what to do."""

    title: str
    lines: tuple[tuple[str, str, Status, str], ...]  # name, value, status, its word
    missing: str
    note: Note | None


@dataclass(frozen=True)
class Township:
    """The whole page but its promises, which are read anew each time."""

    name: str
    zone: str
    says: str
    light: Status
    hint: str
    tiles: tuple[Tile, ...]
    projects_title: str
    projects: tuple[ProjectLine, ...]
    villages_title: str
    villages: tuple[VillageLine, ...]
    places: tuple[PlaceLine, ...]
    records: tuple[Records, ...]
    note: Note


def township(
    snapshot: Snapshot, question: Question, tree: PlaceTree, made: Ranking | None = None
) -> Township:
    """The page for one township on a day; `made` is the ranking where it is at hand. ValueError for any other area."""
    area = question.area
    if area.kind != "township":
        raise ValueError(f"{area.name} is no single township")
    load(snapshot, area)
    row = (made or ranking(snapshot, tree, question.as_of)).of(area.townships[0])
    zone = tree.zone_of(area.townships[0], question.as_of)
    bars = _projects(snapshot, question, tree)
    villages = _villages(snapshot, area, tree)
    remaining = number(snapshot, "monitored_households_remaining", area)
    done = number(snapshot, "projects_completed", area)
    return Township(
        name=area.name,
        zone=f"{zone.name}　指挥长：{zone.commander}　副指挥长：{'；'.join(zone.deputies)}"
        if zone
        else "未划入战区",
        says=f"{row.group.name}{place_words(row)} {places_won(row.change)}".strip(),
        light=row.light,
        hint=row.hint or row.remark,
        tiles=_tiles(snapshot, question, row),
        projects_title=_projects_title(bars, done.text),
        projects=tuple(_project_line(bar, area.name) for bar in bars),
        villages_title=_villages_title(villages, remaining.text),
        villages=villages,
        places=tuple(
            PlaceLine(
                f"{s.rule.short}（{float(s.rule.weight):g}）"
                if s.rule.weight
                else f"{s.rule.short}（不计分）",
                cell(s).text,
                cell(s).light,
            )
            for s in row.standings
        ),
        records=tuple(records(snapshot, area, ledger, title) for ledger, title in RECORDS),
        note=note(remaining, done, number(snapshot, "disbursed_yuan", area)),
    )


def _tiles(snapshot: Snapshot, question: Question, row: Row) -> tuple[Tile, ...]:
    """Remaining households, measures, projects, money, and the place; the bare elimination rate is not among them."""
    remaining, _rate, projects, paid, _industry = overview_tiles(snapshot, question)
    measures = number(snapshot, "measures_rate", question.area)
    without = (measures.denominator or 0) - (measures.numerator or 0)
    planned = number(snapshot, "transition_fund_total_yuan_planned", question.area)
    compared = tuple(number(snapshot, rule.key, question.area) for rule in (s.rule for s in row.standings))
    words = (
        (f"{without}户尚无任何措施" if without else "未消除户都有措施") if measures.value is not None else ""
    )
    return (
        remaining,
        Tile(
            "帮扶措施落实率",
            measures.text,
            "",
            measures.status,
            measures.status_words,
            tuple(w for w in (words, change_words(measures)) if w),
            note(measures),
        ),
        projects,
        Tile(
            paid.name,
            paid.text,
            f"/ 计划{planned.text}" if planned.value is not None else "",
            paid.status,
            paid.status_words,
            paid.lines,
            paid.note,
        ),
        Tile(
            f"季度排名（{row.group.name}）",
            place_words(row).split("/")[0] if row.place else place_words(row),
            f"/ {row.of}　得分{row.score:.2f}" if row.score is not None else "",
            row.light if row.light is not Status.NOT_REPORTED else Status.NO_TARGET,
            row.group.last_words if row.is_last else "",
            tuple(
                w
                for w in (f"较上季度末{places_won(row.change)}" if row.change is not None else "", row.remark)
                if w
            ),
            note(*compared),
        ),
    )


def _projects(snapshot: Snapshot, question: Question, tree: PlaceTree) -> list[GanttBar]:
    """Late ones first, the longest late at the top, then what is open by its due day, then what is finished."""
    code = question.area.codes[0]
    period = period_of("projects", snapshot.as_of)
    mention = snapshot.mentions("projects", period, code[:6]).get(code)
    if mention is None or not mention.is_reported:
        return []
    rows = snapshot.rows(COUNTING, code, period, COLUMNS)
    bars = [wall_bar(row, tree, snapshot.told_on(COUNTING, period, row)) for row in rows]
    return sorted(
        bars,
        key=lambda b: (
            _is_over(b), -b.days_late, b.planned_to is None, b.planned_to or snapshot.as_of, b.name
        ),
    )  # fmt: skip


def _is_over(bar: GanttBar) -> bool:
    return bar.stage in ("竣工", "验收", "终止")


def _project_line(bar: GanttBar, township_name: str) -> ProjectLine:
    if bar.days_late:
        light, state = bar.status, f"{STATUS_SHAPES[bar.status]} 逾期{bar.days_late}天"
    elif _is_over(bar):
        light, state = Status.NO_TARGET, bar.stage
    else:
        light, state = Status.ON_TRACK, "● 未到期"
    progress = "" if not bar.progress or _is_over(bar) else f" {bar.progress:g}%"
    return ProjectLine(
        state,
        bar.name.removeprefix(township_name),
        f"{bar.stage}{progress}",
        short_day(bar.planned_to) if bar.planned_to else "未填",
        bar.officer or bar.department,
        light,
    )


def _projects_title(bars: list[GanttBar], done: str) -> str:
    if not bars:
        return f"项目：{NOT_REPORTED}"
    late = [bar for bar in bars if bar.days_late]
    whole = f"{len(bars)}个项目竣工{done}"
    return (
        f"{whole}，{len(late)}个已过计划竣工日，最久{late[0].days_late}天" if late else f"{whole}，没有逾期的"
    )


def _villages(snapshot: Snapshot, area: Area, tree: PlaceTree) -> tuple[VillageLine, ...]:
    """Villages with what remains in each, most first; 村不详 where anything is counted without a village."""
    places = [*tree.villages_of(area.townships[0]), tree[area.codes[0] + VILLAGE_UNKNOWN]]
    for period in {period_of(ledger, snapshot.as_of) for ledger in ("monitored", "projects")}:
        snapshot.load([place.code for place in places], period)
    keys = (
        "monitored_households_remaining",
        "monitored_persons_remaining",
        "newly_identified_households",
        "measures_in_place_households",
        "projects_planned",
        "projects_completed",
        "projects_overdue",
    )
    lines = []
    for place in places:
        households, persons, new, with_measure, planned, done, overdue = (
            None if (value := number(snapshot, key, tree.village_area(place)).value) is None else int(value)
            for key in keys
        )
        if place.kind == "unknown" and not (households or planned):
            continue
        without = None if households is None or with_measure is None else households - with_measure
        lines.append(VillageLine(place.name, households, persons, new, without, planned, done, overdue))
    return tuple(sorted(lines, key=lambda v: (-(v.households or 0), -(v.overdue or 0), -(v.projects or 0))))


def _villages_title(villages: tuple[VillageLine, ...], remaining: str) -> str:
    holding = sum(bool(v.households) for v in villages)
    known = any(v.households is not None for v in villages)
    return f"{remaining}未消除，分布在{holding}个村" if known else f"各村未消除户：{remaining}"


def records(snapshot: Snapshot, area: Area, ledger: str, title: str) -> Records:
    """What the catalogue counts from a ledger, for an area; 未报 where nobody has declared or imported it."""
    readings = [
        number(snapshot, indicator.key, area)
        for indicator in CATALOGUE
        if ledger in indicator.ledgers and not indicator.county_only
    ]
    if not readings:
        return Records(title, (), f"{NOT_REPORTED}：还没有这种台账", None)
    if all(reading.status is Status.NOT_REPORTED for reading in readings):
        return Records(title, (), f"{readings[0].text}", note(*readings))
    return Records(
        title,
        tuple((r.indicator.name, r.text, r.status, r.status_words) for r in readings),
        "",
        note(*readings),
    )
