"""The ranking of townships: what may be ranked, who shares a place, and what it takes to leave the last three."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import cache

import pytest
from pydantic import ValidationError

from core.indicators.catalogue import BY_KEY, CATALOGUE
from core.indicators.figures import as_json
from core.indicators.indicator import Status, read
from core.meeting.deck import map_slide
from core.places import place_tree
from core.ranking import Rule, is_last, last_quarter_end, places, ranking, rules_of, score, steps_out
from core.scope import OutOfScope, Scope
from core.store import Store
from core.views.briefing import Briefing
from core.views.bulletin import bulletin
from core.views.common import Question
from core.views.map import township_map
from core.views.overview import tiles
from core.views.paper import Paragraph
from core.views.township import records, township
from core.views.war_zones import war_zones
from core.views.work_plan import work_places

TREE = place_tree()
WHOLE = Scope(frozenset({TREE.county.code}), because="测试")
RULES = rules_of()
TOWNS, STREETS = RULES.group
AUGUST, JUNE, MARCH = date(2022, 8, 31), date(2022, 6, 30), date(2022, 3, 15)


@pytest.fixture(scope="module")
def store(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def made(store):
    return cache(lambda on: ranking(store.snapshot(WHOLE, on), TREE, on))


@pytest.fixture(scope="module")
def figures(store):
    """figures(township, on): {key: figure} as the command line tells them; tests/oracle.py vouches for them."""

    @cache
    def ask(name, on):
        (area,) = TREE.areas(name, on)
        told = as_json(CATALOGUE, store.snapshot(WHOLE, on), area, None)["figures"]
        return {figure["key"]: figure for figure in told}

    return ask


# --- the rules are data


def test_the_weights_add_up_to_a_hundred_and_every_counted_indicator_says_its_step():
    assert sum(rule.weight for rule in RULES.indicator) == 100
    assert all("{n}" in rule.step for rule in RULES.weighted)


@pytest.mark.parametrize(
    "key",
    [
        "risk_elimination_rate_r1_households",
        "risk_elimination_rate_r2_households",
        "risk_elimination_rate_r3_persons",
        "monitored_households_remaining",
        "no_such_indicator",
    ],
)
def test_the_bare_elimination_rate_and_what_is_no_rate_may_not_be_ranked(key):
    with pytest.raises(ValidationError, match="不能参加排名"):
        Rule(key=key, short="x", weight=Fraction(10), least=5, step="{n}")


def test_risk_work_is_listed_by_r4_alone_without_weight_and_with_the_prudent_exit_check_beside_it(made):
    risk = [rule for rule in RULES.indicator if "elimination" in rule.key]
    assert [(rule.key, rule.weight, rule.beside) for rule in risk] == [
        ("risk_elimination_rate_r4_households", 0, "improper_exit_households")
    ]
    at = RULES.indicator.index(risk[0])
    standings = [row.standings[at] for row in made(AUGUST).rows]
    assert all(s.beside is not None for s in standings)
    assert not any(s.is_last or s.light is Status.BEHIND for s in standings)


# --- places, on invented numbers


def test_equal_ones_share_a_place_and_the_next_place_stays_empty():
    values = {"a": Fraction(9, 10), "b": Fraction(18, 20), "c": Fraction(1, 2), "d": Fraction(1)}
    assert places(values) == {"d": 1, "a": 2, "b": 2, "c": 4}


def test_who_shares_a_place_with_a_better_one_is_not_among_the_last_three():
    stands = places(dict(zip("abcdef", map(Fraction, (9, 8, 7, 7, 6, 5)), strict=True)))
    assert [who for who, place in stands.items() if is_last(place, 6, 3)] == ["e", "f"]


def test_where_all_are_equal_nobody_is_last():
    stands = places(dict.fromkeys("abcde", Fraction(1)))
    assert not any(is_last(place, 5, 3) for place in stands.values())
    assert not is_last(1, 1, 3)


def counts(completed, measures=(50, 50), contact=(10, 10), notice=(10, 10)):
    return dict(
        zip((rule.key for rule in RULES.weighted), (completed, measures, contact, notice), strict=True)
    )


def test_a_small_denominator_is_left_out_and_its_weight_goes_to_the_others():
    whole = counts((5, 10), contact=(0, 10))
    without = {key: value for key, value in whole.items() if key != "contact_officer_rate"}
    assert score(whole, RULES) == Fraction(50 * 5, 10) + 20 + 15
    assert score(without, RULES) == round(Fraction(25 + 20 + 15) / 85 * 100, 2)


def test_who_can_be_compared_in_less_than_half_of_the_weight_is_not_ranked():
    only = {"measures_rate": (50, 50), "contact_officer_rate": (10, 10)}
    assert score(only, RULES) is None
    assert score({}, RULES) is None


def test_the_way_out_of_the_last_three_is_sufficient_and_one_less_is_not():
    amounts = {f"t{n}": counts((n, 20)) for n in range(8, 16)}
    (rule, more), *others = steps_out(amounts, RULES, TOWNS, "t8")
    assert (rule.key, more) == ("projects_completed_rate", 3)  # 11 of 20, as t11: a shared place is enough
    assert others == []  # everything else is done in full already


def test_the_way_out_is_found_where_a_township_counts_by_the_billion():
    """Going through them one by one would not end: a page that a reader waits for must not depend on a count."""
    billion = 10**9
    amounts = {f"t{n}": counts((n * billion, 20 * billion)) for n in range(8, 16)}
    ((rule, more),) = steps_out(amounts, RULES, TOWNS, "t8")
    assert rule.key == "projects_completed_rate"
    assert score(counts((8 * billion + more, 20 * billion)), RULES) == score(amounts["t11"], RULES)
    assert score(counts((8 * billion + more - 1, 20 * billion)), RULES) < score(amounts["t11"], RULES)


def test_where_no_single_indicator_is_enough_no_way_is_promised():
    amounts = {f"t{n}": counts((20, 20)) for n in range(6)} | {
        "last": counts((0, 20), (0, 50), (0, 10), (0, 10))
    }
    assert steps_out(amounts, RULES, TOWNS, "last") == []


def test_the_last_quarter_is_the_one_before_the_one_that_the_day_lies_in():
    days = (AUGUST, JUNE, date(2022, 7, 1), MARCH, date(2022, 12, 31))
    assert [last_quarter_end(on).isoformat() for on in days] == [
        "2022-06-30", "2022-03-31", "2022-06-30", "2021-12-31", "2022-09-30",
    ]  # fmt: skip


# --- the demo county, a second time


def plainly(figures, on, more=None):
    """{township: (place, score)} and {township: {key: place}}, slowly, from the printed figures.
    `more` is (township, key, n): n more of a numerator, to try a hint out."""
    overall, each = {}, {}
    for kinds in (("town", "ethnic_township"), ("subdistrict",)):
        names = [t.name for t in TREE.townships if t.kind in kinds]
        rates, points = {}, {}
        for name in names:
            told = figures(name, on)
            rates[name] = {}
            for rule in RULES.indicator:
                top, bottom = told[rule.key]["numerator"], told[rule.key]["denominator"]
                if more and more[:2] == (name, rule.key):
                    top += more[2]
                if told[rule.key]["value"] is not None and bottom >= rule.least:
                    rates[name][rule.key] = Fraction(top, bottom)
            silent = any(told[r.key]["status"] == "not_reported" for r in RULES.indicator if r.weight)
            weight = sum(r.weight for r in RULES.indicator if r.key in rates[name])
            if not silent and weight >= 50:
                total = sum(r.weight * rates[name][r.key] for r in RULES.indicator if r.key in rates[name])
                points[name] = round(float(total / weight * 100) + 1e-9, 2)
        for name, own in points.items():
            overall[name] = (sorted(points.values(), reverse=True).index(own) + 1, own)
        for name in names:
            each[name] = {}
            for key, own in rates[name].items():
                all_of_it = sorted((r[key] for r in rates.values() if key in r), reverse=True)
                each[name][key] = all_of_it.index(own) + 1
    return overall, each


@pytest.mark.parametrize("on", [MARCH, JUNE, AUGUST], ids=str)
def test_every_place_and_score_is_what_the_printed_figures_give(made, figures, on):
    overall, each = plainly(figures, on)
    for row in made(on).rows:
        name = row.township.name
        assert (row.place, row.score) == overall.get(name, (None, None)), name
        assert {s.rule.key: s.place for s in row.standings if s.place} == each[name], name
    assert len(overall) >= 17


def test_the_change_of_place_counts_from_the_data_date_of_the_last_quarters_end(made, figures):
    now, before = plainly(figures, AUGUST)[0], plainly(figures, JUNE)[0]
    assert made(AUGUST).since == JUNE
    changes = {row.township.name: row.change for row in made(AUGUST).rows}
    assert changes == {
        name: before[name][0] - now[name][0] if name in now and name in before else None for name in changes
    }
    assert any(changes.values())
    assert made(JUNE).since == MARCH
    assert made(MARCH).since is None
    assert all(row.change is None for row in made(MARCH).rows)


def test_streets_are_ranked_apart_from_towns(made):
    rows = made(AUGUST).rows
    streets = [row for row in rows if row.township.kind == "subdistrict"]
    assert sorted(row.place for row in streets) == [1, 2, 3, 4]
    assert {row.group for row in streets} == {STREETS}
    assert next(row.place for row in rows if row.group == TOWNS) == 1
    assert len(rows) == 19


def test_a_tie_of_the_demo_is_shared(made):
    tied = [row for row in made(AUGUST).rows if row.is_tied]
    assert {row.township.name for row in tied} == {"杨集镇", "袁店回族乡"}
    assert len({(row.place, row.score) for row in tied}) == 1


def test_a_township_that_did_not_report_stands_apart_and_not_last(made):
    row = made(AUGUST).of(TREE.find_units("小史店镇")[0])
    assert (row.place, row.is_last, row.is_silent) == (None, False, True)
    assert "监测对象信息未报" in row.remark
    assert row not in made(AUGUST).last
    assert row.of == 14


def test_small_denominators_are_marked_and_not_ranked(made):
    street = made(AUGUST).of(TREE.find_units("广安街道")[0])
    small = {s.rule.key: s.remark for s in street.standings if s.place is None}
    assert set(small) == {"measures_rate", "contact_officer_rate"}
    assert set(small.values()) == {"分母小，不参与排名"}
    assert street.place is not None


def test_of_compared_places_only_the_last_are_behind_and_the_others_below_target_are_warned_of(made):
    for row in made(AUGUST).rows:
        for standing in row.standings:
            if standing.light is Status.BEHIND:
                assert standing.is_last
            if standing.reading.status is Status.BEHIND and not standing.is_last:
                assert standing.light is Status.RECOVERING


def test_every_hint_of_the_demo_is_the_smallest_change_that_leads_out(made, figures):
    """Ranks the county again with one more and one more; the sentence's numbers must be the first that suffice."""
    names = {g.name: [t.name for t in TREE.townships if t.kind in g.kinds] for g in RULES.group}
    last = made(AUGUST).last
    assert [row.township.name for row in last] == ["二郎庙镇", "赵河镇", "拐河镇", "广安街道"]
    for row in last:
        name, ways = row.township.name, []
        for rule in RULES.weighted:
            figure = figures(name, AUGUST)[rule.key]
            if figure["denominator"] < rule.least:
                continue
            for more in range(1, figure["denominator"] - figure["numerator"] + 1):
                overall = plainly(figures, AUGUST, (name, rule.key, more))[0]
                ranked = [who for who in names[row.group.name] if who in overall]
                if overall[name][0] <= len(ranked) - row.group.last:
                    ways.append("再" + rule.step.format(n=more))
                    break
        assert ways, name
        assert row.hint == "，或".join(ways) + f"，即可离开{row.group.last_words}"
    assert [row.hint for row in made(AUGUST).rows if not row.is_last] == [""] * 15


