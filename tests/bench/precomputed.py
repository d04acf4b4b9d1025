"""The page to compare with: 总览 with the same elements, nothing computed; views, figures and texts lie ready.

It is written with Streamlit alone, as anybody would: no piece of the dashboard's own pages makes it faster or slower.
`tests.bench.filters` refuses to measure where its elements are not those of 总览, one by one.
"""

from copy import copy
from pathlib import Path

import streamlit as st

from pages.pieces import menu as dashboard_menu
from pages.pieces import parts
from pages.pieces.question import EVERY_TOWNSHIP, WHOLE_COUNTY
from tests.bench.ready import BRIEFS, ENTRIES, MAP, ON, TREE, ZONES, Card, ready

PAGES = Path(__file__).parents[2] / "pages"
READY = ready()
MENU = {
    "": [("leaders/overview.py", "总览", "")],
    "专题": [
        ("topics/monitoring.py", "监测帮扶", "monitoring"),
        ("topics/risk.py", "风险消除", "risk"),
        ("topics/projects.py", "项目建设", "projects"),
        ("topics/funds.py", "衔接资金", "funds"),
        ("topics/pilot_zones.py", "示范片区", "pilot-zones"),
        ("topics/work_plan.py", "六大工程", "work-plan"),
        ("topics/war_zones.py", "战区乡镇", "war-zones"),
        ("topics/township.py", "乡镇情况", "township"),
        ("leaders/questions.py", "需要过问的事", "questions"),
        ("leaders/tasks.py", "调度", "tasks"),
        ("leaders/meeting.py", "会议", "meeting"),
        ("leaders/reports.py", "材料", "reports"),
    ],
    "办公室": [
        ("office/imports.py", "数据导入", "imports"),
        ("office/quality.py", "数据质量", "quality"),
        ("office/definitions.py", "指标口径", "definitions"),
        ("office/record.py", "预测记录", "record"),
        ("office/accounts.py", "账号与日志", "accounts"),
    ],
}


def title(card: Card) -> None:
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
        wrap=False,
    ):
        st.markdown(card.title, width="stretch")
        with st.popover("口径", type="tertiary", width="content"):
            st.markdown(card.definition)


def chart(figure, key: str, height: int) -> None:
    st.plotly_chart(
        figure,
        key=key,
        height=height,
        theme=None,
        config={"displayModeBar": False, "scrollZoom": False},
        alt=key,
    )


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
        st.badge("演示模式", color="orange", help="本机打开演示县，不用登录；建立账号后须登录。")
    zone, township = st.session_state["zone"], st.session_state["township"]
    chosen = township if township != EVERY_TOWNSHIP else zone if zone != WHOLE_COUNTY else TREE.county.name
    shown = READY[chosen]
    grid = st.grid(5, min_column_width=200, border=True)
    for tile in shown.tiles:
        with grid.cell(), st.container(gap=None):
            title(tile)
            for text in tile.texts:
                st.markdown(text)
    grid = st.grid(3, min_column_width=330, dense=True)
    with grid.cell(), st.container(border=True, height=380, gap="xsmall"):
        title(shown.trajectory)
        chart(shown.trajectory_figure, "trajectory", 276)
        st.caption(shown.trajectory.texts[0])
    with grid.cell(), st.container(border=True, height=380, gap="xsmall"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"
        ):
            st.markdown(shown.matters_title, width="stretch")
            st.page_link(pages["questions"], label="全部")
        if (
            chosen not in BRIEFS
        ):  # links to pages can be written only where there is a menu: at the first visit
            BRIEFS[chosen] = parts.matter_briefs(shown.matters, shown.question)
        st.markdown(BRIEFS[chosen])
    with grid.cell(column_span=2), st.container(border=True, height=280, gap="xsmall"):
        title(shown.projects)
        chart(shown.projects_figure, "projects", 216)
    with grid.cell(row_span=2), st.container(border=True, height=MAP[1] + 146, gap="xsmall"):
        title(shown.map)
        st.pydeck_chart(
            shown.deck,
            height=MAP[1],
            key="county",
            on_select=lambda: None,
            selection_mode="single-object",
            alt="图",
        )
        st.caption(shown.map.texts[0])
    st.caption(shown.source)


# Made once a process, as everything else here.
if not ENTRIES:
    for entries in MENU.values():
        for file, name, address in entries:
            at = page if not address else PAGES / file
            ENTRIES[address] = st.Page(at, title=name, url_path=address, default=not address)
            dashboard_menu.page(file, name, address, default=not address, is_shown=True)
pages = {address: copy(entry) for address, entry in ENTRIES.items()}
menu = {section: [pages[address] for _, _, address in entries] for section, entries in MENU.items()}
opened = st.navigation(menu, position="top")
st.set_page_config(page_title=f"{opened.title} · 方城县乡村振兴指挥看板", layout="wide")
opened.run()
