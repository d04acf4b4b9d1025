"""Tiles, notes, cards and maps as every page lays them out."""

import json
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

import pydeck as pdk
import streamlit as st
from pydeck.bindings.json_tools import default_serialize

from core.charts import maps
from core.charts.style import DARK, LIGHT, Palette
from core.geography import OUTLINE_NOTE, geography
from core.indicators.indicator import Status
from core.serving.bundle import WIDTH_COOKIE
from core.store import Remembered
from core.views.common import STATUS_SHAPES, Note, Question, Tile
from core.views.map import MapView
from core.views.matters import MatterLine
from core.views.war_zones import ZoneCard
from pages.pieces import menu
from pages.pieces import question as asked

WORD_JOINER = "\u2060"

V = TypeVar("V")

COLOURS = {
    Status.ON_TRACK: "blue",
    Status.RECOVERING: "orange",
    Status.BEHIND: "red",
    Status.NOT_REPORTED: "gray",
}


def palette() -> Palette:
    """The colours of the reader's theme."""
    return DARK if st.context.theme.type == "dark" else LIGHT


WIDE = 1920  # pixels, where the browser has not said
STACKED, ROOMY = (
    640,
    864,
)  # below the first Streamlit stacks columns, from the second it leaves 80 pixels at each side


def room(share: float) -> int:
    """Pixels inside a card that takes this share of the page's width, in the window as it was when it was opened."""
    said = st.context.cookies.get(WIDTH_COOKIE, "")
    window = min(max(int(said), 320), 7680) if said.isascii() and said.isdigit() else WIDE
    page = window - (160 if window >= ROOMY else 32)
    return int(page * (share if window >= STACKED else 1)) - 50


VIEWS = Remembered(256)  # frozen values, so that all visitors share them: no copy, no pickle
MAPS = Remembered(256)


def view(make: Callable[..., V], question: Question, *more: Any) -> V:
    """A view, computed once for each version of the place asked for, scope and question."""
    store = asked.store()
    key = (store.url, make.__module__, make.__name__, asked.version(), asked.scope(), question, more)
    return VIEWS.get(
        key, lambda: make(asked.snapshot(question), question, *(more or (asked.tree(question),)))
    )


def card(height: int) -> AbstractContextManager[Any]:
    """A bordered box of a height in pixels."""
    return st.container(border=True, height=height, gap="xsmall")


def cells(count: int, at_least: int) -> list[Any]:
    """Cells side by side, each as wide as `at_least` pixels; on a narrower screen the rest stand below."""
    grid = st.grid(count, min_column_width=at_least, gap="small")
    return [grid.cell() for _ in range(count)]


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
        st.markdown(title_words(words, beside), width="stretch")
        definition(note)


def title_words(words: str, beside: str = "") -> str:
    """A card's sentence, and what stands small behind it."""
    more = f"　:gray[:small[{beside}]]" if beside else ""
    return f"**{words}**{more}"


def definition(note: Note) -> None:
    """口径, one click away."""
    with st.popover("口径", type="tertiary", width="content"):
        st.markdown(definition_words(note))


def definition_words(note: Note) -> str:
    """The definitions of a note's figures, a paragraph each, and where they come from. One text: every element of a
    page costs the server and the browser, and a page has many notes."""
    parts = (
        part if part.startswith("**") else f"**{part}" for part in note.definition.split(NEXT_DEFINITION)
    )
    return "\n\n".join([*parts, f":gray[:small[{note.line}]]"])


NEXT_DEFINITION = "　**"


def counts(*columns: str, width: Literal["small"] | None = None) -> dict[str, Any]:
    """How a table shows columns of counts: 1,594, as the words beside it do."""
    return {name: st.column_config.NumberColumn(name, format="localized", width=width) for name in columns}


def source(*notes: Note) -> None:
    """数据截至 and the workbooks, once under the figures that share them."""
    st.caption(source_words(*notes))


def source_words(*notes: Note) -> str:
    """数据截至2022年8月31日 · 来源：…, each workbook once."""
    sources = list(dict.fromkeys(part for n in notes for part in n.source.split("；") if part))
    return f"数据截至{notes[0].as_of} · 来源：{'；'.join(sources) or '未导入'}"


def tiles(row: Sequence[Tile]) -> None:
    """Tiles side by side, all as high as the highest; fewer in a row on a tablet, one on a phone."""
    grid = st.grid(len(row), min_column_width=200, border=True)
    for tile in row:
        with grid.cell(), st.container(gap=None):
            title(f":gray[{tile.name}]", tile.note)
            for words in tile_words(tile):
                st.markdown(words)


def tile_words(tile: Tile) -> tuple[str, ...]:
    """The number large with what stands beside it; under it its status and lines. Two texts: in one, the heading
    would keep a distance that a tile has no room for."""
    if tile.status is Status.NOT_REPORTED:
        more = f"  \n:small[{tile.text}]" if tile.text != "未报" else ""
        return (f"# :gray[未报]{more}",)
    size = "#" if len(tile.text) <= 10 else "#####"
    beside = f" :small[:gray[{tile.beside}]]" if tile.beside else ""
    first, *rest = [*tile.lines, ""][: max(1, len(tile.lines))]
    head = status_words(tile.status, tile.status_words)
    lines = [f"{head}　{first}".strip("　"), *rest]
    lines = [line.replace("—", f"{WORD_JOINER}—{WORD_JOINER}") for line in lines]  # 205—216 stays whole
    small = "  \n".join(f":small[{line}]" for line in lines if line)
    return f"{size} {tile.text}{beside}", small


