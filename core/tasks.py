"""调度: a problem gets an owner, a due day and a next step, and comes back until it is closed (销号).

The door to the tasks. Nothing is edited or deleted: every step is an event with who and when, and a task's state is
the fold of its events. Scope is an argument of every read and write. Overdue counts to the data date shown.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Select, insert, or_, select
from sqlmodel import col

from core.database import under
from core.places import Area
from core.scope import OutOfScope, Scope
from core.store import ALWAYS, Store, moment
from core.tables.tasks import Task as TaskTable
from core.tables.tasks import TaskEvent
from core.units import CHINA, short_day

KINDS = {
    "raised": "交办",
    "changed": "调整",
    "reported": "反馈完成",
    "closed": "销号",
    "reopened": "重新打开",
}
ORIGINS = ("", "project", "indicator", "question", "meeting")
SOON_DAYS = 7  # due within so many days: worth a reminder
LONGEST = {"事项": 200, "责任单位": 60, "下一步": 200, "说明": 300}

# 责任写单位或职务，不写个人姓名：末尾须是机构或职务的叫法。
_POST_OR_UNIT = re.compile(
    "(局|办|办公室|委|委员会|部|院|校|站|所|队|组|中心|专班|政府|街道|办事处|镇|乡|村|社区|公司|银行|联社|合作社|工会|"
    "团委|妇联|联合会|总社|支行|分局|县委|县长|镇长|乡长|书记|主任|局长|部长|站长|所长|队长|组长|委员|指挥长|主席|会长|"
    "行长|院长|校长|经理|厂长|社长|负责人)$"
)
PERSONAL = re.compile(r"\d{15,}[\dXx]?|(?<!\d)1[3-9]\d{9}(?!\d)")
_FORMULA = str.maketrans({"=": "＝", "+": "＋", "-": "－", "@": "＠"})


class TaskError(ValueError):
    """What was typed cannot be taken; the message says in Chinese what is expected and what to do."""


@dataclass(frozen=True)
class Step:
    """One event of a task as its history shows it: what, when on the wall clock, by whom, and its words."""

    kind: str
    at: datetime  # in China
    by: str
    words: str

    @property
    def name(self) -> str:
        """交办, 调整, 反馈完成, 销号, 重新打开."""
        return KINDS[self.kind]


@dataclass(frozen=True)
class Task:
    """A task as it stands after all its events. `overdue_days` counts to the data date that was asked for."""

    id: int
    place: str
    origin_kind: str
    origin: str
    what: str
    owner: str
    due_on: date
    first_due_on: date  # as it was raised: a later day does not make the first one forgotten
    next_step: str
    raised_on: date  # the data date that was on the screen
    reported_on: date | None
    closed_on: date | None
    overdue_days: int
    days_left: int
    steps: tuple[Step, ...]

    @property
    def is_open(self) -> bool:
        """True until it is closed (销号)."""
        return self.closed_on is None


def _plain(name: str, text: str, *, required: bool = True) -> str:
    """One line of plain text, safe in a cell of any spreadsheet; TaskError where it is empty, too long or personal."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if required and not text:
        raise TaskError(f"“{name}”没有填。请写明后再提交。")
    if len(text) > LONGEST[name]:
        raise TaskError(f"“{name}”写了{len(text)}个字，最多{LONGEST[name]}个。请写短些。")
    if PERSONAL.search(text):
        raise TaskError(f"“{name}”里像是有身份证号或手机号。请去掉；需要时用户编号在台账中核对。")
    return text[:1].translate(_FORMULA) + text[1:]  # 以=、+、-、@开头的，在表格软件里会当公式执行


def _owner(text: str) -> str:
    text = _plain("责任单位", text)
    for part in re.split("[、，,；;]", text):
        if not _POST_OR_UNIT.search(part.strip()):
            raise TaskError(
                f"责任单位“{part.strip()}”不像单位或职务。请写单位或职务，如“县交通运输局”“杨集镇镇长”，不写个人姓名。"
            )
    return text


def _due(due_on: date | None, on: date) -> date:
    if due_on is None:
        raise TaskError("没有填限期。请选定完成的日子。")
    if due_on < on:
        raise TaskError(
            f"限期{short_day(due_on)}早于数据日期{short_day(on)}。请选{short_day(on)}或以后的日子。"
        )
    return due_on


