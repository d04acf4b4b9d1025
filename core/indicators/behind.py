"""The rows behind a figure: exactly those that its count counts, because the count itself is asked row by row."""

from dataclasses import dataclass
from typing import Any

from core.count import Picture, State
from core.indicators import COUNTINGS
from core.indicators.indicator import REPORT, Indicator, report_periods, report_units
from core.ledgers import period_of
from core.places import Area
from core.store import Snapshot


@dataclass(frozen=True)
class RowBehind:
    """A row of a ledger, and what it adds to the numerator and the denominator (in the count's unit)."""

    ledger: str
    row: Any
    numerator: int
    denominator: int


def has_rows(indicator: Indicator) -> bool:
    """False for a figure that compares workbooks with each other, with the baseline or with last year, and for one
    that a department reports: no single row of the day makes it. Nor for one whose rows would tell a cause."""
    return not (
        indicator.since_new_year
        or indicator.needs_baseline
        or indicator.at_opening
        or indicator.to_last_year
        or indicator.minus
        or indicator.is_reported
        or indicator.above_village
        or not all(COUNTINGS[ledger].is_by_row for ledger in indicator.ledgers)
    )


def rows_behind(
    indicator: Indicator, snapshot: Snapshot, area: Area, columns: dict[str, tuple[str, ...]]
) -> list[RowBehind]:
    """The rows in force under an area that add to an indicator, with `columns` of each ledger besides what is
    counted. Empty where `has_rows` is False."""
    found = []
    for ledger in indicator.ledgers if has_rows(indicator) else ():
        counting = COUNTINGS[ledger]
        period = period_of(ledger, snapshot.as_of)
        prefix = f"{ledger}."
        tops, bottoms = (
            [name.removeprefix(prefix) for name in series if name.startswith(prefix)]
            for series in (indicator.numerator, indicator.denominator)
        )
        standing = snapshot.mentions(ledger, period, area.root)
        for code in area.codes:
            for row in snapshot.rows(counting, code, period, columns.get(ledger)):
                holder = standing[counting.unit_of(row)].standing
                assert holder is not None, "a row in force stands in a batch"
                state = State(row.leaf, holder.as_of, row)
                alone = Picture(snapshot.as_of, period, {row.key: state})
                counted = counting.stock(alone, None).leaves
                top, bottom = (
                    sum(counted.get((row.leaf, name), 0) for name in names) for names in (tops, bottoms)
                )
                if top or bottom:
                    found.append(RowBehind(ledger, row, top, bottom))
    return found


def reported_rows(
    indicator: Indicator, snapshot: Snapshot, area: Area, columns: tuple[str, ...]
) -> list[tuple[int, Any]]:
    """[(期别, row)]: the lines of the year's monthly reports that say a department's figure, of each unit under an
    area, the newest 期别 first."""
    code = indicator.numerator[0].split(".")[1]
    return [
        (period, row)
        for period in reversed(report_periods(snapshot, area, snapshot.as_of))
        for unit in report_units(indicator.county_only, area)
        for row in snapshot.rows(COUNTINGS[REPORT], unit, period, columns)
        if row.code == code
    ]
