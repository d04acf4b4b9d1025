"""Tiles, notes, cards and charts as every page lays them out."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
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
    if chosen:
        asked.choose_townships(members[chosen[0]["name"]])
