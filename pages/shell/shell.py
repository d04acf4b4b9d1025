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
        page("topics/funds.py", "衔接资金", "funds"),
        page("topics/pilot_zones.py", "示范片区", "pilot-zones"),
        page("topics/work_plan.py", "六大工程", "work-plan"),
        page("topics/war_zones.py", "战区乡镇", "war-zones"),
        page("topics/township.py", "乡镇情况", "township"),
        page("leaders/tasks.py", "调度", "tasks"),
        page("leaders/meeting.py", "会议", "meeting"),
        page("leaders/reports.py", "材料", "reports"),
    ],
    "办公室": [
        page("office/imports.py", "数据导入", "imports"),
        page("office/quality.py", "数据质量", "quality"),
        page("office/definitions.py", "指标口径", "definitions"),
        page("office/record.py", "预测记录", "record"),
    ],
}
# 各页自己写进地址的参数；换一页就不再带。
OWN = {"work-plan": ("item", "indicator", "at")}
chosen = st.navigation([p for pages in menu.values() for p in pages], position="top")  # type: ignore[misc]
st.set_page_config(page_title=f"{chosen.title} · 方城县乡村振兴指挥看板", layout="wide")
question.refuse_without_store()
question.take_click()
if chosen.url_path != "imports" or question.has_data():  # the first import needs no filter
    st.session_state["question"] = question.bar(OWN.get(chosen.url_path, ()))
chosen.run()
