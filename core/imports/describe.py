"""What stands in a workbook of no known ledger: its table, money, places, dates, totals, and every doubt.

This is what `python -m core import FILE --dry-run --json` prints when no ledger is recognised.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.draft import Problem
from core.imports import values
from core.imports.matching import match_unit, names_in_column, places_in
from core.imports.table import SHARE, Header, Row, Table, Total, find_tables, longest
from core.imports.values import Period, Unreadable, is_blank, plain, tight
from core.imports.workbook import Cell, read_workbook
from core.places import PlaceTree

MAX_PROBLEMS = 500
EXACT = Decimal("0.000001")  # 万元: one 分

_MONEY = re.compile(r"资金|金额|投资|投入|费用|经费|预算|概算|决算|补助|补贴|款|价款|造价")
_PART_OF_MONEY = re.compile(
    r"(合计|总计|小计|总额|总金额|中央|省|市|县|区|乡镇?|镇)(级|本级|财政|配套)?(衔接|整合|统筹|专项|补助)?(资金)?|(自筹|整合|统筹|衔接|其他|社会|信贷)(资金)?"
)
_NO_MONEY = re.compile(
    r"标准|单价|来源|级次|级别|文号|渠道|用途|方式|类型|类别|性质|名称|编号|时间|日期|率|比例|比重|占比|进度|户数|人数|人口|数量|对象|"
    r"个数|次数|面积|收入|收益|产值|效益|分红|人均|户均|亩均|内容|单位$|部门|机制|目标|依据|原因|是否|^[户人]$|/|备注|说明"
)
_WORDS = re.compile(
    r"[A-Za-z\u4e00-\u9fff]"
)  # — and / stand for an amount that is not there, and are asked about
_IN_LABEL = re.compile(r"[:(]((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:万元|元))\)?$")  # 合计:4500元
_WHOLE = re.compile(r"合计|总计|总额|总金额|总资金")

_DATES = re.compile(r"时间|日期|期限|时限|工期|周期|年月|起止|(开工|竣工|完工|验收|完成)$")
_NO_DATES = re.compile(
    r"率|次数|是否|情况|人|单位|\((个?月|天|日历天|日|年)\)|月数|天数|时长|(?<!起止)年限|小时"
)
_STARTS = re.compile(r"开工|开始|起始|启动|进场")
_ENDS = re.compile(r"完工|竣工|完成|结束|截止|终止|验收|交付|完时")
_DATELIKE = re.compile(
    r"\d{4}|\d月\d|\d-\d+月|\d[-./]\d+[-./]\d"
)  # a date, if not one that can be read; 待定 and 10 are none
_LASTS = re.compile(r"\d+(\.\d+)?(个月|天|日历天|个日历天)|\d{1,2}年")

_TOWNSHIP = re.compile(
    r"(所属|所在|实施|涉及|项目)?(乡镇?|镇乡?|街道|乡\(镇\)|镇\(乡\)|乡镇名|乡、镇)([、/(]?(街道|办事处|办|乡|镇|街办|区)+\)?)*(名称|名)?"
)
_VILLAGE = re.compile(
    r"(所属|所在|实施|涉及|项目|行政)*村(委会|委|居|屯)?([、/(]?(社区|居委会|居|组|街)\)?)*(名称|名)?"
)
_PLACE = re.compile(r"地点|地址|位置|区域|坐落|所在地|实施地|建设地|镇村|乡镇|乡\(镇\)|行政村|村名|村\(")
_NO_PLACE = re.compile(r"负责|责任人|联系|公示|公告|意见|级|配套|数$|资金|干部|是否|电话|类型|集体")
_PROJECT = re.compile(
    r"(项目|工程|子项目|建设项目|具体项目|任务)(名称)?|.*(项目|工程)名称|项目名称[及和、/(].*|名称"
)
_UNIT = re.compile(r"单位|部门|主体|业主")
_NO_UNIT = re.compile(r"计量|金额|中标|施工|监理|设计|供货|承包|单位数|评审|代理")


@dataclass(frozen=True)
class DateFound:
    """A date cell: `row` counts data rows from 1; see `Period` for the rest."""

    row: int
    text: str
    period: Period

    def as_dict(self) -> dict[str, Any]:
        """The keys of interfaces.md."""
        return {
            "row": self.row,
            "text": self.text,
            "start": self.period.start,
            "end": self.period.end,
            "ambiguous": list(self.period.ambiguous) or None,
        }


@dataclass(frozen=True)
class TotalFound:
    """A total row's amount in the money column, 万元; None where it cannot be read or no column is chosen."""

    cell: str
    label: str
    amount_wan: Decimal | None


