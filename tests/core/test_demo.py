"""The demo county holds what the plan says, keeps its own story straight, and is the same county every time."""

import csv
import hashlib
from collections import Counter, defaultdict
from datetime import date
from functools import lru_cache
from itertools import pairwise

import pytest
from python_calamine import CalamineWorkbook

from core.demo import SUBJECTS, expected_breaks
from core.demo.export import HEADERS
from core.places import REFERENCE, place_tree

DATES = ("20220315", "20220430", "20220531", "20220630", "20220731", "20220831")
SOURCES = ("中央(万元)", "省级(万元)", "市级(万元)", "县级(万元)", "整合资金(万元)")
MEASURES = (
    "产业帮扶",
    "就业帮扶",
    "金融帮扶",
    "公益性岗位帮扶",
    "住房安全保障",
    "饮水安全保障",
    "健康帮扶",
    "教育帮扶",
    "义务教育保障",
    "综合保障",
    "社会帮扶",
    "搬迁",
    "生产生活条件改善",
    "基础设施建设",
)
ANSWERS = {
    "因病": ("健康帮扶", "综合保障", "社会帮扶"),
    "因学": ("教育帮扶", "义务教育保障", "社会帮扶"),
    "因安全饮水": ("饮水安全保障",),
}
NOW = date(2022, 8, 31)
YEAR = {f"2022{m:02}" for m in range(1, 8)}


@lru_cache(maxsize=64)
def sheet(path, name, header_row):
    """The rows under a header as dicts, and the header."""
    cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)
    header = cells[header_row]
    return [dict(zip(header, row, strict=True)) for row in cells[header_row + 1 :]], tuple(header)


@pytest.fixture(scope="session")
def people(demo_dir):
    """{YYYYMMDD: {户编号: rows}}, the late township's own workbook included."""
    found = {}
    for day in DATES:
        homes = defaultdict(list)
        for path in sorted(demo_dir.glob(f"监测对象信息*-{day}.xlsx")):
            cells = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("监测对象信息").to_python()
            for row in cells[1:]:
                homes[row[4]].append({h: v for h, v in zip(cells[0], row, strict=True) if v != ""})
        found[day] = dict(homes)
    return found


@pytest.fixture(scope="session")
def jobs(demo_dir):
    """{YYYYMMDD: {户编号: rows of 务工信息}}."""
    found = {}
    for day in DATES:
        homes = defaultdict(list)
        for path in sorted(demo_dir.glob(f"监测对象信息*-{day}.xlsx")):
            for row in sheet(path, "务工信息", 0)[0]:
                homes[row["户编号"]].append(row)
        found[day] = homes
    return found


def is_open(rows):
    return any(r["风险是否已消除"] == "否" for r in rows)


def months(first, last):
    return (int(last[:4]) - int(first[:4])) * 12 + int(last[4:]) - int(first[4:])


def ledger(demo_dir, day=DATES[-1]):
    """Data rows and the 合计 row of a working ledger."""
    rows, _ = sheet(demo_dir / f"项目台账-{day}.xlsx", "项目台账", 2)
    return rows[:-1], rows[-1]


def fund_rows(demo_dir, stem, name, day):
    rows, _ = sheet(demo_dir / f"{stem}-{day}.xlsx", name, 2)
    return rows[:-1], rows[-1]


def cents(rows, column):
    return sum(round(r[column] * 100) for r in rows if r[column] != "")


# ---- monitored households ----------------------------------------------------------------------------


def test_on_15_march_exactly_2943_households_with_8417_persons_are_not_eliminated(people):
    still = {code: rows for code, rows in people["20220315"].items() if is_open(rows)}
    assert len(still) == 2943
    assert sum(len(rows) for rows in still.values()) == 8417


def test_the_export_has_the_177_columns_in_their_places():
    assert len(HEADERS) == len(set(HEADERS)) == 177
    places = {
        "户编号": "E",
        "监测对象类别": "M",
        "劳动技能": "AP",
        "享受低保政策情况": "AV",
        "享受特困供养政策情况": "BI",
    }
    places |= {
        "整户无劳动能力兜底保障户": "CH",
        "风险是否已消除": "DE",
        "识别监测时间": "DF",
        "健康帮扶": "ET",
    }
    places |= {"风险消除后是否义务教育阶段适龄儿童少年失学辍学": "FI", "风险消除后合规自付支出": "FU"}

    def letters(column):
        return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)

    assert {h: letters(HEADERS.index(h)) for h in places} == places


