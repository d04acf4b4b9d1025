"""All that the precomputed page shows, made once, before its first visitor."""

import os
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import plotly.graph_objects as go

from core.charts import bars, lines, maps
from core.charts.style import LIGHT
from core.matters import rules_of
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.matters import ledger_matters, matter_list
from core.views.overview import overview
from pages.pieces import parts

ON = date(2022, 8, 31)
TREE = place_tree()
ZONES = {zone.name: zone for zone in TREE.zones(ON)}
ENTRIES: dict[str, Any] = {}  # the menu's pages
BRIEFS: dict[str, str] = {}  # by area: the lines of 需要过问的事
MAP = (536, 509)  # pixels, in a window 1920 wide


@dataclass(frozen=True)
class Card:
    """The finished markdown of a tile or a card."""

    title: str
    definition: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """总览 of one area."""

    tiles: tuple[Card, ...]
    trajectory: Card
    trajectory_figure: Any
    map: Card
    deck: Any
    matters_title: str
    matters: Any  # its lines
    question: Question
    projects: Card
    projects_figure: Any
    source: str


@cache
def ready() -> dict[str, Shown]:
    """{area's name: its page}: the county, its war zones, its townships."""
    store = Store.open(os.environ["COUNTY_STORE"])
    scope = Scope(frozenset({TREE.county.code}))
    snapshot = store.snapshot(scope, ON)
    areas = [TREE.county_area(), *(TREE.zone_area(z) for z in ZONES.values())]
    areas += [TREE.township_area(t) for t in TREE.townships]
    made = {}
    for area in areas:
        question = Question(area, ON)
        view = overview(snapshot, question, TREE)
        asking = matter_list(ledger_matters(snapshot, question, TREE), store, scope, question, TREE)
        deck = maps.county(view.map, LIGHT, *MAP)
        text = deck.to_json()
        deck.to_json = lambda text=text: text  # Streamlit asks for it at every run
        made[area.name] = Shown(
            tuple(_card(parts.title_words(f":gray[{t.name}]"), t, *parts.tile_words(t)) for t in view.tiles),
            _card(parts.title_words(view.trajectory.title, ""), view.trajectory, view.trajectory.goal_words),
            go.Figure(lines.trajectory(view.trajectory, LIGHT)),
            _card(
                parts.title_words(view.map.title, "点击筛选 · 黑框为示范片区"), view.map, parts.map_words()
            ),
            deck,
            f"**{asking.title}**",
            asking.lines[: rules_of().most],
            question,
            _card(
                parts.title_words(view.projects.title, "　".join(("项目数", view.projects.chance_words))),
                view.projects,
                "",
            ),
            go.Figure(bars.project_bars(view.projects, LIGHT)),
            parts.source_words(*(tile.note for tile in view.tiles), view.trajectory.note),
        )
    return made


def _card(title: str, view: Any, *texts: str) -> Card:
    return Card(title, parts.definition_words(view.note), texts)
