"""Money: what was allocated (下达) and what was paid (支付). Amounts in 分."""

from datetime import date

from sqlmodel import BigInteger, Field, UniqueConstraint

from core.tables.rows import LedgerRow


class Allocation(LedgerRow, table=True):
    """One line of the fund ledger: a document that brings money of one source."""

    __tablename__ = "allocation"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    document: str
    allocated_on: date
    source: str  # central, province, city, county, integrated
    amount_fen: int = Field(sa_type=BigInteger)


class Payment(LedgerRow, table=True):
    """One line of the payment ledger; a negative amount is money that came back (冲回)."""

    __tablename__ = "payment"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    project: str
    paid_on: date
    source: str
    amount_fen: int = Field(sa_type=BigInteger)
