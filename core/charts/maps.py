"""Maps without a tile server: the county by township, and a pilot town with its villages and project sites."""

import math
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

import pydeck as pdk

from core.charts.style import FONT, Palette, status_colour
from core.geography import Shape, geography, village_points
from core.indicators.indicator import Status
from core.places import PlaceTree
from core.views.common import STATUS_SHAPES
from core.views.map import MapView
from core.views.pilot_zones import PilotZone


def _rgb(colour: str, alpha: int = 255) -> list[int]:
    return [int(colour[n : n + 2], 16) for n in (1, 3, 5)] + [alpha]


def _view(rings: Sequence[Sequence[tuple[float, float]]], width: int, height: int) -> pdk.ViewState:
    """A view that holds all rings in a chart of this size (pixels), with a little air."""
    xs = [x for ring in rings for x, _ in ring]
    ys = [y for ring in rings for _, y in ring]
    middle = (min(ys) + max(ys)) / 2
    squeeze = math.cos(math.radians(middle))
    wide = (max(xs) - min(xs)) / 360 * 512 / (width * 0.97)
    tall = (max(ys) - min(ys)) / 360 / squeeze * 512 / (height * 0.97)
    return pdk.ViewState(
        longitude=(min(xs) + max(xs)) / 2,
        latitude=middle,
        zoom=-math.log2(max(wide, tall)),
        min_zoom=7,
        max_zoom=14,
    )


@cache
def _blank() -> pdk.Deck:
    return pdk.Deck(map_provider=None, tooltip={"text": "{tooltip}"})


def _deck(layers: list[pdk.Layer], view: pdk.ViewState) -> pdk.Deck:
    """A map of its own; pydeck looks for a notebook on the disk whenever it makes one, so it makes one a process."""
    deck = copy(_blank())
    deck.layers, deck.initial_view_state = layers, view
    return deck


def _text(id_: str, data: list[dict[str, Any]], palette: Palette, size: int, **more: Any) -> pdk.Layer:
    return pdk.Layer(
        "TextLayer",
        data,
        id=id_,
        pickable=False,
        get_position="at",
        get_text="text",
        get_size=size,
        get_color=_rgb(palette.text),
        character_set=pdk.types.String("auto"),
        font_family=pdk.types.String(FONT),
        font_settings={"fontSize": 28, "buffer": 4},
        line_height=1.15,
        **more,
    )


TINT = {Status.ON_TRACK: 70, Status.RECOVERING: 90, Status.BEHIND: 90, Status.NOT_REPORTED: 25}


def county(view: MapView, palette: Palette, width: int, height: int) -> pdk.Deck:
    """The county by township, coloured by status; a click gives the polygon's name."""
    shapes = {shape.name: shape for shape in geography().shapes}
    areas, labels = [], []
    most = max((t.amount for t in view.townships), default=0) or 1
    for township in view.townships:
        shape = shapes.get(township.name)
        if shape is None:
            continue
        colour = status_colour(township.status, palette)
        if not township.is_inside:
            fill = _rgb(palette.grey, 60)
        elif township.status in TINT:
            fill = _rgb(colour, TINT[township.status])
        else:
            # 没有目标的数，按多少深浅着色，不分好坏。
            fill = _rgb(palette.blue, 20 + int(90 * township.amount / most))
        for ring in shape.rings:
            areas.append(
                {
                    "polygon": ring,
                    "name": township.name,
                    "tooltip": township.tooltip,
                    "fill": fill,
                    "line": _rgb(palette.text if township.is_pilot else palette.background),
                    "width": 2.5 if township.is_pilot else 1.5,
                }
            )
        mark = STATUS_SHAPES.get(township.status, "")
        short = _short(township.name)
        # 县城几个小的面积里写不下两行，数字在悬停提示里。
        whole = f"{mark}{short}" if _is_tiny(shape) else f"{short}\n{mark}{township.label}"
        text = whole if township.is_inside else short
        labels.append({"at": list(_label(shape)), "text": text})
    layers = [
        pdk.Layer(
            "PolygonLayer",
            areas,
            id="townships",
            get_polygon="polygon",
            get_fill_color="fill",
            get_line_color="line",
            get_line_width="width",
            line_width_units=pdk.types.String("pixels"),
            pickable=True,
            auto_highlight=True,
            highlight_color=_rgb(palette.blue, 60),
        ),
        _text("names", labels, palette, 14),
    ]
    return _deck(layers, _view(geography().outline, width, height))


