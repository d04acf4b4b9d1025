"""Colours of a heat table's cells: a pale ground and a readable ink for each light."""

from core.charts.style import Palette, status_colour
from core.indicators.indicator import Status

GROUND = {Status.BEHIND: 0.16, Status.RECOVERING: 0.12, Status.ON_TRACK: 0.08}


def _mixed(colour: str, ground: str, share: float) -> str:
    parts = [
        round(int(colour[n : n + 2], 16) * share + int(ground[n : n + 2], 16) * (1 - share))
        for n in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02X}" for part in parts)


def cell(light: Status, palette: Palette) -> str:
    """CSS for a cell with this light; empty where it carries no judgement."""
    if light is Status.NOT_REPORTED:
        return f"color: {palette.muted}; background-color: {_mixed(palette.grey, palette.background, 0.35)}"
    if light is Status.NOT_APPLICABLE:
        return f"color: {palette.muted}"
    if light not in GROUND:
        return ""
    colour = status_colour(light, palette)
    ink = colour if light is Status.BEHIND else palette.text
    return f"color: {ink}; background-color: {_mixed(colour, palette.background, GROUND[light])}"
