"""数据质量: what must be mended in the exports, by whom?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.imports.quality_rules import BY_NUMBER, RULES, TELL_CAUSE, Rule
from core.ledgers import LEDGERS
from core.places import Area, PlaceTree
from core.quality import Doubt, UnitCounts, doubts_in_force, faulty_rows, total, unit_counts
from core.store import Snapshot
from core.units import day, short_day
from core.views.common import Note, Question, townships_of
from core.views.risk import mask

UNCHECKED = "未检查"
NOT_REPORTED = "未报"
SHOWN_ROWS = 300  # on the page; the worklist has them all


@dataclass(frozen=True)
class HeatCell:
    """A rule in a unit: its households in words, and the number that colours it (None: 未检查 or 未报)."""

    text: str
    households: int | None


@dataclass(frozen=True)
class HeatColumn:
    """One unit of the table (the area itself first): its heading, its code ("" for the area), and a cell a rule."""

    name: str
    unit: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class Quality:
    """The whole page."""

    title: str
    rules: tuple[Rule, ...]
    columns: tuple[HeatColumn, ...]
    remarks: tuple[str, ...]
    worst_rule: int
    deep_from: int  # as many households in one unit stand out
    doubts: tuple[Doubt, ...]
    doubts_title: str
    note: Note


@dataclass(frozen=True)
class Line:
    """A household that breaks a rule, masked."""

    township: str
    village: str
    code: str
    rule: str
    wrong: str
    fix: str


@dataclass(frozen=True)
class Lines:
    """The drill-down: a rule (or all) in a unit (or all of the area)."""

    title: str
    words: str
    rows: tuple[Line, ...]
    total: int
    nothing: str  # what to say where there is no row


@dataclass(frozen=True)
class Worklist:
    """What one township mends: every line with the whole 户编号, so that it can be found in the system (masked for
    who sees no names)."""

    place: str
    lines: tuple[Line, ...]
    unchecked: tuple[str, ...]  # rules that its export had no column for


@dataclass(frozen=True)
class Worklists:
    """One worklist a township, as they go into a workbook."""

    title: str
    note: Note
    is_demo: bool
    townships: tuple[Worklist, ...]


def quality(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Quality:
    """The page for an area on a day."""
    counts = _counts(snapshot, question.area, tree)
    columns = tuple(
        HeatColumn(_unit_name(tree, c.unit), c.unit, tuple(_cell(c, rule.number) for rule in RULES))
        for c in counts
    )
    if len(columns) != 1:
        sums_of_rules = tuple(_sum_cell(counts, rule.number) for rule in RULES)
        columns = (HeatColumn(question.area.name, "", sums_of_rules), *columns)
    sums = {rule.number: total(counts, rule.number)[0] or 0 for rule in RULES}
    worst = max(sums, key=lambda number: sums[number])
    found_on, doubts = doubts_in_force(snapshot, question.area.codes, tree)
    return Quality(
        _title(snapshot, counts, sums, worst),
        RULES,
        columns,
        tuple(_remarks(snapshot, counts, tree)),
        worst,
        max(3, round(0.6 * max((n for c in counts for n in c.by_rule.values() if n), default=0))),
        tuple(doubts),
        _doubts_title(doubts, found_on is not None),
        _note(snapshot, question.area, counts),
    )


def _counts(snapshot: Snapshot, area: Area, tree: PlaceTree) -> list[UnitCounts]:
    """The area's townships; for the county also what holds households and is none (大寺林场)."""
    townships = [t.code for t in townships_of(area)]
    others = [u.code for u in tree.units() if not u.is_township] if area.kind == "county" else []
    counts = unit_counts(snapshot, [*townships, *others])
    return [c for c in counts if c.unit in townships or c.households]


def _unit_name(tree: PlaceTree, unit: str) -> str:
    return tree[unit].name.removeprefix("方城")


def _cell(counts: UnitCounts, rule: int) -> HeatCell:
    if counts.on is None:
        return HeatCell(NOT_REPORTED, None)
    households = counts.by_rule[rule]
    return HeatCell(UNCHECKED, None) if households is None else HeatCell(str(households), households)


def _sum_cell(counts: Sequence[UnitCounts], rule: int) -> HeatCell:
    households, is_whole = total(counts, rule)
    if households is None:
        return HeatCell(UNCHECKED if any(c.on for c in counts) else NOT_REPORTED, None)
    return HeatCell(str(households) if is_whole else f"≥{households}", households)


