"""A workbook in, a Draft out: rows keyed and placed, every doubt a Problem with its cell. Writes nothing."""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from core.draft import Corrected, Correction, Covered, Draft, DraftRow, Problem
from core.identity import Person
from core.imports.describe import Description, column_total, describe_tables, total_problems
from core.imports.headings import TOWNSHIP, VILLAGE, Confirmed, Headings, field_named, headings_of, whole_of
from core.imports.ledgers import (
    CAUSES,
    FEN_PER_WAN,
    LEDGERS,
    MEASURES,
    MONITORED,
    OPTIONAL,
    Column,
    Ledger,
    fen,
    text,
)
from core.imports.matching import header_key, match_in_words, match_unit, match_village, propose_village
from core.imports.quality_rules import Inspection, column_in, places_of
from core.imports.table import Header, Table, find_tables
from core.imports.values import Unreadable, amount_parts, as_of_in_name, is_blank, plain, plain_number, tight
from core.imports.workbook import Cell, cell_name, read_workbook
from core.places import COUNTY_LEVEL, Place, PlaceTree
from core.units import CHINA, day

FIVE_SOURCES = ("central_fen", "province_fen", "city_fen", "county_fen", "integrated_fen")
MAX_PROBLEMS = 500  # more of them tell a clerk nothing new


