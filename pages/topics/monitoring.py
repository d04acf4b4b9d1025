"""监测帮扶: who is at risk, why, and is help there?"""

import pandas as pd
import streamlit as st

from core.charts import bars
from core.indicators.indicator import WHOLE_COUNTIES
from core.views.common import unit_word
from core.views.monitoring import households, lines, monitoring
from pages.pieces import chart, parts, visitor
from pages.pieces import question as asked

PAGE_SIZE = 20
WHICH = {"open": "未消除", "new": "本年新识别", "without_measure": "尚无措施", "all": "全部"}

question = st.session_state["question"]
view = parts.view(monitoring, question)
palette = parts.palette()
width = parts.room(5 / 16)

parts.tiles(view.tiles)
left, middle, right = parts.cells(3, 330)
beside, below = (left, middle) if view.map else (middle, left)  # without a map its place is not left empty
with left, parts.card(190):
    parts.title(view.kinds.title, view.note, "三类监测对象")
    if view.kinds.bars:
        chart.show(bars.household_bars, view.kinds, palette, key="kinds", says=view.kinds.title, height=118)
with beside, parts.card(416):
    which = st.segmented_control(
        "原因口径",
        ["主要风险", "命中任一"],
        default="主要风险",
        label_visibility="collapsed",
        required=True,
    )
    shown = view.causes if which == "主要风险" else view.any_causes
    parts.title(shown.title, view.note)
    if shown.bars:
        chart.show(bars.household_bars, shown, palette, key="causes", says=shown.title, height=262)
    st.caption(shown.remark)
if view.map:
    with middle, parts.card(416):
        parts.title(view.map.title, view.map.note, "点击筛选")
        parts.county_map(view.map, "county", width, 286)
with below, parts.card(190):
    parts.title(view.channels.title, view.channels_note, "线索来源")
    if view.channels.bars:
        chart.show(
            bars.household_bars, view.channels, palette, key="channels", says=view.channels.title, height=84
        )
    st.caption(f"15日内完成识别{view.in_time}，线索到识别平均{view.clue_days}。{view.channels.remark}")
with right, parts.card(622):
    place = "村" if question.area.kind == "township" else unit_word(question.area)
    parts.title(f"各{place}未消除情况", view.note, "由多到少")
    frame = pd.DataFrame(
        [(t.name, t.households, t.persons, t.new, t.without_measure, t.safety_net) for t in view.townships],
        columns=[place, "未消除（户）", "（人）", "本年新识别", "尚无措施", "兜底"],
    )
    st.dataframe(
        frame, hide_index=True, height=min(514, 37 + 24 * len(frame)), row_height=24, placeholder="未报",
        column_config={place: st.column_config.TextColumn(place, width="small"), **parts.counts(*frame.columns[1:], width="small")},
    )  # fmt: skip
    silent = [f"{t.name}{t.text}" for t in view.townships if t.text]
    if silent:
        st.caption("；".join(silent[:2]) + (f"；共{len(silent)}个{place}未报" if len(silent) > 2 else ""))
parts.source(view.note)

with st.container(border=True):
    named = visitor.scope().sees_names
    remark = (
        "含户主姓名，查看已记入日志"
        if named
        else "户编号已遮盖，不含姓名；村内同一原因不足3户的，与相近原因合并"
    )
    st.markdown(f"**到户清单**　:small[:gray[{remark}]]")
    if question.area.kind in WHOLE_COUNTIES:
        st.caption("请先在上方选择一个战区或乡镇，再查看到户清单。")
    else:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = st.segmented_control(
                "范围",
                list(WHICH),
                default="open",
                format_func=WHICH.__getitem__,
                label_visibility="collapsed",
                required=True,
            )
            snapshot = asked.snapshot(question)
            listed = households(snapshot, question, kind)
            pages = max(1, -(-len(listed) // PAGE_SIZE))
            number = st.number_input("页", 1, pages, 1, label_visibility="collapsed", width=140)
            st.caption(f"共{len(listed):,}户，每页{PAGE_SIZE}户，共{pages}页")
        first = (int(number) - 1) * PAGE_SIZE
        shown_rows = lines(snapshot, question, asked.tree(question), listed[first : first + PAGE_SIZE])
        columns = ["村", "户编号", "类别", "人数", "主要风险", "识别时间", "状态", "帮扶措施"]
        cells = [
            (r.village, r.code, r.kind, r.persons, r.cause, r.identified, r.state, r.measures)
            for r in shown_rows
        ]
        if named:
            # 有姓名的表不用可下载的控件；下载要走导出，才有记录。
            heads = [
                tuple(parts.plain(str(cell)) for cell in (r.head, *line))
                for r, line in zip(shown_rows, cells, strict=True)
            ]
            st.table(pd.DataFrame(heads, columns=["户主", *columns]), hide_index=True)
            st.caption(f"{visitor.visitor().watermark()}　仅限本职工作使用，不得截图外传")
            look = (
                f"监测帮扶到户清单，{question.area.name}，{WHICH[kind]}，{question.as_of}，第{int(number)}页"
            )
            visitor.note_named_rows(question.area.codes, look)
        else:
            st.dataframe(
                pd.DataFrame(cells, columns=columns),
                hide_index=True,
                placeholder="",
            )
