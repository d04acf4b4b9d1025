"""The store: what it opens, what it refuses, and what it says of a county that reports late or not at all."""

import hashlib
import itertools
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

import core.store
import core.tables
from core.draft import Covered, Draft, DraftRow, Problem
from core.indicators import COUNTINGS
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import ALWAYS, Store, StoreError, moment

ROOT = Path(__file__).parents[2]
TREE = place_tree()
COUNTY = TREE.county.code
WHOLE = Scope(frozenset({COUNTY}), because="测试")
UNITS = [t.code for t in TREE.townships[4:7]]
FIRST, SECOND = UNITS[:2]
VILLAGE = {unit: TREE.villages_of(TREE[unit])[0].code for unit in UNITS}
MARCH, APRIL, MAY = date(2022, 3, 15), date(2022, 4, 30), date(2022, 5, 31)
NUMBERS = itertools.count(1)


@pytest.fixture
def store(new_store_url):
    """An empty store, on each engine."""
    made = Store.create(new_store_url, is_demo=False)
    yield made
    made.engine.dispose()


on_sqlite = pytest.mark.parametrize("new_store_url", ["sqlite"], indirect=True)


def household(**changes):
    return {
        "kind": "borderline",
        "persons": 3,
        "is_eliminated": False,
        "is_safety_net": False,
        "identified": 202101,
        "eliminated": None,
        "elimination_way": "",
        "causes": ["illness"],
        "measures": ["健康帮扶"],
        "has_contact_officer": True,
        "members": [],
        **changes,
    }


def draft(as_of, homes, missing=(), units=UNITS, problems=(), number=None):
    """A workbook: {key: (unit, values)}, over these units, some of them missing."""
    number = number or next(NUMBERS)
    return Draft(
        ledger="monitored",
        county=COUNTY,
        file_name=f"{number}.xlsx",
        file_hash=hashlib.sha256(f"{number}".encode()).hexdigest(),
        as_of=as_of,
        rows=tuple(DraftRow(key, VILLAGE[unit], 0, values) for key, (unit, values) in homes.items()),
        coverage=tuple(Covered(0, u, "missing" if u in missing else "reported") for u in units),
        problems=problems,
    )


def homes(count=5, units=UNITS):
    return {f"{unit}-{n}": (unit, household(persons=n % 4 + 1)) for unit in units for n in range(count)}


def accept(store, drafted, **options):
    return store.accept(drafted, COUNTINGS, by="测试", **options)


def told(store, as_of, place="方城县", known_by=ALWAYS, scope=WHOLE):
    (area,) = TREE.areas(place, as_of)
    result = as_json(CATALOGUE, store.snapshot(scope, as_of, known_by), area, None)
    return {figure["key"]: figure for figure in result["figures"]}


def remaining(store, as_of, place="方城县", known_by=ALWAYS):
    return told(store, as_of, place, known_by)["monitored_households_remaining"]


def count(store, table):
    with store.engine.connect() as connection:
        return connection.execute(text(f"select count(*) from {table}")).scalar_one()


# --- opening


def chinese(error) -> str:
    said = str(error.value)
    assert "请" in said
    assert "Traceback" not in said
    return said


def test_a_store_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(StoreError) as error:
        Store.open(f"sqlite:///{tmp_path / 'none.db'}")
    assert "init" in chinese(error)
    assert not (tmp_path / "none.db").exists()


def test_an_empty_file_is_no_store(tmp_path):
    (tmp_path / "empty.db").touch()
    with pytest.raises(StoreError) as error:
        Store.open(f"sqlite:///{tmp_path / 'empty.db'}")
    assert "init" in chinese(error)


def test_a_file_that_is_no_database_is_refused_with_a_sentence(tmp_path):
    (tmp_path / "letter.db").write_text("这不是数据库" * 200, encoding="utf-8")
    with pytest.raises(StoreError) as error:
        Store.open(f"sqlite:///{tmp_path / 'letter.db'}")
    chinese(error)


