"""Shapes of tables that counties publish, beside the ten of test_real_tables: what is a row, a sum, a place, a date.

Each line: the rows of a sheet, and what a careful reader would say of it.
"""

from datetime import date

import pytest

from core.imports.describe import describe
from core.places import place_tree
from tests.core.imports.test_real_tables import book

TREE = place_tree()
HEAD = ["序号", "乡镇", "项目名称", "资金(万元)"]

SHAPES = {
    "a row numbered 1 heads its 1.1 and 1.2, and is no row beside them": (
        [
            ["某县2022年衔接资金项目计划"], ["序号", "项目名称", "实施地点", "投资额（万元）"],
            [1, "产业发展", "", 300], [1.1, "大棚", "青泥镇白村", 100], ["1.2", "冷库", "青泥镇黑村", 200],
            [2, "乡村建设", "", 50], ["2.1", "道路", "青泥镇白村", 50], ["总计", "", "", 350],
        ],
        {"rows": 3, "amount": 350, "towns": ["青泥镇"], "villages": ["白村", "黑村"], "totals": [("产业发展", 300), ("乡村建设", 50), ("总计", 350)]},
    ),
    "(1) and (2) under a number are its parts": (
        [["表"], ["序号", "项目名称", "金额（万元）"], [1, "道路", 30], ["（1）", "甲段", 10], ["（2）", "乙段", 20], [2, "水渠", 5], ["合计", "", 35]],
        {"rows": 3, "amount": 35, "totals": [("道路", 30), ("合计", 35)]},
    ),
    "the shares of a total stand under it": (
        [
            ["单位：万元"], ["序号", "项目名称", "实施地点", "金额"], ["合计", "", "", 408], ["其中：中央资金", "", "", 300], ["省级资金", "", "", 108],
            [1, "甲", "峨山乡", 200], [2, "乙", "库庄镇", 208],
        ],
        {"rows": 2, "amount": 408, "towns": ["峨山乡", "库庄镇"], "totals": [("合计", 408), ("其中：中央资金", 300), ("省级资金", 108)]},
    ),
    "the whole county opens a table of its townships": (
        [["分配表（单位：万元）"], ["乡镇", "个数", "资金"], ["全县", 5, 50], ["东镇", 2, 20], ["西镇", 3, 30]],
        {"rows": 2, "amount": 50, "towns": ["东镇", "西镇"], "totals": [("全县", 50)]},
    ),
    "a project of the whole county is a project": (
        [["项目（单位：万元）"], ["实施地点", "项目", "资金"], ["全县", "雨露计划", 70], ["东镇", "路", 20], ["西镇", "桥", 30]],
        {"rows": 3, "amount": 120, "towns": ["东镇", "西镇"]},
    ),
    "a township over its villages, without any 小计": (
        [
            ["表（万元）"], ["乡镇", "村", "项目", "金额"], ["东镇", "", "", 30], ["", "甲村", "路", 10], ["", "乙村", "桥", 20],
            ["西镇", "", "", 5], ["", "丙村", "渠", 5], ["合计", "", "", 35],
        ],
        {"rows": 3, "amount": 35, "towns": ["东镇", "西镇"], "villages": ["甲村", "乙村", "丙村"], "totals": [("东镇", 30), ("西镇", 5), ("合计", 35)]},
    ),
    "a township whose figures are those of the next is a row all the same": (
        [["表"], ["乡镇", "C级户数", "C级面积", "D级户数", "资金合计（万元）"], ["东镇", "", "", 3, 6.3], ["西镇", 1, 0.75, 3, 6.3], ["合计", 1, 0.75, 6, 12.6]],
        {"rows": 2, "amount": 12.6, "towns": ["东镇", "西镇"], "totals": [("合计", 12.6)]},
    ),
    "a group whose sum is wrong is no row, and the difference is said": (
        [["表（万元）"], [*HEAD[:3], "金额"], ["产业发展类", "", "", 200], [1, "东镇", "甲", 50], [2, "东镇", "乙", 60], ["基础设施类", "", "", 90], [3, "西镇", "丙", 90]],
        {"rows": 3, "amount": 200, "towns": ["东镇", "西镇"], "totals": [("产业发展类", 200), ("基础设施类", 90)], "cells": ["D3"]},
    ),
    "totals that count their rows, and subtotals of a township": (
        [
            ["表（金额单位：万元）"], ["序号", "乡镇", "项目名称", "资金"], [1, "甲河镇", "路", 10], [2, "甲河镇", "桥", 20], ["甲河镇小计（2个）", "", "", 30],
            [3, "乙河镇", "渠", 30], ["", "乙河镇合计", "", 30], ["共计3个项目", "", "", 60],
        ],
        {"rows": 3, "amount": 60, "towns": ["甲河镇", "乙河镇"], "totals": [("甲河镇小计（2个）", 30), ("乙河镇合计", 30), ("共计3个项目", 60)]},
    ),
    "a printed page begins again with title, unit and heading, and signatures end the last": (
        [
            ["某县项目表"], ["填报单位：某县乡村振兴局", "", "", "单位：万元"], ["序号", "乡镇", "项目名称", "资金"], [1, "甲河镇", "路", 10], ["本页小计", "", "", 10],
            ["某县项目表"], ["填报单位：某县乡村振兴局", "", "", "单位：万元"], ["序号", "乡镇", "项目名称", "资金"], [2, "乙河镇", "渠", 30], ["本页小计", "", "", 30],
            ["合计", "", "", 40], ["监督电话：12317", "", "", "邮箱：a@b.c"], ["单位负责人：", "", "审核：", "填表人："], ["", "", "", "某县乡村振兴局"], ["", "", "", date(2022, 3, 1)],
        ],
        {"rows": 2, "amount": 40, "towns": ["甲河镇", "乙河镇"], "totals": [("本页小计", 10), ("本页小计", 30), ("合计", 40)]},
    ),
    "of two tables one below another the longer is read, and the other is named": (
        [
            ["鲁山县资金公示"], ["一、资金来源"], ["序号", "资金文号", "资金级次", "金额（万元）"], ["合计", "", "", 100], [1, "豫财农综〔2022〕29号", "中央", 100], [],
            ["二、项目安排"], ["序号", "项目名称", "实施地点", "分配金额（万元）"], [1, "甲", "梁洼镇鹁鸽吴村", 20], [2, "乙", "张良镇杨李沟村", 80], ["合计", "", "", 100],
        ],
        {"rows": 2, "amount": 100, "towns": ["梁洼镇", "张良镇"], "villages": ["鹁鸽吴村", "杨李沟村"], "totals": [("合计", 100)], "cells": ["A3"]},
    ),
    "units in the cells, 大写 and digits for the same money": (
        [
            ["资金拨付公示"], ["序号", "项目名称", "实施单位", "金额（大写）", "金额（小写，元）", "拨付时间"],
            [1, "甲", "白羽镇人民政府", "伍拾万元整", "50万元", "20220715"], [2, "乙", "", "捌拾万零壹佰元伍角", "800,100.50", "44640"], ["合计", "", "", "", "¥1,300,100.50", ""],
        ],
        {
            "rows": 2, "amount": 130.01005, "towns": ["白羽镇"], "totals": [("合计", 130.01005)],
            "dates": [(1, "2022-07-15", "2022-07-15"), (2, "2022-03-20", "2022-03-20")],
        },
    ),
    "the unit after a slash, in a column of 单位 the townships": (
        [["表"], ["序号", "单位", "总投资/万元", "补助标准（元/亩）"], [1, "大冶镇", 10, 500], [2, "县林业局", 20, 600], ["合计", "", 30, ""]],
        {"rows": 2, "amount": 30, "towns": ["大冶镇"], "totals": [("合计", 30)]},
    ),
    "sections that name the township": (
        [["表"], ["序号", "项目名称", "资金(万)"], ["一、青泥镇"], [1, "路", 5], ["二、白羽镇（1个）"], [2, "桥", 6]],
        {"rows": 2, "amount": 11, "towns": ["青泥镇", "白羽镇"]},
    ),
    "a title of two cells is no heading": (
        [["东风镇", "2022年项目计划表"], HEAD, [1, "东风镇", "甲", 50]],
        {"rows": 1, "amount": 50, "towns": ["东风镇"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), SHAPES.values(), ids=SHAPES)
def test_a_published_shape_is_read_right(rows, expected):
    said = describe(book(rows, []), "表.xlsx", TREE).as_dict()
    assert (said["rows"], said["amount_wan"]) == (expected["rows"], expected["amount"])
    assert said["places"] == {
        "townships": expected.get("towns", []),
        "villages": expected.get("villages", []),
    }
    assert [(t["label"], t["amount_wan"]) for t in said["totals"]] == expected.get("totals", [])
    assert [(d["row"], d["start"], d["end"]) for d in said["dates"]] == expected.get("dates", [])
    mistaken = [p["cell"] for p in said["problems"] if "本县的" not in p["fix"]]
    assert mistaken == [f"Sheet1!{cell}" for cell in expected.get("cells", [])]
