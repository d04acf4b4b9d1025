"""风险消除: is risk going down, and honestly?"""

import pandas as pd
import streamlit as st

from core.charts import bars, lines
from core.indicators.words import CLASSES
from core.views.risk import risk
from pages.pieces import chart, parts

question = st.session_state["question"]
view = parts.view(risk, question)
palette = parts.palette()

with parts.card(242):
    parts.title(view.title, view.note, view.new_and_reversed)
    if view.classes:
        chart.show(bars.class_bar, view.classes, palette, key="classes", says=view.title, height=128)
    else:
        st.info("没有基准日（2022年3月15日）的监测对象导出，基准存量和R1、R4未报。")
    st.caption(
        "要点8：审慎退出，不盲目追求风险消除率；兜底户落实保障后暂不标注消除，六类相加等于基准存量。"
        + (f"{view.missing}。" if view.missing else "")
    )
left, middle, right = st.columns([5, 6, 5], gap="small")
with left, st.container(border=True, height=496, gap="medium"):
    st.markdown("**四种消除率，分母各不相同**　:small[:gray[按户　按人]]")
    for rate in view.rates:
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"
        ):
            with st.container(gap=None):
                st.markdown(f"**{rate.name}**", help=f"{rate.definition}{rate.caution}")
                st.caption(rate.counts or "未报")
            st.markdown(f"#### {rate.households}　:gray[{rate.persons}]", width="content")
    st.caption("指标名旁的问号是口径。乡镇之间不按消除率排名；需要比较时只用R4，并列出不合规消除。")
with middle, parts.card(496):
    parts.title(view.trajectory.title, view.trajectory.note)
    chart.show(
        lines.trajectory,
        view.trajectory,
        palette,
        key="trajectory",
        says=view.trajectory.title,
        height=384,
    )
    st.caption(view.trajectory.goal_words)
with right, parts.card(496):
    if view.flows:
        st.markdown(f"**{view.flows.title}**　:small[:gray[未消除监测对象]]")
        st.dataframe(
            pd.DataFrame(
                [
                    (f"{line.sign} {line.name}".strip(), line.households, line.persons)
                    for line in view.flows.lines
                ],
                columns=["项目", "户", "人"],
            ),
            hide_index=True,
            height="content",
            row_height=34,
            placeholder="—",
            column_config=parts.counts("户", "人"),
        )
        st.caption(view.flows.remark or "两次导出之间发生又撤销的看不见。")
    else:
        st.markdown("**增减**")
        st.info("要有前后两次导出才能算增减。请导入下一期监测对象信息。")
parts.source(view.note)

below_left, below_right = st.columns(2, gap="small")
with below_left, st.container(border=True):
    st.markdown("**各地基准存量六类与R4**　:small[:gray[不按消除率排序]]")
    if view.parts:
        names = list(CLASSES.values())
        frame = pd.DataFrame(
            [
                (
                    p.name,
                    p.baseline,
                    *(p.classes or [None] * len(names)),
                    None if p.r4 is None else p.r4 * 100,
                    p.improper,
                    p.text,
                )
                for p in view.parts
            ],
            columns=["地区", "基准（户）", *names, "R4", "不合规消除", "说明"],
        )
        if not frame["说明"].any():
            frame = frame.drop(columns="说明")
        st.dataframe(
            frame,
            hide_index=True,
            placeholder="未报",
            column_config={
                **parts.counts("基准（户）", *names, "不合规消除"),
                "R4": st.column_config.NumberColumn("R4", format="%.1f%%"),
            },
        )
    else:
        st.caption("已是一个乡镇，下面到户。")
with below_right, st.container(border=True):
    if question.area.is_above_county:
        st.info("逐户的核查按县查看。请在上方选择一个县。")
        st.stop()
    st.markdown(f"**未通过审慎退出核查的消除：{len(view.faulty)}户**　:small[:gray[请监测中心逐户复核]]")
    if view.faulty:
        st.dataframe(
            pd.DataFrame(
                [(f.place, f.code, f.identified, f.eliminated, f.faults) for f in view.faulty],
                columns=["地点", "户编号（遮盖）", "识别", "消除", "原因"],
            ),
            hide_index=True,
        )
    else:
        st.caption("没有。")
    st.markdown(
        f"**本期移出、去向待查：{len(view.departed)}户**　:small[:gray[上期未消除，本期各乡镇导出中都没有：销户，或迁入地尚未录入]]"
    )
    if view.departed:
        st.dataframe(
            pd.DataFrame(
                [(d.place, d.code, d.persons, d.seen) for d in view.departed],
                columns=["原在", "户编号（遮盖）", "人数", "最后见于"],
            ),
            hide_index=True,
        )
