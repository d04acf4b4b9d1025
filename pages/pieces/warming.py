"""What a process does before somebody asks: 总览 of the home county before the first visitor, and then, beside the
visitors, what a county's pages share on each of its other data dates (forecasts and 需要过问的事, a second each)."""

import gc
import logging
import threading
import time
from collections.abc import Iterable
from datetime import date

import pandas  # noqa: F401
import plotly.graph_objects as go
import pydeck  # noqa: F401

from core import realm, settings
from core.charts import bars, lines, maps
from core.charts.style import LIGHT
from core.places import place_tree
from core.scope import Scope
from core.store import Store, StoreError
from core.views import monitoring, pilot_zones, projects, risk  # noqa: F401
from core.views.common import Question
from core.views.matters import ledger_matters
from core.views.overview import Overview, overview
from pages.pieces import question as asked
from pages.pieces.store import open_store

PAUSE = 5  # seconds between two data dates: whoever comes right after a start has the processor
log = logging.getLogger(__name__)


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
    view = made_ready(store, home, days[0])
    lines.trajectory(view.trajectory, LIGHT)
    bars.project_bars(view.projects, LIGHT)
    if view.map:
        maps.county(view.map, LIGHT, 536, 509)  # as 总览 has it in a window 1920 wide


def made_ready(store: Store, county: str, day: date) -> Overview:
    """总览 of a whole county on a day; with it what any page of any of its townships reads and forecasts that day."""
    tree = realm.tree_of(store, county)
    snapshot = store.snapshot(Scope(frozenset({realm.scope_root(store)}), because="预热"), day)
    question = Question(tree.county_area(), day)
    ledger_matters(snapshot, question, tree)
    return overview(snapshot, question, tree)


def beside(counties: Iterable[str]) -> threading.Thread:
    """Makes the other data dates of these counties ready, on a thread of its own; a visitor need not wait for it."""
    thread = threading.Thread(target=_every_day, args=(list(counties),), name="county-warm", daemon=True)
    thread.start()
    return thread


def _every_day(counties: Iterable[str]) -> None:
    try:
        store = open_store(settings.store_url())
        for county in counties:
            for day in asked.data_days(store.version(county), county):
                made_ready(store, county, day)
                time.sleep(PAUSE)
    except StoreError:  # no store yet, or it is away: the page says so
        log.info("nothing to warm up")
    except Exception:  # whoever asks for it will compute it, and be told
        log.exception("could not warm up")
    set_aside()


def set_aside() -> None:
    """Takes what is there to stay (modules, warm answers) out of the collector's sight: looking through it stops every
    page for a tenth of a second. What was set aside before and is garbage now goes first."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
