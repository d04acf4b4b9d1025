"""Monitored households, as the national system exports them. No names, ID numbers or phones stand here."""

from sqlmodel import JSON, BigInteger, Column, Field, UniqueConstraint

from core.tables.rows import LedgerRow


class Household(LedgerRow, table=True):
    """One version of a household of the national export (shared columns of its person rows).

    Months are YYYYMM. `is_eliminated` is False where the members disagree (`members_disagree`). `members`
    holds, per person, what a reader of the row may see, without identity. `faults` are the data-quality rules that
    the household breaks, by number, with what is wrong in words, as judged on the day of its export.
    """

    __tablename__ = "household"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    kind: str  # unstable, borderline, sudden_hardship
    persons: int
    is_eliminated: bool
    members_disagree: bool = False
    is_safety_net: bool = False
    identified: int | None = None
    eliminated: int | None = None
    elimination_way: str = ""  # 帮扶消除, 自然消除
    causes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    measures: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    development_measures: str = ""  # 已实施, 尚未实施
    has_contact_officer: bool | None = None
    income_per_head_fen: int | None = Field(default=None, sa_type=BigInteger)
    members: list[dict[str, str]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    faults: dict[str, str] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False, default=dict))
