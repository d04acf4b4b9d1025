"""Lists as slides: what must be asked today; what the last meeting asked of whom, and what came of it."""

from collections.abc import Sequence
from datetime import date

from core.meeting.deck import list_slides
from core.meeting.slides import Slide
from core.places import Area
from core.realm import tree_of
from core.scope import Scope
from core.store import Store
from core.tasks import open_tasks
from core.units import short_day
from core.views.common import Note, Question
from core.views.matters import MatterLine, ledger_matters, matter_list
from core.views.tasks import TaskLine, tasks

SHOWN = 7  # matters of a meeting: one slide that is talked through


def questions(store: Store, scope: Scope, area: Area, on: date) -> tuple[Slide, ...]:
    """需要过问的事: the gravest of an area. Posts and counts, never a household or a name."""
    question, tree = Question(area, on), tree_of(store, area.root)
    found = ledger_matters(store.snapshot(scope, on), question, tree)
    view = matter_list(found, store, scope, question, tree)
    rows = [
        (line.place, f"{line.what}{'，' if line.late else ''}{line.late}", line.owner) for line in view.lines
    ]
    return list_slides(
        "questions",
        "需要过问的事",
        area.name,
        questions_title(view.lines, area.name),
        ("地方", "什么事", "谁来答"),
        rows[:SHOWN],
        Note(
            view.as_of, "各台账、调度", "**需要过问的事**：按不过问会误多少时间、钱和户排列，分数由县里定。"
        ),
        wide=1,
        nothing="没有需要过问的事",
    )


def questions_title(lines: Sequence[MatterLine], area: str) -> str:
    """65件事需要过问，先问古庄店镇、二郎庙镇、赵河镇; one alone is named."""
    if not lines:
        return "没有需要过问的事"
    if len(lines) == 1:
        return f"1件事需要过问：{lines[0].place}{lines[0].what}"
    first = [p for p in dict.fromkeys(line.place for line in lines) if p != area][:3]
    return f"{len(lines)}件事需要过问" + (f"，先问{'、'.join(first)}" if first else "")


def promises(store: Store, scope: Scope, area: Area, on: date) -> tuple[Slide, ...]:
    """上次会议交办: every open task of an area, the overdue ones first, then what was closed. Posts, never names."""
    view = tasks(store.snapshot(scope, on), Question(area, on), tree_of(store, area.root))
    rows = [
        (line.state, line.place, line.task.what, line.task.owner, line.due)
        for line in (*view.open, *view.closed)
    ]
    return list_slides(
        "promises",
        "上次会议交办事项",
        area.name,
        promises_title(view.open, view.closed),
        ("状态", "地方", "事项", "责任", "限期"),
        rows,
        view.note,
        wide=2,
        nothing="没有交办过的事项",
    )


def promises_title(still: Sequence[TaskLine], closed: Sequence[TaskLine]) -> str:
    """交办7件，1件已销号，2件逾期; 交办2件都未销号，没有逾期; 交办的7件全部销号."""
    total = len(still) + len(closed)
    late = [line.task.overdue_days for line in still if line.task.overdue_days > 0]
    if not still:
        return f"交办的{total}件全部销号"
    if total == 1:
        return f"交办1件，{still[0].state.split(' ', 1)[-1]}"
    done = f"，{len(closed)}件已销号" if closed else "都未销号"
    return f"交办{total}件{done}，" + (f"{len(late)}件逾期" if late else "没有逾期")


def raised_on_slides(store: Store, scope: Scope, area: Area, on: date) -> dict[str, list[str]]:
    """{slide id: what was asked of whom on it, the newest last} of an area's show of this data date.

    OutOfScope for an area outside the scope.
    """
    found: dict[str, list[str]] = {}
    for task in sorted(open_tasks(store, scope, area, on), key=lambda t: t.id):
        place, _, slide = task.origin.partition("/")
        if task.origin_kind == "meeting" and task.raised_on == on and place == area.name:
            found.setdefault(slide, []).append(raised_words(task.owner, task.due_on, task.next_step))
    return found


def raised_words(owner: str, due_on: date, next_step: str) -> str:
    """已交办：县乡村振兴局局长，9月7日前，逐户研判."""
    return f"已交办：{owner}，{short_day(due_on)}前，{next_step}"
