"""What the year's inspections found, and what became of it: one running ledger, as the office knew it on each date."""

import random
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.demo.projects import DATES, SLOW_TOWNSHIPS, Written, days
from core.demo.workbook import Cell, chinese_day, write_sheet
from core.places import Place, place_tree

_HEADERS = (
    "序号",
    "问题编号",
    "检查类别",
    "检查单位",
    "发现时间",
    "乡镇",
    "村",
    "问题类别",
    "问题内容",
    "责任单位",
    "整改时限",
    "整改完成时间",
    "销号时间",
    "整改状态",
    "备注",
)


@dataclass(frozen=True)
class _Round:
    """One round of an inspection: what it is called, who did it, how many findings, between which days, days to mend."""

    kind: str
    inspector: str
    count: int
    first: date
    last: date
    allowed: int
    subjects: tuple[tuple[str, str], ...]


_FOUR = (
    ("资金投向", "产业项目资金分散，未形成规模"),
    ("联农带农", "联农带农协议未签到户"),
    ("稳岗增收", "公益岗位人员考勤记录不全"),
    ("后续管理", "经营性资产收益未及时分配"),
)
_SCREEN = (
    ("政策落实", "教育资助政策宣传不到位"),
    ("政策落实", "慢性病签约服务记录不全"),
    ("责任落实", "帮扶责任人入户走访次数不足"),
    ("工作落实", "户档案收入信息与系统不一致"),
)
_ABOVE = (
    ("成效巩固", "监测对象帮扶措施针对性不强"),
    ("工作落实", "风险消除程序资料不完整"),
    ("政策落实", "饮水设施日常管护不到位"),
)
_MONEY = (
    ("公告公示", "村级项目公告公示内容不完整"),
    ("资金拨付", "项目完工后资金报账不及时"),
    ("项目管理", "项目监理日志缺失"),
)
_WATCH = (
    ("驻村帮扶", "驻村工作队员在岗记录不全"),
    ("项目进度", "项目施工进度滞后于计划"),
    ("人居环境", "背街小巷垃圾清理不及时"),
    ("监测帮扶", "新识别户未及时制定帮扶计划"),
)


def _rounds() -> tuple[_Round, ...]:
    rural, money = "县乡村振兴局", "县财政局"
    found = [
        _Round("上级反馈", "市考核评估组", 21, date(2022, 1, 12), date(2022, 1, 20), 60, _ABOVE),
        _Round("上级反馈", "省暗访组", 16, date(2022, 6, 14), date(2022, 6, 18), 45, _ABOVE),
        _Round("季度专项排查", rural, 74, date(2022, 2, 20), date(2022, 3, 10), 30, _SCREEN),
        _Round("季度专项排查", rural, 81, date(2022, 5, 18), date(2022, 6, 12), 30, _SCREEN),
        _Round("季度专项排查", rural, 35, date(2022, 8, 15), date(2022, 8, 28), 30, _SCREEN),
        _Round("四查四促", rural, 92, date(2022, 3, 20), date(2022, 4, 25), 40, _FOUR),
        _Round("四查四促", rural, 64, date(2022, 6, 20), date(2022, 8, 20), 40, _FOUR),
        _Round("资金监督检查", money, 31, date(2022, 4, 10), date(2022, 4, 28), 30, _MONEY),
        _Round("资金监督检查", money, 27, date(2022, 7, 11), date(2022, 7, 26), 30, _MONEY),
    ]
    for month in range(1, 9):
        for team in range(1, 18):
            on = date(2022, month, 4 + team % 20)
            found.append(
                _Round("督查巡查", f"第{team}督查巡查组", 1 + (team + month) % 2, on, on, 15, _WATCH)
            )
    return tuple(found)


@dataclass(frozen=True)
class _Finding:
    number: str
    round: _Round
    found_on: date
    unit: Place
    village: str
    subject: str
    what: str
    department: str
    due_on: date
    rectified_on: date
    closed_on: date


@lru_cache(maxsize=1)
def _findings() -> tuple[_Finding, ...]:
    tree = place_tree()
    units = tree.townships
    weights = [len(tree.villages_of(u)) * (1.6 if u.name in SLOW_TOWNSHIPS else 1.0) + 4 for u in units]
    found = []
    for order, one in enumerate(_rounds()):
        rng = random.Random(f"findings {order}")
        for _ in range(one.count):
            unit = rng.choices(units, weights)[0]
            slow = unit.name in SLOW_TOWNSHIPS
            on = one.first + days(rng.uniform(0, (one.last - one.first).days))
            village = rng.choice(tree.villages_of(unit)).name if rng.random() < 0.8 else ""
            subject, what = rng.choice(one.subjects)
            late = rng.random() < (0.24 if slow else 0.07)
            part = rng.uniform(1.05, 2.6) if late else rng.uniform(0.3, 1.0)
            rectified = on + days(one.allowed * part)
            head = f"{unit.name}办事处" if unit.kind == "subdistrict" else f"{unit.name}人民政府"
            found.append(
                _Finding(
                    "",
                    one,
                    on,
                    unit,
                    village,
                    subject,
                    what,
                    head,
                    on + days(one.allowed),
                    rectified,
                    rectified + days(rng.uniform(1, 12)),
                )
            )
    found.sort(key=lambda f: (f.found_on, f.round.kind, f.round.inspector, f.unit.code, f.village, f.what))
    return tuple(replace(f, number=f"WT2022{i:04d}") for i, f in enumerate(found, 1))


def _row(order: int, f: _Finding, on: date) -> list[Cell]:
    rectified, closed = f.rectified_on <= on, f.closed_on <= on
    state = "已销号" if closed else "已整改待销号" if rectified else "逾期" if f.due_on < on else "整改中"
    return [
        order,
        f.number,
        f.round.kind,
        f.round.inspector,
        f.found_on,
        f.unit.name,
        f.village,
        f.subject,
        f.what,
        f.department,
        f.due_on,
        f.rectified_on if rectified else None,
        f.closed_on if closed else None,
        state,
        "",
    ]


def write(out: Path) -> list[Written]:
    """Write the ledger of every date."""
    written: list[Written] = []
    for on in DATES:
        rows = [_row(i, f, on) for i, f in enumerate((f for f in _findings() if f.found_on <= on), 1)]
        name = f"问题整改台账-{on:%Y%m%d}.xlsx"
        title = f"方城县2022年度检查发现问题整改销号台账（截至{chinese_day(on)}）"
        write_sheet(out / name, "问题台账", [[title]], _HEADERS, rows)
        written.append((name, "findings", on, on))
    return written
