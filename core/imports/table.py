"""Sheets in, the table that stands on one of them out: header, data rows, totals, unit and data date.

Counties put titles, unit and date rows above the header, group headings over it, section rows, subtotals and
notes between and under the data. All of that is recognised here and kept apart; data rows are handed on as
calamine gave them. Only the top of a sheet and the first cells of each row are looked at, so a national export
of 177 columns costs hardly more than decoding it.

Rows are numbered as the sheet numbers them (from 1); columns are indexes into a row's cells (from 0).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from itertools import islice, pairwise
from typing import NamedTuple

from core.draft import Problem
from core.imports.values import as_of_in, is_blank, plain, tight
from core.imports.workbook import Cell, Merge, Refused, Sheet, cell_name

LOOK = 40  # filled rows from the top among which the header must be
LOOK_ROWS = 2_000  # … and rows, blank ones included

_HEADER_WORDS = re.compile(
    r"序号|编号|编码|名称|姓名|乡镇|街道|村|项目|工程|资金|金额|投资|经费|预算|单位|部门|时间|日期|期限|年度|月份|地点|地址|"
    r"内容|任务|类型|类别|性质|来源|备注|户数|人数|数量|规模|标准|目标|机制|对象|责任|状态|情况|进度|合计|文号|指标|说明|级次|台账|字段|原值|理由|依据"
)
_META = re.compile(
    r"(填报|填表|制表|编制|上报|报送|报表|审核|复核|负责人|经办|联系|金额单位|计量单位|货币单位|单位|日期|时间|表号|截[至止到])[^:]{0,12}:"
    r"|^\(?(金额)?单位:?\(?[万亿]?元|^\(?金额:[万亿]?元|^附(件|表)?[:一二三四五六七八九十\d]*$|^\(?\d{4}年\d{1,2}月(\d{1,2}[日号])?\)?$"
)
_UNIT = re.compile(
    r"(?:单位|^\(?金额)[:为]*(?:人民币)?\(?[户人个处条套座公里亩米头只株棵吨平方立台件次名项%、,/]*?([万亿]?元)(?!/)|^\(([万亿]?元)\)$"
)
_TITLE_UNIT = re.compile(r"\(([万亿]?元)\)$")
_HEADER_UNIT = re.compile(
    r"[(:,、/](?:金额)?(?:单位:?)?(?:人民币)?([万亿]?元)(?:\)|$)|(?<=[金额资投费款算])\(万\)$"
)
_ONLY_UNIT = re.compile(r"\((?:单位:?)?[^()]{1,6}\)$")
_TOTAL = re.compile(
    r"\(?[^0-9、,;。:]{0,10}?(合计|总计|共计|小计|总合计|总和|累计)(金额|资金|数)?[:)]?$|(合计|总计|共计|小计|总合计)[:(].{0,40}$"
    r"|(合计|总计|共计|小计)共?\d+个?[个项户人处批条村][^\d]{0,6}$"
)
_OWN_UNIT = re.compile(
    r"(?<=.)\((金额)?单位:?[^()]*\)$"
)  # 支付金额(单位:万元) is a heading, (单位:万元) is none
_NOTE = re.compile(
    r"(备注|注|说明|填表说明|附注|资料来源|数据来源)\d?[:、.]|注\d|(填表|制表|填报|审核|复核|经办|负责)人?[:]"
)
_NUMERAL = re.compile(r"(?P<open>\()?[一二三四五六七八九十]{1,3}(?:\)|[、.,:]|$)")
_ARABIC = re.compile(r"\(?\d{1,6}(?:[-.]\d{1,4})*\)?[、.]?$")
_LABELLED = re.compile(r"[^:\d]{2,14}:")  # 监督电话：… where others have their 序号
EXAMPLE = "示例"  # in the first cell of a template's example row
PROBLEM_LIST = "问题清单：导入检查所列，改好后整份重新导入即可，本表不读"  # A1 of a sheet that is ours
SHARE = 99  # the level of a total that is a share of another
_FIRST_HEADING = re.compile(r"(序号|编号|项次|乡镇|村|单位|项目|类别|类型|资金|姓名)(名称?|类型|类别|来源)?")
_WHOLE = re.compile(
    r"全[省市县区旗镇乡]|总[数额体]"
)  # 全县: the sum of all where its figures are, else a place
_OPENINGS = frozenset("全总示一二三四五六七八九十(（备注说附资数填制审复经负总 \t\n\u3000\xa0")
_NUMBER = re.compile(r"-?\d{1,12}(?:\.\d{1,8})?")
_SERIAL = re.compile(r"序号|编号|序|No\.?|NO\.?|项次")


class Row(NamedTuple):
    """A row under the header: its number in the sheet, and its cells as calamine gave them.

    `kind` is data in every `Table.rows`; the rest is what `_body` knows of a row while it sorts them.
    """

    number: int
    cells: list[Cell]
    kind: str = "data"
    text: str = ""
    depth: int = 0
    until: int = 0  # of a numbered heading: the first row that its number no longer heads


@dataclass(frozen=True)
class Header:
    """A column's heading, normalised (no white space, half-width); two-row headings as "C级 / 户数"."""

    text: str
    index: int
    parts: tuple[str, ...]

    @property
    def unit(self) -> str | None:
        """元, 万元 or 亿元 when the heading (or its group) names one."""
        for part in reversed(self.parts):
            if match := _HEADER_UNIT.search(part):
                return match.group(1) or "万元"
        return None


