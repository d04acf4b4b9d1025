"""The script Streamlit runs for every visitor and every change: who it is, the filter, the menu, then the page."""

from typing import Any

import streamlit as st

from core.accounts import Visitor
from pages.pieces import live, question, visitor
from pages.pieces import menu as pages_of

FIGURES, IMPORTS, ACCOUNTS = "figures", "imports", "accounts"  # what a page asks of whoever opens it


def page(
    file: str, title: str, address: str, *, asks: str = FIGURES, default: bool = False
) -> tuple[str, Any]:
    """A page of the menu, by its file under pages/, and the right that it asks for. One that may not be opened is
    not shown, and says so when its address is typed."""
    return asks, pages_of.page(file, title, address, default=default, is_shown=may_open(asks))


def may_open(asks: str) -> bool:
    """Whether this visitor has the right that a page asks for."""
    if asks == ACCOUNTS:
        return who.scope.may_manage_accounts
    return who.sees_figures and (asks == FIGURES or who.scope.may_import)


question.refuse_without_store()
who: Visitor = visitor.visitor()
if live.by_reader():
    visitor.touch()
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
        page("leaders/questions.py", "需要过问的事", "questions"),
        page("leaders/tasks.py", "调度", "tasks"),
        page("leaders/meeting.py", "会议", "meeting"),
        page("leaders/reports.py", "材料", "reports"),
    ],
    "办公室": [
        page("office/imports.py", "数据导入", "imports", asks=IMPORTS),
        page("office/quality.py", "数据质量", "quality"),
        page("office/definitions.py", "指标口径", "definitions"),
        page("office/record.py", "预测记录", "record"),
        page("office/accounts.py", "账号与日志", "accounts", asks=ACCOUNTS),
    ],
}
# 各页自己写进地址的参数；换一页就不再带。
OWN = {"work-plan": ("item", "indicator", "at")}
# 省、市一级也有的页；其余按县查看。
ABOVE = ("", "monitoring", "risk", "projects", "definitions")
entries = [entry for pages in menu.values() for entry in pages]
chosen = st.navigation([p for _, p in entries], position="top")
asked = next(asks for asks, p in entries if p is chosen or p.url_path == chosen.url_path)
st.set_page_config(page_title=f"{chosen.title} · 方城县乡村振兴指挥看板", layout="wide")
if not may_open(asked):
    open_to = next(p for asks, p in entries if may_open(asks))
    if chosen.url_path == "":
        st.switch_page(open_to)
    visitor.menu()
    whose = "演示模式" if who.is_demo else f"您的账号（{who.title}）"
    st.error(f"{whose}没有打开“{chosen.title}”的权限。需要时请联系系统管理员。")
    st.page_link(open_to, label=f"去“{open_to.title}”")
    st.stop()
if asked != ACCOUNTS:
    question.take_click()
    if chosen.url_path != "imports" or question.has_data():  # the first import needs no filter
        st.session_state["question"] = question.bar(OWN.get(chosen.url_path, ()))
else:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**方城县乡村振兴指挥看板**", width="content")
        visitor.menu()
if asked == FIGURES and chosen.url_path not in ABOVE and st.session_state["question"].area.is_above_county:
    st.info(f"“{chosen.title}”按县查看。请先在上方选择一个县。")
    st.stop()
chosen.run()