@dataclass
class Reader:
    """The state of reading one table: what was found so far."""

    ledger: Ledger
    table: Table
    tree: PlaceTree
    tables: Sequence[Table] = ()  # of every sheet: the export has its jobs (务工信息) on another
    inspection: Inspection | None = None  # of the household export
    problems: list[Problem] = field(default_factory=list)
    rows: dict[str, DraftRow] = field(default_factory=dict)
    persons: dict[str, tuple[Person, ...]] = field(default_factory=dict, repr=False)
    budget_fen: int | None = 0  # sum of the declared budget column; None once a cell of it cannot be read
    units: dict[int, str | None] = field(default_factory=dict)  # of money columns, by column index
    corrections: dict[str, list[Correction]] = field(
        default_factory=dict
    )  # by the key as the sheet writes it
    corrected: list[Corrected] = field(default_factory=list)
    asked_units: set[int] = field(default_factory=set)
    _places: dict[tuple[str, str], str | Problem] = field(default_factory=dict)

    def problem(
        self, row: int, column: int, expected: str, found: str, fix: str, *, blocks: bool = True
    ) -> None:
        """Notes a problem at a cell. In the household export an unreadable cell may hold a name or a number that
        slipped in from the next column: its text is told only where it cannot be one."""
        harmless = "改为“" in fix or re.fullmatch(r"空|没有.*|[\d./\-年月日]{1,8}", found)
        if self.ledger is MONITORED and not harmless and not found.startswith(("与", "既有")):
            found = f"读不出的{len(found)}个字（不照抄，以免带出姓名号码）"
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(
                Problem(cell_name(self.table.sheet, row, column), expected, found, fix, blocks)
            )

    def leaf(self, row: int, cells: Sequence[Cell], columns: Mapping[str, int]) -> str | None:
        """The leaf of a row from its place columns, else from a whole place name in its project name; a name that
        fits none or several is a problem."""
        township, village = columns.get(TOWNSHIP), columns.get(VILLAGE)
        if (township is None or is_blank(cells[township])) and (named := self._named(row, cells, columns)):
            return named
        if township is None:
            if self.ledger.meant != "townships":
                return self.tree.county.code + COUNTY_LEVEL + "000"
            self.problem(
                row, columns.get("name", 0), "名称里有乡镇，或有乡镇一列", "没有", "加上乡镇一列并填写"
            )
            return None
        unit_name = text(cells[township])
        village_name = text(cells[village]) if village is not None else ""
        known = self._places.get((unit_name, village_name))
        if known is None:
            known = self._places[unit_name, village_name] = self._find(
                row, unit_name, village_name, township, village
            )
        if isinstance(known, Problem):
            at = township if known.cell == "unit" else village
            self.problem(row, at or 0, known.expected, known.found, known.fix, blocks=known.blocks)
            return None if known.blocks else known.cell
        return known

    def named_place(self, cells: Sequence[Cell], columns: Mapping[str, int]) -> Place | None:
        """The one place that the project name of a row names whole."""
        at = columns.get("name")
        if at is None or not isinstance(cells[at], str) or self.ledger.meant == "report":
            return None
        return match_in_words(str(cells[at]), self.tree).place

    def _named(self, row: int, cells: Sequence[Cell], columns: Mapping[str, int]) -> str | None:
        place = self.named_place(cells, columns)
        if place is None:
            return None
        where = place if place.is_township else self.tree[place.code[:9]]
        shown = where.name + (place.name if place is not where else "")
        self.problem(
            row,
            columns["name"],
            "填写了乡镇",
            "空",
            f"由名称读出：{shown}；不对请在乡镇、村列写明",
            blocks=False,
        )
        return self.tree.leaf(place) if place is where else place.code

    def correct(
        self, key: str, rows: list[tuple[int, Sequence[Cell]]], columns: Mapping[str, int]
    ) -> list[tuple[int, Sequence[Cell]]]:
        """The sheet rows of one key (several for a household) with its declared corrections applied.

        A correction whose 原值 stands on none of them no longer applies: a problem, since nobody knows which holds.
        """
        for correction in self.corrections.get(key, ()):
            at = columns.get(field_named(self.ledger, correction.header) or "")
            if at is None:
                wanted = header_key(correction.header)
                at = next((h.index for h in self.table.headers if header_key(h.text) == wanted), None)
            number = rows[0][0]
            if at is None:
                self.problem(
                    number,
                    0,
                    f"有更正所指的“{correction.header}”一列",
                    "没有这一列",
                    "撤去这条更正，或补上这一列",
                )
                continue
            holds = [tight(plain(cells[at])) == tight(correction.was) for _, cells in rows]
            if not any(holds):
                found = (
                    "已是改后的值"
                    if tight(plain(rows[0][1][at])) == tight(correction.now)
                    else "既非原值也非改后的值"
                )
                self.problem(
                    number, at, f"更正的原值“{correction.was or '空'}”", f"没有了，{found}",
                    f"源表已变，这条更正（{correction.document}）不再适用：请在更正台账里删去或改写后先导入",
                )  # fmt: skip
                continue
            self.corrected.append(
                Corrected(
                    cell_name(self.table.sheet, rows[holds.index(True)][0], at),
                    correction.header,
                    correction.was,
                    correction.now,
                    f"{correction.reason}（{correction.document}）",
                )
            )
            rows = [
                (n, [*cells[:at], correction.now, *cells[at + 1 :]] if held else cells)
                for (n, cells), held in zip(rows, holds, strict=True)
            ]
        return rows

    def key_as_written(self, cells: Sequence[Cell], columns: Mapping[str, int]) -> str:
        """What a clerk writes under 主键: the cells of the key columns, joined by | where there are several."""
        names = ((TOWNSHIP,) if self.ledger.place_in_key else ()) + self.ledger.row_key
        return "|".join(t for n in names if n in columns and (t := tight(plain(cells[columns[n]]))))

    def _find(
        self, row: int, unit_name: str, village_name: str, township: int, village: int | None
    ) -> str | Problem:
        matched = match_unit(unit_name, self.tree)
        unit = matched.place
        if unit is None:
            return Problem("unit", "本县的乡镇（街道）名", unit_name or "空", matched.fix)
        if not village_name or not unit.is_township:
            return self.tree.leaf(unit)
        found = match_village(village_name, unit, self.tree).place
        if found is None:
            return Problem(
                "village", f"{unit.name}的村名", village_name, propose_village(village_name, unit, self.tree)
            )
        return found.code