@dataclass(frozen=True)
class Total:
    """A row of sums. `label` as written (合  计); `level` 0 sums the table, from 1 on sums a part of it, and
    SHARE (其中：中央资金) is a share of a total that no rows add up to."""

    number: int
    label: str
    cells: list[Cell]
    level: int
    is_above: bool  # stands above the rows that it sums
    until: int = 0  # where its number says so: the first row that it no longer sums


class LeftOut(NamedTuple):
    """A row that is no data: `kind` is section, note, header (repeated), numbers (1 2 3 …), example (of a
    template) or other_table."""

    number: int
    kind: str
    text: str


@dataclass(frozen=True)
class Table:
    """One table of a sheet. `unit` is what the title or a unit row says; a column's header may say otherwise."""

    sheet: str
    title: tuple[str, ...]
    unit: str | None
    unit_cell: str | None
    as_of: date | None
    headers: tuple[Header, ...]
    header_rows: tuple[int, ...]
    rows: tuple[Row, ...]
    totals: tuple[Total, ...]
    left_out: tuple[LeftOut, ...]
    unnamed: tuple[int, ...]  # columns that hold data and have no heading
    source: Sheet = field(repr=False, compare=False)

    def cell_name(self, row: int, column: int) -> str:
        """项目台账!C18 for a row number and a column index."""
        return cell_name(self.sheet, row, column)

    @property
    def where(self) -> str:
        """The cell of its first heading: what tells the tables of a workbook apart."""
        return self.cell_name(self.header_rows[0], self.headers[0].index)

    def is_uncomputed(self, row: int, column: int) -> bool:
        """True where the sheet has a formula without a value, or an error: the cell reads "" and is not blank."""
        return (row, column) in self.source.uncomputed

    def is_merged_across(self, row: int, column: int) -> bool:
        """True where the cell is merged with cells to its right or left: its text is not this column's."""
        return any(m.left <= column <= m.right for m in self._across.get(row, ()))

    def filled(self, column: int, outer: Sequence[int] = ()) -> list[Cell]:
        """The column's cell of every data row, cells merged downward repeated; for place columns.

        Where the format does not say what is merged, a blank repeats the cell above it, down to the next total or
        section row, and no further than the cells of the `outer` columns (the township of a village) are blank too.
        """
        if self.source.merged is not None:
            return [row.cells[column] for row in self.spread([column]).rows]
        values: list[Cell] = []
        breaks = sorted([t.number for t in self.totals] + [o.number for o in self.left_out])
        above: Cell = ""
        before = 0
        for row in self.rows:
            ends = any(not is_blank(row.cells[o]) for o in outer)
            if ends or any(before < b < row.number for b in breaks):
                above = ""
            cell = row.cells[column] if column < len(row.cells) else ""
            above = above if is_blank(cell) else cell
            before = row.number
            values.append(above)
        return values

    def spread(self, columns: Sequence[int]) -> "Table":
        """This table with what is merged downward in these columns repeated in every row."""
        anchors = {
            (number, m.left): m.top
            for m in self.source.merged or ()
            if m.bottom > m.top > self.header_rows[-1] and m.left in columns
            for number in range(m.top + 1, m.bottom + 1)
        }
        if not anchors:
            return self
        rows = []
        for row in self.rows:
            found = {c: anchors[row.number, c] for c in columns if (row.number, c) in anchors}
            if found:
                cells = list(row.cells)
                for column, top in found.items():
                    cells[column] = self.source.cell(top, column)
                row = row._replace(cells=cells)
            rows.append(row)
        return replace(self, rows=tuple(rows))

    @cached_property
    def _across(self) -> dict[int, list[Merge]]:
        found: dict[int, list[Merge]] = {}
        for merge in self.source.merged or ():
            if merge.right > merge.left and merge.bottom - merge.top < 100:
                for number in range(merge.top, merge.bottom + 1):
                    found.setdefault(number, []).append(merge)
        return found


