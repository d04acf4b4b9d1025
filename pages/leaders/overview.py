"""总览: is the year on course? One screen at 1920 x 1080."""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import bars, lines
from core.matters import rules_of
from core.views.matters import ledger_matters, matter_list
from core.views.overview import Comparison, overview
from pages.pieces import chart, menu, parts
from pages.pieces import question as asked

question = st.session_state["question"]
view = parts.view(overview, question)


def compare(shown: Comparison) -> None:
    """The parts of a province or city side by side, the completion rate as a bar."""
    parts.title(shown.title, shown.note)
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
    st.markdown(parts.matter_briefs(asking.lines[: rules_of().most], question))


LEAST = 400  # pixels that a column needs


def trajectory(width: int) -> None:
    """Remaining households against the pace that the year asks for."""
    parts.title(view.trajectory.title, view.trajectory.note)
    chart.show(
        lines.trajectory,
        view.trajectory,
        parts.palette(),
        width < 420,
        key="trajectory",
        says=view.trajectory.title,
        height=272,
    )
    st.caption(view.trajectory.goal_words)


def projects(width: int) -> None:
    """Who finishes by the deadline, township by township."""
    parts.title(view.projects.title, view.projects.note, "　".join(("项目数", view.projects.chance_words)))
    chart.show(
        bars.project_bars,
        view.projects,
        parts.palette(),
        width < 50 * len(view.projects.bars),
        key="projects",
        says=view.projects.title,
        height=216,
    )


parts.tiles(view.tiles)
if view.map:
    columns = 3 if parts.room(1) > 3 * LEAST else 2
    width = parts.room(1 / columns)
    grid = st.grid(columns, min_column_width=330, dense=True)
    with grid.cell(), parts.card(376):
        trajectory(width)
    with grid.cell(), parts.card(376):
        matters()
    with grid.cell(column_span=2), parts.card(280):
        projects(parts.room(2 / columns))
    # 三列时地图占两行的右边，两列或一列时单独一行。
    with grid.cell(row_span=2) if columns == 3 else grid.cell(column_span=2):
        across = width if columns == 3 else parts.room(1)
        tall = 530 if columns == 3 else min(530, int(across * 0.95))
        with parts.card(tall + 142):
            parts.title(view.map.title, view.map.note, "点击筛选 · 黑框为示范片区")
            parts.county_map(view.map, "county", across, tall)
elif view.comparison:
    left, right = st.columns([5, 11], gap="small")
    with left, parts.card(376):
        trajectory(parts.room(5 / 16))
    with right, parts.card(376):
        compare(view.comparison)
    with parts.card(280):
        projects(parts.room(1))
parts.source(*(tile.note for tile in view.tiles), view.trajectory.note)
