"""What a slide is: one sentence, what stands under it, and where it comes from. Frozen values of finished words.

A slide is made of aggregates only. Nothing here can hold a household, a villager's name or the name of a project.
"""

from dataclasses import dataclass
from datetime import date

from core.indicators.indicator import Status
from core.views.common import Note


@dataclass(frozen=True)
class Fact:
    """A number large, its status by shape and word, and at most two lines to judge it by."""

    name: str
    text: str
    beside: str
    status: Status
    status_words: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """Numbers one below the other: as full rows where they are the slide, as a column beside a picture."""

    facts: tuple[Fact, ...]
    is_column: bool = False


@dataclass(frozen=True)
class Curve:
    """Remaining households (户) on each data date against the pace that the year asks for."""

    points: tuple[tuple[date, int], ...]
    pace: tuple[tuple[date, float], ...]
    on: date
    says: str
    ahead: tuple[date, int] | None = None  # where this pace leads to, and when


@dataclass(frozen=True)
class Bar:
    """A township's projects (个); `below` is the id of the slide that a choice goes down to."""

    name: str
    completed: int
    on_course: int
    late: int
    is_reported: bool
    below: str


@dataclass(frozen=True)
class Bars:
    """Projects by township, those with the most late ones first."""

    bars: tuple[Bar, ...]
    says: str
    ahead_words: str
    late_words: str


@dataclass(frozen=True)
class Gauge:
    """How far a figure is: `share` of the bar is filled, `mark` is where it should be (both 0 to 1)."""

    name: str
    text: str
    words: str
    share: float
    mark: float | None
    status: Status
    status_words: str


@dataclass(frozen=True)
class Gauges:
    """Figures of money, each against what the plan asks."""

    gauges: tuple[Gauge, ...]
    says: str


@dataclass(frozen=True)
class Patch:
    """A polygon of the map: its status, a short label, and the slide below it."""

    name: str  # the polygon's own name in the geography
    label: str
    words: str  # second line: ▲ 73%
    status: Status
    is_inside: bool
    below: str


@dataclass(frozen=True)
class AreaMap:
    """Townships by status."""

    patches: tuple[Patch, ...]
    says: str
    together: tuple[str, ...] = ()  # 凤瑞含赭阳: townships that one polygon shows


@dataclass(frozen=True)
class Mark:
    """A project site: where (longitude, latitude), how much money (元), how it stands, and in which village."""

    at: tuple[float, float]
    yuan: float
    status: Status
    village: str


@dataclass(frozen=True)
class TownMap:
    """A pilot town: its villages, its project sites by status and money, the named places of its theme."""

    township: str
    villages: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    named: tuple[tuple[str, tuple[float, float]], ...]
    says: str


@dataclass(frozen=True)
class Cell:
    """A cell of a table: words, and the status they carry, if any."""

    words: str
    status: Status = Status.NO_TARGET


@dataclass(frozen=True)
class Table:
    """A table for the wall: few columns, few rows. `below` names the slide under each row, or nothing.

    `wide` is the number of the column that takes the room left over, `size` how high the words are where the table
    is the whole slide.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    below: tuple[str, ...] = ()
    wide: int = 0
    size: int = 42


Part = Facts | Curve | Bars | Gauges | AreaMap | TownMap | Table


@dataclass(frozen=True)
class Slide:
    """One message: a sentence, one or two parts under it, and its note."""

    id: str
    topic: str
    place: str
    title: str
    parts: tuple[Part, ...]
    note: Note
    remark: str = ""
    code: str = ""  # the place that a problem raised on this slide falls to; empty where several do


@dataclass(frozen=True)
class Show:
    """A whole playlist, ready to be shown: every slide, and the township slides one goes down to."""

    name: str
    place: str
    as_of: str
    slides: tuple[Slide, ...]
    below: tuple[Slide, ...]
    answerable: tuple[tuple[str, str, str], ...]  # code, place and post that a problem may be put to
    on: date
    revision: int
    is_demo: bool
    dwell_seconds: int
    theme: str