def find_table(sheets: Sequence[Sheet]) -> Table:
    """The table with the most data rows; raises Refused when no sheet has one."""
    return longest(find_tables(sheets), sheets[0].name if sheets else "文件")


def longest(tables: Sequence[Table], where: str) -> Table:
    """The one with the most data rows, the first of several; Refused, at `where`, when there is none."""
    if not tables:
        raise Refused(
            Problem(
                where,
                "有表头的表格",
                "没有找到表头",
                "请确认表格有一行写着各列的名称，如“序号、项目名称、金额”",
            )
        )
    return max(tables, key=lambda t: len(t.rows))


def find_tables(sheets: Sequence[Sheet]) -> tuple[Table, ...]:
    """The tables of every visible sheet that has one (of hidden sheets only when no other has)."""
    own = [s for s in sheets if s.cell(1, 0) != PROBLEM_LIST]
    for hidden in (False, True):
        found = tuple(t for s in own if s.hidden is hidden for t in _tables(s))
        if found:
            return found
    return ()


def _tables(sheet: Sheet) -> Iterator[Table]:
    """The tables of a sheet, one below another; what the top of the sheet says holds for those below as well."""
    above = _Above()
    start = 1
    while (block := _header_block(sheet, start)) is not None:
        headers = _headers(sheet, block)
        if not headers:  # one merged cell covers them all, and shows nothing
            start = block[-1] + 1
            continue
        rows, totals, left_out = _body(sheet, headers, block[-1] + 1)
        below = next((line.number for line in left_out if line.kind == "other_table"), None)
        above = _above(sheet, start, block[0], above)
        yield _table(sheet, block, headers, above, rows, totals, left_out)
        if below is None:
            return
        start = 1 + max([block[-1], *(row.number for row in rows), *(t.number for t in totals)])


def _table(
    sheet: Sheet,
    block: Sequence[int],
    headers: tuple[Header, ...],
    above: "_Above",
    rows: Sequence[Row],
    totals: Sequence[Total],
    left_out: Sequence[LeftOut],
) -> Table:
    unit, unit_cell, as_of, title = above
    if unit is None:
        unit, unit_cell = _unit_below(sheet, left_out)
    named = {h.index for h in headers}
    width = len(sheet.rows[block[0] - 1])
    unnamed = tuple(c for c in range(width) if c not in named and any(r.cells[c] != "" for r in rows))
    return Table(
        sheet.name,
        title,
        unit,
        unit_cell,
        as_of,
        headers,
        tuple(block),
        tuple(rows),
        tuple(totals),
        tuple(left_out),
        unnamed,
        sheet,
    )


# The header


def _filled(row: Sequence[Cell]) -> list[tuple[int, Cell]]:
    return [(c, cell) for c, cell in enumerate(row) if cell != "" and not is_blank(cell)]


def _is_wording(cell: Cell) -> bool:
    """True for a cell that may stand in a heading: words, or a year."""
    if isinstance(cell, str):
        text = tight(cell)
        return (len(text) <= 80 and not re.fullmatch(r"[-+]?[\d,.]+%?", text)) or bool(
            re.fullmatch(r"20\d\d", text)
        )
    return (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and 1990 <= cell <= 2100
        and cell == int(cell)
    )


def _is_meta(text: str) -> bool:
    return bool(_META.search(text)) or as_of_in(text) is not None


