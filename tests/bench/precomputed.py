"""The page to compare with: 总览 with the same elements, nothing computed; views, figures and tables lie ready."""

from pathlib import Path

import streamlit as st

from core.geography import OUTLINE_NOTE, geography
from pages.pieces import parts
from pages.pieces.question import EVERY_TOWNSHIP, WHOLE_COUNTY
from tests.bench.ready import ON, TREE, ZONES, ready

READY = ready()


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
    view, trajectory, deck, frame, config, projects = READY[name]
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
