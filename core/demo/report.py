"""The monthly report of the departments: figures that no household, project or fund ledger holds.

Which figures there are is data (data/reference/report_items.csv); here is only how the demo county fares.
"""

import calendar
import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.demo.lives import homes
from core.demo.projects import SLOW_TOWNSHIPS, Written, share
from core.demo.workbook import Cell, write_sheet
from core.places import REFERENCE, place_tree

MONTHS = tuple(date(2022, month, calendar.monthrange(2022, month)[1]) for month in range(3, 9))
_HEADERS = (
    "指标编码",
    "指标名称",
    "乡镇",
    "期别",
    "分子",
    "分母",
    "值",
    "单位",
    "来源单位",
    "填报人",
    "截止日",
)

# Parts that grow evenly from March to August: (March %, August %, smallest and largest denominator).
_RATIOS = {
    "2d": (30, 78, 4, 16),
    "2e": (40, 91, 300, 1600),
    "4d": (18, 71, 20, 140),
    "5e": (97, 99.6, 3800, 14500),
    "6a": (82, 97, 20, 120),
    "9a": (82, 95, 420, 2100),
    "9b": (21.5, 23.2, 3200, 9800),
    "9b2": (21.2, 21.2, 3000, 9300),
    "9d": (88, 93, 3, 11),
    "10a": (22, 84, 160, 900),
    "12a": (88, 97, 420, 2100),
    "13a": (70, 93, 60, 240),
    "13b": (62, 88, 18, 44),
    "14a": (34, 86, 60, 220),
    "14b": (90, 98, 18, 44),
    "14c": (76, 91, 40, 120),
    "16a": (92, 97, 18, 44),
    "16b": (48, 97, 2, 16),
    "16c": (80, 92, 18, 44),
    "17b": (9, 58, 11800, 11800),
    "17c": (13, 88, 15, 15),
    "18c1": (90, 97.5, 60, 190),
    "18c2": (92, 98, 4, 12),
    "19a": (93, 97.5, 60, 180),
    "19b": (90, 96, 180, 700),
    "19c": (58, 97, 8, 46),
    "20b": (84, 98, 18, 44),
    "20c": (88, 99, 18, 44),
    "21d": (15, 74, 238, 238),
    "22a": (26, 85, 70, 260),
}
# Counts of a month, and counts that grow through the year: smallest and largest by the month, or in August.
_MONTHLY = {"3c": (0, 0.25), "8c": (0, 0), "8c2": (0, 0), "20a": (2, 5)}
_STOCK = {
    "1b": (1, 6),
    "11a": (1200, 5200),
    "11a2": (1160, 5020),
    "11b": (60, 320),
    "11b2": (58, 305),
    "11c": (0, 6),
}
_GROWING = {
    "1c": (240, 1400),
    "9c1": (60, 640),
    "9c2": (14, 140),
    "10b": (180, 1300),
    "10c": (20, 190),
    "11d": (22, 22),
    "13c": (3, 11),
    "15b1": (2, 14),
    "15b2": (60, 480),
    "15b3": (1, 7),
    "20a2": (46, 46),
    "22b": (12, 12),
    "22c": (1450, 1450),
    "18b2": (3, 16),
    "23c": (0, 6),
}
# Rhythms of the county: how often by the end of each month from March to August (要点6、12、23).
_RHYTHMS = {
    "6b1": (3, 4, 5, 6, 7, 8),
    "6b2": (3, 4, 5, 6, 7, 8),
    "6b3": (3, 4, 5, 6, 6, 7),
    "6c1": (1, 1, 1, 2, 2, 2),
    "6c2": (1, 1, 1, 2, 2, 2),
    "12d": (1, 1, 1, 2, 2, 2),
    "23b": (1, 1, 1, 2, 2, 2),
    "23d": (0, 0, 0, 0, 0, 0),
    "23e": (3, 4, 5, 6, 7, 8),
    "23f": (17, 17, 17, 16, 17, 17),
}
_COOPERATIVES = 552  # 要点9
_OF_VILLAGES = ("13b", "14b", "16a", "16c", "20b", "20c")  # the denominator is the township's villages
_OF_HOMES = ("9a", "12a")  # the denominator is its formerly poor and monitored households
# What is missing: every code, or the codes of these items, in a month.
_ABSENT: dict[tuple[str, int], tuple[str, ...]] = {
    ("小史店镇", 8): (),
    ("四里店镇", 5): ("14", "15"),
    ("古庄店镇", 7): ("19",),
}


