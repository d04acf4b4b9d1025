"""Maps without a tile server: the county by township, and a pilot town with its villages and project sites."""

import math
from collections import Counter
from collections.abc import Sequence
from copy import copy
from functools import cache
from itertools import pairwise
from typing import Any

import pydeck as pdk

from core.charts.style import FONT, Palette, status_colour
from core.geography import Label, apart, geography, leaders, township_labels, village_points
from core.indicators.indicator import Status
from core.places import PlaceTree
from core.views.common import STATUS_SHAPES
from core.views.map import MapView, short
from core.views.pilot_zones import NamedSite, PilotZone


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


def _text(id_: str, data: list[dict[str, Any]], palette: Palette, size: Any, **more: Any) -> pdk.Layer:
    """Words with an edge in the background's colour, so that they stay readable on lines and marks."""
    return pdk.Layer(
        "TextLayer",
        data,
        id=id_,
        get_position="at",
        get_text="text",
        get_size=size,
        character_set=pdk.types.String("auto"),
        font_family=pdk.types.String(FONT),
        font_settings={
            "sdf": True,
            "fontSize": 64,
            "buffer": 8,
            "radius": 16,
            "cutoff": 0.2,
            "smoothing": 0.12,
        },
        outline_color=_rgb(palette.background),
        line_height=1.15,
        **{"pickable": False, "get_color": _rgb(palette.text), "outline_width": EDGE, **more},
    )


EDGE = 8  # of the 64 pixels in which a sign is drawn: an eighth of its height
TINT = {Status.ON_TRACK: 70, Status.RECOVERING: 90, Status.BEHIND: 90, Status.NOT_REPORTED: 25}


SMALL = 400  # pixels high


def county(view: MapView, palette: Palette, width: int, height: int) -> pdk.Deck:
    """The county by township, coloured by status; a click gives the polygon's name."""
    shapes = {shape.name: shape for shape in geography().shapes}
    areas: list[dict[str, Any]] = []
    labels: dict[str, str] = {}
    most = max((t.amount for t in view.townships), default=0) or 1
    # 小图上写不下两行，标注会落到邻镇：留下灯和名字，数在旁边的表和点上去的提示里。
    is_small = height < SMALL
    for township in sorted(view.townships, key=lambda t: t.is_pilot):  # 黑框不被邻镇的白线盖住
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
        name = short(township.name)
        both = f"{mark}{name}" if is_small else f"{name}\n{mark}{township.label}"
        labels[township.name] = both if township.is_inside else name
    frame = _view(geography().outline, width, height)
    size = 16 if width > 560 else 14
    # 标注位置按“每个乡镇都写着最长的数”来排：排一次要四分之一秒，换筛选、换日期都用同一次，标注也不跳动。
    longest = max(4, *(math.ceil(_wide(t.label) / DIGIT) for t in view.townships))
    wanted = "●{name}" if is_small else "{name}\n●" + "0" * longest
    sizes = tuple((name, *_extent(wanted.format(name=short(name)), size, frame)) for name in labels)
    standing = township_labels(sizes)
    ink = {"fill": _rgb(palette.text), "line": _rgb(palette.text), "width": 1}
    tooltips = {township.name: township.tooltip for township in view.townships}
    areas += [  # 放不进自己地界的名字，引一条线过去；也画成面，不另加一层
        {"polygon": [edge, point, point], "name": name, "tooltip": tooltips[name], **ink}
        for name, edge, point in leaders(sizes)
    ]
    names = [{"at": list(standing[name]), "text": text} for name, text in labels.items()]
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
        _text("names", names, palette, size),
    ]
    return _deck(layers, frame)


def _extent(text: str, size: float, frame: pdk.ViewState) -> tuple[float, float]:
    """Width and height in degrees of words of a size in pixels, in a view as it opens; Chinese is as wide as high."""
    lines = text.split("\n")
    wide = max(map(_wide, lines))
    east, north = _pixel(frame)
    return (wide * size + 4) * east, (len(lines) * 1.15 * size + 2) * north


DIGIT = 0.58  # of the width of a Chinese character


def _wide(line: str) -> float:
    """Width of words in Chinese characters."""
    return sum(1.0 if ord(c) > 0x2000 else DIGIT for c in line)


def _pixel(frame: pdk.ViewState) -> tuple[float, float]:
    """Degrees of longitude and latitude that a pixel holds."""
    degrees = 360 / (512 * 2**frame.zoom)
    return degrees, degrees * math.cos(math.radians(frame.latitude))


