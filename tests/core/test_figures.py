"""Every figure agrees with a second, plain computation straight from the workbooks (tests/oracle.py)."""

import csv
import json
import random
import sys
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent))

from oracle import (
    CAUSES,
    COLUMN_OF_SOURCE,
    COUNTY,
    FIGURES,
    KINDS,
    MEASURES,
    OF_A_PERSON,
    OPTIONAL,
    REPORTED,
    Oracle,
)

from core import importing
from core.__main__ import app
from core.demo.workbook import write_sheet
from core.imports.reading import read
from core.indicators import COUNTINGS
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.places import place_tree
from core.scope import Scope
from core.store import ALWAYS, Store, moment
from core.views.common import Question
from core.views.imports import uncounted_words
from core.views.projects import projects as projects_page

TREE = place_tree()
DATA_DATES = [
    date(2022, 3, 15),
    date(2022, 4, 30),
    date(2022, 5, 31),
    date(2022, 6, 30),
    date(2022, 7, 31),
    date(2022, 8, 31),
]
BETWEEN = date(2022, 7, 15)
BEFORE_ALL = date(2022, 3, 14)

TOWNSHIPS = [t.name for t in TREE.townships]
ZONES = ["一战区", "二战区", "三战区", "四战区", "五战区", "六战区"]
VILLAGES = [TREE.label(v.code) for v in TREE.villages if TREE[v.code[:9]].is_township][::14]
PLACES = [COUNTY, *ZONES, *TOWNSHIPS, *VILLAGES]

HOUSEHOLD_FIGURES = [key for key, (ledger, _, _) in FIGURES.items() if ledger == "monitored"]


@pytest.fixture(scope="module")
def oracle(demo_dir):
    return Oracle(demo_dir)


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


HOUSEHOLD_INDICATORS = [indicator for indicator in CATALOGUE if indicator.key in HOUSEHOLD_FIGURES]


def told(store, place, as_of, known_by=ALWAYS, indicators=CATALOGUE):
    """{key: figure} as the product tells them."""
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), as_of, known_by)
    (area,) = TREE.areas(place, as_of)
    return {figure["key"]: figure for figure in as_json(indicators, snapshot, area, None)["figures"]}


@pytest.fixture(scope="module")
def figures_of(store):
    """figures_of(place, as_of): what the product tells now, asked once."""

    @cache
    def ask(place, as_of):
        return told(store, place, as_of)

    return ask


def same(product, plain):
    """Equal: exactly for counts and yuan, to 1e-12 for rates."""
    if product is None or plain is None:
        return product is None and plain is None
    if isinstance(plain, Fraction):
        return abs(Fraction(product) - plain) < Fraction(1, 10**12)
    if isinstance(plain, Decimal):
        return Decimal(str(product)) == plain
    return product == plain


def differences(figures, oracle, place, as_of):
    """One line for each figure that the two computations tell differently."""
    found = []
    for key, figure in figures.items():
        value, top, bottom = oracle.value(key, place, as_of)
        for name, plain in (("value", value), ("numerator", top), ("denominator", bottom)):
            if not same(figure[name], plain):
                found.append(f"{key} {place} {as_of} {name}: product {figure[name]}, workbooks {plain}")
    return found


def test_no_figure_is_without_a_second_computation():
    assert set(FIGURES) == {indicator.key for indicator in CATALOGUE}


@pytest.mark.parametrize("as_of", [*DATA_DATES, BETWEEN], ids=str)
def test_every_figure_of_every_place_is_what_the_workbooks_say(figures_of, oracle, as_of):
    found = []
    for place in PLACES:
        found += differences(figures_of(place, as_of), oracle, place, as_of)
    assert found == [], f"{len(found)} differ:\n" + "\n".join(found[:40])


def test_the_six_war_zones_and_nineteen_townships_were_compared():
    assert len(TOWNSHIPS) == 19
    assert [z.name for z in TREE.zones(DATA_DATES[0])] == ZONES
    assert len(VILLAGES) >= 40


