"""The table on a sheet: header, data, totals, unit and date, whatever stands around them."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.table import find_table, find_tables, unit_in
from core.imports.workbook import Merge, Refused, Sheet

HEAD = ["序号", "乡镇", "项目名称", "金额(万元)"]
DATA = [[1.0, "大口镇", "甲", 5.0], [2.0, "府店镇", "乙", 6.0]]


def sheet(rows, merged=(), name="表", hidden=False):
    width = max(map(len, rows))
    return Sheet(name, [[*row, *[""] * (width - len(row))] for row in rows], merged, hidden)


def table(rows, merged=()):
    return find_table([sheet(rows, merged)])


def texts(found):
    return [h.text for h in found.headers]


def numbers(found):
    return [row.number for row in found.rows]


def test_a_plain_table():
    found = table([HEAD, *DATA])
    assert texts(found) == HEAD
    assert [h.index for h in found.headers] == [0, 1, 2, 3]
    assert numbers(found) == [2, 3]
    assert found.rows[0].cells == DATA[0]
    assert found.header_rows == (1,)
    assert (found.unit, found.as_of, found.title, found.totals, found.left_out) == (None, None, (), (), ())


def test_title_unit_and_date_rows_stand_above_the_header():
    found = table([["方城县项目表"], [], ["截至2022年8月31日", "", "", "单位：万元"], HEAD, *DATA])
    assert found.title == ("方城县项目表",)
    assert (found.unit, found.unit_cell) == ("万元", "表!D3")
    assert found.as_of == date(2022, 8, 31)
    assert numbers(found) == [5, 6]


def test_a_date_cell_above_the_header_is_the_data_date():
    assert table([["截至", datetime(2022, 8, 31)], HEAD, *DATA]).as_of == date(2022, 8, 31)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", "万元"),
        ("（单位: 元）", "元"),
        ("金额单位：人民币万元", "万元"),
        ("单位：户、人、万元", "万元"),
        ("2022年资金计划表（万元）", "万元"),
        ("填报单位：交通局", None),
        ("2022年第一批资金408万元安排表", None),
        ("单位：元、单位：万元", None),
    ],
)
def test_the_unit_of_a_title(text, unit):
    assert unit_in(text) == unit


def test_headers_lose_blanks_line_breaks_and_full_width():
    found = table([["序\n号", "项 目\n名　称", "资金规模\n（万元）", "致贫风险１"], [1.0, "甲", 5.0, "因病"]])
    assert texts(found) == ["序号", "项目名称", "资金规模(万元)", "致贫风险1"]
    assert found.headers[2].unit == "万元"


MERGED = (Merge(1, 0, 2, 0), Merge(1, 1, 2, 1), Merge(1, 2, 1, 3), Merge(1, 4, 1, 5))
TWO_ROWS = [["序号", "乡镇", "C级", "", "合计", ""], ["", "", "户数", "资金(万元)", "总户数", "资金(万元)"]]
TWO_ROW_TEXTS = ["序号", "乡镇", "C级 / 户数", "C级 / 资金(万元)", "合计 / 总户数", "合计 / 资金(万元)"]


@pytest.mark.parametrize("merged", [MERGED, None], ids=["merged", "format without merges"])
def test_a_two_row_header_is_joined(merged):
    found = table([*TWO_ROWS, [1.0, "大口镇", "", "", 3.0, 6.3]], merged)
    assert texts(found) == TWO_ROW_TEXTS
    assert found.header_rows == (1, 2)
    assert numbers(found) == [3]


def test_a_narrow_group_row_over_a_wide_header():
    rows = [
        ["序号", "乡镇", "资金规模(万元)", "", "", ""],
        ["", "", "合计", "中央", "省级", "市级"],
        [1.0, "大口镇", 3.0, 1.0, 1.0, 1.0],
    ]
    found = table(rows, None)
    assert texts(found)[2:] == [f"资金规模(万元) / {n}" for n in ("合计", "中央", "省级", "市级")]
    assert {h.unit for h in found.headers[2:]} == {"万元"}


def test_a_row_of_units_belongs_to_the_header():
    found = table([["序号", "乡镇", "资金", "受益"], ["", "", "(万元)", "(户)"], [1.0, "大口镇", 5.0, 3.0]])
    assert texts(found) == ["序号", "乡镇", "资金(万元)", "受益(户)"]


def test_a_row_that_numbers_the_columns_is_no_data():
    found = table([HEAD, [1.0, 2.0, 3.0, 4.0], *DATA])
    assert numbers(found) == [3, 4]
    assert [(o.number, o.kind) for o in found.left_out] == [(2, "numbers")]


@pytest.mark.parametrize("label", ["合计", "合 计", "总计", "合计：", "全县合计", "共计"])
@pytest.mark.parametrize("column", [0, 1, 2])
def test_a_total_below_or_above(label, column):
    total = ["", "", "", 11.0]
    total[column] = label
    for rows in ([HEAD, *DATA, [], total], [HEAD, total, *DATA]):
        found = table(rows)
        assert len(found.rows) == 2
        assert [(t.label, t.level, t.is_above) for t in found.totals] == [(label, 0, rows[1] is total)]


def test_subtotals_between_and_the_total():
    found = table(
        [HEAD, DATA[0], ["小计", "", "", 5.0], DATA[1], ["小计", "", "", 6.0], ["合计", "", "", 11.0]]
    )
    assert numbers(found) == [2, 4]
    assert [(t.label, t.level) for t in found.totals] == [("小计", 1), ("小计", 1), ("合计", 0)]


def test_subtotals_on_top_of_their_rows():
    found = table(
        [
            HEAD,
            ["", "总计", "", 11.0],
            ["", "大口镇小计", "", 5.0],
            DATA[0],
            ["", "府店镇小计", "", 6.0],
            DATA[1],
        ]
    )
    assert [(t.level, t.is_above) for t in found.totals] == [(0, True), (1, True), (1, True)]


def test_headings_with_chinese_numerals_and_sums():
    rows = [
        HEAD,
        ["一", "", "产业发展", 30.0], [1.0, "大口镇", "甲", 10.0], [2.0, "大口镇", "乙", 20.0],
        ["二", "", "乡村建设", 30.0], ["（一）", "", "道路", 30.0], [1.0, "府店镇", "丙", 30.0],
        ["三", "", "管理费", 1.0],
    ]  # fmt: skip
    found = table(rows)
    assert numbers(found) == [3, 4, 7, 8]  # 三 heads nothing: it is a row
    assert [(t.number, t.label, t.level) for t in found.totals] == [
        (2, "产业发展", 1),
        (5, "乡村建设", 1),
        (6, "道路", 2),
    ]


def test_numerals_that_number_the_rows_themselves():
    assert numbers(table([HEAD, ["一", "大口镇", "甲", 5.0], ["二", "府店镇", "乙", 6.0]])) == [2, 3]


def test_a_word_in_the_number_column_that_names_nothing_else_heads_a_group():
    rows = [HEAD, ["大口镇", "", "", 15.0], [1.0, "大口镇", "甲", 10.0], [2.0, "大口镇", "乙", 5.0]]
    assert numbers(table(rows)) == [3, 4]
    rows[1][3] = 12.0  # a sum that is wrong is a sum all the same: its difference is said
    assert numbers(table(rows)) == [3, 4]
    rows[1] = ["续1", "大口镇", "丙", 12.0]
    assert numbers(table(rows)) == [2, 3, 4]


def test_section_note_and_signature_rows_are_left_out_and_kept():
    rows = [
        HEAD,
        ["一、产业项目"],
        *DATA,
        ["备注：以上为第一批"],
        ["制表人：", "某某", "审核人：", ""],
        ["单位：万元"],
    ]
    found = table(rows)
    assert len(found.rows) == 2
    assert [o.kind for o in found.left_out] == ["section", "note", "note", "note"]
    assert found.unit == "万元"


def test_repeated_headers_and_prepared_numbers_are_no_data():
    found = table([HEAD, DATA[0], HEAD, DATA[1], [3.0], [4.0]])
    assert numbers(found) == [2, 4]
    assert [o.kind for o in found.left_out] == ["header", "numbers", "numbers"]


def test_a_last_row_of_numbers_without_a_word_is_a_total():
    found = table([HEAD, *DATA, ["", "", "", 11.0]])
    assert len(found.rows) == 2
    assert [(t.label, t.level) for t in found.totals] == [("", 0)]


def test_another_table_below_is_not_read_as_rows():
    found = table([HEAD, *DATA, ["二、资金来源"], ["序号", "文号", "级次", "金额"], [1.0, "甲", "中央", 9.0]])
    assert len(found.rows) == 2
    assert found.left_out[-1].kind == "other_table"


def test_cells_merged_downward_are_filled():
    rows = [HEAD, [1.0, "大口镇", "甲", 5.0], [2.0, "", "乙", 6.0], [3.0, "", "丙", 6.0]]
    assert table(rows, (Merge(2, 1, 3, 1),)).filled(1) == ["大口镇", "大口镇", ""]
    assert table(rows, None).filled(1) == ["大口镇", "大口镇", "大口镇"]


def test_where_merges_are_unknown_a_subtotal_ends_what_is_filled():
    rows = [HEAD, [1.0, "大口镇", "甲", 5.0], ["小计", "", "", 5.0], [2.0, "", "乙", 6.0]]
    assert table(rows, None).filled(1) == ["大口镇", ""]


def test_a_row_that_continues_merged_cells_is_data():
    rows = [HEAD, [1.0, "大口镇", "甲", 5.0], ["", "", "", 6.0]]
    merged = tuple(Merge(2, c, 3, c) for c in range(3))
    assert numbers(table(rows, merged)) == [2, 3]


def test_text_merged_across_columns_is_not_the_columns_own():
    found = table([HEAD, DATA[0], [2.0, "贷款贴息", "", 6.0]], (Merge(3, 1, 3, 2),))
    assert found.is_merged_across(3, 1)
    assert not found.is_merged_across(2, 1)


def test_a_column_without_a_heading_is_named_by_its_index():
    assert table([["序号", "项目名称", ""], [1.0, "甲", "多出的"]]).unnamed == (2,)


def test_the_largest_visible_table_is_taken_and_all_are_given():
    sheets = [sheet([["填表说明"]]), sheet([HEAD, DATA[0]], name="汇总"), sheet([HEAD, *DATA], name="明细"), sheet([HEAD, *DATA * 3], hidden=True)]  # fmt: skip
    assert find_table(sheets).sheet == "明细"
    assert [t.sheet for t in find_tables(sheets)] == ["汇总", "明细"]
    assert find_table(sheets).cell_name(3, 2) == "明细!C3"


@pytest.mark.parametrize(
    "rows", [[["只是一段话"]], [[1.0, "甲", 5.0], [2.0, "乙", 6.0]], [["说明", ""], ["", "第二段"]]]
)
def test_no_table_is_refused(rows):
    with pytest.raises(Refused, match="表头"):
        table(rows)


COLUMNS = {
    "序号": [1.0, 2.0, 3.0],
    "乡镇": ["大口镇", "府店镇", "邙岭镇"],
    "村": ["董村", "周寨村", "西蔡庄村"],
    "项目名称": ["甲路", "乙桥", "丙渠"],
    "资金规模(万元)": [20.0, 75.0, 60.5],
    "开工时间": ["2022.3", "2022年4月", "202205"],
    "备注": ["", "续建", ""],
}


@settings(max_examples=150, deadline=None)
@given(
    order=st.permutations([c for c in COLUMNS if c != "序号"]),
    above=st.lists(
        st.sampled_from([["2022年项目计划表"], [], ["", "单位：万元"], ["截至2022年8月31日"]]), max_size=4
    ),
    left=st.integers(0, 2),
    wide=st.booleans(),
    broken=st.booleans(),
    total=st.sampled_from([None, "above", "below"]),
)
def test_the_same_rows_come_out_however_the_table_is_laid_out(order, above, left, wide, broken, total):
    names = ["序号", *order]
    head = [n.replace("(", "（").replace(")", "）") if wide else n for n in names]
    head = ["\n".join((n[:2], n[2:])) if broken else n for n in head]
    body = [[COLUMNS[n][i] for n in names] for i in range(3)]
    sums = ["合 计", *(155.5 if n.startswith("资金") else "" for n in order)]
    rows = [
        *above,
        head,
        *([sums] if total == "above" else []),
        *body,
        *([[], sums] if total == "below" else []),
    ]
    found = table([[""] * left + row for row in rows])
    by_name = {h.text: h.index for h in found.headers}
    assert set(by_name) == set(COLUMNS)
    assert {n: [row.cells[i] for row in found.rows] for n, i in by_name.items()} == COLUMNS
    assert [t.cells[by_name["资金规模(万元)"]] for t in found.totals] == ([155.5] if total else [])
    assert found.unit == ("万元" if ["", "单位：万元"] in above else None)
    assert found.as_of == (date(2022, 8, 31) if ["截至2022年8月31日"] in above else None)


def test_headings_all_hidden_under_one_empty_merged_cell_are_none():
    rows = [["", *TWO_ROWS[0][1:]], *TWO_ROWS[1:], [1.0, "大口镇", "", "", 3.0, 6.3]]
    with pytest.raises(Refused):
        table(rows, [Merge(1, 0, len(TWO_ROWS), 5)])