def pilot_zone(zone: PilotZone, tree: PlaceTree, palette: Palette, width: int, height: int) -> pdk.Deck:
    """A pilot town: its villages at schematic positions, project sites by status (shape and colour) and money (size),
    named places."""
    shape = geography().shape(zone.township.name)
    points = village_points(zone.township, tree)
    rings = shape.rings if shape else ()
    frame = _view([*rings, [(site.lon, site.lat) for site in zone.named]], width, height)
    east, north = _pixel(frame)
    villages = [
        _mark(at, "●", VILLAGE, _rgb(palette.muted, 170), tree[code].name) for code, at in points.items()
    ]
    marks: list[dict[str, Any]] = []
    first: dict[str, float] = {}
    placed: Counter[str] = Counter()
    for site in sorted(zone.sites, key=lambda s: -s.yuan):
        x, y = points.get(site.leaf, shape.label if shape else (0.0, 0.0))
        size = 16 + min(24.0, math.sqrt(site.yuan / 1e4) * 1.4)
        if site.leaf in first:  # 同村的项目挨着大的一个转圈
            away, turn = (first[site.leaf] + size) / 2, placed[site.leaf] * 2.1
            x, y = x + away * east * math.cos(turn), y + away * north * math.sin(turn)
        first.setdefault(site.leaf, size)
        placed[site.leaf] += 1
        mark, colour = SITES.get(site.status, SITES[Status.NO_TARGET])
        marks.append(_mark((x, y), mark, size, _rgb(getattr(palette, colour), 230), site.words))
    stars = [(site.lon, site.lat) for site in zone.named]
    drawn = [((m["at"][0], m["at"][1]), (m["size"] * east, m["size"] * north)) for m in marks]
    drawn += [(at, (16 * east, 16 * north)) for at in stars]
    words = tuple(_beside(site, frame, width, height) for site in zone.named)
    standing = apart(words, tuple(drawn))
    ink = _rgb(palette.text)
    for named in zone.named:
        told = f"{named.name}（示意位置）"
        marks.append(_mark((named.lon, named.lat), "★", STAR, ink, told))
        marks.append(_mark(standing[named.name], named.name, NAMED, ink, told))
    layers = [
        pdk.Layer(
            "PolygonLayer",
            [{"polygon": ring} for ring in rings],
            id="township",
            get_polygon="polygon",
            get_fill_color=_rgb(palette.blue_pale, 120),
            stroked=False,
            pickable=False,
        ),
        # 外框画成一段段直线：多边形自带的边，没有显卡的电脑上每张图要多等近一秒。
        pdk.Layer(
            "LineLayer",
            [{"a": list(a), "b": list(b)} for ring in rings for a, b in pairwise(ring)],
            id="edge",
            get_source_position="a",
            get_target_position="b",
            get_color=_rgb(palette.text),
            get_width=2,
            pickable=False,
        ),
        # 村、项目、地名都是字，同在一层：没有显卡的电脑上，每多一层要多等几分之一秒。
        _text("marks", [*villages, *marks], palette, "size", get_color="fill", pickable=True),
    ]
    return _deck(layers, frame)


NAMED, STAR, VILLAGE = 15, 18, 8  # pixels: a named place's words, the star where it lies, a village


def _mark(at: tuple[float, float], text: str, size: float, fill: list[int], tooltip: str) -> dict[str, Any]:
    """A word or sign at a place (longitude, latitude), its height in pixels."""
    return {"at": list(at), "text": text, "size": size, "fill": fill, "tooltip": tooltip}


SITES = {  # what a project site is drawn as
    Status.ON_TRACK: ("●", "blue"),
    Status.BEHIND: ("▲", "red"),
    Status.NO_TARGET: ("■", "amber"),
}


def _beside(site: NamedSite, frame: pdk.ViewState, width: int, height: int) -> Label:
    """A named place's words, which may stand anywhere close around its star, within the picture."""
    east, north = _pixel(frame)
    wide, tall = _extent(site.name, NAMED, frame)
    x, y = wide / 2 + 12 * east, tall / 2 + 12 * north
    left, right = (frame.longitude + side * width / 2 * east for side in (-1, 1))
    bottom, top = (frame.latitude + side * height / 2 * north for side in (-1, 1))
    west, far = max(site.lon - x, left), min(site.lon + x, right)
    south, high = max(site.lat - y, bottom), min(site.lat + y, top)
    ring = ((west, south), (far, south), (far, high), (west, high))
    return Label(site.name, (site.lon, site.lat), ring, (wide, tall))
