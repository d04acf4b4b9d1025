"""Shapes for the maps: township polygons, the county's outline, and where villages stand.

The polygons are schematic until the county drops its own file in (data/boundary.geojson, same property names);
villages have no published coordinates, so they are spread evenly within their township and called 示意.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from core import settings
from core.places import REFERENCE, Place, PlaceTree

SCHEMATIC_NOTE = "乡镇界线为示意，不作为行政区域界线依据"
OWN_NOTE = "乡镇界线由本县提供"
OUTLINE_NOTE = "县域轮廓：天地图，审图号GS(2024)0650"

Ring = list[tuple[float, float]]


@dataclass(frozen=True)
class Shape:
    """A township's polygon (outer rings, longitude and latitude), and where its label stands."""

    name: str
    rings: tuple[tuple[tuple[float, float], ...], ...]
    label: tuple[float, float]


@dataclass(frozen=True)
class Geography:
    """All shapes, and the sentence that must stand beside them."""

    shapes: tuple[Shape, ...]
    outline: tuple[tuple[tuple[float, float], ...], ...]
    is_schematic: bool

    @property
    def note(self) -> str:
        """What to print beside every map."""
        return SCHEMATIC_NOTE if self.is_schematic else OWN_NOTE

    def shape(self, name: str) -> Shape | None:
        """The polygon of a township, or None where it is drawn within another."""
        return next((s for s in self.shapes if s.name == name), None)


def _rings(geometry: dict[str, Any]) -> tuple[tuple[tuple[float, float], ...], ...]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return tuple(tuple((float(x), float(y)) for x, y, *_ in polygon[0]) for polygon in polygons)


@lru_cache(maxsize=1)
def geography() -> Geography:
    """The county's own boundaries where they were dropped in, else the schematic ones."""
    own = settings.boundary()
    path = own or REFERENCE / "schematic.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    outline = json.loads((REFERENCE / "outline.geojson").read_text(encoding="utf-8"))["features"][0][
        "geometry"
    ]
    shapes = []
    for feature in features:
        rings = _rings(feature["geometry"])
        properties = feature["properties"]
        label = (properties.get("label_lon"), properties.get("label_lat"))
        at = (float(label[0]), float(label[1])) if None not in label else _middle(rings[0])
        shapes.append(Shape(properties["name"], rings, at))
    return Geography(tuple(shapes), _rings(outline), own is None)


def _middle(ring: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


def _inside(x: float, y: float, ring: Sequence[tuple[float, float]]) -> bool:
    crossings = False
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            crossings = not crossings
    return crossings


@lru_cache(maxsize=64)
def village_points(township: Place, tree: PlaceTree) -> dict[str, tuple[float, float]]:
    """{village code: (longitude, latitude)}: spread evenly in the polygon, in the order of codes; 示意位置.

    Each next point is the grid point farthest from all before it and from the border.
    """
    shape = geography().shape(township.name) or geography().shape(township.counted_within)
    villages = tree.villages_of(township)
    if shape is None:
        return {}
    ring = max(shape.rings, key=len)
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    steps = 40
    grid = [
        (west + (east - west) * (i + 0.5) / steps, south + (north - south) * (j + 0.5) / steps)
        for i in range(steps)
        for j in range(steps)
    ]
    grid = [p for p in grid if _inside(*p, ring)]
    squeeze = math.cos(math.radians((south + north) / 2))

    def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
        return math.hypot((a[0] - b[0]) * squeeze, a[1] - b[1])

    border = [
        (x1 + (x2 - x1) * n / 8, y1 + (y2 - y1) * n / 8)
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
        for n in range(8)
    ]
    nearest = [min(apart(p, at) for at in border) * 2 for p in grid]
    points: list[tuple[float, float]] = []
    for _ in villages:
        best = max(range(len(grid)), key=lambda n: nearest[n])
        points.append(grid[best])
        nearest = [min(d, apart(p, grid[best])) for d, p in zip(nearest, grid, strict=True)]
    return {village.code: point for village, point in zip(villages, sorted(points), strict=True)}
