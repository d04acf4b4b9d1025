"""Workbooks of the county's ledgers, read into drafts: what counts, what is asked, what is never repeated."""

import io
from datetime import date

import openpyxl
import pytest

from core.imports.ledgers import LEDGERS
from core.imports.reading import UnknownLedger, read
from core.places import place_tree
from tests.core.imports.test_real_tables import book

TREE = place_tree()
ON = date(2022, 8, 31)

VILLAGER, ID_NUMBER, PHONE = "韩丁四", "000000195903249417", "13800000000"

PERSON = {
    "市": "南阳市",
    "县": "方城县",
    "乡": "杨集镇",
    "村": "大河口村",
    "户编号": "411300000001",
    "人编号": "41130000000101",
    "户主姓名": VILLAGER,
    "户主证件号码": ID_NUMBER,
    "姓名": VILLAGER,
    "证件号码": ID_NUMBER,
    "联系电话": PHONE,
    "监测对象类别": "边缘易致贫户",
    "与户主关系": "户主",
    "整户无劳动能力兜底保障户": "否",
    "致贫/返贫风险1": "因病",
    "致贫/返贫风险2": "",
    "致贫/返贫风险3": "",
    "风险是否已消除": "否",
    "识别监测时间": "202203",
    "消除监测时间": "",
    "风险消除方式": "",
    "监测联系人": "乡镇干部",
    "人均纯收入（元）": 5259.57,
    "产业帮扶": "",
    "健康帮扶": "大病救助;签约服务",
}

PROJECT = {
    "项目编号": "FC2022001",
    "项目年度": 2022,
    "项目名称": "大河口村道路硬化",
    "项目类型": "乡村建设行动",
    "乡镇": "杨集镇",
    "村": "大河口村",
    "批复时间": "2022-03-20",
    "计划竣工时间": "2022-09-30",
    "开工时间": "2022-04-10",
    "实际竣工时间": "",
    "验收时间": "",
    "形象进度(%)": 60,
    "中央(万元)": 100,
    "省级(万元)": 50,
    "市级(万元)": 20,
    "县级(万元)": 30,
    "整合资金(万元)": 0,
    "已拨付金额(万元)": 80,
}


def sheet(rows, *, title=(), headers=None, name="表"):
    """An .xlsx with title rows, a header and these rows (dicts by header)."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    for line in title:
        page.append([line])
    headers = headers or list(rows[0])
    page.append(headers)
    for row in rows:
        page.append([row.get(header) or None for header in headers])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def households(*rows, **options):
    return read(sheet(list(rows), **options), "监测对象信息-20220831.xlsx", None, TREE)


def person(**changes):
    return {**PERSON, **changes}


def ledger_rows(key, *rows, title=(), headers=None):
    """Rows with every required header of a ledger, and a title."""
    wanted = list(rows[0])
    for column in LEDGERS[key].columns:
        if column.required and not {column.header, *column.also} & set(wanted):
            wanted.append(column.header)
    return sheet(list(rows), title=title, headers=headers or wanted)


def projects(*rows, title=(), headers=None):
    content = ledger_rows("projects", *rows, title=title, headers=headers)
    return read(content, "项目台账-20220831.xlsx", "projects", TREE)


def only(draft):
    """The draft's one row; its problems, if any, are shown."""
    assert [str(p) for p in draft.problems if p.blocks] == []
    (row,) = draft.rows
    return row


# --- the household export


def test_a_household_is_one_row_with_as_many_persons_as_it_has_rows():
    draft = households(person(), person(人编号="2", 与户主关系="配偶"), person(户编号="411300000002"))
    assert draft.ledger == "monitored"
    assert draft.as_of == ON
    assert {row.key: row.values["persons"] for row in draft.rows} == {"411300000001": 2, "411300000002": 1}
    assert draft.summary["table_rows"] == 3


def test_members_who_disagree_count_as_not_eliminated_and_the_clerk_is_told():
    draft = households(
        person(风险是否已消除="是", 消除监测时间="202208"), person(人编号="2", 风险是否已消除="否")
    )
    (row,) = draft.rows
    assert row.values["is_eliminated"] is False
    assert row.values["members_disagree"] is True
    (problem,) = draft.problems
    assert not problem.blocks
    assert problem.cell == "表!R2"
    assert "未消除" in problem.fix
    assert not draft.blocked


def test_members_who_agree_are_eliminated():
    done = {"风险是否已消除": "是", "消除监测时间": "202208", "风险消除方式": "帮扶消除"}
    row = only(households(person(**done), person(人编号="2", **done)))
    assert row.values["is_eliminated"] is True
    assert row.values["members_disagree"] is False
    assert row.values["eliminated"] == 202208


