"""Findings of inspections, their rectification and closing (整改、销号): items 1, 3, 12 and 23 of the plan."""

from core.count import Amounts, Baseline, Counting, Picture
from core.indicators.indicator import Better, Indicator
from core.tables.findings import Finding
from core.units import Unit


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Each finding, in all and by its inspection: found, rectified, closed, overdue, and of the due ones those in time."""
    amounts = Amounts()
    for state in picture.rows.values():
        row, leaf, on = state.row, state.leaf, state.as_of
        due = row.due_on is not None and row.due_on <= on
        counts = {
            "found": True,
            "rectified": row.rectified_on is not None,
            "closed": row.closed_on is not None,
            "open": row.closed_on is None,
            "overdue": row.rectified_on is None and row.due_on is not None and row.due_on < on,
            "due": due,
            "in_time": due and row.rectified_on is not None and row.rectified_on <= row.due_on,
        }
        for name, is_so in counts.items():
            if is_so:
                amounts.add(leaf, name)
                amounts.add(leaf, f"{row.kind}_{name}")
    return amounts


COUNTING = Counting(
    ledger="findings",
    table=Finding,
    columns=("kind", "found_on", "due_on", "rectified_on", "closed_on"),
    stock=stock,
)


def _count(key: str, name: str, series: str, definition: str, better: Better) -> Indicator:
    return Indicator(
        key=f"findings_{key}",
        name=name,
        unit=Unit.PROJECTS,
        definition=definition,
        source="要点12、要点23",
        numerator=(f"findings.{series}",),
        items=(12, 23),
        better=better,
        owner="乡村振兴局",
    )


def _rate(
    key: str, name: str, top: str, bottom: str, definition: str, source: str, item: int, owner: str
) -> Indicator:
    return Indicator(
        key=f"findings_{key}",
        name=name,
        unit=Unit.RATE,
        definition=definition,
        source=source,
        numerator=(f"findings.{top}",),
        denominator=(f"findings.{bottom}",),
        items=(item,),
        better=Better.HIGHER,
        owner=owner,
    )


INDICATORS = (
    _count("found", "发现问题", "found", "问题整改台账本年所列各类检查发现的问题（累计）。", Better.NEITHER),
    _count(
        "open",
        "未销号问题",
        "open",
        "本年发现、尚无销号时间的问题，含已整改待销号的。",
        Better.LOWER,
    ),
    _count(
        "overdue",
        "逾期未整改问题",
        "overdue",
        "整改时限早于数据日期而无整改完成时间的问题。",
        Better.LOWER,
    ),
    _rate(
        "four_checks_rectified_rate",
        "四查四促问题整改率",
        "four_checks_rectified",
        "four_checks_found",
        "四查四促查出的问题中有整改完成时间的 ÷ 四查四促查出的问题（本年累计）。",
        "要点1",
        1,
        "乡村振兴局",
    ),
    _rate(
        "funds_rectified_rate",
        "资金监督检查问题整改率",
        "funds_rectified",
        "funds_found",
        "资金监督检查发现的问题中有整改完成时间的 ÷ 资金监督检查发现的问题（本年累计）。",
        "要点3",
        3,
        "财政局",
    ),
    _rate(
        "screening_closed_rate",
        "专项排查问题销号率",
        "screening_closed",
        "screening_found",
        "季度专项排查发现的问题中有销号时间的 ÷ 季度专项排查发现的问题（本年累计）。",
        "要点12（个性问题快速销号）",
        12,
        "乡村振兴局",
    ),
    _rate(
        "superior_rectified_rate",
        "上级反馈问题整改率",
        "superior_rectified",
        "superior_found",
        "上级考评、暗访、督查反馈的问题中有整改完成时间的 ÷ 上级反馈的问题（本年累计）。",
        "要点12（切实抓好问题整改）",
        12,
        "乡村振兴局",
    ),
    _rate(
        "inspection_in_time_rate",
        "督查问题按期整改率",
        "inspection_in_time",
        "inspection_due",
        "督查巡查问题中，整改时限不晚于数据日期且整改完成不晚于时限的 ÷ 整改时限不晚于数据日期的。",
        "要点23（督促限期整改）",
        23,
        "县督查巡查组",
    ),
)
