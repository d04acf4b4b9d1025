"""The monthly indicator report: figures of departments, kept as they reported them, in thousandths.

Which figures there are, what they mean and what the plan asks of them is data: data/reference/report_items.csv.
"""

import csv
from functools import lru_cache
from pathlib import Path

from core.count import Amounts, Baseline, Counting, Picture
from core.indicators.indicator import Better, Indicator, Target
from core.places import REFERENCE
from core.tables.reports import ReportedFigure
from core.units import Unit


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Numerator and denominator (or the bare value) of each reported figure. No village reports."""
    amounts = Amounts()
    for state in picture.rows.values():
        row = state.row
        for part in ("numerator", "denominator", "value"):
            milli = getattr(row, f"{part}_milli")
            if milli is not None:
                amounts.add_above_village(state.leaf, f"{row.code}.{part}", milli)
                amounts.add_above_village(state.leaf, f"{row.code}.{part}_reports", 1)
    return amounts


COUNTING = Counting(
    ledger="indicator_report",
    table=ReportedFigure,
    columns=("code", "numerator_milli", "denominator_milli", "value_milli"),
    stock=stock,
    unit_of=lambda row: f"{row.leaf[:9]}:{row.code}",
)

_SPANS = {
    "state": "乡镇某月未报的，沿用其本年最近一次所报。",
    "month": "各月相加，自1月1日累计；未报的月份不计。",
}


def _parts(code: str, is_ratio: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    series = f"indicator_report.{code}"
    return ((f"{series}.numerator",), (f"{series}.denominator",)) if is_ratio else ((f"{series}.value",), ())


@lru_cache(maxsize=1)
def report_indicators(reference: Path = REFERENCE) -> tuple[Indicator, ...]:
    """An indicator for each line of report_items.csv, in its order."""
    with (reference / "report_items.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    ratios = {line["code"]: line["kind"] == "ratio" for line in lines}
    found = []
    for line in lines:
        top, bottom = _parts(line["code"], ratios[line["code"]])
        than = _parts(line["than"], ratios[line["than"]]) if line["than"] else ((), ())
        is_county = line["level"] == "county"
        target = None
        if line["target"]:
            target = Target(line["target"], everywhere=bool(bottom or than[0]) and not is_county, than=than)
        found.append(
            Indicator(
                key=line["key"],
                name=line["name"],
                unit=Unit.YUAN if line["unit"] == "万元" else Unit(line["unit"]),
                definition=line["definition"],
                source=f"要点{line['item']}",
                numerator=top,
                denominator=bottom,
                items=(int(line["item"]),),
                better=Better(line["better"]),
                owner=line["department"],
                county_only=is_county,
                since_new_year=line["span"] == "month",
                target=target,
                caution="" if is_county and line["span"] == "state" else _SPANS[line["span"]],
            )
        )
    return tuple(found)
