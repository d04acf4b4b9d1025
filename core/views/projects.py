"""项目建设: will everything stand by 30 September?"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.forecasts.completion import ABOVE_COUNTY
from core.forecasts.projects import CountOutlook, NoForecast
from core.indicators.indicator import Status, data_days
from core.indicators.projects import COUNTING, due_by, stage
from core.indicators.words import STAGES
from core.ledgers import period_of
from core.places import PlaceTree
from core.plan import latest_plan
from core.store import Snapshot
from core.units import short_day
from core.views.common import Note, Question, Tile, change_words, load, note, number, townships_of
from core.views.forecasts import (
    LIKELY_LATE,
    all_on_time_words,
    chance_words,
    completion,
    completion_words,
    expected_words,
)
from core.views.map import MapView, township_map
from core.views.overview import Forecast, ProjectBars, project_bars, weekly

STALE_DAYS = 45  # no change in the ledger for so long: worth a question


@dataclass(frozen=True)
class FunnelStep:
    """One step of 储备—批复—开工—在建—竣工—验收 with its count."""

    name: str
    count: int


@dataclass(frozen=True)
class BurnUp:
    """Completed projects on each data date, what the projects themselves planned, and the forecast to the deadline."""

    title: str
    points: tuple[tuple[date, int], ...]
    planned: tuple[tuple[date, int], ...]
    total: int
    deadline: date
    note: Note
    forecast: Forecast | None
    words: tuple[str, ...]  # the forecast, or why there is none


@dataclass(frozen=True)
class GanttBar:
    """A project on the wall chart: planned from-to, real from-to, and its state."""

    key: str
    name: str
    place: str
    department: str
    officer: str
    planned_from: date | None
    planned_to: date | None
    real_from: date | None
    real_to: date | None
    stage: str
    progress: float | None
    days_late: int
    status: Status


@dataclass(frozen=True)
class OpenProject:
    """A project that is not finished: when it is expected, and what makes it worth a question."""

    name: str
    place: str
    words: str
    chance: str  # to stand by the deadline
    expected: str  # the day, with its range
    since: str
    officer: str
    revised: str
    problem: str
    is_asked: bool  # likely late, past its planned day, or standing still


@dataclass(frozen=True)
class Projects:
    """The whole page."""

    tiles: tuple[Tile, ...]
    funnel: tuple[FunnelStep, ...]
    funnel_title: str
    burn_up: BurnUp
    bars: ProjectBars
    wall: tuple[GanttBar, ...]
    wall_title: str
    unfinished: tuple[OpenProject, ...]
    map: MapView | None


COLUMNS = ("name", "department", "officer_post", "planned_start_on", "problem")


def projects(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Projects:
    """The page for an area on a day."""
    area = question.area
    load(snapshot, area)
    period = period_of("projects", snapshot.as_of)
    rows = [row for code in area.codes for row in snapshot.rows(COUNTING, code, period, COLUMNS)]
    silent = all(_is_silent(snapshot, t.code, period) for t in townships_of(area))
    bars = [] if silent else [wall_bar(row, tree, snapshot.told_on(COUNTING, period, row)) for row in rows]
    unfinished = sorted(
        (b for b in bars if b.stage not in ("竣工", "验收", "终止")),
        key=lambda b: (-b.days_late, b.planned_to or date.max),
    )
    return Projects(
        tiles=_tiles(snapshot, question),
        funnel=_funnel(snapshot, question),
        funnel_title=_funnel_title(snapshot, question),
        burn_up=_burn_up(snapshot, question, rows),
        bars=project_bars(snapshot, question, tree),
        wall=tuple(unfinished),
        wall_title=f"未竣工{len(unfinished)}个项目，按逾期天数排列",
        unfinished=_unfinished(snapshot, question, unfinished, rows),
        map=None
        if area.is_above_county
        else township_map(snapshot, question, tree, "projects_completed_rate"),
    )


def _is_silent(snapshot: Snapshot, unit: str, period: int) -> bool:
    mention = snapshot.mentions("projects", period, unit[:6]).get(unit)
    return mention is not None and not mention.is_reported


def _tiles(snapshot: Snapshot, question: Question) -> tuple[Tile, ...]:
    area = question.area
    deadline = latest_plan(snapshot.as_of)["projects_completed_rate"].by
    days = (deadline - snapshot.as_of).days if deadline else 0
    done = number(snapshot, "projects_completed", area)
    planned = number(snapshot, "projects_planned", area)
    rate = number(snapshot, "projects_completed_rate", area)
    started = number(snapshot, "projects_started_rate", area)
    accepted = number(snapshot, "projects_accepted_rate", area)
    on_time = number(snapshot, "projects_completed_on_time_rate", area)
    overdue = number(snapshot, "projects_overdue", area)
    left = int((planned.value or 0) - (done.value or 0))
    pace = (
        f"距{short_day(deadline)}还有{days}天，每周需竣工{weekly(left, days)}个"
        if deadline and days > 0
        else ""
    )

    def rate_tile(name: str, reading: Any, words: str) -> Tile:
        beside = f"{reading.numerator}/{reading.denominator}个" if reading.denominator else ""
        lines = tuple(w for w in (words, change_words(reading)) if w)
        return Tile(name, reading.text, beside, reading.status, reading.status_words, lines, note(reading))

    return (
        Tile(
            "项目竣工",
            done.text,
            f"/ {planned.text}　{rate.text}",
            rate.status,
            rate.status_words,
            tuple(w for w in (pace, change_words(done)) if w),
            note(done, planned, rate),
        ),
        rate_tile("开工率", started, ""),
        rate_tile("按期竣工率", on_time, "以批复后首个计划竣工日为准"),
        rate_tile("验收率", accepted, "已验收 ÷ 已竣工"),
        Tile(
            "已过计划竣工日",
            overdue.text,
            "未竣工",
            Status.BEHIND if overdue.value else overdue.status,
            "需过问" if overdue.value else "",
            tuple(w for w in (change_words(overdue),) if w),
            note(overdue),
        ),
    )


def _funnel(snapshot: Snapshot, question: Question) -> tuple[FunnelStep, ...]:
    """Reached so far, each step within the one before; 储备 counts what waits outside the year's plan too."""
    area = question.area
    waiting = number(snapshot, "projects_waiting", area)
    planned = number(snapshot, "projects_planned", area)
    if planned.value is None:
        return ()
    steps = [
        ("储备", int(planned.value + (waiting.value or 0))),
        ("批复", _sum(snapshot, question, "has_approval")),
        ("开工", _sum(snapshot, question, "has_started")),
        ("竣工", _sum(snapshot, question, "has_completed")),
    ]
    accepted = number(snapshot, "projects_accepted", area)
    if accepted.value is not None:
        steps.append(("验收", int(accepted.value)))
    return tuple(FunnelStep(name, count) for name, count in steps)


