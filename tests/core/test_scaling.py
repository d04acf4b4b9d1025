"""`core scale`: a province of copies of the demo county, the same whenever it is written."""

from datetime import date

from sqlmodel import SQLModel, col
from typer.testing import CliRunner

from core import realm
from core.__main__ import app
from core.moving import sums
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.tables.regions import Region
from core.views.common import Question
from core.views.overview import overview

SERIES = "monitored.remaining.households"


def scaled(demo_store, path, monkeypatch, counties=3):
    monkeypatch.setenv("COUNTY_STORE", demo_store)
    command = ["scale", "--counties", str(counties), "--out", f"sqlite:///{path}"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    return Store.open(f"sqlite:///{path}")


def test_a_province_is_the_same_whenever_it_is_written_and_the_sum_of_its_counties(
    demo_store, tmp_path, monkeypatch
):
    one = scaled(demo_store, tmp_path / "one.db", monkeypatch)
    other = scaled(demo_store, tmp_path / "other.db", monkeypatch)
    with one.engine.connect() as here, other.engine.connect() as there:
        for table in SQLModel.metadata.sorted_tables:
            assert sums(here, table) == sums(there, table), table.name
    codes = [region.code for region in one.regions(col(Region.upper) == "4113")]
    assert len(codes) == 3
    assert place_tree().county.code in codes
    snapshot = one.snapshot(Scope(frozenset({"41"})), date(2022, 8, 31))
    each = {snapshot.value((code,), SERIES, 0) for code in codes}
    assert len(each) == 1
    assert snapshot.value(("41",), SERIES, 0) == snapshot.value(("4113",), SERIES, 0) == 3 * each.pop() > 0
    said = [first_page(one, code) for code in codes]
    assert said[0] == said[1] == said[2]
    for store in (one, other):
        store.engine.dispose()


def first_page(store, county):
    """The figures of 总览's tiles; a forecast must be possible, and is another one: copies have no history."""
    tree, on = realm.tree_of(store, county), date(2022, 8, 31)
    told = overview(store.snapshot(Scope(frozenset({county})), on), Question(tree.county_area(), on), tree)
    return [tile.text for tile in told.tiles]
