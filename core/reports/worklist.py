"""The data-quality worklist as a workbook: one sheet a township, ready to print, to fill in and to send back."""

from io import BytesIO
from typing import Any

import xlsxwriter

from core.views.quality import Worklist, Worklists

HEADERS = ("序号", "规则", "村", "户编号", "问题", "怎么改", "整改情况", "整改日期", "核实人")
_WIDTHS = (6, 22, 14, 16, 44, 36, 18, 12, 12)
_INPUT = HEADERS.index("整改情况")  # from here on the township fills in
_FONT = "宋体"


def worklist_file(made: Worklists, mark: str = "") -> bytes:
    """The worklists as .xlsx; one that holds nothing says so on its only sheet. Text stays text, whatever it begins with.
    `mark` (account and time) stands in the page's foot and under the title."""
    out = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties({"title": made.title, "comments": "演示数据" if made.is_demo else ""})
        styles = _styles(book)
        if len(made.townships) != 1:
            _summary(book.add_worksheet("汇总"), made, mark, styles)
        for township in made.townships:
            _sheet(book.add_worksheet(township.place[:31]), made, township, mark, styles)
    return out.getvalue()


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}
    ruled = {**base, "border": 1}
    return {
        "title": book.add_format({**base, "font_size": 18, "bold": True, "align": "center"}),
        "line": book.add_format(base),
        "right": book.add_format({**base, "align": "right"}),
        "header": book.add_format(
            {**ruled, "bold": True, "align": "center", "text_wrap": True, "bg_color": "#E8EEF4"}
        ),
        "cell": book.add_format({**ruled, "text_wrap": True}),
        "number": book.add_format({**ruled, "align": "center"}),
        "sum": book.add_format({**ruled, "align": "center", "bold": True}),
    }


def _heading(
    sheet: Any, made: Worklists, title: str, unit: str, columns: int, mark: str, styles: dict[str, Any]
) -> None:
    """Title, then unit and dates, on the first two rows; the header is the third, frozen and repeated in print."""
    demo = "演示数据" if made.is_demo else ""
    sheet.merge_range(0, 0, 0, columns - 1, f"{title}（{demo}）" if demo else title, styles["title"])
    sheet.set_row(0, 30)
    sheet.write_string(1, 0, f"{made.note.line}　{mark}".strip(), styles["line"])
    sheet.write_string(1, columns - 1, f"单位：{unit}", styles["right"])
    sheet.freeze_panes(3, 0)
    sheet.repeat_rows(0, 2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer(f"&L{demo}&C第&P页，共&N页&R{mark.replace('&', '&&')}")


def _sheet(sheet: Any, made: Worklists, township: Worklist, mark: str, styles: dict[str, Any]) -> None:
    _heading(sheet, made, f"{township.place}监测对象数据质量整改清单", "条", len(HEADERS), mark, styles)
    for column, (name, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, name, styles["header"])
    row = 2
    for row, line in enumerate(township.lines, 3):
        longest = max(len(line.wrong) / _WIDTHS[4], len(line.fix) / _WIDTHS[5])
        sheet.set_row(row, 20 * (1 + int(longest * 1.9)))  # 一个汉字约占1.9个字符宽
        sheet.write_number(row, 0, row - 2, styles["number"])
        for column, text in enumerate((line.rule, line.village, line.code, line.wrong, line.fix), 1):
            sheet.write_string(row, column, text, styles["cell"])
        for column in range(_INPUT, len(HEADERS)):
            sheet.write_blank(row, column, None, styles["cell"])
    if township.lines:
        sheet.autofilter(2, 0, row, len(HEADERS) - 1)
    else:
        row += 1
        sheet.write_string(row, 0, "已检查的规则没有查出问题。", styles["line"])
    if township.unchecked:
        words = f"未检查（导出的表里缺列，不等于没有问题）：{'、'.join(township.unchecked)}"
        sheet.write_string(row + 1, 0, words, styles["line"])
    sheet.write_string(row + 2, 0, "填报人：　　　　　　　　审核人：　　　　　　　　日期：", styles["line"])


def _summary(sheet: Any, made: Worklists, mark: str, styles: dict[str, Any]) -> None:
    rules = sorted(
        {line.rule for t in made.townships for line in t.lines}, key=lambda rule: int(rule.split()[0])
    )
    headers = ("乡镇", *rules, "合计")
    _heading(sheet, made, made.title, "条", max(len(headers), 6), mark, styles)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, len(headers) - 1, 10)
    sheet.set_row(2, 48)
    for column, name in enumerate(headers):
        sheet.write_string(2, column, name, styles["header"])
    row = 2
    for row, township in enumerate(made.townships, 3):
        sheet.write_string(row, 0, township.place, styles["cell"])
        for column, rule in enumerate(rules, 1):
            if rule in township.unchecked:
                sheet.write_string(row, column, "未检查", styles["number"])
            else:
                count = sum(line.rule == rule for line in township.lines)
                sheet.write_number(row, column, count, styles["number"])
        sheet.write_number(row, len(headers) - 1, len(township.lines), styles["sum"])
    if made.townships:
        sheet.write_string(row + 1, 0, "合计", styles["sum"])
        for column in range(1, len(headers)):
            letter = xlsxwriter.utility.xl_col_to_name(column)
            values = [
                sum(line.rule == rules[column - 1] for line in t.lines)
                if column <= len(rules)
                else len(t.lines)
                for t in made.townships
            ]
            formula = f"=SUM({letter}4:{letter}{row + 1})"
            sheet.write_formula(row + 1, column, formula, styles["sum"], sum(values))
    else:
        sheet.write_string(3, 0, "没有要整改的。", styles["line"])
