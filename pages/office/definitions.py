"""指标口径: what does this number mean?"""

import pandas as pd
import streamlit as st

from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import read
from core.views.definitions import definitions
from pages.pieces import parts
from pages.pieces import question as asked

question = st.session_state["question"]
words = st.text_input(
    "搜索",
    placeholder="搜索指标：名称、口径、条款、台账，如 消除率、要点8、资金",
    label_visibility="collapsed",
)
view = parts.view(definitions, question, words)

left, right = st.columns([7, 4], gap="small")
with left, st.container(border=True):
    st.markdown(f"**{len(view.found)}个指标**　:small[:gray[共{view.total}个，每个只定义一次；点一行看全部]]")
    frame = pd.DataFrame(
        [(d.group, d.name, d.unit, d.definition, d.clause) for d in view.found],
        columns=["专题", "指标", "单位", "口径", "条款"],
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        height=720,
        row_height=34,
        on_select="rerun",
        selection_mode="single-row",
        key="found",
        column_config={
            "专题": st.column_config.TextColumn(width=90),
            "指标": st.column_config.TextColumn(width=250),
            "单位": st.column_config.TextColumn(width=50),
            "条款": st.column_config.TextColumn(width=210),
        },
    )
with right, st.container(border=True):
    chosen = event.selection.rows
    if not view.found:
        st.markdown("**没有找到**")
        st.caption("换一个词试试，例如“产业”或“R4”。")
    else:
        one = view.found[chosen[0] if chosen and chosen[0] < len(view.found) else 0]
        reading = read(BY_KEY[one.key], asked.snapshot(question), question.area)
        st.markdown(f"#### {one.name}")
        st.markdown(
            f"{question.area.name}：**{reading.text}**　{parts.status_words(reading.status, reading.status_words)}"
        )
        if reading.denominator is not None and reading.numerator is not None:
            st.caption(f"来源：{reading.source}")
        for name, value in (
            ("口径", one.definition),
            ("说明", one.caution),
            ("条款", one.clause),
            ("计划目标", one.target),
            ("来源台账", one.ledgers),
            ("统计层级", one.level),
            ("评价方向", one.better),
            ("对应", one.items),
            ("口径变更", one.changes),
            ("代号", one.key),
        ):
            if value:
                st.markdown(f":gray[{name}]　{value}")
with st.container(border=True):
    st.markdown(f"**计划中的数字**　:small[:gray[{view.plan_title}]]")
    st.dataframe(
        pd.DataFrame(
            [(p.about, p.value, p.by, p.clause) for p in view.plan], columns=["内容", "数值", "期限", "条款"]
        ),
        hide_index=True,
    )
