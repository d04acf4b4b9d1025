"""One cell at a time: what is read, and what is said to be unreadable."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports import values
from core.imports.values import Period, Unreadable

MONTHS = {
    "202203": "202203",
    "a number": 202203.0,
    "2022-03": "2022-03",
    "2022.3": "2022.3",
    "2022/3": "2022/3",
    "2022年3月": "2022年3月",
    "blanks": " 2022 年 3 月 ",
    "full-width": "２０２２年３月",
    "a day": "2022年3月15日",
    "a date": date(2022, 3, 15),
    "a serial": 44635.0,
    "typed 2022.3": 2022.3,
}


@pytest.mark.parametrize("cell", MONTHS.values(), ids=MONTHS)
def test_a_month_in_every_form(cell):
    assert values.month(cell) == 202203


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2022.9.31", "没有这一天（9月没有31日），请写成2022-03-15这样的日期"),
        ("2022年3月1日-9月31日", "没有这一天（9月没有31日），请写成2022-03-15这样的日期"),
        ("2022-02-29", "没有这一天（2022年2月没有29日），请写成2022-03-15这样的日期"),
        ("2022年13月", "没有这样的年月（没有13月），请写成2021年8月至2021年11月"),
    ],
)
def test_a_date_that_never_was_is_told_as_such_and_how_to_write_one(cell, why):
    with pytest.raises(Unreadable) as unreadable:
        values.period(cell)
    assert unreadable.value.fix == why


@pytest.mark.parametrize(
    "cell", ["20223年11月", "202213", "2022年13月", "3月", "2022", 10.0, "", "待定", True, 2022.0]
)
def test_no_month(cell):
    with pytest.raises(Unreadable):
        values.month(cell)


def test_a_typed_2022_1_may_be_january_or_october():
    with pytest.raises(Unreadable, match="2022-01或2022-10"):
        values.month(2022.1)
    assert values.period(2022.1) == Period(None, None, ("2022-01", "2022-10"))
    assert values.month("2022.1") == 202201


DAYS = ["2022-03-15", "2022.3.15", "2022/3/15", "2022年3月15日", "20220315", 20220315.0, 44635.0, "44635",
        date(2022, 3, 15), datetime(2022, 3, 15, 8), "2022-03-15 08:00:00", "2022年3月15号", "15/3/2022"]  # fmt: skip


@pytest.mark.parametrize("cell", DAYS, ids=str)
def test_a_day_in_every_form(cell):
    assert values.day(cell) == date(2022, 3, 15)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("2022-02-30", "没有这一天"),
        ("2022年3月", "缺少日"),
        ("2/9/2022", "2022-02-09或2022-09-02"),
        ("31/31/2022", "没有这一天"),
        ("待定", "2022-03-15"),
        (timedelta(1), "2022-03-15"),
        (12.0, "2022-03-15"),
    ],
)
def test_no_day_and_why(cell, why):
    with pytest.raises(Unreadable, match=why):
        values.day(cell)


PERIODS = {
    "2021年8月至2021年11月": ("2021-08", "2021-11"),
    "2021.3-6": ("2021-03", "2021-06"),
    "2024年6月到12月": ("2024-06", "2024-12"),
    "2021年3月-2021年12月": ("2021-03", "2021-12"),
    "2021年3月—12月": ("2021-03", "2021-12"),
    "2021年1—12月": ("2021-01", "2021-12"),
    "2021 年 3 月 至 2021 年 12 月底": ("2021-03", "2021-12"),
    "2022.3.1-5.30": ("2022-03-01", "2022-05-30"),
    "2022年3月1日-10月30日": ("2022-03-01", "2022-10-30"),
    "2022-03-2022-10": ("2022-03", "2022-10"),
    "202103-202112": ("2021-03", "2021-12"),
    "2021.10-2022.3": ("2021-10", "2022-03"),
    "2022年": ("2022-01", "2022-12"),
    "2022年12月底前": (None, "2022-12"),
    "2022年9月30日前": (None, "2022-09-30"),
    "2021-3-6": ("2021-03-06", "2021-03-06"),
    "2022年3月": ("2022-03", "2022-03"),
    "2022年上半年": ("2022-01", "2022-06"),
    "2022年第二季度": ("2022-04", "2022-06"),
    "2022年3月上旬": ("2022-03", "2022-03"),
    "2022年10月份": ("2022-10", "2022-10"),
    "2022年3月1日起": ("2022-03-01", None),
    "2022年底": (None, "2022-12"),
    "2022年3月至年底": ("2022-03", "2022-12"),
    "2022年3月1日至31日": ("2022-03-01", "2022-03-31"),
    "二〇二二年三月至十二月": ("2022-03", "2022-12"),
}


@pytest.mark.parametrize("text", PERIODS)
def test_a_period_has_start_and_end(text):
    assert values.period(text) == Period(*PERIODS[text])


def test_a_day_and_month_that_can_be_swapped_are_both_given():
    assert values.period("2/9/2022") == Period(None, None, ("2022-02-09", "2022-09-02"))
    assert values.period("13/9/2022") == Period("2022-09-13", "2022-09-13")
    assert values.period("5/5/2022") == Period("2022-05-05", "2022-05-05")


@pytest.mark.parametrize("cell", ["10", 10.0, "10月", "12个月"])
def test_a_lone_number_may_count_months_and_is_no_period(cell):
    with pytest.raises(Unreadable, match="像是月数"):
        values.period(cell)


@pytest.mark.parametrize("cell", ["3月15日", "3月15日至5月1日", "3-10月"])
def test_a_day_without_a_year_is_no_period(cell):
    with pytest.raises(Unreadable, match="缺少年份"):
        values.period(cell)


@pytest.mark.parametrize(
    "cell", ["20223年11月", "2021年3月至20223年11月", "2021年13月", "2021年12月至2021年3月", "全年", ""]
)
def test_impossible_periods(cell):
    with pytest.raises(Unreadable):
        values.period(cell)


@given(st.dates(date(1950, 1, 1), date(2099, 12, 31)))
def test_every_way_to_write_a_day_gives_the_day(on):
    for text in (
        f"{on:%Y-%m-%d}",
        f"{on:%Y%m%d}",
        f"{on.year}.{on.month}.{on.day}",
        f"{on.year}年{on.month}月{on.day}日",
    ):
        assert values.day(text) == on
    assert values.day(float((on - date(1899, 12, 30)).days)) == on
    assert values.month(on) == on.year * 100 + on.month


AMOUNTS = {
    "248万元": "248",
    "248.5 万元": "248.5",
    "30000元": "3",
    "1,234.50": "1234.50",
    "1，234.50": "1234.50",
    "１２．５": "12.5",
    "10(其中,灾情因素6万元)": "10",
    "20（万元）": "20",
    "￥12": "12",
    "1.2亿元": "12000",
    ".5": "0.5",
    "-3": "-3",
    "人民币伍拾万元整": "50",
    "壹拾贰万叁仟肆佰伍拾陆元柒角捌分": "12.345678",
    "叁仟零伍元": "0.3005",
}


@pytest.mark.parametrize("text", AMOUNTS)
def test_money_in_wan_yuan(text):
    assert values.amount(text, "万元") == Decimal(AMOUNTS[text])


def test_money_is_exact():
    assert values.amount(865.703669, "万元") == Decimal("865.703669")
    assert values.amount(0.1 + 0.2, "万元") == Decimal("0.3")
    assert values.amount(8657036.69, "元") == Decimal("865.703669")
    assert values.amount(2024.0, "万元") == 2024


@pytest.mark.parametrize(
    "cell",
    [
        "*元",
        "约20",
        "53.29万/公里",
        "/",
        "12,34",
        "5+5",
        "",
        "万元整",
        "(50)",
        True,
        date(2022, 1, 1),
        "1e3",
        float("nan"),
    ],
)
def test_no_money(cell):
    with pytest.raises(Unreadable):
        values.amount(cell, "万元")


def test_money_without_any_unit_is_not_read():
    with pytest.raises(Unreadable, match="单位"):
        values.amount(12.0, None)
    assert values.amount("12万元", None) == 12
    assert values.amount_parts("12万元") == (Decimal(12), "万元")


@given(st.decimals(0, 10**8, places=6))
def test_money_survives_being_a_float_cell(amount):
    assert values.amount(float(amount), "万元") == amount


def test_counts():
    assert values.count(12.0) == 12
    assert values.count("1,208") == 1208
    assert values.count("12户", "户") == 12
    assert values.count("12.00") == 12
    for cell in (12.5, "12户", "≥200户", "", True):
        with pytest.raises(Unreadable):
            values.count(cell)


def test_percentages():
    assert values.percent("61.3%") == Decimal("61.3")
    assert values.percent(85.0) == 85
    with pytest.raises(Unreadable):
        values.percent("过半")


def test_yes_and_no():
    assert [values.yes_no(c) for c in ("是", " 有 ", "√", True, "否", "无", False)] == [True] * 4 + [
        False
    ] * 3
    for cell in ("不清楚", "", 2.0):
        with pytest.raises(Unreadable):
            values.yes_no(cell)


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("截至2022年8月31日", date(2022, 8, 31)),
        ("（数据截止到 2022年8月底）", date(2022, 8, 31)),
        ("填报时间：2022.8.31", date(2022, 8, 31)),
        ("2022年8月31日", date(2022, 8, 31)),
        ("截至2022年12月底", date(2022, 12, 31)),
        ("截至2022年2月30日", None),
        ("2022年度项目计划表", None),
        ("2022年8月31日第三次会议通过的计划", None),
    ],
)
def test_the_data_date_of_a_title(text, on):
    assert values.as_of_in(text) == on


def test_the_data_date_of_a_file_name():
    assert values.as_of_in_name("项目台账-20220831.xlsx") == date(2022, 8, 31)
    assert values.as_of_in_name("项目台账.xlsx") is None
    assert values.as_of_in_name("项目台账-20221331.xlsx") is None


def test_what_a_clerk_sees_of_a_cell():
    assert [values.plain(c) for c in (12.0, 0.1 + 0.2, date(2022, 3, 1), datetime(2022, 3, 1), " 甲 ", True)] == [
        "12", "0.3", "2022-03-01", "2022-03-01", "甲", "是",
    ]  # fmt: skip


def test_an_unreadable_cell_becomes_a_problem_where_it_stands():
    with pytest.raises(Unreadable) as unreadable:
        values.amount("*元", "万元")
    problem = unreadable.value.problem("表!G4", "*元")
    assert (problem.cell, problem.expected, problem.found) == ("表!G4", "金额", "*元")


@pytest.mark.parametrize("cell", [1e308, "9" * 400, -1e15, float("inf"), float("nan"), "nan", "1e99"])
def test_a_number_that_no_county_has_is_a_slip_of_the_hand(cell):
    for read in (
        values.plain_number,
        values.count,
        values.percent,
        lambda cell: values.amount(cell, "万元"),
        lambda cell: values.amount(cell, "亿元"),
    ):
        with pytest.raises(values.Unreadable):
            read(cell)
