"""Workbooks as offices spoil them, and worse: a real one, changed in a few ways that a seed decides.

A change is a function of a chance and a book; it knows what tables are made of (title, header, rows, totals, units,
merged cells). The last step may break the file itself: its bytes, its parts, its promises about its size.
"""

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import load_workbook

ROWS = 45  # of a long sheet, with its last two

Cell = Any


@dataclass
class Sheet:
    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: bool = False

    @property
    def width(self) -> int:
        return max((len(row) for row in self.rows), default=0)


@dataclass
class Book:
    name: str
    sheets: list[Sheet]

    def copy(self) -> "Book":
        return Book(
            self.name, [Sheet(s.name, [list(r) for r in s.rows], list(s.merged)) for s in self.sheets]
        )


def read(path: Path) -> Book:
    """A workbook's values, long sheets cut."""
    found = []
    opened = load_workbook(path)
    for name in opened.sheet_names:
        sheet = opened.get_sheet_by_name(name)
        rows = [
            [None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=False)
        ]
        if len(rows) > ROWS:
            rows = rows[: ROWS - 2] + rows[-2:]
        merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
        found.append(Sheet(name, rows, [m for m in merged if m[2] < ROWS - 2]))
    return Book(path.name, found)


# ---- cells -------------------------------------------------------------------------------------------

ODD: list[Cell] = [
    "", " ", "　", "-", "—", "/", "无", "０", "１２３．４５", "1,234.50", "1.2万", "约300", "三百二十", "50%", "５０％", "-5", "(5)",
    "1e308", "1e-400", "9" * 400, "0x1F", "NaN", "inf", "-inf", "#REF!", "#N/A", "#DIV/0!", "=1+1", "=HYPERLINK(\"x\")", "TRUE",
    0, -1, 1e15, 1e308, -1e308, 1e-308, 2**53 + 1, 0.1 + 0.2, True, False,
    "2022-02-30", "2022年13月", "2022.8", "202208", "20220831", "44804", "2022/8/31 25:00", "0000-00-00", "9999-12-31",
    "今年8月底", "8月", "22年8月31日", datetime(2022, 8, 31, 23, 59, 59), date(1900, 3, 1), date(9999, 12, 31), 44804.5,
    "合计", "小计", "总计", "其中：", "备注", "注：以上数据", "单位：万元", "单位：元", "2022年8月31日", "制表人：",
    "杨集", "杨集镇 ", "杨 集 镇", "河南省南阳市方城县杨集镇", "方城县", "赵河镇、杨集镇", "不存在镇", "大河口",
    "\x00", "\x07\x1b[31m", "\ufeff", "\u202e倒着", "a\u0301", "𠮷", "😀", "\ud7ff", "换\n行", "制\t表", "'; drop table batch; --",
    "<script>alert(1)</script>", "{{7*7}}", "%s%n", "../../etc/passwd", "长" * 5000, "x" * 32767, "_x0000_", "&amp;", "]]>",
]  # fmt: skip


def _some(chance: random.Random, book: Book) -> Sheet:
    return chance.choice(book.sheets)


def _at(chance: random.Random, sheet: Sheet) -> tuple[int, int] | None:
    rows = [number for number, row in enumerate(sheet.rows) if row]
    if not rows:
        return None
    row = chance.choice(rows)
    return row, chance.randrange(len(sheet.rows[row]))


def _header(sheet: Sheet) -> int:
    """The row with the most different texts: most likely the header."""
    texts = [len({c for c in row if isinstance(c, str)}) for row in sheet.rows[:12]]
    return texts.index(max(texts)) if texts else 0


def odd_cells(chance, book):
    sheet = _some(chance, book)
    for _ in range(chance.choice((1, 3, 20))):
        if at := _at(chance, sheet):
            sheet.rows[at[0]][at[1]] = chance.choice(ODD)


def odd_column(chance, book):
    sheet = _some(chance, book)
    if sheet.width:
        column, value = chance.randrange(sheet.width), chance.choice(ODD)
        for row in sheet.rows[_header(sheet) + 1 :]:
            if column < len(row):
                row[column] = value if chance.random() < 0.8 else chance.choice(ODD)


