"""六大工程: which of the plan's 23 items move?"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from core.charts import heat
from core.views.common import STATUS_SHAPES
from core.views.work_plan import (
    IndicatorLine,
    ItemLine,
    PlacesView,
    Project,
    work_behind,
    work_item,
    work_places,
    work_plan,
    work_rows,
)
from pages.pieces import menu, parts
from pages.pieces import question as asked

PAGE_SIZE = 12
PANEL = 474
TOPICS = {
    "monitored": ("monitoring.py", "监测帮扶"),
    "projects": ("projects.py", "项目建设"),
    "allocations": ("funds.py", "衔接资金"),
    "payments": ("funds.py", "衔接资金"),
    "milestones": ("pilot_zones.py", "示范片区"),
}

question = st.session_state["question"]
view = parts.view(work_plan, question)


def shape(line: ItemLine) -> str:
    """▲ in its colour; a grey dot where the plan sets no target."""
    colour = parts.COLOURS.get(line.status, "gray")
    return f":{colour}[{STATUS_SHAPES.get(line.status, '·')}]"


def item_list(project: Project, chosen: int) -> None:
    """One project with its items as buttons; a second figure says how many indicators are 未报."""
    st.markdown(
        f"**{project.name}**　:gray[:small[{project.items[0].number}—{project.items[-1].number}]]",
        help=project.title,
    )
    for line in project.items:
        silent = f" :gray[○{line.unreported}]" if line.unreported else ""
        st.button(
            f"{shape(line)} {line.number} {line.title}{silent}",
            key=f"item-{line.number}",
            type="secondary" if line.number == chosen else "tertiary",
            on_click=partial(asked.write_own, item=str(line.number), indicator="", at=""),
        )


def choose_indicator(key: str, lines: tuple[IndicatorLine, ...]) -> None:
    rows = st.session_state[key].selection.rows
    asked.write_own(indicator=lines[rows[0]].key if rows else "", at="")


def choose_place(key: str, shown: PlacesView) -> None:
    rows = st.session_state[key].selection.rows
    asked.write_own(at=shown.lines[rows[0]].name if rows else "")


def indicator_table(lines: tuple[IndicatorLine, ...], number: int, chosen: str, height: int) -> None:
    """The item's indicators, or everything that is behind with its items; a click on one shows its townships."""
    # 键里带着所选指标：从地址、后退来的选择也显示在表上。
    key = f"indicators-{number}-{chosen}"
    frame = pd.DataFrame(
        [
            (
                f"{STATUS_SHAPES.get(one.status, '·')} {one.status_words}",
                one.items,
                one.name,
                one.value,
                one.target,
                one.period,
                one.owner,
                one.source,
                one.last_report,
            )
            for one in lines
        ],
        columns=["状态", "要点", "指标", "数值", "目标（条款）", "期间", "责任单位", "来源", "最近报送"],
    ).drop(columns="要点" if number else "期间")
    inks = pd.DataFrame("", index=frame.index, columns=frame.columns)
    inks["状态"] = [heat.cell(one.status, parts.palette()) for one in lines]
    row_height = 32 if 34 + 32 * len(lines) <= height else 22
    st.dataframe(
        frame.style.apply(lambda _: inks, axis=None),
        hide_index=True,
        height=min(34 + row_height * len(lines), height),
        row_height=row_height,
        placeholder="",
        on_select=partial(choose_indicator, key, lines),
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [[one.key for one in lines].index(chosen)]}},
        key=key,
        column_config={
            "状态": st.column_config.TextColumn(width=74),
            "要点": st.column_config.TextColumn(width=60),
            "指标": st.column_config.TextColumn(width=214),
            "数值": st.column_config.TextColumn(width=130),
            "目标（条款）": st.column_config.TextColumn(width=240),
            "期间": st.column_config.TextColumn(width=76),
            "责任单位": st.column_config.TextColumn(width=150),
            "来源": st.column_config.TextColumn(width=104),
            "最近报送": st.column_config.TextColumn(width=76),
        },
    )


def places(shown: PlacesView, indicator: str) -> None:
    """Every township's value; a click on one shows the rows behind it."""
    key = f"places-{indicator}"
    row_height = 19 if len(shown.lines) > 8 else 34  # nineteen townships fit the card without scrolling
    most = max((line.value or 0.0 for line in shown.lines), default=0.0)
    bar: Any = st.column_config.ProgressColumn(
        "数值", min_value=0.0, max_value=100.0 if shown.is_rate else max(most, 1.0), format=" ", width=110
    )
    st.dataframe(
        pd.DataFrame(
            [
                (
                    one.name,
                    one.value,
                    one.text,
                    one.counts,
                    f"{STATUS_SHAPES.get(one.status, '')} {one.status_words}",
                )
                for one in shown.lines
            ],
            columns=["乡镇", "数值", "读数", "计数", "状态"],
        ).drop(columns=[] if any(one.counts for one in shown.lines) else ["计数"]),
        hide_index=True,
        height=min(36 + row_height * len(shown.lines), PANEL - 70),
        row_height=row_height,
        placeholder="",
        on_select=partial(choose_place, key, shown),
        selection_mode="single-row",
        key=key,
        column_config={
            "乡镇": st.column_config.TextColumn(width=110),
            "数值": bar,
            "读数": st.column_config.TextColumn(width=130 if any(one.counts for one in shown.lines) else 190),
            "计数": st.column_config.TextColumn(width=100),
            "状态": st.column_config.TextColumn(width=84),
        },
    )