@dataclass(frozen=True)
class Description:
    """A workbook read as a table of no known ledger."""

    as_of: date | None
    rows: int
    amount_wan: Decimal | None
    headers: tuple[str, ...]
    townships: tuple[str, ...]
    villages: tuple[str, ...]
    dates: tuple[DateFound, ...]
    totals: tuple[TotalFound, ...]
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """Exactly the keys of the import JSON in interfaces.md."""
        return {
            "ledger": None,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "rows": self.rows,
            "amount_wan": _number(self.amount_wan),
            "headers": list(self.headers),
            "places": {"townships": list(self.townships), "villages": list(self.villages)},
            "dates": [d.as_dict() for d in self.dates],
            "totals": [
                {"cell": t.cell, "label": t.label, "amount_wan": _number(t.amount_wan)} for t in self.totals
            ],
            "problems": [
                {"cell": p.cell, "expected": p.expected, "found": p.found, "fix": p.fix, "blocks": p.blocks}
                for p in self.problems
            ],
            "changes": {},
            "accepted": False,
        }


def describe(content: bytes, name: str, tree: PlaceTree) -> Description:
    """Reads a workbook of no known ledger. Raises Refused when there is no table in it."""
    return describe_tables(find_tables(read_workbook(content, name)), name, tree)


def describe_tables(tables: Sequence[Table], name: str, tree: PlaceTree) -> Description:
    """What the longest table of a workbook holds. Raises Refused when there is none."""
    table = longest(tables, name)
    return describe_table(table, name, tree, [t for t in tables if t.where != table.where])


def describe_table(table: Table, name: str, tree: PlaceTree, others: Sequence[Table] = ()) -> Description:
    """What one table holds; `name` is the file's, `others` are the tables of the workbook that are not read here."""
    notes = _Notes(table)
    notes.layout(others)
    columns = _money_columns(table)
    columns = [c for c in columns if "大写" not in c.header.text] or columns  # the same money in other signs
    chosen = _chosen(columns, notes)
    amount = chosen.total() if chosen else None
    totals = tuple(_totals(table, chosen))
    for column in columns:
        column.check(notes, is_chosen=column is chosen)
    townships, villages = _places(table, tree, notes)
    dates = tuple(_dates(table, notes))
    return Description(
        table.as_of or values.as_of_in_name(name),
        len(table.rows),
        amount,
        tuple(h.text for h in table.headers),
        townships,
        villages,
        dates,
        totals,
        tuple(notes.problems),
    )


def total_problems(table: Table, columns: Sequence[int]) -> tuple[Problem, ...]:
    """Where the totals and subtotals of these money columns differ from their rows, with both figures."""
    notes = _Notes(table)
    if table.totals:
        for header in table.headers:
            if header.index in columns:
                column = _read_money(table, header, header.unit or table.unit)
                if not column.has_no_unit and not column.unread:
                    column.check(notes, is_chosen=True)
    return tuple(notes.problems)


def column_total(table: Table, column: int) -> Decimal | None:
    """The sum of a money column in 万元; None while a cell of it cannot be read or its unit is unknown."""
    header = next(h for h in table.headers if h.index == column)
    return _read_money(table, header, header.unit or table.unit).total()


def _number(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount.quantize(EXACT))