def noisy_text(chance, book):
    """Typing: spaces within, full width, a character lost or doubled."""
    sheet = _some(chance, book)
    for _ in range(20):
        at = _at(chance, sheet)
        if at and isinstance(text := sheet.rows[at[0]][at[1]], str) and text:
            cut = chance.randrange(len(text))
            change = chance.choice(("　", " ", "\n", "", text[cut] * 2, "（", "·"))
            sheet.rows[at[0]][at[1]] = text[:cut] + change + text[cut + (change == "") :]


def numbers_as_text(chance, book):
    for row in _some(chance, book).rows:
        row[:] = [str(c) if isinstance(c, int | float) and chance.random() < 0.7 else c for c in row]


def swap_types(chance, book):
    """Values change places within a row: a date where money stands, a name where a number stands."""
    for row in _some(chance, book).rows:
        if len(row) > 1 and chance.random() < 0.3:
            a, b = chance.randrange(len(row)), chance.randrange(len(row))
            row[a], row[b] = row[b], row[a]


# ---- rows and columns --------------------------------------------------------------------------------


def drop_rows(chance, book):
    sheet = _some(chance, book)
    sheet.rows[:] = [row for row in sheet.rows if chance.random() > chance.choice((0.05, 0.5))]


def double_rows(chance, book):
    sheet = _some(chance, book)
    if sheet.rows:
        for _ in range(chance.choice((1, 5))):
            sheet.rows.insert(chance.randrange(len(sheet.rows) + 1), list(chance.choice(sheet.rows)))


def blank_rows(chance, book):
    sheet = _some(chance, book)
    for _ in range(chance.choice((1, 3, 60))):
        sheet.rows.insert(
            chance.randrange(len(sheet.rows) + 1), chance.choice(([], [None] * sheet.width, [""] * 3))
        )


def shuffle_rows(chance, book):
    chance.shuffle(_some(chance, book).rows)


def drop_columns(chance, book):
    sheet = _some(chance, book)
    for _ in range(chance.choice((1, 4))):
        if sheet.width:
            column = chance.randrange(sheet.width)
            for row in sheet.rows:
                del row[column : column + 1]


def double_columns(chance, book):
    sheet = _some(chance, book)
    if sheet.width:
        column = chance.randrange(sheet.width)
        for row in sheet.rows:
            row.insert(column, row[column] if column < len(row) else None)


def shuffle_columns(chance, book):
    sheet = _some(chance, book)
    order = list(range(sheet.width))
    chance.shuffle(order)
    for row in filter(None, sheet.rows):
        row[:] = [row[c] if c < len(row) else None for c in order]


def shift_right(chance, book):
    sheet = _some(chance, book)
    add = chance.choice((1, 3, 200))
    for row in sheet.rows[chance.choice((0, _header(sheet), _header(sheet) + 1)) :]:
        row[:0] = [None] * add


def turn(chance, book):
    sheet = _some(chance, book)
    sheet.rows[:] = [
        [row[c] if c < len(row) else None for row in sheet.rows] for c in range(min(sheet.width, 200))
    ]


# ---- structure ---------------------------------------------------------------------------------------


def odd_header(chance, book):
    sheet = _some(chance, book)
    if sheet.rows and (row := sheet.rows[_header(sheet)]):
        for _ in range(chance.choice((1, 3))):
            column = chance.randrange(len(row))
            row[column] = chance.choice(
                [
                    *ODD,
                    row[chance.randrange(len(row))],
                    None,
                    f"{row[column]}（万元）",
                    f"{row[column]}\n备注",
                ]
            )


def second_header(chance, book):
    sheet = _some(chance, book)
    if sheet.rows:
        sheet.rows.insert(chance.randrange(len(sheet.rows) + 1), list(sheet.rows[_header(sheet)]))


