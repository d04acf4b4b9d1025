"""One declaration per indicator, and how each ledger is counted."""

from core.count import Counting
from core.indicators import (
    assets,
    corrections,
    employment,
    findings,
    milestones,
    money,
    monitored,
    petitions,
    projects,
    reports,
)

COUNTINGS: dict[str, Counting] = {
    counting.ledger: counting
    for counting in (
        monitored.COUNTING,
        projects.COUNTING,
        projects.POOL_COUNTING,
        money.ALLOCATIONS,
        money.PAYMENTS,
        milestones.COUNTING,
        reports.COUNTING,
        corrections.COUNTING,
        assets.COUNTING,
        findings.COUNTING,
        petitions.COUNTING,
        employment.COUNTING,
    )
}