def test_a_household_without_a_kind_is_not_monitored_and_is_left_out():
    draft = households(person(), person(户编号="411300000002", 监测对象类别=""))
    assert [row.key for row in draft.rows] == ["411300000001"]
    assert draft.problems == ()


def test_a_kind_that_stands_on_one_members_row_holds_for_the_household():
    row = only(households(person(监测对象类别=""), person(人编号="2")))
    assert row.values["kind"] == "borderline"
    assert row.values["persons"] == 2


@pytest.mark.parametrize(
    ("word", "kind"),
    [("脱贫不稳定户", "unstable"), ("边缘易致贫户", "borderline"), ("突发严重困难户", "sudden_hardship")],
)
def test_the_three_kinds(word, kind):
    assert only(households(person(监测对象类别=word))).values["kind"] == kind


def test_causes_are_read_in_their_order_and_an_unknown_one_is_other():
    row = only(
        households(
            person(**{"致贫/返贫风险1": "因残", "致贫/返贫风险2": "因务工就业不稳", "致贫/返贫风险3": "因故"})
        )
    )
    assert row.values["causes"] == ["disability", "unstable_work", "other"]


def test_brackets_of_either_width_name_the_same_cause():
    for written in ("因产业（项目）失败", "因产业(项目)失败", "因产业项目失败"):
        assert only(households(person(**{"致贫/返贫风险1": written}))).values["causes"] == ["failed_business"]


def test_a_measure_is_in_place_when_its_column_says_what_is_done():
    for nothing in ("", "无", "否"):
        row = only(households(person(产业帮扶=nothing)))
        assert row.values["measures"] == ["健康帮扶"]
    row = only(households(person(产业帮扶="发展种植")))
    assert set(row.values["measures"]) == {"产业帮扶", "健康帮扶"}


@pytest.mark.parametrize("written", ["202203", 202203, "2022-03", "2022年3月", "2022/3"])
def test_a_month_is_read_as_it_is_written(written):
    assert only(households(person(识别监测时间=written))).values["identified"] == 202203


def test_a_month_that_is_none_is_a_problem_with_its_cell():
    draft = households(person(识别监测时间="去年"))
    (problem,) = [p for p in draft.problems if p.blocks]
    assert problem.cell == "表!S2"
    assert draft.blocked


def test_the_safety_net_flag_and_the_contact_officer():
    row = only(households(person(整户无劳动能力兜底保障户="是", 监测联系人="")))
    assert row.values["is_safety_net"] is True
    assert row.values["has_contact_officer"] is False


def test_an_export_without_a_column_that_is_not_needed_says_unchecked_and_not_zero():
    lacking = [h for h in PERSON if h not in ("监测联系人", "人均纯收入（元）")]
    draft = households(person(), headers=lacking)
    assert {"监测联系人", "人均纯收入（元）"} <= set(draft.unchecked)
    values = only(draft).values
    assert values["has_contact_officer"] is None
    assert values["income_per_head_fen"] is None


def test_a_column_that_is_needed_and_missing_is_a_problem_and_nothing_is_read():
    draft = households(person(), headers=[h for h in PERSON if h != "风险是否已消除"])
    assert draft.rows == ()
    assert draft.blocked
    assert any("风险是否已消除" in p.expected for p in draft.problems)


def test_columns_in_another_order_and_a_title_above_change_nothing():
    usual = only(households(person()))
    other = only(households(person(), headers=list(PERSON)[::-1], title=["方城县监测对象信息"]))
    assert (other.key, other.leaf, other.values) == (usual.key, usual.leaf, usual.values)


def test_a_household_without_a_code_is_a_problem():
    draft = households(person(), person(户编号=""))
    assert [p.cell for p in draft.problems if p.blocks] == ["表!E3"]


def test_a_township_without_rows_is_missing_and_zero_only_when_the_clerk_says_so():
    content = sheet([person()])
    tree_name = "监测对象信息-20220831.xlsx"
    (independent,) = TREE.find_units("独树镇")
    said = {c.unit: c.status for c in read(content, tree_name, None, TREE).coverage}
    assert said[TREE.find_units("杨集镇")[0].code] == "reported"
    assert said[independent.code] == "missing"
    missing = {unit for unit, status in said.items() if status == "missing"}
    assert len([unit for unit in missing if TREE[unit].is_township]) == 18
    assert (
        TREE.find_units("大寺林场")[0].code in missing
    )  # not wiped out by a workbook that does not speak of it
    none = {c.unit: c.status for c in read(content, tree_name, None, TREE, nothing_in=[independent]).coverage}
    assert none[independent.code] == "none"
    covers = read(content, tree_name, None, TREE, covers=TREE.find_units("杨集镇")).coverage
    assert [(c.unit, c.status) for c in covers] == [(TREE.find_units("杨集镇")[0].code, "reported")]