def split_header(chance, book):
    """The header over two rows, groups merged above."""
    sheet = _some(chance, book)
    if sheet.rows:
        at = _header(sheet)
        sheet.rows.insert(
            at, [chance.choice(("项目情况", "资金", "合计", None, "其中")) for _ in sheet.rows[at]]
        )
        for start in range(0, sheet.width - 2, 3):
            sheet.merged.append((at, start, at, start + 2))


def merge_anywhere(chance, book):
    sheet = _some(chance, book)
    for _ in range(chance.choice((1, 4, 30))):
        top, left = chance.randrange(len(sheet.rows) + 1), chance.randrange(sheet.width + 1)
        sheet.merged.append(
            (top, left, top + chance.choice((0, 1, 5, 400)), left + chance.choice((0, 1, 5, 60)))
        )


def totals_anywhere(chance, book):
    sheet = _some(chance, book)
    row = [
        chance.choice(("合计", "小计", "总计", 0, -1, 12.5, None, "=SUM(A1:A9)")) for _ in range(sheet.width)
    ]
    sheet.rows.insert(chance.randrange(len(sheet.rows) + 1), row)


def titles(chance, book):
    sheet = _some(chance, book)
    for _ in range(chance.choice((1, 6, 40))):
        sheet.rows.insert(0, [chance.choice([c for c in ODD if isinstance(c, str)])])


def two_tables(chance, book):
    sheet = _some(chance, book)
    other = chance.choice(book.sheets)
    gap = [[] for _ in range(chance.randrange(3))]
    if chance.random() < 0.5:
        sheet.rows += gap + [list(row) for row in other.rows]
    else:
        width = sheet.width
        for number, row in enumerate(other.rows[: len(sheet.rows)]):
            sheet.rows[number] += [None] * (width - len(sheet.rows[number]) + len(gap)) + list(row)


def more_sheets(chance, book):
    for _ in range(chance.choice((1, 3, 30))):
        chosen = chance.choice(book.sheets)
        rows = [list(row) for row in chosen.rows] if chance.random() < 0.4 else []
        name = chance.choice(("Sheet1", "汇总", "附表", "填报说明", "…", "a" * 31)) + str(len(book.sheets))
        book.sheets.insert(
            chance.randrange(len(book.sheets) + 1), Sheet(name[-31:], rows, hidden=chance.random() < 0.3)
        )


def empty(chance, book):
    sheet = _some(chance, book)
    sheet.rows[:] = chance.choice(([], [[None]], [[""]], [["表头"]], sheet.rows[: _header(sheet) + 1]))


def many_rows(chance, book):
    sheet = _some(chance, book)
    if sheet.rows:
        sheet.rows += [list(chance.choice(sheet.rows)) for _ in range(1500)]


def far_cell(chance, book):
    """One cell far away, so that the sheet says it is huge."""
    sheet = _some(chance, book)
    if chance.random() < 0.5:
        sheet.rows += [[] for _ in range(20_000)] + [["远"]]
    elif sheet.rows:
        sheet.rows[0] += [None] * (16_000 - len(sheet.rows[0])) + ["远"]


def other_name(_chance, book):
    book.name = _chance.choice(
        ("a.xlsx", "项目台账.xlsx", "2022-13-45.xlsx", "监测对象信息-20220831(1)(2).xlsx", "资金支付台账-99999999.xlsx", "无日期", "..xlsx",
         "表" * 120 + ".xlsx", "b.csv", "c.xls", "d.ods", "e.xlsb", "f.et", "项目\n台账-20220831.xlsx")
    )  # fmt: skip


CHANGES: list[Callable[[random.Random, Book], None]] = [
    odd_cells, odd_cells, odd_column, noisy_text, numbers_as_text, swap_types, drop_rows, double_rows, blank_rows, shuffle_rows,
    drop_columns, double_columns, shuffle_columns, shift_right, turn, odd_header, odd_header, second_header, split_header,
    merge_anywhere, totals_anywhere, titles, two_tables, more_sheets, empty, many_rows, far_cell, other_name,
]  # fmt: skip


