"""The monthly indicator report of the departments: figures that no export holds."""

from sqlmodel import BigInteger, Field, UniqueConstraint

from core.tables.rows import LedgerRow


class ReportedFigure(LedgerRow, table=True):
    """One reported figure; numerator, denominator and value in thousandths, so that sums stay exact."""

    __tablename__ = "reported_figure"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    code: str
    numerator_milli: int | None = Field(default=None, sa_type=BigInteger)
    denominator_milli: int | None = Field(default=None, sa_type=BigInteger)
    value_milli: int | None = Field(default=None, sa_type=BigInteger)
    department: str = ""
