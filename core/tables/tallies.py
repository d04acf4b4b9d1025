"""Tallies: what each revision changed in each count, by place and day."""

from sqlmodel import BigInteger, Field, SQLModel


class Series(SQLModel, table=True):
    """The name of a tallied count, with its slice after @ (remaining.households@type:unstable)."""

    __tablename__ = "series"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Tally(SQLModel, table=True):
    """A difference. A value is the sum over day <= as_of and known <= known_by.

    `day` is YYYYMMDD, `known` seconds since 1970 (UTC), `revision` the event that posted it, `amount` in the
    count's unit (money in 分).
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    place: str = Field(max_length=12, primary_key=True)
    series: int = Field(primary_key=True)
    period: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    known: int = Field(primary_key=True, sa_type=BigInteger)
    revision: int = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)