@dataclass
class _Notes:
    """The problems found so far, capped: more than 500 tell a clerk nothing new."""

    table: Table
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        at: tuple[int, int],
        expected: str,
        found: Cell,
        fix: str,
        *,
        blocks: bool = True,
        confirmable: bool = False,
    ) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            shown = plain(found)
            shown = (shown if len(shown) <= 40 else shown[:40] + "…") or "空"
            self.problems.append(
                Problem(self.table.cell_name(*at), expected, shown, fix, blocks, confirmable)
            )

    def layout(self, others: Sequence[Table]) -> None:
        """What of the workbook is not in this table: other tables, and columns without a heading."""
        headings = [h.text for h in self.table.headers]
        for other in others:
            is_alike = [h.text for h in other.headers] == headings
            fix = (
                "表头相同，合到一张表里再导入，或分别另存" if is_alike else "没有读，需要时请另存为单独的文件"
            )
            self.problems.append(
                Problem(
                    other.where, "一份文件一张表", f"另有一张{len(other.rows)}行的表", fix, is_alike, is_alike
                )
            )
        for column in self.table.unnamed:
            self.add(
                (self.table.header_rows[-1], column),
                "列名",
                "空",
                "请给这一列写上列名，或删去这一列",
                blocks=False,
            )


# Money


@dataclass
class _Money:
    """One money column: its unit, the amounts of the data rows, what could not be read."""

    table: Table
    header: Header
    unit: str | None
    amounts: dict[int, Decimal] = field(default_factory=dict)  # by row number, 万元
    unread: list[tuple[int, Cell, Unreadable]] = field(default_factory=list)
    has_no_unit: bool = False  # neither heading, unit row, title nor any cell says 元 or 万元

    def total(self) -> Decimal | None:
        """The sum in 万元; None while a cell that is not empty cannot be read, or when all are empty."""
        return sum(self.amounts.values(), Decimal(0)) if self.amounts and not self.unread else None

    def check(self, notes: _Notes, *, is_chosen: bool) -> None:
        """Says which amounts cannot be read, and which totals differ from their rows."""
        column = self.header.index
        if self.has_no_unit:
            notes.add(
                (self.table.header_rows[-1], column), "金额单位（元或万元）", f"{self.header.text}没有写单位",
                "是元还是万元？请在表头或表题注明，如“单位：万元”",
            )  # fmt: skip
            return
        for number, cell, reason in self.unread:
            notes.add((number, column), reason.expected, cell, reason.fix, blocks=is_chosen)
        if self.unread:
            return
        for total in self.table.totals:
            cell = _stated(total, column)
            if is_blank(cell):
                continue
            try:
                stated = values.amount(cell, self.unit)
            except Unreadable as reason:
                notes.add((total.number, column), reason.expected, cell, reason.fix, blocks=is_chosen)
                continue
            sums = [
                sum((self.amounts.get(n, Decimal(0)) for n in rows), Decimal(0))
                for rows in _summed(self.table, total)
            ]
            if sums and all(abs(s - stated) >= EXACT / 2 for s in sums):
                notes.add(
                    (total.number, column),
                    f"“{tight(total.label) or '合计'}”等于各行之和{_wan(sums[0])}万元",
                    f"{_wan(stated)}万元",
                    f"相差{_wan(abs(sums[0] - stated))}万元，请核对各行和合计",
                    confirmable=True,
                )


def _wan(amount: Decimal) -> str:
    text = f"{amount.quantize(EXACT):f}"
    return text.rstrip("0").rstrip(".")


def _money_columns(table: Table) -> list[_Money]:
    """The columns that hold money, by heading and by what stands in them."""
    columns = []
    for header in table.headers:
        leaf = header.parts[-1]
        bare = re.sub(r"\([^()]*\)$|/[万亿]?元$", "", leaf)
        if _NO_MONEY.search(bare) or re.search(r"元/", leaf):
            continue
        unit = header.unit
        by_name = bool(_MONEY.search(bare)) or (
            any(_MONEY.search(p) for p in header.parts[:-1]) and _is_part(bare)
        )
        by_unit_row = table.unit is not None and _is_part(bare)
        if unit is None and not by_name and not by_unit_row:
            continue
        column = _read_money(table, header, unit or table.unit)
        # Words under a heading without unit (资金管理措施): not a money column.
        words = sum(not _is_number(cell) and bool(_WORDS.search(plain(cell))) for _, cell, _ in column.unread)
        if header.unit is not None or words * 2 < len(column.amounts) + len(column.unread):
            columns.append(column)
    return columns


