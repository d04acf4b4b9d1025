"""The ledger of assets that the projects of 2018-2021 left behind, by quarter (扶贫项目资产后续管理, 要点4)."""

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.demo.projects import DATES, INDUSTRY, SLOW_TOWNSHIPS, Project, Written, days, projects_of_past
from core.demo.workbook import Cell, chinese_day, write_sheet

ON = (DATES[0], DATES[3], DATES[5])
_HEADERS = (
    "序号",
    "乡镇",
    "村",
    "项目年度",
    "项目名称",
    "资产编号",
    "资产名称",
    "资产类别",
    "资产形式",
    "数量",
    "单位",
    "坐落位置",
    "资产原值(万元)",
    "资产净值(万元)",
    "购建时间",
    "所有权归属",
    "是否确权",
    "确权时间",
    "经营方式",
    "年收益(万元)",
    "管护主体",
    "管护责任人",
    "管护经费来源",
    "运行状态",
    "是否录入系统",
    "备注",
)
_NEVER = date(2023, 6, 30)


@dataclass(frozen=True)
class _Asset:
    project: Project
    kind: str
    titled_on: date
    steward_on: date
    fails_on: date  # the day from which it does not run as it should
    mended_on: date
    failure: str


def _kind(project: Project) -> str:
    if project.work.household or project.work.second == "住房":
        return "到户类"
    return "经营性" if project.work.kind in (INDUSTRY, "就业项目") else "公益性"


@lru_cache(maxsize=1)
def _assets() -> tuple[_Asset, ...]:
    found = []
    for project in projects_of_past():
        built = project.contractor or project.work.household
        if not built or not project.unit.is_township or project.stopped_on:
            continue
        if project.accepted_on > date(2021, 12, 31):
            continue
        rng = random.Random(f"asset {project.number}")
        slow = project.unit.name in SLOW_TOWNSHIPS
        titled = project.accepted_on + days(rng.uniform(10, 80))
        if rng.random() < (0.2 if slow else 0.1):
            titled = rng.choice((date(2022, 5, 10), date(2022, 6, 20), date(2022, 7, 25), _NEVER))
        steward = project.accepted_on + days(rng.uniform(5, 40))
        if rng.random() < (0.26 if slow else 0.13):
            steward = rng.choice((date(2022, 4, 12), date(2022, 6, 8), date(2022, 8, 3), _NEVER))
        fails, mended = _NEVER, _NEVER
        if rng.random() < (0.2 if slow else 0.1):
            fails = date(2021, 10, 1) + days(rng.uniform(0, 300))
            mended = fails + days(rng.uniform(60, 260))
        found.append(
            _Asset(project, _kind(project), titled, steward, fails, mended, rng.choice(("闲置", "闲置", "低效", "毁损")))
        )  # fmt: skip
    return tuple(found)


def _row(order: int, asset: _Asset, on: date) -> list[Cell]:
    p = asset.project
    fails = asset.fails_on <= on < asset.mended_on
    age = max(0, on.year - p.year)
    titled = asset.titled_on <= on
    place = f"{p.unit.name}{p.village}"
    return [
        order,
        p.unit.name,
        p.village,
        p.year,
        p.name,
        f"ZC{p.number}",
        p.work.title.removesuffix("项目").removesuffix("建设"),
        asset.kind,
        p.content,
        1,
        "处",
        place,
        p.contract / 100,
        round(p.contract / 100 * max(0.4, 1 - 0.06 * age), 2),
        p.accepted_on,
        place if p.village else p.unit.name,
        "是" if titled else "否",
        asset.titled_on if titled else None,
        "租赁经营" if asset.kind == "经营性" else "",
        round(p.contract / 100 * 0.05, 2) if asset.kind == "经营性" and not fails else None,
        place,
        "村级管护员" if asset.steward_on <= on else "",
        "村集体收益" if asset.kind == "经营性" else "乡镇财政",
        asset.failure if fails else "正常",
        "是",
        "",
    ]


def write(out: Path) -> list[Written]:
    """Write the ledger of each quarter."""
    written: list[Written] = []
    for on in ON:
        rows = [_row(i, asset, on) for i, asset in enumerate(_assets(), 1)]
        total: list[Cell] = ["合计", *[None] * (len(_HEADERS) - 1)]
        column = _HEADERS.index("资产原值(万元)")
        total[column] = sum(a.project.contract for a in _assets()) / 100
        top = [["方城县扶贫项目资产台账"], [f"截至{chinese_day(on)}", "单位：万元"]]
        name = f"扶贫项目资产台账-{on:%Y%m%d}.xlsx"
        write_sheet(out / name, "项目资产", top, _HEADERS, rows, total)
        written.append((name, "assets", on, on))
    return written
