"""The precomputed page behind the dashboard's own middleware, warmed up like it."""

import gc
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from core.serving import middleware


@asynccontextmanager
async def warm(_app):
    import pandas  # noqa: F401  what Streamlit would load at the first visit, after the collector was told to look away
    import plotly.graph_objects
    import pydeck  # noqa: F401

    from tests.bench.ready import ready

    plotly.graph_objects.Figure(plotly.graph_objects.Bar())
    ready()
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).parent / "precomputed.py", lifespan=warm, middleware=middleware())
