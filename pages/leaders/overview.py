"""总览: is the year on course? One screen at 1920 x 1080."""

from pathlib import Path

import streamlit as st

from core.charts import bars, lines
from core.matters import rules_of
from core.places import place_tree
from core.views.matters import ledger_matters, matter_list
from core.views.overview import overview
from pages.pieces import parts
from pages.pieces import question as asked

question = st.session_state["question"]
view = parts.view(overview, question)
asking = matter_list(
    parts.view(ledger_matters, question), asked.store(), asked.scope(), question, place_tree()
)


parts.tiles(view.tiles)
left, middle, right = st.columns([5, 5, 6], gap="small")
with left, parts.card(392):
    parts.title(view.trajectory.title, view.trajectory.note)
    parts.chart(lines.trajectory(view.trajectory, parts.palette()), "trajectory", view.trajectory.title, 288)
    st.caption(view.trajectory.goal_words)
with middle, parts.card(392):
    parts.title(view.map.title, view.map.note, "点击筛选 · 黑框为示范片区")
    parts.county_map(view.map, "county", 520, 272)
with right, parts.card(392):
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"
    ):
        st.markdown(f"**{asking.title}**", width="stretch")
        st.page_link(Path(__file__).parent / "questions.py", label="全部")
    for line in asking.lines[: rules_of().most]:
        st.markdown(parts.matter_brief(line))
with parts.card(286):
    parts.title(view.projects.title, view.projects.note, "项目数")
    parts.chart(bars.project_bars(view.projects, parts.palette()), "projects", view.projects.title, 222)
parts.source(*(tile.note for tile in view.tiles), view.trajectory.note)
