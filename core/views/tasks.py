"""调度: what was asked of whom, by when, and what has come of it. Read anew each time: it is typed while it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.indicators.catalogue import BY_KEY, CATALOGUE
from core.indicators.indicator import Status
from core.matters import head_of
from core.places import PlaceTree
from core.store import Snapshot
from core.tasks import SOON_DAYS, Step, Task, all_tasks
from core.units import day, short_day
from core.views.common import Note, Question, Tile

RECENT = 40  # steps of the common history
ORIGIN_WORDS = {"project": "项目", "indicator": "指标", "question": "需过问的事", "meeting": "会议"}


@dataclass(frozen=True)
class StepLine:
    """One line of a task's history."""

    at: str
    name: str
    by: str
    words: str


@dataclass(frozen=True)
class RecentStep:
    """One line of everything that was done lately, with the task that it belongs to."""

    step: StepLine
    place: str
    what: str


@dataclass(frozen=True)
class TaskLine:
    """A task as the list tells it, with its state by shape and word."""

    task: Task
    light: Status
    state: str
    place: str
    due: str
    raised: str
    origin: str
    steps: tuple[StepLine, ...]


@dataclass(frozen=True)
class Tasks:
    """Everything of an area: overdue first, the closed ones apart."""

    title: str
    tiles: tuple[Tile, ...]
    open: tuple[TaskLine, ...]
    closed: tuple[TaskLine, ...]
    recent: tuple[RecentStep, ...]
    clock: str
    places: tuple[tuple[str, str], ...]  # (code, name) that a new task may be put to
    note: Note


def tasks(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Tasks:
    """The tasks of an area; overdue counts to the day asked for. OutOfScope for an area outside the scope."""
    found = all_tasks(snapshot.store, snapshot.scope, question.area, question.as_of, snapshot.known_by)
    lines = [_line(task, tree) for task in found]
    still = tuple(line for line in lines if line.task.is_open)
    closed = tuple(line for line in lines if not line.task.is_open)
    made = Note(
        day(question.as_of),
        "调度记录（随填随存，不来自表格）",
        f"**调度**：会上提出的问题，落到责任单位、限期和下一步，直到销号。逾期按数据日期{short_day(question.as_of)}计；"
        "限期之前已反馈完成的不算逾期，待销号。记录只增不改，填写时间按实际时钟。（要点6、要点12、要点23）",
    )
    return Tasks(
        title=_title(still),
        tiles=_tiles(still, closed, made),
        open=still,
        closed=closed,
        recent=_recent(lines),
        clock=f"逾期和剩余天数按数据日期{day(question.as_of)}计，不按今天；填写时间按实际时钟记录",
        places=_places(snapshot, question, tree),
        note=made,
    )


def _title(still: Sequence[TaskLine]) -> str:
    if not still:
        return "没有未销号的事项"
    late = [line for line in still if line.task.overdue_days]
    if not late:
        return f"{len(still)}件未销号，没有逾期的"
    worst = late[0].task
    longest = "，最久的" if len(late) > 1 else "："
    return f"{len(still)}件未销号，其中{len(late)}件逾期{longest}{late[0].place}已{worst.overdue_days}天"


def _tiles(still: Sequence[TaskLine], closed: Sequence[TaskLine], made: Note) -> tuple[Tile, ...]:
    late = sum(line.task.overdue_days > 0 for line in still)
    soon = sum(_is_soon(line.task) for line in still)
    told = sum(line.task.reported_on is not None for line in still)

    def tile(name: str, count: int, status: Status, words: str, line: str) -> Tile:
        return Tile(name, f"{count}件", "", status, words, (line,), made)

    return (
        tile("未销号", len(still), Status.NO_TARGET, "", "办结并核实后才销号"),
        tile(
            "逾期",
            late,
            Status.BEHIND if late else Status.ON_TRACK,
            "需督办" if late else "没有",
            "排在最前" if late else "",
        ),
        tile(
            f"{SOON_DAYS}天内到期",
            soon,
            Status.RECOVERING if soon else Status.NO_TARGET,
            "将到期" if soon else "",
            "",
        ),
        tile("已反馈，待销号", told, Status.NO_TARGET, "", "请核实后销号"),
        tile("已销号", len(closed), Status.NO_TARGET, "", "记录长期保留"),
    )


def _recent(lines: Sequence[TaskLine]) -> tuple[RecentStep, ...]:
    """督办 history of all tasks, the latest first."""
    steps = [
        (step.at, line.task.id, RecentStep(told, line.place, line.task.what))
        for line in lines
        for step, told in zip(line.task.steps, line.steps, strict=True)
    ]
    return tuple(recent for _, _, recent in sorted(steps, key=lambda s: s[:2], reverse=True)[:RECENT])


def _is_soon(task: Task) -> bool:
    return task.reported_on is None and 0 <= task.days_left <= SOON_DAYS


def _line(task: Task, tree: PlaceTree) -> TaskLine:
    light, state = _state(task)
    moved = f"（原{short_day(task.first_due_on)}）" if task.first_due_on != task.due_on else ""
    origin = ""
    if task.origin_kind:
        key = task.origin.partition("/")[0] if task.origin_kind == "meeting" else task.origin
        told = BY_KEY[key].name if key in BY_KEY else key
        origin = f"{ORIGIN_WORDS[task.origin_kind]}：{told}"
    return TaskLine(
        task,
        light,
        state,
        tree[task.place].name if task.place in tree else task.place,
        f"{short_day(task.due_on)}{moved}",
        short_day(task.raised_on),
        origin,
        tuple(_step(step) for step in task.steps),
    )


def _state(task: Task) -> tuple[Status, str]:
    late = f"逾期{task.overdue_days}天" if task.overdue_days else ""
    if task.closed_on:
        return Status.NO_TARGET, f"{short_day(task.closed_on)}销号" + (f"（{late}）" if late else "")
    if late:
        return Status.BEHIND, f"▲ {late}" + ("，已反馈" if task.reported_on else "")
    if task.reported_on:
        return Status.ON_TRACK, "● 已反馈，待销号"
    left = "今天到期" if task.days_left == 0 else f"还有{task.days_left}天"
    return (Status.RECOVERING, f"◆ {left}") if _is_soon(task) else (Status.ON_TRACK, f"● {left}")


def _step(step: Step) -> StepLine:
    at = step.at
    return StepLine(f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", step.name, step.by, step.words)


def _places(snapshot: Snapshot, question: Question, tree: PlaceTree) -> tuple[tuple[str, str], ...]:
    """The county (where the area is it) and the area's townships, as far as the scope goes."""
    whole = [tree.county] if question.area.kind == "county" else []
    wanted = (*whole, *question.area.townships)
    return tuple((place.code, place.name) for place in wanted if snapshot.scope.covers(place.code))


@lru_cache(maxsize=1)
def departments() -> tuple[str, ...]:
    """The county's departments that answer for the plan's items: 县乡村振兴局, 县财政局 …"""
    named = {part for indicator in CATALOGUE for part in indicator.owner.split("、")}
    return tuple(sorted(name if name.startswith("县") else f"县{name}" for name in named if name))


def owners(question: Question) -> tuple[str, ...]:
    """Posts and units that are proposed as the owner of a new task; others may be typed."""
    return (*(head_of(township) for township in question.area.townships), *departments())
