"""总览: is the year on course? One screen at 1920 x 1080."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import bars, lines
from core.views.overview import Comparison, overview
from pages.pieces import parts

view = parts.view(overview, st.session_state["question"])


def comparison_table(shown: Comparison) -> None:
    """The areas below side by side; the completion rate as a bar, everything else in the view's words."""
    frame = pd.DataFrame(shown.rows, columns=list(shown.columns))
    config: dict[str, Any] = {shown.columns[0]: st.column_config.TextColumn(shown.columns[0], width=64)}
    for name in shown.columns[1:]:
        config[name] = st.column_config.TextColumn(name, width=84, alignment="right")
    rate = "项目竣工率"
    frame[rate] = pd.to_numeric(frame[rate], errors="coerce") * 100
    config[rate] = st.column_config.ProgressColumn(
        rate, min_value=0, max_value=100, format="%.1f%%", width=104
    )
    height = min(42 * len(frame) + 38, 330)
    st.dataframe(frame, hide_index=True, height=height, row_height=42, column_config=config, placeholder="—")


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
    parts.title(view.comparison.title, view.comparison.note)
    comparison_table(view.comparison)
with parts.card(286):
    parts.title(view.projects.title, view.projects.note, "项目数")
    parts.chart(
        parts.draw(bars.project_bars, view.projects, parts.palette()), "projects", view.projects.title, 222
    )
parts.source(*(tile.note for tile in view.tiles), view.trajectory.note)
