"""Tables that counties published: each gives what its expected.json says.

The files stand beside the repository (../shared/real-tables); workbooks of the same shapes, built here, are
read wherever the repository is.
"""

import io
import json
from pathlib import Path

import pytest
import xlsxwriter

from core.imports.describe import describe
from core.places import place_tree

REAL = Path(__file__).parents[4] / "shared" / "real-tables"
TREE = place_tree()


def book(rows, merges):
    """An .xlsx of these rows; `merges` are (row, column, row, column) from 0."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as out:
        sheet = out.add_worksheet("Sheet1")
        for r, row in enumerate(rows):
            for c, value in enumerate(row):
                if value != "":
                    sheet.write(r, c, value)
        for r0, c0, r1, c1 in merges:
            sheet.merge_range(r0, c0, r1, c1, rows[r0][c0])
    return file.getvalue()


def built(rows, merges=(), **expected):
    return book(rows, merges), {
        "headers": expected.get("headers") or rows[expected.get("header", 1)],
        "rows": expected["count"],
        "amount_wan": expected["amount"],
        "places": {"townships": expected.get("townships", []), "villages": expected.get("villages", [])},
        "dates": [
            {"row": row, "text": text, "start": start, "end": end, "ambiguous": list(either) or None}
            for row, text, start, end, *either in expected.get("dates", [])
        ],
        "totals": expected.get("totals", []),
        "problems": expected.get("problems", []),
    }


BUILT = {
    "subtotals, unit row, remarks in amounts": built(
        [
            ["某区2020年第一批资金\n安排表"], ["单位:万元"], ["序号", "村名", "项目名称", "建设内容", "资金金额"],
            [1, "苗儿村", "水果基地", "续建", 20], [2, "田江村", " 水果基地", "新建", "10(其中,灾情因素6万元)"], ["小计", "", "", "", 30],
            [3, "兴旺村", "葡萄基地", "续建", 25], ["小计", "", "", "", 25], [4, "小额信贷贴息", "", "", 12], ["合计", "", "", "", 67],
        ],
        [(0, 0, 0, 4), (1, 0, 1, 4), (5, 0, 5, 3), (7, 0, 7, 3), (8, 1, 8, 3), (9, 0, 9, 3)],
        header=2, count=4, amount=67.0, villages=["苗儿村", "田江村", "兴旺村"],
        totals=[("Sheet1!E6", "小计", 30.0), ("Sheet1!E8", "小计", 25.0), ("Sheet1!E10", "合计", 67.0)],
        problems=["Sheet1!B4", "Sheet1!B5", "Sheet1!B7"],
    ),
    "groups over columns, 合计 as a group and as a row, a note": built(
        [
            ["某县2021年危房改造计划表"], ["序号", "乡镇、街道", "C级", "", "合计", ""], ["", "", "户数", "补助资金(万元)", "总户数", "补助资金(万元)"],
            [1, "桂阳街道", "", "", 3, 6.3], [2, "沙河乡", 1, 0.75, 3, 4.95], ["合  计", "", 1, 0.75, 6, 11.25], ["备注:1.C级补助0.75万元/户。"],
        ],
        [(0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 1, 5), (5, 0, 5, 1), (6, 0, 6, 5)],
        headers=["序号", "乡镇、街道", "C级 / 户数", "C级 / 补助资金(万元)", "合计 / 总户数", "合计 / 补助资金(万元)"],
        count=2, amount=11.25, townships=["桂阳街道", "沙河乡"], totals=[("Sheet1!F6", "合  计", 11.25)],
        problems=["Sheet1!B4", "Sheet1!B5"],
    ),
    "two titles, months as a number, township in the unit": built(
        [
            ["下符桥镇2023年扶贫项目项目实施情况表"], ["扶贫项目实施前情况"],
            ["序号", "项目名称", "实施期限(月)", "实施单位及责任人", "资金来源及规模", ""], ["", "", "", "", "资金来源", "资金规模(万元)"],
            [1, "庙岗集村农机合作社项目", 10, "下符桥镇(姓名略)", "市级", 100], [2, "庙岗集村农业机械化服务项目", 10, "下符桥镇(姓名略)", "市级", 83],
        ],
        [(0, 0, 0, 5), (1, 0, 1, 5), *((2, c, 3, c) for c in range(4)), (2, 4, 2, 5)],
        headers=["序号", "项目名称", "实施期限(月)", "实施单位及责任人", "资金来源及规模 / 资金来源", "资金来源及规模 / 资金规模(万元)"],
        count=2, amount=183.0, townships=["下符桥镇"], villages=["庙岗集村"], problems=["Sheet1!D5"],
    ),
    "the total first, and it differs": built(
        [
            ["一、资金来源"], ["序号", "资金文号", "资金级次", "金额(万元)"], ["合计", "", "", 3000],
            [1, "豫财农综〔2022〕29号  ", "中央衔接资金", 865.703669], [2, "平财预(2023)280号", "市级统筹资金", 2024],
        ],
        [(0, 0, 0, 3), (2, 0, 2, 2)],
        count=2, amount=2889.703669, totals=[("Sheet1!D3", "合计", 3000.0)], problems=["Sheet1!D3"],
    ),
    "periods, and places that are none": built(
        [
            ["2021年第二批资金计划安排表"], ["序号", "项目名称", "实施地点", "补助标准", "资金规模(万元)", "实施期限"],
            [1, "2021年巩固脱贫攻坚成果通村公路建设项目", "相关乡镇", "53.29万/公里", 312.59, "2021年8月至2021年11月"],
            [2, "2021年香菇棒厂补贴项目", "相关乡镇", "", 400, "2021.3-6"],
        ],
        [(0, 0, 0, 5)],
        count=2, amount=712.59,
        dates=[(1, "2021年8月至2021年11月", "2021-08", "2021-11"), (2, "2021.3-6", "2021-03", "2021-06")],
    ),
    "the unit in the cells": built(
        [
            ["某区2022年资金分配表"], ["序号", "项目名称", "建设地点", "投资规模", "责任单位"],
            ["1、", "2022年王助镇崔寨村道路建设项目", "王助镇", "248万元", "乡村振兴局"], ["2、", "2022年王助镇东李庄村道路建设项目", "王助镇", "480000元", "乡村振兴局"],
        ],
        [(0, 0, 0, 4)],
        count=2, amount=296.0, townships=["王助镇"], villages=["崔寨村", "东李庄村"], problems=["Sheet1!C3"],
    ),
    "a section row, masked money, dates in two readings": built(
        [
            ["2022年度项目完成情况公告"], ["序号", "项目名称", "乡镇名", "项目地点", "项目完成时间", "资金使用情况(万元)", "备注"], ["一、产业项目"],
            [1, "木鱼镇乡村振兴项目", "木鱼镇", "木鱼镇三堆河村", "2/9/2022", "*元", ""],
        ],
        [(0, 0, 0, 6), (2, 0, 2, 6)],
        count=1, amount=None, townships=["木鱼镇"], villages=["三堆河村"],
        dates=[(1, "2/9/2022", None, None, "2022-02-09", "2022-09-02")], problems=["Sheet1!F4", "Sheet1!C4", "Sheet1!E4"],
    ),
    "money in 元, a total that is right": built(
        [
            ["某县2022年资金表（单位：元）"], ["序号", "乡镇", "村", "项目名称", "金额"],
            [1, "大口镇", "董村", "甲", 200000], ["", "", "周寨村", "乙", 50000.5], ["合计", "", "", "", 250000.5],
        ],
        [(2, 1, 3, 1)],
        count=2, amount=25.00005, townships=["大口镇"], villages=["董村", "周寨村"], totals=[("Sheet1!E5", "合计", 25.00005)],
        problems=["Sheet1!B3"],
    ),
    "money without a unit": built(
        [["某县2022年资金表"], ["序号", "项目名称", "投资金额"], [1, "甲", 20], [2, "乙", 30], ["合计", "", 50]],
        count=2, amount=None, totals=[("Sheet1!C5", "合计", None)], problems=["Sheet1!C2"],
    ),
    "two money columns and none of them 合计": built(
        [["某县2022年资金表"], ["序号", "项目名称", "总投资(万元)", "财政资金(万元)"], [1, "甲", 20, 10], [2, "乙", 30, 10]],
        count=2, amount=None, problems=["Sheet1!C2"],
    ),
    "a total that differs by 0.01": built(
        [["某县资金表"], ["序号", "项目名称", "金额（万元）"], [1, "甲", 20.01], [2, "乙", 30], [], ["", "合 计", 50]],
        headers=["序号", "项目名称", "金额(万元)"], count=2, amount=50.01, totals=[("Sheet1!C6", "合 计", 50.0)], problems=["Sheet1!C6"],
    ),
    "impossible and doubtful periods": built(
        [["某县项目表"], ["序号", "项目名称", "实施期限", "资金(万元)"], [1, "甲", "20223年11月", 1], [2, "乙", "10", 2], [3, "丙", "2024年6月到12月", 3]],
        count=3, amount=6.0,
        dates=[(1, "20223年11月", None, None), (3, "2024年6月到12月", "2024-06", "2024-12")], problems=["Sheet1!C3", "Sheet1!C4"],
    ),
    "three header rows, the total first": built(
        [
            ["某市2022年衔接资金项目计划表"], ["单位：人、万元"],
            ["序号", "项目名称", "项目实施地点", "资金投入情况", "", "", "实施期限", "", "受益户数"],
            ["", "", "", "合计", "其中", "", "", "", ""], ["", "", "", "", "中央", "省级", "开工时间", "完工时间", ""],
            ["总计", "", "", 100, 60, 40, "", "", 15], [1, "水磨头村道路", "沁园街道水磨头村", 50, 40, 10, "2022.03", "2022.10", 10],
            [2, "大棚", "柏香镇伏背村", 50, 20, 30, "2022年4月", "2022年12月底前", 5],
        ],
        [(0, 0, 0, 8), (2, 0, 4, 0), (2, 1, 4, 1), (2, 2, 4, 2), (2, 3, 2, 5), (3, 3, 4, 3), (3, 4, 3, 5), (2, 6, 3, 7), (2, 8, 4, 8), (5, 0, 5, 2)],
        headers=[
            "序号", "项目名称", "项目实施地点", "资金投入情况 / 合计", "资金投入情况 / 其中 / 中央", "资金投入情况 / 其中 / 省级",
            "实施期限 / 开工时间", "实施期限 / 完工时间", "受益户数",
        ],
        count=2, amount=100.0, townships=["沁园街道", "柏香镇"], villages=["水磨头村", "伏背村"],
        dates=[(1, "2022.03", "2022-03", None), (1, "2022.10", None, "2022-10"), (2, "2022年4月", "2022-04", None), (2, "2022年12月底前", None, "2022-12")],
        totals=[("Sheet1!D6", "总计", 100.0)], problems=["Sheet1!C7", "Sheet1!C8"],
    ),
    "section rows with sums, the grand total among them": built(
        [
            ["某县2022年项目库"], ["单位：万元"], ["序号", "项目类别", "项目名称", "实施地点", "投资估算"],
            ["", "总计", "", "", 90], ["一", "产业发展类", "", "", 60], [1, "", "香菇基地", "米坪镇金庄河村", 40], [2, "", "猕猴桃", "米坪镇羊沟村", 20],
            ["二", "基础设施类", "", "", 30], [3, "", "桥", "石界河镇黄沙村", 30],
        ],
        header=2, count=3, amount=90.0, townships=["米坪镇", "石界河镇"], villages=["金庄河村", "羊沟村", "黄沙村"],
        totals=[("Sheet1!E4", "总计", 90.0), ("Sheet1!E5", "产业发展类", 60.0), ("Sheet1!E8", "基础设施类", 30.0)], problems=["Sheet1!D6", "Sheet1!D9"],
    ),
    "甲乙丙 over the data, a note between them, the total in words": built(
        [
            ["2022年雨露计划"], ["序号", "乡镇", "村名", "补贴金额(元)", "发放时间"], ["甲", "乙", "丙", 1, 2],
            [1, "大峪镇", "董岭村", 1500, 202205], ["备注：以上为春季"], [2, "承留镇", "玉阳村", 1500, "2022.13"], ["合计：4500元"],
        ],
        count=2, amount=0.3, townships=["大峪镇", "承留镇"], villages=["董岭村", "玉阳村"],
        dates=[(1, "202205", "2022-05", "2022-05"), (2, "2022.13", None, None)],
        totals=[("Sheet1!D7", "合计：4500元", 0.45)], problems=["Sheet1!D7", "Sheet1!B4", "Sheet1!B6", "Sheet1!E6"],
    ),
    "a dash for an amount is asked about": built(
        [["某市项目台账"], ["金额单位：元"], ["项目编号", "项目名称", "合同金额"], ["1", "路", "—"], ["2", "桥", "¥1,234.00"], ["3", "渠", "/"]],
        header=2, count=3, amount=None, problems=["Sheet1!C4", "Sheet1!C6"],
    ),
    "our own county, a near miss": built(
        [
            ["方城县2022年项目台账"], ["序号", "乡镇", "村", "项目名称", "资金(万元)"],
            [1, "杨集乡", "大河口", "甲", 1], [2, "卷桥镇", "", "乙", 2], [3, "", "", "杨集镇大河口村道路", 3],
        ],
        count=3, amount=6.0, townships=["杨集镇", "卷桥镇"], villages=["大河口村"], problems=["Sheet1!B4"],
    ),
}  # fmt: skip


def published():
    """The tables beside the repository, when they are there: {name: (bytes, expected)} like BUILT."""
    nothing = {"start": None, "end": None, "ambiguous": None}
    for path in sorted(REAL.glob("*.expected.json")):
        said = json.loads(path.read_text())
        yield (
            path.name.removesuffix(".expected.json"),
            (
                (REAL / said["file"]).read_bytes(),
                {
                    "headers": said["headers"],
                    "rows": said["data_rows"],
                    "amount_wan": said["amount"]["sum_wanyuan"],
                    "places": {"townships": said["townships"], "villages": said["villages"]},
                    "dates": [nothing | d for d in said["dates"]],
                    "totals": [(None, t["label"], t["amount"]) for t in said["total_rows"]],
                },
            ),
        )


TABLES = BUILT | dict(published())


@pytest.mark.parametrize(("content", "expected"), TABLES.values(), ids=TABLES)
def test_a_table_gives_what_is_expected_of_it(content, expected):
    said = describe(content, "表.xlsx", TREE).as_dict()
    assert {k: said[k] for k in ("headers", "rows", "amount_wan", "places", "dates")} == {
        k: expected[k] for k in ("headers", "rows", "amount_wan", "places", "dates")
    }
    totals = [(t["label"], t["amount_wan"]) for t in said["totals"]]
    assert totals == [(label, amount) for _, label, amount in expected["totals"]]


@pytest.mark.parametrize(("content", "expected"), BUILT.values(), ids=BUILT)
def test_totals_and_problems_name_their_cells(content, expected):
    described = describe(content, "表.xlsx", TREE)
    assert [t.cell for t in described.totals] == [cell for cell, _, _ in expected["totals"]]
    assert [p.cell for p in described.problems] == expected["problems"]


def test_the_keys_are_those_of_the_import_json():
    content, _ = BUILT["the unit in the cells"]
    said = describe(content, "资金-20220831.xlsx", TREE).as_dict()
    assert list(said) == [
        "ledger", "as_of", "rows", "amount_wan", "headers", "places", "dates", "totals", "problems", "changes", "accepted",
    ]  # fmt: skip
    assert (said["ledger"], said["as_of"], said["changes"], said["accepted"]) == (
        None,
        "2022-08-31",
        {},
        False,
    )
    assert set(said["problems"][0]) == {"cell", "expected", "found", "fix", "blocks"}
    json.dumps(said)


def test_a_differing_total_is_said_with_both_figures():
    content, _ = BUILT["a total that differs by 0.01"]
    (problem,) = describe(content, "表.xlsx", TREE).problems
    assert "50.01万元" in problem.expected
    assert problem.found == "50万元"
    assert "相差0.01万元" in problem.fix
    assert problem.confirmable


def test_a_near_miss_proposes_the_place():
    content, _ = BUILT["our own county, a near miss"]
    (problem,) = describe(content, "表.xlsx", TREE).problems
    assert problem.fix == "改为“券桥镇”"
