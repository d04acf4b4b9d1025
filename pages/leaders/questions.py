"""需要过问的事: who must be asked what today, the gravest first; each can be set aside with a reason."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from core.matters import SnoozeError, snooze
from core.places import place_tree
from core.views.matters import MatterLine, ledger_matters, matter_list
from pages.pieces import parts, visitor
from pages.pieces import question as asked

SHOWN = 40

question = st.session_state["question"]
store, scope = asked.store(), asked.scope()
view = matter_list(parts.view(ledger_matters, question), store, scope, question, place_tree())


def set_aside(line: MatterLine) -> None:
    """A short form: until when, and why."""
    with st.popover("暂缓", type="tertiary"), st.form(f"snooze-{line.matter.id}", border=False):
        until = st.date_input(
            "暂缓到", question.as_of + timedelta(days=14), format="YYYY/MM/DD", key=f"until-{line.matter.id}"
        )
        reason = st.text_input("理由", key=f"reason-{line.matter.id}", placeholder="如：已安排9月5日现场办公")
        if st.form_submit_button("暂缓过问"):
            who = visitor.visitor()
            try:
                snooze(
                    store, scope, line.matter, until=until, reason=reason,
                    by=who.signature, on=question.as_of, address=who.address,
                )  # fmt: skip
                st.rerun()
            except SnoozeError as error:
                st.error(str(error))


with st.container(border=True):
    st.markdown(f"**{view.title}**　:small[:gray[按后果排列：不过问会误多少时间、钱和户]]")
    for line in view.lines[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(parts.matter_words(line), width="stretch")
            parts.matter_link(line, question)
            set_aside(line)
    if len(view.lines) > SHOWN:
        st.caption(f"另有{len(view.lines) - SHOWN}件较轻的；选定战区或乡镇后逐件列出。")
    if not view.lines:
        st.caption("没有。")
if view.set_aside:
    with st.container(border=True):
        st.markdown(f"**暂缓的{len(view.set_aside)}件**")
        st.dataframe(
            pd.DataFrame(
                [(s.what, s.until, s.reason, s.by) for s in view.set_aside],
                columns=["事项", "暂缓到", "理由", "谁"],
            ),
            hide_index=True,
        )
with st.expander("哪些事列出来，怎么排先后"):
    st.dataframe(
        pd.DataFrame(view.rules, columns=["事项", "条款", "每一份后果的分数"]), hide_index=True, height=390
    )
st.caption(f"数据截至{view.as_of} · 来源：各台账和调度 · 界限和分数在 data/reference/matters.toml，由县里定")
