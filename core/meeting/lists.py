"""Lists as slides: what must be asked today; what the last meeting asked of whom, and what came of it."""

from collections.abc import Sequence
from datetime import date

from core.meeting.deck import list_slides
from core.meeting.slides import Slide
from core.places import Area, place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Note, Question
from core.views.matters import MatterLine, ledger_matters, matter_list
from core.views.tasks import TaskLine, tasks

SHOWN = 7  # matters of a meeting: one slide that is talked through


def questions(store: Store, scope: Scope, area: Area, on: date) -> tuple[Slide, ...]:
    """需要过问的事: the gravest of an area. Posts and counts, never a household or a name."""
    question, tree = Question(area, on), place_tree()
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
    view = tasks(store.snapshot(scope, on), Question(area, on), place_tree())
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
    """交办7件：1件已销号，2件逾期; 交办的7件全部销号."""
    total = len(still) + len(closed)
    late = sum(line.task.overdue_days > 0 for line in still)
    if not still:
        return f"交办的{total}件全部销号"
    done = f"{len(closed)}件已销号" if closed else "还没有销号的"
    return f"交办{total}件：{done}，" + (f"{late}件逾期" if late else "没有逾期的")