def _header_block(sheet: Sheet, start: int) -> list[int] | None:
    """The numbers of the header rows, one to three, from a row on; None when no row looks like a header."""
    rows = sheet.rows[start - 1 : start - 1 + LOOK_ROWS]
    merges = [m for m in sheet.merged or () if start <= m.top < start + LOOK_ROWS]
    filled_rows = ((i, f) for i, row in enumerate(rows, start) if (f := _filled(row)))
    top = list(islice(filled_rows, LOOK))
    for at, (number, filled) in enumerate(top):
        width = max(len(f) for _, f in top[at : at + 15])
        if len(filled) < 2 or not all(_is_wording(c) for _, c in filled):
            continue
        texts = [tight(plain(c)) for _, c in filled]
        if any(_is_meta(_OWN_UNIT.sub("", t)) for t in texts) or _TOTAL.match(texts[0]):
            continue
        spans = [m for m in merges if m.top == number]
        covered = len(filled) + sum(m.right - m.left for m in spans)
        widest = max((m.right - m.left + 1 for m in spans), default=1)
        if any(len(f) > len(filled) and _begins_table(f) for _, f in top[at + 1 : at + 4]):
            continue  # a title of two cells
        if covered * 2 < width or (width >= 4 and widest > 0.8 * width):
            continue
        hits = sum(bool(_HEADER_WORDS.search(t)) for t in texts)
        numeric = any(_number(c) is not None for _, f in top[at + 1 : at + 6] for _, c in f)
        if hits * 4 < len(texts) and not (numeric and hits):
            continue
        first = number
        if at and top[at - 1][0] == number - 1 and _is_group_row(sheet, number - 1, number):
            first = number - 1
        return _extend(sheet, first, number, merges)
    return None


def _begins_table(filled: Sequence[tuple[int, Cell]]) -> bool:
    """True for 序号 and nothing but words after it."""
    return all(isinstance(c, str) and _is_wording(c) for _, c in filled) and bool(
        re.fullmatch(_SERIAL.pattern, tight(plain(filled[0][1])))
    )


def _is_group_row(sheet: Sheet, upper: int, lower: int) -> bool:
    """True where `upper` holds group headings over `lower`: they fill each other's blanks, no value collides."""
    above, below = _filled(sheet.rows[upper - 1]), dict(_filled(sheet.rows[lower - 1]))
    if len(above) < 2 or not all(_is_wording(c) for _, c in above):
        return False
    texts = [tight(plain(c)) for _, c in above]
    if any(_is_meta(t) for t in texts):
        return False
    return above[0][0] < min(below) and _is_under(sheet, upper, lower)


def _is_under(sheet: Sheet, upper: int, lower: int) -> bool:
    """True where every filled cell of `lower` belongs to a heading of `upper` that spans several columns."""
    merges = [m for m in sheet.merged or () if m.top == upper and m.bottom == upper and m.right > m.left]
    above, below = dict(_filled(sheet.rows[upper - 1])), dict(_filled(sheet.rows[lower - 1]))
    if not below or not all(isinstance(c, str) and _is_wording(c) for c in below.values()):
        return False
    if all(_ONLY_UNIT.match(tight(plain(c))) for c in below.values()):
        return True
    widths: dict[int, int] = {}
    for column in below:
        anchor = max((a for a in above if a <= column), default=None)
        if anchor is None:
            return False
        merge = next((m for m in merges if m.left == anchor), None)
        if merge is not None and column > merge.right:
            return False
        if merge is None and column != anchor and sheet.merged and any(anchor == m.left for m in merges):
            return False
        widths[anchor] = widths.get(anchor, 0) + 1
    return all(n > 1 or any(m.left == a for m in merges) for a, n in widths.items())


def _extend(sheet: Sheet, first: int, number: int, merges: list[Merge]) -> list[int]:
    """Adds the rows that belong to a header: what merged cells reach down to, and rows under group headings."""
    last = max([number, *(m.bottom for m in merges if first <= m.top <= number and m.bottom <= number + 2)])
    while last < first + 2 and last < len(sheet.rows) and _is_under(sheet, last, last + 1):
        last += 1
    return list(range(first, last + 1))


