"""Assets that assistance projects left behind (扶贫项目资产, 要点4). Who looks after one is not kept, only that somebody does."""

from sqlmodel import BigInteger, Field, UniqueConstraint

from core.tables.rows import LedgerRow


class Asset(LedgerRow, table=True):
    """One state of an asset. `kind`: operating (经营性), public (公益性), household (到户类). Money in 分.

    `state` and `has_steward` are None where the workbook has no such column, "" and False where the cell is empty.
    """

    __tablename__ = "asset"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    name: str
    kind: str
    project: str = ""
    year: int | None = None
    original_fen: int = Field(sa_type=BigInteger)
    owner: str = ""
    is_titled: bool | None = None
    has_steward: bool | None = None
    state: str | None = None  # normal, idle, poor, damaged