@on_sqlite
def test_a_store_of_a_newer_version_is_refused_and_left_alone(store):
    with store.engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    store.engine.dispose()
    with pytest.raises(StoreError) as error:
        Store.open(store.url)
    assert "更新的版本" in chinese(error)
    with sqlite3.connect(store.engine.url.database) as connection:
        assert connection.execute("select version_num from alembic_version").fetchone() == ("9999",)


def test_a_store_is_made_once(store):
    accept(store, draft(MARCH, homes()))
    with pytest.raises(StoreError, match="已经有数据库"):
        Store.create(store.url, is_demo=True)
    assert not store.is_demo()
    assert remaining(store, MARCH)["value"] == 15


def test_a_demo_store_says_so_and_a_real_one_does_not(demo_store, store):
    assert Store.open(demo_store).is_demo()
    assert not Store.open(store.url).is_demo()


def test_the_migrations_make_exactly_the_tables_of_the_models(store):
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize(
    "statement",
    [
        "insert into batch_row (batch_id, row_id) values (999, 999)",
        "insert into coverage (batch_id, period, unit, status) values (999, 0, 'x', 'none')",
    ],
)
def test_foreign_keys_hold(store, statement):
    with store.engine.connect() as connection, pytest.raises(Exception, match=r"(?i)foreign key"):
        connection.execute(text(statement))


# --- scope


def test_a_township_cannot_read_another_township(demo_store):
    opened = Store.open(demo_store)
    own, other = TREE.find_units("杨集镇")[0], TREE.find_units("独树镇")[0]
    snapshot = opened.snapshot(Scope(frozenset({own.code}), because="杨集镇"), date(2022, 8, 31))
    assert snapshot.value([own.code], "monitored.remaining.households", 0) > 0
    own_village, other_village = TREE.villages_of(own)[0], TREE.villages_of(other)[0]
    snapshot.load([own_village.code], 0)
    for place in (other.code, other_village.code, COUNTY):
        with pytest.raises(OutOfScope) as error:
            snapshot.value([place], "monitored.remaining.households", 0)
        assert "权限" in str(error.value)
        assert other.name not in str(error.value)  # says nothing of what is there
        with pytest.raises(OutOfScope):
            snapshot.slices([own.code, place], "monitored.remaining.households@type", 0)
        with pytest.raises(OutOfScope):
            snapshot.rows(COUNTINGS["monitored"], place, 0)
    assert {row.leaf[:9] for row in snapshot.rows(COUNTINGS["monitored"], own.code, 0)} == {own.code}


def test_a_scope_of_no_place_reads_nothing(demo_store):
    snapshot = Store.open(demo_store).snapshot(Scope(frozenset()), date(2022, 8, 31))
    with pytest.raises(OutOfScope):
        snapshot.value([COUNTY], "monitored.remaining.households", 0)


# --- late, missing, zero


def test_a_late_workbook_counts_from_the_day_it_was_known(store):
    accept(store, draft(MARCH, homes(5)), known=moment(date(2022, 3, 16)))
    accept(store, draft(APRIL, homes(3)), known=moment(date(2022, 5, 20)))
    before, after = moment(date(2022, 5, 19)), moment(date(2022, 5, 20))
    assert remaining(store, APRIL, known_by=before)["value"] == 15
    assert remaining(store, APRIL, known_by=after)["value"] == 9
    assert remaining(store, MARCH)["value"] == 15


def test_an_older_workbook_that_comes_late_does_not_replace_a_newer_one(store):
    accept(store, draft(MAY, homes(2)))
    accept(store, draft(APRIL, homes(4)))
    assert remaining(store, MAY)["value"] == 6
    assert remaining(store, APRIL)["value"] == 12


