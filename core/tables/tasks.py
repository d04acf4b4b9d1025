"""调度: problems raised in a meeting, as events that are only ever added."""

from datetime import date, datetime

from sqlmodel import BigInteger, Field, SQLModel


class Task(SQLModel, table=True):
    """A problem, by the place it belongs to and what it came from; everything else of it is events."""

    __tablename__ = "task"

    id: int = Field(default=None, primary_key=True)
    place: str = Field(max_length=12, index=True)  # code of the county or of a township
    origin_kind: str = Field(default="", max_length=16)  # project, indicator, question, meeting or empty
    origin: str = ""  # a project's code, an indicator's key, a question, a slide (三战区/projects)


class TaskEvent(SQLModel, table=True):
    """What happened to a task: raised, changed, reported (办结反馈), closed (销号), reopened. A change holds only
    what it changes. `shown` is the data date on the screen, `known` and `happened_at` the wall clock."""

    __tablename__ = "task_event"

    id: int = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    kind: str = Field(max_length=16)
    what: str | None = None
    owner: str | None = None  # a unit or a post
    due_on: date | None = None
    next_step: str | None = None
    note: str = ""
    shown: date
    known: int = Field(sa_type=BigInteger)
    happened_at: datetime
    by: str
