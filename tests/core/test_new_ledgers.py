"""Findings, petitions, assets and work: what their workbooks say, and what is not kept of them."""

from datetime import date

import pytest

from core.count import Picture, State
from core.demo.workbook import write_sheet
from core.imports.reading import read
from core.indicators import assets, employment, findings, petitions
from core.places import place_tree
from core.tables.assets import Asset
from core.tables.employment import Worker
from core.tables.findings import Finding
from core.tables.petitions import Petition

TREE = place_tree()
ON = date(2022, 8, 31)
VILLAGE = TREE.villages_of(TREE.find_units("杨集镇")[0])[0]
LEAF = VILLAGE.code


def counted(counting, *rows, on=ON):
    picture = Picture(on, 0, {str(i): State(LEAF, on, row) for i, row in enumerate(rows)})
    return {
        series: n for (place, series), n in counting.stock(picture, None).by_place().items() if place == LEAF
    }


def taken_in(tmp_path, headers, *rows, ledger=None):
    path = tmp_path / "某台账-20220831.xlsx"
    write_sheet(path, "表", [["方城县台账"], ["单位：万元"]], headers, rows)
    return read(path.read_bytes(), path.name, ledger, TREE)


@pytest.mark.parametrize(
    ("passed_on", "closed_on", "said"),
    [
        (date(2022, 8, 1), date(2022, 8, 6), "in_time"),
        (date(2022, 8, 1), date(2022, 8, 7), "late"),
        (date(2022, 8, 26), None, None),  # the fifth day is today: it can still be settled
        (date(2022, 8, 25), None, "late"),
        (date(2022, 8, 30), date(2022, 8, 30), "in_time"),
    ],
)
def test_a_petition_from_above_is_in_time_when_settled_by_the_fifth_day_after_it_was_passed_on(
    passed_on, closed_on, said
):
    row = Petition(level="city", received_on=passed_on, passed_on=passed_on, closed_on=closed_on)
    found = counted(petitions.COUNTING, row)
    assert [name for name in ("in_time", "late") if name in found] == ([said] if said else [])
    assert found.get("judged", 0) == (1 if said else 0)


def test_a_petition_passed_on_by_the_county_has_no_five_days():
    row = Petition(level="county", received_on=ON, passed_on=date(2022, 1, 1))
    assert counted(petitions.COUNTING, row) == {"received": 1, "open": 1}


def test_a_finding_due_today_counts_as_due_and_is_not_overdue_yet():
    today = Finding(kind="inspection", what="问题", found_on=date(2022, 8, 1), due_on=ON)
    found = counted(findings.COUNTING, today)
    assert found["inspection_due"] == 1
    assert "overdue" not in found
    before = Finding(kind="inspection", what="问题", found_on=date(2022, 8, 1), due_on=date(2022, 8, 30))
    assert counted(findings.COUNTING, before)["overdue"] == 1


def test_a_finding_rectified_after_its_day_is_rectified_but_not_in_time():
    late = Finding(
        kind="inspection", what="问题", found_on=date(2022, 7, 1), due_on=date(2022, 7, 15), rectified_on=date(2022, 7, 16)
    )  # fmt: skip
    found = counted(findings.COUNTING, late)
    assert found["rectified"] == found["inspection_due"] == found["open"] == 1
    assert "in_time" not in found


def test_work_that_ended_in_the_data_month_still_counts_and_earlier_work_does_not():
    def worker(household, ended):
        return Worker(household=household, is_employed=True, ended=ended)

    found = counted(employment.COUNTING, worker("A", None), worker("B", 202208), worker("C", 202207))
    assert (found["at_work"], found["households"], found["without_work"]) == (2, 3, 1)


def test_an_asset_without_the_column_of_its_state_is_in_no_denominator():
    unknown = Asset(name="冷库", kind="operating", original_fen=100, state=None)
    empty = Asset(name="冷库", kind="operating", original_fen=100, state="")
    found = counted(assets.COUNTING, unknown, empty)
    assert (found["operating"], found["not_running"]) == (1, 1)


def test_the_steward_of_an_asset_is_known_to_be_there_and_is_not_kept(tmp_path):
    headers = (
        "序号",
        "乡镇（街道）",
        "村",
        "项目资产名称",
        "资产类型",
        "资产原值",
        "确权情况",
        "管护人",
        "运行情况",
    )
    row = (1, "杨集镇", VILLAGE.name, "冷库", "经营性资产", 12.5, "是", "王某某", "正常运营")
    draft = taken_in(tmp_path, headers, row)
    assert (draft.ledger, draft.problems) == ("assets", ())
    (read_row,) = draft.rows
    assert read_row.values["has_steward"] is True
    assert (read_row.values["kind"], read_row.values["state"]) == ("operating", "normal")
    assert read_row.values["original_fen"] == 12_500_000
    assert "王某某" not in str(draft)


def test_a_petition_keeps_no_petitioner(tmp_path):
    headers = ("信访编号", "信访人", "联系电话", "属地乡镇", "交办层级", "登记日期", "交办时间", "办结日期")
    row = (
        "X1",
        "李某某",
        "13800000000",
        "杨集镇",
        "市级",
        date(2022, 8, 1),
        date(2022, 8, 2),
        date(2022, 8, 5),
    )
    draft = taken_in(tmp_path, headers, row)
    assert (draft.ledger, draft.problems) == ("petitions", ())
    assert set(draft.rows[0].values) == {"level", "received_on", "passed_on", "closed_on"}
    assert "李某某" not in str(draft)


def test_findings_are_recognised_by_other_headers_and_a_strange_kind_is_a_problem_with_its_cell(tmp_path):
    headers = ("编号", "问题来源", "责任乡镇", "存在问题", "检查时间", "整改期限", "完成整改时间", "销号日期")
    good = ("W1", "年度考评反馈", "杨集镇", "档案不全", date(2022, 8, 1), date(2022, 8, 20), "", "")
    strange = ("W2", "群众来电", "杨集镇", "档案不全", date(2022, 8, 1), date(2022, 8, 20), "", "")
    draft = taken_in(tmp_path, headers, good, strange)
    assert draft.ledger == "findings"
    assert draft.rows[0].values["kind"] == "superior"
    (problem,) = draft.problems
    assert problem.found == "群众来电"
    assert problem.cell.endswith("B5")


def test_the_work_sheet_keeps_no_names_or_documents(tmp_path):
    headers = (
        "乡",
        "村",
        "户编号",
        "人编号",
        "姓名",
        "证件号码",
        "是否已外出务工",
        "务工区域",
        "开始时间",
        "结束时间",
    )
    row = ("杨集镇", VILLAGE.name, "H1", "R1", "赵某某", "411399198002273582", "是", "省外", "202201", "")
    draft = taken_in(tmp_path, headers, row)
    assert (draft.ledger, draft.problems) == ("employment", ())
    assert "赵某某" not in str(draft)
    assert "411399198002273582" not in str(draft)
    assert draft.rows[0].values["begun"] == 202201
