"""Bytes of an uploaded file in, sheets of plain cells out; or `Refused`, with the sentence for the clerk.

python-calamine decodes .xlsx, .xls, .xlsb and .ods; .csv is read here. What an .xlsx could do to the decoder
(zip bomb, far cell, entities) is checked before decoding, for the sake of a sentence that says what is wrong.
The other formats cannot be looked through as cheaply, and a damaged one can make the decoder abort the whole
process: uploads are read by `core.imports.isolated`.
"""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import PurePath
from typing import NamedTuple

import python_calamine as calamine

from core.draft import Problem

Cell = str | float | int | bool | date | datetime | time | timedelta

MAX_FILE = 64_000_000  # bytes as uploaded
MAX_UNPACKED = 256_000_000  # bytes in a zip directory, all parts
MAX_RATIO = 250  # unpacked to packed, for parts of more than a megabyte
MAX_CELLS = 4_000_000  # cells of all sheets, blanks included: 22,000 rows of the 177-column export
MAX_ROWS = 200_000
MAX_COLUMNS = 1_000
SURE_COLUMNS = 702  # ZZ: a sheet without a three-letter column has no more
SURE_CELLS = 16_000_000  # what the decoder may span before the exact count; half a gigabyte

# Two searches and not one with "|": each then runs at the speed of its literal beginning.
_FAR = (re.compile(rb'r="[A-Z]{3}\d'), re.compile(rb'r="[A-Z][A-Z\d]{3}\d{4}'))
_CELL_REF = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\sr=[\"']([A-Z]+)(\d+)[\"'][^>]*(?<!/)>"
)  # not <c r="A1" s="1"/>
_CONTROL = re.compile(rb"[\0-\x08\x0e-\x1f]")  # no text has them, in any encoding of a .csv but UTF-16
_FORMULA = re.compile(rb"<f[ >/]")
_REPEATED_ROW = re.compile(
    rb'<table:table-row[^>]*number-rows-repeated="(\d+)"[^>]*>(.*?)</table:table-row>', re.S
)
_REPEATED_CELL = re.compile(rb'<table:table-cell[^>]*number-columns-repeated="(\d+)"[^>]*>')


class Refused(Exception):
    """A file in which no table can be read; `problem` says why and what to do, in Chinese."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem

    def __str__(self) -> str:
        return str(self.problem)


class Merge(NamedTuple):
    """A merged range: rows as the sheet numbers them (from 1), columns from 0; all four inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet. `rows[0]` is row 1 and its first cell is column A, whatever was blank before the data.

    Blank cells are "". `merged` is None where the format does not say (.xlsb, .ods, .csv). `uncomputed` are
    the (row, column) of cells whose formula has no value or an error: calamine gives those as "".
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[Merge, ...] | None = None
    hidden: bool = False
    uncomputed: frozenset[tuple[int, int]] = frozenset()

    def cell(self, row: int, column: int) -> Cell:
        """The cell at a row number (from 1) and a column (from 0); "" outside the sheet."""
        if 0 < row <= len(self.rows) and column < len(self.rows[row - 1]):
            return self.rows[row - 1][column]
        return ""


def column_letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A -> 0, AA -> 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def cell_name(sheet: str, row: int, column: int) -> str:
    """A cell as a Problem names it: ("项目台账", 18, 2) -> 项目台账!C18. Rows count from 1, columns from 0."""
    return f"{sheet}!{column_letters(column)}{row}"


