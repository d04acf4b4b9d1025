"""What lies above the township lists: the province, its cities and their counties."""

from sqlmodel import Field, SQLModel


class Region(SQLModel, table=True):
    """A province (2 digits), city (4) or county (6 digits). A store of one county has none.

    `upper` is the code above it, "" for the province. `copy_of` names the county whose places an invented county
    has too; a real county's places stand in data/reference/<code>/.
    """

    __tablename__ = "region"

    code: str = Field(max_length=6, primary_key=True)
    upper: str = Field(max_length=4, index=True)
    name: str = Field(index=True)
    copy_of: str = Field(default="", max_length=6)