def read(
    content: bytes,
    name: str,
    ledger_key: str | None,
    tree: PlaceTree,
    *,
    as_of: date | None = None,
    covers: Sequence[Place] = (),
    nothing_in: Sequence[Place] = (),
    needs_date: bool = True,
    confirmed: Mapping[str, Confirmed] | None = None,
    corrections: Sequence[Correction] = (),
) -> Draft:
    """Reads a workbook as a ledger (recognised by its headers when `ledger_key` is None).

    `covers` names the townships it speaks of (default: the whole county), `nothing_in` those of them where the
    clerk says 确无. Without `needs_date` (a dry run) a workbook without a date is no problem. `confirmed` holds by
    ledger what clerks said of unknown headings, `corrections` the known source errors. Raises Refused when no
    table can be read in it, UnknownLedger when it is none of ours.
    """
    sheets = read_workbook(content, name)
    tables = find_tables(sheets)
    confirmed = confirmed or {}
    ledger, table, headings = _recognise(tables, ledger_key, confirmed, name, tree)
    given, as_of = as_of, as_of or as_of_in_name(name) or table.as_of
    reader = Reader(ledger, table, tree, tables)
    for correction in corrections:
        if correction.ledger == ledger.key:
            reader.corrections.setdefault(tight(correction.key), []).append(correction)
    columns = dict(headings.found)
    unchecked = _ask(reader, headings)
    reader.units = {h.index: h.unit or _unit_of_whole(h, table) or table.unit for h in table.headers}
    if any(p.blocks for p in reader.problems):
        reader.budget_fen = _declared_fen(reader, columns)  # 缺列的表不逐行读
    else:
        _fill_down(reader, columns)
        (_read_households if ledger is MONITORED else _read_rows)(reader, columns, as_of or date.today())
        money = [columns[c.name] for c in ledger.columns if c.money and c.name in columns]
        reader.problems += total_problems(table, money)
        if not reader.rows and not reader.problems:
            is_example = any(line.kind == "example" for line in table.left_out)
            found, fix = (
                ("没有数据，只有示例行", "在示例行下面填写数据，示例行可以留着")
                if is_example
                else ("没有数据行", "确认导出的是有数据的表")
            )
            reader.problem(table.header_rows[-1] + 1, 0, "数据行", found, fix)
    for other in tables:
        if other.where != table.where and other.rows and _is_recognised(_headings(other, ledger, confirmed)):
            reader.problems.append(
                Problem(
                    other.where,
                    f"一份文件一张{ledger.title}",
                    f"另有一张{len(other.rows)}行的，没有读",
                    "合到一张表里再导入；不要的请删去，或确认不用",
                    confirmable=True,
                )
            )
    if as_of is not None:
        reader.problems += _date_problems(name, table, as_of, given)
    elif needs_date:
        fix = "在文件名末尾写明日期（如-20220831），或导入时指定"
        reader.problems.append(Problem(name, "数据截至日期", "没有找到", fix))
    rows = tuple(reader.rows.values())
    inspection = reader.inspection
    return Draft(
        ledger=ledger.key,
        county=tree.county.code,
        file_name=name,
        file_hash=hashlib.sha256(content).hexdigest(),
        as_of=as_of,
        rows=rows,
        coverage=tuple(_coverage(reader, rows, covers, nothing_in, as_of)),
        problems=tuple(reader.problems),
        headers=tuple(h.text for h in table.headers),
        unchecked=tuple(dict.fromkeys((*unchecked, *(inspection.lacking if inspection else ())))),
        unchecked_rules=inspection.unchecked if inspection else (),
        questions=headings.questions,
        unused=_unused(reader, columns),
        corrected=tuple(reader.corrected),
        persons=reader.persons,
        summary={"table_rows": len(table.rows), "budget_fen": reader.budget_fen},
    )


