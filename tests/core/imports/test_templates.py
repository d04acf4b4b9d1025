"""Empty workbooks of every ledger: untouched they hold no data, filled in as the example shows they import clean."""

import io

import openpyxl
import pytest

from core.imports.headings import headings_of
from core.imports.ledgers import LEDGERS
from core.imports.reading import read
from core.imports.table import find_table
from core.imports.templates import template
from core.imports.workbook import read_workbook
from core.places import place_tree

TREE = place_tree()


def imported(content, key):
    return read(content, f"{key}-20220831.xlsx", None, TREE)


@pytest.mark.parametrize("key", LEDGERS)
def test_an_untouched_template_is_recognised_and_holds_no_data(key):
    draft = imported(template(key, TREE), key)
    assert draft.ledger == key
    assert draft.rows == ()
    (problem,) = draft.problems
    assert problem.found == "没有数据，只有示例行"


@pytest.mark.parametrize("key", LEDGERS)
def test_a_template_filled_in_as_its_example_shows_imports_clean(key):
    book = openpyxl.load_workbook(io.BytesIO(template(key, TREE)))
    page = book.active
    (example,) = [row for row in page.iter_rows() if row[0].value == "示例"]
    for cell in example:
        page.cell(cell.row + 1, cell.column, cell.value)
    page.cell(example[0].row + 1, 1, 1)
    file = io.BytesIO()
    book.save(file)
    draft = imported(file.getvalue(), key)
    assert [str(p) for p in draft.problems] == []
    assert (draft.ledger, len(draft.rows), draft.unused) == (key, 1, ())


@pytest.mark.parametrize("key", LEDGERS)
def test_a_template_has_every_column_with_its_unit_and_drop_downs_where_words_are_few(key):
    content = template(key, TREE)
    table = find_table(read_workbook(content, "a.xlsx"))
    ledger = LEDGERS[key]
    found = headings_of(table, ledger, {})
    assert found.missing == ()
    units = {h.index: h.unit for h in table.headers}
    assert all(units[found.found[c.name]] for c in ledger.columns if c.money)
    page = openpyxl.load_workbook(io.BytesIO(content)).active
    lists = [rule for rule in page.data_validations.dataValidation if rule.type == "list"]
    few = [c for c in ledger.columns if hasattr(c.read, "choices") or c.read.__name__ == "yes_no"]
    assert len(lists) == len(few) + bool(ledger.place_headers)


def test_the_command_writes_a_template(tmp_path):
    from typer.testing import CliRunner

    from core.__main__ import app

    path = tmp_path / "空表.xlsx"
    assert CliRunner().invoke(app, ["template", "projects", "--out", str(path)]).exit_code == 0
    assert imported(path.read_bytes(), "projects").ledger == "projects"
    wrong = CliRunner().invoke(app, ["template", "项目"])
    assert wrong.exit_code == 2
    assert "可用的有" in wrong.output
