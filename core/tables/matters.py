"""What somebody set aside on the list of things to ask about: kept for ever, never changed."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel


class Snooze(SQLModel, table=True):
    """A matter set aside from a data date until a day, by whom and why."""

    __tablename__ = "matter_snooze"

    id: int = Field(default=None, primary_key=True)
    matter: str = Field(max_length=64, index=True)
    place: str = Field(max_length=12, index=True)
    since: date
    until: date
    reason: str
    by: str
    at: datetime
