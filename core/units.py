"""What a number counts, and how it is written for a reader."""

from datetime import date, timedelta, timezone
from enum import Enum

CHINA = timezone(timedelta(hours=8))


class Unit(Enum):
    """The unit beside a number; `RATE` is stored as 0 to 1 and written as a percentage."""

    HOUSEHOLDS = "户"
    PERSONS = "人"
    PROJECTS = "个"
    ITEMS = "项"
    YUAN = "元"
    RATE = "%"
    DAYS = "天"
    TIMES = "次"
    CASES = "件"
    SESSIONS = "场"
    CLASSES = "班次"
    ATTENDANCES = "人次"
    HOUSEHOLD_TIMES = "户次"
    FIRMS = "家"
    SITES = "处"
    KILOMETRES = "公里"


def write(value: float, unit: Unit) -> str:
    """A number in the words of a bulletin: 1,208户, 61.3%, 13,680万元, 3.16亿元.

    Rates come as 0 to 1, money in yuan; a whole percentage keeps one decimal unless it is 0 or 100.
    """
    if unit is Unit.RATE:
        percent = round(value * 100, 1)
        # 接近而未到的不写成100%，也不写成0%。
        if percent == 100 and value < 1:
            return "99.9%"
        if percent == 0 and value > 0:
            return "0.1%"
        return f"{percent:.0f}%" if percent in (0, 100) else f"{percent:.1f}%"
    if unit is Unit.YUAN:
        return money(value)
    if value != int(value):
        return f"{value:,.1f}{unit.value}"
    return f"{int(value):,}{unit.value}"


def money(yuan: float) -> str:
    """Yuan as offices write it: 3.16亿元 from one 亿 on, else 13,680万元, 12.5万元."""
    if abs(yuan) >= 1e8:
        return f"{yuan / 1e8:.2f}亿元"
    wan = yuan / 1e4
    return f"{wan:,.0f}万元" if abs(wan) >= 100 or wan == int(wan) else f"{wan:,.1f}万元"


def day(on: date) -> str:
    """2022年8月31日."""
    return f"{on.year}年{on.month}月{on.day}日"


def short_day(on: date) -> str:
    """8月31日."""
    return f"{on.month}月{on.day}日"
