"""六大工程: all 23 items, every figure of the plan, and the rows behind a figure."""

import re
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from core.indicators.behind import has_rows, rows_behind
from core.indicators.catalogue import BY_KEY, CATALOGUE
from core.indicators.indicator import Status, read
from core.indicators.lists import named_lists
from core.places import place_tree
from core.plan import latest_plan, plan_items
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.work_plan import work_behind, work_item, work_places, work_plan, work_rows

TREE = place_tree()
NOW = date(2022, 8, 31)
ITEMS = plan_items(NOW)
SEED = Path(__file__).parents[3] / "shared" / "seed" / "plan-2022.txt"


def asked(store, place="方城县", on=NOW):
    (area,) = TREE.areas(place, on)
    return store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), on), Question(area, on)


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


def test_the_plan_has_23_items_in_six_projects_and_the_safeguards():
    assert [item.number for item in ITEMS] == list(range(1, 24))
    sizes = {}
    for item in ITEMS:
        sizes[item.project] = sizes.get(item.project, 0) + 1
    assert sizes == {"双提": 4, "双联": 4, "双增": 3, "双补": 3, "双建": 3, "双稳": 2, "保障措施": 4}
    assert len({item.title for item in ITEMS}) == 23


def test_the_words_shown_as_the_plans_are_the_plans():
    assert all(0 < len(item.words) <= 40 for item in ITEMS)
    if SEED.exists():
        plan = SEED.read_text(encoding="utf-8")
        missing = [part for item in ITEMS for part in item.words.split("……") if part not in plan]
        assert missing == []
        assert [i.project_title for i in ITEMS if i.project_title.split("、")[0] not in plan] == []


def on_screen(store) -> dict[str, str]:
    """The words of 主要目标 and of each item, as the page shows them."""
    snapshot, question = asked(store)
    listed = work_plan(snapshot, question, TREE)
    shown = {"主要目标": " ".join(w for t in listed.targets for w in (t.name, t.text, t.beside, *t.lines))}
    for item in ITEMS:
        view = work_item(snapshot, question, item.number, TREE)
        shown[item.clause] = " ".join((*view.figures, *view.lists, *(line.target for line in view.lines)))
    return shown


def test_every_figure_of_the_plan_is_on_screen_where_it_is_used_with_its_clause(store):
    shown = on_screen(store)
    for figure in latest_plan(NOW).figure:
        for number in figure.items:
            words = shown[f"要点{number}"]
            assert figure.about in words, figure.key
            assert figure.text in words, figure.key
            assert figure.clause.split("；")[0] in words, figure.key
    main = shown["主要目标"]
    for words in ("2,943户8,417人", "15,100万元", "超过3亿元", "不低于60%", "4个", "9月底前", "年底前"):
        assert words in main
    for number, words in (
        (5, "6,900元"),
        (9, "552家"),
        (18, "5天"),
        (20, "6个"),
        (23, "17个"),
        (2, "9月底前"),
    ):
        assert words in shown[f"要点{number}"]


def test_every_indicator_stands_under_its_items_with_value_period_source_and_last_report(store):
    snapshot, question = asked(store)
    for item in ITEMS:
        lines = {line.key: line for line in work_item(snapshot, question, item.number, TREE).lines}
        assert lines.keys() == {i.key for i in CATALOGUE if item.number in i.items}
        for line in lines.values():
            assert line.value
            assert line.period
            assert line.source
            assert line.last_report
            if asks := BY_KEY[line.key].target:
                figure = latest_plan(NOW)[asks.figure]
                assert line.target.endswith(f"（{figure.clause.split('；')[0]}）"), line.key
                assert figure.deadline in line.target, line.key


def test_the_lists_that_the_plan_keeps_stand_under_their_items(store):
    shown = on_screen(store)
    for one in named_lists(TREE, NOW):
        for entry in one.entries:
            assert entry in shown[f"要点{one.item}"], (one.title, entry)
    assert "8月驻村帮扶与逢8入村" in shown["要点23"]


def test_before_an_item_is_chosen_everything_that_is_behind_stands_there_the_worst_first(store):
    snapshot, question = asked(store)
    seen = work_behind(snapshot, question, TREE)
    statuses = {i.key: read(i, snapshot, question.area).status for i in CATALOGUE}
    assert [line.key for line in seen.lines if line.status is Status.BEHIND] + [
        line.key for line in seen.lines if line.status is Status.RECOVERING
    ] == [line.key for line in seen.lines]
    assert {line.key for line in seen.lines} == {
        key for key, status in statuses.items() if status in (Status.BEHIND, Status.RECOVERING)
    }
    assert all(line.target for line in seen.lines)


