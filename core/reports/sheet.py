"""Tables as .xlsx: title, unit row, frozen header, 合计 with formulas, print setup, signature row.

Numbers are numbers, and a sum that a clerk would check is a formula with its value cached. Text stays text, whatever
it begins with.
"""

from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from core.reports.package import midnight, settled
from core.views.paper import Column, Form, Grid, Sheets, Value, index_of

FONT, TITLE_FONT = "宋体", "方正小标宋简体"
FORMATS = {Form.COUNT: "#,##0", Form.WAN: "#,##0.00", Form.SCORE: "0.00", Form.PERCENT: "0.0%"}
HEADER = 3  # the row under title, dates and unit
PAPERS = {"A4": 9, "A3": 8}
LINE = 14.5  # points, 11磅字一行
NOTE_WIDTH = 56  # 来源和口径，每行的字数
SIGNATURES = ("填报人：", "审核人：", "填报日期：")


def sheet_file(made: Sheets, on: date, *, is_demo: bool, mark: str = "") -> bytes:
    """The tables as .xlsx, one a sheet and the definitions on the last; the same arguments give the same bytes."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": made.title,
                "author": "",
                "comments": "演示数据" if is_demo else "",
                "created": midnight(on),
            }
        )
        book.set_calc_mode("auto")
        styles = _styles(book)
        for name, grid in made.grids:
            _grid(book.add_worksheet(name[:31]), made, grid, styles, is_demo=is_demo, mark=mark)
        _notes(book.add_worksheet("来源和口径"), made, styles, mark)
    return settled(out.getvalue(), on)


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": FONT, "font_size": 11, "valign": "vcenter"}
    ruled = {**base, "border": 1}
    styles = {
        "title": book.add_format({**base, "font_name": TITLE_FONT, "font_size": 18, "align": "center"}),
        "line": book.add_format(base),
        "small": book.add_format({**base, "font_size": 9, "font_color": "#6B7280"}),
        "remark": book.add_format({**base, "font_size": 9, "font_color": "#6B7280", "text_wrap": True}),
        "wrapped": book.add_format({**base, "text_wrap": True, "valign": "top"}),
        "right": book.add_format({**base, "align": "right"}),
        "header": book.add_format(
            {
                **ruled,
                "font_name": "黑体",
                "align": "center",
                "text_wrap": True,
                "bg_color": "#E8EEF4",
            }
        ),
        "text": book.add_format({**ruled, "text_wrap": True}),
        "word": book.add_format({**ruled, "align": "center"}),
        "total": book.add_format({**ruled, "bold": True, "align": "center", "bg_color": "#F4F6F8"}),
    }
    for form, number in FORMATS.items():
        styles[form.value] = book.add_format({**ruled, "align": "right", "num_format": number})
        styles[f"total {form.value}"] = book.add_format(
            {**ruled, "bold": True, "align": "right", "num_format": number, "bg_color": "#F4F6F8"}
        )
    return styles


def _grid(sheet: Any, made: Sheets, grid: Grid, styles: dict[str, Any], *, is_demo: bool, mark: str) -> None:
    last = len(grid.columns) - 1
    sheet.merge_range(0, 0, 0, last, grid.title + ("（演示数据）" if is_demo else ""), styles["title"])
    sheet.set_row(0, 34)
    sheet.write_string(1, 0, f"数据截至{made.as_of}", styles["line"])
    sheet.write_string(2, 0, mark, styles["small"])
    sheet.write_string(2, last, f"单位：{grid.unit}", styles["right"])
    for at, column in enumerate(grid.columns):
        sheet.set_column(at, at, column.width * 2 + 1)
        sheet.write_string(HEADER, at, column.name, styles["header"])
    sheet.set_row(HEADER, 34)
    row = HEADER
    for row, values in enumerate(grid.rows, HEADER + 1):
        sheet.set_row(row, _height(grid, values))
        for at, (column, value) in enumerate(zip(grid.columns, values, strict=True)):
            _cell(sheet, row, at, column, value, grid, styles)
    if grid.total:
        row += 1
        sheet.set_row(row, LINE + 8)
        _total(sheet, row, grid, styles)
    for remark in grid.remarks:
        row += 1
        sheet.merge_range(row, 0, row, last, f"注：{remark}", styles["remark"])
        sheet.set_row(row, 13 * -(-len(remark) * 9 // int(sum(c.width for c in grid.columns) * 14) or 1) + 3)
    row += 2
    for at, words in zip((0, max(last // 2, 1), max(last - 1, 2)), SIGNATURES, strict=True):
        sheet.write_string(row, at, words, styles["line"])
    sheet.freeze_panes(HEADER + 1, 0)
    sheet.repeat_rows(0, HEADER)
    sheet.print_area(0, 0, row, last)
    sheet.set_landscape()
    sheet.set_paper(PAPERS[made.paper])
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer(f"&L{'演示数据' if is_demo else ''}&C第&P页，共&N页&R{mark.replace('&', '&&')}")


def _height(grid: Grid, values: tuple[Value, ...]) -> float:
    """As many lines as the longest text wraps to."""
    lines = [
        -(-len(value) // max(int(column.width), 1))
        for column, value in zip(grid.columns, values, strict=True)
        if isinstance(value, str) and value
    ]
    return LINE * max([1, *lines]) + 6


def _cell(
    sheet: Any, row: int, at: int, column: Column, value: Value, grid: Grid, styles: dict[str, Any]
) -> None:
    if value is None:
        sheet.write_blank(row, at, None, styles["word"])
    elif isinstance(value, str):
        narrow = column.form is not Form.TEXT or column.width <= 8
        sheet.write_string(row, at, value, styles["word" if narrow else "text"])
    elif column.ratio:
        sheet.write_formula(row, at, _quotient(grid, column, row), styles[column.form.value], value)
    else:
        style = styles["word" if column.form is Form.TEXT else column.form.value]
        sheet.write_number(row, at, value, style)


def _total(sheet: Any, row: int, grid: Grid, styles: dict[str, Any]) -> None:
    assert grid.total is not None, "called for a grid with a total"
    for at, (column, value) in enumerate(zip(grid.columns, grid.total, strict=True)):
        if not isinstance(value, int | float):
            sheet.write_string(row, at, value or "", styles["total"])
        elif column.ratio:
            sheet.write_formula(
                row, at, _quotient(grid, column, row), styles[f"total {column.form.value}"], value
            )
        else:
            letter = xl_col_to_name(at)
            formula = f"=SUM({letter}{HEADER + 2}:{letter}{row})"
            sheet.write_formula(row, at, formula, styles[f"total {column.form.value}"], value)


def _quotient(grid: Grid, column: Column, row: int) -> str:
    assert column.ratio is not None, "called for a ratio"
    top, bottom = (f"{xl_col_to_name(index_of(grid.columns, name))}{row + 1}" for name in column.ratio)
    return f'=IF(N({bottom})=0,"",{top}/{bottom})'


def _notes(sheet: Any, made: Sheets, styles: dict[str, Any], mark: str) -> None:
    sheet.set_column(0, 0, NOTE_WIDTH * 2)
    for row, line in enumerate((made.title, *made.note, mark)):
        sheet.set_row(row, LINE * -(-len(line) // NOTE_WIDTH) + 3)
        sheet.write_string(row, 0, line, styles["wrapped"])
    sheet.set_landscape()
    sheet.set_paper(PAPERS["A4"])
    sheet.fit_to_pages(1, 0)