@dataclass(frozen=True)
class _Item:
    code: str
    item: str
    name: str
    unit: str
    is_ratio: bool
    higher: bool
    department: str
    of_county: bool


@lru_cache(maxsize=1)
def _items() -> tuple[_Item, ...]:
    with (REFERENCE / "report_items.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            _Item(
                r["code"],
                r["item"],
                r["name"],
                r["unit"],
                r["kind"] == "ratio",
                r["better"] != "lower",
                r["department"],
                r["level"] == "county",
            )
            for r in csv.DictReader(file)
        )


@dataclass(frozen=True)
class _Clues:
    """What one township's clues of a month came to; `left` of the year's eliminations, `proper` by the rules."""

    declared: int
    warned: int
    found: int
    identified: int
    in_time: int
    days: int
    left: int
    proper: int

    def cells(self, code: str) -> tuple[Cell, Cell, float | None]:
        """分子, 分母 and 值 of a code; without a denominator there is no 值."""
        parts = {"5b": (self.in_time, self.identified, 100), "5d": (self.days, self.identified, 1),
                 "8b": (self.proper, self.left, 100)}  # fmt: skip
        if code in parts:
            top, bottom, scale = parts[code]
            return top, bottom, round(scale * top / bottom, 2) if bottom else None
        return None, None, {"5c1": self.declared, "5c2": self.warned, "5c3": self.found}[code]


_OF_CLUES = ("5b", "5c1", "5c2", "5c3", "5d", "8b")