@pytest.mark.parametrize(("place", "months"), [("赵河镇", 6), ("小史店镇", 5)])
def test_what_a_department_reported_leads_to_its_lines_month_by_month(store, demo_dir, place, months):
    """Straight from the workbooks: the newest month first, 小史店镇 without August."""
    plain = []
    for on in (date(2022, m, d) for m, d in ((8, 31), (7, 31), (6, 30), (5, 31), (4, 30), (3, 31))):
        book = CalamineWorkbook.from_path(str(demo_dir / f"指标月报-{on:%Y%m%d}.xlsx"))
        for row in book.get_sheet_by_index(0).to_python():
            if row[0] == "9a" and row[2] == place:
                plain.append((f"2022年{on.month}月", row[8], f"{row[4]:,g}", f"{row[5]:,g}", f"{row[6]:,g}"))
    assert len(plain) == months
    shown = work_rows(*asked(store), "industry_embedded_rate", place, 0, 12, TREE)
    assert shown.columns == ("期别", "来源单位", "分子", "分母", "值")
    assert list(shown.rows) == plain


def test_a_figure_of_the_county_leads_to_the_departments_lines(store):
    shown = work_rows(*asked(store), "inspection_teams", "", 0, 12, TREE)
    assert shown.columns == ("期别", "来源单位", "值")
    assert [row[-1] for row in shown.rows] == ["17", "17", "16", "17", "17", "17"]


def test_a_commander_is_answered_for_figures_of_every_ledger_and_told_why_one_of_the_county_has_no_lines(
    store,
):
    (area,) = TREE.areas("三战区", NOW)
    own = store.snapshot(Scope(frozenset(area.codes), because="三战区指挥长"), NOW)
    one_of_each = {indicator.ledgers: indicator for indicator in CATALOGUE}
    county_only = [indicator for indicator in CATALOGUE if indicator.county_only]
    assert len(county_only) > 10
    for indicator in [*one_of_each.values(), *county_only]:
        shown = work_rows(own, Question(area, NOW), indicator.key, "", 0, 12, TREE)
        if indicator.county_only:
            assert (shown.rows, "县级指标" in shown.remark) == ((), True), indicator.key


def test_a_township_that_is_silent_shows_what_it_said_last_and_when(store):
    lines = {line.key: line for line in work_item(*asked(store, "小史店镇"), 9, TREE).lines}
    line = lines["industry_embedded_rate"]
    assert (line.value, line.last_report, line.status) == ("7月31日：89.5%", "7月31日", Status.NOT_REPORTED)


def test_an_item_nothing_is_known_of_says_so(store):
    listed = work_plan(*asked(store, on=date(2022, 1, 1)), TREE)
    assert {line.status.value for project in listed.projects for line in project.items} == {"not_reported"}
    view = work_item(*asked(store, on=date(2022, 1, 1)), 2, TREE)
    assert "未报" in view.remark
    assert all("未报" in line.value and line.last_report == "未报" for line in view.lines)


def test_a_number_that_is_no_item_opens_the_first(store):
    assert work_item(*asked(store), 99, TREE).number == 1


@pytest.mark.parametrize(("place", "at_least"), [("杨集镇", 90), ("方城县", 8)])
def test_the_rows_behind_a_figure_add_up_to_it(store, place, at_least):
    snapshot, question = asked(store, place)
    checked = 0
    for indicator in CATALOGUE:
        if not has_rows(indicator) or (place == "方城县") != indicator.county_only:
            continue
        reading = read(indicator, snapshot, question.area)
        if reading.numerator is None:
            continue
        rows = rows_behind(indicator, snapshot, question.area, {})
        if not indicator.key.endswith("_persons"):
            assert sum(row.numerator for row in rows) == reading.numerator, indicator.key
        if reading.denominator is not None:
            assert sum(row.denominator for row in rows) == reading.denominator, indicator.key
        checked += 1
    assert checked >= at_least


def test_rows_are_paged_and_masked(store):
    snapshot, question = asked(store)
    first = work_rows(snapshot, question, "measures_rate", "杨集镇", 0, 10, TREE)
    second = work_rows(snapshot, question, "measures_rate", "杨集镇", 10, 10, TREE)
    assert len(first.rows) == 10
    assert first.rows != second.rows
    assert first.total == read(BY_KEY["measures_rate"], snapshot, TREE.areas("杨集镇", NOW)[0]).denominator
    for row in first.rows:
        assert not re.search(r"\d{7}", " ".join(row))
        assert any("******" in cell for cell in row)


def test_townships_stand_in_the_order_of_their_codes_and_are_not_ranked(store):
    view = work_places(*asked(store), "risk_elimination_rate_r1_households", TREE)
    assert [line.name for line in view.lines] == [
        t.name for t in sorted(TREE.townships, key=lambda t: t.code)
    ]
    assert "小史店镇" in view.remark
    assert work_places(*asked(store), "county_matching_yuan", TREE).lines == ()
