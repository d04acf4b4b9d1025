"""The plan on screen: every numbered item computed, every target used, every clause named."""

import tomllib
from datetime import date

import pytest

from core.indicators.catalogue import BY_KEY, CATALOGUE
from core.indicators.figures import as_json
from core.indicators.indicator import Status, read
from core.indicators.lists import inspection_themes, named_lists
from core.ledgers import LEDGERS
from core.places import REFERENCE, place_tree
from core.plan import latest_plan, plan_of
from core.scope import Scope
from core.store import Store

NOW = date(2022, 8, 31)
ITEMS = range(1, 24)
TREE = place_tree()
# 计划里写明了数字的目标：少一个、改一个，都是漏了计划的目标。
FIGURES_OF_THE_SEED = {
    "baseline_households": 2943,
    "baseline_persons": 8417,
    "monitoring_income_line": 6900,
    "county_matching_yuan": 151_000_000,
    "transition_fund_total_yuan": 300_000_000,
    "industry_share": 0.6,
    "cooperatives": 552,
    "inspection_teams": 17,
    "war_zones": 6,
    "pilot_zones": 4,
    "petition_days": 5,
}
ASKED_OF = {  # the indicator that the plan asks this of
    "risk_elimination_rate_r1_households": "risk_elimination_rate",
    "risk_elimination_rate_r1_persons": "risk_elimination_rate",
    "county_matching_yuan": "county_matching_yuan",
    "transition_fund_total_yuan": "transition_fund_total_yuan",
    "industry_share": "industry_share",
    "industry_share_with_integrated": "industry_share",
    "projects_completed_rate": "projects_completed_rate",
    "petitions_in_time_rate": "petition_days",
    "cooperatives_engaged": "cooperatives",
    "inspection_teams": "inspection_teams",
    "county_matching_to_last_year": "county_matching_to_last_year",
    "audit_coverage_rate": "audit_coverage_rate",
}
DAYS_OF_THE_SEED = {
    "projects_completed_rate": date(2022, 9, 30),
    "risk_elimination_rate": date(2022, 12, 31),
    "county_matching_yuan": date(2022, 12, 31),
    "pilot_zones": date(2022, 12, 31),
}


@pytest.fixture(scope="module")
def snapshot(demo_store):
    store = Store.open(demo_store)
    yield store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), NOW)
    store.engine.dispose()


@pytest.mark.parametrize("item", ITEMS)
def test_every_numbered_item_is_computed_for_the_county_from_an_imported_ledger(snapshot, item):
    computed = [
        reading
        for indicator in CATALOGUE
        if item in indicator.items
        and (reading := read(indicator, snapshot, TREE.county_area())).value is not None
        and reading.status is not Status.NOT_REPORTED
    ]
    assert computed, f"要点{item}没有一个算得出的指标"
    assert all(reading.source for reading in computed)


def test_every_ledger_of_the_county_serves_some_item(snapshot):
    used = {ledger for indicator in CATALOGUE for ledger in indicator.ledgers}
    assert used == LEDGERS.keys() - {"corrections"}  # 更正台账不计数，只用来改正别的台账


def test_every_figure_of_the_plan_is_a_target_or_counted_with_or_the_length_of_a_list():
    used = {indicator.target.figure for indicator in CATALOGUE if indicator.target}
    used |= {key for indicator in CATALOGUE for key in indicator.plan_figures}
    lists = named_lists(TREE, NOW)
    used |= {one.figure for one in lists if one.figure}
    plan = latest_plan(NOW)
    assert {figure.key for figure in plan.figure} == used
    for one in lists:
        if one.figure:
            assert len(one.entries) == plan[one.figure].value, one.title


def test_the_figures_that_the_plan_prints_are_all_in_its_file():
    plan = latest_plan(NOW)
    assert {key: plan[key].value for key in FIGURES_OF_THE_SEED} == FIGURES_OF_THE_SEED
    assert {key: plan[key].by for key in DAYS_OF_THE_SEED} == DAYS_OF_THE_SEED
    assert {key: getattr(BY_KEY[key].target, "figure", None) for key in ASKED_OF} == ASKED_OF
    assert all(figure.clause and figure.about for figure in plan.figure)


def test_every_indicator_names_its_clause_its_items_and_the_unit_that_answers_for_it():
    for indicator in CATALOGUE:
        assert indicator.items, indicator.key
        assert set(indicator.items) <= set(ITEMS)
        assert indicator.owner, indicator.key
        assert indicator.definition.endswith("。"), indicator.key
        assert any(f"要点{n}" in indicator.source for n in indicator.items) or "主要目标" in indicator.source


