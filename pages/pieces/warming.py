"""What a fresh process does before its first visitor: 总览 of the home county, drawn for nobody."""

import pandas  # noqa: F401
import plotly.graph_objects as go
import pydeck  # noqa: F401

from core import realm, settings
from core.charts import bars, lines, maps
from core.charts.style import LIGHT
from core.places import place_tree
from core.scope import Scope
from core.store import StoreError
from core.views import monitoring, pilot_zones, projects, risk  # noqa: F401
from core.views.common import Question
from core.views.overview import overview
from pages.pieces import question as asked
from pages.pieces.store import open_store


def draw_first_page() -> None:
    """Loads modules, reads the tallies that most pages begin with, and lets plotly load its parts.

    Without a store, or without a figure in it, there is nothing to warm: the pages say so themselves.
    """
    go.Figure(go.Bar())
    try:
        store = open_store(settings.store_url())
    except StoreError:
        return
    home = place_tree().county.code
    days = asked.data_days(store.version(home), home)
    if not days:
        return
    scope = Scope(frozenset({realm.scope_root(store)}), because="预热")
    question = Question(place_tree().county_area(), days[0])
    view = overview(store.snapshot(scope, days[0]), question, place_tree())
    lines.trajectory(view.trajectory, LIGHT)
    bars.project_bars(view.projects, LIGHT)
    if view.map:
        maps.county(view.map, LIGHT, 520, 272)