def test_every_township_and_the_forest_farm_have_households(people):
    held = Counter(rows[0]["乡"] for rows in people["20220315"].values() if is_open(rows))
    assert set(held) == {t.name for t in place_tree().townships} | {"方城大寺林场"}
    assert held["方城大寺林场"] < 10
    assert max(held[t.name] for t in place_tree().townships if t.kind == "subdistrict") < 60


def test_every_row_names_a_village_of_its_township(people):
    tree = place_tree()
    for rows in people[DATES[-1]].values():
        (unit,) = tree.find_units(rows[0]["乡"])
        assert tree.find_village(unit, rows[0]["村"]) or rows[0]["村"] == "大寺林场虚拟生活区"


def test_a_household_stands_in_one_place_and_has_one_head_in_an_export(people):
    for homes in people.values():
        for rows in homes.values():
            assert len({(r["乡"], r["村"], r["户主姓名"]) for r in rows}) == 1
            assert [r["与户主关系"] for r in rows].count("户主") == 1
            assert rows[0]["家庭人口数"] == len(rows)
            assert len({r["人编号"] for r in rows}) == len(rows)


def test_households_eliminated_in_earlier_years_are_in_the_export_too(people):
    gone_by = Counter(
        rows[0]["消除监测时间"][:4] for rows in people["20220315"].values() if not is_open(rows)
    )
    assert 2000 <= gone_by.total() <= 2200
    assert min(gone_by["2020"], gone_by["2021"]) > 500
    assert gone_by["2022"] > 50


def test_about_1200_of_the_first_households_remain_in_august_and_none_of_the_safety_net_left_by_the_rules(
    people,
):
    first = {code for code, rows in people["20220315"].items() if is_open(rows)}
    last = {**people["20220731"], **people["20220831"]}  # 小史店镇 stands with July
    left = {code for code in first if code in last and is_open(last[code])}
    assert 1150 <= len(left) <= 1280
    net = [code for code in left if last[code][0]["整户无劳动能力兜底保障户"] == "是"]
    assert 0.08 <= len(net) / 2943 <= 0.12


def test_households_come_go_turn_back_and_change_heads_between_exports(people):
    reversals = recognised_anew = heads = grown = shrunk = gone = 0
    for before, after in pairwise(DATES[:-1]):
        old, new = people[before], people[after]
        gone += len(set(old) - set(new))
        for code in set(old) & set(new):
            a, b = old[code], new[code]
            if not is_open(a) and is_open(b):
                reversals += 1
                recognised_anew += a[0]["识别监测时间"] != b[0]["识别监测时间"]
            heads += a[0]["户主姓名"] != b[0]["户主姓名"]
            grown += len(b) > len(a)
            shrunk += len(b) < len(a)
    assert reversals >= 10
    assert 2 <= recognised_anew <= 3
    assert min(heads, grown, shrunk) >= 8
    assert 5 <= gone <= 25


def test_most_newcomers_were_recognised_since_the_last_export_and_a_few_were_entered_late(people):
    for before, after in pairwise(DATES):
        new = [rows[0] for code, rows in people[after].items() if code not in people[before]]
        in_time = [r for r in new if r["识别监测时间"] >= before[:6]]
        assert len(new) >= 30
        assert len(in_time) >= 0.9 * len(new)


def test_some_are_recognised_less_than_six_months_before_each_export(people):
    for day, homes in people.items():
        still = [rows[0] for rows in homes.values() if is_open(rows)]
        young = [r for r in still if "识别监测时间" in r and months(r["识别监测时间"], day[:6]) < 6]
        assert 0.1 < len(young) / len(still) < 0.3


def test_slow_townships_eliminate_at_a_lower_rate(people):
    first = {
        c: r[0]
        for c, r in people["20220315"].items()
        if is_open(r) and r[0]["整户无劳动能力兜底保障户"] == "否"
    }
    last = people["20220731"]

    def rate(names):
        codes = [c for c, r in first.items() if r["乡"] in names and c in last]
        return sum(not is_open(last[c]) for c in codes) / len(codes)

    assert rate(("赵河镇", "小史店镇", "拐河镇")) + 0.1 < rate(("杨集镇", "独树镇", "二郎庙镇"))