def _date_problems(name: str, table: Table, as_of: date, given: date | None) -> Iterable[Problem]:
    """A data date that has not come yet is refused; one that the clerk gives against the file's own is asked about,
    and a file whose name and sheet say two dates is told which one holds."""
    today = datetime.now(CHINA).date()
    if as_of > today:
        yield Problem(
            name,
            f"不晚于今天（{day(today)}）的数据截至日期",
            day(as_of),
            "数据截至写表里的数是哪一天的，请改正年月日",
        )
        return
    stated = {where: on for where, on in (("文件名", as_of_in_name(name)), ("表内", table.as_of)) if on}
    if given is None:
        if len(set(stated.values())) > 1:
            yield Problem(
                name,
                f"表内写的{day(stated['表内'])}",
                f"文件名写的{day(as_of)}",
                "按文件名的日期导入；不对请改文件名，或导入时写明数据截至",
                blocks=False,
            )
    elif stated and given not in stated.values():
        where, on = next(iter(stated.items()))
        if len(set(stated.values())) == 1:
            where = "和".join(stated)
        yield Problem(
            name,
            f"{where}写的{day(on)}",
            f"您写的{day(given)}",
            "请核对表里的数是哪一天的；确以您写的为准再确认接收",
            confirmable=True,
        )


@dataclass(frozen=True)
class Likely:
    """The ledger that a table comes nearest to, and in words what it lacks of it."""

    ledger: str
    words: str


class UnknownLedger(Exception):
    """The workbook has a table, and it is none of the county's ledgers; `described` says what stands in it, `likely`
    which one it may be meant for (None where too few columns fit)."""

    def __init__(self, described: Description, likely: Likely | None = None) -> None:
        super().__init__(described, likely)
        self.described = described
        self.likely = likely


def _recognise(
    tables: Sequence[Table],
    ledger_key: str | None,
    confirmed: Mapping[str, Confirmed],
    name: str,
    tree: PlaceTree,
) -> tuple[Ledger, Table, Headings]:
    """The ledger whose columns a sheet has most of; with a ledger named, the sheet that has most of them."""
    ranked = [
        ((headings.share, len(headings.found)), ledger, table, headings)
        for table in tables
        for ledger in ([LEDGERS[ledger_key]] if ledger_key else LEDGERS.values())
        for headings in [_headings(table, ledger, confirmed)]
    ]
    fitting = [r for r in ranked if ledger_key or _is_recognised(r[3])]
    if fitting:
        return max(fitting, key=lambda r: r[0])[1:]
    alike = [r for r in ranked if r[3].there >= 2 and (r[3].there + r[3].asked) * 2 >= r[3].required]
    nearest = max(alike, key=lambda r: ((r[3].there + r[3].asked) / r[3].required, r[0]), default=None)
    raise UnknownLedger(
        describe_tables(tables, name, tree), _likely(nearest[1], nearest[3]) if nearest else None
    )


def _likely(ledger: Ledger, headings: Headings) -> Likely:
    asked = {q.field: q for q in headings.questions if q.is_required}
    lacking = "、".join(f.heading for f in headings.missing if f.is_required and f.name not in asked)
    open_words = "、".join(f"“{q.header}”是不是“{q.proposal}”" for q in asked.values())
    words = "；".join(
        part
        for part in (
            f"像是{ledger.title}，必须有的{headings.required}列认出{headings.there}列",
            lacking and f"缺：{lacking}",
            open_words and f"待确认：{open_words}",
        )
        if part
    )
    return Likely(ledger.key, words)


def _headings(table: Table, ledger: Ledger, confirmed: Mapping[str, Confirmed]) -> Headings:
    return headings_of(table, ledger, confirmed.get(ledger.key, {}))


def _is_recognised(headings: Headings) -> bool:
    """True where every required column is there or asked about (few of them), or most of many are there and most of
    the others asked about: what is lacking is then named column by column.

    文号, 来源 and 金额 alone make no ledger of allocations: many a table has them.
    """
    there, asked, required = headings.there, headings.asked, headings.required
    if there + asked == required and asked * 3 <= required:
        return True
    return there >= 5 and there * 2 >= required and (there + asked) * 4 >= required * 3