def _headers(sheet: Sheet, block: list[int]) -> tuple[Header, ...]:
    merges = [m for m in sheet.merged or () if m.top in block]
    lines = [sheet.rows[number - 1] for number in block]
    width = len(lines[0])
    grid = [[tight(plain(cell)) for cell in line] for line in lines]
    spanned: set[tuple[int, int]] = set()
    wide = {c for m in merges if m.bottom >= block[-1] for c in range(m.left + 1, m.right + 1)}
    for merge in merges:
        value = grid[merge.top - block[0]][merge.left]
        for number in range(merge.top, min(merge.bottom, block[-1]) + 1):
            for column in range(merge.left, min(merge.right, width - 1) + 1):
                grid[number - block[0]][column] = value
                spanned.add((number - block[0], column))
    for at in reversed(
        range(len(block) - 1)
    ):  # a group heading that was not merged reaches over the headings under it
        for column in range(1, width):
            left = grid[at][column - 1]
            if (
                not grid[at][column]
                and left
                and (at, column - 1) not in spanned
                and grid[at + 1][column]
                and grid[at + 1][column - 1]
                and not _ONLY_UNIT.match(grid[at + 1][column])
            ):
                grid[at][column] = left
    headers = []
    for column in range(width):
        parts: list[str] = []
        for line in grid:
            part = line[column]
            if part and _ONLY_UNIT.match(part) and parts:
                parts[-1] += part if part not in parts[-1] else ""
            elif part and (not parts or parts[-1] != part):
                parts.append(part)
        if parts and not (column in wide and all(is_blank(row[column]) for row in sheet.rows[block[-1] :])):
            headers.append(Header(" / ".join(parts), column, tuple(parts)))
    return tuple(headers)


# Above the header


def unit_in(text: str) -> str | None:
    """元, 万元 or 亿元 when a title or unit row states one ("单位：万元", "（单位：元）"), None if none or two."""
    text = tight(text)
    found = {a or b for a, b in _UNIT.findall(text)} or set(_TITLE_UNIT.findall(text))
    return found.pop() if len(found) == 1 else None


class _Above(NamedTuple):
    """What stands over a table: its unit, the cell that states it, the data date and the title lines."""

    unit: str | None = None
    unit_cell: str | None = None
    as_of: date | None = None
    title: tuple[str, ...] = ()


def _above(sheet: Sheet, start: int, header: int, higher: _Above) -> _Above:
    """What the rows from `start` to the header say, and the table higher up where they say nothing."""
    unit = unit_cell = None
    as_of: date | None = None
    title = []
    for number, row in enumerate(sheet.rows[start - 1 : header - 1], start):
        filled = _filled(row)
        line = " ".join(plain(c) for _, c in filled)
        words = []
        for column, cell in filled:
            text = plain(cell)
            found = unit_in(text)
            if found is None and tight(text) in ("元", "万元", "亿元"):
                found = unit_in(line)
            if found:
                unit, unit_cell = found, cell_name(sheet.name, number, column)
            if isinstance(cell, date):
                as_of = as_of or (cell.date() if isinstance(cell, datetime) else cell)
            elif (on := as_of_in(text)) is not None:
                as_of = on
            elif not _META.search(tight(text)):
                words.append(text)
        if as_of is None:
            as_of = as_of_in(line)
        if words:
            title.append(" ".join(words))
    if unit is None:
        unit, unit_cell = higher.unit, higher.unit_cell
    return _Above(unit, unit_cell, as_of or higher.as_of, (*higher.title, *title))


def _unit_below(sheet: Sheet, left_out: Sequence[LeftOut]) -> tuple[str | None, str | None]:
    for line in left_out:
        if line.kind in ("note", "section") and (unit := unit_in(line.text)):
            return unit, cell_name(sheet.name, line.number, 0)
    return None, None


# Under the header


def _body(
    sheet: Sheet, headers: Sequence[Header], start: int
) -> tuple[list[Row], list[Total], list[LeftOut]]:
    lines = list(_lines(sheet, headers, start))
    _number_rows(lines)
    _numbered(lines, headers)
    _headings(lines, headers)
    _unlabelled(lines, headers)
    rows = [line for line in lines if line.kind == "data"]
    left_out = [
        LeftOut(line.number, line.kind, line.text)
        for line in lines
        if line.kind not in ("data", "total", "heading", "share")
    ]
    return rows, _totals(lines), left_out


@dataclass(frozen=True)
class _Shape:
    """What the sorting of rows knows of their table: its columns' headings by index, its first column, …"""

    names: dict[int, tuple[str, ...]]
    first: int
    has_serial: bool  # the first column is 序号
    continued: set[int]  # rows that a cell merged downward reaches into


