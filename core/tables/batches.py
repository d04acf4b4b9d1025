"""Batches, what they cover, what happened to them, and which row versions they list."""

from datetime import date, datetime

from sqlmodel import JSON, BigInteger, Column, Field, Index, SQLModel


class StoreInfo(SQLModel, table=True):
    """One row: whether this store is demo or real, from its creation on."""

    __tablename__ = "store_info"

    id: int = Field(default=1, primary_key=True)
    is_demo: bool
    created_at: datetime


class Batch(SQLModel, table=True):
    """An accepted workbook. `as_of` is the day its figures describe; `known` the moment (seconds since 1970,
    UTC) from which it counts as known, earlier than `accepted_at` for back-filled files (补录).
    `unchecked_rules` are the data-quality rules that want a column which the workbook lacks."""

    __tablename__ = "batch"
    __table_args__ = (Index("ix_batch_county_ledger", "county", "ledger"),)

    id: int = Field(default=None, primary_key=True)
    ledger: str = Field(max_length=32)
    county: str = Field(max_length=6)
    file_name: str
    file_hash: str = Field(max_length=64, index=True)
    as_of: date
    known: int = Field(sa_type=BigInteger)
    accepted_at: datetime
    accepted_by: str
    is_backfilled: bool = False
    rows: int
    unchecked_rules: list[int] = Field(
        default_factory=list, sa_column=Column(JSON, nullable=False, default=list)
    )


class Coverage(SQLModel, table=True):
    """What a batch says about one reporting unit in one period: reported, missing or none (确无).

    A unit is a township's code; in the monthly report each figure is reported by itself: 411322113:5b.
    """

    __tablename__ = "coverage"

    batch_id: int = Field(foreign_key="batch.id", primary_key=True)
    period: int = Field(primary_key=True)
    unit: str = Field(max_length=32, primary_key=True)
    status: str = Field(max_length=8)


class Event(SQLModel, table=True):
    """What happened to a batch: accepted, withdrawn, reinstated, baseline (frozen). Its id is the revision."""

    __tablename__ = "event"

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=16)
    batch_id: int = Field(foreign_key="batch.id", index=True)
    known: int = Field(sa_type=BigInteger)
    happened_at: datetime
    by: str
    note: str = ""


class BatchRow(SQLModel, table=True):
    """A batch lists a row version. Which table the row stands in follows from the batch's ledger, so that
    there is no foreign key to it."""

    __tablename__ = "batch_row"
    __table_args__ = {"sqlite_with_rowid": False}

    batch_id: int = Field(foreign_key="batch.id", primary_key=True)
    row_id: int = Field(primary_key=True)
