"""战区乡镇: who in which war zone is behind?"""

import pandas as pd
import streamlit as st

from core.charts import heat
from core.views.common import Question
from core.views.matters import ledger_matters, matter_list
from core.views.war_zones import HeatTable, war_zones
from pages.pieces import parts
from pages.pieces import question as asked

ROW = 26
ASKED = 12  # the gravest matters of a zone; all of them are on their own page
ASKED_HEIGHT = 400

OWN, WHOLE = "本范围", "全县排名"
question = st.session_state["question"]
palette = parts.palette()


def ranking_table(table: HeatTable) -> None:
    """A group's table; a click on a row opens the township's page."""
    names = [
        "位次",
        "变化",
        table.title.split("：")[0].removesuffix("组"),
        "战区",
        "得分",
        *table.columns,
        table.remarks,
    ]
    frame = pd.DataFrame(
        [
            (r.place.text, r.change, r.township, r.zone, r.score, *(c.text for c in r.cells), r.remark)
            for r in table.rows
        ],
        columns=names,
    )
    colours = pd.DataFrame(
        [["", "", "", "", "", *(heat.cell(c.light, palette) for c in r.cells), ""] for r in table.rows],
        columns=names,
    )
    colours["位次"] = [heat.cell(r.place.light, palette) for r in table.rows]
    wide = dict(zip(names, (74, 58, 96, 66, 62, *[146] * (len(table.columns) - 1), 190, 400), strict=True))
    event = st.dataframe(
        frame.style.apply(lambda _: colours, axis=None),
        hide_index=True,
        height=ROW * len(frame) + 38,
        row_height=ROW,
        on_select="rerun",
        selection_mode="single-cell",
        key=f"ranking-{names[2]}",
        column_config={name: st.column_config.TextColumn(name, width=width) for name, width in wide.items()},
        alt=table.title,
    )
    if event.selection.cells:
        chosen = table.rows[event.selection.cells[0][0]].township
        if chosen in mine:
            parts.open_township(chosen, question)


def way(name: str, label: str, at: Question) -> None:
    """To a township's page; of a township that is not the reader's only what is published."""
    if name in mine:
        parts.township_link(name, label, at)
    else:
        st.markdown(f":small[{label}]")  # as small as a link


tree = asked.tree(question)
mine = {t.name for t in tree.townships if asked.scope().covers(t.code)}
shown = question
if not asked.scope().covers(tree.county.code):  # the ranking is published: open to everybody
    wanted = st.segmented_control(
        "范围", [OWN, WHOLE], default=OWN, label_visibility="collapsed", required=True
    )
    if wanted == WHOLE:
        shown = Question(tree.county_area(), question.as_of)
view = parts.view(war_zones, shown)


def to_ask() -> None:
    """What a commander asks about in the townships: the zone's matters, the gravest first."""
    found = matter_list(
        parts.view(ledger_matters, question), asked.store(), asked.scope(), question, asked.tree(question)
    )
    with parts.card(ASKED_HEIGHT):
        st.markdown(f"**{found.title}**　:small[:gray[最重的在前；全部见“需要过问的事”]]")
        for line in found.lines[:ASKED]:
            st.markdown(parts.matter_words(line))


with st.container(
    horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", wrap=False
):
    st.markdown(f"#### {view.title}", width="stretch")
    parts.definition(view.note)
if len(view.zones) == 1:
    left, right = st.columns([1, 2], gap="small")
    with left, st.container(border=True, height=ASKED_HEIGHT, gap=None):
        parts.zone_card(view.zones[0], question, way)
    with right:
        to_ask()
else:
    parts.zone_cards(view.zones, question, way)
legend = (
    f"每格：比率 · 位次；▲ 后三位（街道为末位），◆ 未达目标，蓝底达到目标；点一格打开该乡镇。{view.since}"
)
with st.container(border=True, gap="xsmall"):
    for table, beside in zip(view.tables, (legend, view.weights), strict=False):
        st.markdown(f"**{table.title}**　:small[:gray[{beside}]]")
        ranking_table(table)
    st.caption(view.rules if len(view.tables) > 1 else f"{view.weights}。{view.rules}")
parts.source(view.note)
