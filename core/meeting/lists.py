"""Lists as slides: what the last meeting asked of whom, and what came of it."""

from collections.abc import Sequence
from datetime import date

from core.meeting.deck import list_slides
from core.meeting.slides import Slide
from core.places import Area, place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.tasks import TaskLine, tasks


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
