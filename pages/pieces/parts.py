"""Tiles, notes, cards and charts as every page lays them out."""

import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import plotly.graph_objects as go
import pydeck as pdk
import streamlit as st

from core.charts import maps
from core.charts.style import DARK, LIGHT, Palette
from core.geography import OUTLINE_NOTE, geography
from core.indicators.indicator import Status
from core.store import Remembered
from core.views.common import STATUS_SHAPES, Note, Question, Tile
from core.views.map import MapView
from core.views.matters import MatterLine
from core.views.war_zones import ZoneCard
from pages.pieces import question as asked

V = TypeVar("V")
P = TypeVar("P")

COLOURS = {
    Status.ON_TRACK: "blue",
    Status.RECOVERING: "orange",
    Status.BEHIND: "red",
    Status.NOT_REPORTED: "gray",
}


def palette() -> Palette:
    """The colours of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


VIEWS = Remembered(256)  # frozen values, so that all visitors share them: no copy, no pickle
PICTURES = Remembered(256)


def view(make: Callable[..., V], question: Question, *more: Any) -> V:
    """A view, computed once for each version of the place asked for, scope and question."""
    store = asked.store()
    key = (store.url, make.__module__, make.__name__, asked.version(), asked.scope(), question, more)
    return VIEWS.get(
        key, lambda: make(asked.snapshot(question), question, *(more or (asked.tree(question),)))
    )


def draw(make: Callable[..., P], *values: Any) -> P:
    """A picture of frozen values, drawn once: draw(bars.project_bars, view.projects, palette). Not to be changed."""
    return PICTURES.get((make.__module__, make.__name__, *values), lambda: make(*values))


def card(height: int) -> AbstractContextManager[Any]:
    """A bordered box of a height in pixels."""
    return st.container(border=True, height=height, gap="xsmall")


def plain(text: str) -> str:
    """Text of a workbook where Streamlit reads markdown: shown as it stands, neither link nor picture nor style."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~:$&])", r"\\\1", text)


def status_words(status: Status, words: str) -> str:
    """● 正常 in its colour, as markdown."""
    return f":{COLOURS[status]}[**{STATUS_SHAPES[status]} {words}**]" if status in COLOURS and words else ""


def title(words: str, note: Note, beside: str = "") -> None:
    """A card's sentence, with the definition one click away."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
        wrap=False,
    ):
        more = f"　:gray[:small[{beside}]]" if beside else ""
        st.markdown(f"**{words}**{more}", width="stretch")
        definition(note)


def definition(note: Note) -> None:
    """口径, one click away."""
    with st.popover("口径", type="tertiary", width="content"):
        for part in note.definition.split("　**"):
            st.markdown(part if part.startswith("**") else f"**{part}")
        st.caption(note.line)


def source(*notes: Note) -> None:
    """数据截至 and the workbooks, once under the figures that share them."""
    sources = list(dict.fromkeys(part for n in notes for part in n.source.split("；") if part))
    st.caption(f"数据截至{notes[0].as_of} · 来源：{'；'.join(sources) or '未导入'}")


def tiles(row: Sequence[Tile], height: int = 182) -> None:
    """Tiles side by side; they wrap on a tablet and a phone."""
    for column, tile in zip(st.columns(len(row), gap="small"), row, strict=True):
        with column, st.container(border=True, height=height, gap=None):
            title(f":gray[{tile.name}]", tile.note)
            if tile.status is Status.NOT_REPORTED:
                st.markdown(f"## :gray[未报]  \n:small[{tile.text}]")
                continue
            size = "##" if len(tile.text) <= 10 else "#####"
            beside = f"　:small[:gray[{tile.beside}]]" if tile.beside else ""
            st.markdown(f"{size} {tile.text}{beside}")
            first, *rest = [*tile.lines, ""][: max(1, len(tile.lines))]
            head = status_words(tile.status, tile.status_words)
            lines = [f"{head}　{first}".strip("　"), *rest]
            st.markdown("  \n".join(f":small[{line}]" for line in lines if line))


TOWNSHIP_PAGE = Path(__file__).parent.parent / "topics" / "township.py"


def _to_township(name: str, question: Question) -> dict[str, str]:
    zone = {"zone": st.query_params["zone"]} if "zone" in st.query_params else {}
    return {"as_of": question.as_of.isoformat(), **zone, "township": name}


def township_link(name: str, label: str, question: Question) -> None:
    """A way to a township's page, with the filter kept."""
    st.page_link(TOWNSHIP_PAGE, label=label, query_params=_to_township(name, question))