def _clues(rng: random.Random, identified: int, left: int, hasty: int, slow: bool) -> _Clues:
    """`identified` households of the month, `left` of the year's eliminations and `hasty` ones among them."""
    refused = rng.randint(0, 1 + identified // 2)
    declared, warned, found = 0, 0, 0
    for _ in range(identified + refused):
        channel = rng.choices(range(3), (28, 27, 45))[0]
        declared, warned, found = declared + (channel == 0), warned + (channel == 1), found + (channel == 2)
    spans = [max(6, round(rng.gauss(13 if slow else 11, 2.6))) for _ in range(identified)]
    without_papers = sum(rng.random() < (0.02 if slow else 0.006) for _ in range(left - hasty))
    return _Clues(declared, warned, found, identified, sum(s <= 15 for s in spans), sum(spans), left,
                  left - hasty - without_papers)  # fmt: skip


def _counted() -> tuple[dict[tuple[str, int], int], dict[tuple[str, int], tuple[int, int]]]:
    """By township and month (0 is March): recognised in the month; eliminated this year, and hastily so."""
    tree = place_tree()
    identified: dict[tuple[str, int], int] = {}
    left: dict[tuple[str, int], tuple[int, int]] = {}
    for number, on in enumerate(MONTHS):
        month, export = on.year * 100 + on.month, max(1, number)
        for home in homes():
            state = home.states[export]
            if state is None:
                continue
            place = tree[state.leaf[:9]].name, number
            if state.identified == month:
                identified[place] = identified.get(place, 0) + 1
            if state.eliminated and 202201 <= state.eliminated <= month:
                hasty = any(b.rule in (6, 7, 8) and b.first <= export <= b.last for b in home.breaks)
                all_left, all_hasty = left.get(place, (0, 0))
                left[place] = all_left + 1, all_hasty + hasty
    return identified, left


def _history(
    rng: random.Random, item: _Item, size: float, skill: float, villages: int
) -> list[tuple[Cell, Cell, float | None]]:
    """分子, 分母 and 值 of the six months of one place. `skill` is about -1 (poor) to 1 (good)."""
    months = range(len(MONTHS))
    if item.is_ratio:
        start, end, least, most = _RATIOS[item.code]
        if start == end:  # last year's figure: the same every month
            whole = max(1, round(least + (most - least) * size))
            count = round(whole * (start + skill) / 100)
            return [(count, whole, round(100 * count / whole, 2)) for _ in months]
        whole = max(1, round(least + (most - least) * min(1, size * rng.uniform(0.8, 1.2))))
        if item.code in _OF_VILLAGES:
            whole = villages
        if item.code in _OF_HOMES:
            whole = round(least + (most - least) * size)
        history: list[tuple[Cell, Cell, float | None]] = []
        top = 0
        for month in months:
            part = start + (end - start) * month / 5
            room = 2.0 if item.code == "9b" else min(part, 100 - part) * 0.5 + 1
            part = min(100.0, max(0.0, part + skill * room * 0.7 + rng.gauss(0, room * 0.15)))
            count = round(whole * part / 100)
            count = max(top, count) if end - start > 20 else count
            top = count
            history.append((count, whole, round(100 * count / whole, 2)))
        return history
    if item.code in _MONTHLY:
        low, high = _MONTHLY[item.code]
        return [(None, None, int(rng.uniform(low, high + (high >= 1)))) for _ in months]
    if item.code in _STOCK:
        low, high = _STOCK[item.code]
        level = (low + (high - low) * size) * rng.uniform(0.985, 1.015)
        growth = 0.015 if item.higher else -0.12
        return [
            (None, None, max(0, round(level * (1 + growth * (m - 5)) + rng.uniform(-0.4, 0.4))))
            for m in months
        ]
    if item.code in _RHYTHMS:
        return [(None, None, number) for number in _RHYTHMS[item.code]]
    low, high = _GROWING[item.code]
    last = low + (high - low) * min(1.0, size * rng.uniform(0.7, 1.2) + skill * 0.08)
    digits = 1 if item.unit in ("公里", "万元") else 0
    steps = [max(0.0, last * ((m + 3) / 8 + (rng.uniform(-0.04, 0.04) if m < 5 else 0))) for m in months]
    values = [round(max(steps[: m + 1]), digits) for m in months]
    return [(None, None, value if digits else int(value)) for value in values]


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[_Item, str, int, Cell, Cell, float | None], ...]:
    """Item, place, month, 分子, 分母, 值 of everything that is reported."""
    rng = random.Random(20220005)
    tree = place_tree()
    most = max(len(tree.villages_of(t)) for t in tree.townships)
    counts = {t.name: len(tree.villages_of(t)) for t in tree.townships}
    sizes = {name: count / most for name, count in counts.items()}
    skills = {name: -0.9 if name in SLOW_TOWNSHIPS else rng.uniform(-0.5, 0.8) for name in sizes}
    identified, left = _counted()
    clues = {
        (name, month): _clues(
            rng, identified.get((name, month), 0), *left.get((name, month), (0, 0)), name in SLOW_TOWNSHIPS
        )
        for name in sizes
        for month in range(len(MONTHS))
    }
    cooperatives = share(_COOPERATIVES, {i: sizes[name] for i, name in enumerate(sizes)})
    engaged = {name: cooperatives[i] for i, name in enumerate(sizes)}
    found: list[tuple[_Item, str, int, Cell, Cell, float | None]] = []
    for item in _items():
        for name in ("方城县",) if item.of_county else sizes:
            history: Sequence[tuple[Cell, Cell, float | None]]
            if item.code in _OF_CLUES:
                history = [clues[name, month].cells(item.code) for month in range(len(MONTHS))]
            elif item.code == "9e":
                idle = 2 if name in SLOW_TOWNSHIPS else 0
                history = [
                    (None, None, engaged[name] - idle - max(0, 3 - month)) for month in range(len(MONTHS))
                ]
            else:
                dice = random.Random(f"20220005 {item.code} {name}")
                history = _history(
                    dice, item, sizes.get(name, 1.0), skills.get(name, 0.0), counts.get(name, 1)
                )
            for month, (part, whole, value) in enumerate(history):
                absent = _ABSENT.get((name, MONTHS[month].month))
                if absent is None or (absent and item.item not in absent):
                    found.append((item, name, month, part, whole, value))
    return tuple(found)


def write(out: Path) -> list[Written]:
    """Write the report of every month."""
    written: list[Written] = []
    for number, on in enumerate(MONTHS):
        rows: list[list[Cell]] = [
            [
                i.code,
                i.name,
                place,
                f"{on:%Y%m}",
                part,
                whole,
                value,
                i.unit,
                i.department,
                f"{i.department}统计员",
                on,
            ]
            for i, place, month, part, whole, value in _rows()
            if month == number
        ]
        name = f"指标月报-{on:%Y%m%d}.xlsx"
        write_sheet(
            out / name, "指标月报", [[f"方城县{on.year}年{on.month}月乡村振兴指标月报"]], _HEADERS, rows
        )
        written.append((name, "indicator_report", on, on))
    return written
