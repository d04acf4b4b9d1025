"""The sixteen rules as they are judged while the export is read."""

import io
from datetime import date
from functools import lru_cache

import pytest
import xlsxwriter

from core.demo import expected_breaks
from core.demo.export import HEADERS, WORK_HEADERS
from core.imports.id_numbers import is_valid_id
from core.imports.quality_rules import ALL_NUMBERS, RULES
from core.imports.reading import read
from core.places import place_tree

TREE = place_tree()
GOOD_ID = "41139919900101003X"  # 411399 is no real region
AFTER = {h: (0 if "收入" in h or "支出" in h else "否") for h in HEADERS if h.startswith("风险消除后")}
AFTER["风险消除后家庭人均纯收入"] = 9000
FAULTLESS = {
    "乡": "杨集镇",
    "村": "大河口村",
    "户编号": "411300000001",
    "人编号": "41130000000101",
    "户主证件号码": GOOD_ID,
    "证件号码": GOOD_ID,
    "监测对象类别": "边缘易致贫户",
    "劳动技能": "普通劳动力",
    "整户无劳动能力兜底保障户": "否",
    "致贫/返贫风险1": "因残",
    "风险是否已消除": "否",
    "识别监测时间": "202109",
    "实施开发式帮扶措施情况": "已实施",
    "产业帮扶": "养殖",
    "人均纯收入（元）": 6500,
    "是否义务教育阶段适龄儿童少年失学辍学": "否",
    "是否住房损毁": "否",
    "是否有家庭成员未参加城乡居民（职工）基本医疗保险": "否",
    "是否饮水设施损毁": "否",
    "合规自付支出": 100,
}
JOB = {"户编号": "411300000001", "人编号": "41130000000101", "是否已务工": "是", "务工所在地": "省外"}
GONE = {"风险是否已消除": "是", "消除监测时间": "202206", "风险消除方式": "帮扶消除", **AFTER}


def workbook(people, jobs=(JOB,), without=()):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, headers, rows in (("监测对象信息", HEADERS, people), ("务工信息", WORK_HEADERS, jobs)):
            kept = [h for h in headers if h not in without]
            if name in without:
                continue
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, kept)
            for number, row in enumerate(rows, 1):
                for at, header in enumerate(kept):
                    if row.get(header) is not None:
                        sheet.write(number, at, row[header])
    return out.getvalue()


def judged(*people, jobs=(JOB,), without=()):
    """The draft of a household whose people differ from the faultless one by these cells."""
    rows = [{**FAULTLESS, **changes} for changes in people]
    draft = read(workbook(rows, jobs, without), "监测对象信息-20220831.xlsx", "monitored", TREE)
    assert [p for p in draft.problems if p.blocks] == []
    return draft


def faults(*people, **more):
    (row,) = judged(*people, **more).rows
    return row.values["faults"]


def rules(*people, **more):
    return {int(number) for number in faults(*people, **more)}


@lru_cache(maxsize=8)
def demo_draft(path):
    return read(path.read_bytes(), path.name, "monitored", TREE)


@pytest.mark.parametrize("day", ["20220315", "20220630", "20220831"])
def test_each_rule_finds_exactly_the_households_that_the_demo_county_planted_by_township(demo_dir, day):
    rows = [row for path in demo_dir.glob(f"监测对象信息*-{day}.xlsx") for row in demo_draft(path).rows]
    unit = {row.key: row.leaf[:9] for row in rows}
    on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    expected = expected_breaks()[on]
    for number in ALL_NUMBERS:
        found = {(unit[r.key], r.key) for r in rows if str(number) in r.values["faults"]}
        assert found == {(unit[code], code) for code in expected[number]}, number


def test_a_faultless_household_breaks_no_rule_and_every_rule_was_checked():
    draft = judged({})
    assert draft.rows[0].values["faults"] == {}
    assert draft.unchecked_rules == ()