@pytest.mark.parametrize("as_of", [*DATA_DATES, BETWEEN], ids=str)
def test_kinds_and_causes_are_what_the_workbooks_say(figures_of, oracle, as_of):
    found = []
    for place in [COUNTY, *ZONES, *TOWNSHIPS]:
        for key, figure in figures_of(place, as_of).items():
            if figure.get("slices") != oracle.parts(key, place, as_of):
                found.append(
                    f"{key} {place}: product {figure.get('slices')}, {oracle.parts(key, place, as_of)}"
                )
    assert found == [], "\n".join(found[:10])


@pytest.mark.parametrize("as_of", [*DATA_DATES, BETWEEN], ids=str)
def test_a_township_that_did_not_report_is_named_and_its_last_figure_stands_beside(figures_of, oracle, as_of):
    found = []
    for place in PLACES:
        for key, figure in figures_of(place, as_of).items():
            if figure["status"] == "not_reported" and oracle.missing(key, place, as_of):
                value, day = oracle.carried(key, place, as_of)
                if not same(figure["carried_value"], value) or figure["carried_as_of"] != day.isoformat():
                    found.append(
                        f"{key} {place}: {figure['carried_value']} {figure['carried_as_of']}, {value} {day}"
                    )
            if figure["value"] is not None and figure.get("missing", []) != oracle.missing(key, place, as_of):
                found.append(f"{key} {place}: {figure.get('missing')}, {oracle.missing(key, place, as_of)}")
    assert found == [], "\n".join(found[:10])


def test_in_august_xiaoshidian_has_no_household_figures_and_the_county_names_it(figures_of, oracle):
    as_of = date(2022, 8, 31)
    figure = figures_of("小史店镇", as_of)["monitored_households_remaining"]
    assert figure["value"] is None
    assert (
        figure["carried_value"]
        == oracle.value("monitored_households_remaining", "小史店镇", date(2022, 7, 31))[0]
    )
    assert figures_of(COUNTY, as_of)["monitored_households_remaining"]["missing"] == ["小史店镇"]


def test_on_15_march_2943_households_of_8417_persons_are_not_eliminated(figures_of, oracle):
    as_of = date(2022, 3, 15)
    figures = figures_of(COUNTY, as_of)
    for key, expected in (
        ("monitored_households_remaining", 2943),
        ("monitored_persons_remaining", 8417),
    ):
        assert figures[key]["value"] == expected
        assert oracle.value(key, COUNTY, as_of)[0] == expected
    assert figures["risk_elimination_rate_r1_households"]["denominator"] == 2943
    assert figures["risk_elimination_rate_r1_persons"]["denominator"] == 8417


def test_before_the_first_workbook_nothing_of_the_year_is_told(figures_of, oracle):
    for place in (COUNTY, "三战区", "杨集镇"):
        figures = figures_of(place, BEFORE_ALL)
        assert differences(figures, oracle, place, BEFORE_ALL) == []
        assert [key for key, figure in figures.items() if figure["value"] is not None] == []


def test_on_1_july_the_late_workbook_of_guaihe_was_not_known(store, oracle):
    as_of, known = date(2022, 6, 30), date(2022, 7, 1)
    then = oracle.known_by(known)
    assert then.value("monitored_households", "拐河镇", as_of)[0] is None
    for place in (COUNTY, "六战区", "拐河镇", "杨集镇"):
        assert differences(told(store, place, as_of, moment(known)), then, place, as_of) == []


def test_the_six_classes_add_up_to_the_baseline_everywhere(oracle):
    for as_of in DATA_DATES:
        for place in [COUNTY, *ZONES, *TOWNSHIPS]:
            if not oracle.is_unreported("baseline_gone_households", place, as_of):
                for unit in ("households", "persons"):
                    classes = [
                        oracle.value(f"baseline_{name}_{unit}", place, as_of)[0]
                        for name in ("gone", "improper", "proper", "safety_net", "young", "eliminable")
                    ]
                    assert sum(classes) == oracle.value(f"risk_elimination_rate_r1_{unit}", place, as_of)[2]


