"""A program that has learned to count something new brings the tallies of old batches up to it."""

import pytest
from sqlalchemy import text

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
    assert store.recount(COUNTINGS) > 10
    assert everything_told(store) == before
    assert store.amiss(COUNTINGS) == []
    assert store.recount(COUNTINGS) == 0
