"""需要过问的事: each line is true, the gravest stand first, and who sets one aside says why."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.forecasts import projects
from core.indicators import COUNTINGS
from core.indicators.monitored import exit_faults
from core.indicators.projects import Parting, works_and_money
from core.journal import lines as journal_lines
from core.matters import LOOKS, Matter, SnoozeError, matters, order, promises, rules_of, snooze, snoozes
from core.meeting.lists import questions, questions_title
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store
from core.tasks import open_tasks
from core.views.common import Question, number
from core.views.matters import ledger_matters, matter_list
from core.views.projects import projects as projects_page

TREE = place_tree()
ON = date(2022, 8, 31)
COUNTY = Scope(frozenset({TREE.county.code}), because="测试")
AREA = TREE.county_area()


@pytest.fixture
def snapshot(demo_store):
    return Store.open(demo_store).snapshot(COUNTY, ON)


def by_rule(found, rule):
    return {m.place_name: m for m in found if m.rule == rule}


def test_every_rule_is_declared_with_its_clause_and_finds_something_in_the_demo(snapshot):
    assert {r.key for r in rules_of().rule} == {*LOOKS, "late_promises"}
    assert all(r.clause and r.points > 0 for r in rules_of().rule)
    days = [ON, *(date(2022, m, d) for m, d in ((7, 31), (6, 30), (5, 31)))]
    found = {m.rule for day in days for m in matters(snapshot.store.snapshot(COUNTY, day), AREA, TREE)}
    assert found == set(LOOKS)


def test_the_late_projects_of_a_township_are_those_that_the_forecast_gives_less_than_half(snapshot):
    told = by_rule(matters(snapshot, AREA, TREE), "late_projects")
    outlook = projects.outlook(snapshot, AREA)
    for township in TREE.townships:
        late = [p for p in outlook.projects if p.leaf.startswith(township.code) and p.chance < 0.5]
        if late:
            assert told[township.name].what == f"{len(late)}个项目9月30日前难以竣工"
            assert told[township.name].owner.startswith(township.name)
        else:
            assert township.name not in told


def test_lists_of_what_is_overdue_count_by_the_ledgers_day_like_the_figures(snapshot):
    """In September the newest ledgers are of 31 August: nothing gets later by being asked for later."""
    later = snapshot.store.snapshot(COUNTY, date(2022, 10, 20))
    wall = projects_page(later, Question(AREA, later.as_of), TREE).wall
    late = [bar for bar in wall if bar.days_late]
    assert (
        len(late)
        == number(later, "projects_overdue", AREA).value
        == number(snapshot, "projects_overdue", AREA).value
    )
    assert max(bar.days_late for bar in late) == max((ON - bar.planned_to).days for bar in late)
    for rule in ("late_findings", "late_petitions"):
        told, before = (by_rule(matters(one, AREA, TREE), rule) for one in (later, snapshot))
        assert {name: m.late for name, m in told.items()} == {name: m.late for name, m in before.items()}


def test_once_the_deadline_is_reached_every_unfinished_project_is_asked_about(snapshot):
    later = snapshot.store.snapshot(COUNTY, date(2022, 10, 20))
    told = by_rule(matters(later, AREA, TREE), "late_projects")
    for township in TREE.townships:
        place = TREE.township_area(township)
        planned, done = (number(later, f"projects_{what}", place).value for what in ("planned", "completed"))
        left = int(planned - done) - later.value(place.codes, "projects.stage_terminated", 2022)
        words = f"{left}个项目9月30日时限已到，8月31日的台账上未竣工"
        assert (told[township.name].what if township.name in told else None) == (words if left else None)


def test_late_projects_and_faulty_households_say_since_when(snapshot):
    found = matters(snapshot, AREA, TREE)
    outlook = projects.outlook(snapshot, AREA)
    due = {r.key: r.first_planned_on for r in snapshot.rows(COUNTINGS["projects"], "411322", 2022)}
    late, households = by_rule(found, "late_projects"), snapshot.rows(COUNTINGS["monitored"], "411322", 0)
    for township in TREE.townships:
        mine = [due[p.key] for p in outlook.projects if p.leaf.startswith(township.code) and p.chance < 0.5]
        if mine:
            assert late[township.name].since == min((day for day in mine if day < ON), default=None)
    told = by_rule(found, "no_measure")
    assert told
    for name, matter in told.items():
        mine = [r.identified for r in households if r.leaf.startswith(matter.place) and "1" in r.faults]
        assert matter.late.endswith(f"最早的是{min(mine) // 100}年{min(mine) % 100}月"), name
    told = by_rule(found, "improper_exit")
    assert told
    for name, matter in told.items():
        faulty = [
            r
            for r in households
            if r.leaf.startswith(matter.place) and r.is_eliminated and exit_faults(r, ON)
        ]
        first = min(r.eliminated for r in faulty if r.eliminated)
        assert matter.late == f"最早的是{first // 100}年{first % 100}月", name


def test_money_far_from_works_is_said_since_the_ledger_from_which_on_it_never_stopped(snapshot):
    found = matters(snapshot, AREA, TREE)
    months = [date(2022, 3, 15), *(date(2022, month, 1) - timedelta(days=1) for month in range(5, 10))]
    assert months[-1] == ON
    apart = {
        (day, parting): {
            row.leaf[:9]
            for row in snapshot.store.snapshot(COUNTY, day).rows(COUNTINGS["projects"], "411322", 2022)
            if (both := works_and_money(row, day)) and both.parting is parting
        }
        for day in months
        for parting in (Parting.WORKS_AHEAD, Parting.MONEY_AHEAD)
    }
    seen = set()
    for parting, rule in (
        (Parting.WORKS_AHEAD, "works_ahead_of_money"),
        (Parting.MONEY_AHEAD, "money_ahead_of_works"),
    ):
        for matter in by_rule(found, rule).values():
            then = [matter.place in apart[day, parting] for day in reversed(months)]
            together = then.index(False) if False in then else len(months)
            assert matter.since == months[-together], matter
            seen.add(matter.since)
    assert len(seen) > 2


def test_a_silent_township_is_asked_why(snapshot):
    told = by_rule(matters(snapshot, AREA, TREE), "not_reported")
    assert list(told) == ["小史店镇"]
    assert told["小史店镇"].since == date(2022, 7, 31)
    assert told["小史店镇"].is_new


def test_households_without_a_measure_and_faulty_exits_are_the_tallies_figures(snapshot):
    found = matters(snapshot, AREA, TREE)
    for rule, series in (
        ("no_measure", "monitored.fault_1.households"),
        ("improper_exit", "monitored.exit_faulty.households"),
    ):
        told = by_rule(found, rule)
        for township in TREE.townships:
            count = snapshot.value((township.code,), series, 0)
            assert (township.name in told) == bool(count)
            if count:
                assert told[township.name].what.startswith(f"{count}户")


def test_what_is_lost_orders_the_list_and_promises_stand_in_it(demo_store, snapshot):
    found = matters(snapshot, AREA, TREE)
    assert [m.points for m in found] == sorted((m.points for m in found), reverse=True)
    late = promises(snapshot.store, COUNTY, AREA, ON, TREE)
    overdue = [
        t for t in open_tasks(snapshot.store, COUNTY, AREA, ON) if t.overdue_days and not t.reported_on
    ]
    assert len(late) == len(overdue) > 0
    whole = order(found, late)
    assert len(whole) == len(found) + len(late)
    assert [m.points for m in whole] == sorted((m.points for m in whole), reverse=True)


def test_a_reader_sees_the_matters_of_the_own_places_only(demo_store):
    store = Store.open(demo_store)
    (zone,) = TREE.areas("三战区", ON)
    mine = Scope(frozenset(zone.codes), because="三战区指挥长")
    shot = store.snapshot(mine, ON)
    assert {m.place_name for m in matters(shot, zone, TREE)} <= {t.name for t in zone.townships}
    with pytest.raises(OutOfScope):
        matters(shot, AREA, TREE)
    with pytest.raises(OutOfScope):
        promises(store, mine, AREA, ON, TREE)


def test_a_matter_is_set_aside_with_a_reason_until_a_day_and_comes_back(own_store):
    store = Store.open(own_store)
    question = Question(AREA, ON)
    found = ledger_matters(store.snapshot(COUNTY, ON), question, TREE)
    first = found[0]
    for until, reason in (
        (ON, "已安排现场办公"),
        (date(2023, 8, 31), "已安排现场办公"),
        (date(2022, 9, 14), "等"),
    ):
        with pytest.raises(SnoozeError):
            snooze(store, COUNTY, first, until=until, reason=reason, by="测试", on=ON)
    snooze(store, COUNTY, first, until=date(2022, 9, 14), reason="=1+1 已安排现场办公", by="测试", on=ON)
    assert list(snoozes(store, COUNTY, AREA, ON)) == [first.id]
    assert snoozes(store, COUNTY, AREA, date(2022, 9, 14)) == {}
    view = matter_list(found, store, COUNTY, question, TREE)
    assert first.id not in {line.matter.id for line in view.lines}
    assert view.set_aside[0].reason == "=1+1 已安排现场办公"
    elsewhere = Scope(frozenset({"411322999"}), because="别处")
    with pytest.raises(OutOfScope):
        snooze(store, elsewhere, first, until=date(2022, 9, 14), reason="已安排", by="测试", on=ON)
    assert snoozes(store, elsewhere, AREA, ON) == {}
    manager = Scope(frozenset(), because="管理员", may_manage_accounts=True)
    with store.engine.connect() as connection:
        assert [line.kind for line in journal_lines(connection, manager)].count("snoozed") == 1


def test_the_meeting_shows_seven_and_names_where_to_begin(demo_store):
    store = Store.open(demo_store)
    slides = questions(store, COUNTY, AREA, ON)
    assert "件事需要过问，先问" in slides[0].title
    view = matter_list(
        matters(store.snapshot(COUNTY, ON), AREA, TREE), store, COUNTY, Question(AREA, ON), TREE
    )
    assert questions_title([], "方城县") == "没有需要过问的事"
    assert questions_title(view.lines[:1], "方城县").startswith(f"1件事需要过问：{view.lines[0].place}")


def test_a_tie_is_ordered_by_place_and_rule_so_that_the_list_stands_still():
    one = Matter("late_projects", "411322105", "赵河镇", "", "", None, "", "", "projects", 5.0)
    assert order([one], [replace(one, place="411322101")])[0].place == "411322101"
