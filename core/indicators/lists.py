"""What the plan counts by name rather than by number: the lists that stand beside the indicators."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.indicators.projects import negative_list
from core.places import REFERENCE, PlaceTree


@dataclass(frozen=True)
class NamedList:
    """A list of the plan. `figure` is the key of the plan's figure that says how long it is ("" where none does);
    `is_example` where the county has not published its own."""

    key: str
    title: str
    item: int
    figure: str
    entries: tuple[str, ...]
    is_example: bool = False


@lru_cache(maxsize=1)
def inspection_themes(reference: Path = REFERENCE) -> tuple[str, ...]:
    """The inspection theme of each month, January first (要点23: 逐月确定督查主题). The demo's are examples."""
    with (reference / "inspection_themes.csv").open(encoding="utf-8", newline="") as file:
        return tuple(line["theme"] for line in sorted(csv.DictReader(file), key=lambda r: int(r["month"])))


def named_lists(tree: PlaceTree, on: date) -> tuple[NamedList, ...]:
    """Every list of the plan on a day."""
    zones = tree.zones(on)
    return (
        NamedList(
            "war_zones",
            "六大战区",
            20,
            "war_zones",
            tuple(zone.name for zone in zones),
            any(zone.is_example for zone in zones),
        ),
        NamedList(
            "pilot_zones",
            "首批重点片区",
            17,
            "pilot_zones",
            tuple(t.name for t in tree.townships if t.is_pilot),
        ),
        NamedList(
            "other_zones",
            "其他编制片区方案的乡镇",
            17,
            "",
            tuple(t.name for t in tree.townships if not t.is_pilot),
        ),
        NamedList(
            "inspection_themes",
            "逐月督查主题",
            23,
            "inspection_themes",
            tuple(f"{month}月{theme}" for month, theme in enumerate(inspection_themes(), 1)),
            is_example=True,
        ),
        NamedList("negative_list", "项目库负面清单", 2, "", tuple(line.subject for line in negative_list())),
    )