def test_a_township_that_did_not_report_has_no_value_and_keeps_what_it_had(store):
    accept(store, draft(MARCH, homes(5)))
    accept(store, draft(APRIL, {k: v for k, v in homes(3).items() if v[0] != FIRST}, missing=[FIRST]))
    name = TREE[FIRST].name
    figure = remaining(store, APRIL, name)
    assert figure["value"] is None
    assert figure["status"] == "not_reported"
    assert (figure["carried_value"], figure["carried_as_of"]) == (5, "2022-03-15")
    assert figure["text"] == "4月30日未报（3月15日：5户）"


def test_the_countys_sum_carries_the_missing_township_and_names_it(store):
    accept(store, draft(MARCH, homes(5)))
    accept(store, draft(APRIL, {k: v for k, v in homes(3).items() if v[0] != FIRST}, missing=[FIRST]))
    figure = remaining(store, APRIL)
    assert figure["value"] == 3 + 3 + 5
    assert TREE[FIRST].name in figure["missing"]
    assert TREE[FIRST].name in figure["source"]


def test_the_countys_sum_gives_the_oldest_date_that_is_in_it(store):
    accept(store, draft(MARCH, homes(5)))
    accept(store, draft(APRIL, {k: v for k, v in homes(3).items() if v[0] != FIRST}, missing=[FIRST]))
    figure = remaining(store, APRIL)
    assert "3月15日" in figure["text"] + figure["source"]


def test_a_township_where_the_clerk_says_that_there_is_nothing_is_zero(store):
    drafted = draft(MARCH, {k: v for k, v in homes(3).items() if v[0] != FIRST})
    coverage = tuple(Covered(0, c.unit, "none") if c.unit == FIRST else c for c in drafted.coverage)
    accept(store, replace(drafted, coverage=coverage))
    figure = remaining(store, MARCH, TREE[FIRST].name)
    assert figure["value"] == 0
    assert figure["text"] == "0户"


def test_in_the_demo_xiaoshidian_is_missing_in_august(demo_store):
    opened = Store.open(demo_store)
    july, august = date(2022, 7, 31), date(2022, 8, 31)
    had = remaining(opened, july, "小史店镇")
    figure = remaining(opened, august, "小史店镇")
    assert figure["value"] is None
    assert figure["text"] == f"8月31日未报（7月31日：{had['value']}户）"
    assert (figure["carried_value"], figure["carried_as_of"]) == (had["value"], "2022-07-31")
    county = remaining(opened, august)
    parts = [remaining(opened, august, place.name) for place in TREE.townships]
    farm = opened.snapshot(WHOLE, august).value([TREE.others[0].code], "monitored.remaining.households", 0)
    assert (
        county["value"]
        == sum(p["value"] if p["value"] is not None else p["carried_value"] for p in parts) + farm
    )
    assert county["missing"] == ["小史店镇"]


def test_in_the_demo_guaihe_came_late_in_june(demo_store):
    opened = Store.open(demo_store)
    june = date(2022, 6, 30)
    early, late = moment(date(2022, 7, 1)), moment(date(2022, 7, 5), end_of_day=True)
    figure = remaining(opened, june, "拐河镇", early)
    assert figure["value"] is None
    assert figure["carried_as_of"] == "2022-05-31"
    assert remaining(opened, june, "拐河镇", late)["value"] is not None
    assert remaining(opened, june, "拐河镇", late) == remaining(opened, june, "拐河镇")


def test_nothing_at_all_is_not_zero(store):
    figure = remaining(store, MARCH)
    assert figure["value"] is None
    assert "未报" in figure["text"]


# --- accepting


def test_a_draft_with_a_problem_does_not_enter(store):
    problem = Problem("表!C2", "乡镇名", "卷桥镇", "改为“券桥镇”")
    with pytest.raises(StoreError, match="未写入"):
        accept(store, draft(MARCH, homes(), problems=(problem,)))
    assert store.batches() == []
    assert count(store, "batch_row") == 0


