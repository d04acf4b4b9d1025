"""The county by township: which polygon carries which figure. 19 units on 17 schematic polygons."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from core.geography import geography
from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import STATUS_WORDS, Better, Reading, Status, read
from core.places import Place, PlaceTree
from core.ranking import compared_light, is_last, places, rules_of
from core.store import Snapshot
from core.units import Unit
from core.views.common import Note, Question, note

JUDGED = (Status.ON_TRACK, Status.RECOVERING, Status.BEHIND)


@dataclass(frozen=True)
class MapTownship:
    """A polygon: the townships whose figures are added up in it, and how it is told."""

    name: str  # the polygon's own name, as the geography has it
    members: tuple[str, ...]  # what a click filters by
    text: str  # the reading's words
    label: str  # short enough for the map
    amount: float  # for shading where there is no target
    status: Status
    status_words: str
    tooltip: str
    is_inside: bool  # within the area asked for
    is_pilot: bool


@dataclass(frozen=True)
class MapView:
    """A map of one indicator."""

    title: str
    indicator: str
    townships: tuple[MapTownship, ...]
    note: Note


def polygons(tree: PlaceTree) -> dict[str, tuple[Place, ...]]:
    """{polygon name: the townships drawn in it}: 赭阳 within 凤瑞, 广安 within 释之, until the county has its own file."""
    drawn: dict[str, tuple[Place, ...]] = {}
    for township in tree.townships:
        own = geography().shape(township.name) is not None
        name = township.name if own or not township.counted_within else township.counted_within
        drawn[name] = (*drawn.get(name, ()), township)
    return drawn


def township_map(
    snapshot: Snapshot,
    question: Question,
    tree: PlaceTree,
    key: str,
) -> MapView:
    """A map of an indicator; polygons outside the area asked for carry no figure."""
    indicator = BY_KEY[key]
    inside = {t.code for t in question.area.townships}
    drawn = polygons(tree)
    shown = {name: tuple(m for m in members if m.code in inside) for name, members in drawn.items()}
    readings = {
        name: read(indicator, snapshot, tree.township_area(*chosen))
        for name, chosen in shown.items()
        if chosen
    }
    lights = _lights(readings, {name: members[0].kind for name, members in drawn.items()})
    townships = []
    for name, members in drawn.items():
        chosen = shown[name]
        if not chosen:
            townships.append(
                MapTownship(
                    name,
                    tuple(m.name for m in members),
                    "",
                    "",
                    0.0,
                    Status.NOT_APPLICABLE,
                    "",
                    name,
                    False,
                    members[0].is_pilot,
                )
            )
            continue
        reading, light = readings[name], lights[name]
        label = "、".join(m.name for m in chosen)
        added = "（合并显示）" if len(chosen) > 1 else ""
        parts = [f"{label}{added}", f"{indicator.name}：{reading.text} {STATUS_WORDS[light]}".strip()]
        if reading.denominator:
            parts.append(f"{reading.numerator}/{reading.denominator}")
        if len(chosen) > 1:
            parts += [f"{m.name}：{read(indicator, snapshot, tree.township_area(m)).text}" for m in chosen]
        text = "未报" if reading.status is Status.NOT_REPORTED else reading.text
        townships.append(
            MapTownship(
                name,
                tuple(m.name for m in members),
                text,
                _label(reading, text),
                reading.value or 0.0,
                light,
                STATUS_WORDS[light],
                "\n".join(parts),
                True,
                members[0].is_pilot,
            )
        )
    behind = [t.name for t in townships if t.is_inside and t.status is Status.BEHIND]
    whole = read(indicator, snapshot, question.area)
    title = f"{indicator.name}{whole.text}"
    if len(question.area.townships) > 1:
        title += f"，{len(behind)}个乡镇滞后" if behind else ""
    return MapView(title, key, tuple(townships), note(whole))


def _lights(readings: Mapping[str, Reading], kinds: Mapping[str, str]) -> dict[str, Status]:
    """{polygon: its light among those compared}: the last three 乡镇 and the last 街道, as the ranking has them."""
    lights = {name: reading.status for name, reading in readings.items()}
    for group in rules_of().group:
        compared = {
            name: Fraction(reading.value) * (-1 if reading.indicator.better is Better.LOWER else 1)
            for name, reading in readings.items()
            if reading.value is not None and kinds[name] in group.kinds
        }
        for name, place in places(compared).items():
            last = is_last(place, len(compared), group.last)
            lights[name] = compared_light(lights[name], last and lights[name] in JUDGED)
    return lights


def _label(reading: Reading, text: str) -> str:
    """Whole percents on the map, never rounded up to 100%; the tooltip has the decimals."""
    if reading.value is None or reading.indicator.unit is not Unit.RATE:
        return text
    return f"{int(reading.value * 100)}%"
