"""The county by township: which polygon carries which figure. 19 units on 17 schematic polygons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.geography import geography
from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import STATUS_WORDS, Reading, Status, read
from core.places import Place, PlaceTree
from core.ranking import light_words, rules_of
from core.store import Snapshot
from core.units import Unit
from core.views.common import Note, Question, note, number

SEVERITY = (
    Status.BEHIND,
    Status.RECOVERING,
    Status.ON_TRACK,
    Status.NO_TARGET,
    Status.NOT_REPORTED,
    Status.NOT_APPLICABLE,
)


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

    @property
    def together(self) -> tuple[str, ...]:
        """凤瑞含赭阳: the polygons whose figure is that of several townships."""
        joint = (t.members for t in self.townships if len(t.members) > 1)
        return tuple(f"{short(first)}含{'、'.join(map(short, others))}" for first, *others in joint)


def short(name: str) -> str:
    """释之 of 释之街道, as it stands on a map."""
    return name.removesuffix("街道").removesuffix("回族乡").removesuffix("镇")


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
    townships: list[MapTownship] = []
    behind: list[str] = []
    for name, members in polygons(tree).items():
        chosen = tuple(m for m in members if m.code in inside)
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
        each = {m.name: number(snapshot, key, tree.township_area(m)) for m in chosen}
        reading = read(indicator, snapshot, tree.township_area(*chosen))
        light = worst(one.status for one in each.values())
        behind += [m for m, one in each.items() if one.status is Status.BEHIND]
        label = "、".join(m.name for m in chosen)
        added = "（合并显示）" if len(chosen) > 1 else ""
        parts = [f"{label}{added}", f"{indicator.name}：{reading.text} {STATUS_WORDS[light]}".strip()]
        if reading.denominator:
            parts.append(f"{reading.numerator}/{reading.denominator}")
        if len(chosen) > 1:
            parts += [f"{m}：{one.text} {STATUS_WORDS[one.status]}".strip() for m, one in each.items()]
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
    whole = read(indicator, snapshot, question.area)
    title = f"{indicator.name}{whole.text}"
    if len(question.area.townships) > 1:
        title += f"，{len(behind)}个乡镇滞后" if behind else ""
    told = note(whole)
    if any(rule.key == key for rule in rules_of().weighted):
        told = replace(told, definition=f"{told.definition}　{light_words(rules_of())}")
    return MapView(title, key, tuple(townships), told)


def worst(lights: Iterable[Status]) -> Status:
    """The light of a polygon that several townships share: the one that asks for most; 未报 only where all are."""
    return min(lights, key=SEVERITY.index)


def _label(reading: Reading, text: str) -> str:
    """Whole percents on the map, rounded, though not to 100%; the tooltip has the decimals."""
    if reading.value is None or reading.indicator.unit is not Unit.RATE:
        return text
    return f"{min(round(reading.value * 100), 99 if reading.value < 1 else 1000)}%"
