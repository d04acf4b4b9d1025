"""Projects: the county's working ledger, and the national pool export, joined by 项目编号."""

from datetime import date

from sqlmodel import BigInteger, Field, UniqueConstraint

from core.tables.rows import LedgerRow


class Project(LedgerRow, table=True):
    """One state of a project of the working ledger. Money in 分; `first_planned_on` is the first planned day
    after approval, by which 按期竣工 is judged, `revised_on` the latest revision. `lacking` are the columns
    that its workbook may lack and does (`core.imports.ledgers.OPTIONAL`), parted by commas."""

    __tablename__ = "project"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    name: str
    kind: str  # 产业发展, 就业项目, 乡村建设行动, …
    department: str = ""
    officer_post: str = ""
    is_terminated: bool = False
    approved_on: date | None = None
    planned_start_on: date | None = None
    started_on: date | None = None
    progress_percent: float | None = None
    first_planned_on: date | None = None
    revised_on: date | None = None
    completed_on: date | None = None
    accepted_on: date | None = None
    central_fen: int = Field(default=0, sa_type=BigInteger)
    province_fen: int = Field(default=0, sa_type=BigInteger)
    city_fen: int = Field(default=0, sa_type=BigInteger)
    county_fen: int = Field(default=0, sa_type=BigInteger)
    integrated_fen: int = Field(default=0, sa_type=BigInteger)
    paid_fen: int | None = Field(default=None, sa_type=BigInteger)
    settled_fen: int | None = Field(
        default=None, sa_type=BigInteger
    )  # 决算, or 结算 where only that is known
    notice_county: bool | None = None
    notice_township: bool | None = None
    notice_village: bool | None = None
    beneficiary_households: int | None = None
    problem: str = ""
    unpaid_reason: str = ""
    lacking: str = ""


class PoolProject(LedgerRow, table=True):
    """One state of a project in the national pool export."""

    __tablename__ = "pool_project"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    name: str
    kind: str
    is_in_annual_plan: bool
    planned_start_on: date | None = None
    planned_on: date | None = None
    budget_fen: int | None = Field(default=None, sa_type=BigInteger)
    listed_on: date | None = None
