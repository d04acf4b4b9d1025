"""What a handed-out paper or table says, before it is Word or Excel: frozen values and finished words.

The preview, the file and the archive of figures all read the same values.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from core.units import Unit, write
from core.views.common import Note

OFFICE = "中共方城县委农村工作领导小组办公室"  # who signs

Value = str | int | float | None  # text stays text; None is an empty cell; 未报 is a word


class Form(Enum):
    """How a column's numbers are written."""

    TEXT = "text"
    COUNT = "count"
    WAN = "wan"  # 万元
    SCORE = "score"
    PERCENT = "percent"  # 0 to 1


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in Chinese characters, how it is written, and what its 合计 is.

    `ratio` names the two columns (numerator, denominator) whose quotient it is: a clerk finds a formula there.
    """

    name: str
    width: float
    form: Form = Form.TEXT
    is_summed: bool = False
    ratio: tuple[str, str] | None = None


@dataclass(frozen=True)
class Grid:
    """A table: title, unit, columns, rows, the 合计 row, remarks under it."""

    title: str
    unit: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...] | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heading:
    """一、 (level 1) or （一） (level 2); level 0 is another sheet's title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is its first sentence in 楷体, （一）项目建设。"""

    text: str
    lead: str = ""


@dataclass(frozen=True)
class Lines:
    """A form or a list of facts: name, value, state, words; as a table without a heading row."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]


@dataclass(frozen=True)
class PageBreak:
    """What follows begins a new page."""


Block = Heading | Paragraph | Grid | Lines | PageBreak


@dataclass(frozen=True)
class Annex:
    """附件, on its own page."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Figure:
    """One number as it was handed out: of which place, which figure, in which words."""

    place: str
    name: str
    text: str


@dataclass(frozen=True)
class Paper:
    """A document. `is_official` has the frame of GB/T 9704; else it is a sheet that fits one page or a form."""

    title: str
    place: str
    as_of: str
    blocks: tuple[Block, ...]
    note: tuple[str, ...]  # 数据截至, 来源, 口径
    figures: tuple[Figure, ...]
    subtitle: str = ""
    addressee: str = ""
    annexes: tuple[Annex, ...] = ()
    signed_by: str = ""
    dated: str = ""
    is_official: bool = False


@dataclass(frozen=True)
class Sheets:
    """A workbook: one grid a sheet."""

    title: str
    place: str
    as_of: str
    grids: tuple[tuple[str, Grid], ...]  # (the sheet's name, what is on it)
    note: tuple[str, ...]
    paper: str = "A4"


def total_of(columns: tuple[Column, ...], rows: Iterable[tuple[Value, ...]], label: str) -> tuple[Value, ...]:
    """The 合计 row of columns that add up; rates are divided last; text columns stay empty."""
    kept = list(rows)
    total: list[Value] = []
    for at, column in enumerate(columns):
        values = [row[at] for row in kept]
        numbers = [v for v in values if isinstance(v, int | float)]
        if at == 0:
            total.append(label)
        elif column.is_summed and numbers:
            total.append(sum(numbers))
        else:
            total.append(None)
    for at, column in enumerate(columns):
        if column.ratio:
            top, bottom = (total[index_of(columns, name)] for name in column.ratio)
            if isinstance(top, int | float) and isinstance(bottom, int | float) and bottom:
                total[at] = top / bottom
    return tuple(total)


def index_of(columns: tuple[Column, ...], name: str) -> int:
    """Where a column stands; KeyError for one that is not there."""
    for at, column in enumerate(columns):
        if column.name == name:
            return at
    raise KeyError(name)


def written(value: Value, form: Form) -> str:
    """A cell's words as a reader sees them: 1,468; 79.0%; 92.68; empty for None."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if form is Form.PERCENT:
        return write(value, Unit.RATE)
    if form is Form.SCORE:
        return f"{value:.2f}"
    if form is Form.WAN:
        return f"{value:,.2f}"
    return f"{value:,.0f}"


def figures_of(grid: Grid, place: str) -> tuple[Figure, ...]:
    """Every number of a table as a figure: the row's first words are its place."""
    label = next((at for at, c in enumerate(grid.columns) if c.form is Form.TEXT and c.name != "序号"), 0)
    found = []
    for row in (*grid.rows, *((grid.total,) if grid.total else ())):
        of = str(row[label] or row[0] or place)
        found += [
            Figure(of, f"{grid.title}·{column.name}", written(value, column.form))
            for column, value in zip(grid.columns, row, strict=True)
            if isinstance(value, int | float) and column.name != "序号"
        ]
    return tuple(found)


def note_lines(made: Note, *, is_demo: bool) -> tuple[str, ...]:
    """数据截至, 来源, each 口径: one line each, without marks; first 演示数据 where it is."""
    meant: dict[str, list[str]] = {}
    for part in made.definition.split("　**"):
        name, _, words = part.replace("**", "").partition("：")
        if words and name not in meant.setdefault(words, []):
            meant[words].append(name)
    return (
        *(("演示数据：真地名、虚构数字，不得作为工作依据。",) if is_demo else ()),
        f"数据截至{made.as_of}。",
        f"来源：{made.source or '未导入'}。",
        *(f"{'、'.join(names)}：{words}" for words, names in meant.items()),
    )
