"""What must be mended: by rule and township, down to the masked household, and as a worklist for the township."""

import io
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import openpyxl
import pytest

from core import importing
from core.demo import expected_breaks
from core.imports.quality_rules import ALL_NUMBERS, BY_NUMBER, TELL_CAUSE, limits
from core.imports.reading import read
from core.places import place_tree
from core.quality import doubts, source_doubts, unit_counts
from core.reports.worklist import HEADERS, worklist_file
from core.scope import Scope
from core.store import ALWAYS, Store
from core.views.common import Question
from core.views.quality import NOT_REPORTED, UNCHECKED, lines, quality, worklists

TREE = place_tree()
COUNTY = TREE.county.code
WHOLE = Scope(frozenset({COUNTY}), sees_names=True, because="测试")
JULY, AUGUST = date(2022, 7, 31), date(2022, 8, 31)


def snapshot_of(store, on=AUGUST, scope=WHOLE):
    return store.snapshot(scope, on, ALWAYS)


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


def ask(name="方城县", on=AUGUST):
    return Question(TREE.areas(name, on)[0], on)


def at(name):
    return TREE.areas(name, AUGUST)[0].codes[0]


@pytest.fixture(scope="module")
def planted(demo_dir):
    """{(township, rule): 户编号 that break it} as of 31 August; the silent township stands with July."""
    from python_calamine import CalamineWorkbook

    found: dict[tuple[str, int], set[str]] = {}
    for on, wanted in ((JULY, {"小史店镇"}), (AUGUST, None)):
        path = demo_dir / f"监测对象信息-{on:%Y%m%d}.xlsx"
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("监测对象信息").to_python()
        township = {row[4]: row[2] for row in rows[1:]}
        for rule, codes in expected_breaks()[on].items():
            for code in codes:
                if wanted is None or township[code] in wanted:
                    found.setdefault((township[code], rule), set()).add(code)
    return found


def test_the_table_counts_what_the_demo_county_planted_in_every_township_and_rule(store, planted):
    view = quality(snapshot_of(store), ask(), TREE)
    whole, *units = view.columns
    for column in units:
        name = TREE[column.unit].name
        for rule, cell in zip(ALL_NUMBERS, column.cells, strict=True):
            assert cell.households == len(planted.get((name, rule), ())), (name, rule)
    for at_rule, cell in enumerate(whole.cells):
        assert cell.households == sum(c.cells[at_rule].households for c in units)
    assert "小史店镇（7月31日）未报" in view.remarks[0]


def test_the_list_holds_the_planted_households_masked(store, planted):
    for (name, rule), codes in list(planted.items())[:12]:
        shown = lines(snapshot_of(store), ask(), TREE, rule, at(name))
        assert shown.total == len(codes)
        assert {line.township for line in shown.rows} == {name}
        assert sorted(line.code[-2:] for line in shown.rows) == sorted(code[-2:] for code in codes)
        assert all("*" in line.code and line.wrong and line.fix for line in shown.rows)


def test_a_commander_sees_his_own_townships_only(store):
    own = Scope(frozenset({at("杨集镇")}), because="杨集镇")
    view = quality(snapshot_of(store, scope=own), ask("杨集镇"), TREE)
    assert [column.name for column in view.columns] == ["杨集镇"]
    with pytest.raises(PermissionError):
        lines(snapshot_of(store, scope=own), ask(), TREE, 1, at("独树镇"))


def test_who_sees_no_names_is_told_of_no_household_by_a_rule_that_tells_its_cause(store, planted):
    nameless = snapshot_of(store, scope=Scope(frozenset({COUNTY}), because="测试"))
    for rule in BY_NUMBER:
        shown = lines(nameless, ask(), TREE, rule, "")
        if rule in TELL_CAUSE:
            assert shown.rows == ()
            assert "风险原因" in shown.nothing
        else:
            assert shown.total == sum(len(codes) for (_, number), codes in planted.items() if number == rule)
        assert not any(cause in line.wrong for line in shown.rows for cause in ("因病", "因学", "因务工"))
    listed = [line for t in worklists(nameless, ask(), TREE, "").townships for line in t.lines]
    assert listed
    assert all("*" in line.code for line in listed)
    assert not {int(line.rule.split()[0]) for line in listed} & TELL_CAUSE


