"""Colours, type and the bare layout that all charts share. Never red against green."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.indicators.indicator import Status

# A chart as plotly's JSON has it: traces and layout, unchecked. To check every property of every trace costs more than
# all else that a page computes; a test has plotly check what is drawn of the demo county.
Spec = dict[str, Any]
FONT = "Microsoft YaHei, Noto Sans CJK SC, sans-serif"


@dataclass(frozen=True)
class Palette:
    """The colours of one theme."""

    text: str
    muted: str
    grid: str
    blue: str
    blue_soft: str
    blue_pale: str
    amber: str
    red: str
    grey: str
    background: str


LIGHT = Palette(
    "#14202E",
    "#4A5768",
    "#D9E0E8",
    "#00558C",
    "#7FA8C9",
    "#DCE6F0",
    "#B35900",
    "#A50026",
    "#C9CFD6",
    "#FFFFFF",
)
DARK = Palette(
    "#F2F5F8",
    "#B4BFCC",
    "#38434F",
    "#29A6FF",
    "#2F6A99",
    "#23394D",
    "#FFDE5C",
    "#FF758C",
    "#56616D",
    "#0E1720",
)


def status_colour(status: Status, palette: Palette) -> str:
    """正常 blue, 预警 amber, 滞后 red, everything else muted."""
    return {
        Status.ON_TRACK: palette.blue,
        Status.RECOVERING: palette.amber,
        Status.BEHIND: palette.red,
    }.get(status, palette.muted)


def layout(palette: Palette, **more: Any) -> dict[str, Any]:
    """A plotly layout without a template: our font, no background, Chinese number separators, room for labels."""
    base: dict[str, Any] = {
        "template": None,
        "font": {"family": FONT, "size": 15, "color": palette.text},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "separators": ".,",
        "hoverlabel": {"font": {"family": FONT, "size": 15}},
        "showlegend": False,
        "dragmode": False,
    }
    return {**base, **more}


def axis(palette: Palette, **more: Any) -> dict[str, Any]:
    """An axis with quiet grid lines, fixed against accidental zoom."""
    return {
        "gridcolor": palette.grid,
        "linecolor": palette.grid,
        "zeroline": False,
        "fixedrange": True,
        "automargin": True,
        "tickfont": {"color": palette.muted, "size": 14},
        **more,
    }


def legend(palette: Palette) -> dict[str, Any]:
    """A legend in one line above the chart."""
    return {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "font": {"size": 14, "color": palette.text},
        "itemclick": False,
        "itemdoubleclick": False,
    }


def room(words: Iterable[str], size: int) -> int:
    """Pixels that the widest of these labels takes at a type size, with a little air: what a chart keeps free beside
    its bars, so that no screen is too narrow for their ends."""
    wide = (sum(1 if ord(letter) > 0x2000 else 0.6 for letter in label) for label in words)
    return round(max(wide, default=0) * size) + 12


def is_blank(traces: Sequence[Any]) -> bool:
    """True for the traces of a chart on axes (plotly's, or as a Spec has them) that hold no point: nobody reported."""
    along = [trace["x"] for trace in traces if "x" in trace and trace["x"] is not None]
    return len(along) == len(traces) and not any(len(x) for x in along)