def _ask(reader: Reader, headings: Headings) -> tuple[str, ...]:
    """Says which columns are missing and which heading may be one; gives the known columns that the table lacks."""
    heading = reader.table.header_rows[-1]
    asked = {q.field: q for q in headings.questions}
    unchecked = []
    for wanted in headings.missing:
        question = asked.get(wanted.name)
        if question is not None:
            reader.problems.append(
                Problem(
                    question.cell,
                    f"“{wanted.heading}”一列",
                    question.header,
                    f"这一列可能就是“{wanted.heading}”，请确认一次，以后都记得",
                    blocks=wanted.is_required,
                )
            )
        elif wanted.is_required and not (wanted.name == TOWNSHIP and "name" in headings.found):
            reader.problem(
                heading, 0, f"有“{wanted.heading}”一列", "没有这一列",
                "重新导出并勾选该列，或在表头写上这一列名",
            )  # fmt: skip
        if not wanted.is_required and wanted.name != VILLAGE and wanted.name != TOWNSHIP:
            unchecked.append(wanted.heading)
    return tuple(unchecked)


def _unit_of_whole(header: Header, table: Table) -> str | None:
    """资金合计(万元), 其中: 中央 — the part is in the unit of its whole."""
    whole = whole_of(header, table.headers)
    return whole.unit if whole else None


def _declared_fen(reader: Reader, columns: Mapping[str, int]) -> int | None:
    """The sum of the declared budget column where the rows are not read one by one."""
    at = columns.get(reader.ledger.amount)
    total = column_total(reader.table, at) if at is not None else None
    return None if total is None else int(total * FEN_PER_WAN)


_UNREMARKABLE = re.compile(r"序号|编号|序|备注")  # every table has them, and no ledger keeps them


def _unused(reader: Reader, columns: Mapping[str, int]) -> tuple[str, ...]:
    """The headings of columns that nothing is read from: kept aside with the original, and named."""
    used = set(columns.values())
    if reader.ledger is MONITORED:
        used |= set(_listed(reader.table).values())
    if reader.inspection:
        used |= set(reader.inspection.at.values())
    return tuple(
        h.text for h in reader.table.headers if h.index not in used and not _UNREMARKABLE.fullmatch(h.text)
    )


def _cell(reader: Reader, column: Column, row: int, index: int, cell: Cell) -> Any:
    """A cell read by its column; an unreadable one is a problem and reads as the default."""
    if cell == "" or cell is None or (isinstance(cell, str) and not cell.strip()):
        if column.filled:
            reader.problem(row, index, f"{column.header}不能为空", "空", f"填写{column.header}")
        return column.default
    try:
        if column.money:
            unit = reader.units.get(index)
            if unit is None and amount_parts(cell)[1] is None:
                _ask_unit(reader, column, index)
                return column.default
            return fen(cell, unit)
        return column.read(cell)
    except Unreadable as unreadable:
        if column.money:
            reader.budget_fen = None
        shown = text(cell)[:20]
        reader.problem(row, index, f"{column.header}为{unreadable.expected}", shown, unreadable.fix)
        return column.default


def _ask_unit(reader: Reader, column: Column, index: int) -> None:
    """元 or 万元: asked once a column, never guessed."""
    reader.budget_fen = None
    if index not in reader.asked_units:
        reader.asked_units.add(index)
        reader.problem(
            reader.table.header_rows[-1], index, f"{column.header}的单位（元或万元）", "没有写单位",
            "是元还是万元？请在表头或表题注明，如“单位：万元”",
        )  # fmt: skip


def _fill_down(reader: Reader, columns: Mapping[str, int]) -> None:
    """Repeats what is merged downward, but money, which stands once. Where the format does not say what is merged
    (.csv, .ods), a blank place is that of the row above, and the clerk is told."""
    table = reader.table
    money = {c.name for c in reader.ledger.columns if c.money}
    if table.source.merged is not None:
        reader.table = table.spread([at for name, at in columns.items() if name not in money])
        return
    if (town := columns.get(TOWNSHIP)) is None:
        return
    village = columns.get(VILLAGE)
    places = {town: table.filled(town)}
    if village is not None:
        places[village] = table.filled(village, [town])
    rows = []
    for order, row in enumerate(table.rows):
        above = {at: str(c[order]) for at, c in places.items() if is_blank(row.cells[at]) and c[order] != ""}
        if above and not reader.named_place(row.cells, columns):
            fix = f"由上一行读出：{''.join(above.values())}；不对请在乡镇、村列写明"
            reader.problem(row.number, min(above), "填写了乡镇、村", "空", fix, blocks=False)
            row = row._replace(cells=[above.get(at, cell) for at, cell in enumerate(row.cells)])
        rows.append(row)
    reader.table = replace(table, rows=tuple(rows))