# --- who may see it


def test_a_commander_sees_the_same_ranking_and_a_reader_without_any_place_none(store, made):
    zone = next(z for z in TREE.zones(AUGUST) if z.number == 6)
    own = Scope(frozenset(t.code for t in zone.townships), because="六战区指挥长")
    assert ranking(store.snapshot(own, AUGUST), TREE, AUGUST) == made(AUGUST)
    with pytest.raises(OutOfScope):
        ranking(store.snapshot(Scope(frozenset()), AUGUST), TREE, AUGUST)


# --- the pages' words


def test_the_first_sentence_says_who_in_which_war_zone_is_behind(store):
    view = war_zones(store.snapshot(WHOLE, AUGUST), Question(TREE.county_area(), AUGUST), TREE)
    assert view.title == (
        "乡镇组后三位：二郎庙镇（三战区）、赵河镇（四战区）、拐河镇（六战区）；街道组末位：广安街道（一战区）"
    )
    assert [zone.name for zone in view.zones] == ["一战区", "二战区", "三战区", "四战区", "五战区", "六战区"]
    assert all(zone.commander and zone.deputies and zone.is_example for zone in view.zones)
    assert [len(table.rows) for table in view.tables] == [15, 4]
    for rule in RULES.weighted:
        assert f"{rule.short}{float(rule.weight):g}" in view.weights