@pytest.mark.parametrize("unit", ["households", "persons"])
def test_what_stood_before_and_what_flowed_give_what_stands_now(figures_of, unit):
    coming = ["flow_new", "flow_again", "flow_entered", "flow_opening", "risk_reversed"]
    going = ["flow_eliminated", "flow_left", "flow_moved_out"]
    compared = 0
    for place in [COUNTY, *ZONES, *TOWNSHIPS]:
        for earlier, later in pairwise(DATA_DATES):
            before, after = figures_of(place, earlier), figures_of(place, later)
            stock = f"monitored_{unit}_remaining"
            if before[stock]["value"] is None or after[stock]["value"] is None:
                continue
            flowed = {
                key: after[key]["value"] - before[key]["value"]
                for key in after
                if "flow" in key or "revers" in key
            }
            expected = before[stock]["value"]
            expected += sum(flowed[f"{name}_{unit}"] for name in coming)
            expected -= sum(flowed[f"{name}_{unit}"] for name in going)
            expected += flowed["flow_heads_persons"] if unit == "persons" else 0
            assert after[stock]["value"] == expected, (place, later)
            compared += 1
    assert compared > 100


def test_withdrawing_august_brings_july_back_and_reinstating_it_brings_august_back(own_store):
    july, august = date(2022, 7, 31), date(2022, 8, 31)
    places = [COUNTY, *ZONES, *TOWNSHIPS, *VILLAGES[::4]]
    store = Store.open(own_store)

    def household_figures(as_of):
        found = {}
        for place in places:
            for key, figure in told(store, place, as_of, indicators=HOUSEHOLD_INDICATORS).items():
                found[place, key] = (figure["value"], figure["numerator"], figure["denominator"])
        return found

    july_before, august_before = household_figures(july), household_figures(august)
    assert july_before != august_before
    (batch,) = [b for b in store.batches() if b.ledger == "monitored" and b.as_of == august]
    store.withdraw(batch.id, COUNTINGS, by="测试")
    assert household_figures(august) == july_before
    assert household_figures(july) == july_before
    store.reinstate(batch.id, COUNTINGS, by="测试")
    assert household_figures(august) == august_before
    assert household_figures(july) == july_before
    store.engine.dispose()


def test_withdrawing_june_joins_may_and_july_as_if_june_had_never_come(own_store, oracle):
    store = Store.open(own_store)
    (batch,) = [b for b in store.batches() if b.file_name == "监测对象信息-20220630.xlsx"]
    store.withdraw(batch.id, COUNTINGS, by="测试")
    plain = oracle.without(batch.file_name)
    for as_of in DATA_DATES[2:]:
        for place in (COUNTY, "六战区", "拐河镇", "杨集镇", "小史店镇"):
            assert differences(told(store, place, as_of), plain, place, as_of) == []
    store.engine.dispose()


@pytest.mark.parametrize("place", [COUNTY, "三战区", "小史店镇"])
def test_the_command_line_prints_the_same_figures(demo_store, oracle, monkeypatch, place):
    monkeypatch.setenv("COUNTY_STORE", demo_store)
    as_of = date(2022, 8, 31)
    result = CliRunner().invoke(app, ["figures", "--as-of", "2022-08-31", "--place", place, "--json"])
    assert result.exit_code == 0, result.output
    figures = {figure["key"]: figure for figure in json.loads(result.stdout)["figures"]}
    assert set(figures) == set(FIGURES)
    assert differences(figures, oracle, place, as_of) == []


# An invented county of a few villages, in which everything happens that the demo county is too calm for: families
# move and grow while they are eliminated, months are left out, townships report late, in part or for the first time.

UNSETTLED = ["杨集镇", "博望镇", "拐河镇", "赭阳街道"]
OF_A_HOUSEHOLD = [h for h in OF_A_PERSON if h not in ("乡", "村", "户编号")]


