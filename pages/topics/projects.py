"""项目建设: will everything stand by 30 September?"""

import pandas as pd
import streamlit as st

from core.charts import bars, lines
from core.views.projects import projects
from pages.pieces import chart, parts

question = st.session_state["question"]
view = parts.view(projects, question)
palette = parts.palette()

parts.tiles(view.tiles)
left, middle, *right = st.columns([4, 7, 5] if view.map else [5, 11], gap="small")
with left, parts.card(400):
    parts.title(view.funnel_title, view.tiles[0].note)
    chart.show(bars.funnel, view.funnel, palette, key="funnel", says=view.funnel_title, height=290)
    st.caption("储备含项目库中未列入年度计划的；其余为累计到达该环节的。")
with middle, parts.card(400):
    parts.title(view.burn_up.title, view.burn_up.note)
    chart.show(lines.burn_up, view.burn_up, palette, key="burn-up", says=view.burn_up.title, height=285)
    st.caption("；".join(view.burn_up.words) + "。")
if view.map:
    with right[0], parts.card(400):
        parts.title(view.map.title, view.map.note, "点击筛选 · 黑框为示范片区")
        parts.county_map(view.map, "county", parts.room(5 / 16), 272)
with parts.card(290):
    parts.title(view.bars.title, view.bars.note, "项目数")
    chart.show(bars.project_bars, view.bars, palette, key="bars", says=view.bars.title, height=224)
parts.source(view.burn_up.note)
if question.area.is_above_county:
    st.info("逐个项目按县查看。请在上方选择一个县。")
    st.stop()

with st.container(border=True):
    st.markdown(
        f"**未竣工{len(view.unfinished)}个项目，要过问{sum(p.is_asked for p in view.unfinished)}个**　"
        ":small[:gray[难以按期竣工，或已过计划竣工日，或至少45天无进展的在前，按逾期天数排列]]"
    )
    if view.unfinished:
        st.dataframe(
            pd.DataFrame(
                [
                    (p.name, p.place, p.words, p.chance, p.expected, p.since, p.revised, p.officer, p.problem)
                    for p in view.unfinished
                ],
                columns=[
                    "项目",
                    "乡镇",
                    "情况",
                    "按期可能性",
                    "预计竣工（八成区间）",
                    "首个计划竣工日",
                    "调整后",
                    "责任人",
                    "存在问题",
                ],
            ),
            hide_index=True,
            placeholder="",
        )
    else:
        st.caption("没有。")
with st.container(border=True):
    st.markdown(
        f"**挂图作战：{view.wall_title}**　:small[:gray[浅色为计划工期，深色为实际；竖线为数据日期和9月30日]]"
    )
    if view.wall:
        deadline = view.burn_up.deadline
        height = 60 + 34 * len(view.wall)
        chart.show(
            bars.wall_chart,
            view.wall,
            question.as_of,
            deadline,
            palette,
            key="wall",
            says=view.wall_title,
            height=height,
        )
    else:
        st.caption("没有未竣工的项目。")