def _is_tiny(shape: Shape) -> bool:
    ring = max(shape.rings, key=len)
    area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2
    return abs(area) < TINY


TINY = 0.006  # square degrees, about 60 km² here


def _short(name: str) -> str:
    return name.removesuffix("街道").removesuffix("回族乡").removesuffix("镇")


# 县城中间几个单位挨得近，标注各让开一点（度）。
NUDGES = {
    "释之街道": (-0.02, 0.018),
    "凤瑞街道": (0.022, 0.008),
    "清河镇": (-0.008, -0.004),
    "杨集镇": (0.0, 0.012),
    "券桥镇": (0.0, -0.01),
}


def _label(shape: Shape) -> tuple[float, float]:
    east, north = NUDGES.get(shape.name, (0.0, 0.0))
    return shape.label[0] + east, shape.label[1] + north


def pilot_zone(zone: PilotZone, tree: PlaceTree, palette: Palette, width: int, height: int) -> pdk.Deck:
    """A pilot town: its villages at schematic positions, project sites by status and money, named places."""
    shape = geography().shape(zone.township.name)
    points = village_points(zone.township, tree)
    rings = shape.rings if shape else ()
    villages = [{"at": list(at), "tooltip": tree[code].name} for code, at in points.items()]
    sites = []
    placed: dict[str, int] = {}
    for site in zone.sites:
        at = points.get(site.leaf, shape.label if shape else (0.0, 0.0))
        nth = placed[site.leaf] = placed.get(site.leaf, -1) + 1
        turn = nth * 2.4
        sites.append(
            {
                "at": [
                    at[0] + 0.003 * math.cos(turn) * bool(nth),
                    at[1] + 0.003 * math.sin(turn) * bool(nth),
                ],
                "tooltip": site.words,
                "fill": _rgb(_site_colour(site.status, palette), 200),
                "radius": 5 + min(13.0, math.sqrt(site.yuan / 1e4) * 0.75),
            }
        )
    named = [
        {"at": [site.lon, site.lat], "text": f"★{site.name}", "tooltip": f"{site.name}（示意位置）"}
        for site in zone.named
    ]
    layers = [
        pdk.Layer(
            "PolygonLayer",
            [{"polygon": ring, "tooltip": zone.township.name} for ring in rings],
            id="township",
            get_polygon="polygon",
            get_fill_color=_rgb(palette.blue_pale, 120),
            get_line_color=_rgb(palette.text),
            get_line_width=2,
            line_width_units=pdk.types.String("pixels"),
            pickable=False,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            villages,
            id="villages",
            get_position="at",
            get_radius=3,
            radius_units=pdk.types.String("pixels"),
            get_fill_color=_rgb(palette.muted, 170),
            pickable=True,
        ),
        pdk.Layer(
            "ScatterplotLayer",
            sites,
            id="sites",
            get_position="at",
            get_radius="radius",
            radius_units=pdk.types.String("pixels"),
            get_fill_color="fill",
            get_line_color=_rgb(palette.background),
            stroked=True,
            line_width_min_pixels=1,
            pickable=True,
        ),
        _text("named", named, palette, 14, get_pixel_offset=[0, 14]),
    ]
    everything = [*rings, [(site.lon, site.lat) for site in zone.named]]
    return _deck(layers, _view(everything, width, height))


def _site_colour(status: Status, palette: Palette) -> str:
    return {Status.ON_TRACK: palette.blue, Status.BEHIND: palette.red}.get(status, palette.amber)