TOWNSHIP_PAGE = "topics/township.py"


def _to_township(name: str, question: Question) -> dict[str, str]:
    zone = {"zone": st.query_params["zone"]} if "zone" in st.query_params else {}
    return {"as_of": question.as_of.isoformat(), **zone, "township": name}


def township_link(name: str, label: str, question: Question) -> None:
    """A way to a township's page, with the filter kept."""
    st.page_link(menu.to(TOWNSHIP_PAGE), label=label, query_params=_to_township(name, question))


def township_button(name: str, label: str, _question: Question) -> None:
    """The same on the township's page itself: a link to the page one is on would not write the address."""
    st.button(label, key=f"to-{name}", type="tertiary", on_click=asked.choose_townships, args=((name,),))


def open_township(name: str, question: Question) -> None:
    """Goes to a township's page now; nothing after this call runs."""
    st.switch_page(menu.to(TOWNSHIP_PAGE), query_params=_to_township(name, question))


def shape(status: Status) -> str:
    """The status's shape with a space behind it, in its colour; empty where there is none."""
    return f":{COLOURS[status]}[**{STATUS_SHAPES[status]}**] " if status in COLOURS else ""


def zone_card(zone: ZoneCard, question: Question, way: Callable[[str, str, Question], None]) -> None:
    """A war zone with its posts, and ways (township_link or township_button) to its townships with their places."""
    says = zone.says if zone.light is Status.ON_TRACK else status_words(zone.light, zone.says)
    st.markdown(f"**{zone.name}**　{says}")
    st.caption(f"指挥长：{zone.commander}  \n副指挥长：{zone.deputies}")
    for township in zone.townships:
        way(township.name, f"{shape(township.light)}{township.name}　{township.words}", question)


def zone_cards(
    zones: Sequence[ZoneCard], question: Question, way: Callable[[str, str, Question], None]
) -> None:
    """The war zones side by side, all as high as the highest; fewer in a row in a narrow window."""
    grid = st.grid(max(len(zones), 3), min_column_width=260, border=True)
    for zone in zones:
        with grid.cell(), st.container(gap=None):
            zone_card(zone, question, way)


def _finished_map(shown: MapView, colours: Palette, width: int, height: int) -> pdk.Deck:
    """The map with its JSON written once, and without pydeck's indents, which are two thirds of it: Streamlit asks
    for it at every run, and it is the page's largest text."""
    deck = maps.county(shown, colours, width, height)
    text = json.dumps(
        deck, default=default_serialize, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    deck.to_json = lambda: text
    return deck


def county_map(shown: MapView, key: str, width: int, height: int) -> None:
    """The county's map; a click on a township filters every page, a second click takes the filter away."""
    colours = palette()
    st.pydeck_chart(
        MAPS.get((shown, colours, width, height), lambda: _finished_map(shown, colours, width, height)),
        height=height,
        key=key,
        on_select=partial(_clicked, key, shown),
        selection_mode="single-object",
        alt=shown.title,
    )
    st.caption(map_words(shown))


def map_words(shown: MapView) -> str:
    """Which townships are drawn as one, that the map is schematic, and where its outline comes from."""
    joint = f"{'，'.join(shown.together)}。" if shown.together else ""
    return f":small[{joint}{geography().note}  \n{OUTLINE_NOTE}]"


def _clicked(key: str, shown: MapView) -> None:
    chosen = st.session_state[key].selection.objects.get("townships", [])
    members = {t.name: t.members for t in shown.townships}
    if chosen and chosen[0]["name"] in members:
        asked.choose_townships(members[chosen[0]["name"]])


TOPICS = {  # the page that shows a matter's rows
    **{name: f"topics/{name}.py" for name in ("projects", "funds", "risk", "township", "work_plan")},
    "quality": "office/quality.py",
    "tasks": "leaders/tasks.py",
}
BEHIND = {  # of 六大工程: the item and the figure whose rows they are
    "late_findings": {"item": "23", "indicator": "findings_overdue"},
    "late_petitions": {"item": "18", "indicator": "petitions_late"},
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


def matter_brief(line: MatterLine, question: Question) -> str:
    """One line of 总览: who, what, how late, whose job (a township's own post without its name, which leads)."""
    owner = line.owner.removeprefix(line.place) or line.owner
    shape = f":{COLOURS[line.status]}[**{STATUS_SHAPES[line.status]}**]"
    late = f"，{plain(line.late)}" if line.late else ""
    since = f"（{line.since}）" if line.since else ""
    new = " :blue-badge[新]" if line.is_new else ""
    page = menu.to(TOPICS[line.page]).url_path
    name = f"[**{plain(line.place)}**]({page}?{urlencode(_rows_of(line, question))})"
    words = f"{shape} {name} {plain(line.what)}{late}{since} :gray[{plain(owner)}]"
    return f":small[{words}]{new}"


def matter_briefs(lines: Sequence[MatterLine], question: Question) -> str:
    """The lines of 总览 as one text, a paragraph each; the place's name is the way to the rows."""
    return "\n\n".join(matter_brief(line, question) for line in lines)


def matter_link(line: MatterLine, question: Question) -> None:
    """The way to the rows: the topic's page, filtered by the place."""
    st.page_link(menu.to(TOPICS[line.page]), label="看明细", query_params=_rows_of(line, question))


def _rows_of(line: MatterLine, question: Question) -> dict[str, str]:
    is_township = len(line.matter.place) == 9
    where = _to_township(line.place, question) if is_township else {"as_of": question.as_of.isoformat()}
    return where | BEHIND.get(line.matter.rule, {})
