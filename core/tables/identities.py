"""Names, apart from everything else. Read only through `Snapshot.identities`, by a scope that sees names."""

from datetime import date

from sqlmodel import Field, SQLModel, UniqueConstraint


class Identity(SQLModel, table=True):
    """A person of a household as a batch first said so; a later batch adds a version only when something changed.

    The ID number is masked (first 2, last 2) and kept besides as a keyed hash, so that two may be compared.
    """

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("county", "household", "person", "batch_id"),)

    id: int = Field(default=None, primary_key=True)
    county: str = Field(max_length=6)
    household: str = Field(max_length=64)
    person: str = Field(max_length=64)
    batch_id: int = Field(foreign_key="batch.id")
    as_of: date
    is_head: bool = False
    name: str
    document: str = Field(default="", max_length=32)
    document_hash: str = Field(default="", max_length=64)