def _lines(sheet: Sheet, headers: Sequence[Header], start: int) -> Iterator[Row]:
    """Every row that is not blank, with what its first cells say of it; ends where another table begins."""
    columns = [h.index for h in headers]
    names = {h.index: h.parts for h in headers}
    continued = {
        number
        for m in sheet.merged or ()
        if m.bottom > m.top >= start and m.left in names
        for number in range(m.top + 1, min(m.bottom, len(sheet.rows)) + 1)
    }
    shape = _Shape(names, columns[0], bool(_SERIAL.match(headers[0].text)), continued)
    seen_data = False
    row = Row(start - 1, [], "header")  # the last one that was not blank
    first, has_serial = shape.first, shape.has_serial
    second, third = (columns + columns[-1:] * 2)[1:3]
    openings = _OPENINGS | {h.parts[-1][0] for h in headers[:1]} | {h.parts[0][0] for h in headers[:1]}
    for number, cells in enumerate(sheet.rows[start - 1 :], start):
        # The plain case first: three cells filled, none of which can be more than data.
        a, b, c = cells[first], cells[second], cells[third]
        if (
            (a != "" and b != "" and c != "")
            and (a[:1] not in openings and "计" not in a and not has_serial if isinstance(a, str) else True)
            and not (isinstance(b, str) and ("计" in b or "和" in b or b.isspace()))
            and not (isinstance(c, str) and ("计" in c or "和" in c or c.isspace()))
        ):
            row = Row(number, cells)
        else:
            lead = list(islice(((i, v) for i, v in enumerate(cells) if v != "" and not is_blank(v)), 3))
            if not lead:
                continue
            row = Row(number, cells, *_judged(shape, number, cells, lead, row, seen_data=seen_data))
        yield row
        if row.kind == "other_table":
            return
        seen_data = seen_data or row.kind == "data"


def _judged(
    shape: _Shape,
    number: int,
    cells: list[Cell],
    lead: Sequence[tuple[int, Cell]],
    before: Row,
    *,
    seen_data: bool,
) -> tuple[str, str, int]:
    """Kind, text and depth of a row out of its first three filled cells (`lead`) and the row before it."""
    first = shape.first
    words = [(c, tight(v)) for c, v in lead if isinstance(v, str) and not _NUMBER.fullmatch(v)]
    only_words = bool(words) and len(words) == len(lead)
    text = plain(lead[0][1])
    if words and words[0] == (first, EXAMPLE):
        return "example", text, 0
    if only_words and len(words) > 1 and _repeats_header(cells, shape.names):
        return "header", text, 0
    label = next(((c, w) for c, w in words if len(w) < 60 and _TOTAL.match(w)), None)
    is_numbered = bool(_ARABIC.match(tight(plain(cells[first]))))  # its 序号, its year
    if label is not None and not (is_numbered and label[0] != lead[1][0]):
        return "total", plain(cells[label[0]]), 0
    is_break = number > before.number + 1 or before.kind != "data"
    if seen_data and only_words and _opens_another(cells, is_break=is_break):
        return "other_table", text, 0
    if words and words[0][0] == lead[0][0]:
        opening_word = words[0][1]
        is_note = _NOTE.match(opening_word) and (len(lead) == 1 or not shape.has_serial or seen_data)
        if is_note or _is_remark(cells, first if shape.has_serial else -1):
            return "note", text, 0
        is_unnumbered = shape.has_serial and lead[0][0] == first and not _ARABIC.match(opening_word)
        if opening_word.startswith("其中") or (before.kind == "share" and is_unnumbered):
            return "share", text, 0
    if len(lead) == 1 and len(shape.names) > 2 and number not in shape.continued:
        ((column, alone),) = lead
        if words and not _ARABIC.match(words[0][1]):
            return "section", text, 0
        if isinstance(alone, date):
            return "note", text, 0  # the day under a signature
        return ("sum" if column != first else "numbers"), text, 0  # or a row prepared with its 序号 alone
    opening = cells[first]
    if isinstance(opening, str) and (numeral := _NUMERAL.match(tight(opening))):
        return "heading", text, 2 if numeral.group("open") else 1
    is_filled = not isinstance(opening, str) or bool(opening.strip())
    if words and words[0][0] == lead[0][0] and _WHOLE.fullmatch(words[0][1]):
        return "whole", text, 0
    if isinstance(opening, str) and is_filled:
        is_group = not _ARABIC.match(tight(opening)) if shape.has_serial else _is_lone_word(cells)
        if is_group:
            return "group", text, 1
    if not is_filled and not words and number not in shape.continued:
        return "sum", text, 0
    return "data", text, 0