def test_in_a_war_zone_its_townships_keep_their_places_in_the_county(store, made):
    (area,) = TREE.areas("六战区", AUGUST)
    own = Scope(frozenset(area.codes), because="六战区指挥长")
    view = war_zones(store.snapshot(own, AUGUST), Question(area, AUGUST), TREE)
    assert view.title == "乡镇组后三位：拐河镇（六战区）"
    assert [zone.name for zone in view.zones] == ["六战区"]
    (table,) = view.tables
    assert {row.township: row.place.text for row in table.rows} == {
        "四里店镇": "2", "杨集镇": "并列8", "拐河镇": "▲ 14",
    }  # fmt: skip


def test_before_any_workbook_the_page_says_that_nothing_can_be_ranked(store):
    on = date(2022, 1, 31)
    view = war_zones(store.snapshot(WHOLE, on), Question(TREE.county_area(), on), TREE)
    assert "未报" in view.title
    assert all(row.score == "" for table in view.tables for row in table.rows)


@pytest.mark.parametrize("name", ["拐河镇", "小史店镇", "赭阳街道"])
def test_a_townships_villages_add_up_to_its_figures(store, figures, name):
    (area,) = TREE.areas(name, AUGUST)
    view = township(store.snapshot(WHOLE, AUGUST), Question(area, AUGUST), TREE)
    told = figures(name, AUGUST)
    for column, key in (
        ("households", "monitored_households_remaining"),
        ("persons", "monitored_persons_remaining"),
        ("projects", "projects_planned"),
        ("completed", "projects_completed"),
        ("overdue", "projects_overdue"),
    ):
        values = [getattr(village, column) for village in view.villages]
        if told[key]["value"] is None:
            assert set(values) == {None}
        else:
            assert sum(values) == told[key]["value"], column
    assert len(view.projects) == told["projects_planned"]["value"]
    late = [line.state.startswith(("▲", "◆")) for line in view.projects]
    assert late == sorted(late, reverse=True)
    assert sum(late) == told["projects_overdue"]["value"]


