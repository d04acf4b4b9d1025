"""Every figure agrees with a second, plain computation straight from the workbooks (tests/oracle.py)."""

import json
import sys
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parent.parent))

from oracle import COUNTY, FIGURES, Oracle

from core.__main__ import app
from core.indicators import COUNTINGS
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.places import place_tree
from core.scope import Scope
from core.store import ALWAYS, Store, moment

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
