"""The ledgers of the county: key, title, and in which periods their batches replace each other."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class LedgerFacts:
    """`period`: none (one running ledger), year (a ledger a year) or month (a report each 期别)."""

    key: str
    title: str
    period: str
    is_everywhere: bool = True  # False: a place that no workbook ever named has none, and owes no report
    reaches_villages: bool = (
        True  # False: its rows name the township at most, so a village has no figure of it
    )


LEDGERS = {
    facts.key: facts
    for facts in (
        LedgerFacts("monitored", "监测对象信息", "none"),
        LedgerFacts("projects", "项目台账", "year"),
        LedgerFacts("pool", "项目库", "year"),
        LedgerFacts("allocations", "资金下达台账", "year"),
        LedgerFacts("payments", "资金支付台账", "year", reaches_villages=False),
        LedgerFacts("milestones", "示范片区节点", "year", is_everywhere=False, reaches_villages=False),
        LedgerFacts("indicator_report", "指标月报", "month", reaches_villages=False),
        LedgerFacts("corrections", "更正台账", "none", is_everywhere=False),
        LedgerFacts("assets", "扶贫项目资产台账", "none"),
        LedgerFacts("findings", "问题整改台账", "year"),
        LedgerFacts("petitions", "信访件台账", "year"),
        LedgerFacts("employment", "务工信息", "none"),
    )
}


def period_of(ledger: str, on: date) -> int:
    """The period that a ledger's figures of a day belong to: 0, 2022 or 202208."""
    kind = LEDGERS[ledger].period
    return {"none": 0, "year": on.year, "month": on.year * 100 + on.month}[kind]
