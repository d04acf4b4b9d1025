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
    count's unit (money in 分). The key begins with the place, whose code begins with the county's, so that what a
    page reads, and what one county has, stands together. Above the county (codes of 2 and 4 digits) one row a day
    says what is known now: `known` and `revision` are 0.
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}

    place: str = Field(max_length=12, primary_key=True)
    period: int = Field(primary_key=True)
    series: int = Field(primary_key=True)
    day: int = Field(primary_key=True)
    known: int = Field(primary_key=True, sa_type=BigInteger)
    revision: int = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)


class Published(SQLModel, table=True):
    """How often the figures under a place have changed: for the whole store (""), each province, city and county.

    Every writer adds one as its last step, which is also what keeps two of them from publishing at once.
    """

    __tablename__ = "published"

    place: str = Field(max_length=6, primary_key=True)
    version: int
