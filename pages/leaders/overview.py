"""总览: is the year on course? One screen at 1920 x 1080."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import bars, lines
from core.matters import rules_of
from core.views.matters import ledger_matters, matter_list
from core.views.overview import Comparison, overview
from pages.pieces import menu, parts
from pages.pieces import question as asked

question = st.session_state["question"]
view = parts.view(overview, question)


def comparison_table(shown: Comparison) -> None:
    """The parts of a province or city side by side, the completion rate as a bar."""
    frame = pd.DataFrame(shown.rows, columns=shown.columns)
    rate = "项目竣工率"
    frame[rate] = pd.to_numeric(frame[rate], errors="coerce") * 100
    config: dict[str, Any] = {
        name: st.column_config.TextColumn(name, width=84, alignment="right") for name in shown.columns[1:]
    }
    config[rate] = st.column_config.ProgressColumn(
        rate, min_value=0, max_value=100, format="%.1f%%", width=104
    )
    height = min(42 * len(frame) + 38, 330)
    st.dataframe(frame, hide_index=True, height=height, row_height=42, column_config=config, placeholder="—")


def matters() -> None:
    """What a leader should ask about, the gravest first."""
    asking = matter_list(
        parts.view(ledger_matters, question), asked.store(), asked.scope(), question, asked.tree(question)
    )
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"
    ):
        st.markdown(f"**{asking.title}**", width="stretch")
        st.page_link(menu.to("leaders/questions.py"), label="全部")
    st.markdown(parts.matter_briefs(asking.lines[: rules_of().most]))


parts.tiles(view.tiles)
left, *middle, right = st.columns([5, 5, 6] if view.map else [5, 11], gap="small")
with left, parts.card(392):
    parts.title(view.trajectory.title, view.trajectory.note)
    parts.chart(
        parts.draw(lines.trajectory, view.trajectory, parts.palette()),
        "trajectory",
        view.trajectory.title,
        288,
    )
    st.caption(view.trajectory.goal_words)
if view.map:
    with middle[0], parts.card(392):
        parts.title(view.map.title, view.map.note, "点击筛选 · 黑框为示范片区")
        parts.county_map(view.map, "county", 520, 272)
with right, parts.card(392):
    if view.comparison:
        parts.title(view.comparison.title, view.comparison.note)
        comparison_table(view.comparison)
    else:
        matters()
with parts.card(286):
    parts.title(view.projects.title, view.projects.note, "项目数")
    parts.chart(
        parts.draw(bars.project_bars, view.projects, parts.palette()), "projects", view.projects.title, 222
    )
parts.source(*(tile.note for tile in view.tiles), view.trajectory.note)