def township_button(name: str, label: str, _question: Question) -> None:
    """The same on the township's page itself: a link to the page one is on would not write the address."""
    st.button(label, key=f"to-{name}", type="tertiary", on_click=asked.choose_townships, args=((name,),))


def open_township(name: str, question: Question) -> None:
    """Goes to a township's page now; nothing after this call runs."""
    st.switch_page(TOWNSHIP_PAGE, query_params=_to_township(name, question))


def shape(status: Status) -> str:
    """The status's shape with a space behind it, in its colour; empty where there is none."""
    return f":{COLOURS[status]}[**{STATUS_SHAPES[status]}**] " if status in COLOURS else ""


def zone_card(
    zone: ZoneCard, question: Question, way: Callable[[str, str, Question], None], height: int
) -> None:
    """A war zone with its posts, and ways (township_link or township_button) to its townships with their places."""
    with st.container(border=True, height=height, gap=None):
        says = zone.says if zone.light is Status.ON_TRACK else status_words(zone.light, zone.says)
        st.markdown(f"**{zone.name}**　{says}")
        st.caption(f"指挥长：{zone.commander}  \n副指挥长：{zone.deputies}")
        for township in zone.townships:
            label = f"{shape(township.light)}{township.name}　{township.words}"
            way(township.name, label, question)


def chart(figure: go.Figure, key: str, says: str, height: int) -> None:
    """A plotly chart with its message for a screen reader, without a mode bar."""
    st.plotly_chart(
        figure,
        key=key,
        height=height,
        theme=None,
        config={"displayModeBar": False, "scrollZoom": False},
        alt=says,
    )


def _finished_map(shown: MapView, colours: Palette, width: int, height: int) -> pdk.Deck:
    """The map with its JSON written once: Streamlit asks for it at every run, and it is the page's largest text."""
    deck = maps.county(shown, colours, width, height)
    text = deck.to_json()
    deck.to_json = lambda: text
    return deck


def county_map(shown: MapView, key: str, width: int, height: int) -> None:
    """The county's map; a click on a township filters every page, a second click takes the filter away."""
    st.pydeck_chart(
        draw(_finished_map, shown, palette(), width, height),
        height=height,
        key=key,
        on_select=partial(_clicked, key, shown),
        selection_mode="single-object",
        alt=shown.title,
    )
    st.caption(f":small[{geography().note}  \n{OUTLINE_NOTE}]")


def _clicked(key: str, shown: MapView) -> None:
    chosen = st.session_state[key].selection.objects.get("townships", [])
    members = {t.name: t.members for t in shown.townships}
    if chosen and chosen[0]["name"] in members:
        asked.choose_townships(members[chosen[0]["name"]])


PAGES = Path(__file__).parent.parent
TOPICS = {  # the page that shows a matter's rows
    **{
        name: PAGES / "topics" / f"{name}.py"
        for name in ("projects", "funds", "risk", "monitoring", "township")
    },
    "quality": PAGES / "office" / "quality.py",
    "tasks": PAGES / "leaders" / "tasks.py",
}


def matter_words(line: MatterLine) -> str:
    """▲ **赵河镇**　7个项目9月30日前难以竣工，多半要晚26天 · 赵河镇镇长　*逐个说明…*"""
    shape = f":{COLOURS[line.status]}[**{STATUS_SHAPES[line.status]}**]"
    late = f"，{plain(line.late)}" if line.late else ""
    since = f"（{line.since}）" if line.since else ""
    new = "　:blue-badge[新]" if line.is_new else ""
    return (
        f"{shape} **{plain(line.place)}**　{plain(line.what)}{late}{since}　:gray[{plain(line.owner)}]{new}"
        f"  \n　　:small[:gray[问：{plain(line.ask)}　{line.clause}]]"
    )


def matter_brief(line: MatterLine) -> str:
    """One line of 总览: who, what, how late, whose job."""
    shape = f":{COLOURS[line.status]}[**{STATUS_SHAPES[line.status]}**]"
    late = f"，{plain(line.late)}" if line.late else ""
    since = f"（{line.since}）" if line.since else ""
    new = " :blue-badge[新]" if line.is_new else ""
    return f"{shape} **{plain(line.place)}** {plain(line.what)}{late}{since} :gray[{plain(line.owner)}]{new}"


def matter_link(line: MatterLine, question: Question) -> None:
    """The way to the rows: the topic's page, filtered by the place."""
    query = {"as_of": question.as_of.isoformat()}
    if len(line.matter.place) == 9:
        query["township"] = line.place
    st.page_link(TOPICS[line.page], label="看明细", query_params=query)
