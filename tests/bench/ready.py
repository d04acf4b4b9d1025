"""All that the precomputed page shows, made once, before its first visitor."""

import os
from datetime import date
from functools import cache

import pandas as pd
import streamlit as st

from core.charts import bars, lines, maps
from core.charts.style import LIGHT
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.overview import overview

ON = date(2022, 8, 31)
TREE = place_tree()
ZONES = {zone.name: zone for zone in TREE.zones(ON)}


@cache
def ready():
    store = Store.open(os.environ["COUNTY_STORE"])
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code})), ON)
    areas = [TREE.county_area(), *(TREE.zone_area(z) for z in ZONES.values())]
    areas += [TREE.township_area(t) for t in TREE.townships]
    made = {}
    for area in areas:
        view = overview(snapshot, Question(area, ON), TREE)
        frame = pd.DataFrame(view.comparison.rows, columns=list(view.comparison.columns))
        frame["项目竣工率"] = pd.to_numeric(frame["项目竣工率"], errors="coerce") * 100
        config = {c: st.column_config.TextColumn(c, width=84, alignment="right") for c in frame.columns}
        config["项目竣工率"] = st.column_config.ProgressColumn(
            "项目竣工率", min_value=0, max_value=100, format="%.1f%%", width=104
        )
        made[area.name] = (
            view,
            lines.trajectory(view.trajectory, LIGHT),
            maps.county(view.map, LIGHT, 520, 272),
            frame,
            config,
            bars.project_bars(view.projects, LIGHT),
        )
    return made
