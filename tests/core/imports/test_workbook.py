"""Files as counties send them, and as nobody should: read, or refused with a sentence."""

import io
import random
import zipfile
from contextlib import suppress

import openpyxl
import pytest
import xlsxwriter

from core.imports import workbook
from core.imports.workbook import Merge, Refused, cell_name, read_workbook

SHEET = "xl/worksheets/sheet1.xml"


def book(rows, merges=(), title="Sheet1"):
    """An .xlsx of these rows; `merges` are (row, column, row, column) from 0."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as out:
        sheet = out.add_worksheet(title)
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)
        for r0, c0, r1, c1 in merges:
            sheet.merge_range(r0, c0, r1, c1, rows[r0][c0])
    return file.getvalue()


def patched(content, part, change):
    """The workbook with one part of its zip changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, change(data) if name == part else data)
    return file.getvalue()


def with_rows(rows):
    return patched(GOOD, SHEET, lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>"))


def ods(cells, rows_repeated=1):
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:body><office:spreadsheet><table:table table:name="表">'
        f'<table:table-row table:number-rows-repeated="{rows_repeated}">'
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in cells
        )
        + "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        out.writestr("content.xml", content)
    return file.getvalue()


GOOD = book([["序号", "项目名称", "金额(万元)"], [1, "甲", 5], [2, "乙", 6]])


def test_a_cell_is_named_by_sheet_letter_and_row():
    assert cell_name("项目台账", 18, 2) == "项目台账!C18"
    assert cell_name("表", 1, 26) == "表!AA1"
    assert cell_name("表", 1, 176) == "表!FU1"
    assert [workbook.column_number(workbook.column_letters(n)) for n in range(1000)] == list(range(1000))


def test_rows_and_columns_keep_the_sheets_own_numbers():
    (sheet,) = read_workbook(book([[], [], ["", "", "序号"], ["", "", 1]]), "a.xlsx")
    assert sheet.cell(3, 2) == "序号"
    assert sheet.cell(4, 2) == 1.0
    assert sheet.cell(1, 0) == ""
    assert sheet.cell(99, 99) == ""


def test_merged_ranges_are_given_in_row_numbers():
    (sheet,) = read_workbook(book([["表", ""], ["序号", "村"]], [(0, 0, 0, 1)]), "a.xlsx")
    assert sheet.merged == (Merge(1, 0, 1, 1),)


def test_a_column_merged_to_the_end_of_the_sheet_reaches_as_far_as_its_rows():
    (sheet,) = read_workbook(
        patched(
            GOOD,
            SHEET,
            lambda d: d.replace(
                b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A2:B1048576"/></mergeCells>'
            ),
        ),
        "a.xlsx",
    )
    assert sheet.merged == (Merge(2, 0, 3, 1),)


def test_text_that_looks_like_a_formula_stays_text():
    (sheet,) = read_workbook(book([["=1+1", "+86", "-甲", "@b"]]), "a.xlsx")
    assert sheet.rows[0] == ["=1+1", "+86", "-甲", "@b"]


def test_hidden_sheets_are_marked():
    made = openpyxl.Workbook()
    made.active["A1"] = "甲"
    made.create_sheet("下拉").append(["乙"])
    made["下拉"].sheet_state = "hidden"
    file = io.BytesIO()
    made.save(file)
    assert [(s.name, s.hidden) for s in read_workbook(file.getvalue(), "a.xlsx")] == [
        ("Sheet", False),
        ("下拉", True),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(encoding):
    (sheet,) = read_workbook('序号,项目名称,金额\r\n1,"甲\r\n乙",=5\r\n'.encode(encoding), "台账.csv")
    assert sheet.name == "台账"
    assert sheet.rows == [["序号", "项目名称", "金额"], ["1", "甲\r\n乙", "=5"]]
    assert sheet.merged is None


def test_ods_is_read():
    (sheet,) = read_workbook(ods(["序号", "村"]), "a.ods")
    assert sheet.rows == [["序号", "村"]]
    assert sheet.merged is None


def test_formulas_without_a_value_and_errors_are_known():
    made = openpyxl.Workbook()
    for row in ([1, "=1+1"], [2, 3]):
        made.active.append(row)
    file = io.BytesIO()
    made.save(file)
    (sheet,) = read_workbook(file.getvalue(), "a.xlsx")
    assert sheet.uncomputed == {(1, 1)}
    error = patched(
        GOOD,
        SHEET,
        lambda d: d.replace(b'<c r="C2"><v>5</v></c>', b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'),
    )
    assert read_workbook(error, "a.xlsx")[0].uncomputed == {(2, 2)}


def test_a_formula_with_its_value_is_its_value():
    content = patched(
        GOOD, SHEET, lambda d: d.replace(b'<c r="C2"><v>5</v>', b'<c r="C2"><f>2+3</f><v>5</v>')
    )
    (sheet,) = read_workbook(content, "a.xlsx")
    assert sheet.cell(2, 2) == 5.0
    assert sheet.uncomputed == frozenset()


def test_blank_rows_and_formatted_blanks_far_below_are_harmless():
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(4, 300_000))
    (sheet,) = read_workbook(with_rows(rows), "a.xlsx")
    assert len(sheet.rows) == 3


ENCRYPTED = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
)

