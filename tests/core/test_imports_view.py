"""What a clerk sees before a yes: the problems, what would change, and what is worth a look."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core import importing
from core.draft import Covered, Draft, DraftRow, Problem
from core.imports.describe import describe
from core.imports.reading import UnknownLedger, read
from core.places import place_tree
from core.store import Store
from core.units import CHINA
from core.views.imports import batch_rows, preview, table_seen
from tests.core.imports.test_real_tables import book

TREE = place_tree()


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def ledger(demo_dir):
    """The project ledger of 31 August, read again as of 15 September."""
    path = demo_dir / "项目台账-20220831.xlsx"
    return read(path.read_bytes(), path.name, None, TREE, as_of=date(2022, 9, 15))


def shown(store, draft):
    draft, _ = importing.with_comparison(store, draft, TREE)
    return preview(draft, importing.differences(store, draft), TREE)


def test_the_same_ledger_again_changes_nothing(store, ledger):
    view = shown(store, replace(ledger, file_hash="1" * 64))
    assert view.title.startswith("认出是“项目台账”：238行，238个项目")
    assert view.changes_title == "新增0，减少0，变化0，不变238（个项目）"
    assert view.changes == ()
    assert view.warnings == ()
    assert {t.change for t in view.totals} == {""}
    assert not view.is_blocked
    assert "项目名称" in view.read_columns
    assert "建设内容" in view.unused


def test_a_file_that_is_in_force_already_is_said_so_and_blocks(store, ledger):
    assert shown(store, ledger).is_blocked


def test_new_gone_and_changed_rows_are_told_with_their_keys_and_columns(store, ledger):
    first, second, *others = ledger.rows
    changed = replace(first, values={**first.values, "progress_percent": 1.0, "paid_fen": 7})
    new = replace(second, key="新项目")
    view = shown(store, replace(ledger, rows=(changed, new, *others), file_hash="2" * 64))
    told = {(c.kind, c.key): c.columns for c in view.changes}
    assert told == {
        ("变化", first.key): "形象进度(%)、已拨付金额(万元)",
        ("新增", "新项目"): "",
        ("减少", second.key): "",
    }
    assert sum(u.changed for u in view.units) == 1
    assert sum(u.new for u in view.units) == 1


def test_a_township_that_vanished_and_a_total_that_jumps_are_warned_of(store, ledger):
    unit = next(t.code for t in TREE.townships if t.name == "独树镇")
    rows = tuple(row for row in ledger.rows if not row.leaf.startswith(unit))
    coverage = tuple(replace(c, status="missing") if c.unit == unit else c for c in ledger.coverage)
    view = shown(store, replace(ledger, rows=rows, coverage=coverage, file_hash="3" * 64))
    assert any("独树镇这次没有数据，记为未报" in words for words in view.warnings)
    assert view.missing == ("独树镇",)
    doubled = tuple(
        replace(r, values={**r.values, "county_fen": r.values["county_fen"] * 9}) for r in ledger.rows
    )
    view = shown(store, replace(ledger, rows=doubled, file_hash="4" * 64))
    assert any(words.startswith("资金合计由") for words in view.warnings)


def test_columns_that_figures_are_counted_from_are_missed_openly(store, ledger):
    lacks = replace(ledger, unchecked=("责任单位", "验收时间", "受益户数"), problems=(), file_hash="6" * 64)
    view = shown(store, lacks)
    assert view.warnings[0].startswith(
        "这份表没有“验收时间、受益户数”，接收后由它们算的指标写“未报”"
    )  # nothing is counted from 责任单位
    assert view.problems_title == "没有必须解决的问题，1处提示"
    assert shown(store, replace(lacks, unchecked=("责任单位",))).problems_title == "没有问题"


def test_like_problems_stand_together_those_that_block_first(ledger):
    problems = (
        Problem("表!C9", "没有重复", "重复", "删去", blocks=False),
        *(Problem(f"表!A{n}", "日期", f"2月3{n % 2}日", "改正") for n in range(7)),
    )
    view = preview(replace(ledger, problems=problems), None, TREE)
    first, second = view.problems
    assert (first.words, first.count, first.cells) == (
        "必须解决",
        7,
        "表!A0、表!A1、表!A2、表!A3、表!A4等7处",
    )
    assert first.found == "2月30日、2月31日"
    assert second.words == "提示"
    assert view.problems_title == "有7处必须先解决，整份都不会写入"


def test_without_a_date_nothing_is_compared_and_it_is_asked_for(ledger):
    view = preview(replace(ledger, as_of=None), None, TREE)
    assert view.as_of is None
    assert "填上数据日期" in view.changes_title


def test_a_household_code_is_masked_in_the_changes():
    unit = TREE.townships[5]
    leaf = TREE.villages_of(unit)[0].code
    row = DraftRow(
        "411300123456", leaf, 0, {"persons": 2, "is_eliminated": False, "faults": {"11": "户内第1人未填"}}
    )
    draft = Draft(
        "monitored", TREE.county.code, "x.xlsx", "5" * 64, date(2022, 9, 30), (row,),
        (Covered(0, unit.code, "reported"),), (), unchecked_rules=(1, 2), summary={"table_rows": 2, "budget_fen": 0},
    )  # fmt: skip
    found = importing.Differences((), (importing.RowChange(row.key, 0, None, row),), 0)
    view = preview(draft, found, TREE)
    assert [c.key for c in view.changes] == ["4113******56"]
    assert view.quality.startswith("数据质量：1户有要改的，最多的是“证件号码有误”1户；2条规则缺列，未检查")


def test_the_batches_are_listed_newest_first_with_what_happened_to_them(store):
    rows = batch_rows(store.batches(), TREE)
    assert [r.id for r in rows] == sorted((r.id for r in rows), reverse=True)
    assert all(r.state == "在用" and r.mark.startswith("补录") for r in rows)
    august = next(r for r in rows if r.ledger == "监测对象信息" and r.as_of == "2022年8月31日")
    assert august.missing == "小史店镇"
    assert "接收（演示）" in august.events[0]


def test_a_table_of_no_known_ledger_is_shown_with_what_stands_in_it():
    rows = [
        ["资金表"],
        ["序号", "项目名称", "实施地点", "金额(万元)"],
        [1, "甲", "东镇", 1234.5],
        ["合计", "", "", 1234.5],
    ]
    view = table_seen(UnknownLedger(describe(book(rows, []), "表.xlsx", TREE)))
    assert view.advice.startswith("是哪一种台账")
    assert dict(view.facts)["金额"] == "1,234.5万元"
    assert dict(view.facts)["数据行"].startswith("1行")
    assert view.totals == (("Sheet1!D4", "合计", "1,234.5万元"),)
    assert "不是本县的乡镇" in view.problems[0].fix


def test_a_table_that_half_fits_a_ledger_is_shown_with_its_name_and_what_it_lacks():
    rows = [["项目名称", "规划年度", "项目类型"], ["甲", 2022, "产业发展"]]
    with pytest.raises(UnknownLedger) as unknown:
        read(book(rows, []), "表.xlsx", None, TREE)
    advice = table_seen(unknown.value).advice
    assert advice.startswith("像是项目库，必须有的5列认出3列；缺：项目编号、是否纳入年度项目实施计划。")
    assert "“台账”里选“项目库”" in advice


def test_nothing_is_compared_while_a_column_is_not_settled(store):
    rows = [["下达文件", "下达时间", "资金来源", "金额(万元)"], ["1号", "2022-01-20", "中央", 1]]
    view = shown(store, read(book(rows, []), "资金下达台账-20220831.xlsx", "allocations", TREE))
    assert view.is_blocked
    assert (view.totals, view.changes, view.warnings) == ((), (), ())
    assert "列认准后才逐行读" in view.changes_title


def test_what_happened_to_a_batch_before_eight_in_the_morning_happened_that_day(store):
    early = datetime(2022, 9, 1, 7, 30, tzinfo=CHINA).astimezone(UTC)
    (batch, *_) = store.batches()
    (row,) = batch_rows([replace(batch, events=(("withdrawn", early, "经办一"),))], TREE)
    assert row.events == ("2022年9月1日 撤回（经办一）",)