def _is_part(bare: str) -> bool:
    return bool(_PART_OF_MONEY.fullmatch(re.sub(r"^其中:?", "", bare)))


def _read_money(table: Table, header: Header, unit: str | None) -> _Money:
    column = _Money(table, header, unit)
    for row in table.rows:
        cell = row.cells[header.index]
        if is_blank(cell):
            if table.is_uncomputed(row.number, header.index):
                reason = Unreadable("金额", "请用WPS或Excel打开，重新计算后保存")
                column.unread.append((row.number, "公式没有结果", reason))
            continue
        try:
            column.amounts[row.number] = values.amount(cell, unit)
        except Unreadable as reason:
            column.unread.append((row.number, cell, reason))
    if unit is None and not column.amounts:
        column.has_no_unit = any(_is_number(cell) for _, cell, _ in column.unread)
    return column


def _is_number(cell: Cell) -> bool:
    try:
        return values.amount_parts(cell)[1] is None
    except Unreadable:
        return False


def _chosen(columns: Sequence[_Money], notes: _Notes) -> _Money | None:
    """The money of the 合计 group, else the only money column (其中 columns are parts of another), else a question."""
    whole = [c for c in columns if any(_WHOLE.search(p) for p in c.header.parts)]
    if len(whole) == 1:
        return whole[0]
    alone = [c for c in columns if not any(p.startswith("其中") for p in c.header.parts)]
    if len(alone) == 1:
        return alone[0]
    if not whole and (summed := _sum_of_others(alone) or _sum_of_others(columns)):
        return summed
    header_row = notes.table.header_rows[-1]
    if not columns:
        notes.add(
            (header_row, 0),
            "金额列",
            "没有找到",
            "这张表如有金额，请在列名写明，如“资金规模(万元)”",
            blocks=False,
        )
    else:
        names = "、".join(f"“{c.header.text}”" for c in columns)
        notes.add(
            (header_row, columns[0].header.index),
            "一个金额列",
            f"有{len(columns)}个金额列",
            f"请说明以哪一列为准：{names}",
        )
    return None


def _sum_of_others(columns: Sequence[_Money]) -> _Money | None:
    """The column that is, in every row, the sum of the other two or more: a 合计 in all but name."""
    if len(columns) < 3 or any(c.unread for c in columns):
        return None
    fits = [
        c
        for c in columns
        if c.amounts
        and all(
            c.amounts.get(row.number, 0) == sum(o.amounts.get(row.number, 0) for o in columns if o is not c)
            for row in c.table.rows
        )
    ]
    return fits[0] if len(fits) == 1 else None


def _totals(table: Table, chosen: _Money | None) -> Iterator[TotalFound]:
    for total in table.totals:
        if chosen is None:
            yield TotalFound(table.cell_name(total.number, table.headers[0].index), total.label, None)
            continue
        cell = _stated(total, chosen.header.index)
        try:
            amount = None if is_blank(cell) or chosen.has_no_unit else values.amount(cell, chosen.unit)
        except Unreadable:
            amount = None
        yield TotalFound(table.cell_name(total.number, chosen.header.index), total.label, amount)


def _stated(total: Total, column: int) -> Cell:
    """What a total says under a column, or in its own label (合计：4500元) where there it says nothing."""
    cell = total.cells[column]
    if is_blank(cell) and (match := _IN_LABEL.search(tight(total.label))):
        return match.group(1)
    return cell


