"""One of every Streamlit element that our pages use, for test_offline.py; nothing of the county in it."""

import datetime

import pandas as pd
import plotly.graph_objects as go
import pydeck as pdk
import streamlit as st

from pages.pieces import chart

st.set_page_config(page_title="样本", layout="wide")


def months() -> go.Figure:
    days = pd.date_range("2022-03-15", periods=7, freq="30D")
    figure = go.Figure(go.Scatter(x=days, y=[9, 8, 7, 6, 5, 4, 3], name="未消除"))
    return figure.update_layout(template="none", margin={"l": 40, "r": 10, "t": 10, "b": 30})


def all_elements() -> None:
    st.title("样本页")
    a, b, c, d = st.columns(4)
    a.metric("未消除", "2,943户", "-12户", help="说明文字", border=True)
    b.selectbox("战区", ["一战区", "二战区"], index=None)
    c.multiselect("乡镇", ["杨集镇", "广阳镇", "独树镇"])
    d.date_input(
        "数据截至", datetime.date(2022, 8, 31), min_value=datetime.date(2022, 1, 1), format="YYYY-MM-DD"
    )
    a.text_input("名称")
    b.number_input("数量", 0, 100, 5)
    c.segmented_control("单位", ["户", "人"], default="户", key="unit")
    with d.expander("口径"):
        st.write("说明")
    left, right = st.columns(2)
    with left:
        chart.show(months, key="chart", says="七个月的未消除户", height=240)
    square = [[[112.9, 33.2], [113.1, 33.2], [113.1, 33.4], [112.9, 33.4], [112.9, 33.2]]]
    shape = {
        "type": "Feature",
        "properties": {"name": "杨集镇"},
        "geometry": {"type": "Polygon", "coordinates": square},
    }
    deck = pdk.Deck(
        map_provider=None,
        layers=[
            pdk.Layer("GeoJsonLayer", [shape], id="places", pickable=True, get_fill_color=[0, 85, 140, 160]),
            pdk.Layer(
                "TextLayer",
                [{"name": "杨集镇", "at": [113.0, 33.3]}],
                id="names",
                get_position="at",
                get_text="name",
                get_size=18,
                character_set=pdk.types.String("auto"),
                font_family=pdk.types.String("Noto Sans CJK SC, Microsoft YaHei, sans-serif"),
            ),
        ],
        initial_view_state=pdk.ViewState(latitude=33.3, longitude=113.0, zoom=9),
        tooltip={"text": "{name}"},
    )
    right.pydeck_chart(deck, height=240, on_select="rerun", key="map")
    table = pd.DataFrame(
        {"乡镇": ["杨集镇", "广阳镇"], "户": [12, 30], "日期": [datetime.date(2022, 8, 31)] * 2}
    )
    st.dataframe(table, hide_index=True, key="table", on_select="rerun", selection_mode="multi-row")
    st.file_uploader("工作簿", type=["xlsx", "xls"], accept_multiple_files=True)
    st.download_button("下载", b"1", "a.csv")
    tabs = st.tabs(["甲", "乙"])
    tabs[0].progress(0.4, "进度")


def second() -> None:
    st.write("第二页")


st.navigation(
    {
        "领导": [st.Page(all_elements, title="样本", default=True)],
        "办公室": [st.Page(second, title="第二页", url_path="second")],
    },
    position="top",
).run()
