"""数据质量: what must be mended in the exports, by whom?"""

import pandas as pd
import streamlit as st

from core.reports.worklist import worklist_file
from core.views.quality import HeatCell, lines, quality, worklists
from pages.pieces import parts, visitor
from pages.pieces import question as asked

question = st.session_state["question"]
view, tree = parts.view(quality, question), asked.tree(question)
palette = parts.palette()
BY_NAME = {f"{rule.number} {rule.name}": rule.number for rule in view.rules}


def colours(shown: pd.DataFrame) -> pd.DataFrame:
    """Deeper for more households; 0 is quiet, 未检查 and 未报 are grey; the area's own column is bold."""
    styles = pd.DataFrame("", index=shown.index, columns=shown.columns)
    for column in view.columns:
        styles[column.name] = [_colour(cell, column.unit) for cell in column.cells]
    return styles


def _colour(cell: HeatCell, unit: str) -> str:
    if cell.households is None:
        return f"background-color: {palette.grid}; color: {palette.muted}"
    if not cell.households:
        return f"color: {palette.muted}"
    if not unit:
        return "font-weight: 700"
    colour = palette.blue_soft if cell.households >= view.deep_from else palette.blue_pale
    return f"background-color: {colour}; color: {palette.text}"


heads = [column.name for column in view.columns]
with st.container(border=True):
    parts.title(view.title, view.note, "单位：户；点一格看到户。16条规则都不妨碍导入，只提示要改的")
    # 只有几列时，空出来的地方写每条规则的全文。
    words = {"内容": [rule.words for rule in view.rules]} if len(heads) < 6 else {}
    frame = pd.DataFrame(
        {"规则": list(BY_NAME), **words, **{c.name: [cell.text for cell in c.cells] for c in view.columns}}
    )
    event = st.dataframe(
        frame.style.apply(colours, axis=None),
        key="heat",
        hide_index=True,
        height=36 + 28 * len(view.rules),
        row_height=28,
        on_select="rerun",
        selection_mode="single-cell",
        column_config={
            "规则": st.column_config.TextColumn(width=185, pinned=True),
            **{name: st.column_config.TextColumn(alignment="center") for name in heads},
        },
    )
    if view.remarks:
        st.caption("；".join(view.remarks) + "。")
chosen_cells = event.selection.cells
rule, unit = view.worst_rule, view.columns[0].unit
if chosen_cells:
    row, name = chosen_cells[0]
    rule = view.rules[row].number
    unit = next((c.unit for c in view.columns if c.name == name), unit)

left, right = st.columns([11, 5], gap="small")
with left, st.container(border=True):
    shown = parts.view(lines, question, tree, rule, unit)
    parts.title(shown.title, view.note, f"{shown.words}；户编号已遮盖，不含姓名")
    if shown.rows:
        st.dataframe(
            pd.DataFrame(
                [(r.township, r.village, r.code, r.wrong, r.fix) for r in shown.rows],
                columns=["乡镇", "村", "户编号", "问题", "怎么改"],
            ),
            hide_index=True,
            height=min(286, 37 + 31 * len(shown.rows)),
            row_height=31,
            placeholder="",
            column_config={
                "乡镇": st.column_config.TextColumn(width=90),
                "村": st.column_config.TextColumn(width=110),
                "户编号": st.column_config.TextColumn(width=120),
            },
        )
        if shown.total > len(shown.rows):
            st.caption(f"这里列出前{len(shown.rows)}户，其余在工作表里。")
    else:
        st.caption(shown.nothing)
with right, st.container(border=True):
    names = {c.name: c.unit for c in view.columns}
    code = "含完整户编号" if asked.scope().sees_names else "户编号已遮盖"
    st.markdown(f"**发给乡镇的整改清单**　:small[:gray[一个乡镇一张表，{code}，不含姓名]]")
    first = next((name for name, code in names.items() if code == unit), heads[0])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            "范围",
            heads,
            index=heads.index(first),
            format_func=lambda head: f"{head}（各乡镇一张表）" if names[head] == "" else head,
            label_visibility="collapsed",
        )
        into, mine = asked.store(), asked.scope()
        stamp = visitor.visitor().watermark()
        visitor.download(
            "下载工作表",
            lambda: worklist_file(
                worklists(into.snapshot(mine, question.as_of), question, tree, names[name]), stamp
            ),
            f"数据质量整改清单-{name}-{question.as_of:%Y%m%d}.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            question.area.codes,
            f"数据质量整改清单：{name}",
            type="primary",
        )
    st.markdown(f"**{view.doubts_title}**")
    if view.doubts:
        st.dataframe(
            pd.DataFrame(
                [(d.rule, d.place, d.about, d.words, d.fix) for d in view.doubts],
                columns=["情况", "地方", "项目或来源", "实为", "怎么办"],
            ),
            hide_index=True,
            height=180,
            placeholder="",
        )
    else:
        st.caption(
            "查过：竣工日与计划日相同的过多、最后一天集中完成、支付超过决算、金额超过资金来源之和、支付超过下达。"
        )
parts.source(view.note)