def _is_lone_word(cells: Sequence[Cell]) -> bool:
    """True for one word and figures, in a table without 序号: a township over its villages, or a plain row."""
    numbers = [_number(cell) for _, cell in _filled(cells)]
    return len(numbers) > 1 and numbers.count(None) == 1


def _repeats_header(cells: Sequence[Cell], names: dict[int, tuple[str, ...]]) -> bool:
    """True where every filled cell says what its column is headed with: a printed page begins."""
    return all(isinstance(cell, str) and tight(cell) in names.get(c, ()) for c, cell in _filled(cells))


def _opens_another(cells: Sequence[Cell], *, is_break: bool) -> bool:
    """True where a row under data is the heading of another table; `is_break`: it does not follow a data row."""
    texts = [tight(plain(cell)) for _, cell in _filled(cells)]
    if texts[0] in ("序号", "编号"):
        return len(texts) > 1 and bool(_HEADER_WORDS.search(texts[1]))
    hits = sum(bool(_HEADER_WORDS.search(t)) and len(t) < 16 for t in texts)
    return (
        is_break
        and len(texts) > 2
        and bool(_FIRST_HEADING.fullmatch(texts[0]))
        and hits * 3 >= len(texts) * 2
    )


def _is_remark(cells: Sequence[Cell], serial: int) -> bool:
    """True for 监督电话：… where others have their 序号, and for a row of 填报单位：… and 单位：万元 alone."""
    filled = _filled(cells)
    if any(_number(cell) is not None for _, cell in filled):
        return False
    texts = [tight(plain(cell)) for _, cell in filled]
    return (filled[0][0] == serial and bool(_LABELLED.match(texts[0]))) or all(map(_is_meta, texts))


def _number_rows(lines: list[Row]) -> None:
    """A row 1 2 3 … (or 甲 乙 1 2 …) right under the header numbers the columns."""
    if not lines:
        return
    filled = [plain(c) for _, c in _filled(lines[0].cells)]
    plainly = [t for t in filled if not re.fullmatch(r"[甲乙丙丁]", t)]
    digits = [re.sub(r"^[(（]?(\d+)[)）]?.*$", r"\1", t) for t in plainly]
    enough = 1 if len(plainly) < len(filled) else 3  # 甲 乙 丙 1 2 says so by its first signs
    if len(filled) > 3 and len(plainly) >= enough and digits == [str(n) for n in range(1, len(digits) + 1)]:
        lines[0] = lines[0]._replace(kind="numbers")


def _numbered(lines: list[Row], headers: Sequence[Header]) -> None:
    """A row numbered 1 heads the rows 1.1 and 1.2, or (1) and (2), that follow: it is no row beside them."""
    if not _SERIAL.match(headers[0].text):
        return
    numbered = [
        (at, _opening(x, headers).rstrip("、.")) for at, x in enumerate(lines) if x.kind in ("data", "group")
    ]
    for (at, own), (_, following) in pairwise(numbered):
        if not re.fullmatch(r"\d+([-.]\d+)*", own):
            continue
        if re.match(re.escape(own) + r"[-.]\d", following):
            carries_on = re.compile(re.escape(own) + r"[-.]\d")
        elif re.fullmatch(r"\(1\)|①", following):
            carries_on = re.compile(r"\(\d+\)|[①-⑳]|$")
        else:
            continue
        until = next(
            (lines[x].number for x, text in numbered if x > at and not carries_on.match(text)), 10**9
        )
        has_numbers = any(_number(c) is not None for c in lines[at].cells[headers[0].index + 1 :])
        kind, depth = ("heading" if has_numbers else "section"), 3 + len(re.findall(r"[-.]", own))
        lines[at] = lines[at]._replace(kind=kind, depth=depth, until=until)