def a_family(rng, month):
    """The columns of a household, and its number of persons."""
    done = rng.random() < 0.4
    family = dict.fromkeys(OF_A_HOUSEHOLD, "")
    family["监测对象类别"] = rng.choice(list(KINDS))
    family["风险是否已消除"] = "是" if done else "否"
    family["识别监测时间"] = rng.choice(["", "202106", "202110", "202111", "202112", "202201", month, month])
    family["消除监测时间"] = rng.choice(["", "202112", "202203", "202204", month]) if done else ""
    family["风险消除方式"] = rng.choice(["帮扶消除", "自然消除"]) if done else ""
    family["整户无劳动能力兜底保障户"] = rng.choice(["是", "否", "否", "否"])
    family["人均纯收入（元）"] = rng.choice(["", 0, 5200.5, 6900, 6900.01, 12000])
    family["监测联系人"] = rng.choice(["", "乡镇干部"])
    for number, cause in enumerate(rng.choices(list(CAUSES), k=rng.randint(0, 5)), 1):
        family[f"致贫/返贫风险{number}"] = cause
    for column in rng.sample(MEASURES, rng.choice([0, 0, 1, 3])):
        family[column] = "已落实"
    return family, rng.randint(1, 6)


def people_of(rng, homes, townships):
    """The rows of an export over some townships; here and there the members disagree."""
    for code, (township, village, family, persons) in homes.items():
        if township in townships:
            said = [family["风险是否已消除"]] * persons
            if persons > 1 and rng.random() < 0.1:
                said[rng.randrange(persons)] = "否"
            for one in said:
                row = {"乡": township, "村": village, "户编号": code, **family, "风险是否已消除": one}
                yield [row[header] for header in OF_A_PERSON]


def a_project(rng, year, number):
    """A row of the working ledger, by header."""

    def some_day(share):
        return date(year, rng.randint(1, 12), rng.randint(1, 28)) if rng.random() < share else ""

    project = {"项目编号": f"P{year}{number:03}", "项目年度": year, "项目名称": f"第{number}个项目"}
    if rng.random() < 0.1:
        project["项目名称"] += "（办公楼维修）"
    project["受益户数"] = rng.choice(["", 0, 12, 135])
    project["乡镇"] = rng.choice([*UNSETTLED, "县本级", "跨乡镇"])
    project["村"] = rng.choice(["", *VILLAGES_OF.get(project["乡镇"], [])])
    project["项目类型"] = rng.choice(["产业发展", "就业项目", "乡村建设行动", "易地搬迁后扶"])
    project["项目状态"] = rng.choice(["在建", "已批复", "已竣工", "已终止"])
    project["形象进度(%)"] = rng.choice(["", 0, 35, 62.5, 100])
    for header, share in (
        ("批复时间", 0.8),
        ("开工时间", 0.6),
        ("计划开工时间", 0.7),
        ("计划竣工时间", 0.9),
        ("调整后竣工时间", 0.3),
    ):
        project[header] = some_day(share)
    for header, share in (("实际竣工时间", 0.4), ("验收时间", 0.2)):
        project[header] = some_day(share)
    if rng.random() < 0.2:
        project["实际竣工时间"] = project["计划竣工时间"]
    for header in COLUMN_OF_SOURCE.values():
        project[header] = rng.choice(["", 0, rng.randint(1, 10**8) / 10**6, 0.000001, 1234.56])
    for header in ("县级公告公示", "乡级公告公示", "村级公告公示"):
        project[header] = rng.choice(["是", "否", ""])
    project["已拨付金额(万元)"] = rng.choice(["", 0, 0.000001, 617.28, 1000, 1234.56])
    return project


VILLAGES_OF = {t.name: [v.name for v in TREE.villages_of(t)[:2]] for t in TREE.townships}


