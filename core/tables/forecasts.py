"""Forecasts as they were issued: kept for ever, so that their record can be told."""

from datetime import date, datetime

from sqlmodel import BigInteger, Field, SQLModel


class IssuedForecast(SQLModel, table=True):
    """What was said on a day. `subject` is a count (projects, remaining, paid) of a `place` (county, zone or
    township by its code or number), or one project's completion (project:编号). `low` and `high` hold it in 8 of 10
    cases; a project has a `probability` to stand by `target_on` and days instead of counts."""

    __tablename__ = "issued_forecast"

    id: int = Field(default=None, primary_key=True)
    county: str = Field(max_length=6, index=True)
    place: str = Field(max_length=16)
    subject: str = Field(max_length=48)
    as_of: date
    known: int = Field(sa_type=BigInteger)
    made_at: datetime
    target_on: date
    method: str = Field(max_length=16)
    probability: float | None = None
    expected: float | None = None
    low: float | None = None
    high: float | None = None
    expected_on: date | None = None
    early_on: date | None = None
    late_on: date | None = None
