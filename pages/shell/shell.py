"""The script Streamlit runs for every visitor and every change: the page's frame, then the page."""

import streamlit as st


def starting() -> None:
    """Stands in until the first page is written."""
    st.title("方城县乡村振兴指挥看板")
    st.write("页面正在建设。")


page = st.navigation([st.Page(starting, title="总览", default=True)], position="top")
st.set_page_config(page_title=f"{page.title} · 方城县乡村振兴指挥看板", layout="wide")
page.run()