def smaller_ledgers(rng, on):
    """(file, ledger, sheet, rows above, headers, rows) of the ledgers in which anything may be empty."""

    def near(share, first=-40, last=0):
        return on + timedelta(days=rng.randint(first, last)) if rng.random() < share else ""

    def place():
        town = rng.choice([*UNSETTLED[1:], "县本级"])
        return [town, rng.choice(["", *VILLAGES_OF.get(town, [])])]

    def rows(count, columns):
        return [[f"{on:%m}{i:03}", *place(), *columns()] for i in range(count)]

    day = f"{on:%Y%m%d}"
    headers = [
        "问题编号",
        "乡镇",
        "村",
        "检查类别",
        "问题内容",
        "发现时间",
        "整改时限",
        "整改完成时间",
        "销号时间",
    ]
    kinds = ["四查四促", "季度专项排查", "上级反馈", "资金监督检查", "督查巡查", "其他"]
    found = rows(
        60,
        lambda: [
            rng.choice(kinds),
            "内容",
            near(1, -60, -20),
            near(0.9, -20, 5),
            near(0.6, -30),
            near(0.4, -9),
        ],
    )
    yield f"问题整改台账-{day}.xlsx", "findings", "问题台账", [["问题台账"]], headers, found
    headers = ["信访件编号", "乡镇", "村", "批转层级", "登记时间", "批转时间", "办结时间"]
    levels = ["中央", "省级", "市级", "县级", "乡级"]
    petitions = rows(60, lambda: [rng.choice(levels), near(1, -20, -9), near(0.8, -9), near(0.5, -5)])
    yield f"信访件台账-{day}.xlsx", "petitions", "信访件", [["信访件台账"]], headers, petitions
    headers = ["资产名称", "乡镇", "村", "资产类别", "资产原值(万元)", "是否确权", "管护责任人", "运行状态"]
    assets = rows(
        50,
        lambda: [
            rng.choice(["经营性", "公益性", "到户类"]),
            rng.choice([0.01, 12.5, 88.123456]),
            rng.choice(["是", "否", ""]),
            rng.choice(["张某", ""]),
            rng.choice(["正常", "闲置", ""]),
        ],
    )
    above = [["资产台账"], ["单位：万元"]]
    yield f"扶贫项目资产台账-{day}.xlsx", "assets", "项目资产", above, headers, assets
    headers = ["人编号", "乡", "村", "户编号", "是否已务工", "务工所在地", "结束时间"]
    workers = []
    for number in range(25):
        home = place()
        for member in range(rng.randint(1, 3)):
            ended = rng.choice(["", "", f"{on:%Y%m}", "202201"])
            work = [rng.choice("是否"), rng.choice(["乡内", "县外省内", "省外"]), ended]
            workers.append([f"R{number}-{member}", *home, f"H{number}", *work])
    yield f"务工信息-{day}.xlsx", "employment", "务工信息", [], headers, workers
    headers = ["指标编码", "乡镇", "期别", "分子", "分母", "值"]
    report = []
    for line in REPORTED.values():
        towns = [COUNTY] if line["level"] == "county" else UNSETTLED
        for town in towns if rng.random() < 0.9 else []:
            if rng.random() < 0.8:
                ratio = line["kind"] == "ratio"
                top, bottom = rng.choice([0, 3, 7.25]), rng.choice([0, 8, 11])
                report.append(
                    [line["code"], town, f"{on:%Y%m}", *((top, bottom, "") if ratio else ("", "", top))]
                )
    yield f"指标月报-{day}.xlsx", "indicator_report", "指标月报", [["月报"]], headers, report


def an_unsettled_county(folder, rng):
    """Writes its workbooks and manifest: five months, with a late partial export in each."""
    lines = []
    homes = {}
    for on in DATA_DATES[:5]:
        month = f"{on:%Y%m}"
        for code in (f"H{number:03}" for number in range(60)):
            chance = rng.random()
            if chance < 0.1:
                homes.pop(code, None)
            elif code not in homes or chance < 0.4:
                town = rng.choice(UNSETTLED if code not in homes or chance < 0.3 else [homes[code][0]])
                homes[code] = (town, rng.choice(["", *VILLAGES_OF[town]]), *a_family(rng, month))
        if not lines:  # the export of the baseline has every township
            for number, town in enumerate(TOWNSHIPS):
                homes[f"T{number:03}"] = (town, VILLAGES_OF[town][0], *a_family(rng, month))
        for late in (False, True):
            towns = rng.sample(UNSETTLED, 1 if late else rng.choice([3, 4])) if lines else TOWNSHIPS
            if late:
                for code in rng.sample(sorted(homes), 15):
                    homes[code] = (towns[0], rng.choice(VILLAGES_OF[towns[0]]), *a_family(rng, month))
            name = f"监测对象信息-{towns[0] + '-' if late else ''}{on:%Y%m%d}.xlsx"
            write_sheet(folder / name, "监测对象信息", [], OF_A_PERSON, people_of(rng, homes, towns))
            lines.append((name, "monitored", on, on + timedelta(days=5 if late else 0)))
        projects = [a_project(rng, year, number) for year in (2021, 2022) for number in range(40)]
        lacking = rng.choice(UNSETTLED)
        for header in rng.sample(
            OPTIONAL, rng.choice([0, 0, 1, 2])
        ):  # a month whose workbook has no such column
            for project in projects:
                del project[header]
        rows = [list(p.values()) for p in projects if p["乡镇"] != lacking]
        titles = [["进度台账"], ["单位：万元"]]
        name = f"项目台账-{on:%Y%m%d}.xlsx"
        write_sheet(folder / name, "项目台账", titles, list(projects[0]), rows)
        lines.append((name, "projects", on, on))
        for name, ledger, sheet, above, headers, rows in smaller_ledgers(rng, on):
            write_sheet(folder / name, sheet, above, headers, rows)
            lines.append((name, ledger, on, on))
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("file", "ledger", "as_of", "known_on"), *lines])
    return sorted(lines, key=lambda line: line[3])


