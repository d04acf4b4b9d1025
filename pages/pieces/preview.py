"""A material as its reader will see it, from the same words and numbers as its file."""

import re
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core.materials import Issued
from core.reports.catalogue import Held
from core.reports.drawn import Drawn
from core.reports.reprint import Correction
from core.units import short_day
from core.views.paper import (
    Block,
    Form,
    Grid,
    Heading,
    Lines,
    PageBreak,
    Paper,
    Paragraph,
    Sheets,
    written,
)

ROW = 35
MOST_ROWS = 14  # seen at once; the rest by scrolling


def plain(words: str) -> str:
    """Text with nothing that Markdown would take for its own."""
    return re.sub(r"([\\`*_{}\[\]<>#+~|$:-])", r"\\\1", words)


def content(told: Paper | Sheets, *, is_demo: bool) -> None:
    """A paper or a workbook."""
    if isinstance(told, Paper):
        _paper(told, is_demo=is_demo)
    else:
        _sheets(told)


def _head(title: str, beside: str, *, is_demo: bool = False) -> None:
    badge = "　:orange-badge[演示数据]" if is_demo else ""
    st.markdown(f"### {plain(title)}{badge}", text_alignment="center")
    if beside:
        st.markdown(f":gray[{plain(beside)}]", text_alignment="center")


def _paper(paper: Paper, *, is_demo: bool) -> None:
    _head(paper.title, paper.subtitle, is_demo=is_demo)
    if paper.addressee:
        st.markdown(plain(paper.addressee))
    for block in paper.blocks:
        _block(block)
    for at, annex in enumerate(paper.annexes, 1):
        if at == 1 and paper.signed_by:
            listed = "　".join(f"{n}．{a.title}" for n, a in enumerate(paper.annexes, 1))
            st.markdown(f"附件：{plain(listed)}")
            st.markdown(f"{plain(paper.signed_by)}  \n{paper.dated}", text_alignment="right")
        st.divider()
        st.markdown(f"**附件{at}　{plain(annex.title)}**")
        for block in annex.blocks:
            _block(block)
    if not paper.annexes:
        for line in paper.note:
            st.caption(plain(line))


def _block(block: Block) -> None:
    match block:
        case Heading(text, _):
            st.markdown(f"**{plain(text)}**")
        case Paragraph(text, lead):
            start = f":gray[{plain(lead)}]" if lead else ""
            st.markdown(f"　　{start}{plain(text)}")
        case Grid():
            if block.title:
                unit = f"　:small[:gray[单位：{plain(block.unit)}]]" if block.unit else ""
                st.markdown(f"**{plain(block.title)}**{unit}")
            _grid(block)
            for remark in block.remarks:
                st.caption(plain(remark))
        case Lines(rows, _):
            frame = pd.DataFrame(rows, columns=[" " * (n + 1) for n in range(len(rows[0]))])
            st.table(frame.set_index(frame.columns[0]), hide_header=True)
        case PageBreak():
            st.divider()


def _grid(grid: Grid) -> None:
    rows = [*grid.rows, *((grid.total,) if grid.total else ())]
    if not rows:
        return
    frame = pd.DataFrame(
        [[written(v, c.form) for c, v in zip(grid.columns, row, strict=True)] for row in rows],
        columns=[c.name for c in grid.columns],
    )
    st.dataframe(
        frame,
        hide_index=True,
        height=38 + ROW * min(len(rows), MOST_ROWS),
        column_config={
            c.name: st.column_config.TextColumn(
                c.name,
                width=int(c.width * 14 + 24),
                alignment="left" if c.form is Form.TEXT else "right",
            )
            for c in grid.columns
        },
    )


def _sheets(told: Sheets) -> None:
    for tab, (_, grid) in zip(st.tabs([name for name, _ in told.grids]), told.grids, strict=True):
        with tab:
            _head(grid.title, f"数据截至{told.as_of}　单位：{grid.unit}")
            _grid(grid)
            for remark in grid.remarks:
                st.caption(plain(remark))
            st.caption("填报人：　　　　　　审核人：　　　　　　填报日期：")
    for line in told.note:
        st.caption(plain(line))


def slides(pictures: Sequence[Drawn]) -> None:
    """Slides as they will be projected, two in a row."""
    for first in range(0, len(pictures), 2):
        for at, column in enumerate(st.columns(2, gap="small"), first):
            if at < len(pictures):
                title, words, svg = pictures[at]
                column.image(svg, f"{at + 1}　{plain(title)}", width="stretch", alt=words)


def pack(title: str, held: Held, *, is_demo: bool) -> None:
    """What the ZIP will hold."""
    _head(title, f"一个ZIP，共{len(held)}份", is_demo=is_demo)
    rows = [
        (folder.rstrip("/"), f"{place.name}{kind.title}", kind.ending.upper(), kind.says)
        for kind, place, folder in held
    ]
    frame = pd.DataFrame(rows, columns=["文件夹", "材料", "格式", "说明"])
    st.dataframe(frame, hide_index=True, height=38 + ROW * min(len(rows), 19))


def archive_list(found: Sequence[Issued], titles: Mapping[str, str]) -> Issued | None:
    """The archive as a list; gives the one that was clicked."""
    frame = pd.DataFrame(
        [
            (
                m.id,
                titles.get(m.kind, m.kind),
                m.place,
                short_day(m.as_of),
                f"{m.issued_at:%m-%d %H:%M}",
                m.issued_by,
            )
            for m in found
        ],
        columns=["号", "材料", "地方", "数据截至", "发出时间", "何人"],
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        height=38 + ROW * min(len(found), 5),
        on_select="rerun",
        selection_mode="single-row",
        key=f"issued-{found[0].id}",
    )
    rows = event.selection.rows
    return found[rows[0]] if rows and rows[0] < len(found) else None


def corrections(found: Sequence[Correction]) -> None:
    """Figure by figure: what was handed out, and what it would be now."""
    if not found:
        return
    frame = pd.DataFrame(
        [(c.place, c.name, c.was or "（无）", c.now or "（无）") for c in found],
        columns=["地方", "数", "发出时", "现在"],
    )
    st.dataframe(frame, hide_index=True, height=38 + ROW * min(len(found), 6))
