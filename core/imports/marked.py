"""The upload given back with each problem in its cell: filled in colour, explained in a comment, mended in Excel or WPS.

A small .xlsx keeps its looks and formulas; a big one and every other format is written anew as .xlsx, cell by
cell. The sheet 问题清单 at the end lists everything, also what has no cell; an import does not read it.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from core.draft import Problem
from core.imports.table import PROBLEM_LIST
from core.imports.workbook import Cell, Sheet, column_letters, column_number, read_workbook

AUTHOR = "导入检查"
MUST, HINT = "FFE699", "DDEBF7"  # fills: what must be mended, what to know
KEPT_CELLS = 200_000  # more than this openpyxl does not hold within the limits of an upload's process
SHEET_NAME = "问题清单"
LIST_HEADERS = ("位置", "应为", "实为", "怎么改", "是否必须解决")
LIST_WIDTHS = (24, 34, 34, 60, 14)

_CELL = re.compile(r"(.+)!([A-Z]{1,3})(\d+)$")
_OWN_WORDS = "\n—— 导入检查 ——\n"  # parts our words from a comment that stood there before

Spots = Mapping[
    str, Mapping[tuple[int, int], Sequence[Problem]]
]  # by sheet, then (row from 1, column from 0)


def mark(content: bytes, name: str, problems: Sequence[Problem], stamp: str = "") -> bytes:
    """The upload as .xlsx with its problems marked; `stamp` (account and time) stands on their list. Raises Refused where no workbook can be read."""
    sheets = read_workbook(content, name)
    spots = _spots(problems)
    size = sum(len(s.rows) * len(s.rows[0]) for s in sheets)
    if content.startswith(b"PK") and size <= KEPT_CELLS:
        try:
            return _kept(content, spots, problems, stamp)
        except Exception:  # what openpyxl cannot read (.ods, .xlsb, some of WPS) is written anew
            pass
    return _anew(sheets, spots, problems, stamp)


def _spots(problems: Iterable[Problem]) -> Spots:
    found: dict[str, dict[tuple[int, int], list[Problem]]] = defaultdict(lambda: defaultdict(list))
    for problem in problems:
        if match := _CELL.match(problem.cell):
            sheet, letters, row = match.groups()
            found[sheet][int(row), column_number(letters)].append(problem)
    return found


def _words(problems: Sequence[Problem]) -> str:
    return "\n\n".join(f"应为：{p.expected}\n实为：{p.found}\n怎么改：{p.fix}" for p in problems)


def _colour(problems: Sequence[Problem]) -> str:
    return MUST if any(p.blocks for p in problems) else HINT


def _list_rows(problems: Sequence[Problem]) -> list[tuple[str, ...]]:
    return [
        LIST_HEADERS,
        *((p.cell, p.expected, p.found, p.fix, "必须解决" if p.blocks else "提示") for p in problems),
    ]


def _list_name(taken: Iterable[str]) -> str:
    """问题清单, or with a number where the county has a sheet of that name."""
    names = {n.casefold() for n in taken}
    return next(n for n in (SHEET_NAME, *(f"{SHEET_NAME}{i}" for i in range(2, 999))) if n not in names)


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """A name that .xlsx allows: a .csv has its file's name, which may be longer or hold other signs."""
    name = re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:28] or "表"
    names = {n.casefold() for n in taken}
    return next(n for n in (name, *(f"{name}{i}" for i in range(2, 999))) if n.casefold() not in names)