def _read_rows(reader: Reader, columns: Mapping[str, int], as_of: date) -> None:
    """One sheet row a record: every ledger but the household export."""
    ledger = reader.ledger
    declared = [(c, columns[c.name]) for c in ledger.columns if c.name in columns]
    lacking = ",".join(name for name in OPTIONAL if name not in columns) if ledger.key == "projects" else ""
    for row in reader.table.rows:
        cells: Sequence[Cell] = row.cells
        if reader.corrections:
            ((_, cells),) = reader.correct(
                reader.key_as_written(cells, columns), [(row.number, cells)], columns
            )
        values = {
            c.name: _cell(reader, c, row.number, i, cells[i] if i < len(cells) else "") for c, i in declared
        }
        if ledger.amount and reader.budget_fen is not None:
            reader.budget_fen += values.get(ledger.amount) or sum(values.get(s) or 0 for s in FIVE_SOURCES)
        leaf = reader.leaf(row.number, cells, columns)
        if leaf is None or any(c.filled and values[c.name] is None for c, _ in declared):
            continue
        key = "|".join(str(values[name]) for name in ledger.row_key if values.get(name) not in (None, ""))
        key = f"{leaf}|{key}" if ledger.place_in_key else key
        first_key = columns[ledger.row_key[0]]
        if key in reader.rows:
            reader.problem(
                row.number,
                first_key,
                f"每个{ledger.columns[0].header}只出现一次",
                f"与{reader.rows[key].cell}重复",
                "删去重复的一行，或改正编号",
            )
            continue
        _check(reader, row.number, columns, values)
        kept = {name: value for name, value in values.items() if name in STORED[ledger.key]}
        if ledger.key == "projects":
            kept["is_terminated"] = "终止" in values.get("status", "")
            if lacking:
                kept["lacking"] = lacking
        cell = cell_name(reader.table.sheet, row.number, first_key)
        reader.rows[key] = DraftRow(key, leaf, ledger.period(values, as_of), kept, cell)


STORED = {
    "projects": {c.name for c in LEDGERS["projects"].columns} - {"code", "year", "status", "total_fen"},
    "pool": {c.name for c in LEDGERS["pool"].columns} - {"code", "year"},
    "allocations": {c.name for c in LEDGERS["allocations"].columns},
    "payments": {c.name for c in LEDGERS["payments"].columns} - {"voucher"},
    "milestones": {c.name for c in LEDGERS["milestones"].columns},
    "indicator_report": {c.name for c in LEDGERS["indicator_report"].columns} - {"month"},
    "corrections": {c.name for c in LEDGERS["corrections"].columns},
    "assets": {c.name for c in LEDGERS["assets"].columns} - {"location", "code"},
    "findings": {c.name for c in LEDGERS["findings"].columns} - {"code"},
    "petitions": {c.name for c in LEDGERS["petitions"].columns} - {"code"},
    "employment": {c.name for c in LEDGERS["employment"].columns} - {"person"},
}


