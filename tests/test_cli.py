"""The command line as a clerk, a script and a check use it: each call a process of its own."""

import csv
import hashlib
import json
import os
import re
import shutil
import sqlite3
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from core.command_help import wide
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from tests import commands

ROOT = Path(__file__).parents[1]
TREE = place_tree()
AUGUST = date(2022, 8, 31)
OWN = "杨集镇"
EXPORT = "监测对象信息-20220831.xlsx"
VILLAGER, ID_NUMBER = "韩丁四", "000000195903249417"
COMMANDS = (
    "init", "demo", "import", "batches", "withdraw", "reinstate", "figures", "template", "backtest", "account",
)  # fmt: skip


class Said:
    """What a command said: its exit code, its words, and its JSON."""

    def __init__(self, done):
        self.code, self.out, self.words = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        """The JSON, which must be all that went to standard output."""
        return json.loads(self.out)

    def figure(self, key):
        (found,) = [figure for figure in self.json["figures"] if figure["key"] == key]
        return found


def county(*arguments, store=None, code=0, **environment):
    """`python -m core …`, which must end with this exit code and without a traceback."""
    if store is not None:
        environment["COUNTY_STORE"] = store
    done = commands.run(*arguments, **{"COLUMNS": "200", "NO_COLOR": "1", **environment})
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (code if isinstance(code, tuple) else (code,)), f"{done.stdout}\n{done.stderr}"
    return Said(done)


def file_of(url) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def contents(url) -> dict[str, int]:
    """{table: hash of its rows, within this process}: what a command that writes nothing must leave as it was."""
    with sqlite3.connect(file_of(url)) as connection:
        tables = [
            name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")
        ]
        return {t: hash(tuple(connection.execute(f'select * from "{t}"'))) for t in tables}


def told(url, as_of=AUGUST):
    """{place: figures} of the county, every war zone and every township."""
    store = Store.open(url)
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), as_of)
    areas = [
        TREE.county_area(),
        *map(TREE.zone_area, TREE.zones(as_of)),
        *map(TREE.township_area, TREE.townships),
    ]
    found = {area.name: as_json(CATALOGUE, snapshot, area, None)["figures"] for area in areas}
    store.engine.dispose()
    return found


def workbook(path, headers, rows, title=()):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "表"
    for line in title:
        page.append([line])
    page.append(headers)
    for row in rows:
        page.append([row.get(header) for header in headers])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def export_rows(demo_dir):
    """The August export of one township as a clerk's own rows: {header: cell}."""
    headers, *rows = (
        CalamineWorkbook.from_path(demo_dir / EXPORT).get_sheet_by_name("监测对象信息").to_python()
    )
    found = [
        {header: None if cell == "" else cell for header, cell in zip(headers, row, strict=True)}
        for row in rows
        if row[2] == OWN
    ]
    return [header for header in headers if not header.startswith("备用")], found


@pytest.fixture
def by_hand(tmp_path, export_rows):
    """by_hand(path, households): a workbook typed from the export's headers, in other order, a title above."""
    headers, rows = export_rows

    def make(name="杨集镇手工表-20220831.xlsx", keep=None, **changes):
        codes = list(dict.fromkeys(row["户编号"] for row in rows))[:keep]
        chosen = [{**row, **changes} for row in rows if row["户编号"] in codes]
        return workbook(tmp_path / name, [*reversed(headers)], chosen, title=["方城县杨集镇监测对象信息"])

    return make


# --- figures


def test_on_the_plans_day_2943_households_with_8417_persons_are_not_eliminated(demo_store):
    said = county("figures", "--as-of", "2022-03-15", "--json", store=demo_store)
    assert said.figure("monitored_households_remaining")["value"] == 2943
    assert said.figure("monitored_persons_remaining")["value"] == 8417
    assert (said.json["as_of"], said.json["known_by"], said.json["place"]) == ("2022-03-15", None, "方城县")