@pytest.mark.parametrize(
    ("number", "changes", "says"),
    [
        (1, {"实施开发式帮扶措施情况": "尚未实施", "识别监测时间": "202207"}, "2022年7月识别"),
        (2, {"是否住房损毁": None}, "未填：住房"),
        (2, {"识别监测时间": None}, "未填：识别监测时间"),
        (3, {**GONE, "风险消除后理赔收入": None}, "未填：理赔收入"),
        (4, {**GONE, "产业帮扶": None}, "没有任何"),
        (5, {"致贫/返贫风险2": "因学"}, "因学，无教育帮扶"),
        (6, {**GONE, "识别监测时间": "202202"}, "隔4个月"),
        (10, {**GONE, "风险消除后家庭人均纯收入": 6899.5}, "低于2022年的6,900元"),
        (11, {"证件号码": GOOD_ID[:17]}, "户内第1人为17位"),
        (11, {"户主证件号码": "411399199001010039"}, "户主证件号码校验位不符"),
        (11, {"证件号码": 411399199001010039}, "按数字存放"),
        (12, {"致贫/返贫风险2": "因病", "健康帮扶": "医保", "合规自付支出": "0.00"}, "为0"),
        (14, {"人均纯收入（元）": "20,000.01"}, "20,000元"),
    ],
)  # fmt: skip
def test_one_fault_breaks_one_rule_and_says_what_is_wrong(number, changes, says):
    found = faults(changes)
    assert set(found) == {str(number)}
    assert says in found[str(number)]


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (1, {"实施开发式帮扶措施情况": "尚未实施", "识别监测时间": "202208"}),  # not yet a month
        (6, {**GONE, "识别监测时间": "202202", "风险消除方式": "自然消除"}),
        (6, {**GONE, "识别监测时间": "202112", "消除监测时间": "202203"}),  # before April 2022
        (10, {**GONE, "风险消除后家庭人均纯收入": 6900}),
        (10, {**GONE, "识别监测时间": "202001", "消除监测时间": "202112", "风险消除后家庭人均纯收入": 6500}),
        (11, {"证件号码": f"{GOOD_ID}42", "户主证件号码": f"{GOOD_ID}42B1"}),
        (14, {"人均纯收入（元）": 20000}),
    ],
)
def test_what_only_comes_near_a_rule_does_not_break_it(number, changes):
    assert number not in rules(changes)


def test_an_exit_in_the_month_after_recognition_breaks_both_rules_of_haste():
    assert rules({**GONE, "识别监测时间": "202205"}) == {6, 7}


def test_a_family_without_labour_must_be_marked_and_not_eliminated():
    idle = {"劳动技能": "无劳动力"}
    assert rules(idle, {**idle, "人编号": "41130000000102", "劳动技能": "丧失劳动力"}) == {9}
    assert rules(idle, {"人编号": "41130000000102"}) == set()
    assert rules({**idle, "整户无劳动能力兜底保障户": "是"}) == set()
    assert rules({**idle, **GONE}) == {8}
    assert rules({**GONE, "整户无劳动能力兜底保障户": "是"}) == {8}


def test_work_is_looked_up_in_the_sheet_of_jobs():
    jobless = {"致贫/返贫风险2": "因务工就业不稳"}
    assert rules(jobless) == set()
    assert rules(jobless, jobs=()) == {13}
    assert rules({"在校生状况": "普通高中"}) == {15}
    assert rules({"在校生状况": "普通高中"}, jobs=[{**JOB, "人编号": "另一人"}]) == set()
    sent = {"就业帮扶": "技能培训;劳务输出"}
    assert rules(sent) == set()
    assert rules(sent, jobs=[{**JOB, "务工所在地": "乡内"}]) == {16}
    assert rules(sent, jobs=[{**JOB, "开始时间": "202012"}]) == {16}, "not new since recognition"


def test_without_the_sheet_of_jobs_its_rules_are_unchecked():
    draft = judged({"致贫/返贫风险2": "因务工就业不稳"}, without=("务工信息",))
    assert draft.unchecked_rules == (13, 15, 16)
    assert draft.rows[0].values["faults"] == {}


@pytest.mark.parametrize(
    ("column", "unchecked"),
    [
        ("合规自付支出", (12,)),
        ("证件号码", (11,)),
        ("劳动技能", (8, 9, 13)),
        ("健康帮扶", (4, 5)),
        ("风险消除后家庭人均纯收入", (3, 10)),
        ("致贫/返贫风险5", (2, 5, 12, 13)),
        ("实施开发式帮扶措施情况", (1,)),
    ],
)
def test_a_rule_whose_column_is_absent_is_unchecked(column, unchecked):
    assert judged({}, without=(column,)).unchecked_rules == unchecked


def test_no_fault_repeats_a_document_number():
    said = " ".join(faults({"证件号码": f"{GOOD_ID}7", "户主证件号码": "411399199001010039"}).values())
    assert "411399" not in said


def test_the_columns_of_a_household_may_stand_in_its_second_row_only():
    bare = {"人均纯收入（元）": None, "合规自付支出": None}
    assert rules(bare, {"人编号": "41130000000102"}) == set()


@pytest.mark.parametrize(
    ("number", "is_valid"),
    [
        (GOOD_ID, True),
        (GOOD_ID.lower(), True),
        (f"{GOOD_ID}43", True),
        (f"{GOOD_ID}43B1", True),
        (GOOD_ID[:17], False),
        (f"{GOOD_ID}4", False),
        ("411399199001010039", False),
        ("", False),
        ("X" * 18, False),
        ("４１１３９９１９９００１０１００３X", False),
    ],
)
def test_a_document_number_has_18_20_or_22_places_and_a_right_check_digit(number, is_valid):
    assert is_valid_id(number) is is_valid


def test_there_are_sixteen_rules_each_with_words_and_a_remedy():
    assert tuple(range(1, 17)) == ALL_NUMBERS
    assert len({rule.name for rule in RULES}) == 16
    assert all(rule.words and rule.fix and rule.needs for rule in RULES)
