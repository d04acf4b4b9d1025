"""A page asks as many questions and reads as many rows in a province of many counties as in one of few, and, where it
lists no households, in a county of many households as in one of few."""

import os
import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
import streamlit as st
from sqlalchemy import Engine, Pool, event
from streamlit.testing.v1 import AppTest

from core.accounts import DEMO
from core.draft import Covered
from core.forecasts import households
from core.matters import Matter, snooze
from core.scope import Scope
from core.store import Remembered, Store
from core.tables.regions import Region
from core.tasks import raise_task
from pages.pieces import chart, parts
from pages.pieces import store as process
from tests.core import test_store as small

SHELL = small.ROOT / "pages" / "shell" / "shell.py"
PAGES = SHELL.parents[1]
HOME = small.COUNTY
FIRST = "leaders/overview"
ABOVE = ("topics/monitoring", "topics/risk", "topics/projects", "office/definitions")
EVERY = {
    f"{folder}/{file.stem}"
    for folder in ("leaders", "topics", "office")
    for file in (PAGES / folder).glob("[!_]*.py")
}
OF_COUNTY = sorted(EVERY - {FIRST, "office/accounts"})  # accounts are read without a place
LISTING = {"office/quality", "topics/risk"}  # households to be looked at, one by one
LEARNING = {"office/record"}  # 回测: what the method would have said of each household then


def province(path, others, homes=5):
    """A city of one county and a city of so many others, each county with three small exports."""
    store = Store.create(f"sqlite:///{path}", is_demo=True)
    regions = [Region(code="41", upper="", name="示例省")]
    for city, size in (("4113", 1), ("4101", others)):
        regions.append(Region(code=city, upper="41", name=f"示例{city[2:]}市"))
        codes = [HOME if (city, n) == ("4113", 22) else f"{city}{n:02}" for n in range(22, 22 + size)]
        for code in codes:
            regions.append(Region(code=code, upper=city, name=f"示例{code[2:]}县", copy_of=HOME))
            for day, left in ((small.MARCH, homes), (small.APRIL, homes - 1), (small.MAY, homes - 2)):
                drafted = small.draft(day, small.homes(left), number=f"{code}-{day}")
                rows = tuple(replace(r, leaf=code + r.leaf[6:]) for r in drafted.rows)
                covered = tuple(Covered(0, code + c.unit[6:], c.status) for c in drafted.coverage)
                drafted = replace(drafted, county=code, rows=rows, coverage=covered)
                small.accept(store, drafted, baseline_on=small.MARCH)
        for code in codes:
            promised_and_set_aside(store, code)
    with store.writing() as connection:
        connection.execute(Region.__table__.insert(), [r.model_dump() for r in regions])
    store.engine.dispose()
    return store.url


def promised_and_set_aside(store, county):
    """A promise of a meeting and a matter set aside, as each county has them."""
    its, until = Scope(frozenset({county}), because="测试"), date(2022, 6, 30)
    raise_task(
        store, its, place=county, what="逐户研判", owner="县乡村振兴局局长", due_on=until, next_step="报结果", on=small.MAY,
        by="测试",
    )  # fmt: skip
    matter = Matter("no_measure", county, "", "", "", None, "", "", "", 1.0, True)
    snooze(store, its, matter, until=until, reason="已安排现场办公", by="测试", on=small.MAY)


@contextmanager
def counted(url):
    """Counts the statements to one store and the rows that come back while it lasts. A dashboard that ran in this
    process before may still be making its own store's other dates ready."""
    count = {"queries": 0, "rows": 0}

    def asked(connection, *_):
        count["queries"] += str(connection.engine.url) == url

    def connected(connection, _record):
        if connection.execute("pragma database_list").fetchone()[2] != url.removeprefix("sqlite:///"):
            return

        def row(_cursor, values):
            count["rows"] += 1
            return values

        connection.row_factory = row

    event.listen(Engine, "after_cursor_execute", asked)
    event.listen(Pool, "connect", connected)
    try:
        yield count
    finally:
        event.remove(Engine, "after_cursor_execute", asked)
        event.remove(Pool, "connect", connected)


