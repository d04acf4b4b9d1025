"""材料: what was handed out, kept as it was."""

from datetime import date, datetime
from typing import Any

from sqlmodel import JSON, Column, Field, SQLModel


class IssuedMaterial(SQLModel, table=True):
    """A file that was issued: its bytes stand in the folder of issued files by their hash, its figures here."""

    __tablename__ = "issued_material"

    id: int = Field(default=None, primary_key=True)
    kind: str = Field(max_length=24)
    place: str = Field(max_length=60)  # as it stands in links: 方城县, 三战区, 杨集镇
    codes: list[str] = Field(sa_column=Column(JSON, nullable=False))  # the place's codes then
    as_of: date
    revision: int  # the store's newest when it was made
    file_name: str = Field(max_length=120)
    sha256: str = Field(max_length=64, index=True)
    size: int
    figures: list[Any] = Field(sa_column=Column(JSON, nullable=False))  # [place, name, text]
    mark: str = Field(max_length=200)  # the small line in the file: account and time
    issued_by: str = Field(max_length=100)
    issued_at: datetime
