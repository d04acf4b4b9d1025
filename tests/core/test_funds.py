"""衔接资金: what is in place, spent, and where works and payment part."""

from datetime import date
from types import SimpleNamespace

import pytest

from core.forecasts.money import PaymentOutlook
from core.indicators import COUNTINGS, spending
from core.indicators.indicator import Status
from core.indicators.projects import Parting, works_and_money
from core.indicators.words import SOURCES
from core.places import place_tree
from core.plan import SpendingSettings, spending_settings
from core.scope import Scope
from core.store import Store
from core.views.common import Question, number
from core.views.forecasts import paid_words
from core.views.funds import funds

TREE = place_tree()
NOW = date(2022, 8, 31)


def asked(store, place="方城县", on=NOW):
    (area,) = TREE.areas(place, on)
    return store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), on), Question(area, on)


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def county(store):
    return funds(*asked(store), TREE)


def project(paid, progress, *, completed=None, terminated=False, planned=100):
    money = {f"{source}_fen": 0 for source in SOURCES} | {"central_fen": planned}
    return SimpleNamespace(
        paid_fen=paid,
        progress_percent=progress,
        completed_on=completed,
        is_terminated=terminated,
        **money,
    )


@pytest.mark.parametrize(
    ("row", "parting", "gap"),
    [
        (project(60, 100, completed=NOW), Parting.TOGETHER, 40),  # 40 points are the margin, not beyond it
        (project(59, 100, completed=NOW), Parting.WORKS_AHEAD, 41),
        (project(60, 50), Parting.TOGETHER, -10),
        (project(61, 50), Parting.MONEY_AHEAD, -11),
        (project(0, None), Parting.TOGETHER, 0),
        (project(11, None), Parting.MONEY_AHEAD, -11),
    ],
)
def test_works_and_payment_part_beyond_the_margin_in_both_directions(row, parting, gap):
    both = works_and_money(row, NOW)
    assert both is not None
    assert (both.parting, both.gap) == (parting, gap)


@pytest.mark.parametrize(
    "row", [project(None, 50), project(50, 50, terminated=True), project(5, 50, planned=0)], ids=str
)
def test_a_project_without_a_payment_figure_a_plan_or_a_future_is_not_compared(row):
    assert works_and_money(row, NOW) is None


def test_without_nodes_the_pace_is_the_month_over_twelve_and_says_so():
    settings = spending_settings(NOW)
    assert settings.node == ()
    assert settings.pace(NOW) == pytest.approx(8 / 12)
    assert "月份/12" in settings.pace_words


def test_the_countys_own_nodes_are_straight_lines_and_are_named():
    settings = SpendingSettings.model_validate(
        {
            "works_ahead_points": 40,
            "money_ahead_points": 10,
            "node": [
                {"on": date(2022, 12, 20), "share": 0.92, "source": "县文"},
                {"on": date(2022, 6, 30), "share": 0.5, "source": "县文"},
            ],
        }
    )
    assert settings.pace(date(2022, 6, 30)) == pytest.approx(0.5)
    assert settings.pace(date(2022, 3, 31)) == pytest.approx(0.5 * 90 / 181)
    assert settings.pace(date(2022, 9, 30)) == pytest.approx(0.5 + 0.42 * 92 / 173)
    assert settings.pace(date(2022, 12, 31)) == pytest.approx(0.92)
    assert "12月20日92%" in settings.pace_words
    assert "月份/12" not in settings.pace_words


def test_months_and_sources_add_up_to_what_was_paid(store, county):
    snapshot, question = asked(store)
    paid = number(snapshot, "disbursed_yuan", question.area).value / 1e4
    assert sum(m.total for m in county.spending.months) == pytest.approx(paid)
    assert sum(line.paid for line in county.sources.lines) == pytest.approx(paid)
    for i, line in enumerate(county.sources.lines):
        assert sum(m.by_source[i][1] for m in county.spending.months) == pytest.approx(line.paid)
        assert sum(p.by_source[i] for p in county.comparison.every) == pytest.approx(line.paid)
    assert county.spending.points[-1][1] == pytest.approx(
        number(snapshot, "disbursement_rate", question.area).value
    )


