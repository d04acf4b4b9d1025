"""What an upload can do to the process that reads it stays there: a sentence comes back, and the server goes on."""

import io
import re
import resource
import zipfile

import openpyxl
import pytest
import xlsxwriter

from core.imports import isolated as door
from core.imports.describe import describe
from core.imports.isolated import isolated
from core.imports.reading import UnknownLedger, read
from core.imports.workbook import Refused
from core.places import place_tree

TREE = place_tree()
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def table(*rows):
    """An .xlsx of a small table that belongs to no ledger, and these rows after it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate((["序号", "项目名称", "金额(万元)"], [1, "甲", 5], [2, "乙", 6], *rows)):
            sheet.write_row(number, 0, row)
    return file.getvalue()


def patched(content, part, change):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return file.getvalue()


def one_string_a_million_times():
    row = b"".join(b'<c r="%c%%(n)d" t="s"><v>0</v></c>' % (65 + c) for c in range(10))
    rows = b"".join(
        b'<row r="%d">%s</row>' % (n, row.replace(b"%(n)d", b"%d" % n)) for n in range(1, 100_001)
    )
    content = patched(table(), STRINGS, lambda d: d.replace(b"<t>", b"<t>" + b"\xe7\x94\xb2" * 10_000, 1))
    return patched(content, SHEET, lambda d: d[: d.index(b"<row")] + rows + d[d.index(b"</sheetData>") :])


def far_ods():
    """An .ods whose one cell stands behind a million blank ones in a row, a million rows down."""
    spaces = " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text")
    )
    cell = '<table:table-cell office:value-type="string"><text:p>甲</text:p></table:table-cell>'
    body = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet><table:table table:name='表'>"
        '<table:table-row table:number-rows-repeated="999999"><table:table-cell/></table:table-row>'
        f'<table:table-row><table:table-cell table:number-columns-repeated="9999999"/>{cell}</table:table-row>'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        out.writestr("content.xml", body)
    return file.getvalue()


REFUSED = {
    "one long string a million times": (one_string_a_million_times, "a.xlsx"),
    "a far cell in an .ods": (far_ods, "a.ods"),
    "a truncated .xls": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\1" * 40_000, "a.xls"),
    "5,000 columns": (lambda: table([f"列{n}" for n in range(5000)]), "a.xlsx"),
    "half a workbook": (lambda: table()[:2500], "a.xlsx"),
}


@pytest.mark.parametrize(("make", "name"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_file_is_refused_within_ten_seconds_and_the_next_one_is_read(make, name):
    content = make()
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    with pytest.raises(Refused) as refused:
        isolated(read, content, name, None, TREE)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime < 10  # of processor
    problem = refused.value.problem
    assert problem.cell == name
    assert "另存为" in problem.fix or "上传" in problem.fix
    assert isolated(describe, table(), "表.xlsx", TREE).amount_wan == 11


def test_a_million_empty_rows_are_harmless():
    rows = b"".join(b'<row r="%d"/>' % n for n in range(4, 1_000_004))
    content = patched(table(), SHEET, lambda d: d.replace(b"</sheetData>", rows + b"</sheetData>"))
    assert isolated(describe, content, "表.xlsx", TREE).rows == 2


def test_a_formula_without_a_value_is_a_problem_of_its_cell_and_an_external_link_is_not_followed():
    book = openpyxl.Workbook()
    for row in (["序号", "项目名称", "金额(万元)"], [1, "甲", "=[1]上年!A1"], [2, "乙", 6]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    link = (
        '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<externalBook r:id="rId1" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"/>'
        "</externalLink>"
    )
    with zipfile.ZipFile(file, "a") as out:
        out.writestr("xl/externalLinks/externalLink1.xml", link)
    said = isolated(describe, file.getvalue(), "表.xlsx", TREE)
    (problem,) = said.problems
    assert (problem.cell, problem.found) == ("Sheet!C2", "公式没有结果")
    assert said.amount_wan is None


def test_a_file_that_takes_for_ever_is_refused(monkeypatch):
    monkeypatch.setattr(door, "MAX_SECONDS", 0.01)
    with pytest.raises(Refused, match="没有读完"):
        isolated(read, table(), "a.xlsx", None, TREE)


def test_a_reading_that_never_ends_is_ended_by_the_processors_clock():
    with pytest.raises(Refused, match="1秒没有读完"):
        door.isolated_for(1, re.fullmatch, "(a+)+b", "a" * 60)


def test_what_the_reading_itself_says_comes_back_as_it_is():
    with pytest.raises(UnknownLedger) as unknown:
        isolated(read, table(), "a.xlsx", None, TREE)
    assert unknown.value.described.amount_wan == 11  # read once: what it is not, and what stands in it
    letter = patched(table(), STRINGS, lambda d: d.replace("序号".encode(), "关于上报的通知".encode()))
    nothing = patched(
        letter,
        SHEET,
        lambda d: (
            d[: d.index(b"<row")] + b'<row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>'
        ),
    )
    with pytest.raises(Refused, match="没有找到表头"):
        isolated(read, nothing, "a.xlsx", None, TREE)
    with pytest.raises(Refused, match="密码"):
        isolated(read, b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", None, TREE)


def test_an_error_of_ours_is_logged_by_place_and_not_by_what_stood_in_the_file(caplog):
    with pytest.raises(Refused, match="出了意外"):
        isolated(bytes.decode, "韩丁四".encode("gb18030"), "utf-8")
    assert "UnicodeDecodeError" in caplog.text
    assert "韩丁四" not in caplog.text


def test_an_answer_that_is_no_plain_value_is_not_taken():
    """A process that a file took over cannot make the server run what it likes."""
    with pytest.raises(Exception, match=r"posix\.system"):
        door._Answer(io.BytesIO(b"cposix\nsystem\n(S'true'\ntR.")).load()
