"""Milestones of the four pilot zones (要点17)."""

from datetime import date

from sqlmodel import UniqueConstraint

from core.tables.rows import LedgerRow


class Milestone(LedgerRow, table=True):
    """One state of a milestone of a pilot zone."""

    __tablename__ = "milestone"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    name: str
    kind: str = ""
    department: str = ""
    planned_on: date
    done_on: date | None = None
    progress: str = ""