def test_figures_have_every_key_that_others_rely_on(demo_store):
    said = county("figures", "--as-of", "2022-08-31", "--json", store=demo_store)
    promised = {
        "monitored_households_remaining", "monitored_persons_remaining", "newly_identified_households",
        "risk_reversed_households", "safety_net_households", "projects_planned", "projects_completed",
        "projects_completed_rate", "transition_fund_total_yuan", "county_matching_yuan", "disbursement_rate",
        "industry_share", "transition_fund_total_yuan_planned", "county_matching_yuan_planned",
        *(f"risk_elimination_rate_r{n}_{unit}" for n in (1, 2, 3, 4) for unit in ("households", "persons")),
    }  # fmt: skip
    assert promised <= {figure["key"] for figure in said.json["figures"]}
    wanted = {
        "key",
        "name",
        "value",
        "text",
        "unit",
        "numerator",
        "denominator",
        "target",
        "status",
        "source",
        "items",
    }
    statuses = {"on_track", "recovering", "behind", "no_target", "not_reported", "not_applicable"}
    for figure in said.json["figures"]:
        assert wanted <= set(figure)
        assert figure["status"] in statuses
        if figure["target"] is not None:
            assert set(figure["target"]) == {"value", "by", "clause"}


def test_figures_for_people_are_chinese_words(demo_store):
    said = county("figures", "--as-of", "2022-03-15", store=demo_store)
    assert "2,943户" in said.out
    assert "{" not in said.out


def test_a_war_zone_goes_by_both_names(demo_store):
    short = county("figures", "--as-of", "2022-08-31", "--place", "三战区", "--json", store=demo_store)
    long = county("figures", "--as-of", "2022-08-31", "--place", "第三战区", "--json", store=demo_store)
    assert short.json == long.json
    assert short.json["place"] == "三战区"


def test_a_township_and_its_village_by_name(demo_store):
    town = county("figures", "--as-of", "2022-08-31", "--place", OWN, "--json", store=demo_store)
    village = county(
        "figures", "--as-of", "2022-08-31", "--place", "杨集镇/大河口村", "--json", store=demo_store
    )
    former = county("figures", "--as-of", "2022-08-31", "--place", "杨集乡", "--json", store=demo_store)
    assert former.json == town.json
    assert (town.json["place"], village.json["place"]) == (OWN, "杨集镇/大河口村")
    key = "monitored_households"
    assert 0 < village.figure(key)["value"] < town.figure(key)["value"]


def test_a_village_name_of_several_townships_lists_them(demo_store):
    said = county("figures", "--as-of", "2022-08-31", "--place", "王庄村", "--json", store=demo_store, code=2)
    assert said.out == ""
    for place in ("清河镇/王庄村", "博望镇/王庄村"):
        assert place in said.words


def test_an_unknown_place_says_what_may_be_written(demo_store):
    said = county("figures", "--as-of", "2022-08-31", "--place", "卷桥镇", "--json", store=demo_store, code=2)
    assert said.out == ""
    assert "卷桥镇" in said.words
    assert "杨集镇" in said.words


def test_known_by_shows_a_day_as_it_was_known_then(demo_store):
    """拐河镇's June came on 5 July: the county's June, known on 1 July, still has its May."""
    arguments = ("figures", "--as-of", "2022-06-30", "--place", "拐河镇", "--json")
    then = county(*arguments, "--known-by", "2022-07-01", store=demo_store)
    now = county(*arguments, "--known-by", "2022-07-05T12:00", store=demo_store)
    key = "monitored_households_remaining"
    assert then.json["known_by"] == "2022-07-01"
    assert then.figure(key)["value"] is None
    assert then.figure(key)["carried_as_of"] == "2022-05-31"
    assert now.figure(key)["value"] > 0


def test_a_township_that_did_not_report_is_null_with_what_it_had(demo_store):
    said = county("figures", "--as-of", "2022-08-31", "--place", "小史店镇", "--json", store=demo_store)
    figure = said.figure("monitored_households_remaining")
    assert figure["value"] is None
    assert figure["status"] == "not_reported"
    assert figure["carried_as_of"] == "2022-07-31"
    assert figure["text"] == f"8月31日未报（7月31日：{figure['carried_value']}户）"


@pytest.mark.parametrize("wrong", ["31.8.2022", "2022-13-01", "八月"])
def test_a_date_that_is_none_is_refused_in_chinese(demo_store, wrong):
    said = county("figures", "--as-of", wrong, "--json", store=demo_store, code=2)
    assert "2022-08-31" in said.words
    assert "日期" in said.words
    assert said.out == ""


def test_without_a_store_it_says_how_to_make_one(tmp_path):
    for command in (["figures", "--as-of", "2022-08-31", "--json"], ["batches", "--json"], ["withdraw", "1"]):
        said = county(*command, store=f"sqlite:///{tmp_path / 'none.db'}", code=1)
        assert "init" in said.words
        assert said.out == ""
    assert list(tmp_path.iterdir()) == []