def test_xiaoshidian_did_not_report_on_31_august_and_guaihe_reported_june_late(demo_dir, people):
    assert not any(rows[0]["乡"] == "小史店镇" for rows in people["20220831"].values())
    county, _ = sheet(demo_dir / "监测对象信息-20220630.xlsx", "监测对象信息", 0)
    late, _ = sheet(demo_dir / "监测对象信息-拐河镇-20220630.xlsx", "监测对象信息", 0)
    assert "拐河镇" not in {r["乡"] for r in county}
    assert {r["乡"] for r in late} == {"拐河镇"}
    assert not {r["户编号"] for r in county} & {r["户编号"] for r in late}


def test_some_move_and_one_is_in_no_township_in_july(people):
    moved = set()
    for before, after in pairwise(DATES):
        both = set(people[before]) & set(people[after])
        moved |= {c for c in both if people[before][c][0]["乡"] != people[after][c][0]["乡"]}
    between = [c for c in people["20220630"] if c not in people["20220731"] and c in people["20220831"]]
    assert len(between) == 1
    assert people["20220630"][between[0]][0]["乡"] != people["20220831"][between[0]][0]["乡"]
    assert "小史店镇" not in {people[d][between[0]][0]["乡"] for d in ("20220630", "20220831")}
    assert 5 <= len(moved) <= 9


def test_members_of_one_or_two_households_disagree_from_june_on(people):
    disagree = [
        sum(len({r["风险是否已消除"] for r in rows}) > 1 for rows in people[day].values()) for day in DATES
    ]
    assert disagree == [0, 0, 0, 1, 2, 2]


def test_income_parts_add_up(people):
    for rows in people["20220831"].values():
        r = rows[0]
        for after in ("", "风险消除后"):
            if f"{after}工资性收入" in r and "家庭纯收入" in r:
                parts = sum(r[f"{after}{part}收入"] for part in ("工资性", "生产经营性", "财产性", "转移性"))
                net = parts - r[f"{after}生产经营性支出"]
                assert net == pytest.approx(r[f"{after}家庭纯收入"], abs=0.02)


def test_nobody_in_it_can_be_a_real_person(people):
    for rows in people["20220831"].values():
        for r in rows:
            assert r["姓名"][1] in "演示例"
            assert r["证件号码"].startswith("411399")
            assert r["联系电话"].startswith("142")


# ---- the sixteen data-quality rules, read plainly -----------------------------------------------------


def right_document(number):
    if len(number) not in (18, 20, 22) or not number[:17].isdigit():
        return False
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return (
        "10X98765432"[sum(int(d) * w for d, w in zip(number[:17], weights, strict=True)) % 11] == number[17]
    )


def broken_rules(rows, working, day):
    """The numbers of the rules that one household breaks on a day."""
    r = rows[0]
    closed = not is_open(rows)
    found = r.get("识别监测时间")
    causes = [r[f"致贫/返贫风险{n}"] for n in range(1, 6) if f"致贫/返贫风险{n}" in r]
    measures = [m for m in MEASURES if m in r]
    helped = closed and r["风险消除方式"] != "自然消除"
    wait = months(found, r["消除监测时间"]) if closed and found else 99
    no_labour = all(p["劳动技能"] in ("无劳动力", "丧失劳动力") for p in rows)
    at_work = [w for w in working if w["是否已务工"] == "是"]
    after = [h for h in HEADERS if h.startswith("风险消除后")]
    needed = ("人均纯收入（元）", "是否义务教育阶段适龄儿童少年失学辍学", "是否住房损毁", "是否饮水设施损毁")
    students = {p["人编号"] for p in rows if "在校生状况" in p}
    yield 1, found and months(found, day[:6]) >= 1 and r.get("实施开发式帮扶措施情况") == "尚未实施"
    yield 2, not found or not causes or any(h not in r for h in needed)
    yield 3, closed and any(h not in r for h in after)
    yield 4, helped and not measures
    yield 5, any(c in ANSWERS and not set(ANSWERS[c]) & set(measures) for c in causes)
    yield 6, helped and r["消除监测时间"] >= "202204" and wait < 6
    yield 7, helped and wait <= 1
    yield 8, closed and (no_labour or r["整户无劳动能力兜底保障户"] == "是")
    yield 9, not closed and no_labour and r["整户无劳动能力兜底保障户"] != "是"
    yield 10, helped and r.get("风险消除后家庭人均纯收入", 6900) < 6900
    yield 11, not all(right_document(p[h]) for p in rows for h in ("证件号码", "户主证件号码"))
    yield 12, "因病" in causes and not r.get("合规自付支出")
    yield 13, "因务工就业不稳" in causes and (no_labour or not at_work)
    yield 14, r.get("人均纯收入（元）", 0) > 20000
    yield 15, any(w["人编号"] in students for w in at_work)
    yield (
        16,
        "劳务输出" in r.get("就业帮扶", "")
        and not any(w["务工所在地"] in ("县外省内", "省外") for w in at_work),
    )


