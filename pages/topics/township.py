"""乡镇: everything about one township on one screen."""

import pandas as pd
import streamlit as st

from core.charts import heat
from core.views.tasks import TaskLine, tasks
from core.views.township import Records, township
from core.views.war_zones import war_zones
from pages.pieces import parts
from pages.pieces import question as asked

question = st.session_state["question"]
palette = parts.palette()


def choose() -> None:
    """Asks which township, by war zone."""
    zones = parts.view(war_zones, question).zones
    st.markdown("#### 请选择一个乡镇")
    st.caption("点下面的乡镇名；也可在上方的“全部乡镇”中选，或在战区乡镇、地图上点。")
    parts.zone_cards(zones, question, parts.township_button)


def record_card(shown: Records, height: int) -> None:
    """Findings or petitions."""
    with parts.card(height):
        if shown.note:
            parts.title(shown.title, shown.note)
        else:
            st.markdown(f"**{shown.title}**")
        if shown.missing:
            st.markdown(f":gray[○ {shown.missing}]")
        st.markdown(
            "  \n".join(
                f":small[:gray[{name}] **{text}** {parts.status_words(status, word)}]"
                for name, text, status, word in shown.lines
            )
        )


def task_words(line: TaskLine) -> str:
    """▲ **逾期6天**　事项　责任单位 · 限期, and the next step below: in full, since it was typed."""
    colour = parts.COLOURS.get(line.light, "gray")
    said = (line.state, line.task.what, line.task.owner, line.due, line.task.next_step)
    state, what, owner, due, step = (parts.plain(words) for words in said)
    return f":{colour}[**{state}**]　{what}　:small[:gray[{owner} · {due}]]  \n:small[:gray[下一步：{step or '未填'}]]"


def page() -> None:
    """Everything about the township that was chosen."""
    view = parts.view(township, question)
    promises = tasks(asked.snapshot(question), question, asked.tree(question))
    rank = f"{parts.shape(view.light)}**{view.says}**　{view.hint}"
    st.markdown(f"#### {view.name}　:small[{rank}　　:gray[{view.zone}]]")
    parts.tiles(view.tiles)
    left, right = st.columns([9, 7], gap="small")
    with left, parts.card(332):
        parts.title(view.projects_title, view.tiles[2].note, "逾期在前")
        if view.projects:
            frame = pd.DataFrame(
                [(p.state, p.name, p.stage, p.due, p.officer) for p in view.projects],
                columns=["状态", "项目", "进度", "首个计划竣工日", "责任人"],
            )
            inks = pd.DataFrame("", index=frame.index, columns=frame.columns)
            inks["状态"] = [heat.cell(p.light, palette) for p in view.projects]
            st.dataframe(
                frame.style.apply(lambda _: inks, axis=None),
                hide_index=True,
                height=248,
                row_height=29,
                column_config={
                    "状态": st.column_config.TextColumn(width=110),
                    "项目": st.column_config.TextColumn(width=380),
                    "进度": st.column_config.TextColumn(width=90),
                    "责任人": st.column_config.TextColumn(width=230),
                },
            )
        else:
            st.caption("项目台账未报。请办公室导入本乡镇的项目台账。")
    with right, parts.card(332):
        parts.title(view.villages_title, view.tiles[0].note, "由多到少")
        st.dataframe(
            pd.DataFrame(
                [
                    (
                        v.name, v.households, v.persons, v.new, v.without_measure, v.projects, v.completed,
                        v.overdue,
                    )
                    for v in view.villages
                ],
                columns=["村", "未消除（户）", "（人）", "本年新识别", "尚无措施", "项目", "已竣工", "逾期"],
            ).astype(dict.fromkeys(("未消除（户）", "（人）", "本年新识别", "尚无措施", "项目", "已竣工", "逾期"), "Int64")),
            hide_index=True,
            height=248,
            row_height=29,
            placeholder="未报",
            column_config={"村": st.column_config.TextColumn(width=110)},
        )  # fmt: skip
    first, second, third, fourth = st.columns([6, 4, 4, 10], gap="small")
    with first, parts.card(276):
        parts.title("各项位次", view.tiles[4].note, "比率 · 位次")
        frame = pd.DataFrame([(p.name, p.text) for p in view.places], columns=["指标（权重）", "本乡镇"])
        inks = pd.DataFrame("", index=frame.index, columns=frame.columns)
        inks["本乡镇"] = [heat.cell(p.light, palette) for p in view.places]
        st.dataframe(
            frame.style.apply(lambda _: inks, axis=None),
            hide_index=True,
            height=38 + 27 * len(frame),
            row_height=27,
        )
    for column, shown in zip((second, third), view.records, strict=True):
        with column:
            record_card(shown, 276)
    with fourth, parts.card(276):
        parts.title(f"调度：{promises.title}", promises.note, "上次会上定的事")
        for line in [*promises.open, *promises.closed]:
            st.markdown(task_words(line))
        if not (promises.open or promises.closed):
            st.caption("没有交办过的事项。")
    parts.source(view.note)


if question.area.kind == "township":
    page()
else:
    choose()
