"""The page to compare with: 总览 with the same elements, nothing computed; views, figures and tables lie ready."""

import os
from datetime import date
from pathlib import Path

import pandas as pd
import streamlit as st

from core.charts import bars, lines, maps
from core.geography import OUTLINE_NOTE, geography
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.overview import overview
from pages.pieces import parts
from pages.pieces.question import EVERY_TOWNSHIP, WHOLE_COUNTY

ON = date(2022, 8, 31)
TREE = place_tree()
ZONES = {zone.name: zone for zone in TREE.zones(ON)}


@st.cache_resource
def ready():
    store = Store.open(os.environ["COUNTY_STORE"])
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code})), ON)
    areas = [TREE.county_area(), *(TREE.zone_area(z) for z in ZONES.values())]
    areas += [TREE.township_area(t) for t in TREE.townships]
    made = {}
    for area in areas:
        view = overview(snapshot, Question(area, ON), TREE)
        frame = pd.DataFrame(view.comparison.rows, columns=list(view.comparison.columns))
        frame["项目竣工率"] = pd.to_numeric(frame["项目竣工率"], errors="coerce") * 100
        config = {c: st.column_config.TextColumn(c, width=84, alignment="right") for c in frame.columns}
        config["项目竣工率"] = st.column_config.ProgressColumn(
            "项目竣工率", min_value=0, max_value=100, format="%.1f%%", width=104
        )
        palette = parts.LIGHT
        made[area.name] = (
            view,
            lines.trajectory(view.trajectory, palette),
            maps.county(view.map, palette, 520, 272),
            frame,
            config,
            bars.project_bars(view.projects, palette),
        )
    return made


def page() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**方城县乡村振兴指挥看板**", width="content")
        st.segmented_control(
            "战区", [WHOLE_COUNTY, *ZONES], key="zone", default=WHOLE_COUNTY, label_visibility="collapsed",
            required=True, width="content",
        )  # fmt: skip
        names = [EVERY_TOWNSHIP, *(t.name for t in TREE.townships)]
        st.selectbox("乡镇", names, key="township", label_visibility="collapsed", width=190)
        st.selectbox("数据截至", [ON], key="as_of", label_visibility="collapsed", width=240, format_func=str)
        st.space("stretch")
        st.badge("战区划分为示例，非实际分工", color="gray")
        st.badge("演示数据", color="orange")
    zone, township = st.session_state["zone"], st.session_state["township"]
    name = township if township != EVERY_TOWNSHIP else zone if zone != WHOLE_COUNTY else TREE.county.name
    view, trajectory, deck, frame, config, projects = ready()[name]
    parts.tiles(view.tiles)
    left, middle, right = st.columns([5, 5, 6], gap="small")
    with left, parts.card(392):
        parts.title(view.trajectory.title, view.trajectory.note)
        parts.chart(trajectory, "trajectory", view.trajectory.title, 288)
        st.caption(view.trajectory.goal_words)
    with middle, parts.card(392):
        parts.title(view.map.title, view.map.note, "点击筛选 · 黑框为示范片区")
        st.pydeck_chart(
            deck, height=272, key="county", on_select=lambda: None, selection_mode="single-object", alt="图"
        )
        st.caption(f":small[{geography().note}  \n{OUTLINE_NOTE}]")
    with right, parts.card(392):
        parts.title(view.comparison.title, view.comparison.note)
        height = min(42 * len(frame) + 38, 330)
        st.dataframe(
            frame, hide_index=True, height=height, row_height=42, column_config=config, placeholder="—"
        )
    with parts.card(286):
        parts.title(view.projects.title, view.projects.note, "项目数")
        parts.chart(projects, "projects", view.projects.title, 222)
    parts.source(*(tile.note for tile in view.tiles), view.trajectory.note)


OTHERS = Path(__file__).parents[2] / "pages"
menu = [st.Page(page, title="总览", url_path="", default=True)]
menu += [
    st.Page(OTHERS / file, title=title, url_path=address)
    for file, title, address in (
        ("topics/monitoring.py", "监测帮扶", "monitoring"),
        ("topics/risk.py", "风险消除", "risk"),
        ("topics/projects.py", "项目建设", "projects"),
        ("topics/pilot_zones.py", "示范片区", "pilot-zones"),
        ("office/definitions.py", "指标口径", "definitions"),
    )
]
chosen = st.navigation(menu, position="top")
st.set_page_config(page_title=f"{chosen.title} · 方城县乡村振兴指挥看板", layout="wide")
chosen.run()