def _check(reader: Reader, row: int, columns: Mapping[str, int], values: Mapping[str, Any]) -> None:
    """What must hold within a row of the working ledger, and of a correction."""
    if reader.ledger.key == "corrections":
        target = LEDGERS[values["target"]]
        if field_named(target, values["heading"]) in target.row_key:
            reader.problem(
                row,
                columns["heading"],
                "主键以外的列",
                values["heading"],
                "主键认的是哪一行，不能更正；请在源表改正",
            )
        return
    if reader.ledger.key != "projects":
        return
    total = values.get("total_fen")
    summed = sum(values.get(s) or 0 for s in FIVE_SOURCES)
    if total is not None and total != summed:
        reader.problem(
            row,
            columns["total_fen"],
            "资金合计等于五个来源之和",
            f"合计{total / 1e6:g}万元，五项之和{summed / 1e6:g}万元",
            "核对各来源金额",
        )
    if (
        values.get("completed_on")
        and values.get("started_on")
        and values["completed_on"] < values["started_on"]
    ):
        reader.problem(
            row,
            columns["completed_on"],
            "实际竣工不早于开工",
            str(values["completed_on"]),
            "核对两个日期",
            blocks=False,
        )


CAUSE_HEADERS = tuple(f"致贫/返贫风险{n}" for n in range(1, 6))
PERSON_HEADERS = {
    "number": "人编号",
    "relation": "与户主关系",
    "schooling": "在校生状况",
    "health": "健康状况",
    "skill": "劳动技能",
}


def _listed(table: Table) -> dict[str, int]:
    """The columns of the household export that are read as lists: causes, measures, members."""
    keys = {header_key(h.text): h.index for h in table.headers}
    headers = (*CAUSE_HEADERS, *MEASURES, *PERSON_HEADERS.values())
    return {h: keys[header_key(h)] for h in headers if header_key(h) in keys}


def _read_households(reader: Reader, columns: Mapping[str, int], as_of: date) -> None:
    """The household export: one sheet row a person, grouped by 户编号.

    The columns of a household are repeated on its rows; the first filled one stands, but where the members
    disagree on 风险是否已消除 the household counts as not eliminated, and the clerk is told.
    """
    table = reader.table
    by_name = {c.name: c for c in MONITORED.columns}
    listed = _listed(table)
    causes = [listed[h] for h in CAUSE_HEADERS if h in listed]
    places = places_of(table)
    measures = [(word, at) for word in MEASURES if (at := column_in(places, word)) is not None]
    inspection = Inspection(table, reader.tables, as_of, columns)
    reader.inspection = inspection
    person_columns = {name: listed[header] for name, header in PERSON_HEADERS.items() if header in listed}
    identity_columns = {
        name: places[header_key(header)]
        for name, header in (("name", "姓名"), ("document", "证件号码"))
        if header_key(header) in places
    }
    code_at, kind_at, flag_at = columns["code"], columns["kind"], columns["is_eliminated"]
    grouped: dict[str, list[tuple[int, Sequence[Cell]]]] = defaultdict(list)
    for row in table.rows:
        cells = row.cells
        if cells[code_at] == "":
            reader.problem(row.number, code_at, "户编号不能为空", "空", "填写户编号")
        else:
            grouped[text(cells[code_at])].append((row.number, cells))
    flags = {"是": True, "否": False}
    for code, people in grouped.items():
        if reader.corrections:
            people = reader.correct(code, people, columns)
        number, first = next(((n, c) for n, c in people if c[kind_at] != ""), people[0])
        if first[kind_at] == "":
            continue  # 监测对象类别为空：不是监测对象
        leaf = reader.leaf(number, first, columns)
        values = {
            name: _cell(reader, by_name[name], number, columns[name], first[columns[name]])
            for name in (
                "kind",
                "identified",
                "eliminated",
                "is_safety_net",
                "elimination_way",
                "development_measures",
            )
            if name in columns
        }
        said = {flags.get(c[flag_at]) if isinstance(c[flag_at], str) else None for _, c in people}  # type: ignore[arg-type]
        if None in said:
            said = {_cell(reader, by_name["is_eliminated"], n, flag_at, c[flag_at]) for n, c in people}
        disagree = len(said - {None}) > 1
        if disagree:
            reader.problem(
                number,
                flag_at,
                "同户成员填写一致",
                "既有“是”又有“否”",
                "按未消除计入；请在系统中改正后重新导出",
                blocks=False,
            )
        if leaf is None or values.get("kind") is None:
            continue
        causes_found = []
        for at in causes:
            word = first[at]
            if word != "":
                cause = CAUSES.get(text(word).replace("(", "（").replace(")", "）")) or CAUSES.get(text(word))
                causes_found.append(cause or "other")
        contact = columns.get("contact")
        income = columns.get("income")
        kept = {
            **values,
            "persons": len(people),
            "is_eliminated": said == {True},
            "members_disagree": disagree,
            "causes": causes_found,
            "measures": [word for word, at in measures if first[at] not in ("", "无", "否")],
            "has_contact_officer": None if contact is None else first[contact] != "",
            "income_per_head_fen": _income(first[income]) if income is not None else None,
            "members": [
                {name: text(cells[at]) for name, at in person_columns.items()} for _, cells in people
            ],
        }
        kept["faults"] = inspection.faults(code, kept, [cells for _, cells in people])
        if "name" in identity_columns:
            reader.persons[code] = tuple(_persons(kept["members"], people, identity_columns))
        reader.rows[code] = DraftRow(code, leaf, 0, kept, cell_name(table.sheet, number, code_at))