def rows(indicator: str, at: str) -> None:
    """The rows behind a figure, a page at a time, masked; and the way to the topic's own page."""
    page_key = f"page-{indicator}-{at}"
    number = int(st.session_state.get(page_key, 1))
    start = (number - 1) * PAGE_SIZE
    shown = work_rows(
        asked.snapshot(question), question, indicator, at, start, PAGE_SIZE, asked.tree(question)
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if at:
            st.button("← 各乡镇", key="back", type="tertiary", on_click=partial(asked.write_own, at=""))
        st.markdown(f"**{shown.title}**", width="content")
        st.space("stretch")
        if shown.total > PAGE_SIZE:
            pages = -(-shown.total // PAGE_SIZE)
            st.number_input("页", 1, pages, key=page_key, label_visibility="collapsed", width=120)
            st.caption(f"共{pages}页", width="content")
        if shown.ledger in TOPICS:
            file, name = TOPICS[shown.ledger]
            where = {"as_of": question.as_of.isoformat()}
            if at or question.area.kind == "township":
                where["township"] = at or question.area.name
            st.page_link(menu.to(f"topics/{file}"), label=f"到{name}", query_params=where)
    if shown.columns:
        st.dataframe(
            pd.DataFrame(list(shown.rows), columns=list(shown.columns)),
            hide_index=True,
            height=min(PANEL - 126, 36 + 30 * len(shown.rows)),
            row_height=30,
            placeholder="",
        )
    if shown.remark:
        st.caption(shown.remark)


parts.tiles(view.targets)
wanted = asked.own("item")
item = parts.view(work_behind, question)
if wanted.isdecimal() or not item.lines:
    number = int(wanted) if wanted.isdecimal() else 1
    item = parts.view(work_item, question, number, asked.tree(question))
with st.container(border=True, gap="xsmall"):
    st.markdown(
        f"**{view.title}**　:small[:gray[点一项看它的指标；{'　'.join(f'{s} {w}' for s, w in (('●', '正常'), ('◆', '预警'), ('▲', '滞后'), ('○', '未报'), ('·', '无目标值')))}]]"
    )
    for column, project in zip(st.columns(len(view.projects), gap="small"), view.projects, strict=True):
        with column, st.container(gap=None):
            item_list(project, item.number)

keys = [line.key for line in item.lines]
chosen = asked.own("indicator") if asked.own("indicator") in keys else (keys[0] if keys else "")
names = [t.name for t in question.area.townships]
at = asked.own("at") if asked.own("at") in names else ""
left, right = st.columns([11, 6], gap="small")
with left, parts.card(PANEL):
    if item.number:
        with st.container(horizontal=True, vertical_alignment="top", wrap=False):
            st.markdown(
                f"**要点{item.number}　{item.title}**　:small[:gray[{item.project}]]  \n计划原话：“{item.words}”",
                width="stretch",
            )
            st.button(
                "← 全部滞后、预警指标",
                key="behind",
                type="tertiary",
                on_click=partial(asked.write_own, item="", indicator="", at=""),
            )
    else:
        st.markdown(f"**{item.title}**　:small[:gray[滞后在前；点上面一项看它的全部指标]]")
    if item.figures:
        st.caption("计划数字：" + "；".join(item.figures))
    if item.remark:
        st.caption(f"○ {item.remark}")
    if item.lines:
        said = sum(
            1 + len(words) // 80 for words in ("；".join(item.figures), item.remark, *item.lists) if words
        )
        indicator_table(item.lines, item.number, chosen, PANEL - (86 if item.number else 64) - 28 * said)
    for one in item.lists:
        st.caption(one)
with right, parts.card(PANEL):
    if not chosen:
        st.caption("这一项还没有指标。")
    else:
        shown = parts.view(work_places, question, chosen, asked.tree(question))
        words = ["点一个乡镇看明细"] if len(shown.lines) > 1 and not at else []
        parts.title(shown.title, shown.note, " · ".join(filter(None, [*words, shown.remark])))
        if shown.lines and not at and len(shown.lines) > 1:
            places(shown, chosen)
        else:
            rows(chosen, at)
parts.source(*(tile.note for tile in view.targets))
