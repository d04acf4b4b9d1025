"""调度: a problem gets an owner, a due day and a next step, and comes back on the screen until it is closed."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from core import tasks as door
from core.charts import heat
from core.indicators.catalogue import CATALOGUE
from core.tasks import TaskError
from core.views.tasks import TaskLine, owners, tasks
from pages.pieces import parts, visitor
from pages.pieces import question as asked

question = st.session_state["question"]
view = tasks(asked.snapshot(question), question, asked.tree(question))
scope = asked.scope()
st.session_state.setdefault("task_form", 0)
USUAL_DAYS = 14
ROW = 36


def write(what_was_done: str, act: Callable[[], object]) -> None:
    """Writes at once and shows the page anew; a refusal stands under the form, with what was typed kept."""
    try:
        act()
    except TaskError as error:
        st.error(str(error))
        return
    st.session_state["task_said"] = what_was_done
    st.session_state["task_form"] += 1
    st.rerun()


def listed(lines: Sequence[TaskLine], key: str, most: int) -> TaskLine | None:
    """A list of tasks as plain text; gives the one that was clicked."""
    frame = pd.DataFrame(
        [(n.state, n.task.what, n.place, n.task.owner, n.due, n.task.next_step) for n in lines],
        columns=["状态", "事项", "地方", "责任单位", "限期", "下一步"],
    )
    inks = pd.DataFrame("", index=frame.index, columns=frame.columns)
    inks["状态"] = [heat.cell(n.light, parts.palette()) for n in lines]
    wide = dict(zip(frame.columns, (136, 360, 80, 200, 90, 280), strict=True))
    event = st.dataframe(
        frame.style.apply(lambda _: inks, axis=None),
        hide_index=True,
        height=38 + ROW * min(len(lines), most),
        row_height=ROW,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}-{st.session_state['task_form']}",
        column_config={name: st.column_config.TextColumn(name, width=width) for name, width in wide.items()},
    )
    rows = event.selection.rows
    return lines[rows[0]] if rows and rows[0] < len(lines) else None


def new_task() -> None:
    """交办: five fields, written at once."""
    st.markdown("**交办新事项**　:small[:gray[点左边一件可办理；不写个人姓名、身份证号、手机号]]")
    names = dict(view.places)
    if not names:
        st.info("您的权限不含这里的任何地方，不能交办。")
        return
    with st.form(f"raise-{st.session_state['task_form']}", border=False):
        what = st.text_input("事项", placeholder="什么问题，办到什么程度", max_chars=door.LONGEST["事项"])
        left, right = st.columns(2, gap="small")
        place = left.selectbox(
            "地方",
            list(names),
            index=0 if len(names) == 1 else None,
            format_func=names.__getitem__,
            placeholder="请选择",
        )
        due = right.date_input(
            "限期", question.as_of + timedelta(days=USUAL_DAYS), min_value=question.as_of, format="YYYY-MM-DD"
        )
        owner = st.selectbox(
            "责任单位",
            owners(question),
            index=None,
            placeholder="单位或职务，可直接填写",
            accept_new_options=True,
        )
        step = st.text_input("下一步", placeholder="谁先做什么", max_chars=door.LONGEST["下一步"])
        keys = {indicator.key: indicator.name for indicator in CATALOGUE}
        origin = st.selectbox(
            "由哪项指标引出（可不填）",
            list(keys),
            index=None,
            format_func=keys.__getitem__,
            placeholder="不填",
        )
        sent = st.form_submit_button("交办", type="primary", width="stretch")
    if sent:
        write(
            "已交办，已写入记录。",
            lambda: door.raise_task(
                asked.store(), scope, place=place or "", what=what, owner=owner or "", due_on=due, next_step=step,
                by=visitor.visitor().signature, on=question.as_of, origin=("indicator", origin) if origin else ("", ""),
            ),
        )  # fmt: skip


def history(line: TaskLine) -> None:
    """督办 history: every step with who and when."""
    st.dataframe(
        pd.DataFrame(
            [(s.at, s.name, s.by, s.words) for s in line.steps], columns=["时间", "动作", "何人", "内容"]
        ),
        hide_index=True,
        height=min(38 + 35 * len(line.steps), 180),
        column_config={
            "时间": st.column_config.TextColumn(width=150),
            "动作": st.column_config.TextColumn(width=76),
            "何人": st.column_config.TextColumn(width=100),
        },
    )


def handle(line: TaskLine) -> None:
    """办理 one task: change it, note that it was reported done, close it or open it again."""
    task, on, store, by = line.task, question.as_of, asked.store(), visitor.visitor().signature
    st.markdown("**办理所选事项**　:small[:gray[取消左边的选择，可交办新事项]]")
    st.text(f"{line.place}：{task.what}")
    st.caption("　".join(words for words in (line.state, f"{line.raised}交办", line.origin) if words))
    history(line)
    with st.form(f"handle-{task.id}-{st.session_state['task_form']}", border=False):
        note = st.text_input(
            "说明", placeholder="完成情况、核实情况或调整理由", max_chars=door.LONGEST["说明"]
        )
        if not task.is_open:
            if st.form_submit_button("重新打开", width="stretch"):
                write("已重新打开。", lambda: door.reopen(store, scope, task.id, by=by, on=on, note=note))
            return
        left, right = st.columns(2, gap="small")
        owner = left.text_input("责任单位", task.owner, max_chars=door.LONGEST["责任单位"])
        due = right.date_input("限期", task.due_on, min_value=min(task.due_on, on), format="YYYY-MM-DD")
        step = st.text_input("下一步", task.next_step, max_chars=door.LONGEST["下一步"])
        with st.container(horizontal=True, gap="small"):
            changed = st.form_submit_button("调整", width="stretch")
            reported = st.form_submit_button("反馈完成", width="stretch")
            closed = st.form_submit_button("销号", type="primary", width="stretch")
    if changed:
        write(
            "已调整，已写入记录。",
            lambda: door.change(
                store, scope, task.id, by=by, on=on, owner=owner, due_on=due, next_step=step, note=note
            ),
        )
    if reported:
        write(
            "已记为反馈完成，待销号。",
            lambda: door.report_done(store, scope, task.id, by=by, on=on, note=note),
        )
    if closed:
        write("已销号。", lambda: door.close(store, scope, task.id, by=by, on=on, note=note))


parts.tiles(view.tiles)
left, right = st.columns([9, 4], gap="small")
chosen = None
with left:
    with st.container(border=True):
        parts.title(view.title, view.note, "逾期在前 · 点一件办理")
        if view.open:
            chosen = listed(view.open, "open", 10)
        else:
            st.info("没有未销号的事项。会上提出的问题，在右边交办。")
    with st.container(border=True):
        st.markdown(f"**已销号{len(view.closed)}件**　:small[:gray[记录只增不改；需要时可重新打开]]")
        if view.closed:
            chosen = listed(view.closed, "closed", 4) or chosen
with right, st.container(border=True):
    if said := st.session_state.pop("task_said", ""):
        st.success(said)
    if chosen:
        handle(chosen)
    else:
        new_task()
with st.container(border=True):
    st.markdown("**督办记录**　:small[:gray[全部事项，最近的在前；何时、何人、做了什么]]")
    if view.recent:
        st.dataframe(
            pd.DataFrame(
                [(r.step.at, r.step.name, r.step.by, r.place, r.what, r.step.words) for r in view.recent],
                columns=["时间", "动作", "何人", "地方", "事项", "内容"],
            ),
            hide_index=True,
            height=38 + 32 * min(len(view.recent), 7),
            row_height=32,
            column_config={
                "时间": st.column_config.TextColumn(width=170),
                "动作": st.column_config.TextColumn(width=84),
                "何人": st.column_config.TextColumn(width=120),
                "地方": st.column_config.TextColumn(width=90),
                "事项": st.column_config.TextColumn(width=420),
            },
        )
    else:
        st.caption("还没有记录。")
st.caption(f"{view.clock}。来源：{view.note.source}。")
