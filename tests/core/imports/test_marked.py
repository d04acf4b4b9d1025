"""The clerk's file given back: each problem in its cell, mended there, and clean when it comes again."""

import io

import openpyxl
import pytest

from core.draft import Problem
from core.imports import marked
from core.imports.marked import mark
from core.imports.reading import read
from core.imports.workbook import read_workbook
from core.places import place_tree
from tests.core.imports.test_formats import FORMATS
from tests.core.imports.test_headings import PROJECT, sheet

TREE = place_tree()
BROKEN = {**PROJECT, "乡镇": "卷桥镇", "村": "", "中央(万元)": "一百", "项目名称": "=甲项目"}
NAME = "项目台账-20220831.xlsx"
NO_CELL = Problem(NAME, "数据截至日期", "没有找到", "=写明日期")


def projects(content, name=NAME):
    return read(content, name, "projects", TREE)


def marks(content):
    """{cell: comment} of the first sheet, and the rows of the last."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    return {c.coordinate: c.comment.text for row in page.iter_rows() for c in row if c.comment}, [
        [c.value for c in row] for row in book.worksheets[-1].iter_rows()
    ]


def mended(content, changes):
    book = openpyxl.load_workbook(io.BytesIO(content))
    for cell, value in changes.items():
        book.worksheets[0][cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("most", [0, marked.KEPT_CELLS], ids=["written anew", "kept"])
def test_a_marked_file_mended_in_its_cells_imports_clean(most, monkeypatch):
    monkeypatch.setattr(marked, "KEPT_CELLS", most)
    content = sheet(list(BROKEN), list(BROKEN.values()))
    draft = projects(content)
    back = mark(content, NAME, (*draft.problems, NO_CELL))
    comments, listed = marks(back)
    assert list(comments) == ["E2", "K2"]
    assert "改为“券桥镇”" in comments["E2"]
    assert [line[0] for line in listed[2:]] == ["Sheet!K2", "Sheet!E2", NAME]
    assert listed[4][3] == "=写明日期"
    (page, _) = read_workbook(back, NAME)
    assert page.cell(2, 2) == "=甲项目"
    assert page.uncomputed == frozenset()
    again = projects(mended(back, {"E2": "券桥镇", "K2": 100}))
    assert [str(p) for p in again.problems] == []
    assert [row.values["central_fen"] for row in again.rows] == [100_000_000]


def test_what_an_earlier_check_marked_goes_and_the_countys_own_comment_stays():
    content = sheet(list(BROKEN), list(BROKEN.values()))
    book = openpyxl.load_workbook(io.BytesIO(content))
    book.active["E2"].comment = openpyxl.comments.Comment("问过镇里", "韩股长")
    file = io.BytesIO()
    book.save(file)
    once = mark(file.getvalue(), NAME, projects(file.getvalue()).problems)
    assert marks(once)[0]["E2"].startswith("问过镇里")
    twice = mark(mended(once, {"E2": "券桥镇"}), NAME, projects(mended(once, {"E2": "券桥镇"})).problems)
    comments, listed = marks(twice)
    assert comments == {"E2": "问过镇里", "K2": comments["K2"]}
    book = openpyxl.load_workbook(io.BytesIO(twice))
    assert book.sheetnames == ["Sheet", "问题清单"]
    assert len(listed) == 3
    assert book["Sheet"]["E2"].fill.fill_type is None
    assert book["Sheet"]["K2"].fill.fgColor.rgb == "00FFE699"


def test_a_county_sheet_of_the_same_name_is_the_countys():
    book = openpyxl.Workbook()
    book.active.title = "问题清单"
    book.active.append(["序号", "问题"])
    file = io.BytesIO()
    book.save(file)
    assert openpyxl.load_workbook(io.BytesIO(mark(file.getvalue(), "a.xlsx", [NO_CELL]))).sheetnames == [
        "问题清单", "问题清单2",
    ]  # fmt: skip


@pytest.mark.parametrize(("kind", "make"), FORMATS.items(), ids=FORMATS)
def test_every_format_comes_back_as_xlsx_with_the_same_rows(kind, make):
    name = f"项目台账-20220831{kind.split()[0]}"
    (page,) = read_workbook(make(), name)
    problem = Problem(f"{page.name}!G5", "批复时间", "2022.3.21", "核对")
    back = mark(make(), name, [problem])
    assert list(marks(back)[0]) == ["G5"]
    assert [row.values for row in projects(back).rows] == [row.values for row in projects(make(), name).rows]