def read_workbook(content: bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of an uploaded file that hold anything, in their order.

    `name` is the file's name: it tells .csv apart and stands in the Problem. Raises `Refused`.
    """
    if not content.strip(b"\0 \r\n\t"):
        raise _refused(name, "空文件", "请上传有内容的表格")
    if len(content) > MAX_FILE:
        raise _refused(
            name, f"文件有{len(content) / 1e6:.0f}兆", f"请拆成小于{MAX_FILE // 1_000_000}兆的文件"
        )
    if content.startswith(b"PK"):
        sheets = _decoded(content, name, _checked_zip(content, name))
    elif content.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise _protected(name)
        sheets = _decoded(content, name, {})
    elif PurePath(name).suffix.lower() in (".csv", ".txt", ".tsv"):
        sheets = (_csv(content, name),)
    elif content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<":
        raise _refused(name, "网页或XML文件，只是改了后缀", "请用WPS或Excel打开，另存为.xlsx后再上传")
    elif not _CONTROL.search(content[:4000]):
        raise _refused(
            name,
            "文字文件，后缀与内容不符",
            "是.csv就把后缀改为.csv；或用WPS或Excel打开，另存为.xlsx后再上传",
        )
    else:
        raise _refused(name, "不是表格的文件", "请上传.xlsx、.xls、.xlsb、.ods或.csv文件")
    sheets = tuple(s for s in sheets if s.rows)
    if not sheets:
        raise _refused(name, "没有内容的工作簿", "请上传有内容的表格")
    return sheets


def _refused(name: str, found: str, fix: str, expected: str = "能打开的表格文件") -> Refused:
    return Refused(Problem(name, expected, found, fix))


def _protected(name: str) -> Refused:
    return _refused(name, "加了密码的文件", "请取消打开密码后再上传", "没有密码的表格文件")


def _damaged(name: str) -> Refused:
    return _refused(name, "不完整或已损坏的文件", "请用WPS或Excel打开，确认内容完整，另存为.xlsx后再上传")


def _too_big(name: str, found: str) -> Refused:
    return _refused(name, found, "请删去表格以外的行、列和内容，另存后再上传", "大小正常的表格")


def _checked_zip(content: bytes, name: str) -> dict[str, frozenset[tuple[int, int]]]:
    """Looks through a zip before anything decodes it: sizes, entities, far cells.

    Gives the uncomputed cells by the sheet's name (of an .xlsx); every part is unpacked once, so its checksum is
    proved too.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = archive.infolist()
        if any(p.flag_bits & 1 for p in parts):
            raise _protected(name)
        unpacked = sum(p.file_size for p in parts)
        if unpacked > MAX_UNPACKED or any(
            p.file_size > 1_000_000 and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts
        ):
            raise _too_big(name, f"解开后有{unpacked / 1e6:.0f}兆的压缩文件")
        names = {p.filename for p in parts}
        if not any(n.startswith("xl/workbook") or n == "content.xml" for n in names):
            raise _refused(name, "不是表格的压缩文件", "请上传.xlsx、.xls、.xlsb、.ods或.csv文件")
        uncomputed: dict[str, frozenset[tuple[int, int]]] = {}
        cells = 0
        for part in parts:
            data = archive.read(part)
            if part.filename.endswith((".xml", ".rels")):
                _refuse_entities(data, name)
            if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                cells += _area(data, name, MAX_CELLS - cells)
                if found := frozenset(_uncomputed(data)):
                    uncomputed[part.filename] = found
            elif part.filename == "content.xml":
                _refuse_repeats(data, name)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ) as e:
        raise _damaged(name) from e
    return {title: uncomputed[path] for title, path in _sheet_paths(archive).items() if path in uncomputed}


def _refuse_entities(data: bytes, name: str) -> None:
    # A DOCTYPE can stand only before the first element.
    root = re.search(rb"<[A-Za-z]", data)
    if b"<!DOCTYPE" in data[: root.start() if root else None]:
        raise _refused(name, "含有外部定义（DOCTYPE）的文件", "请用WPS或Excel打开，另存为.xlsx后再上传")


def _area(data: bytes, name: str, left: int) -> int:
    """How many cells the sheet spans from A1 to its last one; refuses more than `left`.

    Counting them costs as much as decoding, so a sheet that cannot span much counts 0 here and is counted once
    decoded.
    """
    last = data.rfind(b"<row ")
    number = re.match(rb'<row r="(\d+)"', data[last : last + 40]) if last >= 0 else None
    rows = int(number.group(1)) if number else data.count(b"<row")
    if number and rows * SURE_COLUMNS <= SURE_CELLS and not any(far.search(data) for far in _FAR):
        return 0
    width = height = 0
    letters: dict[bytes, int] = {}
    for match in _CELL_REF.finditer(data):
        column, row = match.groups()
        if column not in letters:
            letters[column] = column_number(column.decode()) + 1
            if letters[column] > width:
                width = letters[column]
        if int(row) > height:
            height = int(row)
    if width > MAX_COLUMNS:
        raise _too_big(name, f"有{width}列的工作表（到{column_letters(width - 1)}列）")
    if width * height > left or height > MAX_ROWS:
        raise _too_big(
            name, f"有{height}行、{width}列的工作表（到{column_letters(width - 1)}{height}单元格）"
        )
    return width * height


def _uncomputed(data: bytes) -> Iterator[tuple[int, int]]:
    """Cells whose formula has no stored value, or whose value is an error such as #REF!."""
    starts: list[int] = []
    has_formulas = _FORMULA.search(data) is not None
    if has_formulas:
        for match in _FORMULA.finditer(data):
            end = data.find(b"</c>", match.start())
            value = data.find(b"<v>", match.start(), end)
            if value < 0 or data.startswith(b"<v></v>", value):
                starts.append(match.start())
    # Errors come out of formulas; errors pasted as values are looked for only where that costs little.
    at = data.find(b't="e"') if has_formulas or len(data) < 8_000_000 else -1
    while at >= 0:
        starts.append(data.find(b">", at))
        at = data.find(b't="e"', at + 1)
    for start in starts:
        tag = data[data.rfind(b"<c ", 0, start) : start]
        if match_ref := re.search(rb'\sr="([A-Z]{1,3})(\d{1,7})"', tag[:200]):
            yield int(match_ref.group(2)), column_number(match_ref.group(1).decode())