def take_in(own_store, demo_dir, **changes):
    """July's export again as of 30 September, with what a workbook without some columns would give."""
    store = Store.open(own_store)
    path = demo_dir / "监测对象信息-拐河镇-20220630.xlsx"
    draft = read(
        path.read_bytes(), path.name, "monitored", TREE, as_of=date(2022, 9, 30), covers=[TREE[at("拐河镇")]]
    )
    draft = replace(draft, problems=(), file_hash="0" * 64, **changes)
    importing.accept(store, draft, b"", by="测试")
    return store


def test_an_absent_column_reads_unchecked_and_the_sum_above_it_at_least(own_store, demo_dir):
    on = date(2022, 9, 30)
    store = take_in(own_store, demo_dir, unchecked_rules=(12,))
    view = quality(snapshot_of(store, on), ask(on=on), TREE)
    (guaihe,) = [c for c in view.columns if c.unit == at("拐河镇")]
    assert guaihe.cells[11].text == UNCHECKED
    assert guaihe.cells[11].households is None
    assert guaihe.cells[10].text.isdigit()
    assert view.columns[0].cells[11].text == "≥5"
    assert any(remark.startswith("规则12：") for remark in view.remarks)
    alone = quality(snapshot_of(store, on), ask("拐河镇", on), TREE)
    assert alone.columns[0].cells[11].text == UNCHECKED
    book = openpyxl.load_workbook(
        io.BytesIO(worklist_file(worklists(snapshot_of(store, on), ask(on=on), TREE, at("拐河镇"))))
    )
    said = [c.value for row in book["拐河镇"].iter_rows() for c in row if c.value]
    assert any("未检查" in str(v) and "12 因病无自付支出" in str(v) for v in said)
    store.engine.dispose()


def test_before_the_first_export_nothing_is_said_to_be_faultless(store):
    view = quality(snapshot_of(store, date(2022, 3, 1)), ask(on=date(2022, 3, 1)), TREE)
    assert {cell.text for column in view.columns for cell in column.cells} == {NOT_REPORTED}


def test_batches_of_before_the_rules_read_unchecked(own_store):
    store = Store.open(own_store)
    with store.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE batch SET unchecked_rules = '[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]' WHERE ledger = 'monitored'"
        )
    view = quality(snapshot_of(store), ask(), TREE)
    assert {cell.text for column in view.columns for cell in column.cells} == {UNCHECKED}
    assert "未检查" in view.title
    store.engine.dispose()


# ---- the worklist ------------------------------------------------------------------------------------


def test_the_worklist_of_a_township_reads_back_as_it_was_planted(store, planted):
    made = worklists(snapshot_of(store), ask(), TREE, at("券桥镇"))
    book = openpyxl.load_workbook(io.BytesIO(worklist_file(made, "券桥镇经办 张三 2022年9月1日 14:03")))
    assert book.sheetnames == ["券桥镇"]
    sheet = book["券桥镇"]
    assert sheet["A1"].value == "券桥镇监测对象数据质量整改清单（演示数据）"
    assert sheet["A2"].value.startswith("数据截至2022年8月31日 · 来源：监测对象信息（8月31日）")
    assert sheet.cell(2, len(HEADERS)).value == "单位：条"
    assert [c.value for c in sheet[3]] == list(HEADERS)
    assert sheet.freeze_panes == "A4"
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert "演示数据" in sheet.oddFooter.left.text
    assert sheet["A2"].value.endswith("　券桥镇经办 张三 2022年9月1日 14:03")
    assert sheet.oddFooter.right.text == "券桥镇经办 张三 2022年9月1日 14:03"
    rows = [row for row in sheet.iter_rows(min_row=4, values_only=True) if isinstance(row[0], int)]
    written = {(int(row[1].split()[0]), row[3]) for row in rows}
    assert written == {
        (rule, code) for (name, rule), codes in planted.items() if name == "券桥镇" for code in codes
    }
    assert all(row[2] and row[4] and row[5] and row[6] is None for row in rows)


def test_the_worklists_of_all_have_a_sheet_a_township_and_a_sum(store, planted):
    made = worklists(snapshot_of(store), ask(), TREE, "")
    book = openpyxl.load_workbook(io.BytesIO(worklist_file(made)), data_only=True)
    assert book.sheetnames[0] == "汇总"
    assert set(book.sheetnames[1:]) == {name for name, _ in planted}
    last = next(row for row in book["汇总"].iter_rows(values_only=True) if row[0] == "合计")
    assert [n for n in last if isinstance(n, int)][-1] == sum(map(len, planted.values()))