def take_in(folder, lines):
    """A store of these workbooks."""
    store = Store.create(f"sqlite:///{folder / 'unsettled.db'}", is_demo=True)
    for name, ledger, as_of, known_on in lines:
        content = (folder / name).read_bytes()
        covers = [t for t in TREE.townships if t.name in name]
        draft = read(content, name, ledger, TREE, as_of=as_of, covers=covers)
        importing.accept(store, draft, content, by="测试", confirmed=True, known=moment(known_on))
    return store


def test_what_the_newest_ledger_has_no_column_for_is_unreported_with_that_reason_and_never_zero(
    demo_dir, own_store, tmp_path
):
    """September's project ledger lacks 验收时间, 受益户数, 形象进度 and 村级公告公示; 杨集镇 hands them in with a sheet of its own."""
    september, lost = date(2022, 9, 30), ("验收时间", "受益户数", "形象进度(%)", "村级公告公示")
    rows = [list(row) for row in openpyxl.load_workbook(demo_dir / "项目台账-20220831.xlsx").active.values]
    headers = rows[2]
    kept = [at for at, header in enumerate(headers) if header not in lost]
    assert len(headers) - len(kept) == len(lost)
    rows, all_of_them = rows[:3], [row for row in rows[3:] if row[0] != "合计"]
    own = [row for row in all_of_them if row[headers.index("乡镇")] == "杨集镇"]
    whole, part = "项目台账-20220930.xlsx", "项目台账-杨集镇-20220930.xlsx"
    write_sheet(
        tmp_path / whole,
        "项目台账",
        rows[:2],
        [headers[at] for at in kept],
        [[row[at] for at in kept] for row in all_of_them],
    )
    write_sheet(tmp_path / part, "项目台账", rows[:2], headers, own)
    store = Store.open(own_store)

    def take(name):
        content = (tmp_path / name).read_bytes()
        covers = [t for t in TREE.townships if t.name in name]
        draft = read(content, name, "projects", TREE, as_of=september, covers=covers)
        importing.accept(store, draft, content, by="测试", confirmed=True)

    take(whole)
    county = told(store, COUNTY, september)
    for key in (
        "projects_accepted",
        "projects_accepted_rate",
        "project_beneficiary_households",
        "projects_under_way",
        "public_notice_rate_village",
    ):
        assert (county[key]["text"], county[key]["value"]) == ("未报", None), key
    assert county["projects_accepted_rate"]["source"].endswith("项目台账没有“验收时间”一列")
    assert county["projects_completed"]["value"] > 0
    view = projects_page(
        store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), september),
        Question(TREE.areas(COUNTY, september)[0], september),
        TREE,
    )
    assert [step.name for step in view.funnel] == ["储备", "批复", "开工", "竣工"]
    assert "验收未报" in view.funnel_title
    take(part)
    county, town = told(store, COUNTY, september), told(store, "杨集镇", september)
    accepted = sum(bool(row[headers.index("验收时间")]) for row in own)
    done = sum(bool(row[headers.index("实际竣工时间")]) for row in own)
    for figures in (county, town):
        assert (
            figures["projects_accepted_rate"]["numerator"],
            figures["projects_accepted_rate"]["denominator"],
        ) == (
            accepted,
            done,
        )
    assert (
        f"项目台账有{len(all_of_them) - len(own)}个项目没有“验收时间”一列"
        in county["projects_accepted"]["source"]
    )
    store.engine.dispose()


