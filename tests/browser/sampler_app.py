"""The sampler behind the dashboard's own middleware."""

from pathlib import Path

import streamlit as st

from core.serving import middleware
from pages.pieces import chart

app = st.App(
    Path(__file__).parent / "sampler.py", middleware=middleware(address=chart.ADDRESS, files=chart.FILES)
)
