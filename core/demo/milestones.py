"""The milestones of the four pilot zones, as the zone offices knew them on each date."""

import random
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from core.demo.projects import DATES, Written, days
from core.demo.workbook import Cell, chinese_day, write_sheet

_HEADERS = (
    "序号",
    "片区乡镇",
    "节点名称",
    "节点类别",
    "责任单位",
    "计划完成时间",
    "实际完成时间",
    "进展情况",
    "备注",
)
_TOWNS = {"杨集镇": 1.0, "广阳镇": 0.8, "二郎庙镇": 1.5, "独树镇": 1.2}  # how late each tends to be
_STEPS = (
    ((4, 15), "片区建设规划编制完成", "规划编制", "方城县自然资源局"),
    ((4, 30), "村庄规划评审通过", "规划编制", "方城县自然资源局"),
    ((5, 31), "产业示范园主体开工", "产业发展", "方城县农业农村局"),
    ((6, 15), "片区主干道路基完成", "基础设施", "方城县交通运输局"),
    ((6, 30), "首批人居环境整治村验收", "人居环境", ""),
    ((7, 31), "片区供水管网贯通", "基础设施", "方城县水利局"),
    ((8, 20), "产业示范园主体完工", "产业发展", "方城县农业农村局"),
    ((8, 31), "标准化卫生室投入使用", "公共服务", "方城县卫生健康委员会"),
    ((9, 30), "片区主干道路面完工", "基础设施", "方城县交通运输局"),
    ((10, 31), "污水处理设施试运行", "人居环境", "方城县住房和城乡建设局"),
    ((12, 20), "片区建设成效自评", "综合", ""),
)


@dataclass(frozen=True)
class _Milestone:
    town: str
    name: str
    kind: str
    office: str
    planned_on: date
    done_on: date


@lru_cache(maxsize=1)
def _milestones() -> tuple[_Milestone, ...]:
    rng = random.Random(20220004)
    found = []
    for town, lateness in _TOWNS.items():
        left_out = rng.choice((3, 5, 7))
        for number, ((month, day), name, kind, office) in enumerate(_STEPS):
            if number == left_out and town != "杨集镇":
                continue
            planned = date(2022, month, day)
            late = (
                rng.uniform(-12, 1)
                if rng.random() > 0.42 * lateness
                else rng.expovariate(1 / (26 * lateness)) + 4
            )
            found.append(
                _Milestone(town, name, kind, office or f"{town}人民政府", planned, planned + days(late))
            )
    return tuple(found)


def _state(milestone: _Milestone, on: date) -> tuple[str, str]:
    """进展情况 and 备注 of a day."""
    if milestone.done_on <= on:
        return "已完成", ""
    left = (milestone.planned_on - on).days
    if left < 0:
        return "推进中，已超期", "片区专班已督办"
    return ("推进中", "") if left <= 75 else ("未启动", "")


def write(out: Path) -> list[Written]:
    """Write the milestones of every date."""
    written: list[Written] = []
    for on in DATES:
        rows: list[list[Cell]] = []
        for i, m in enumerate(_milestones(), 1):
            state, remark = _state(m, on)
            done = m.done_on if m.done_on <= on else None
            rows.append([i, m.town, m.name, m.kind, m.office, m.planned_on, done, state, remark])
        name = f"示范片区节点-{on:%Y%m%d}.xlsx"
        title = f"方城县示范片区建设节点台账（截至{chinese_day(on)}）"
        write_sheet(out / name, "片区节点", [[title]], _HEADERS, rows)
        written.append((name, "milestones", on, on))
    return written