def _sum(snapshot: Snapshot, question: Question, series: str) -> int:
    return snapshot.value(question.area.codes, f"projects.{series}", period_of("projects", snapshot.as_of))


def _funnel_title(snapshot: Snapshot, question: Question) -> str:
    planned = number(snapshot, "projects_planned", question.area)
    under_way = number(snapshot, "projects_under_way", question.area)
    not_started = number(snapshot, "projects_approved", question.area)
    if planned.value is None:
        return f"项目进度：{planned.text}"
    more = f"，{not_started.text}批复后未开工" if not_started.value else ""
    accepted = number(snapshot, "projects_accepted", question.area)
    more += f"，验收{accepted.text}" if accepted.value is None else ""
    return f"在建{under_way.text}{more}"


def _burn_up(snapshot: Snapshot, question: Question, rows: list[Any]) -> BurnUp:
    area = question.area
    period = period_of("projects", snapshot.as_of)
    figure = latest_plan(snapshot.as_of)["projects_completed_rate"]
    deadline = figure.by or date(snapshot.as_of.year, 9, 30)
    days = data_days(snapshot, "projects", area)
    points = tuple((d, snapshot.value(area.codes, "projects.has_completed", period, d)) for d in days)
    if area.is_above_county:  # no project is read there
        total = snapshot.value(area.codes, "projects.planned", period)
        title = f"竣工{points[-1][1]:,}个，年度计划{total:,}个" if points else "项目台账未报"
        done_note = note(number(snapshot, "projects_completed", area))
        return BurnUp(title, points, (), total, deadline, done_note, None, (f"不作预测：{ABOVE_COUNTY}",))
    planned = due_by(rows, _month_ends(date(deadline.year, 3, 1), deadline))
    total = len(rows)
    done = points[-1][1] if points else 0
    ((_, by_plan),) = due_by(rows, [snapshot.as_of])
    gap = by_plan - done
    title = f"按各项目首个计划，到{short_day(snapshot.as_of)}应竣工{by_plan}个，实际{done}个，" + (
        f"少{gap}个" if gap > 0 else "没有落后" if gap == 0 else f"多{-gap}个"
    )
    if not points:
        title, planned = "项目台账未报", ()
    outlook = completion(snapshot, area)
    ahead: Forecast | None = None
    words: tuple[str, ...] = (f"不作预测：{outlook.reason}",) if isinstance(outlook, NoForecast) else ()
    if isinstance(outlook, CountOutlook) and points:
        ahead = Forecast(points[-1][0], deadline, done, outlook.middle, outlook.low, outlook.high)
        words = tuple(dict.fromkeys((completion_words(outlook), all_on_time_words(outlook))))
    done_note = note(number(snapshot, "projects_completed", area))
    return BurnUp(title, points, planned, total, deadline, done_note, ahead, words)


