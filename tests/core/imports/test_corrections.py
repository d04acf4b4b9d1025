"""Known errors of a source: declared in a workbook of the store, applied at import, shown, refused when outdated."""

from datetime import date

import pytest

from core import importing
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store
from tests.core.imports.test_headings import PAID, PROJECT, sheet

TREE = place_tree()
CORRECTION = {
    "台账": "项目台账", "主键": "FC2022001", "字段（列名）": "批复时间", "原值": "2022-03-20", "改为": "2022-03-02",
    "理由": "批复文件日期写错", "依据文件": "方乡振〔2022〕9号",
}  # fmt: skip


@pytest.fixture
def store(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    made = Store.create(f"sqlite:///{tmp_path}/s.db", is_demo=True)
    yield made
    made.engine.dispose()


def declare(store, *corrections):
    content = sheet(list(CORRECTION), *[list({**CORRECTION, **c}.values()) for c in corrections])
    draft, _ = importing.examine(store, content, "更正台账-20220801.xlsx", TREE)
    assert draft.ledger == "corrections"
    return importing.accept(store, draft, content, by="甲")


def projects(store, **changes):
    row = {**PROJECT, **changes}
    content = sheet(list(row), list(row.values()))
    return importing.examine(store, content, "项目台账-20220831.xlsx", TREE)[0]


def test_a_declared_correction_is_applied_and_shown_with_both_values(store):
    declare(store, {})
    draft = projects(store)
    assert draft.rows[0].values["approved_on"] == date(2022, 3, 2)
    (shown,) = draft.corrected
    assert (shown.cell, shown.header, shown.was, shown.now) == (
        "Sheet!G2",
        "批复时间",
        "2022-03-20",
        "2022-03-02",
    )
    assert "方乡振〔2022〕9号" in shown.reason
    assert [p for p in draft.problems if p.blocks] == []


def test_another_row_is_left_as_it_is(store):
    declare(store, {})
    draft = projects(store, 项目编号="FC2022002")
    assert (draft.corrected, draft.rows[0].values["approved_on"]) == ((), date(2022, 3, 20))


@pytest.mark.parametrize("stands", ["2022-03-02", "2022-03-21"])
def test_a_correction_whose_value_no_longer_stands_is_refused_with_its_cell(store, stands):
    declare(store, {})
    draft = projects(store, 批复时间=stands)
    (problem,) = [p for p in draft.problems if p.blocks]
    assert problem.cell == "Sheet!G2"
    assert "不再适用" in problem.fix
    assert draft.corrected == ()


def test_a_withdrawn_correction_is_no_longer_applied(store):
    batch = declare(store, {})
    store.withdraw(batch, COUNTINGS, by="甲")
    assert projects(store).corrected == ()


def test_a_correction_of_a_household_holds_on_the_rows_that_have_the_value(store):
    declare(
        store,
        {
            "台账": "监测对象信息",
            "主键": "411300000001",
            "字段（列名）": "风险是否已消除",
            "原值": "是",
            "改为": "否",
        },
        {
            "台账": "监测对象信息",
            "主键": "411300000001",
            "字段（列名）": "致贫/返贫风险1",
            "原值": "因病",
            "改为": "因学",
        },
    )
    head = [
        "乡",
        "村",
        "户编号",
        "监测对象类别",
        "风险是否已消除",
        "识别监测时间",
        "消除监测时间",
        "整户无劳动能力兜底保障户",
        "致贫/返贫风险1",
    ]
    person = ["杨集镇", "大河口村", "411300000001", "边缘易致贫户", "是", "202203", "", "否", "因病"]
    content = sheet(head, person, [*person[:4], "否", *person[5:]])
    draft, _ = importing.examine(store, content, "监测对象信息-20220831.xlsx", TREE)
    (row,) = draft.rows
    assert (row.values["is_eliminated"], row.values["members_disagree"]) == (False, False)
    assert row.values["causes"] == ["schooling"]
    assert len(draft.corrected) == 2


def test_a_key_of_several_columns_is_written_with_a_bar(store):
    declare(
        store,
        {
            "台账": "payments",
            "主键": "FC2022001|2022-05-20|中央",
            "字段（列名）": "支付金额(万元)",
            "原值": 12.5,
            "改为": 1.25,
        },
    )
    content = sheet(list(PAID), list(PAID.values()))
    draft, _ = importing.examine(store, content, "资金支付台账-20220831.xlsx", TREE)
    assert draft.rows[0].values["amount_fen"] == 1_250_000


def test_the_key_itself_is_not_corrected(store):
    content = sheet(list(CORRECTION), list({**CORRECTION, "字段（列名）": "项目编号"}.values()))
    draft, _ = importing.examine(store, content, "更正台账-20220801.xlsx", TREE)
    (problem,) = draft.problems
    assert "不能更正" in problem.fix
    assert draft.blocked