@pytest.mark.parametrize("day", DATES)
def test_exactly_the_planted_households_break_each_rule(people, jobs, day):
    found = {rule: set() for rule in range(1, 17)}
    for code, rows in people[day].items():
        for rule, is_broken in broken_rules(rows, jobs[day][code], day):
            if is_broken:
                found[rule].add(code)
    expected = expected_breaks()[date(int(day[:4]), int(day[4:6]), int(day[6:]))]
    assert found == {rule: set(codes) for rule, codes in expected.items()}


def test_every_rule_is_broken_somewhere_and_some_households_break_two():
    whole = expected_breaks()
    assert all(any(whole[on][rule] for on in whole) for rule in range(1, 17))
    twice = Counter(code for codes in whole[NOW].values() for code in codes)
    assert max(twice.values()) == 2


# ---- projects and money ------------------------------------------------------------------------------


def test_the_county_column_sums_to_15100_on_every_date_and_the_whole_to_31600(demo_dir):
    for day in DATES:
        rows, total = ledger(demo_dir, day)
        assert len({r["项目编号"] for r in rows}) == len(rows) == 238
        assert cents(rows, "县级(万元)") == 1_510_000 == round(total["县级(万元)"] * 100)
        assert cents(rows, "资金合计(万元)") == 3_160_000
        for r in rows:
            assert round(r["资金合计(万元)"] * 100) == sum(round(r[s] * 100) for s in SOURCES)


def test_industry_holds_60_percent_of_the_four_levels_and_not_of_the_whole(demo_dir):
    rows, _ = ledger(demo_dir)
    industry = [r for r in rows if r["项目类型"] == "产业发展"]
    four = [sum(cents(part, s) for s in SOURCES[:4]) for part in (industry, rows)]
    five = [cents(part, "资金合计(万元)") for part in (industry, rows)]
    assert four[0] / four[1] == pytest.approx(0.608, abs=0.0005)
    assert five[0] / five[1] == pytest.approx(0.579, abs=0.0005)


def test_on_31_august_about_187_of_238_are_completed_and_150_accepted(demo_dir):
    rows, _ = ledger(demo_dir)
    states = Counter(r["项目状态"] for r in rows)
    assert 184 <= states["已竣工"] + states["已验收"] <= 190
    assert 145 <= states["已验收"] <= 160
    assert 1 <= states["已终止"] <= 2
    assert 2 <= states["已批复"] + states["已开工"] <= 12


def test_overdue_projects_crowd_in_three_townships(demo_dir):
    rows, _ = ledger(demo_dir)
    late = Counter(
        r["乡镇"]
        for r in rows
        if not r["实际竣工时间"] and r["计划竣工时间"] < NOW and r["项目状态"] != "已终止"
    )
    slow = sum(late[t] for t in ("赵河镇", "小史店镇", "拐河镇"))
    assert slow >= 0.45 * sum(late.values())
    assert {t for t, _ in late.most_common(3)} == {"赵河镇", "小史店镇", "拐河镇"}


