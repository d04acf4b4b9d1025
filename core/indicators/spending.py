"""Money paid over the months of a year, by source and by project (主要目标：按计划完成资金拨付)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.indicators import money
from core.indicators.words import SOURCES
from core.ledgers import period_of
from core.places import Area
from core.store import Snapshot


@dataclass(frozen=True)
class MonthSpending:
    """What was paid from the month `first` to the month `last` (1 to 12), in 分; negative where more came back (冲回).

    `by_source` is None without a payment ledger: its sources are 未报.
    """

    first: int
    last: int
    fen: int
    by_source: Mapping[str, int] | None


def _payments(snapshot: Snapshot, area: Area) -> list[Any]:
    period = period_of("payments", snapshot.as_of)
    columns = ("project", "paid_on")
    return [row for code in area.codes for row in snapshot.rows(money.PAYMENTS, code, period, columns)]


def has_payment_ledger(snapshot: Snapshot, area: Area) -> bool:
    """True when a payment ledger of the year was imported."""
    return bool(_days("payments", snapshot, area))


def _days(ledger: str, snapshot: Snapshot, area: Area) -> list[date]:
    return snapshot.days(ledger, period_of(ledger, snapshot.as_of), area.root)


def by_month(snapshot: Snapshot, area: Area) -> tuple[MonthSpending, ...]:
    """Payments by month up to the last workbook: from the payment ledger by day of payment; without one from the
    working ledger, paid to date at a month's last workbook minus the same before. There a month without a
    workbook joins the next."""
    if has_payment_ledger(snapshot, area):
        return _from_payments(snapshot, area)
    found = []
    month, before = 1, 0
    last_of_month = {
        day.month: day for day in _days("projects", snapshot, area) if day.year == snapshot.as_of.year
    }
    for last, day in sorted(last_of_month.items()):
        paid = snapshot.value(area.codes, "projects.paid", period_of("projects", snapshot.as_of), day)
        found.append(MonthSpending(month, last, paid - before, None))
        month, before = last + 1, paid
    return tuple(found)


def _from_payments(snapshot: Snapshot, area: Area) -> tuple[MonthSpending, ...]:
    paid: dict[int, Counter[str]] = {}
    for row in _payments(snapshot, area):
        paid.setdefault(row.paid_on.month, Counter())[row.source] += row.amount_fen
    until = _days("payments", snapshot, area)[-1].month
    return tuple(
        MonthSpending(
            m, m, sum(paid.get(m, Counter()).values()), {s: paid.get(m, Counter())[s] for s in SOURCES}
        )
        for m in range(1, until + 1)
    )


@dataclass
class ProjectPayments:
    """What one project was paid, in 分: by source, and by month (1 to 12)."""

    by_source: Counter[str] = field(default_factory=Counter)
    by_month: Counter[int] = field(default_factory=Counter)


def by_project(snapshot: Snapshot, area: Area) -> dict[str, ProjectPayments]:
    """{项目编号: its payments} from the payment ledger; empty without one."""
    found: dict[str, ProjectPayments] = {}
    for row in _payments(snapshot, area):
        own = found.setdefault(row.project, ProjectPayments())
        own.by_source[row.source] += row.amount_fen
        own.by_month[row.paid_on.month] += row.amount_fen
    return found


def rate_history(snapshot: Snapshot, area: Area) -> tuple[tuple[date, float], ...]:
    """支出率 (paid to date ÷ 下达 to date) on each data date of the year on which both were known; 0 to 1."""
    ledger = "payments" if has_payment_ledger(snapshot, area) else "projects"
    paid = [f"payments.fund_{s}" for s in SOURCES] if ledger == "payments" else ["projects.paid"]
    period = period_of(ledger, snapshot.as_of)
    points = []
    for day in _days(ledger, snapshot, area):
        down = sum(snapshot.value(area.codes, f"allocations.fund_{s}", period, day) for s in SOURCES)
        if down and day.year == snapshot.as_of.year:
            points.append((day, sum(snapshot.value(area.codes, s, period, day) for s in paid) / down))
    return tuple(points)