# --- batches


def test_batches_lists_every_workbook_of_the_demo(demo_store, demo_dir):
    listed = county("batches", "--json", store=demo_store).json
    with (demo_dir / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert sorted((b["file"], b["ledger"], b["as_of"], b["known_on"]) for b in listed) == sorted(
        (line["file"], line["ledger"], line["as_of"], line["known_on"]) for line in lines
    )
    assert all(b["in_force"] and b["backfilled"] and b["rows"] for b in listed)
    kinds = [event["kind"] for b in listed for event in b["events"]]
    assert set(kinds) == {"accepted", "baseline"}
    assert kinds.count("baseline") == 1
    words = county("batches", store=demo_store).out
    assert words.count("在用") == len(lines)


def august(url):
    (batch,) = [
        b["id"]
        for b in county("batches", "--json", store=url).json
        if b["ledger"] == "monitored" and b["as_of"] == "2022-08-31"
    ]
    return batch


HOUSEHOLD_FIGURES = [i.key for i in CATALOGUE if set(i.ledgers) == {"monitored"}]
SAME = ("value", "numerator", "denominator")


def household_figures(said):
    return {
        f["key"]: [f[name] for name in SAME] for f in said.json["figures"] if f["key"] in HOUSEHOLD_FIGURES
    }


def test_withdrawing_augusts_households_gives_julys_and_restoring_or_accepting_again_gives_augusts(
    own_store, demo_dir
):
    arguments = ("figures", "--json", "--as-of")
    assert len(HOUSEHOLD_FIGURES) > 15
    july = household_figures(county(*arguments, "2022-07-31", store=own_store))
    before = household_figures(county(*arguments, "2022-08-31", store=own_store))
    assert before != july
    number = august(own_store)

    said = county("withdraw", number, store=own_store)
    assert f"第{number}批已撤回" in said.words
    assert household_figures(county(*arguments, "2022-08-31", store=own_store)) == july
    listed = {b["id"]: b for b in county("batches", "--json", store=own_store).json}
    assert listed[number]["in_force"] is False
    assert [e["kind"] for e in listed[number]["events"]] == ["accepted", "withdrawn"]
    assert f"{number}  已撤回" in county("batches", store=own_store).out

    county("reinstate", number, store=own_store)
    assert household_figures(county(*arguments, "2022-08-31", store=own_store)) == before

    county("withdraw", number, store=own_store)
    again = county("import", demo_dir / EXPORT, "--json", store=own_store)
    assert again.json["accepted"] is True
    assert household_figures(county(*arguments, "2022-08-31", store=own_store)) == before
    listed = {b["id"]: b for b in county("batches", "--json", store=own_store).json}
    assert max(listed) > number
    assert listed[max(listed)]["in_force"]
    assert not listed[number]["in_force"]
    refused = county("reinstate", number, store=own_store, code=1)
    assert f"第{max(listed)}批" in refused.words


@pytest.mark.parametrize("command", ["withdraw", "reinstate"])
def test_an_unknown_batch_is_said_to_be_none(own_store, command):
    before = contents(own_store)
    said = county(command, 9999, store=own_store, code=1)
    assert "没有第9999批" in said.words
    assert contents(own_store) == before


def test_a_batch_is_withdrawn_and_restored_once(own_store):
    assert "正在使用" in county("reinstate", 1, store=own_store, code=1).words
    county("withdraw", 1, store=own_store)
    before = contents(own_store)
    assert "已经撤回" in county("withdraw", 1, store=own_store, code=1).words
    assert contents(own_store) == before


def test_a_batch_is_given_by_its_number(own_store):
    county("withdraw", "八月", store=own_store, code=2)


# --- bad input


PROJECT = {
    "项目编号": "FC2022901", "项目年度": 2022, "项目名称": "村内道路硬化", "项目类型": "乡村建设行动", "乡镇": OWN,
    "村": "大河口村", "批复时间": "2022-03-20", "开工时间": "2022-04-10", "计划竣工时间": "2022-09-30",
    "实际竣工时间": None, "中央(万元)": 100, "省级(万元)": 50, "市级(万元)": 20, "县级(万元)": 30, "整合资金(万元)": 0,
}  # fmt: skip


def refused(own_store, path, *arguments, code=1):
    """The import is refused with this code, in JSON and in words, and nothing is written."""
    before, originals = contents(own_store), originals_of()
    said = county("import", path, *arguments, "--json", store=own_store, code=code)
    assert said.json["accepted"] is False
    keys = [
        "ledger", "as_of", "rows", "amount_wan", "headers", "places", "dates", "totals", "problems", "changes", "accepted",
    ]  # fmt: skip
    assert list(said.json) == keys
    assert said.json["problems"]
    for problem in said.json["problems"]:
        assert set(problem) == {"cell", "expected", "found", "fix", "blocks"}
        assert all(problem[name] for name in ("cell", "expected", "found", "fix"))
    words = county("import", path, *arguments, store=own_store, code=code)
    assert words.out == ""
    assert re.search("[\u4e00-\u9fff]", words.words)
    assert contents(own_store) == before
    assert originals_of() == originals
    return [p for p in said.json["problems"] if p["blocks"]], said.json


def originals_of():
    folder = Path(os.environ["COUNTY_ORIGINALS"])
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def test_a_missing_column_is_named_and_nothing_is_written(own_store, tmp_path):
    headers = [h for h in PROJECT if h != "县级(万元)"]
    path = workbook(tmp_path / "项目台账-20220831.xlsx", headers, [PROJECT])
    problems, said = refused(own_store, path)
    assert any("县级(万元)" in p["expected"] for p in problems)
    assert said["rows"] == 1
    assert said["headers"] == headers


def test_a_date_against_the_files_own_is_confirmed_and_one_to_come_is_refused(own_store, tmp_path):
    path = workbook(tmp_path / "项目台账-20220831.xlsx", list(PROJECT), [PROJECT])
    problems, _ = refused(own_store, path, "--as-of", "2099-01-01", "--covers", OWN, "--confirm")
    assert [p["found"] for p in problems] == ["2099年1月1日"]
    problems, _ = refused(own_store, path, "--as-of", "2022-09-15", "--covers", OWN)
    assert [(p["expected"], p["found"]) for p in problems] == [
        ("文件名写的2022年8月31日", "您写的2022年9月15日")
    ]
    said = county("import", path, "--as-of", "2022-09-15", "--covers", OWN, "--confirm", store=own_store)
    assert "数据截至2022年9月15日" in said.words


def test_text_for_a_number_has_its_cell_and_its_fix(own_store, tmp_path):
    path = workbook(
        tmp_path / "项目台账-20220831.xlsx",
        list(PROJECT),
        [PROJECT, {**PROJECT, "项目编号": "2", "中央(万元)": "一百左右"}],
    )
    problems, said = refused(own_store, path)
    assert [(p["cell"], p["found"]) for p in problems] == [("表!K3", "一百左右")]
    assert said["amount_wan"] is None


def test_an_unknown_township_has_its_cell_and_the_likely_name(own_store, tmp_path):
    path = workbook(
        tmp_path / "项目台账-20220831.xlsx", list(PROJECT), [{**PROJECT, "乡镇": "卷桥镇", "村": None}]
    )
    problems, _ = refused(own_store, path)
    assert [(p["cell"], p["found"], p["fix"]) for p in problems] == [("表!E2", "卷桥镇", "改为“券桥镇”")]


def test_a_file_that_is_no_workbook(own_store, tmp_path):
    path = tmp_path / "通知.xlsx"
    path.write_text("关于报送监测对象信息的通知", encoding="utf-8")
    refused(own_store, path, code=2)


def test_an_empty_file(own_store, tmp_path):
    path = tmp_path / "监测对象信息-20220831.xlsx"
    path.touch()
    refused(own_store, path, code=2)


def test_an_empty_sheet(own_store, tmp_path):
    openpyxl.Workbook().save(tmp_path / "监测对象信息-20220831.xlsx")
    refused(own_store, tmp_path / "监测对象信息-20220831.xlsx", code=2)


def test_a_file_that_is_not_there(own_store, tmp_path):
    refused(own_store, tmp_path / "没有.xlsx", code=2)


def test_a_folder_for_a_file(own_store, tmp_path):
    refused(own_store, tmp_path, code=2)


def test_a_workbook_cut_off_while_copying(own_store, tmp_path, demo_dir):
    path = tmp_path / "项目库-20220831.xlsx"
    path.write_bytes((demo_dir / "项目库-20220831.xlsx").read_bytes()[:20_000])
    refused(own_store, path, code=2)


def test_a_file_that_is_in_force_is_refused_with_its_batch(own_store, demo_dir):
    path = demo_dir / "项目库-20220831.xlsx"
    (batch,) = [b["id"] for b in county("batches", "--json", store=own_store).json if b["file"] == path.name]
    problems, said = refused(own_store, path)
    assert any(f"第{batch}批" in p["found"] for p in problems)
    assert said["changes"]["unchanged"] == said["rows"]


def test_the_same_bytes_under_another_name_are_the_same_file(own_store, demo_dir, tmp_path):
    copied = tmp_path / "项目库改名-20220831.xlsx"
    shutil.copy(demo_dir / "项目库-20220831.xlsx", copied)
    problems, _ = refused(own_store, copied)
    assert any("批" in p["found"] for p in problems)


def test_a_workbook_without_a_date_asks_for_one(own_store, tmp_path):
    path = workbook(tmp_path / "项目台账.xlsx", list(PROJECT), [PROJECT])
    problems, _ = refused(own_store, path)
    assert any("日期" in p["expected"] for p in problems)


def test_a_ledger_that_does_not_exist_lists_those_that_do(own_store, tmp_path):
    path = workbook(tmp_path / "项目台账-20220831.xlsx", list(PROJECT), [PROJECT])
    said = county("import", path, "--ledger", "households", "--json", store=own_store, code=2)
    assert "monitored" in said.words


def test_what_is_covered_must_be_places(own_store, tmp_path):
    path = workbook(tmp_path / "项目台账-20220831.xlsx", list(PROJECT), [PROJECT])
    said = county("import", path, "--covers", "卷桥镇", "--json", store=own_store, code=2)
    assert "卷桥镇" in said.words


# --- tables that counties published


REAL = {
    "jiaxian-2022-forest-plan": (
        ["郏县2022年中央财政衔接资金项目计划表"],
        ["序号", "项目名称", "项目类型", "建设性质", "实施地点", "建设任务", "计划投资\n(万元)", "受益对象"],
        [[1, "林区道路", "基础设施", "新建", "甲林区、乙林区", "2、硬化道路 3、排水", 30, "国有郏县林场"],
         [2, "管护用房", "基础设施", "新建", "丙林区", "新建用房", 25, "国有郏县林场"]],
        {"data_rows": 2, "amount": {"sum_wanyuan": 55.0}, "townships": [], "villages": [], "foreign": []},
    ),
    "yanshi-2022-batch2-allocation": (
        ["偃师区2022年第二批财政衔接推进乡村振兴补助资金分配表"],
        ["序号", "项目名称", "建设地点", "建设内容", "本次分配金额\n(万元)", "责任单位"],
        [[1, "大口镇董村道路项目", "大口镇", "宽3.5-4米", 75, "交通局"], [2, "府店镇周寨村道路项目", "府店镇", "厚15cm", 40, "交通局"],
         [3, "邙岭镇西蔡庄村供水项目", "邙岭镇", "新建水塔", 40, "水利局"]],
        {"data_rows": 3, "amount": {"sum_wanyuan": 155.0}, "townships": ["大口镇", "府店镇", "邙岭镇"],
         "villages": ["董村", "周寨村", "西蔡庄村"], "foreign": ["大口镇", "府店镇", "邙岭镇"]},
    ),
    "neixiang-2021-batch2-city-plan": (
        ["2021年第二批市级衔接资金计划安排表"],
        ["序号", "项目名称", "实施地点", "补助标准", "资金规模(万元)", "实施期限"],
        [[1, "2021年通村公路建设项目", "相关乡镇", "53.29万/公里", 312.59, "2021年8月至2021年11月"],
         [2, "2021年香菇棒厂补贴项目", "相关乡镇", None, 400, "2021年8月至2021年12月"]],
        {"data_rows": 2, "amount": {"sum_wanyuan": 712.59}, "townships": [], "villages": [], "foreign": []},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_a_table_that_a_county_published_is_read_in_a_dry_run(name, real_tables, tmp_path, own_store):
    title, headers, rows, expected = REAL[name]
    tables = [
        workbook(
            tmp_path / f"{name}.xlsx", headers, [dict(zip(headers, r, strict=True)) for r in rows], title
        )
    ]
    stated = [expected]
    if real_tables is not None:
        wanted = json.loads((real_tables / f"{name}.expected.json").read_text(encoding="utf-8"))
        tables.append(real_tables / wanted["file"])
        stated.append({**wanted, "foreign": expected["foreign"]})
    before = contents(own_store)
    for path, wanted in zip(tables, stated, strict=True):
        said = county("import", path, "--dry-run", "--json", store=own_store, code=(0, 1))
        assert said.json["rows"] == wanted["data_rows"]
        assert said.json["amount_wan"] == wanted["amount"]["sum_wanyuan"]
        assert said.json["places"] == {"townships": wanted["townships"], "villages": wanted["villages"]}
        if "headers" in wanted:
            assert said.json["headers"] == wanted["headers"]
        if "dates" in wanted:
            found = [{key: d[key] for key in ("row", "text", "start", "end")} for d in said.json["dates"]]
            assert found == wanted["dates"]
        foreign = [p for p in said.json["problems"] if p["found"] in wanted["foreign"]]
        assert [p["found"] for p in foreign] == wanted["foreign"]
        assert all(re.fullmatch(r".+![A-Z]+\d+", p["cell"]) for p in foreign)
        assert said.code == (1 if any(p["blocks"] for p in said.json["problems"]) else 0)
        assert said.json["accepted"] is False
    assert contents(own_store) == before


def test_a_dry_run_needs_no_store_and_makes_none(tmp_path):
    path = workbook(tmp_path / "项目台账-20220831.xlsx", list(PROJECT), [PROJECT])
    said = county("import", path, "--dry-run", "--json", store=f"sqlite:///{tmp_path / 'none.db'}")
    assert (said.json["ledger"], said.json["rows"], said.json["amount_wan"]) == ("projects", 1, 200.0)
    assert not (tmp_path / "none.db").exists()


# --- a workbook made by hand


def test_a_workbook_by_hand_goes_in_shows_in_its_township_alone_and_comes_out_again(own_store, by_hand):
    before = told(own_store)
    listed = len(county("batches", "--json", store=own_store).json)
    path = by_hand(keep=5)

    problems, said = refused(own_store, path, "--covers", OWN)
    assert any(OWN in p["expected"] and "少了" in p["found"] for p in problems)
    assert said["ledger"] == "monitored"
    assert said["changes"]["gone"] > 3
    assert said["changes"]["missing"] == []
    assert told(own_store) == before

    accepted = county("import", path, "--covers", OWN, "--confirm", "--json", store=own_store)
    assert accepted.json["accepted"] is True
    assert accepted.json["as_of"] == "2022-08-31"
    (number,) = [b["id"] for b in county("batches", "--json", store=own_store).json][listed:]
    assert originals_of() == [hashlib.sha256(path.read_bytes()).hexdigest()]

    after = told(own_store)
    key = "monitored_households"
    values = {place: next(f["value"] for f in figures if f["key"] == key) for place, figures in after.items()}
    was = {place: next(f["value"] for f in figures if f["key"] == key) for place, figures in before.items()}
    assert values[OWN] == 5
    lost = was[OWN] - 5
    assert values["方城县"] == was["方城县"] - lost
    assert values["六战区"] == was["六战区"] - lost
    # R1, R4 and the six classes follow a household to the township where it was on 15 March: movers show there.
    of_today = [n for n, i in enumerate(CATALOGUE) if not i.needs_baseline]
    assert len(of_today) > 20
    for place, figures in after.items():
        if place not in (OWN, "六战区", "方城县"):
            assert [figures[n] for n in of_today] == [before[place][n] for n in of_today], place

    county("withdraw", number, store=own_store)
    assert told(own_store) == before

    again = county("import", path, "--covers", OWN, "--confirm", "--json", store=own_store)
    assert again.json["accepted"] is True
    assert [b["id"] for b in county("batches", "--json", store=own_store).json][-1] > number
    assert told(own_store) == after


def test_a_whole_township_by_hand_changes_nothing_but_its_batch(own_store, by_hand):
    """The same rows in another order of columns are the same households."""
    before = told(own_store)
    said = county("import", by_hand(), "--covers", OWN, "--json", store=own_store)
    assert said.json["accepted"] is True
    assert said.json["changes"]["unchanged"] > 100
    assert [said.json["changes"][name] for name in ("new", "gone", "changed")] == [0, 0, 0]
    assert told(own_store) == before


def test_an_export_of_the_open_households_alone_is_questioned(own_store, export_rows, tmp_path):
    headers, rows = export_rows
    path = workbook(
        tmp_path / "杨集镇-20220831.xlsx", headers, [r for r in rows if r["风险是否已消除"] == "否"]
    )
    problems, _ = refused(own_store, path, "--covers", OWN)
    assert any(OWN in p["expected"] for p in problems)


def test_a_partial_workbook_taken_for_the_whole_county_makes_the_others_missing_and_not_zero(
    own_store, by_hand
):
    said = county("import", by_hand(), "--dry-run", "--json", store=own_store, code=(0, 1))
    assert len(said.json["changes"]["missing"]) == 18
    assert OWN not in said.json["changes"]["missing"]


def test_no_word_of_an_import_names_a_villager(own_store, by_hand, export_rows):
    _, rows = export_rows
    path = by_hand(keep=5, 识别监测时间="不清楚")
    said = county("import", path, "--covers", OWN, "--json", store=own_store, code=1)
    words = county("import", path, "--covers", OWN, store=own_store, code=1).words
    for row in rows:
        for secret in (row["姓名"], row["户主姓名"], row["证件号码"], row["联系电话"]):
            assert not secret or secret not in said.out + said.words + words


# --- init, demo, help


def test_init_makes_a_real_store_once_and_never_overwrites(tmp_path):
    url = f"sqlite:///{tmp_path / 'a' / 'own.db'}"
    county("init", "--real", store=url)
    assert not Store.open(url).is_demo()
    before = contents(url)
    for kind in ("--real", "--demo"):
        said = county("init", kind, store=url, code=1)
        assert "已经有数据库" in said.words
    county("init", "--real", "--if-missing", store=url)
    assert contents(url) == before


def test_init_asks_which_of_the_two_kinds(tmp_path):
    url = f"sqlite:///{tmp_path / 'own.db'}"
    for arguments in ([], ["--demo", "--real"]):
        said = county("init", *arguments, store=url, code=2)
        assert "--demo" in said.words
        assert "--real" in said.words
    assert not (tmp_path / "own.db").exists()


@pytest.mark.parametrize("command", [*([c] for c in COMMANDS), []], ids=lambda c: " ".join(c) or "all")
def test_help_is_there_and_chinese(command):
    said = county(*command, "--help")
    assert re.search("[\u4e00-\u9fff]{4}", said.out)
    if command:
        for line in said.out.splitlines():
            if re.search(r"--[a-z-]+", line):
                assert re.search("[\u4e00-\u9fff]", line), line
    else:
        for name in COMMANDS:
            assert re.search(rf"{name}\s.*[\u4e00-\u9fff]", said.out), name


@pytest.mark.parametrize("command", ["import", "report"])
def test_help_is_whole_in_a_narrow_window_and_has_no_english_sentence(command):
    said = county(command, "--help", COLUMNS="80").out
    assert not re.search(r"Usage|Options|\[required|default|Show|…", said)
    assert max(map(wide, said.splitlines())) <= 80
    named = (
        ("pack、township_packs（必填）",)
        if command == "report"
        else ("employment；不写则自动识别", "（必填）")
    )
    assert all(words in said for words in named)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["figures"], "缺少--as-of"),
        (["figures", "--asof", "2022-08-31"], "没有 --asof 这个选项"),
        (["figgures"], "没有“figgures”这个命令"),
        (["withdraw", "x"], "应写整数"),
        (["withdraw", "1", "2"], "多写了“2”"),
        (["figures", "--as-of"], "--as-of 后面要写值"),
    ],
)
def test_a_call_that_cannot_be_taken_is_refused_in_chinese(arguments, words):
    said = county(*arguments, code=2)
    assert words in said.words
    assert not re.search("Usage|Missing|No such|Invalid|Try", said.words)


@pytest.mark.parametrize(
    "arguments",
    [("figures", "--as-of", "2022-08-31", "--known-by"), ("import", "某表.xlsx", "--known-on")],
    ids=lambda a: a[-1],
)
def test_what_will_be_known_on_a_day_to_come_is_refused(demo_store, arguments):
    today = date.today()
    said = county(*arguments, str(today + timedelta(days=1)), store=demo_store, code=2)
    assert f"{arguments[-1]} 应是今天（{today}）或以前" in said.words
    if arguments[0] == "figures":
        county(*arguments, str(today), store=demo_store)
