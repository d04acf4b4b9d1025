"""Playlists for the meeting that somebody saved."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SavedPlaylist(SQLModel, table=True):
    """Which slides, in which order, for which place (in the words of links: 方城县, 三战区, 杨集镇)."""

    __tablename__ = "playlist"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(max_length=60)
    area: str = Field(max_length=60)
    slides: str  # ids in their order, as a JSON list
    dwell_seconds: int
    theme: str = Field(max_length=8)
    saved_by: str
    saved_at: datetime