def raise_task(
    store: Store,
    scope: Scope,
    *,
    place: str,
    what: str,
    owner: str,
    due_on: date | None,
    next_step: str,
    by: str,
    on: date,
    origin: tuple[str, str] = ("", ""),
    at: datetime | None = None,
) -> int:
    """交办: writes a new task at once and gives its number. `on` is the data date shown, `origin` (kind, key) what it
    came from, `at` the wall clock (now). TaskError for what cannot be taken, OutOfScope for a place outside the scope."""
    if len(place) not in (6, 9):
        raise TaskError("事项要落到全县或一个乡镇。请先选定地方。")
    _may(scope, place)
    if origin[0] not in ORIGINS:
        raise TaskError(f"不认得的来源“{origin[0]}”。")
    said = {
        "what": _plain("事项", what),
        "owner": _owner(owner),
        "due_on": _due(due_on, on),
        "next_step": _plain("下一步", next_step),
    }
    with store.writing() as connection:
        made = connection.execute(
            insert(TaskTable).values(place=place, origin_kind=origin[0], origin=origin[1])
        )
        task = int(made.inserted_primary_key[0])  # type: ignore[index]
        _log(connection, task, "raised", by, on, at, **said)
    return task


def change(
    store: Store,
    scope: Scope,
    task: int,
    *,
    by: str,
    on: date,
    owner: str | None = None,
    due_on: date | None = None,
    next_step: str | None = None,
    note: str = "",
    at: datetime | None = None,
) -> None:
    """调整: a new owner, due day or next step (only what is given and differs), with a reason. TaskError when nothing
    differs or the task is closed."""
    with store.writing() as connection:
        before = _open(connection, scope, task, on)
        wanted: dict[str, Any] = {
            "owner": None if owner is None else _owner(owner),
            "due_on": None if due_on in (None, before.due_on) else _due(due_on, on),
            "next_step": None if next_step is None else _plain("下一步", next_step),
        }
        said = {
            name: value
            for name, value in wanted.items()
            if value is not None and value != getattr(before, name)
        }
        if not said:
            raise TaskError("责任单位、限期、下一步都没有变化，未写入。")
        _log(connection, task, "changed", by, on, at, note=_plain("说明", note, required=False), **said)


def report_done(
    store: Store, scope: Scope, task: int, *, by: str, on: date, note: str, at: datetime | None = None
) -> None:
    """反馈完成: the owner says it is done, with what was done. It stays on the screen until it is closed."""
    with store.writing() as connection:
        _open(connection, scope, task, on)
        _log(connection, task, "reported", by, on, at, note=_plain("说明", note))


def close(
    store: Store, scope: Scope, task: int, *, by: str, on: date, note: str = "", at: datetime | None = None
) -> None:
    """销号. TaskError when it is closed already."""
    with store.writing() as connection:
        _open(connection, scope, task, on)
        _log(connection, task, "closed", by, on, at, note=_plain("说明", note, required=False))


def reopen(
    store: Store, scope: Scope, task: int, *, by: str, on: date, note: str, at: datetime | None = None
) -> None:
    """重新打开 what was closed, with the reason. TaskError when it is open."""
    with store.writing() as connection:
        if _one(connection, scope, task, on).is_open:
            raise TaskError("这件事没有销号，不必重新打开。")
        _log(connection, task, "reopened", by, on, at, note=_plain("说明", note))


def open_tasks(store: Store, scope: Scope, area: Area, on: date, known_by: int = ALWAYS) -> tuple[Task, ...]:
    """What is not closed in an area (a township's own, the county's with all townships'): overdue first, the longest
    overdue at the top, then by due day. Days count to the data date `on`. OutOfScope for an area outside the scope."""
    return tuple(task for task in all_tasks(store, scope, area, on, known_by) if task.is_open)


def all_tasks(store: Store, scope: Scope, area: Area, on: date, known_by: int = ALWAYS) -> tuple[Task, ...]:
    """Every task of an area as it stood on the data date `on` (what was raised or done on a later one is not yet there):
    the open ones by due day, then the closed ones, the latest first."""
    for code in area.codes:
        _may(scope, code)
    with store.engine.connect() as connection:
        found = _read(connection, _events_of(area.codes, on, known_by), on)
    still = sorted((t for t in found if t.is_open), key=lambda t: (t.due_on, t.id))
    closed = sorted((t for t in found if not t.is_open), key=lambda t: (t.steps[-1].at, t.id), reverse=True)
    return (*(t for t in still if t.overdue_days), *(t for t in still if not t.overdue_days), *closed)