def test_the_names_and_keys_of_indicators_are_each_their_own():
    assert len(BY_KEY) == len(CATALOGUE)
    assert len({indicator.name for indicator in CATALOGUE}) == len(CATALOGUE)


def test_every_list_of_the_plan_has_entries_and_the_themes_one_for_each_month():
    assert all(one.entries for one in named_lists(TREE, NOW))
    assert len(set(inspection_themes())) == 12


def test_the_flows_reconcile_with_the_stock_everywhere(snapshot):
    areas = [TREE.county_area(), *(TREE.zone_area(z) for z in TREE.zones(NOW))]
    areas += [TREE.township_area(t) for t in TREE.townships]
    for area in areas:
        for unit in ("households", "persons"):
            difference = read(BY_KEY[f"reconciliation_difference_{unit}"], snapshot, area)
            assert difference.value in (0, None), (area.name, unit)


# ---- rhythms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "on", "asked"),
    [
        ("monthly_dispatches", date(2022, 8, 31), 8),
        ("monthly_dispatches", date(2022, 8, 30), 7),
        ("monthly_dispatches", date(2022, 12, 31), 12),
        ("quarterly_bulletins", date(2022, 8, 31), 2),
        ("quarterly_bulletins", date(2022, 9, 30), 3),
        ("year_end_appraisal", date(2022, 12, 30), 0),
        ("year_end_appraisal", date(2022, 12, 31), 1),
        ("monthly_dispatches", date(2021, 12, 31), 0),
        ("monthly_dispatches", date(2023, 1, 1), 12),
    ],
)
def test_a_rhythm_asks_only_for_the_months_and_quarters_that_have_ended(key, on, asked):
    plan = plan_of(2022)
    assert plan[key].value * plan[key].gone(on) == asked


def test_seven_verifications_by_the_end_of_august_are_one_too_few(snapshot):
    county = TREE.county_area()
    assert read(BY_KEY["monthly_dispatches"], snapshot, county).status is Status.ON_TRACK
    assert read(BY_KEY["monthly_verifications"], snapshot, county).status is Status.BEHIND


def test_a_department_that_has_not_filed_this_month_owes_it_by_name(snapshot, demo_store):
    figure = BY_KEY["audit_coverage_rate"]
    assert read(figure, snapshot, TREE.township_area(TREE.townships[0])).text == "县级指标"
    assert read(figure, snapshot, TREE.village_area(TREE.villages[0])).text == "县级指标"
    assert read(BY_KEY["stationed_rate"], snapshot, TREE.village_area(TREE.villages[0])).text == "乡镇级指标"
    store = Store.open(demo_store)
    early = store.snapshot(snapshot.scope, date(2022, 3, 15))
    assert read(figure, early, TREE.county_area()).text == "未报"
    store.engine.dispose()


def test_more_than_last_year_is_asked_of_what_the_plan_wants_to_grow(snapshot):
    county = TREE.county_area()
    for key, before in (
        ("working_persons", "working_persons_last_year"),
        ("welfare_job_persons", "welfare_job_persons_last_year"),
        ("business_income_share", "business_income_share_2021"),
    ):
        reading = read(BY_KEY[key], snapshot, county)
        assert reading.target.value == read(BY_KEY[before], snapshot, county).value


def test_the_county_money_of_2022_is_set_against_the_whole_of_2021(snapshot):
    reading = read(BY_KEY["county_matching_to_last_year"], snapshot, TREE.county_area())
    assert (reading.numerator, reading.denominator) == (1_368_000 * 10_000, 1_420_000 * 10_000)
    assert "2021年全年" in reading.source


def test_as_json_tells_owner_and_target(snapshot):
    told = as_json(CATALOGUE, snapshot, TREE.county_area(), None)["figures"]
    by_key = {figure["key"]: figure for figure in told}
    assert by_key["petitions_in_time_rate"]["owner"] == "信访局"
    assert by_key["cooperatives_engaged"]["target"]["value"] == 552
    assert by_key["microcredit_yuan"]["value"] == by_key["microcredit_yuan"]["numerator"] > 1e6


def test_the_plan_file_is_strict_about_rhythms():
    with (REFERENCE / "plan_2022.toml").open("rb") as file:
        figures = tomllib.load(file)["figure"]
    assert all("by" in f and "from" in f for f in figures if "every" in f)
