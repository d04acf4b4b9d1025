"""The script Streamlit runs for every visitor and every change: the filter, the menu, then the page."""

from pathlib import Path

import streamlit as st

from pages.pieces import question

PAGES = Path(__file__).parent.parent


def page(file: str, title: str, address: str, *, default: bool = False) -> object:
    """A page of the menu, by its file under pages/."""
    return st.Page(PAGES / file, title=title, url_path=address, default=default)


menu = {
    "": [page("leaders/overview.py", "总览", "", default=True)],
    "专题": [
        page("topics/monitoring.py", "监测帮扶", "monitoring"),
        page("topics/risk.py", "风险消除", "risk"),
        page("topics/projects.py", "项目建设", "projects"),
        page("topics/pilot_zones.py", "示范片区", "pilot-zones"),
    ],
    "办公室": [page("office/definitions.py", "指标口径", "definitions")],
}
chosen = st.navigation([p for pages in menu.values() for p in pages], position="top")  # type: ignore[misc]
st.set_page_config(page_title=f"{chosen.title} · 方城县乡村振兴指挥看板", layout="wide")
question.refuse_without_store()
question.take_click()
st.session_state["question"] = question.bar()
chosen.run()