def _persons(
    members: Sequence[Mapping[str, str]],
    people: Sequence[tuple[int, Sequence[Cell]]],
    columns: Mapping[str, int],
) -> Iterable[Person]:
    """The persons of a household for the table that stands apart; the first is the head where none is said to be."""
    has_head = any(member.get("relation") == "户主" for member in members)
    for order, (member, (_, cells)) in enumerate(zip(members, people, strict=True)):
        yield Person(
            member.get("number") or str(order + 1),
            text(cells[columns["name"]]),
            text(cells[columns["document"]]) if "document" in columns else "",
            member.get("relation") == "户主" if has_head else order == 0,
        )


def _income(cell: Cell) -> int | None:
    """人均纯收入 in 分; None where empty or no number (a data-quality rule says so, it does not block)."""
    try:
        return round(plain_number(cell) * 100)
    except Unreadable:
        return None


def _coverage(
    reader: Reader,
    rows: Sequence[DraftRow],
    covers: Sequence[Place],
    nothing_in: Sequence[Place],
    as_of: date | None,
) -> Iterable[Covered]:
    """What the workbook says about each unit it was meant to cover."""
    ledger, tree = reader.ledger, reader.tree
    if ledger.meant == "report":
        yield from _report_coverage(rows, tree)
        return
    default_period = (
        ledger.period({"year": as_of.year}, as_of) if ledger.key in ("projects", "pool") and as_of else 0
    )
    present = Counter((row.period, row.leaf[:9]) for row in rows)
    periods = sorted({period for period, _ in present}) or [default_period]
    none = {place.code for place in nothing_in}
    for period in periods:
        if ledger.meant == "rows":
            meant = {unit for p, unit in present if p == period}
        else:
            meant = {p.code for p in (covers or tree.units())} | {unit for p, unit in present if p == period}
        silent = any(not present[period, u] and u not in none and tree[u].is_township for u in meant)
        for unit in sorted(meant):
            if present[period, unit]:
                status = "reported"
            elif unit in none or ledger.meant == "all" or tree[unit].kind in ("county_level", "several"):
                status = "none"
            elif tree[unit].is_township:
                status = "missing"
            else:
                # 大寺林场不单独报送：各乡镇都报齐的表里没有它，才是没有。
                status = "missing" if silent else "none"
            yield Covered(period, unit, status)


def _report_coverage(rows: Sequence[DraftRow], tree: PlaceTree) -> Iterable[Covered]:
    """In the monthly report each figure is reported by itself: a township's figure without a row is missing."""
    present = {(row.period, row.values["code"], row.leaf[:9]) for row in rows}
    townships = {t.code for t in tree.townships}
    for period, code in sorted({(period, code) for period, code, _ in present}):
        units = {unit for p, c, unit in present if (p, c) == (period, code)}
        for unit in sorted(units | (townships if units & townships else set())):
            yield Covered(period, f"{unit}:{code}", "reported" if unit in units else "missing")
