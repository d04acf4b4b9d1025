"""Plotly charts by a component of our own. st.plotly_chart builds its node anew at each change of a figure and draws
it twice, out of a script four times as large; plot/chart.js keeps the node and draws once. A visitor waits half as
long for a changed page (`python -m tests.bench --only browser`)."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io
import streamlit as st
from streamlit.components.v2.component_registry import BidiComponentDefinition
from streamlit.runtime import Runtime

from core.charts.style import Spec, is_blank
from core.store import Remembered

FOLDER = Path(__file__).with_name("plot")
FILES = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir())}
EDITION = hashlib.sha256(b"".join(FILES.values())).hexdigest()[:12]
NAME = f"chart-{EDITION}"  # stands in the address of its files, so that a browser may keep them for ever
ADDRESS = f"/_stcore/bidi-components/{NAME}/"
DRAWN = Remembered(256)  # the JSON of charts, which all visitors share


def show(make: Callable[..., go.Figure | Spec], *values: Any, key: str, says: str, height: int) -> None:
    """The chart that `make` draws of frozen values, with its message for a screen reader: show(bars.funnel,
    view.funnel, palette, key="funnel", says=view.title, height=290), in pixels. Drawn once for all visitors. The
    message alone where there is nothing to draw, since an axis without a mark looks like zero."""
    dark = st.context.theme.type == "dark"
    name = (make.__module__, make.__name__, *values, says, height, dark)
    drawn: bytes = DRAWN.get(name, lambda: _drawn(make(*values), says, height, dark))
    if not drawn:
        st.info(says)
        return
    registry = Runtime.instance().bidi_component_registry
    if registry.get(NAME) is None:  # a runtime for each server; a test has one for each page
        registry.register(
            BidiComponentDefinition(
                NAME,
                js=str(FOLDER / "chart.js"),
                js_asset_relative_path="chart.js",
                css=str(FOLDER / "chart.css"),
                css_asset_relative_path="chart.css",
            )
        )
    st._bidi_component(NAME, key=key, isolate_styles=False, data=drawn, height=height)


def _drawn(figure: go.Figure | Spec, says: str, height: int, dark: bool) -> bytes:
    """What chart.js reads; empty for a figure without a mark."""
    if is_blank(figure["data"]):
        return b""
    drawn = json.loads(plotly.io.to_json(figure, validate=False))
    drawn["layout"]["height"] = height
    return json.dumps(
        {"figure": drawn, "says": says, "dark": dark}, ensure_ascii=False, separators=(",", ":")
    ).encode()