def one_task(store: Store, scope: Scope, task: int, on: date) -> Task:
    """A task by its number. TaskError when there is none, OutOfScope when its place is outside the scope."""
    with store.engine.connect() as connection:
        return _one(connection, scope, task, on)


def _may(scope: Scope, place: str) -> None:
    if not scope.covers(place):
        raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")


def _one(connection: Connection, scope: Scope, task: int, on: date) -> Task:
    found = _read(connection, _events(col(TaskTable.id) == task), on)
    if not found:
        raise TaskError(f"没有第{task}号事项。请刷新页面后再试。")
    _may(scope, found[0].place)
    return found[0]


def _open(connection: Connection, scope: Scope, task: int, on: date) -> Task:
    found = _one(connection, scope, task, on)
    if not found.is_open:
        raise TaskError("这件事已经销号。要继续办理，请先重新打开。")
    return found


def _log(
    connection: Connection, task: int, kind: str, by: str, on: date, at: datetime | None, **said: Any
) -> None:
    now = at or datetime.now(UTC)
    connection.execute(
        insert(TaskEvent).values(
            task_id=task, kind=kind, shown=on, known=moment(now), happened_at=now, by=by, **said
        )
    )


def _events(*which: Any) -> Select[Any]:
    return (
        select(
            *(col(getattr(TaskTable, name)) for name in ("place", "origin_kind", "origin")),
            *TaskEvent.__table__.columns,  # type: ignore[attr-defined]
        )
        .join(TaskTable, col(TaskTable.id) == col(TaskEvent.task_id))
        .where(*which)
        .order_by(col(TaskEvent.id))
    )


@lru_cache(maxsize=256)  # every page asks; to write a statement anew takes longer than to ask it
def _events_of(codes: tuple[str, ...], on: date, known_by: int) -> Select[Any]:
    inside = or_(*(under(col(TaskTable.place), code) for code in codes))
    return _events(inside, col(TaskEvent.shown) <= on, col(TaskEvent.known) <= known_by)


def _read(connection: Connection, query: Select[Any], on: date) -> list[Task]:
    events: dict[int, list[Any]] = {}
    for row in connection.execute(query):
        events.setdefault(row.task_id, []).append(row)
    return [_fold(number, its, on) for number, its in events.items() if its[0].kind == "raised"]


def _fold(number: int, events: Iterable[Any], on: date) -> Task:
    """The state of a task after its events, in the order in which they were written."""
    task: Task | None = None
    steps: list[Step] = []
    for event in events:
        if task is None:
            task = Task(
                number,
                event.place,
                event.origin_kind,
                event.origin,
                event.what,
                event.owner,
                event.due_on,
                event.due_on,
                event.next_step,
                event.shown,
                None,
                None,
                0,
                0,
                (),
            )
        said = {
            name: value
            for name in ("owner", "due_on", "next_step")
            if (value := getattr(event, name)) is not None
        }
        task = replace(task, **said)
        if event.kind == "reported":
            task = replace(task, reported_on=event.shown)
        elif event.kind == "changed":
            task = replace(task, reported_on=None)  # 反馈后又作调整，就是退回继续办
        elif event.kind == "closed":
            task = replace(task, closed_on=event.shown)
        elif event.kind == "reopened":
            task = replace(task, closed_on=None, reported_on=None)
        steps.append(Step(event.kind, _in_china(event.happened_at), event.by, _words(event)))
    assert task is not None, "a task is written together with its first event"
    # 到期前已反馈完成的，等销号，不算逾期；过期才反馈的仍算，直到销号。
    in_time = task.reported_on is not None and task.reported_on <= task.due_on
    until = task.due_on if in_time else min(task.closed_on or on, on)
    return replace(
        task,
        overdue_days=max((until - task.due_on).days, 0),
        days_left=(task.due_on - on).days,
        steps=tuple(steps),
    )


def _in_china(at: datetime) -> datetime:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(CHINA)


def _words(event: Any) -> str:
    said = [
        f"责任单位：{event.owner}" if event.owner else "",
        f"限期：{short_day(event.due_on)}" if event.due_on else "",
        f"下一步：{event.next_step}" if event.next_step else "",
        event.note,
    ]
    return "；".join(words for words in said if words)