def test_a_batch_that_fails_half_way_leaves_nothing(store):
    """Rows and tallies come in one transaction."""
    bad = homes()
    bad["x"] = (FIRST, household(persons=None))
    with pytest.raises(Exception, match=r"(?i)not[ -]null"):
        accept(store, draft(MARCH, bad))
    assert store.batches() == []
    for table in ("batch", "coverage", "event", "batch_row", "tally", "published"):
        assert count(store, table) == 0


def test_the_same_file_is_refused_while_it_is_in_force_and_new_after_its_withdrawal(store):
    one = draft(MARCH, homes(), number="one")
    first = accept(store, one)
    with pytest.raises(StoreError, match=f"第{first}批"):
        accept(store, one)
    store.withdraw(first, COUNTINGS, by="测试")
    second = accept(store, one)
    assert second != first
    with pytest.raises(StoreError, match=f"第{second}批"):
        store.reinstate(first, COUNTINGS, by="测试")
    assert [b.in_force for b in store.batches()] == [False, True]


def test_a_withdrawn_batch_is_kept_with_who_did_it(store):
    accept(store, draft(MARCH, homes()))
    store.withdraw(1, COUNTINGS, by="甲")
    store.reinstate(1, COUNTINGS, by="乙")
    (line,) = store.batches()
    assert [(kind, by) for kind, _, by in line.events] == [
        ("accepted", "测试"),
        ("withdrawn", "甲"),
        ("reinstated", "乙"),
    ]
    assert line.in_force
    assert line.rows == 15
    with pytest.raises(StoreError, match="无需恢复"):
        store.reinstate(1, COUNTINGS, by="测试")
    with pytest.raises(StoreError, match="没有第7批"):
        store.withdraw(7, COUNTINGS, by="测试")


def test_the_version_changes_when_a_figure_may_have_changed(store):
    versions = [store.version()]
    accept(store, draft(MARCH, homes()))
    versions.append(store.version())
    store.withdraw(1, COUNTINGS, by="测试")
    versions.append(store.version())
    assert versions == sorted(set(versions))


def test_a_withdrawal_leaves_what_was_known_before_it(store):
    accept(store, draft(MARCH, homes(5)), known=moment(MARCH))
    accept(store, draft(APRIL, homes(3)), known=moment(APRIL))
    store.withdraw(2, COUNTINGS, by="测试")
    assert remaining(store, APRIL)["value"] == 15
    assert remaining(store, APRIL, known_by=moment(MAY))["value"] == 9


def test_a_clock_set_back_does_not_put_a_withdrawal_before_its_acceptance(store, monkeypatch):
    accept(store, draft(MARCH, homes(5)))
    accept(store, draft(APRIL, homes(3)))

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2001, 1, 1, tzinfo=tz or UTC)

    monkeypatch.setattr(core.store.door, "datetime", Earlier)
    store.withdraw(2, COUNTINGS, by="测试")
    monkeypatch.undo()
    assert remaining(store, APRIL)["value"] == 15
    assert not store.batches()[1].in_force
    store.reinstate(2, COUNTINGS, by="测试")
    assert remaining(store, APRIL)["value"] == 9


# --- the baseline


def test_the_baseline_is_frozen_once(store):
    accept(store, draft(MARCH, homes(5)), baseline_on=MARCH)
    accept(store, draft(MARCH, homes(4)), baseline_on=MARCH)
    kinds = [kind for line in store.batches() for kind, _, _ in line.events]
    assert kinds.count("baseline") == 1
    assert told(store, MARCH)["risk_elimination_rate_r1_households"]["denominator"] == 15


def test_a_workbook_of_another_day_or_of_a_part_freezes_nothing(store):
    accept(store, draft(APRIL, homes(5)), baseline_on=MARCH)
    accept(store, draft(MARCH, homes(3), missing=[FIRST]), baseline_on=MARCH)
    assert "baseline" not in [kind for line in store.batches() for kind, _, _ in line.events]
    assert told(store, APRIL)["risk_elimination_rate_r1_households"]["value"] is None