def _headings(lines: list[Row], headers: Sequence[Header]) -> None:
    """Settles the rows that open with 一, (一) or a word where others have a number, and those of 全县.

    Such a row heads what follows when rows of a deeper kind follow, when it names nothing but itself, or when its
    figures are their sums; otherwise it is a row like any other.
    """
    named = headers[1].index if len(headers) > 1 and _SERIAL.match(headers[0].text) else None
    for at, line in enumerate(lines):
        if line.kind not in ("heading", "group") or line.until:
            continue
        has_numbers = any(_number(c) is not None for c in line.cells)
        after = next(
            (x for x in lines[at + 1 :] if x.kind not in ("section", "note", "numbers", "header")), None
        )
        heads = False
        if line.kind == "heading" and after is not None:
            if after.kind == "heading":
                heads = after.depth > line.depth
            elif after.kind in ("data", "group"):
                heads = not has_numbers or bool(_ARABIC.match(_opening(after, headers)))
        elif line.kind == "group" and after is not None and named is not None:
            heads = is_blank(line.cells[named]) and bool(_ARABIC.match(_opening(after, headers)))
        may_head = True  # without 序号 only the rows that go on without a name, or with its own, are under it
        if line.kind == "group" and named is None:
            may_head = after is not None and _opening(after, headers) in ("", _opening(line, headers))
        if heads or (may_head and _sums_what_follows(lines, at)):
            lines[at] = line._replace(kind="heading" if has_numbers else "section")
        else:
            lines[at] = line._replace(kind="data")
    for at, line in enumerate(lines):
        if line.kind == "whole":
            is_sum = _are_sums(line.cells, [x.cells for x in lines if x.kind == "data"])
            lines[at] = line._replace(kind="total" if is_sum else "data")


def _opening(line: Row, headers: Sequence[Header]) -> str:
    return tight(plain(line.cells[headers[0].index]))


def _sums_what_follows(lines: list[Row], at: int) -> bool:
    """True where every number of this row is the sum of its column down to the next row of its kind."""
    following = []
    for line in lines[at + 1 :]:
        if line.kind in ("group", "total", "heading"):
            break
        if line.kind == "data":
            following.append(line.cells)
    return _are_sums(lines[at].cells, following)


def _are_sums(cells: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bool:
    """True where the numbers of a row are the sums of their columns in some rows."""
    numbers = [(c, v) for c, cell in enumerate(cells) if (v := _number(cell))]
    return bool(numbers and rows) and all(
        abs(sum(_number(row[c]) or 0.0 for row in rows) - value) < 0.011 for c, value in numbers
    )


def _number(cell: Cell) -> float | None:
    """A number cell, or text that is nothing but a number (all of a .csv is text)."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return float(cell)
    if isinstance(cell, str) and _NUMBER.fullmatch(cell):
        return float(cell)
    return None


def _unlabelled(lines: list[Row], headers: Sequence[Header]) -> None:
    """A row of numbers without any word: a total when it ends the table, data otherwise."""
    last = max(
        (at for at, x in enumerate(lines) if x.kind in ("data", "sum", "heading", "total")), default=-1
    )
    for at, line in enumerate(lines):
        if line.kind == "sum":
            is_total = at == last and any(x.kind == "data" for x in lines[:at])
            lines[at] = line._replace(
                kind="total" if is_total else "data", text="" if is_total else line.text
            )


def _totals(lines: list[Row]) -> list[Total]:
    """Which totals sum the whole table (the first or last 合计, 总计) and which a part of it."""
    labelled = [line for line in lines if line.kind == "total"]
    wide = [x for x in labelled if "小计" not in tight(x.text)]
    data = [line.number for line in lines if line.kind == "data"]
    named = [
        x for x in wide if re.fullmatch(r"\(?(全?[县区市])?(合计|总计|共计|总合计|累计)?.*", tight(x.text))
    ]
    pool = named or wide
    whole: set[int] = set()
    if pool and data:
        if pool[0].number < data[0]:
            whole.add(pool[0].number)
        if pool[-1].number > data[-1]:
            whole.add(pool[-1].number)
    if (
        not wide
        and len(labelled) == 1
        and data
        and (labelled[0].number < data[0] or labelled[0].number > data[-1])
    ):
        whole.add(labelled[0].number)
    totals = []
    opens = next((x for x in lines if x.kind in ("data", "total") and x.number not in whole), None)
    subtotals_above = opens is not None and opens.kind == "total"
    for line in lines:
        if line.kind == "share":
            totals.append(Total(line.number, line.text, line.cells, SHARE, is_above=False))
        if line.kind in ("total", "heading"):
            is_heading = line.kind == "heading"
            label = line.text
            if is_heading:
                label = next((plain(c) for _, c in _filled(line.cells)[1:] if isinstance(c, str)), label)
                label = label if len(tight(line.text)) < 4 else line.text
            level = 0 if line.number in whole else max(line.depth, 1)
            above = (
                is_heading
                or (level == 0 and bool(data) and line.number < data[0])
                or (level > 0 and subtotals_above)
            )
            totals.append(Total(line.number, label, line.cells, level, above, line.until))
    return totals
