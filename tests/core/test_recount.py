"""A program that has learned to count something new brings the tallies of old batches up to it."""

import pytest
from sqlalchemy import text

from core import recounting
from core.indicators import COUNTINGS
from core.store import Store, moment
from core.store.batches import timelines
from core.store.tallying import SeriesNames
from tests.core import test_store as small


@pytest.fixture
def store(new_store_url):
    """Three exports, the second known late, one withdrawn and back again: on each engine."""
    made = Store.create(new_store_url, is_demo=False)
    days = (small.MARCH, small.APRIL, small.MAY)
    for day, known, homes in zip(days, (3, 9, 7), (5, 3, 4), strict=True):
        drafted = small.draft(day, small.homes(homes))
        small.accept(
            made,
            drafted,
            known=moment(day.replace(month=known)),
            baseline_on=small.MARCH if known == 3 else None,
        )
    made.withdraw(2, COUNTINGS, by="测试")
    made.reinstate(2, COUNTINGS, by="测试")
    yield made
    made.engine.dispose()


def everything_told(store):
    """{(period, moment): what the tallies say on each day}, as known at every moment; and the sums above the county."""
    told = {}
    with store.engine.connect() as connection:
        for (county, ledger), line in timelines(connection).items():
            names = SeriesNames(connection, ledger)
            for period in line.periods():
                days = line.every_day(period)
                for at in sorted({event.known for event in line.events}):
                    values = names.values(county, period, days, at)
                    told[period, at] = {day: {k: v for k, v in values[day].items() if v} for day in days}
        above = "select place, series, day, sum(amount) from tally where length(place) < 6 group by 1, 2, 3"
        told["above"] = {row for row in connection.execute(text(above)).all() if row[3]}
    return told


def test_what_was_never_counted_or_counted_otherwise_is_made_good_at_every_moment(store):
    before = everything_told(store)
    with store.writing() as connection:
        of = "series in (select id from series where name like 'monitored.{}%')"
        lost = connection.execute(text(f"delete from tally where {of.format('flow.')}")).rowcount
        wrong = f"update tally set amount = amount + 2 where {of.format('remaining')} and length(place) = 12"
        connection.execute(text(wrong))
    assert lost > 10
    assert any("计数账" in words for words in store.amiss(COUNTINGS))
    assert recounting.recount(store, by="测试") > 10
    assert everything_told(store) == before
    assert store.amiss(COUNTINGS) == []
    assert recounting.recount(store, by="测试") == 0


def test_a_program_that_counts_otherwise_recounts_an_older_store_once_by_itself(store, monkeypatch):
    said, before = [], everything_told(store)
    recounting.bring_up_to_date(store, said.append, by="看板")
    assert not recounting.is_due(store)
    with store.writing() as connection:
        connection.execute(text("delete from tally where length(place) > 6"))
    recounting.bring_up_to_date(store, said.append, by="看板")
    assert recounting.recount(store, by="看板", only_if_due=True) == 0
    assert everything_told(store) != before  # the same program does not look again
    monkeypatch.setattr(recounting, "way_of_counting", lambda: "upgraded")
    for _process in range(2):
        recounting.bring_up_to_date(store, said.append, by="看板")
    assert everything_told(store) == before
    assert len(said) == 2  # once for a store that no program had counted, once for the upgrade
    with store.engine.connect() as connection:
        noted = connection.execute(text("select account, detail from journal where kind = 'recounted'")).all()
    assert [account for account, _ in noted] == ["看板", "看板"]
    assert "upgraded" in noted[-1].detail


def test_a_store_that_cannot_be_recounted_now_is_said_to_lack_figures(store, monkeypatch):
    said = []
    monkeypatch.setattr(recounting, "COUNTIES", 0)
    recounting.bring_up_to_date(store, said.append, by="看板")
    assert "python -m core recount" in said[0]
    assert recounting.is_due(store)