def test_a_township_page_of_a_township_outside_the_scope_is_refused(store):
    (own,) = TREE.areas("杨集镇", AUGUST)
    (other,) = TREE.areas("拐河镇", AUGUST)
    scope = Scope(frozenset(own.codes), because="杨集镇")
    assert township(store.snapshot(scope, AUGUST), Question(own, AUGUST), TREE).name == "杨集镇"
    with pytest.raises(OutOfScope):
        township(store.snapshot(scope, AUGUST), Question(other, AUGUST), TREE)


def test_a_ledger_that_nobody_keeps_is_told_as_not_reported(store):

    (area,) = TREE.areas("杨集镇", AUGUST)
    shown = records(store.snapshot(WHOLE, AUGUST), area, "no_such_ledger", "问题整改")
    assert (shown.lines, shown.missing[:2]) == ((), "未报")
    kept = records(store.snapshot(WHOLE, AUGUST), area, "milestones", "节点")
    assert kept.missing == ""
    assert kept.lines
    early = date(2022, 1, 31)
    assert "未报" in records(store.snapshot(WHOLE, early), area, "milestones", "节点").missing


def test_the_ranking_is_a_value_that_can_be_kept_and_compared(made):
    import pickle

    kept = pickle.loads(pickle.dumps(made(AUGUST)))
    assert kept == made(AUGUST)
    assert replace(kept, on=JUNE) != kept