HOSTILE = {
    "empty": (b"", "a.xlsx", "空文件"),
    "zeros": (bytes(1000), "a.xlsx", "空文件"),
    "no workbook": (b"hello\1", "a.xlsx", "不是表格"),
    "text in a workbook's name": ("序号,金额\n1,5\n".encode("gb18030"), "a.xlsx", "后缀与内容不符"),
    "a page": (b"<html><table></table></html>", "a.xls", "网页"),
    "some zip": (
        patched(GOOD, "xl/workbook.xml", lambda d: d).replace(b"xl/workbook", b"xl/wordbook"),
        "a.xlsx",
        "不是表格",
    ),
    "no text": (bytes(range(256)) * 4, "a.csv", "编码"),
    "truncated": (GOOD[: len(GOOD) // 2], "a.xlsx", "不完整"),
    "last bytes missing": (GOOD[:-30], "a.xlsx", "不完整"),
    "password": (ENCRYPTED, "a.xlsx", "密码"),
    "broken xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 5000, "a.xls", "不完整"),
    "no cells": (book([[]]), "a.xlsx", "没有内容"),
    "blank csv": (b",,\r\n,,\r\n", "a.csv", "没有内容"),
    "entities": (
        patched(
            GOOD, SHEET, lambda d: d.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY x "y">]><worksheet', 1)
        ),
        "a.xlsx",
        "DOCTYPE",
    ),
    "far cell": (with_rows(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), "a.xlsx", "16384列"),
    "far row": (with_rows(b'<row r="1048576"><c r="C1048576"><v>1</v></c></row>'), "a.xlsx", "1048576行"),
    "far cell in a near row": (
        with_rows(b'<row r="4"><c r="ZZ1048576"><v>1</v></c></row>'),
        "a.xlsx",
        "1048576行",
    ),
    "far column": (with_rows(b'<row r="4"><c r="XFD4"><v>1</v></c></row>'), "a.xlsx", "16384列"),
    "merges upon merges": (
        patched(
            GOOD,
            SHEET,
            lambda d: d.replace(
                b"</sheetData>",
                b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:C1048576"/>' * 9 + b"</mergeCells>",
            ),
        ),
        "a.xlsx",
        "合并单元格",
    ),
    "many columns": (book([[f"列{n}" for n in range(5000)]]), "a.xlsx", "5000列"),
    "zip bomb": (with_rows(b" " * 20_000_000), "a.xlsx", "兆"),
    "long csv": (b"1,2\n" * 200_001, "a.csv", "行"),
    "repeated ods": (ods(["甲"], rows_repeated=1_000_000), "a.ods", "表"),
    "wide ods": (ods(["甲"] * 1200), "a.ods", "列"),
}


@pytest.mark.parametrize(("content", "name", "word"), HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_read_is_refused_with_a_sentence(content, name, word):
    with pytest.raises(Refused) as refused:
        read_workbook(content, name)
    problem = refused.value.problem
    assert word in problem.found
    assert problem.cell == name
    assert problem.fix


def test_damaged_bytes_never_raise_anything_else():
    dice = random.Random(1)
    for _ in range(300):
        damaged = bytearray(GOOD)
        for _ in range(dice.choice([1, 5, 50])):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        with suppress(Refused):
            read_workbook(bytes(damaged), "a.xlsx")


def test_damaged_parts_never_raise_anything_else():
    dice = random.Random(2)
    parts = zipfile.ZipFile(io.BytesIO(GOOD)).namelist()

    def damage(data):
        data = bytearray(data)
        for _ in range(dice.choice([1, 5])):
            at = dice.randrange(len(data))
            data[at : at + dice.choice([0, 1, 5])] = bytes([dice.randrange(256)]) * dice.choice([0, 1, 3])
        return bytes(data)

    for _ in range(200):
        with suppress(Refused):
            read_workbook(patched(GOOD, dice.choice(parts), damage), "a.xlsx")
