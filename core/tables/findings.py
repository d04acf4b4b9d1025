"""Findings of inspections and what became of them (发现问题、整改、销号; 要点1、3、12、23)."""

from datetime import date

from sqlmodel import UniqueConstraint

from core.tables.rows import LedgerRow


class Finding(LedgerRow, table=True):
    """One state of a finding. `kind` says which inspection found it: four_checks, screening, superior, funds,
    inspection, monthly or other."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    kind: str
    what: str
    inspector: str = ""
    subject: str = ""
    department: str = ""
    found_on: date
    due_on: date | None = None
    rectified_on: date | None = None
    closed_on: date | None = None
