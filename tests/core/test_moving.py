"""A store moves from SQLite to PostgreSQL and back, and says the same there."""

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from core import moving
from core.__main__ import app
from core.draft import Covered
from core.store import Store, StoreError
from tests.core import test_store as small


@pytest.fixture
def filled(tmp_path):
    store = Store.create(f"sqlite:///{tmp_path / 'from.db'}", is_demo=True)
    small.accept(store, small.draft(small.MARCH, small.homes(5)), baseline_on=small.MARCH)
    small.accept(store, small.draft(small.APRIL, small.homes(3), missing=[small.FIRST]))
    store.withdraw(2, small.COUNTINGS, by="测试")
    yield store
    store.engine.dispose()


def contents(url):
    store = Store.open(url)
    with store.engine.connect() as connection:
        found = {
            table.name: sorted(map(repr, connection.execute(table.select())))
            for table in moving.SQLModel.metadata.sorted_tables
        }
    store.engine.dispose()
    return found


def test_a_store_is_the_same_after_moving_to_postgresql_and_back(filled, new_postgres, tmp_path):
    middle, end = new_postgres(), f"sqlite:///{tmp_path / 'to.db'}"
    runner = CliRunner()
    for source, target in ((filled.url, middle), (middle, end)):
        done = runner.invoke(app, ["move-store", source, target])
        assert done.exit_code == 0, done.output
    assert contents(end) == contents(filled.url) == contents(middle)
    moved = Store.open(middle)
    assert moved.is_demo()
    number = small.accept(moved, small.draft(small.MAY, small.homes(2)))  # numbers go on after the old ones
    assert number == 3
    assert small.remaining(moved, small.MAY)["value"] == 6
    moved.engine.dispose()


def test_moving_onto_a_store_is_refused_and_leaves_it(filled, tmp_path):
    other = Store.create(f"sqlite:///{tmp_path / 'other.db'}", is_demo=False)
    with pytest.raises(StoreError, match="已经有数据库"):
        moving.move(filled.url, other.url, lambda _words: None)
    assert small.count(other, "batch") == 0
    other.engine.dispose()


def test_a_move_that_loses_something_writes_nothing(filled, tmp_path, monkeypatch):
    copy = moving.copy_table

    def loses(source, target, table):
        copied = copy(source, target, table)
        if table.name == "tally":
            target.execute(
                text("update tally set amount = amount + 1 where day = 20220315 and place = '411322'")
            )
        return copied

    monkeypatch.setattr(moving, "copy_table", loses)
    with pytest.raises(StoreError, match="tally"):
        moving.move(filled.url, f"sqlite:///{tmp_path / 'to.db'}", lambda _words: None)
    with pytest.raises(StoreError, match="还没有数据"):
        Store.open(f"sqlite:///{tmp_path / 'to.db'}")


def test_two_counties_of_a_city_publish_side_by_side(new_store_url):
    """Whoever publishes later waits; the sums above hold both, and each revision has a version of its own."""
    from concurrent.futures import ThreadPoolExecutor
    from dataclasses import replace

    store = Store.create(new_store_url, is_demo=False)
    counties = ("411322", "411323", "411324")

    def of(county, number):
        drafted = small.draft(small.MARCH, small.homes(6), number=f"{county}-{number}")
        return replace(
            drafted,
            county=county,
            rows=tuple(replace(r, leaf=county + r.leaf[6:]) for r in drafted.rows),
            coverage=tuple(Covered(0, county + c.unit[6:], c.status) for c in drafted.coverage),
        )

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda c: [small.accept(store, of(c, n)) for n in range(3)], counties))
    assert store.version() == store.version("4113") == 9
    assert [store.version(c) for c in counties] == [3, 3, 3]
    snapshot = store.snapshot(small.Scope(frozenset({"41"})), small.APRIL)
    assert snapshot.value(["41"], "monitored.remaining.households", 0) == 3 * 18
    assert snapshot.value(["4113"], "monitored.remaining.households", 0) == 3 * 18
    assert snapshot.reach("monitored", 0, "41").days == (small.MARCH,)
    assert snapshot.reach("monitored", 0, "41").units == 9
    store.engine.dispose()