def test_a_baseline_whose_batch_is_withdrawn_is_frozen_anew_by_the_next(store):
    accept(store, draft(MARCH, homes(5)), baseline_on=MARCH)
    store.withdraw(1, COUNTINGS, by="测试")
    accept(store, draft(MARCH, homes(4)), baseline_on=MARCH)
    assert told(store, MARCH)["risk_elimination_rate_r1_households"]["denominator"] == 12


def test_a_household_that_is_no_longer_in_the_export_stays_in_the_denominator(store):
    accept(store, draft(MARCH, homes(5)), baseline_on=MARCH)
    gone = homes(5)
    gone.pop(f"{FIRST}-0")
    gone[f"{FIRST}-1"] = (FIRST, household(is_eliminated=True, eliminated=202204, elimination_way="帮扶消除"))
    accept(store, draft(APRIL, gone))
    figure = told(store, APRIL)["risk_elimination_rate_r1_households"]
    assert (figure["numerator"], figure["denominator"]) == (1, 15)


# --- size


def test_an_unchanged_household_is_kept_once(store):
    accept(store, draft(MARCH, homes(20)))
    table = COUNTINGS["monitored"].table.__tablename__
    kept = count(store, table)
    changed = homes(20)
    changed[f"{FIRST}-0"] = (FIRST, household(persons=9))
    accept(store, draft(APRIL, changed))
    assert count(store, table) - kept == 1
    assert count(store, "batch_row") == 120


def test_in_the_demo_six_exports_are_kept_as_far_fewer_rows_than_they_have(demo_store):
    opened = Store.open(demo_store)
    listed = sum(b.rows for b in opened.batches() if b.ledger == "monitored")
    kept = count(opened, COUNTINGS["monitored"].table.__tablename__)
    assert listed > 20_000
    assert kept < listed * 0.5


# --- two at once


def test_a_page_reads_on_when_postgresql_closed_its_connection(new_postgres):
    store = Store.create(new_postgres(), is_demo=False)
    end = "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    assert store.version(COUNTY) == 0  # its connection waits in the pool
    other = Store(store.url)
    with other.engine.connect() as connection:
        assert connection.execute(text(end)).scalar_one() > 0
    assert store.version(COUNTY) == 0
    other.engine.dispose()
    store.engine.dispose()


def test_a_household_that_moved_is_listed_where_the_newer_export_has_it(store):
    accept(store, draft(MARCH, {"moved": (FIRST, household()), "stays": (FIRST, household())}))
    accept(store, draft(APRIL, {"moved": (SECOND, household())}, missing=[u for u in UNITS if u != SECOND]))
    snapshot = store.snapshot(WHOLE, APRIL)
    listed = {unit: [row.key for row in snapshot.rows(COUNTINGS["monitored"], unit, 0)] for unit in UNITS}
    assert (listed[FIRST], listed[SECOND]) == (["stays"], ["moved"])
    whole = snapshot.rows(COUNTINGS["monitored"], COUNTY, 0)
    assert sorted(row.key for row in whole) == ["moved", "stays"]


TWO = """
import sys
sys.path[:0] = [{root!r}, {here!r}]
from datetime import date
import test_store as t
from core.store import Store
store = Store.open({url!r})
print("ready", flush=True)
sys.stdin.readline()
for number in {numbers!r}:
    t.accept(store, t.draft(date(2022, 3, 15), t.homes(30), number=number))
"""


def test_two_processes_that_accept_at_the_same_time_both_succeed(store):
    def start(numbers):
        code = TWO.format(root=str(ROOT), here=str(Path(__file__).parent), url=store.url, numbers=numbers)
        return subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    both = [start([f"{name}{n}" for n in range(4)]) for name in "ab"]
    for process in both:
        assert process.stdout.readline() == "ready\n", process.stderr.read()
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert len(store.batches()) == 8
    assert all(b.in_force for b in store.batches())
    assert remaining(store, MARCH)["value"] == 90