def test_planned_handed_down_and_paid_are_three_figures(county):
    for line in county.sources.lines:
        assert line.planned > line.allocated > line.paid > 0


def test_the_share_that_holds_the_line_and_the_one_that_does_not_stand_side_by_side(county):
    by_name = {share.name: share for share in county.shares.shares}
    assert [name for name, share in by_name.items() if share.is_main] == ["四级合计"]
    assert by_name["四级合计"].status is Status.ON_TRACK
    assert by_name["含整合"].status is Status.BEHIND
    assert {"中央", "省级", "市级", "县级配套"} <= by_name.keys()


@pytest.mark.parametrize("place", ["方城县", "三战区", "杨集镇"])
def test_the_projects_named_are_as_many_as_the_indicators_count(store, place):
    snapshot, question = asked(store, place)
    shown = funds(snapshot, question, TREE).comparison.apart
    for key, parting in (
        ("projects_works_ahead_of_money", Parting.WORKS_AHEAD),
        ("projects_money_ahead_of_works", Parting.MONEY_AHEAD),
    ):
        assert sum(p.parting is parting for p in shown) == number(snapshot, key, question.area).value
    if place == "方城县":
        assert {p.parting for p in shown} == {Parting.WORKS_AHEAD, Parting.MONEY_AHEAD}


def test_a_townships_page_says_which_figures_are_the_countys(store):
    view = funds(*asked(store, "杨集镇"), TREE)
    assert [tile.text for tile in view.tiles[:2]] == ["县级指标", "县级指标"]
    assert all(line.allocated is None and line.texts[1] == "县级指标" for line in view.sources.lines)
    assert view.spending.points == ()
    assert all(share.status is not Status.BEHIND for share in view.shares.shares)


def test_every_target_of_the_money_is_on_its_page_with_its_clause(county):
    tiles = [" ".join((t.name, t.text, t.beside, *t.lines)) for t in county.tiles]
    assert "15,100万元" in tiles[0]
    assert "年底前（主要目标）" in tiles[0]
    assert "比2021年高900万元（要点21）" in tiles[0]
    assert "超过3亿元" in tiles[1]
    assert "年底前（主要目标）" in tiles[1]
    assert "主要目标" in tiles[2]
    assert "60%（主要目标）" in tiles[3]
    assert "100%（要点3）" in tiles[4]
    assert "全覆盖（要点21）" in tiles[5]
    assert "月份/12" in county.spending.remark


def test_without_a_payment_ledger_months_come_from_the_working_ledger_and_sources_are_unreported(own_store):
    store = Store.open(own_store)
    gone = ("资金支付台账", "项目台账-20220630")
    for batch in store.batches():
        if batch.file_name.startswith(gone):
            store.withdraw(batch.id, COUNTINGS, by="测试")
    snapshot, question = asked(store)
    months = spending.by_month(snapshot, question.area)
    assert [(m.first, m.last) for m in months] == [(1, 3), (4, 4), (5, 5), (6, 7), (8, 8)]
    assert all(m.by_source is None for m in months)
    paid = number(snapshot, "disbursed_yuan", question.area).value
    assert sum(m.fen for m in months) / 100 == paid
    view = funds(snapshot, question, TREE)
    assert all(line.paid is None and line.texts[2] == "未报" for line in view.sources.lines)
    assert "6—7月" in [m.name for m in view.spending.months]
    assert all(p.by_source is None for p in view.comparison.every)
    store.engine.dispose()


def test_what_is_expected_is_never_a_share_of_less_money_than_it_is():
    found = PaymentOutlook("方城县", 1e8, 2.35e8, None, None, date(2022, 12, 31))
    assert paid_words(found, 1.12e8) == "照此进度，12月31日前预计支付2.35亿元左右，现已下达1.12亿元"
    assert paid_words(found, 2.5e8) == "照此进度，12月31日前预计支付2.35亿元左右，为已下达的94.0%"
    assert paid_words(found, None) == "照此进度，12月31日前预计支付2.35亿元左右"
