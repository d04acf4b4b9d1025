"""Money allocated (下达) and paid (支付), by source, in 分, of the ledger's year."""

from core.count import Amounts, Baseline, Counting, Picture
from core.tables.funds import Allocation, Payment


def by_source(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Money by source. 下达 stands at 县本级, since its documents name no township; a negative payment is 冲回."""
    amounts = Amounts()
    for state in picture.rows.values():
        amounts.add(state.leaf, f"fund_{state.row.source}", state.row.amount_fen)
    return amounts


ALLOCATIONS = Counting(
    ledger="allocations", table=Allocation, columns=("source", "amount_fen"), stock=by_source
)
PAYMENTS = Counting(ledger="payments", table=Payment, columns=("source", "amount_fen"), stock=by_source)
