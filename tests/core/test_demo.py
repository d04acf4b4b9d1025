"""The invented county is what the plan says, and breaks just the rules it means to break."""

import hashlib
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from core.demo import households, milestones, money, projects
from core.places import place_tree


def table(path, header_row: int = 0) -> list[dict]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    headers = rows[header_row]
    return [dict(zip(headers, row, strict=True)) for row in rows[header_row + 1 :]]


def test_on_15_march_2943_households_with_8417_persons_are_not_eliminated(demo_dir):
    people = table(demo_dir / "监测对象信息-20220315.xlsx")
    still_at_risk = [p for p in people if p["风险是否已消除"] == "否"]
    assert len({p["户编号"] for p in still_at_risk}) == 2943
    assert len(still_at_risk) == 8417


def test_households_eliminated_in_earlier_years_are_in_the_export_too(demo_dir):
    people = table(demo_dir / "监测对象信息-20220315.xlsx")
    gone_by = {p["消除监测时间"][:4] for p in people if p["风险是否已消除"] == "是"}
    assert {"2020", "2021"} <= gone_by


def test_the_export_has_177_columns_with_the_letters_of_the_national_system():
    headers = households.headers()
    assert len(headers) == len(set(headers)) == 177
    at = {
        letters: headers[households.column_number(letters)]
        for letters in ("E", "M", "AP", "CH", "DE", "ET", "FU")
    }
    assert at == {
        "E": "户编号",
        "M": "监测对象类别",
        "AP": "劳动技能",
        "CH": "整户无劳动能力兜底保障户",
        "DE": "风险是否已消除",
        "ET": "健康帮扶",
        "FU": "风险消除后合规自付支出",
    }


def test_one_township_is_silent_in_august_and_one_reports_june_late(demo_dir):
    august = {p["乡"] for p in table(demo_dir / "监测对象信息-20220831.xlsx")}
    june = {p["乡"] for p in table(demo_dir / "监测对象信息-20220630.xlsx")}
    late = {p["乡"] for p in table(demo_dir / "监测对象信息-拐河镇-20220630.xlsx")}
    names = {t.name for t in place_tree().townships}
    assert names - august == {"小史店镇"}
    assert names - june == {"拐河镇"}
    assert late == {"拐河镇"}


def test_about_one_open_household_in_ten_is_under_the_safety_net():
    for homes in households.exports().values():
        still = [h for h in homes.values() if h.is_open]
        assert 0.08 <= sum(h.is_safety_net for h in still) / len(still) <= 0.25


def test_every_one_of_the_sixteen_rules_is_broken_by_a_few_households_at_the_end_of_august():
    august = households.expected_breaks()[date(2022, 8, 31)]
    assert set(august) == set(range(1, 17))
    assert all(2 <= len(codes) <= 5 for codes in august.values())


def test_a_household_moves_and_one_is_in_no_export_between_its_two_townships():
    july, august = (households.exports()[date(2022, month, 31)] for month in (7, 8))
    moved = [c for c in july if c in august and july[c].village.code[:9] != august[c].village.code[:9]]
    assert moved
    between = [c for c, h in july.items() if h.is_between]
    assert between
    assert all(not august[c].is_between for c in between if c in august)


@pytest.mark.parametrize("on", ["20220315", "20220831"])
def test_county_money_is_exactly_15100_and_industry_just_holds_its_line(demo_dir, on):
    rows = [r for r in table(demo_dir / f"项目台账-{on}.xlsx", 2) if r["项目编号"]]
    assert round(sum(r["县级(万元)"] for r in rows), 6) == 15100
    four = ("中央(万元)", "省级(万元)", "市级(万元)", "县级(万元)")
    industry = [r for r in rows if r["项目类型"] == "产业发展"]
    assert 0.60 < sum(r[s] for r in industry for s in four) / sum(r[s] for r in rows for s in four) < 0.62
    five = (*four, "整合资金(万元)")
    assert sum(r[s] for r in industry for s in five) / sum(r[s] for r in rows for s in five) < 0.60
    assert sum(r[s] for r in rows for s in five) > 30000


def test_the_same_bytes_are_written_every_time(demo_dir, tmp_path):
    for module in (projects, money, milestones):
        for name, *_ in module.write(tmp_path):
            again, first = ((folder / name).read_bytes() for folder in (tmp_path, demo_dir))
            assert hashlib.sha256(again).digest() == hashlib.sha256(first).digest(), name
