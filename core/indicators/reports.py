"""The monthly indicator report: figures of departments, kept as they reported them, in thousandths."""

from core.count import Amounts, Baseline, Counting, Picture
from core.tables.reports import ReportedFigure


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Numerator and denominator (or the bare value) of each reported figure."""
    amounts = Amounts()
    for state in picture.rows.values():
        row = state.row
        for part in ("numerator", "denominator", "value"):
            milli = getattr(row, f"{part}_milli")
            if milli is not None:
                amounts.add(state.leaf, f"{row.code}.{part}", milli)
                amounts.add(state.leaf, f"{row.code}.{part}_reports")
    return amounts


COUNTING = Counting(
    ledger="indicator_report",
    table=ReportedFigure,
    columns=("code", "numerator_milli", "denominator_milli", "value_milli"),
    stock=stock,
    unit_of=lambda row: f"{row.leaf[:9]}:{row.code}",
)
