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

import numpy as np
import numpy.typing as npt

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


Numbers = npt.NDArray[np.float64]


def inside(
    xs: Numbers | float, ys: Numbers | float, ring: Sequence[tuple[float, float]]
) -> npt.NDArray[np.bool_]:
    """For a point, or each of many (arrays of one shape), whether it lies within a ring: a line from it eastwards
    crosses the ring an odd number of times."""
    crossings = np.zeros(np.shape(xs), dtype=bool)
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if y1 != y2:
            crossings ^= ((y1 > ys) != (y2 > ys)) & (xs < (x2 - x1) * (ys - y1) / (y2 - y1) + x1)
    return crossings


@dataclass(frozen=True)
class Label:
    """Words of a size (degrees of longitude and latitude) that belong at a point, near or in a ring."""

    name: str
    at: tuple[float, float]
    ring: tuple[tuple[float, float], ...]
    size: tuple[float, float]


def township_labels(sizes: tuple[tuple[str, float, float], ...]) -> dict[str, tuple[float, float]]:
    """{township: the middle of its label} for labels of (township, width, height in degrees); none covers another
    as far as there is room, and each lies in its own polygon as far as it can."""
    shapes = {shape.name: shape for shape in geography().shapes}
    return apart(
        tuple(
            Label(name, shapes[name].label, max(shapes[name].rings, key=len), (wide, tall))
            for name, wide, tall in sizes
            if name in shapes
        )
    )


@lru_cache(maxsize=64)
def leaders(
    sizes: tuple[tuple[str, float, float], ...],
) -> tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]:
    """(township, edge of its label, its own point) for each of these labels whose middle stands outside its polygon."""
    shapes = {shape.name: shape for shape in geography().shapes}
    box = {name: (wide, tall) for name, wide, tall in sizes}
    return tuple(
        (name, _edge(at, box[name], shapes[name].label), shapes[name].label)
        for name, at in township_labels(sizes).items()
        if not any(inside(*at, ring) for ring in shapes[name].rings)
    )


def _edge(at: tuple[float, float], box: tuple[float, float], to: tuple[float, float]) -> tuple[float, float]:
    """Where the way from the middle of a box (its width and height) to a point leaves the box."""
    x, y = to[0] - at[0], to[1] - at[1]
    part = min(1.0, *(side / 2 / abs(way) for side, way in zip(box, (x, y), strict=True) if way))
    return at[0] + part * x, at[1] + part * y


Box = tuple[tuple[float, float], tuple[float, float]]  # middle and size


@lru_cache(maxsize=64)
def apart(labels: tuple[Label, ...], among: tuple[Box, ...] = ()) -> dict[str, tuple[float, float]]:
    """{label: where its middle stands}, aside from what is drawn already (`among`). The tightest ring chooses first;
    then each looks again at all the others."""
    placed: dict[str, tuple[float, float]] = {}
    places = {label.name: _standings(label) for label in labels}
    order = sorted(labels, key=lambda label: len(places[label.name]))
    size = {label.name: label.size for label in labels}
    for _ in range(3):
        for label in order:
            others = [*among, *((at, size[name]) for name, at in placed.items() if name != label.name)]

            def cost(
                standing: tuple[float, float, float], label: Label = label, others: Any = others
            ) -> float:
                x, y, own = standing
                return own + COVERED * sum(_overlap((x, y), label.size, at, its) for at, its in others)

            x, y, _ = min(places[label.name], key=cost)
            placed[label.name] = (x, y)
    return placed


COVERED = 20.0  # what one covered label costs, in labels that lie outside their polygon


def _standings(label: Label) -> list[tuple[float, float, float]]:
    """Where a label may stand, with what that costs: the part of it outside its ring, and the way from its point."""
    wide, tall = label.size
    (west, south), (east, north) = np.min(label.ring, axis=0), np.max(label.ring, axis=0)
    west, east, south, north = west - wide / 4, east + wide / 4, south - tall / 4, north + tall / 4
    xs, ys = np.meshgrid(np.linspace(west, east, STEPS + 1), np.linspace(south, north, STEPS + 1))
    across, up = np.meshgrid(PROBES, PROBES)
    probes = inside(xs[..., None, None] + wide * across, ys[..., None, None] + tall * up, label.ring)
    within = probes.mean(axis=(2, 3))
    way = np.hypot((xs - label.at[0]) / (east - west), (ys - label.at[1]) / (north - south))
    some = within > 0
    costs = 1 - within + way / 2
    return [(*label.at, 1.0), *zip(xs[some].tolist(), ys[some].tolist(), costs[some].tolist(), strict=True)]


STEPS = 16
PROBES = (-0.5, -0.25, 0.0, 0.25, 0.5)  # of a label's width and height, from its middle


def _overlap(
    at: tuple[float, float],
    size: tuple[float, float],
    other: tuple[float, float],
    its: tuple[float, float],
) -> float:
    """The part of the smaller of two boxes that the other covers."""
    wide = (size[0] + its[0]) / 2 - abs(at[0] - other[0])
    tall = (size[1] + its[1]) / 2 - abs(at[1] - other[1])
    if wide <= 0 or tall <= 0:
        return 0.0
    return wide * tall / min(size[0] * size[1], its[0] * its[1])


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
    middles = (np.arange(steps) + 0.5) / steps
    xs, ys = np.meshgrid(west + (east - west) * middles, south + (north - south) * middles, indexing="ij")
    within = inside(xs, ys, ring)
    grid = np.column_stack([xs[within], ys[within]])
    squeeze = (math.cos(math.radians((south + north) / 2)), 1.0)

    def away(at: Numbers) -> Numbers:
        """How far each point of the grid is from one."""
        return np.asarray(np.hypot(*((grid - at) * squeeze).T))

    border = [
        (x1 + (x2 - x1) * n / 8, y1 + (y2 - y1) * n / 8)
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True)
        for n in range(8)
    ]
    nearest = np.min([away(np.asarray(at)) for at in border], axis=0) * 2
    points: list[tuple[float, float]] = []
    for _ in villages:
        best = grid[np.argmax(nearest)]
        points.append((float(best[0]), float(best[1])))
        nearest = np.minimum(nearest, away(best))
    return {village.code: point for village, point in zip(villages, sorted(points), strict=True)}
