"""The ledger of corrections counts nothing that a figure shows: how many there are, so that a batch can be followed."""

from core.count import Amounts, Baseline, Counting, Picture
from core.tables.corrections import SourceCorrection


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """All corrections that are declared."""
    amounts = Amounts()
    for state in picture.rows.values():
        amounts.add(state.leaf, "all")
    return amounts


COUNTING = Counting(
    ledger="corrections",
    table=SourceCorrection,
    columns=("target", "row_key", "heading", "was", "now", "reason", "document"),
    stock=stock,
)
