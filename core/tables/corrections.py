"""Known errors of sources, and what clerks said of headings: what an import knows before it reads."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from core.tables.rows import LedgerRow


class SourceCorrection(LedgerRow, table=True):
    """One line of the ledger of corrections: in `target`, row `row_key`, column `heading`: `was` reads `now`."""

    __tablename__ = "source_correction"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    target: str = Field(max_length=32)
    row_key: str
    heading: str
    was: str = ""
    now: str = ""
    reason: str
    document: str


class HeaderMemory(SQLModel, table=True):
    """What a clerk said of a heading that no declaration knows; the newest line of a heading holds."""

    __tablename__ = "header_memory"

    id: int = Field(default=None, primary_key=True)
    ledger: str = Field(max_length=32)
    header: str  # as header_key writes it
    field: str  # "" where the column is not used
    by: str
    at: datetime