def _summed(table: Table, total: Total) -> list[list[int]]:
    """The row numbers that a total may sum, likeliest first: all, or its part above or below."""
    numbers = [row.number for row in table.rows]
    if total.level == SHARE:
        return []
    if total.until:
        return [[n for n in numbers if total.number < n < total.until]]
    if total.level == 0:
        label = tight(total.label)
        same = [t.number for t in table.totals if t.number < total.number and tight(t.label) == label]
        return [
            numbers,
            *([n for n in numbers if s < n < total.number] for s in same[-1:] if not total.is_above),
        ]
    others = [t for t in table.totals if t is not total and t.level]
    sections = [o.number for o in table.left_out if o.kind == "section"]
    if total.is_above:
        ends = [t.number for t in others if t.number > total.number and t.level <= total.level]
        ends += [t.number for t in table.totals if t.number > total.number and t.level == 0]
        end = min(ends, default=10**9)
        return [[n for n in numbers if total.number < n < end]]
    before = [t.number for t in table.totals if t.number < total.number]
    starts = {max(before, default=0), max([*before, *(s for s in sections if s < total.number)], default=0)}
    starts.add(max((t.number for t in others if t.number < total.number and t.is_above), default=0))
    return [r for s in sorted(starts, reverse=True) if (r := [n for n in numbers if s < n < total.number])]


# Dates


def _dates(table: Table, notes: _Notes) -> Iterator[DateFound]:
    columns = [h for h in table.headers if _DATES.search(h.parts[-1]) and not _NO_DATES.search(h.parts[-1])]
    known: dict[tuple[int, Cell], Period | Unreadable] = {}
    for ordinal, row in enumerate(table.rows, 1):
        for header in columns:
            cell = row.cells[header.index]
            if is_blank(cell) or (isinstance(cell, str) and _LASTS.fullmatch(tight(cell))):
                continue
            found = known.get((header.index, cell))
            if found is None:
                try:
                    found = _within(values.period(cell), header.text)
                except Unreadable as reason:
                    found = reason
                known[header.index, cell] = found
            if isinstance(found, Unreadable):
                notes.add((row.number, header.index), found.expected, cell, found.fix)
                found = Period(None, None)
                if not _DATELIKE.search(tight(plain(cell))):
                    continue
            elif found.ambiguous:
                either = "或".join(found.ambiguous)
                notes.add(
                    (row.number, header.index),
                    "明确的日期",
                    cell,
                    f"可以读成{either}，请写成2022-03-15这样的日期",
                )
            yield DateFound(ordinal, _date_text(cell), found)


def _date_text(cell: Cell) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else plain(cell)


def _within(period: Period, header: str) -> Period:
    """A single date under 竣工时间 ends and does not begin; under 开工时间 it begins."""
    if period.start and period.start == period.end:
        if _ENDS.search(header) and not _STARTS.search(header):
            return Period(None, period.end)
        if _STARTS.search(header) and not _ENDS.search(header):
            return Period(period.start, None)
    return period


# Places


@dataclass(frozen=True)
class _Spot:
    """A place as a row names it, and where."""

    township: str
    village: str
    row: int
    column: int


