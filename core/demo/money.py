"""The ledgers of money handed down and money paid, on the same days as the project ledger."""

from datetime import date
from pathlib import Path

from core.demo.projects import ALLOTMENTS, DATES, SOURCES, Allotment, Written, payments_2022
from core.demo.workbook import Cell, chinese_day, write_sheet

_ALLOTMENT_HEADERS = ("序号", "下达文号", "文件名称", "下达时间", "资金来源", "金额(万元)", "备注")
_PAYMENT_HEADERS = (
    "序号",
    "项目编号",
    "项目名称",
    "乡镇",
    "支付时间",
    "资金来源",
    "支付金额(万元)",
    "凭证号",
    "备注",
)
_LABELS = tuple("县级配套" if source == "县级" else source for source in SOURCES)


# 2021年各来源下达数（0.01万元），与历年项目台账2021年度各来源合计一致。
_OF_2021 = tuple(
    Allotment(number, name, date(2021, month, day), source, cents)
    for month, day, source, cents, number, name in (
        (1, 22, 0, 400000, "宛财预〔2021〕13号", "关于提前下达2021年中央财政衔接推进乡村振兴补助资金的通知"),
        (1, 29, 1, 250000, "宛财预〔2021〕19号", "关于提前下达2021年省级财政衔接推进乡村振兴补助资金的通知"),
        (2, 25, 3, 560000, "方财预〔2021〕22号", "关于下达2021年第一批县级配套衔接资金的通知"),
        (3, 18, 4, 300000, "方财预〔2021〕41号", "关于下达2021年第一批统筹整合财政涉农资金的通知"),
        (4, 20, 2, 127800, "宛财预〔2021〕101号", "关于下达2021年市级财政衔接资金的通知"),
        (
            5,
            26,
            0,
            239000,
            "宛财预〔2021〕150号",
            "关于下达2021年第二批中央财政衔接推进乡村振兴补助资金的通知",
        ),
        (6, 16, 3, 480000, "方财预〔2021〕79号", "关于下达2021年第二批县级配套衔接资金的通知"),
        (
            7,
            14,
            1,
            161800,
            "宛财预〔2021〕221号",
            "关于下达2021年第二批省级财政衔接推进乡村振兴补助资金的通知",
        ),
        (8, 18, 4, 268000, "方财预〔2021〕112号", "关于下达2021年第二批统筹整合财政涉农资金的通知"),
        (9, 23, 3, 380000, "方财预〔2021〕127号", "关于下达2021年第三批县级配套衔接资金的通知"),
    )
)
_LAST_YEARS_END = date(2021, 12, 31)


def _write_allotments(path: Path, on: date) -> None:
    known = [a for a in (*_OF_2021, *ALLOTMENTS) if a.issued_on <= on and a.issued_on.year == on.year]
    rows: list[list[Cell]] = [
        [i, a.number, a.name, a.issued_on, _LABELS[a.source], a.cents / 100, ""]
        for i, a in enumerate(known, 1)
    ]
    total: list[Cell] = ["合计", None, None, None, None, sum(a.cents for a in known) / 100]
    top = [[f"方城县{on.year}年度衔接资金下达台账"], ["单位：万元", f"截至{chinese_day(on)}"]]
    write_sheet(path, "资金下达", top, _ALLOTMENT_HEADERS, rows, total)


def _write_payments(path: Path, on: date) -> None:
    known = [p for p in payments_2022() if p.paid_on <= on]
    rows: list[list[Cell]] = [
        [
            i,
            p.project.number,
            p.project.name,
            p.project.unit.name,
            p.paid_on,
            _LABELS[p.source],
            p.cents / 100,
            p.voucher,
            p.note,
        ]
        for i, p in enumerate(known, 1)
    ]
    total: list[Cell] = ["合计", *[None] * 5, sum(p.cents for p in known) / 100]
    top = [["方城县2022年度衔接资金支付台账"], ["单位：万元", f"截至{chinese_day(on)}"]]
    write_sheet(path, "资金支付", top, _PAYMENT_HEADERS, rows, total)


def write(out: Path) -> list[Written]:
    """Write both ledgers of every date, cumulative from 1 January, and what was handed down in 2021."""
    name = f"资金下达台账-{_LAST_YEARS_END:%Y%m%d}.xlsx"
    _write_allotments(out / name, _LAST_YEARS_END)
    written: list[Written] = [(name, "allocations", _LAST_YEARS_END, _LAST_YEARS_END)]
    for on in DATES:
        for stem, ledger, put in (
            ("资金下达台账", "allocations", _write_allotments),
            ("资金支付台账", "payments", _write_payments),
        ):
            name = f"{stem}-{on:%Y%m%d}.xlsx"
            put(out / name, on)
            written.append((name, ledger, on, on))
    return written
