"""The precomputed page behind the dashboard's own middleware, warmed up like it."""

import gc
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from core.serving import middleware


@asynccontextmanager
async def warm(_app):
    import pandas  # noqa: F401
    import plotly.graph_objects as go
    import pydeck  # noqa: F401

    go.Figure(go.Bar())
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).parent / "precomputed.py", lifespan=warm, middleware=middleware())