@pytest.mark.parametrize("on", [JUNE, AUGUST])
def test_a_township_has_one_light_for_its_completion_wherever_it_is_told(store, made, on):
    """Of compared places only the last three (of the 街道 the last) are 滞后; the others behind are 预警. Ranking, map,
    tile, 六大工程, slide and bulletin say the same, to a commander too."""
    key, shot = "projects_completed_rate", store.snapshot(WHOLE, on)
    ranked = {
        row.township.name: next(s.light for s in row.standings if s.rule.key == key) for row in made(on).rows
    }
    red = {name for name, light in ranked.items() if light is Status.BEHIND}
    alone = {t.name: read(BY_KEY[key], shot, TREE.township_area(t)) for t in TREE.townships}
    for group in RULES.group:
        mine = [t.name for t in TREE.townships if t.kind in group.kinds]
        ours = [n for n in mine if n in red]
        assert 0 < len(ours) <= group.last
        assert max(alone[n].value for n in ours) < min(alone[n].value for n in mine if n not in red)
    assert any(alone[n].status is Status.BEHIND for n, light in ranked.items() if light is Status.RECOVERING)

    view = township_map(shot, Question(TREE.county_area(), on), TREE, key)
    assert view.title.endswith(f"，{len(red)}个乡镇滞后")
    assert {t.name for t in view.townships if t.status is Status.BEHIND} == {
        t.name for t in view.townships if red & set(t.members)
    }
    assert all(t.status_words in t.tooltip for t in view.townships)
    slide = map_slide(shot, Question(TREE.county_area(), on), TREE)
    assert f"{len(red)}个乡镇项目竣工滞后" in slide.title
    assert red == {row[0].words for row in slide.parts[1].rows if row[1].status is Status.BEHIND}
    listed = work_places(shot, Question(TREE.county_area(), on), key, TREE)
    assert red == {line.name for line in listed.lines if line.status is Status.BEHIND}
    paper = bulletin(Briefing(shot, TREE), TREE.county_area())
    (named,) = [
        b.text for b in paper.blocks if isinstance(b, Paragraph) and "个乡镇（街道）项目竣工滞后" in b.text
    ]
    assert named.startswith(f"{len(red)}个乡镇")
    assert all(name in named for name in red)
    for place in TREE.townships:
        own = store.snapshot(Scope(frozenset({place.code})), on)
        tile = tiles(own, Question(TREE.township_area(place), on))[2]
        assert tile.status is ranked[place.name], place.name
