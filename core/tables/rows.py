"""What the row tables of all ledgers share."""

from sqlmodel import Field, SQLModel


class LedgerRow(SQLModel):
    """One version of one row. Rows are never edited: a changed row is a new version, an unchanged one is
    listed again by the next batch, so `content_hash` stands once a county."""

    id: int = Field(default=None, primary_key=True)
    county: str = Field(max_length=6)
    period: int = 0  # the ledger's year (2022) or 期别 (202208), 0 where it has none
    key: str  # 户编号, 项目编号, …
    leaf: str = Field(max_length=12)
    content_hash: bytes = Field(max_length=16)