def test_several_projects_stand_still_for_two_months(demo_dir):
    columns = ("项目状态", "形象进度(%)", "调整后竣工时间", "已拨付金额(万元)")
    seen = [{r["项目编号"]: tuple(r[c] for c in columns) for r in ledger(demo_dir, d)[0]} for d in DATES[-3:]]
    still = [n for n, now in seen[2].items() if now[0] in ("在建", "已开工") and seen[0][n][:2] == now[:2]]
    assert len(still) >= 5


def test_no_ledger_knows_what_happened_after_its_day(demo_dir):
    for day in DATES:
        until = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        for r in ledger(demo_dir, day)[0]:
            for column in ("批复时间", "开工时间", "实际竣工时间", "验收时间"):
                assert r[column] == "" or r[column] <= until
            assert (r["实际竣工时间"] != "") == (r["项目状态"] in ("已竣工", "已验收"))


def test_the_first_planned_day_never_changes(demo_dir):
    pool = {
        r["项目编号"]: r["计划完工时间"] for r in sheet(demo_dir / "项目库-20220315.xlsx", "项目库", 0)[0]
    }
    for day in DATES:
        for r in ledger(demo_dir, day)[0]:
            assert r["计划竣工时间"] in ("", pool[r["项目编号"]])
    last = sheet(demo_dir / "项目库-20220831.xlsx", "项目库", 0)[0]
    assert sum(r["是否纳入年度项目实施计划"] == "是" for r in last) == 238
    assert 30 <= sum(r["是否纳入年度项目实施计划"] == "否" for r in last) <= 45


def test_28900_are_handed_down_13680_by_the_county_and_68_percent_paid(demo_dir):
    allotted, _ = fund_rows(demo_dir, "资金下达台账", "资金下达", DATES[-1])
    paid, _ = fund_rows(demo_dir, "资金支付台账", "资金支付", DATES[-1])
    assert cents(allotted, "金额(万元)") == 2_890_000
    assert cents([a for a in allotted if a["资金来源"] == "县级配套"], "金额(万元)") == 1_368_000
    assert cents(paid, "支付金额(万元)") / 2_890_000 == pytest.approx(0.68, abs=0.005)
    assert 3 <= sum(p["支付金额(万元)"] < 0 for p in paid) <= 15


@pytest.mark.parametrize("day", DATES)
def test_payments_agree_with_the_working_ledger_and_no_source_pays_what_it_has_not(demo_dir, day):
    allotted, _ = fund_rows(demo_dir, "资金下达台账", "资金下达", day)
    paid, total = fund_rows(demo_dir, "资金支付台账", "资金支付", day)
    by_project, by_source, held = Counter(), Counter(), Counter()
    for p in paid:
        by_project[p["项目编号"]] += round(p["支付金额(万元)"] * 100)
        by_source[p["资金来源"]] += round(p["支付金额(万元)"] * 100)
    for a in allotted:
        held[a["资金来源"]] += round(a["金额(万元)"] * 100)
    assert all(by_source[s] <= held[s] for s in by_source)
    assert round(total["支付金额(万元)"] * 100) == sum(by_project.values())
    for r in ledger(demo_dir, day)[0]:
        assert round(r["已拨付金额(万元)"] * 100) == by_project[r["项目编号"]]
        assert 0 <= r["已拨付金额(万元)"] <= r["资金合计(万元)"]