def test_a_workbook_without_a_date_asks_for_one():
    draft = read(sheet([person()]), "监测对象信息.xlsx", None, TREE)
    assert draft.as_of is None
    assert draft.blocked
    assert any("日期" in p.expected for p in draft.problems)


def dated(name="监测对象信息.xlsx", as_of=None, title=()):
    draft = read(sheet([person()], title=title), name, None, TREE, as_of=as_of)
    return draft.as_of, [p for p in draft.problems if "写的" in p.found or "不晚于" in p.expected]


@pytest.mark.parametrize(
    ("name", "title", "where"),
    [
        ("监测对象信息-20220831.xlsx", (), "文件名"),
        ("监测对象信息.xlsx", ("截至2022年8月31日",), "表内"),
        ("监测对象信息-20220831.xlsx", ("截至2022年8月31日",), "文件名和表内"),
    ],
)
def test_a_date_given_against_the_files_own_must_be_confirmed(name, title, where):
    as_of, (problem,) = dated(name, date(2022, 7, 31), title)
    assert as_of == date(2022, 7, 31)
    assert problem.blocks
    assert problem.confirmable
    assert (problem.expected, problem.found) == (f"{where}写的2022年8月31日", "您写的2022年7月31日")
    assert "核对" in problem.fix


def test_a_date_given_that_the_file_says_too_is_no_question():
    assert dated("监测对象信息-20220831.xlsx", date(2022, 8, 31)) == (date(2022, 8, 31), [])
    assert dated("监测对象信息.xlsx", date(2022, 8, 31)) == (date(2022, 8, 31), [])


def test_a_name_and_a_sheet_of_two_dates_are_told_which_one_holds():
    as_of, (problem,) = dated("监测对象信息-20220831.xlsx", title=("截至2022年7月31日",))
    assert as_of == date(2022, 8, 31)
    assert not problem.blocks
    assert (problem.expected, problem.found) == ("表内写的2022年7月31日", "文件名写的2022年8月31日")


@pytest.mark.parametrize(
    ("name", "as_of"),
    [("监测对象信息-20220831.xlsx", date(2099, 1, 1)), ("监测对象信息-20990101.xlsx", None)],
)
def test_a_date_that_has_not_come_yet_is_refused(name, as_of):
    _, (problem,) = dated(name, as_of)
    assert problem.blocks
    assert not problem.confirmable
    assert problem.found == "2099年1月1日"
    assert "不晚于今天" in problem.expected


# --- places


def test_an_unknown_village_proposes_the_likely_one():
    draft = households(person(村="大合口村"))
    (problem,) = draft.problems
    assert problem.cell == "表!D2"
    assert problem.expected == "杨集镇的村名"
    assert "大河口村" in problem.fix
    assert draft.blocked


def test_an_unknown_township_proposes_the_likely_one():
    draft = households(person(乡="卷桥镇", 村=""))
    (problem,) = draft.problems
    assert (problem.cell, problem.found, problem.fix) == ("表!C2", "卷桥镇", "改为“券桥镇”")


def test_chengguan_asks_which_of_the_two_streets():
    (problem,) = households(person(乡="城关镇", 村="")).problems
    assert "凤瑞街道" in problem.fix
    assert "释之街道" in problem.fix


def test_a_former_name_is_the_township_of_today():
    row = only(households(person(乡="杨集乡")))
    assert TREE[row.leaf[:9]].name == "杨集镇"


def test_a_household_without_a_village_is_kept_in_its_township():
    row = only(households(person(村="")))
    assert row.leaf == TREE.find_units("杨集镇")[0].code + "000"


# --- no villager's name leaves