def forget():
    """As a process that has read nothing yet."""
    st.cache_data.clear()
    st.cache_resource.clear()
    process.open_store.cache_clear()
    parts.VIEWS, parts.MAPS, chart.DRAWN = Remembered(), Remembered(), Remembered()


def forecast():
    """What a process makes ready by itself (pages/pieces/warming): a forecast follows each household of its county."""
    store = process.open_store(os.environ["COUNTY_STORE"])
    told = households.outlook(store.snapshot(small.WHOLE, small.MAY), small.TREE.county_area())
    assert isinstance(told, households.RemainingOutlook)
    store.engine.dispose()  # rows are counted on connections that are opened later


def costs(url, monkeypatch):
    """{(page, place): what its first view costs a process that has read nothing yet, and has its forecast}."""
    monkeypatch.setenv("COUNTY_STORE", url)
    monkeypatch.setattr(st, "user", {"sign_in": DEMO})  # as the gate says of whoever opens a demo store
    found = {}
    for place, pages in (("41", ABOVE), (HOME, OF_COUNTY)):
        for page in (FIRST, *pages):
            forget()
            forecast()
            with counted(url) as count:
                app = AppTest.from_file(str(SHELL), default_timeout=60)
                app.query_params["place"] = place
                app.run()
                if page != FIRST:
                    app.switch_page(str(PAGES / f"{page}.py")).run()
                    assert len(app.main.children) > 1  # the page stands under the filter
            assert not app.exception, app.exception
            assert app.session_state["question"].area.root == place
            found[page, place] = count
    return found


@pytest.fixture(autouse=True)
def _forget():
    yield
    forget()


def test_no_page_asks_more_or_reads_more_when_there_are_more_counties_or_households(tmp_path, monkeypatch):
    few = costs(province(tmp_path / "few.db", 1), monkeypatch)
    many = costs(province(tmp_path / "many.db", 6), monkeypatch)
    assert all(count["queries"] and count["rows"] for count in few.values())
    assert len(few) == 2 + len(ABOVE) + len(OF_COUNTY)
    assert many == few
    full = costs(province(tmp_path / "full.db", 1, homes=20), monkeypatch)
    assert {page for page in few if full[page] != few[page]} == {(p, HOME) for p in LISTING | LEARNING}
    assert {p: c["queries"] for p, c in full.items()} == {p: c["queries"] for p, c in few.items()}


def opened(page, place):
    """A page of this process's store at a place, as somebody opens it."""
    app = AppTest.from_file(str(SHELL), default_timeout=60)
    app.query_params["place"] = place
    app.run()
    if page != FIRST:
        app.switch_page(str(PAGES / f"{page}.py")).run()
    assert not app.exception, (page, app.exception)
    return app


def words(app):
    return "\n".join(one.value for one in (*app.main.markdown, *app.main.caption, *app.main.info))


def test_above_the_county_no_page_says_that_there_are_no_projects_or_households(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_STORE", province(tmp_path / "one.db", 1))
    monkeypatch.setattr(st, "user", {"sign_in": DEMO})
    for page in ("topics/projects", "topics/risk", "topics/pilot_zones"):
        told = words(opened(page, "41"))
        assert "按县查看" in told, page
        assert not re.search(r"未竣工0个|核查的消除：0户|待查：0户|没有县级示范片区", told), (page, told)


def test_another_county_is_told_with_its_own_places(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_STORE", province(tmp_path / "one.db", 1))
    monkeypatch.setattr(st, "user", {"sign_in": DEMO})
    other = "410122"
    for page in OF_COUNTY:
        app = opened(page, other)
        assert app.session_state["question"].area.root == other
    show = opened("leaders/meeting", other)
    (link,) = (one.proto.url for one in show.main.get("link_button"))
    assert f"county={other}" in link
