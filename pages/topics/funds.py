"""衔接资金: is the money there, spent, and spent right?"""

from typing import Any

import pandas as pd
import streamlit as st

from core.charts import funds as charts
from core.indicators.words import SOURCES
from core.views.funds import ProjectMoney, funds
from pages.pieces import chart, parts

question = st.session_state["question"]
view = parts.view(funds, question)
palette = parts.palette()


def percent(name: str) -> Any:
    """A column of percentages with one decimal."""
    return st.column_config.NumberColumn(name, format="%.1f%%", width=84)


def apart_table(shown: tuple[ProjectMoney, ...], height: int) -> None:
    """The projects whose works and money part, both directions."""
    st.dataframe(
        pd.DataFrame(
            [(p.words, p.name, p.works, p.paid_percent, p.gap, p.department, p.reason) for p in shown],
            columns=["情况", "项目", "形象进度", "支付比例", "相差", "责任单位", "未拨付原因"],
        ),
        hide_index=True,
        height=height,
        row_height=30,
        placeholder="",
        column_config={
            "情况": st.column_config.TextColumn(width=80),
            "项目": st.column_config.TextColumn(width=280),
            "形象进度": percent("形象进度"),
            "支付比例": percent("支付比例"),
            "相差": st.column_config.NumberColumn(
                "相差", format="%.1f", width=64, help="形象进度减支付比例，百分点"
            ),
            "责任单位": st.column_config.TextColumn(width=170),
        },
    )


parts.tiles(view.tiles)
left, middle, right = parts.cells(3, 330)
with left, parts.card(382):
    parts.title(view.sources.title, view.sources.note, "到位")
    chart.show(charts.sources, view.sources, palette, key="sources", says=view.sources.title, height=316)
    if view.sources.remark:
        st.caption(view.sources.remark)
with middle, parts.card(382):
    parts.title(view.spending.title, view.spending.note, "支出")
    if view.spending.points:
        chart.show(
            charts.spending, view.spending, palette, key="spending", says=view.spending.title, height=140
        )
    chart.show(
        charts.months,
        view.spending,
        palette,
        key="months",
        says=view.spending.months_title,
        height=112 if view.spending.points else 252,
    )
    st.caption(f"{view.spending.forecast_words}。{view.spending.months_title}。{view.spending.remark}")
with right, parts.card(382):
    parts.title(view.shares.title, view.shares.note)
    chart.show(charts.shares, view.shares, palette, key="shares", says=view.shares.title, height=256)
    st.caption(view.shares.line_words)

compared = view.comparison
with st.container(border=True, height=312, gap="xsmall"):
    parts.title(compared.title, compared.note, compared.margin_words)
    left, right = st.columns([5, 11], gap="small")
    with left:
        chart.show(
            charts.works_and_money,
            compared,
            palette,
            key="works-and-money",
            says=compared.title,
            height=236,
        )
    with right:
        if compared.apart:
            apart_table(compared.apart, min(236, 38 + 30 * len(compared.apart)))
        else:
            st.caption("没有相差超过界限的项目。")
parts.source(view.sources.note, view.spending.note, compared.note)
if compared.silent:
    st.caption(compared.silent)

with st.container(border=True):
    st.markdown(
        f"**各项目支付：{len(compared.every)}个**　:small[:gray[单位：万元；与序时差为支付比例减序时进度，百分点]]"
    )
    rows = []
    for p in compared.every:
        rows.append(
            (p.name, p.place, p.planned, p.paid, p.paid_percent, p.behind_pace, p.works)
            + (p.by_source or (None,) * len(SOURCES))
            + (list(p.by_month) if p.by_month else None,)
        )
    money = {
        name: st.column_config.NumberColumn(name, format="%.2f", width=84)
        for name in ("计划", "已支付", *SOURCES.values())
    }
    st.dataframe(
        pd.DataFrame(
            rows,
            columns=[
                "项目",
                "乡镇",
                "计划",
                "已支付",
                "支付比例",
                "与序时差",
                "形象进度",
                *SOURCES.values(),
                "各月支付",
            ],
        ),
        hide_index=True,
        height=min(560, 38 + 30 * max(1, len(rows))),
        row_height=30,
        placeholder="未报",
        column_config={
            **money,
            "支付比例": percent("支付比例"),
            "形象进度": percent("形象进度"),
            "与序时差": st.column_config.NumberColumn("与序时差", format="%.1f", width=80),
            "各月支付": st.column_config.BarChartColumn("各月支付", width=160),
        },
    )
