"""The ledgers of money handed down and money paid, on the same days as the project ledger."""

from datetime import date
from pathlib import Path

from core.demo.projects import ALLOTMENTS, DATES, SOURCES, Written, payments_2022
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


def _write_allotments(path: Path, on: date) -> None:
    known = [a for a in ALLOTMENTS if a.issued_on <= on]
    rows: list[list[Cell]] = [
        [i, a.number, a.name, a.issued_on, _LABELS[a.source], a.cents / 100, ""]
        for i, a in enumerate(known, 1)
    ]
    total: list[Cell] = ["合计", None, None, None, None, sum(a.cents for a in known) / 100]
    top = [["方城县2022年度衔接资金下达台账"], ["单位：万元", f"截至{chinese_day(on)}"]]
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
    """Write both ledgers of every date, cumulative from 1 January."""
    written: list[Written] = []
    for on in DATES:
        for stem, ledger, put in (
            ("资金下达台账", "allocations", _write_allotments),
            ("资金支付台账", "payments", _write_payments),
        ):
            name = f"{stem}-{on:%Y%m%d}.xlsx"
            put(out / name, on)
            written.append((name, ledger, on, on))
    return written