def _refuse_repeats(data: bytes, name: str) -> None:
    """An .ods says "this cell 16384 times, in this row a million times"; harmless only when it is blank."""
    total = 0
    for match in _REPEATED_CELL.finditer(data):
        if b"office:value" in match.group(0):
            total += int(match.group(1))
            if int(match.group(1)) > MAX_COLUMNS:
                raise _too_big(name, f"同一内容重复{int(match.group(1))}列的工作表")
    for match in _REPEATED_ROW.finditer(data):
        if b"office:value" in match.group(2):
            width = sum(int(n) for n in _REPEATED_CELL.findall(match.group(2))) + match.group(2).count(
                b"<table:table-cell"
            )
            total += int(match.group(1)) * min(width, MAX_COLUMNS)
    if total > MAX_CELLS:
        raise _too_big(name, f"重复内容超过{MAX_CELLS}个单元格的工作表")


def _sheet_paths(archive: zipfile.ZipFile) -> dict[str, str]:
    """Which part of an .xlsx holds which sheet; empty for other formats."""
    try:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets: dict[str, str] = {}
    for link in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", links):
        key, target = re.search(r'\bId="([^"]*)"', link), re.search(r'\bTarget="([^"]*)"', link)
        if key and target:
            path = target.group(1)
            targets[key.group(1)] = path.lstrip("/") if path.startswith("/") else "xl/" + path
    paths: dict[str, str] = {}
    for sheet in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        title, key = re.search(r'\bname="([^"]*)"', sheet), re.search(r'\br:id="([^"]*)"', sheet)
        if title and key and key.group(1) in targets:
            plain = title.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
            paths[plain.replace("&apos;", "'").replace("&amp;", "&")] = targets[key.group(1)]
    return paths


def _decoded(
    content: bytes, name: str, uncomputed: dict[str, frozenset[tuple[int, int]]]
) -> tuple[Sheet, ...]:
    sheets: list[Sheet] = []
    cells = 0
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            for meta in book.sheets_metadata:
                if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(meta.name)
                if sheet.end is None:
                    continue
                height, width = sheet.end[0] + 1, sheet.end[1] + 1
                cells += height * width
                if width > MAX_COLUMNS or height > MAX_ROWS or cells > MAX_CELLS:
                    raise _too_big(name, f"有{height}行、{width}列的工作表“{meta.name}”")
                merged = _merges(sheet.merged_cell_ranges, height, width)
                if (
                    sum((m.bottom - m.top + 1) * (m.right - m.left + 1) for m in merged or ())
                    > height * width
                ):
                    raise _too_big(name, f"合并单元格互相重叠的工作表“{meta.name}”")
                sheets.append(
                    Sheet(
                        meta.name,
                        sheet.to_python(skip_empty_area=False),
                        merged,
                        meta.visible != calamine.SheetVisibleEnum.Visible,
                        uncomputed.get(meta.name, frozenset()),
                    )
                )
    except Refused:
        raise
    except calamine.PasswordError as e:
        raise _protected(name) from e
    except Exception as e:
        raise _damaged(name) from e
    except BaseException as e:
        # Rust's panic is no Exception; anything else (a stop, Ctrl-C) goes on its way.
        if type(e).__name__ != "PanicException":
            raise
        raise _damaged(name) from e
    return tuple(sheets)


def _merges(
    ranges: list[tuple[tuple[int, int], tuple[int, int]]] | None, height: int, width: int
) -> tuple[Merge, ...] | None:
    """Merged ranges as far as the sheet holds anything; None where the format does not tell them."""
    if ranges is None:
        return None
    return tuple(
        Merge(top + 1, left, min(bottom + 1, height), min(right, width - 1))
        for (top, left), (bottom, right) in ranges
        if top < height and left < width
    )


def _csv(content: bytes, name: str) -> Sheet:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refused(name, "认不出文字编码的文件", "请用WPS或Excel打开，另存为.xlsx后再上传")
    if "\0" in text:
        raise _refused(name, "不是表格的文件", "请上传.xlsx、.xls、.xlsb、.ods或.csv文件")
    head = text[:20_000]
    separator = max(",\t;", key=head.count)
    rows: list[list[Cell]] = []
    width = 0
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            rows.append([*line])
            width = max(width, len(line))
            if len(rows) > MAX_ROWS or width > MAX_COLUMNS or width * len(rows) > MAX_CELLS:
                raise _too_big(name, f"超过{len(rows)}行、{width}列的表格")
    except csv.Error as e:
        raise _damaged(name) from e
    if not any(any(row) for row in rows):
        rows = []
    for row in rows:
        row.extend([""] * (width - len(row)))
    return Sheet(PurePath(name).stem, rows)
