"""The ledger of petitions about assistance (涉贫信访, 要点18), as the office knew it on each date. It names nobody."""

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.demo.projects import DATES, SLOW_TOWNSHIPS, Written, days
from core.demo.workbook import Cell, chinese_day, write_sheet
from core.places import COUNTY_LEVEL, Place, place_tree

_HEADERS = (
    "序号",
    "信访件编号",
    "信访形式",
    "问题类别",
    "乡镇",
    "村",
    "批转层级",
    "登记时间",
    "批转时间",
    "责任单位",
    "办结时间",
    "办理结果",
    "备注",
)
_LEVELS = {"中央": 4, "省级": 11, "市级": 25, "县级": 38, "乡级": 22}
_ABOVE = ("中央", "省级", "市级")


@dataclass(frozen=True)
class _Petition:
    received_on: date
    unit: Place
    village: str
    form: str
    category: str
    level: str
    passed_on: date
    closed_on: date


@lru_cache(maxsize=1)
def _petitions() -> tuple[_Petition, ...]:
    tree = place_tree()
    units = [*tree.townships, next(u for u in tree.units() if u.code.endswith(COUNTY_LEVEL))]
    weights = [(len(tree.villages_of(u)) + 6) * (1.5 if u.name in SLOW_TOWNSHIPS else 1.0) for u in units]
    found = []
    for number in range(168):
        rng = random.Random(f"petition {number}")
        unit = rng.choices(units, weights)[0]
        received = date(2022, 1, 4) + days(rng.uniform(0, 238))
        level = rng.choices(list(_LEVELS), list(_LEVELS.values()))[0]
        village = rng.choice(tree.villages_of(unit)).name if unit.is_township and rng.random() < 0.85 else ""
        if level in _ABOVE:
            late = rng.random() < (0.2 if unit.name in SLOW_TOWNSHIPS else 0.05)
            taken = rng.randint(6, 13) if late else rng.randint(1, 5)
        else:
            taken = rng.randint(2, 40)
        passed = received + days(rng.choice((0, 1, 1, 2, 3)))
        category = rng.choice(
            ("政策咨询", "项目建设", "低保救助", "务工就业", "住房安全", "干部作风", "其他")
        )
        form = rng.choice(("来访", "来信", "网上信访", "12345热线"))
        found.append(_Petition(received, unit, village, form, category, level, passed, passed + days(taken)))
    return tuple(sorted(found, key=lambda p: (p.received_on, p.unit.code, p.village, p.level, p.category)))


def _row(order: int, p: _Petition, on: date) -> list[Cell]:
    closed = p.closed_on <= on
    head = "办事处" if p.unit.kind == "subdistrict" else "人民政府"
    return [
        order,
        f"XF2022{order:04d}",
        p.form,
        p.category,
        p.unit.name,
        p.village,
        p.level,
        p.received_on,
        p.passed_on if p.passed_on <= on else None,
        f"{p.unit.name}{head}" if p.unit.is_township else "方城县乡村振兴局",
        p.closed_on if closed else None,
        "已办结" if closed else "办理中",
        "",
    ]


def write(out: Path) -> list[Written]:
    """Write the ledger of every date."""
    written: list[Written] = []
    for on in DATES:
        rows = [_row(i, p, on) for i, p in enumerate((p for p in _petitions() if p.received_on <= on), 1)]
        name = f"信访件台账-{on:%Y%m%d}.xlsx"
        title = f"方城县2022年度涉贫信访件台账（截至{chinese_day(on)}）"
        write_sheet(out / name, "信访件", [[title]], _HEADERS, rows)
        written.append((name, "petitions", on, on))
    return written