def test_six_hundred_past_projects_took_a_little_longer_than_planned_and_some_much_longer(demo_dir):
    rows = sheet(demo_dir / "历年项目台账-20211231.xlsx", "项目台账", 2)[0][:-1]
    by_year = Counter(int(r["项目年度"]) for r in rows)
    assert set(by_year) == {2018, 2019, 2020, 2021}
    assert all(140 <= n <= 160 for n in by_year.values())
    assert cents([r for r in rows if r["项目年度"] == 2021], "县级(万元)") == 1_420_000
    ratios = sorted(
        (r["实际竣工时间"] - r["开工时间"]).days / (r["计划竣工时间"] - r["计划开工时间"]).days
        for r in rows
        if r["实际竣工时间"]
    )
    assert 1.03 <= ratios[len(ratios) // 2] <= 1.17
    assert ratios[int(len(ratios) * 0.95)] > 1.6
    assert any(r["项目状态"] == "已终止" for r in rows)
    assert any(r["项目状态"] == "在建" for r in rows)


def test_a_past_ledger_holds_only_years_that_had_begun(demo_dir):
    ledgers = sorted(demo_dir.glob("历年项目台账-*.xlsx"))
    assert len(ledgers) == 13
    for path in ledgers:
        rows = sheet(path, "项目台账", 2)[0][:-1]
        assert max(r["项目年度"] for r in rows) == int(path.stem[-8:-4])


# ---- pilot zones, departments, manifest ---------------------------------------------------------------


def test_each_pilot_zone_has_about_ten_milestones_from_april_to_december(demo_dir):
    rows, _ = sheet(demo_dir / "示范片区节点-20220831.xlsx", "片区节点", 1)
    held = Counter(r["片区乡镇"] for r in rows)
    assert set(held) == {"杨集镇", "广阳镇", "二郎庙镇", "独树镇"}
    assert all(9 <= n <= 12 for n in held.values())
    assert min(r["计划完成时间"] for r in rows).month == 4
    assert max(r["计划完成时间"] for r in rows).month == 12
    assert any(not r["实际完成时间"] and r["计划完成时间"] < NOW for r in rows)


def test_the_departments_report_every_item_that_no_ledger_holds(demo_dir):
    with (REFERENCE / "report_items.csv").open(encoding="utf-8", newline="") as file:
        items = list(csv.DictReader(file))
    rows, _ = sheet(demo_dir / "指标月报-20220630.xlsx", "指标月报", 1)
    codes = {r["指标编码"] for r in rows}
    assert codes == {item["code"] for item in items}
    assert {"5b", "5c1", "5c2", "5c3", "5d", "8b", "8c"} <= codes
    assert all(r["值"] == 0 for r in rows if r["指标编码"] == "8c")
    assert all(r["期别"] == "202206" for r in rows)
    wanted = {str(n) for n in range(1, 24)} - {"7"}  # 7 is computed from the export alone
    assert {item["item"] for item in items} == wanted


def test_a_missing_township_has_no_rows_in_the_monthly_report(demo_dir):
    august, _ = sheet(demo_dir / "指标月报-20220831.xlsx", "指标月报", 1)
    assert "小史店镇" not in {r["乡镇"] for r in august}
    assert len({r["乡镇"] for r in august}) == 19  # eighteen townships and 方城县


def test_the_report_counts_the_households_that_the_exports_hold(demo_dir, people):
    rows, _ = sheet(demo_dir / "指标月报-20220731.xlsx", "指标月报", 1)
    first = [home[0] for home in people["20220731"].values()]
    for code, column, months_of in (("5b", "识别监测时间", {"202207"}), ("8b", "消除监测时间", YEAR)):
        reported = sum(r["分母"] for r in rows if r["指标编码"] == code)
        held = [r for r in first if r.get(column) in months_of and r["乡"] != "方城大寺林场"]
        assert abs(reported - len(held)) <= 2, code
    found = sum(r["值"] for r in rows if r["指标编码"] in ("5c1", "5c2", "5c3"))
    assert found >= sum(r["分母"] for r in rows if r["指标编码"] == "5b")


def test_the_manifest_names_every_workbook_and_only_one_was_known_late(demo_dir):
    with (demo_dir / "manifest.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert {line["file"] for line in lines} == {p.name for p in demo_dir.glob("*.xlsx")}
    late = [line for line in lines if line["known_on"] != line["as_of"]]
    assert [(line["file"], line["known_on"]) for line in late] == [
        ("监测对象信息-拐河镇-20220630.xlsx", "2022-07-05")
    ]


def test_the_same_workbooks_are_written_every_time(demo_dir, tmp_path):
    for subject in SUBJECTS:
        for file, *_ in subject.write(tmp_path):
            hashes = [
                hashlib.sha256((folder / file).read_bytes()).digest() for folder in (tmp_path, demo_dir)
            ]
            assert hashes[0] == hashes[1], file


def test_the_late_townships_export_is_the_same_every_time(demo_dir, tmp_path):
    from core.demo.export import write_export

    name = "监测对象信息-拐河镇-20220630.xlsx"
    write_export(tmp_path / name, 3, late=True)
    assert (tmp_path / name).read_bytes() == (demo_dir / name).read_bytes()