def _places(table: Table, tree: PlaceTree, notes: _Notes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Townships and villages from place columns, else from project names, units and the title; with problems."""
    spots = list(_spots(table))
    own = [s for s in spots if s.township and match_unit(s.township, tree).place]
    towns = [s for s in spots if s.township]
    is_own = tree.county.name in "".join(table.title) or (bool(towns) and len(own) * 2 >= len(towns))
    townships: dict[str, _Spot] = {}
    villages: dict[str, _Spot] = {}
    for spot in spots:
        unit = match_unit(spot.township, tree).place if spot.township and is_own else None
        if spot.township:
            townships.setdefault(unit.name if unit else spot.township, spot)
        if spot.village:
            place = tree.find_village(unit, spot.village) if unit else None
            villages.setdefault(place.name if place else spot.village, spot)
            if is_own and unit and place is None:
                townships.setdefault(unit.name, spot)
    for name, spot in townships.items():
        found = match_unit(name, tree)
        if not (is_own and found.place) and spot.row:
            fix = found.fix if is_own else "不是本县的乡镇，请确认是不是本县的表"
            notes.add((spot.row, spot.column), f"{tree.county.name}的乡镇（街道）", name, fix)
    for name, spot in villages.items():
        unit = match_unit(spot.township, tree).place if spot.township and is_own else None
        known = tree.find_village(unit, name) if unit else (tree.find_villages(name) if is_own else None)
        if not known and spot.row and not (spot.township and unit is None):
            where = unit.name if unit else tree.county.name
            notes.add(
                (spot.row, spot.column),
                f"{where}的村",
                name,
                f"{where}没有这个村，请核对村名，或确认是不是本县的表",
            )
    names = [n for n in villages if not (not n.endswith("村") and n + "村" in villages)]
    return tuple(townships), tuple(names)


def _spots(table: Table) -> Iterator[_Spot]:
    """Every place that the rows name, in their order; the title's when no row names a township."""
    roles: dict[str, list[int]] = {"town": [], "village": [], "place": [], "project": [], "unit": []}
    for header in table.headers:
        leaf = re.sub(r"\s", "", header.parts[-1])
        if _TOWNSHIP.fullmatch(leaf):
            roles["town"].append(header.index)
        elif _VILLAGE.fullmatch(leaf):
            roles["village"].append(header.index)
        elif _PROJECT.fullmatch(leaf):
            roles["project"].append(header.index)
        elif _PLACE.search(leaf) and not _NO_PLACE.search(leaf):
            roles["place"].append(header.index)
        elif _UNIT.search(leaf) and not _NO_UNIT.search(leaf):
            roles["unit"].append(header.index)
    filled = {c: table.filled(c) for c in (*roles["town"], *roles["place"])}
    filled |= {c: table.filled(c, roles["town"]) for c in roles["village"]}
    has_township = False
    headings = sorted(
        [(t.number, t.label) for t in table.totals if t.is_above and 0 < t.level < SHARE]
        + [(o.number, o.text) for o in table.left_out if o.kind == "section"]
    )
    for at, row in enumerate(table.rows):
        while headings and headings[0][0] < row.number:  # 一、杨集镇 over the villages of 杨集镇
            number, label = headings.pop(0)
            for named in places_in(label):
                has_township = True
                yield _Spot(named.township, named.village, number, table.headers[0].index)
        for spot in _row_spots(table, row, at, roles, filled):
            has_township = has_township or bool(spot.township)
            yield spot
    if not has_township:
        for line in table.title:
            for named in places_in("".join(line.split())):
                yield _Spot(named.township, named.village, 0, 0)


def _row_spots(
    table: Table, row: Row, at: int, roles: dict[str, list[int]], filled: dict[int, list[Cell]]
) -> Iterator[_Spot]:
    towns: list[_Spot] = []
    villages: list[_Spot] = []
    for role, ending in (("town", "镇"), ("village", "村")):
        for column in roles[role]:
            cell = filled[column][at]
            if isinstance(cell, str) and cell.strip() and not table.is_merged_across(row.number, column):
                for name in names_in_column(cell, ending):
                    spot = (
                        _Spot(name, "", row.number, column)
                        if role == "town"
                        else _Spot("", name, row.number, column)
                    )
                    (towns if role == "town" else villages).append(spot)
                if role == "town":  # 村 written into the township column, township into the village column
                    villages += [
                        _Spot("", n.village, row.number, column) for n in places_in(cell) if n.village
                    ]
                else:
                    towns += [
                        _Spot(n.township, "", row.number, column) for n in places_in(cell) if n.township
                    ]
    texts = [(c, filled[c][at]) for c in roles["place"]]
    for group in (
        texts,
        [(c, row.cells[c]) for c in roles["project"]],
        [(c, row.cells[c]) for c in roles["unit"]],
    ):
        named = [(c, n) for c, cell in group if isinstance(cell, str) for n in places_in(cell)]
        if not towns:
            towns = [_Spot(n.township, "", row.number, c) for c, n in named if n.township]
        if not villages:
            villages = [_Spot("", n.village, row.number, c) for c, n in named if n.village]
    only = Counter(s.township for s in towns)
    yield from towns
    for spot in villages:
        yield _Spot(next(iter(only)), spot.village, spot.row, spot.column) if len(only) == 1 else spot