def _kept(content: bytes, spots: Spots, problems: Sequence[Problem], stamp: str) -> bytes:
    """The workbook itself with marks; what an earlier check marked is taken away first."""
    book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False)
    for page in list(book.worksheets):
        if page["A1"].value == PROBLEM_LIST:
            book.remove(page)
            continue
        _unmark(page)
        for (row, column), found in spots.get(page.title, {}).items():
            cell = page.cell(row, column + 1)
            for merged in page.merged_cells.ranges:
                if cell.coordinate in merged:
                    cell = page.cell(merged.min_row, merged.min_col)
            cell.fill = PatternFill("solid", fgColor=_colour(found))
            before = f"{cell.comment.text}{_OWN_WORDS}" if cell.comment else ""
            cell.comment = Comment(before + _words(found), AUTHOR, height=120, width=320)
    page = book.create_sheet(_list_name(book.sheetnames))
    page["A1"] = PROBLEM_LIST
    page["A1"].font = Font(bold=True)
    page["B1"] = stamp
    for number, line in enumerate(_list_rows(problems), 2):
        for column, words in enumerate(line, 1):
            cell = page.cell(number, column, words)
            cell.data_type = "s"  # text, also where it begins with =
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for column, width in enumerate(LIST_WIDTHS):
        page.column_dimensions[column_letters(column)].width = width
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _unmark(page: Any) -> None:
    for row in page.iter_rows():
        for cell in row:
            if cell.comment is not None and cell.comment.author == AUTHOR:
                before, ours, _ = cell.comment.text.partition(_OWN_WORDS)
                cell.comment = Comment(before, "") if ours else None
                if cell.fill.fgColor.rgb in ("00" + MUST, "00" + HINT, "FF" + MUST, "FF" + HINT):
                    cell.fill = PatternFill()


def _anew(sheets: Sequence[Sheet], spots: Spots, problems: Sequence[Problem], stamp: str) -> bytes:
    """The cells written anew, row by row, with the merges and the marks."""
    file = io.BytesIO()
    options = {
        "constant_memory": True,
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        styles: dict[tuple[str, str], Any] = {}

        def style(number: str, colour: str) -> Any:
            if (number, colour) not in styles:
                shown = {"num_format": number} if number else {}
                fill = {"bg_color": f"#{colour}"} if colour else {}
                styles[number, colour] = book.add_format({**shown, **fill})
            return styles[number, colour]

        written = [s for s in sheets if s.cell(1, 0) != PROBLEM_LIST]
        taken: list[str] = []
        for sheet in written:
            taken.append(_sheet_name(sheet.name, taken))
            page = book.add_worksheet(taken[-1])
            if sheet.hidden:
                page.hide()
            marks = spots.get(sheet.name, {})
            for m in sheet.merged or ():
                if m.bottom > m.top or m.right > m.left:
                    page.merge_range(m.top - 1, m.left, m.bottom - 1, m.right, "")
            last = max([len(sheet.rows), *(row for row, _ in marks)])
            for number in range(1, last + 1):
                cells = sheet.rows[number - 1] if number <= len(sheet.rows) else []
                for column, cell in enumerate(cells):
                    if cell != "":
                        found = marks.get((number, column))
                        _write(page, number - 1, column, cell, _colour(found) if found else "", style)
                for (row, column), found in marks.items():
                    if row == number:
                        if sheet.cell(row, column) == "":
                            page.write_blank(row - 1, column, None, style("", _colour(found)))
                        page.write_comment(
                            row - 1, column, _words(found), {"author": AUTHOR, "x_scale": 2.5, "y_scale": 1.6}
                        )
        page = book.add_worksheet(_list_name(taken))
        page.write_string(0, 0, PROBLEM_LIST)
        page.write_string(0, 1, stamp)
        for column, width in enumerate(LIST_WIDTHS):
            page.set_column(column, column, width)
        for number, line in enumerate(_list_rows(problems), 1):
            for column, words in enumerate(line):
                page.write_string(number, column, words)
    return file.getvalue()


def _write(page: Any, row: int, column: int, cell: Cell, colour: str, style: Any) -> None:
    """One cell as its type is; text stays text."""
    if isinstance(cell, str):
        page.write_string(row, column, cell, style("@", colour) if colour else None)
    elif isinstance(cell, bool):
        page.write_boolean(row, column, cell, style("", colour) if colour else None)
    elif isinstance(cell, datetime) and cell.time() != time():
        page.write_datetime(row, column, cell, style("yyyy-mm-dd hh:mm", colour))
    elif isinstance(cell, date):
        page.write_datetime(row, column, cell, style("yyyy-mm-dd", colour))
    elif isinstance(cell, time | timedelta):
        page.write_datetime(row, column, cell, style("hh:mm:ss", colour))
    else:
        page.write_number(row, column, cell, style("", colour) if colour else None)