WITHOUT = [  # a workbook, the columns that it loses, and what is then told of no township
    (
        "扶贫项目资产台账-20220831.xlsx",
        {
            "运行状态": ("assets_running_rate", "assets_not_running"),
            "管护责任人": ("assets_with_steward_rate",),
        },
        "assets_total",
    ),
    (
        "监测对象信息-拐河镇-20220630.xlsx",
        {"监测联系人": ("contact_officer_rate",), "人均纯收入（元）": ("within_income_line_households",)},
        "monitored_households_remaining",
    ),
    (
        "务工信息-20220831.xlsx",
        {"务工所在地": ("monitored_persons_beyond_county",)},
        "monitored_persons_at_work",
    ),
]


@pytest.mark.parametrize(("name", "lost", "still"), WITHOUT, ids=["assets", "monitored", "employment"])
def test_other_ledgers_too_leave_unreported_what_they_have_no_column_for(
    demo_dir, tmp_path, monkeypatch, name, lost, still
):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    sheet = openpyxl.load_workbook(demo_dir / name, read_only=True).worksheets[0]
    rows = list(islice(sheet.iter_rows(values_only=True), 80))
    kept = [at for at in range(len(rows[3])) if not any(row[at] in lost for row in rows[:4] if at < len(row))]
    assert len(rows[3]) - len(kept) == len(lost)
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append([row[at] for at in kept if at < len(row)])
    book.save(tmp_path / name)
    store = Store.create(f"sqlite:///{tmp_path / 'own.db'}", is_demo=False)
    covers = [t for t in TREE.townships if t.name in name]
    draft = read((tmp_path / name).read_bytes(), name, None, TREE, covers=covers)
    store.accept(draft, COUNTINGS, by="测试")
    figures = told(store, covers[0].name if covers else COUNTY, draft.as_of)
    assert figures[still]["value"] > 0
    for column, keys in lost.items():
        for key in keys:
            assert (figures[key]["text"], figures[key]["value"]) == ("未报", None), key
            assert figures[key]["source"].endswith(f"没有“{column}”一列")
        assert column in uncounted_words(draft)
    store.engine.dispose()


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_in_an_unsettled_county_too_every_figure_is_what_the_workbooks_say(seed, tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    lines = an_unsettled_county(tmp_path, random.Random(seed))
    store = take_in(tmp_path, lines)
    oracle = Oracle(tmp_path)
    found = []
    for as_of in [*DATA_DATES[:5], date(2022, 6, 10), date(2022, 8, 31)]:
        villages = [f"{town}/{village}" for town in UNSETTLED for village in VILLAGES_OF[town]]
        for place in [COUNTY, *ZONES, *UNSETTLED, "小史店镇", *villages]:
            figures = told(store, place, as_of)
            found += differences(figures, oracle, place, as_of)
            found += [
                f"{key} {place} {as_of}: product {figure.get('slices')}, workbooks {oracle.parts(key, place, as_of)}"
                for key, figure in figures.items()
                if figure.get("slices") != oracle.parts(key, place, as_of)
            ]
    store.engine.dispose()
    assert found == [], f"{len(found)} differ:\n" + "\n".join(found[:40])


def test_one_township_of_15_march_is_no_baseline_of_the_county(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    rng, on, name = random.Random(0), date(2022, 3, 15), "监测对象信息-杨集镇-20220315.xlsx"
    homes = {
        f"H{number}": ("杨集镇", VILLAGES_OF["杨集镇"][0], *a_family(rng, "202203")) for number in range(9)
    }
    write_sheet(tmp_path / name, "监测对象信息", [], OF_A_PERSON, people_of(rng, homes, ["杨集镇"]))
    store = take_in(tmp_path, [(name, "monitored", on, on)])
    figures = told(store, COUNTY, on)
    store.engine.dispose()
    assert figures["monitored_households"]["value"] == 9
    assert figures["risk_elimination_rate_r1_households"]["status"] == "not_reported"
    assert figures["baseline_young_households"]["value"] is None
