"""An empty workbook for a ledger, derived from its declaration: headings with units, drop-downs, one example row.

The example row has 示例 where the others have their number; an import leaves it out.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from core.imports import values
from core.imports.headings import TOWNSHIP, VILLAGE, fields_of
from core.imports.ledgers import LEDGERS, Column, Ledger, OneOf, milli, percent
from core.imports.table import EXAMPLE, Header
from core.imports.values import tight
from core.places import PlaceTree

HEADER_ROW = 2  # from 0: under the title and the unit row
ROWS = 1000  # how far down the drop-downs reach

Example = str | int | float | date

# How a cell of each reader is filled in, and an example of it.
_HOW: dict[Callable[..., Any], tuple[str, Example]] = {
    values.day: ("日期，写成2022-03-15", date(2022, 3, 15)),
    values.month: ("年月，写成2022-03", "2022-03"),
    values.yes_no: ("填“是”或“否”", "是"),
    values.count: ("整数", 1),
    percent: ("0到100的数字", 50),
    milli: ("数字", 1),
}
_YES_NO = ("是", "否")


def template(ledger_key: str, tree: PlaceTree) -> bytes:
    """The .xlsx of an empty ledger. KeyError when there is no such ledger."""
    ledger = LEDGERS[ledger_key]
    columns = _columns(ledger, tree)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(ledger.title)
        choices = book.add_worksheet("选项")
        choices.hide()
        title = book.add_format({"bold": True, "font_size": 14})
        needed = book.add_format({"bold": True, "text_wrap": True, "border": 1, "bg_color": "#DDE6F0"})
        optional = book.add_format({"text_wrap": True, "border": 1, "bg_color": "#F2F2F2"})
        grey = {"font_color": "#7F7F7F", "italic": True}
        example, example_day = (
            book.add_format(grey),
            book.add_format({**grey, "num_format": "yyyy-mm-dd"}),
        )
        day, text = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "@"})
        page.write_string(0, 0, f"{tree.county.name}{ledger.title}", title)
        unit = "单位：万元" if any(c.money for c in ledger.columns) else ""
        page.write_string(1, 0, unit or "数据截至：")
        if unit:
            page.write_string(1, 3, "数据截至：")
        for at, column in enumerate(columns):
            page.write_string(HEADER_ROW, at, column.heading, needed if column.is_needed else optional)
            is_day = isinstance(column.example, date)
            page.set_column(
                at,
                at,
                max(9, min(2 * len(column.heading) + 2, 30)),
                day if is_day else text if isinstance(column.example, str) else None,
            )
            _put(page, HEADER_ROW + 1, at, column.example, example_day if is_day else example)
            rule: dict[str, Any] = {
                "validate": "any",
                "input_title": column.heading[:32],
                "input_message": ("必填。" if column.is_needed else "没有可不填。") + column.how[:200],
            }
            if column.choices:
                for row, word in enumerate(column.choices):
                    choices.write_string(row, at, word)
                letters = xlsxwriter.utility.xl_col_to_name(at)
                rule |= {
                    "validate": "list",
                    "source": f"=选项!${letters}$1:${letters}${len(column.choices)}",
                    "error_type": "warning",
                    "error_title": "不在可选项里",
                    "error_message": "请从下拉框里选，或核对后继续。",
                }
            page.data_validation(HEADER_ROW + 1, at, HEADER_ROW + ROWS, at, rule)
        page.set_row(HEADER_ROW, 32)
        page.freeze_panes(HEADER_ROW + 1, 0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
    return file.getvalue()


def _put(page: Any, row: int, column: int, value: Example, style: Any) -> None:
    if isinstance(value, date):
        page.write_datetime(row, column, value, style)
    elif isinstance(value, str):
        page.write_string(row, column, value, style)
    else:
        page.write_number(row, column, value, style)


@dataclass(frozen=True)
class _Written:
    """A column as the template writes it."""

    heading: str
    how: str
    example: Example
    choices: tuple[str, ...] = ()
    is_needed: bool = False


def _columns(ledger: Ledger, tree: PlaceTree) -> list[_Written]:
    """序号, the key, the places where a clerk looks for them, and every other declared column in its order."""
    town = next(t for t in tree.townships if tree.villages_of(t))
    places = []
    for field in fields_of(ledger):
        if field.name == TOWNSHIP:
            units = tuple(u.name for u in tree.units())
            places.append(
                _Written(field.heading, "本县的乡镇（街道）名", town.name, units, is_needed=field.is_required)
            )
        elif field.name == VILLAGE:
            places.append(_Written(field.heading, "村名，不清楚请留空", tree.villages_of(town)[0].name))
    declared = [_written(ledger, column) for column in ledger.columns]
    return [_Written("序号", "从1起", EXAMPLE), declared[0], *places, *declared[1:]]


def _written(ledger: Ledger, column: Column) -> _Written:
    heading = column.header
    needed = column.filled or (column.required and column.default is None)
    if column.money:
        if not Header(tight(heading), 0, (tight(heading),)).unit:
            heading += "(万元)"
        parts = sum(c.money and c.required and c is not column for c in ledger.columns)
        amount = 10 * parts if column.name == ledger.amount and parts else 10
        return _Written(heading, "数字，单位万元", amount, is_needed=needed)
    if isinstance(column.read, OneOf):
        choices = column.read.choices
        return _Written(heading, "从下拉框里选", choices[0], choices, is_needed=needed)
    how, example = _HOW.get(column.read, ("文字", f"某{heading}"))
    if column.read is values.count and "年" in heading:
        how, example = "四位年份", 2022
    choices = _YES_NO if column.read is values.yes_no else ()
    return _Written(heading, how, example, choices, is_needed=needed)