def test_text_from_data_that_begins_like_a_formula_stays_text(store):
    made = worklists(snapshot_of(store), ask(), TREE, at("券桥镇"))
    (township,) = made.townships
    line = replace(township.lines[0], wrong="=1+1", village="@村")
    made = replace(made, townships=(replace(township, lines=(line,)),))
    sheet = openpyxl.load_workbook(io.BytesIO(worklist_file(made)))["券桥镇"]
    assert (sheet["E4"].value, sheet["E4"].data_type) == ("=1+1", "s")
    assert sheet["C4"].value == "@村"


# ---- projects and money ------------------------------------------------------------------------------


def project(number=0, **changes):
    values = {
        "name": f"项目{number}",
        "leaf": TREE.villages_of(TREE[at("杨集镇")])[0].code,
        "is_terminated": False,
        "first_planned_on": date(2022, 8, 1),
        "revised_on": None,
        "completed_on": None,
        "progress_percent": 50.0,
        "paid_fen": 0,
        "settled_fen": None,
        **{f"{s}_fen": 100_000_00 for s in ("central", "province", "city", "county", "integrated")},
        **changes,
    }
    return SimpleNamespace(**values)


def found(projects, on=AUGUST):
    return {doubt.rule: doubt for doubt in doubts(projects, on, TREE)}


def test_too_many_completions_on_the_very_day_planned_are_doubted():
    least = limits().projects.same_day_least
    exact = [project(n, completed_on=date(2022, 8, 1)) for n in range(least)]
    other = [project(n, completed_on=date(2022, 7, n % 28 + 1)) for n in range(least * 2)]
    assert found(exact + other)["竣工日与计划日相同"].place == "杨集镇"
    assert found(exact[1:] + other) == {}
    assert found(exact + other + other) == {}, "a small share of many"


def test_everything_at_100_percent_on_the_last_day_is_doubted():
    late = [project(n, completed_on=date(2022, 9, 30)) for n in range(6)]
    assert "9月30日" in found(late, date(2022, 9, 30))["最后一天集中完成"].words
    claimed = [project(n, progress_percent=100.0) for n in range(6)]
    assert "6个项目中有6个" in found(claimed)["最后一天集中完成"].words
    assert found([project(n) for n in range(6)]) == {}


def test_payment_above_settlement_and_money_above_its_sources_are_doubted():
    assert set(found([project(paid_fen=200_000_00, settled_fen=190_000_00)])) == {"支付超过决算"}
    assert set(found([project(paid_fen=500_000_01)])) == {"金额超过资金来源之和"}
    assert set(found([project(paid_fen=1, settled_fen=600_000_00)])) == {"金额超过资金来源之和"}
    assert found([project(paid_fen=500_000_00, settled_fen=500_000_00)]) == {}
    assert found([project(paid_fen=900_000_00, is_terminated=True)]) == {}


def test_a_source_that_paid_more_than_it_was_allocated_is_doubted(own_store):
    store = Store.open(own_store)
    assert source_doubts(snapshot_of(store), COUNTY, 2022, TREE) == []
    for batch in [b.id for b in store.batches() if b.ledger == "allocations" and b.as_of > date(2022, 4, 1)]:
        from core.indicators import COUNTINGS

        store.withdraw(batch, COUNTINGS, by="测试")
    assert {d.rule for d in source_doubts(snapshot_of(store), COUNTY, 2022, TREE)} == {"支付超过下达"}
    store.engine.dispose()


def test_the_demo_county_has_nothing_doubtful_in_its_projects(store):
    view = quality(snapshot_of(store), ask(), TREE)
    assert view.doubts == ()


def test_settlements_are_read_from_the_working_ledger(store):
    from core.indicators.projects import COUNTING

    rows = snapshot_of(store).rows(COUNTING, COUNTY, 2022, ("settled_fen",))
    assert sum(row.settled_fen is not None for row in rows) > 50


def test_the_counts_of_a_day_are_those_known_that_day(store):
    by_day = [
        sum(c.faulty for c in unit_counts(snapshot_of(store, on), [t.code for t in TREE.townships]))
        for on in (date(2022, 3, 15), AUGUST)
    ]
    assert by_day[0] > 0
    assert by_day[1] > 0