def _month_ends(start: date, end: date) -> list[date]:
    days, day = [], start
    while day <= end:
        following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        days.append(min(following - timedelta(days=1), end))
        day = following
    return days


def wall_bar(row: Any, tree: PlaceTree, on: date) -> GanttBar:
    """A project's row as a bar of the wall chart, on the day that its ledger tells of."""
    due = row.first_planned_on
    late = (on - due).days if due and not row.completed_on and not row.is_terminated else 0
    at = stage(row)
    status = Status.ON_TRACK
    if late > 0:
        # 逾期而调整后的日子还没到的，是预警；没有调整或连调整后的日子也过了的，是滞后。
        status = Status.RECOVERING if row.revised_on and row.revised_on >= on else Status.BEHIND
    return GanttBar(
        row.key,
        row.name,
        tree.label(row.leaf).split("/")[0],
        row.department,
        row.officer_post,
        row.planned_start_on or row.approved_on,
        row.first_planned_on,
        row.started_on,
        row.completed_on or (on if row.started_on else None),
        STAGES[at],
        row.progress_percent,
        max(late, 0),
        status,
    )


def _unfinished(
    snapshot: Snapshot, question: Question, unfinished: list[GanttBar], rows: list[Any]
) -> tuple[OpenProject, ...]:
    """Every unfinished project with its outlook. First those to ask about: unlikely to stand by the deadline, past
    the planned day, or without any change in the ledger for long (「至少」, since only exports are seen)."""
    outlooks = completion(snapshot, question.area)
    ahead = {p.key: p for p in outlooks.projects} if isinstance(outlooks, CountOutlook) else {}
    by_key = {row.key: row for row in rows}
    found = []
    for bar in unfinished:
        row = by_key[bar.key]
        outlook = ahead.get(bar.key)
        idle = (outlook.idle_days or 0) if outlook else 0
        unlikely = outlook is not None and outlook.chance < LIKELY_LATE
        words = []
        if unlikely:
            words.append("难以按期竣工")
        if bar.days_late:
            words.append(f"逾期{bar.days_late}天")
        if idle >= STALE_DAYS:
            words.append(f"至少{idle}天无进展")
        progress = "" if bar.progress is None else f"，形象进度{bar.progress:g}%"
        found.append(
            OpenProject(
                bar.name,
                bar.place,
                ("、".join(words) or "按计划推进") + progress,
                chance_words(outlook.chance) if outlook else "—",
                expected_words(outlook) if outlook else "—",
                short_day(bar.planned_to) if bar.planned_to else "未填",
                bar.officer or bar.department,
                short_day(row.revised_on) if row.revised_on else "",
                row.problem,
                bool(words),
            )
        )
    return tuple(sorted(found, key=lambda one: not one.is_asked))
