"""The precomputed page behind the dashboard's own middleware, warmed up like it."""

import gc
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from core.serving import middleware


@asynccontextmanager
async def warm(_app):
    from pages.pieces import parts  # noqa: F401
    from tests.bench.ready import ready

    ready()
    gc.collect()
    gc.freeze()
    yield


app = st.App(Path(__file__).parent / "precomputed.py", lifespan=warm, middleware=middleware())
