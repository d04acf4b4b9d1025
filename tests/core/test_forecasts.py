"""Forecasts: right by a second implementation, blind to what came later, and honest about their record."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from core.count import Picture, State
from core.forecasts import backtest as past
from core.forecasts import households, money, projects, record
from core.forecasts.completion import Cutoff, Works, count_range, finishing_days, lasting, lately, learn
from core.forecasts.survival import kaplan_meier
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store, moment
from core.views.common import Question
from core.views.forecasts import (
    all_on_time_words,
    chance_words,
    completion_words,
    forecast_record,
    paid_words,
)

TREE = place_tree()
COUNTY = Scope(frozenset({TREE.county.code}), because="测试")
START = date(2012, 1, 1).toordinal()
YEARS = 9


def works(seed: int, *, count: int = 700) -> Works:
    """Realistic delays: a third on the planned day, the rest late by a share of their plan, a few for ever; types
    and years differ."""
    random = np.random.default_rng(seed)
    started = np.sort(random.integers(0, 365 * YEARS, count))
    kind = random.integers(0, 4, count)
    plan = np.clip(random.lognormal(np.log(240), 0.5, count), 40, 900).round(-1)
    share = np.where(random.random(count) < 0.35, 1.0, random.lognormal(0.3 + 0.1 * kind, 0.5))
    share = np.where(random.random(count) > 0.95, share * 4, share)
    ended = started + np.maximum((plan * share).round(), 1)
    ended = np.where(ended > 365 * YEARS, np.nan, ended)
    nothing = np.full(count, np.nan)
    return Works(
        started + START + 0.0,
        started + plan + START,
        ended + START,
        nothing,
        kind.astype(np.str_),
        nothing,
        np.ones(count),
    )


def end_of(_works: Works) -> date:
    return date.fromordinal(START + 365 * YEARS)


def snapshot(url: str, on: date, known: date | None = None):
    store = Store.open(url)
    if known is None:
        return store.snapshot(COUNTY, on)
    return store.snapshot(COUNTY, on, moment(known, end_of_day=True))


# --- the method


@pytest.mark.parametrize("seed", range(4))
def test_kaplan_meier_and_its_conditional_survival_are_those_of_lifelines(seed):
    random = np.random.default_rng(seed)
    durations = random.integers(1, 40, 300) / 4.0  # 有并列的
    ended = random.random(300) < 0.7
    curve = kaplan_meier(durations, ended)
    oracle = KaplanMeierFitter().fit(durations, ended)
    times = np.linspace(0, 11, 97)
    survival = oracle.predict(times).to_numpy()
    assert np.allclose(curve.at(times), survival, atol=1e-9, rtol=0)
    now, then = times[:60], times[:60] + 1.3
    still = oracle.predict(now).to_numpy()
    known = still > 0
    expected = 1 - oracle.predict(then).to_numpy()[known] / still[known]
    assert np.allclose(curve.ends_between(now, then)[known], expected, atol=1e-9, rtol=0)


def test_the_day_of_a_share_is_the_first_on_which_that_share_has_ended():
    curve = kaplan_meier(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([True, True, True, True, False]))
    assert curve.time_of(np.zeros(1), 0.2)[0] == 1.0
    assert curve.time_of(np.zeros(1), 0.5)[0] == 3.0
    assert curve.time_of(np.array([2.0]), 0.3)[0] == 3.0
    assert curve.time_of(np.zeros(1), 0.9)[0] == np.inf  # 历史没有这么远


def test_without_any_history_of_so_long_a_delay_the_bare_pace_speaks_and_never_certainty():
    known = past.known_on(works(1), START + 1500.0)
    history = learn(known)
    ancient = replace(known, started=known.started - 3000.0)
    still = lasting(history, ancient[ancient.is_open], np.array([90.0]))
    assert (still > 0).all()
    assert (still < 1).all()


def test_a_work_past_its_plan_is_no_certain_miss_and_a_planned_day_is_no_certainty():
    known = past.known_on(works(2), START + 2000.0)
    history = learn(known)
    days = finishing_days(history, known[known.is_open])
    assert (days.early <= days.middle).all()
    assert (days.middle <= days.late).all()
    assert (days.early > START + 2000.0).all()


def test_a_range_needs_four_past_cutoffs_and_holds_the_expected_count_in_whole_numbers():
    chances = np.full(40, 0.5)
    cutoffs = [missed(miss) for miss in (1, -2, 3, -4)]
    assert count_range(chances, cutoffs[:3]) is None
    low, high = count_range(chances, cutoffs)
    assert low <= 20 <= high
    assert (low, high) == (14, 26)  # 最大偏差为两个标准差，标准差为√10
    assert count_range(chances, [missed(30.0, spread=0.1)] * 5) == (0, 40)  # 不少于零，不多于在建数


def missed(by: float, *, spread: float = 2.0, day: int = 0, expected: float = 10.0) -> Cutoff:
    """A past forecast, 90 days long."""
    return Cutoff(day, day + 90.0, expected, expected, spread, expected + by)


def test_a_range_widens_after_ranges_that_did_not_hold_and_narrows_after_those_that_did():
    chances = np.full(400, 0.5)
    misses = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    calm = [missed(m, day=100 * n) for n, m in enumerate(reversed(misses))]  # 每次都比以前准
    wild = [missed(m, day=100 * n) for n, m in enumerate(misses)]  # 每次都出乎意料
    widths = [high - low for low, high in (count_range(chances, past) for past in (calm, wild))]
    assert widths[0] < widths[1]
    alike = [missed(m) for m in misses]  # 同一天的，互不检验
    assert widths[0] < np.subtract(*reversed(count_range(chances, alike))) < widths[1]
    overlapping = [missed(m, day=n) for n, m in enumerate(misses)]  # 期限没到的，还不知道落没落在其中
    assert count_range(chances, overlapping) == count_range(chances, alike)


def test_the_pace_of_late_is_what_ended_over_what_history_expected_and_one_without_cutoffs():
    assert lately([], 500.0) == 1.0
    slow = [missed(-60.0, day=d, expected=100.0) for d in (300, 200)]
    weights = [0.5 ** (200 / 180), 0.5 ** (300 / 180)]
    assert lately(slow, 500.0) == pytest.approx(
        (50 + 40 * sum(weights)) / (50 + 100 * sum(weights)), rel=1e-12
    )
    assert lately(slow, 389.0) == lately(slow[1:], 389.0) > lately(slow, 390.0)  # 期限那天才见分晓


# --- the backtest of any table of works


@pytest.mark.parametrize("horizon", [90, 180])
def test_skill_and_coverage_on_realistic_delays(horizon):
    records = [past.backtest(works(seed), horizon, end_of(works(seed))) for seed in range(6)]
    assert np.mean([r.skill["ours"] for r in records]) >= 0.20
    assert all(r.skill["ours"] > r.skill["planned"] for r in records)
    assert 0.75 <= np.mean([r.count_coverage for r in records]) <= 0.90


def test_a_range_holds_through_a_slump_that_all_works_share():
    """Every work of two years goes on at half its speed: what history expects is too much, and is put right."""
    held, forecast, came = [], 0.0, 0.0
    for seed in range(4):
        table = works(seed)
        slump = START + 365.0 * 5, START + 365.0 * 7
        inside = np.clip(table.ended, *slump) - np.clip(table.started, *slump)
        slow = replace(table, ended=np.where(table.ended > slump[0], table.ended + inside, table.ended))
        slow = replace(slow, ended=np.where(slow.ended > START + 365 * YEARS, np.nan, slow.ended))
        told = past.backtest(slow, 90, end_of(slow))
        held.append(told.count_coverage)
        forecast += sum(b.n * (b.forecast or 0) for b in told.reliability)
        came += sum(b.n * (b.observed or 0) for b in told.reliability)
    assert 0.75 <= np.mean(held) <= 0.90
    assert forecast == pytest.approx(came, rel=0.1)


def test_nothing_after_the_cutoff_is_ever_used():
    table = works(3)
    until = date.fromordinal(START + 1600)
    then = past.backtest(table, 180, until)
    later = table.started > until.toordinal()
    changed = replace(
        table,
        ended=np.where(table.ended > until.toordinal(), table.ended + 999, table.ended),
        planned=np.where(later, table.planned + 500, table.planned),
        kind=np.where(later, "别的", table.kind),
    )
    assert past.backtest(changed, 180, until) == then
    assert past.backtest(table[~later], 180, until) == then


def test_no_cutoff_of_the_backtest_knows_what_came_after_it():
    """Everything that came after a day is changed; the forecasts, ranges and base rates made by that day are not."""
    table = works(3)
    random = np.random.default_rng(7)
    for day in (START + 900.0, START + 1600.0, START + 2500.0):
        later, open_then = table.started > day, ~(table.ended <= day)
        ended = np.where(open_then, np.where(random.random(len(table)) < 0.5, np.nan, day + 1), table.ended)
        changed = replace(
            table,
            started=np.where(later, day + 1 + random.integers(0, 99, len(table)), table.started),
            planned=np.where(later, table.planned + 500, table.planned),
            ended=np.maximum(ended, np.where(later, np.nan, ended)),
            kind=np.where(later, "别的", table.kind),
        )
        was, now = (
            [t for t in past.cutoffs(each, 180, end_of(table)) if t.made <= day]
            for each in (table, changed[~later | (random.random(len(table)) < 0.5)])
        )
        assert len(was) == len(now) > 6
        for a, b in zip(was, now, strict=True):
            assert np.array_equal(a.chances, b.chances)
            assert np.array_equal(a.planned, b.planned)
            assert (a.base, a.by_history, a.range) == (b.base, b.by_history, b.range)
        assert any((a.came != b.came).any() for a, b in zip(was, now, strict=True))


def test_a_type_of_which_there_are_few_teaches_nothing_of_its_own():
    known = past.known_on(works(1), START + 2000.0)
    rare = replace(known, kind=np.where(np.arange(len(known)) < 9, "少见", known.kind))
    assert "少见" not in learn(rare).by_kind
    assert set(learn(rare).by_kind) == set(learn(known).by_kind)
    none = replace(known, kind=np.full(len(known), ""))
    alone = lasting(learn(none), none[none.is_open], np.array([90.0]))
    assert ((alone > 0) & (alone <= 1)).all()


def test_a_ledger_of_which_no_work_has_begun_teaches_nothing_and_is_no_error():
    known = past.known_on(works(1), START + 2000.0)
    waiting = replace(known, started=np.full(len(known), np.nan), ended=np.full(len(known), np.nan))
    for ledger in (waiting, waiting[np.zeros(len(waiting), dtype=bool)]):
        assert (learn(ledger).by_kind, learn(ledger).finished, learn(ledger).pace) == ({}, 0, 0.0)


def test_a_cutoff_counts_only_when_its_horizon_has_ended():
    table = works(4)
    first = float(np.min(table.started))
    assert past.backtest(table, 90, date.fromordinal(int(first) + 365)).n == 0
    one = past.backtest(table, 90, date.fromordinal(int(first) + 365 + 92 + 90))
    assert one.cutoffs == 1
    assert one.n == sum(b.n for b in one.reliability)


def test_the_scores_are_what_the_forecasts_say():
    """Brier and base rate of a tiny table, by hand: two cut-offs, each with one base rate of the earlier ones."""
    chances = np.array([0.2, 0.8])
    tried = [
        past.Tried(0.0, 90.0, 1.0, chances, np.array([1.0, 1.0]), 0.5, np.array([False, True]), (0, 1)),
        past.Tried(91.0, 181.0, 1.0, chances, np.array([0.0, 1.0]), 0.5, np.array([True, True]), (0, 1)),
    ]
    told = past.record(90, tried)
    assert (told.n, told.cutoffs, told.base_rate) == (4, 2, 0.75)
    assert told.brier == pytest.approx({"planned": 0.5, "base": 0.25, "ours": (0.04 * 2 + 0.64 + 0.04) / 4})
    assert told.skill["ours"] == pytest.approx(1 - 0.19 / 0.25)
    assert (told.count_coverage, told.count_width) == (0.5, 0.5)


def write_csv(path, table: Works, kinds: bool = True) -> None:
    def day(number: float) -> str:
        return "" if np.isnan(number) else date.fromordinal(int(number)).isoformat()

    lines = ["started_on,planned_on,completed_on" + (",kind" if kinds else "")]
    for started, planned, ended, kind in zip(
        table.started, table.planned, table.ended, table.kind, strict=True
    ):
        lines.append(",".join([day(started), day(planned), day(ended), *([kind] if kinds else [])]))
    path.write_text("\n".join(lines), encoding="utf-8")


def test_the_command_prints_the_agreed_json_for_any_csv(tmp_path, capsys):
    from typer.testing import CliRunner

    from core.__main__ import app

    file = tmp_path / "works.csv"
    write_csv(file, works(5), kinds=False)
    file.write_text(file.read_text(encoding="utf-8") + "\n2015-01-01,,\n", encoding="utf-8")
    result = CliRunner().invoke(app, ["backtest", str(file), "--horizon", "90", "--horizon", "30", "--json"])
    assert result.exit_code == 0
    told = json.loads(result.stdout)["horizons"]
    assert [one["days"] for one in told] == [90, 30]
    assert set(told[0]) == {
        "days", "n", "cutoffs", "base_rate", "brier", "skill", "count_coverage", "count_width", "reliability",
    }  # fmt: skip
    assert set(told[0]["brier"]) == {"planned", "base", "ours"}
    assert "1行" in result.stderr  # 没有计划竣工日的一行，说了没用
    assert "当时未必如此" in result.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "应有列"),
        ("started_on,planned_on,completed_on\n2020-13-01,2021-01-01,\n", "第2行 started_on"),
        ("started_on,planned_on,completed_on\n\n2020-01-01,2021-01-011,\n", "第3行 planned_on"),
        ('started_on,planned_on,completed_on,kind\n2020-01-01,2021-01-01,,"a\nb"\n,x,\n', "第4行 planned_on"),
        ("started_on,planned_on,completed_on\n", "没有一行"),
    ],
)
def test_a_table_that_is_none_is_refused_with_the_line_and_the_reason(tmp_path, text, words):
    file = tmp_path / "x.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(past.BadTable, match=words):
        past.read_csv(file)


# --- the county


def test_the_countys_own_past_backs_its_forecasts(demo_store):
    """The projects of 2018 to 2021 and of this year, each cut-off on its own ledger."""
    told = projects.past_record(snapshot(demo_store, date(2022, 8, 31)), TREE.county.code, 90)
    assert told.skill["ours"] >= 0.20
    assert told.skill["ours"] > told.skill["planned"]


def test_the_zones_and_townships_add_up_to_the_county(demo_store):
    on = date(2022, 8, 31)
    shot = snapshot(demo_store, on)
    county = projects.outlook(shot, TREE.county_area())
    for areas in (map(TREE.zone_area, TREE.zones(on)), map(TREE.township_area, TREE.townships)):
        parts = [projects.outlook(shot, area) for area in areas]
        inside = [p for p in county.projects if any(p.leaf.startswith(t.code) for t in TREE.townships)]
        assert sum(len(p.projects) for p in parts) == len(inside)
        assert sum(p.expected - p.done for p in parts) == pytest.approx(sum(p.chance for p in inside))
    assert county.low <= county.expected <= county.high
    assert county.done < county.low


def test_what_was_known_in_july_forecasts_the_same_before_and_after_august_came_in(own_store):
    then = snapshot(own_store, date(2022, 7, 31), known=date(2022, 7, 31))
    before = projects.outlook(then, TREE.county_area()), households.outlook(then, TREE.county_area())
    store = then.store
    from core.indicators import COUNTINGS

    for batch in store.batches():
        if batch.as_of > date(2022, 7, 31):
            store.withdraw(batch.id, COUNTINGS, by="测试")
    again = snapshot(own_store, date(2022, 7, 31), known=date(2022, 7, 31))
    assert (
        projects.outlook(again, TREE.county_area()),
        households.outlook(again, TREE.county_area()),
    ) == before
    # 回测里七月的预测，也与当时发布的相同。
    june = projects.outlook(snapshot(own_store, date(2022, 6, 30)), TREE.county_area())
    kept = [i for i in record.issued(again, TREE.county_area()) if i.subject == "projects"]
    assert next(i for i in kept if i.as_of == date(2022, 6, 30)).expected == pytest.approx(june.expected)


def test_remaining_risk_never_falls_below_what_prudent_exit_allows(demo_store):
    shot = snapshot(demo_store, date(2022, 8, 31))
    for area in (TREE.county_area(), *map(TREE.township_area, TREE.townships)):
        told = households.outlook(shot, area)
        assert told.floor <= told.expected
        assert told.low is None or told.floor <= told.low <= told.middle <= told.high
    held = shot.value(["411322"], "monitored.open_safety_net.households", 0)
    assert households.outlook(shot, TREE.county_area()).floor >= held


def test_two_exports_are_too_little_history_and_the_reason_is_said(demo_store):
    told = households.outlook(snapshot(demo_store, date(2022, 4, 30)), TREE.county_area())
    assert "不足3次" in told.reason
    village = TREE.village_area(TREE.villages_of(TREE.townships[5])[0])
    assert "太少" in households.outlook(snapshot(demo_store, date(2022, 8, 31)), village).reason


def test_what_an_export_expected_of_the_next_has_a_range_once_there_are_past_ones_to_take_it_from(demo_store):
    shot = snapshot(demo_store, date(2022, 8, 31))
    *early, last = households.next_export_record(shot, "411322")
    assert [one.low for one in early] == [None, None, None]
    assert last.low < last.expected < last.high
    told = forecast_record(shot, Question(TREE.county_area(), shot.as_of), TREE)
    assert told.next_export[-1].expected.endswith(f"（{last.low:,}—{last.high:,}）")
    within = int(last.low <= last.happened <= last.high)
    assert told.next_title.endswith(f"未消除户数1期中{within}期落在区间内")
    june = snapshot(demo_store, date(2022, 6, 30))
    words = forecast_record(june, Question(TREE.county_area(), june.as_of), TREE).next_title
    assert words.endswith("未消除户数的过去不足4次，还没有区间")


def test_before_the_first_export_the_record_has_nothing_to_judge_and_is_no_error(demo_store):
    before = date(2021, 12, 31)
    told = forecast_record(snapshot(demo_store, before), Question(TREE.county_area(), before), TREE)
    assert told.next_export == ()


def test_payments_are_expected_to_grow_and_never_beyond_what_was_arranged(demo_store):
    shot = snapshot(demo_store, date(2022, 8, 31))
    days = [date(2022, 8, 31) + timedelta(days=n) for n in (0, 30, 122, 3000)]
    told = [money.outlook(shot, TREE.county_area(), day) for day in days]
    assert all(a.expected < b.expected for a, b in pairwise(told))
    assert told[0].expected == told[0].now
    arranged = sum(
        shot.value(["411322"], f"projects.fund_{s}", 2022)
        for s in ("central", "province", "city", "county", "integrated")
    )
    assert told[-1].high <= arranged / 100


def test_a_forecast_is_read_within_the_scope_only(demo_store):
    store = Store.open(demo_store)
    yangji = next(t for t in TREE.townships if t.name == "杨集镇")
    own = store.snapshot(Scope(frozenset({yangji.code}), because="杨集镇"), date(2022, 8, 31))
    assert projects.outlook(own, TREE.township_area(yangji)).planned > 0
    for outlook in (projects.outlook, households.outlook):
        with pytest.raises(OutOfScope):
            outlook(own, TREE.county_area())
    with pytest.raises(OutOfScope):
        record.issued(own, TREE.county_area())


def test_every_accepted_ledger_of_the_year_issued_its_forecast_and_a_past_target_is_judged(own_store):
    shot = snapshot(own_store, date(2022, 8, 31))
    issued = record.issued(shot, TREE.county_area())
    assert {i.as_of for i in issued if i.subject == "projects"} == {
        date(2022, 3, 15), date(2022, 4, 30), date(2022, 5, 31), date(2022, 6, 30), date(2022, 7, 31), date(2022, 8, 31),
    }  # fmt: skip
    assert all(i.happened is None and i.held is None for i in issued)
    from sqlalchemy import text

    with shot.store.writing() as connection:
        connection.execute(
            text("update issued_forecast set target_on = '2022-08-31' where as_of = '2022-07-31'")
        )
    judged = [i for i in record.issued(shot, TREE.county_area()) if i.happened is not None]
    done = shot.value(["411322"], "projects.has_completed", 2022)
    assert next(i for i in judged if i.subject == "projects").happened == done
    assert (
        next(i for i in judged if i.subject == "projects").held is False
    )  # 七月说九月底有197—213个，不是八月底


def test_the_sentence_is_the_one_that_a_county_head_repeats(demo_store):
    told = projects.outlook(snapshot(demo_store, date(2022, 8, 31)), TREE.county_area())
    words = completion_words(replace(told, planned=238, expected=211.2, low=205, high=216))
    assert words == "照此进度，9月30日前预计竣工211个左右（205—216），比计划少27个"
    assert completion_words(replace(told, planned=10, expected=10.0, low=10, high=10)).endswith(
        "10个左右，与计划持平"
    )
    assert completion_words(replace(told, planned=10, done=10, projects=())) == "已全部竣工"
    assert completion_words(replace(told, planned=10, done=9, projects=())) == "除终止的1个外，已全部竣工"
    assert [chance_words(p) for p in (0.001, 0.374, 0.999)] == ["不到1%", "37%", "超过99%"]


@pytest.mark.parametrize(
    ("chances", "words"),
    [
        ([], "已全部竣工"),
        ([0.37], "全部按期竣工的可能性为37%"),
        ([0.001, 0.9], "全部按期竣工的可能性不到1%"),
        ([0.374, 0.6], "全部按期竣工的可能性最多38%"),
        ([0.999] * 5, "全部按期竣工的可能性超过99%"),
        ([0.995] * 50, "全部按期竣工的可能性至少75%"),  # 各个都有把握，不等于全部有把握
    ],
)
def test_the_chance_of_all_is_no_more_than_what_holds_however_they_hang_together(demo_store, chances, words):
    told = projects.outlook(snapshot(demo_store, date(2022, 8, 31)), TREE.county_area())
    some = tuple(replace(told.projects[0], chance=c) for c in chances)
    assert all_on_time_words(replace(told, projects=some)) == words


def test_the_spending_is_told_by_the_next_node_with_its_range(demo_store):
    told = money.outlook(snapshot(demo_store, date(2022, 8, 31)), TREE.county_area(), date(2022, 12, 31))
    words = paid_words(replace(told, expected=2.78e8, low=2.44e8, high=3.12e8), 2.89e8)
    assert words == "照此进度，12月31日前预计支付2.78亿元左右（2.44亿元—3.12亿元），为已下达的96.2%"


def test_a_project_stands_still_since_the_first_of_the_ledgers_that_say_the_same_of_it():
    ledger = projects._Ledger.__new__(projects._Ledger)
    ledger._runs = {}
    pictures = []
    for month, said in enumerate("abbb", start=4):
        row, day = SimpleNamespace(**dict.fromkeys(projects.WATCHED, said)), date(2022, month, 1)
        pictures.append(Picture(day, 2022, {"P": State("411322101", day, row)}, {}))
    run = ledger._followed(tuple(pictures))["P"]
    assert (run.since, run.seen, run.looks) == (date(2022, 5, 1), date(2022, 7, 1), 4)