def _title(snapshot: Snapshot, counts: Sequence[UnitCounts], sums: dict[int, int], worst: int) -> str:
    if not any(c.on for c in counts):
        return "监测对象信息未导入，没有可核查的"
    if not any(c.is_checked for c in counts):
        return "监测对象信息缺少核查所需的列，16条规则都未检查"
    faulty = sum(c.faulty for c in counts)
    households = sum(c.households for c in counts)
    if not faulty:
        return f"{households:,}户没有查出问题"
    return f"{households:,}户中有{faulty:,}户要改，最多的是“{BY_NUMBER[worst].name}”{sums[worst]}户"


def _remarks(snapshot: Snapshot, counts: Sequence[UnitCounts], tree: PlaceTree) -> list[str]:
    remarks = []
    carried = [c for c in counts if c.on and not c.is_reported]
    if carried:
        names = "、".join(f"{_unit_name(tree, c.unit)}（{short_day(c.on)}）" for c in carried if c.on)
        remarks.append(f"{names}未报，按其上次的表核查")
    silent = [_unit_name(tree, c.unit) for c in counts if c.on is None]
    if silent:
        remarks.append(f"{'、'.join(silent)}从未报过")
    for rule in RULES:
        units = [c for c in counts if c.on and c.by_rule[rule.number] is None]
        if units:
            where = "全部" if len(units) == sum(c.on is not None for c in counts) else f"{len(units)}个乡镇的"
            remarks.append(
                f"规则{rule.number}：{where}表里缺列（要有{'、'.join(rule.needs[:4])}{'等' if len(rule.needs) > 4 else ''}）"
            )
    return remarks


def _note(snapshot: Snapshot, area: Area, counts: Sequence[UnitCounts]) -> Note:
    title = LEDGERS["monitored"].title
    days = sorted({c.on for c in counts if c.on and c.is_reported}) or sorted({c.on for c in counts if c.on})
    definition = "　".join(f"**规则{r.number} {r.name}**：{r.words}。怎么改：{r.fix}" for r in RULES)
    return Note(day(snapshot.as_of), f"{title}（{short_day(days[-1])}）" if days else "", definition)


def _doubts_title(doubts: Sequence[Doubt], is_imported: bool) -> str:
    if not is_imported:
        return "项目台账未导入"
    return f"项目和资金要核实的：{len(doubts)}处" if doubts else "项目和资金没有查出可疑之处"


def lines(snapshot: Snapshot, question: Question, tree: PlaceTree, rule: int | None, unit: str) -> Lines:
    """The masked households that break a rule (None: any) in a unit ("" for the whole area); without the right to
    names, none of a rule that tells their cause."""
    places = (unit,) if unit else question.area.codes
    found = _lines(faulty_rows(snapshot, places, rule), tree, rule, masked=True)
    where = _unit_name(tree, unit) if unit else question.area.name
    what = f"规则{rule} {BY_NUMBER[rule].name}" if rule else "全部规则"
    words = BY_NUMBER[rule].words if rule else "每户每条规则一行"
    withheld = rule in TELL_CAUSE and not snapshot.scope.sees_names
    return Lines(
        f"{where}　{what}" + ("" if withheld else f"：{len(found)}{'户' if rule else '条'}"),
        words,
        tuple(found[:SHOWN_ROWS]),
        len(found),
        "列出户就说出了它的风险原因，所以到户的只给乡镇和办公室经办；户数见上表。"
        if withheld
        else "没有查出。",
    )


def _lines(rows: Sequence[Any], tree: PlaceTree, only: int | None, *, masked: bool) -> list[Line]:
    found = []
    for row in rows:
        township, _, village = tree.label(row.leaf).partition("/")
        for number, wrong in sorted(row.faults.items(), key=lambda pair: int(pair[0])):
            rule = BY_NUMBER[int(number)]
            if only in (None, rule.number):
                code = mask(row.key) if masked else row.key
                found.append(Line(township, village, code, f"{rule.number} {rule.name}", wrong, rule.fix))
    return found


def worklists(snapshot: Snapshot, question: Question, tree: PlaceTree, unit: str) -> Worklists:
    """The worklists of a unit, or ("") of every unit of the area that has something to mend or left unchecked."""
    counts = [c for c in _counts(snapshot, question.area, tree) if unit in ("", c.unit)]
    made = []
    for c in counts:
        rows = faulty_rows(snapshot, [c.unit], None)
        unchecked = [f"{r.number} {r.name}" for r in RULES if c.on and c.by_rule[r.number] is None]
        if rows or unchecked:
            made.append(
                Worklist(
                    tree[c.unit].name,
                    tuple(_lines(rows, tree, None, masked=not snapshot.scope.sees_names)),
                    tuple(unchecked),
                )
            )
    where = tree[unit].name if unit else question.area.name
    return Worklists(
        f"{where}监测对象数据质量整改清单",
        _note(snapshot, question.area, counts),
        snapshot.store.is_demo(),
        tuple(made),
    )