SLIPS = {
    "a name as the village": {"村": VILLAGER},
    "a name as the township": {"乡": VILLAGER},
    "a name as the kind": {"监测对象类别": VILLAGER},
    "a name as the flag": {"风险是否已消除": VILLAGER},
    "a name as the month": {"识别监测时间": VILLAGER},
    "a number as the month": {"识别监测时间": ID_NUMBER},
    "both as the month": {"消除监测时间": f"{VILLAGER}{ID_NUMBER}"},
    "a number as the village": {"村": ID_NUMBER},
    "a telephone as the safety net": {"整户无劳动能力兜底保障户": PHONE},
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_no_problem_holds_a_villagers_name_or_number(slip):
    """The usual slip of a pasted row: said with its cell, not with its text."""
    told = " ".join(str(p) for p in households(person(**slip)).problems)
    assert told
    for secret in (VILLAGER, ID_NUMBER, ID_NUMBER[:12], PHONE):
        assert secret not in told, told


def test_problems_of_disagreeing_or_unfinished_households_name_nobody():
    draft = households(
        person(风险是否已消除="是"),
        person(人编号="2"),
        person(户编号="", 识别监测时间="去年"),
        person(户编号="3", 乡="卷桥镇"),
    )
    told = " ".join(str(p) for p in draft.problems)
    assert len(draft.problems) >= 3
    for secret in (VILLAGER, ID_NUMBER, PHONE):
        assert secret not in told


# --- projects and money


def test_a_project_with_its_money_in_fen_and_its_dates():
    row = only(projects(PROJECT))
    assert row.key == "FC2022001"
    assert row.period == 2022
    assert row.values["central_fen"] == 100_000_000
    assert row.values["approved_on"] == date(2022, 3, 20)
    assert row.values["completed_on"] is None
    assert TREE.label(row.leaf) == "杨集镇/大河口村"


def test_the_same_project_number_twice_is_a_problem_that_names_the_first_cell():
    draft = projects(PROJECT, {**PROJECT, "项目名称": "另一个"})
    (problem,) = [p for p in draft.problems if p.blocks]
    assert problem.cell == "表!A3"
    assert "表!A2" in problem.found
    assert draft.blocked


YUAN = ("中央", "省级", "市级", "县级", "整合资金")


def in_yuan():
    """The same project with amounts in 元, under headers that say no unit."""
    plain = {k: v for k, v in PROJECT.items() if "万元" not in k}
    return {**plain, **{name: (PROJECT[f"{name}(万元)"] or 0) * 10_000 for name in YUAN}}


def test_money_in_yuan_by_the_title_is_the_same_money():
    usual, other = (
        only(projects(PROJECT)),
        only(projects(in_yuan(), title=["方城县2022年项目台账", "单位：元"])),
    )
    for field in ("central_fen", "province_fen", "city_fen", "county_fen", "integrated_fen"):
        assert other.values[field] == usual.values[field]


def test_money_in_yuan_by_the_header_is_the_same_money():
    row = {("中央(元)" if k == "中央(万元)" else k): v for k, v in PROJECT.items()} | {"中央(元)": 1_000_000}
    content = sheet([row], headers=list(row))
    draft = read(content, "项目台账-20220831.xlsx", "projects", TREE)
    assert only(draft).values["central_fen"] == 100_000_000


def test_a_header_says_its_unit_against_the_title():
    assert (
        only(projects(PROJECT, title=["方城县2022年项目台账", "单位：元"])).values["central_fen"]
        == 100_000_000
    )


def test_money_without_any_unit_is_asked_about_and_never_guessed():
    draft = projects(in_yuan(), title=["方城县2022年项目台账"])
    assert draft.blocked
    assert any("单位" in f"{p.expected}{p.fix}" for p in draft.problems)


def test_text_for_a_number_is_a_problem_with_its_cell_and_fix():
    draft = projects({**PROJECT, "中央(万元)": "一百"})
    column = openpyxl.utils.get_column_letter(list(PROJECT).index("中央(万元)") + 1)
    (problem,) = [p for p in draft.problems if p.blocks and p.found == "一百"]
    assert problem.cell == f"表!{column}2"
    assert problem.fix


def test_a_total_that_is_not_the_sum_of_its_five_sources_is_a_problem():
    good = projects({**PROJECT, "资金合计(万元)": 200})
    assert [p for p in good.problems if "五个来源" in p.expected] == []
    bad = projects({**PROJECT, "资金合计(万元)": 210})
    (problem,) = [p for p in bad.problems if "五个来源" in p.expected]
    assert "210" in problem.found
    assert "200" in problem.found
    assert bad.blocked


def test_a_completion_before_the_start_is_told_and_does_not_block():
    draft = projects({**PROJECT, "实际竣工时间": "2022-04-01"})
    told = [p for p in draft.problems if "不早于" in p.expected]
    assert len(told) == 1
    assert not told[0].blocks


def test_a_total_row_at_the_end_is_no_project():
    draft = projects(
        PROJECT, {"项目编号": "合计", "中央(万元)": 100, "省级(万元)": 50, "市级(万元)": 20, "县级(万元)": 30}
    )
    assert [row.key for row in draft.rows] == ["FC2022001"]
    assert not draft.blocked


# --- allocations and payments


def test_an_allocation_is_kept_with_its_source_and_document():
    rows = {
        "下达文号": "豫财农综〔2022〕2号",
        "下达时间": "2022-01-20",
        "资金来源": "中央",
        "金额(万元)": 865.703669,
    }
    draft = read(sheet([rows]), "资金下达台账-20220831.xlsx", "allocations", TREE)
    row = only(draft)
    assert (row.values["source"], row.values["amount_fen"]) == ("central", 865_703_669)


def test_an_amount_finer_than_a_fen_is_refused():
    rows = {"下达文号": "1号", "下达时间": "2022-01-20", "资金来源": "中央", "金额(万元)": "1.00000001"}
    assert read(sheet([rows]), "资金下达台账-20220831.xlsx", "allocations", TREE).blocked


def test_an_unknown_source_lists_the_known_ones():
    rows = {"下达文号": "1号", "下达时间": "2022-01-20", "资金来源": "外省", "金额(万元)": 1}
    (problem,) = read(sheet([rows]), "资金下达台账-20220831.xlsx", "allocations", TREE).problems
    assert problem.cell == "表!C2"
    assert "中央" in problem.expected


# --- cells merged downward

FINDINGS = [
    ["问题编号", "检查类别", "乡镇", "村", "问题内容", "发现时间", "整改时限", "整改完成时间", "销号时间"],
    ["W1", "月核查", "杨集镇", "大河口村", "一", "2022-03-01", "2022-04-01", "", ""],
    ["W2", "月核查", "", "", "二", "2022-03-01", "2022-04-01", "", ""],
    ["W3", "月核查", "券桥镇", "", "三", "2022-03-01", "2022-04-01", "", ""],
]


def places_of_findings(content, name):
    draft = read(content, name, None, TREE)
    assert not draft.blocked
    return [TREE.label(r.leaf) for r in draft.rows], [p.fix for p in draft.problems]


def test_a_township_merged_over_its_rows_is_that_of_each():
    merged = book(FINDINGS, [(1, 2, 2, 2), (1, 3, 2, 3)])
    places, said = places_of_findings(merged, "问题整改台账-20220831.xlsx")
    assert places == ["杨集镇/大河口村", "杨集镇/大河口村", "券桥镇/村不详"]
    assert said == []


def test_where_a_format_does_not_tell_merges_the_row_above_is_taken_and_said():
    lines = "\n".join(",".join(row) for row in FINDINGS)
    places, said = places_of_findings(lines.encode("gb18030"), "问题整改台账-20220831.csv")
    assert places == ["杨集镇/大河口村", "杨集镇/大河口村", "券桥镇/村不详"]
    assert said == ["由上一行读出：杨集镇大河口村；不对请在乡镇、村列写明"]


def test_a_blank_township_that_is_not_merged_is_asked_for():
    (problem,) = read(book(FINDINGS, []), "问题整改台账-20220831.xlsx", None, TREE).problems
    assert problem.cell == "Sheet1!C3"


# --- which ledger


def test_a_second_sheet_of_the_same_ledger_is_named_and_not_left_out_in_silence():
    row = {"下达文号": "1号", "下达时间": "2022-01-20", "资金来源": "中央", "金额(万元)": 1}
    workbook = openpyxl.load_workbook(io.BytesIO(sheet([row])))
    workbook.copy_worksheet(workbook.active).title = "第二批"
    file = io.BytesIO()
    workbook.save(file)
    (problem,) = read(file.getvalue(), "资金下达台账-20220831.xlsx", None, TREE).problems
    assert problem.cell.startswith("第二批!")
    assert (problem.blocks, problem.confirmable) == (True, True)


def test_a_table_of_no_known_ledger_is_said_to_be_none():
    with pytest.raises(UnknownLedger):
        read(
            sheet([{"序号": 1, "品名": "甲", "数量": 2}, {"序号": 2, "品名": "乙", "数量": 3}]),
            "表.xlsx",
            None,
            TREE,
        )


@pytest.mark.parametrize("key", sorted(LEDGERS.keys() - {"corrections"}))  # the demo has no errors to correct
def test_each_ledger_of_the_demo_is_recognised_by_its_headers(key, demo_dir):
    import csv

    with (demo_dir / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [r for r in csv.DictReader(file) if r["ledger"] == key]
    line = lines[-1]
    draft = read((demo_dir / line["file"]).read_bytes(), line["file"], None, TREE)
    assert draft.ledger == key
    assert draft.as_of == date.fromisoformat(line["as_of"])
    assert not draft.blocked
