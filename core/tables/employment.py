"""Who works, as the national system's sheet 务工信息 says, without names (要点11)."""

from sqlmodel import UniqueConstraint

from core.tables.rows import LedgerRow


class Worker(LedgerRow, table=True):
    """One state of a person who can work, keyed by 人编号. Months are YYYYMM."""

    __tablename__ = "worker"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    household: str
    is_employed: bool
    region: str = ""  # 乡内, 乡外县内, 县外省内, 省外
    channel: str = ""
    begun: int | None = None
    ended: int | None = None