# ---- the file ----------------------------------------------------------------------------------------


def packed(book: Book) -> bytes:
    """The book as .xlsx."""
    held = io.BytesIO()
    out = xlsxwriter.Workbook(
        held,
        {
            "nan_inf_to_errors": True,
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        },
    )
    a_day = out.add_format({"num_format": "yyyy-mm-dd"})
    for number, sheet in enumerate(book.sheets):
        made = out.add_worksheet(
            f"{sheet.name[:24] or '表'}-{number}".translate(str.maketrans("", "", "[]:*?/\\'"))
        )
        for top, left, bottom, right in sheet.merged:
            if (top, left) == (bottom, right):
                continue
            try:
                made.merge_range(top, left, min(bottom, 1_048_575), min(right, 16_383), "")
            except Exception:  # overlapping merges are none that a program writes
                continue
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row[:16_384]):
                if value is None:
                    continue
                if isinstance(value, bool):
                    made.write_boolean(r, c, value)
                elif isinstance(value, int | float):
                    made.write_number(r, c, value)
                elif isinstance(value, datetime | date):
                    made.write_datetime(r, c, value, a_day)
                elif str(value).startswith("="):
                    made.write_formula(r, c, str(value), value="7")
                else:
                    made.write_string(r, c, str(value)[:32_767])
        if sheet.hidden and number:
            made.hide()
    if not book.sheets:
        out.add_worksheet()
    out.close()
    return held.getvalue()


def broken(chance: random.Random, content: bytes) -> bytes:
    """The file itself spoiled."""
    kind = chance.randrange(6)
    if kind == 0:
        return content[: chance.randrange(len(content))]
    if kind == 1:
        spoiled = bytearray(content)
        for _ in range(chance.choice((1, 5, 50))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        return bytes(spoiled)
    if kind == 2:
        return chance.choice(
            (
                b"",
                b"PK\x03\x04",
                b"\xd0\xcf\x11\xe0" + content,
                content * 2,
                b"\xff\xfe" + content[:999],
                content[::-1],
            )
        )
    return _parts_spoiled(chance, content)


def _parts_spoiled(chance: random.Random, content: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        chosen = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == chosen:
                part = chance.choice(PARTS)(chance, part)
                if part is None:
                    continue
            new.writestr(name, part)
    return held.getvalue()


PARTS: list[Callable[[random.Random, bytes], bytes | None]] = [
    lambda _c, _p: None,
    lambda _c, _p: b"",
    lambda c, p: p[: c.randrange(len(p) + 1)],
    lambda _c, p: p.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" x="'),
    lambda c, p: p.replace(b"<v>", b"<v>%d" % c.choice((9, 10**9, -5)), c.choice((1, 10**6))),
    lambda c, p: p.replace(b' t="s"', b' t="%s"' % c.choice((b"n", b"d", b"b", b"e", b"q")), 20),
    lambda c, p: p.replace(b' r="', b' r="%s' % c.choice((b"ZZZZ", b"0", b"A", b"-1")), c.choice((1, 30))),
    lambda c, p: p.replace(b' s="', b' s="9%d' % c.randrange(999)),
    lambda _c, p: p.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]>', 1),
    lambda _c, p: p.replace(b"utf-8", b"utf-7").replace(b"UTF-8", b"utf-16"),
    lambda _c, p: p.replace(b"mergeCell ref=", b'mergeCell ref="B2:A1" x='),
    lambda _c, p: p + b"<a>" * 5000,
]


def spoiled(seed: int, books: list[Book]) -> tuple[str, bytes, list[str]]:
    """(file name, content, what was done) of a seed."""
    chance = random.Random(seed)
    book = chance.choice(books).copy()
    done = [book.name]
    for change in chance.choices(CHANGES, k=chance.choice((1, 1, 2, 3, 5))):
        change(chance, book)
        done.append(change.__name__)
    content = packed(book)
    if chance.random() < 0.2:
        content = broken(chance, content)
        done.append("broken")
    return book.name, content, done
