"""The log: who did what, when, from where, at which places. Lines are added, never changed or deleted."""

from datetime import datetime

from sqlmodel import JSON, Column, Field, SQLModel


class JournalLine(SQLModel, table=True):
    """One thing that happened. Nothing personal of a villager stands in it."""

    __tablename__ = "journal"

    id: int = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    kind: str = Field(max_length=32)
    account: str = Field(max_length=64)
    address: str = Field(default="", max_length=64)
    places: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    detail: str = ""
