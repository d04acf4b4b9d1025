"""One sheet of a demo workbook, written so that the same content gives the same bytes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

Cell = str | int | float | date | None

_CREATED = datetime(2022, 1, 1)
_WIDE = {
    "项目名称": 40,
    "建设内容": 46,
    "节点名称": 34,
    "文件名称": 46,
    "指标名称": 30,
    "绩效目标": 40,
    "联农带农机制": 36,
}


def write_sheet(
    path: Path,
    sheet: str,
    rows_before_header: Sequence[Sequence[Cell]],
    headers: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    total_row: Sequence[Cell] | None = None,
) -> None:
    """Write title rows, a header, data and an optional last row; dates become real Excel dates."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": _CREATED})
        title = book.add_format({"bold": True, "font_size": 14})
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DDE6F0"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page = book.add_worksheet(sheet)

        def put(row: int, cells: Sequence[Cell], style: object = None) -> None:
            for column, cell in enumerate(cells):
                if cell is None or cell == "":
                    continue
                if isinstance(cell, date):
                    page.write_datetime(row, column, cell, day)
                elif isinstance(cell, str):
                    page.write_string(row, column, cell, style)
                else:
                    page.write_number(row, column, cell, style)

        for number, cells in enumerate(rows_before_header):
            put(number, cells, None if number else title)
        top = len(rows_before_header)
        put(top, headers, header)
        for column, name in enumerate(headers):
            page.set_column(column, column, _WIDE.get(name, 12))
        last = top
        for last, cells in enumerate(rows, top + 1):
            put(last, cells)
        if total_row is not None:
            put(last + 1, total_row, bold)
        page.freeze_panes(top + 1, 0)


def chinese_day(day: date) -> str:
    """2022年8月31日."""
    return f"{day.year}年{day.month}月{day.day}日"
