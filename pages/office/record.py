"""预测记录: what was forecast, what happened, and how right the method would have been before."""

import pandas as pd
import streamlit as st

from core.charts import bars
from core.views.forecasts import forecast_record
from pages.pieces import chart, parts

view = parts.view(forecast_record, st.session_state["question"])
palette = parts.palette()


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]], height: int) -> None:
    """Finished words in a table."""
    st.dataframe(pd.DataFrame(rows, columns=list(columns)), hide_index=True, height=height, placeholder="")


left, right = st.columns([15, 14], gap="small")
with left, parts.card(430):
    st.markdown(f"**{view.title}**　:small[:gray[发布了的预测一律保留，不改]]")
    table(
        ("预测什么", "依据数据", "目标日", "当时说", "实际", "结果"),
        [(i.subject, i.as_of, i.target, i.said, i.happened, i.verdict) for i in view.issued],
        355,
    )
with (
    right,
    st.container(border=True, height="stretch"),
):  # as high as its neighbour, and nothing to scroll on a phone
    if view.reliability:
        st.markdown(f"**{view.reliability_title}**　:small[:gray[点在线上为说到做到；点越大，预测越多]]")
        chart.show(
            bars.reliability,
            view.reliability,
            palette,
            key="reliability",
            says=view.reliability_title,
            height=355,
        )
    else:
        st.markdown(f"**{view.reliability_title}**")
        st.caption(view.backtest_title)
if view.horizons or view.next_ledger or view.next_export:
    left, right = st.columns([15, 14], gap="small")
    with left, parts.card(300):
        st.markdown(f"**{view.backtest_title}**")
        table(
            (
                "提前",
                "检验了",
                "实际竣工",
                "照计划日（比历史比率）",
                "本方法（比历史比率）",
                "个数区间的命中",
            ),
            [(h.horizon, h.n, h.base_rate, h.planned, h.ours, h.coverage) for h in view.horizons],
            150,
        )
        st.caption(
            "各期台账只用当日已收到的；“比历史比率”为技巧分（按误差平方）：0 与按历史比率猜一样，1 为全对，负数为更差。"
            "个数区间应有八成命中，期数少时会有出入。"
        )
    with right, parts.card(300):
        st.markdown(f"**{view.next_title}**")
        first, second = st.columns([5, 6], gap="small")
        with first:
            table(
                ("项目台账", "下一期", "预计新竣工", "实际", "偏差"),
                [(n.made_on, n.judged_on, n.expected, n.happened, n.miss) for n in view.next_ledger],
                215,
            )
        with second:
            table(
                ("监测导出", "下一期", "预计未消除", "实际", "偏差"),
                [(n.made_on, n.judged_on, n.expected, n.happened, n.miss) for n in view.next_export],
                215,
            )
with st.container(border=True):
    st.markdown("**预测是怎么做的**")
    st.markdown("\n".join(f"- {line}" for line in view.method))
st.caption(f"数据截至{view.as_of} · 来源：历年和本年项目台账、监测对象信息的各期导出")
