"""数据导入: is this workbook right, and what would a yes change?"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from core.draft import Corrected, Draft, HeaderQuestion, Problem
from core.importing import Differences, RowChange
from core.imports.ledgers import LEDGERS
from core.imports.quality_rules import RULES
from core.imports.reading import UnknownLedger
from core.indicators.catalogue import CATALOGUE
from core.indicators.words import SOURCES
from core.ledgers import LEDGERS as FACTS
from core.places import PlaceTree
from core.quality import Doubt, doubts
from core.store import BatchLine
from core.units import CHINA, day, short_day
from core.views.risk import mask

SHOWN_CELLS = 5  # of a group of like problems
SHOWN_CHANGES = 200
SHOWN_WORDS = 24  # headings or places in one line
JUMP_SHARE = 0.3  # a total that moves by more is worth a look …
JUMP_LEAST = 5  # … where at least so many rows stand behind it

EVENTS = {"accepted": "接收", "withdrawn": "撤回", "reinstated": "恢复", "baseline": "冻结为基准存量"}
KINDS = {"new": "新增", "gone": "减少", "changed": "变化"}

PROJECT_COLUMNS = (
    "name",
    "is_terminated",
    "first_planned_on",
    "revised_on",
    "completed_on",
    "progress_percent",
    "paid_fen",
    "settled_fen",
)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class ProblemGroup:
    """Like problems: how many, in which cells, what was expected, what stands there, what to do."""

    words: str  # 必须解决, 要确认 or 提示
    count: int
    cells: str
    expected: str
    found: str
    fix: str
    blocks: bool


@dataclass(frozen=True)
class Total:
    """One total before and after a yes, in finished words."""

    name: str
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class UnitLine:
    """What a yes changes in one township."""

    name: str
    before: int
    after: int
    new: int
    gone: int
    changed: int
    words: str  # 未报, 确无; "" where it reported


@dataclass(frozen=True)
class ChangeLine:
    """One row that is new, gone or changed; household codes are masked."""

    kind: str
    place: str
    key: str
    columns: str


@dataclass(frozen=True)
class Preview:
    """Everything a clerk sees before anything is written."""

    ledger: str
    title: str
    as_of: date | None
    is_blocked: bool
    confirmable: tuple[Problem, ...]
    problems: tuple[ProblemGroup, ...]
    problems_title: str
    read_columns: tuple[str, ...]
    lacking: tuple[str, ...]
    unused: tuple[str, ...]
    questions: tuple[HeaderQuestion, ...]
    corrected: tuple[Corrected, ...]
    totals: tuple[Total, ...]
    units: tuple[UnitLine, ...]
    changes: tuple[ChangeLine, ...]
    changes_title: str
    warnings: tuple[str, ...]
    missing: tuple[str, ...]
    quality: str
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class TableSeen:
    """A workbook that is none of the county's ledgers, read as a table: in finished words what stands in it."""

    title: str
    advice: str  # the ledger it comes nearest to and what it lacks of it, and what to do
    facts: tuple[tuple[str, str], ...]  # what, and its words
    totals: tuple[tuple[str, str, str], ...]  # cell, label, amount
    problems: tuple[ProblemGroup, ...]
    problems_title: str


@dataclass(frozen=True)
class BatchRow:
    """A batch as the page lists it."""

    id: int
    ledger: str
    file_name: str
    as_of: str
    rows: int
    state: str
    mark: str  # 补录
    accepted: str
    missing: str
    events: tuple[str, ...]
    in_force: bool


def preview(draft: Draft, found: Differences | None, tree: PlaceTree) -> Preview:
    """What a draft holds and would change; without a comparison (no date yet) only what it holds."""
    ledger = LEDGERS[draft.ledger]
    must = [p for p in draft.problems if p.blocks and not p.confirmable]
    confirmable = tuple(p for p in draft.problems if p.confirmable)
    unused = set(draft.unused)
    read = f"{len(draft.rows):,}{_unit(draft)}" if draft.rows or not must else "还没有逐行读"
    dated = f"，数据截至{day(draft.as_of)}" if draft.as_of else ""
    if draft.blocked and not draft.rows:
        found = None  # its columns are not settled, so no row was read: nothing to compare yet
    units = _units(draft, found, tree) if found else ()
    changes = found.changes if found else ()
    uncounted = uncounted_words(draft)
    warnings = (*([uncounted] if uncounted else ()), *(_warnings(draft, units, found) if found else ()))
    return Preview(
        draft.ledger,
        f"认出是“{ledger.title}”：{draft.summary['table_rows']:,}行，{read}{dated}",
        draft.as_of,
        bool(must),
        confirmable,
        tuple(_groups(draft.problems)),
        _problems_title(must, confirmable, draft.problems, warnings),
        tuple(header for header in draft.headers if header not in unused),
        draft.unchecked,
        draft.unused,
        draft.questions,
        draft.corrected,
        tuple(_totals(draft, found)) if found else (),
        units,
        tuple(_change(change, draft, tree) for change in changes[:SHOWN_CHANGES]),
        _changes_title(found, draft)
        if found
        else "填上数据日期后，与在用的数据比对"
        if draft.as_of is None
        else "列认准后才逐行读，与在用的数据比对",
        warnings,
        tuple(u.name for u in units if u.words == "未报"),
        _quality(draft),
        tuple(_doubts(draft, tree)),
    )


def table_seen(unknown: UnknownLedger) -> TableSeen:
    """What a clerk sees of a table of no known ledger, to say what it is."""
    described, likely = unknown.described, unknown.likely
    amount = "读不准，见下面的问题" if described.amount_wan is None else _wan(described.amount_wan)
    places = (*described.townships, *described.villages)
    facts = (
        ("数据截至", day(described.as_of) if described.as_of else "没有写"),
        ("数据行", f"{described.rows:,}行，合计、小计和分组行不在内"),
        ("金额", amount),
        ("地方", f"{len(described.townships)}个乡镇、{len(described.villages)}个村：{_some(places)}" if places else "没有读到"),
        ("列", _some(described.headers)),
    )  # fmt: skip
    return TableSeen(
        f"像是{LEDGERS[likely.ledger].title}，列不齐，先当作一张表读出"
        if likely
        else "没有认出是哪一种台账，先当作一张表读出",
        f"{likely.words}。请补上缺的列（重新导出并勾选，或在表头写上列名）；确是这种台账的，在上面“台账”里选"
        f"“{LEDGERS[likely.ledger].title}”，就逐列检查和提问。"
        if likely
        else "是哪一种台账，请在上面“台账”里选定，就按它的列再读一遍；不是台账的表不能导入。列名可对照空白模板。",
        facts,
        tuple(
            (t.cell, t.label, "" if t.amount_wan is None else _wan(t.amount_wan)) for t in described.totals
        ),
        tuple(_groups(described.problems)),
        f"当作一张表，有{len(described.problems)}处要看" if described.problems else "当作一张表，没有问题",
    )


def _wan(amount: Decimal) -> str:
    return f"{amount.normalize():,f}万元"


def _some(words: Sequence[str]) -> str:
    return "、".join(words[:SHOWN_WORDS]) + (f"等{len(words)}个" if len(words) > SHOWN_WORDS else "")


def _unit(draft: Draft) -> str:
    return {"monitored": "户", "projects": "个项目", "pool": "个项目"}.get(draft.ledger, "条")


def _groups(problems: Sequence[Problem]) -> list[ProblemGroup]:
    """Like problems as one line, those that must be mended first."""
    grouped: dict[tuple[str, str, bool, bool], list[Problem]] = defaultdict(list)
    for problem in problems:
        grouped[problem.expected, problem.fix, problem.blocks, problem.confirmable].append(problem)
    found = []
    for (expected, fix, blocks, confirmable), like in grouped.items():
        cells = "、".join(p.cell for p in like[:SHOWN_CELLS])
        cells += f"等{len(like)}处" if len(like) > SHOWN_CELLS else ""
        values = "、".join(dict.fromkeys(p.found for p in like[:SHOWN_CELLS]))
        words = "要确认" if confirmable else "必须解决" if blocks else "提示"
        found.append(ProblemGroup(words, len(like), cells, expected, values, fix, blocks))
    return sorted(found, key=lambda g: (("必须解决", "要确认", "提示").index(g.words), -g.count))


def _problems_title(
    must: Sequence[Problem],
    confirmable: Sequence[Problem],
    problems: Sequence[Problem],
    warnings: Sequence[str],
) -> str:
    if must:
        return f"有{len(must)}处必须先解决，整份都不会写入"
    if confirmable:
        return f"有{len(confirmable)}处要您核对后确认"
    if problems or warnings:
        return f"没有必须解决的问题，{len(problems) + len(warnings)}处提示"
    return "没有问题"


def _measures(ledger: str) -> list[tuple[str, str, Callable[[Row], int]]]:
    """What a clerk compares before and after: name, unit, and how much a row counts (money in 分)."""
    if ledger == "monitored":
        return [
            ("监测对象", "户", lambda r: 1),
            ("监测对象人数", "人", lambda r: r["persons"]),
            ("未消除", "户", lambda r: not r["is_eliminated"]),
            ("未消除人数", "人", lambda r: 0 if r["is_eliminated"] else r["persons"]),
        ]
    count: list[tuple[str, str, Callable[[Row], int]]] = [("条数", "条", lambda r: 1)]
    if ledger == "projects":
        return [
            ("项目", "个", lambda r: 1),
            ("已竣工", "个", lambda r: r["completed_on"] is not None),
            ("资金合计", "分", lambda r: sum(r[f"{s}_fen"] or 0 for s in SOURCES)),
            ("已拨付", "分", lambda r: r["paid_fen"] or 0),
        ]
    if ledger in ("allocations", "payments"):
        return [*count, ("金额", "分", lambda r: r["amount_fen"])]
    return count


def _values(row: Any) -> Row:
    found: Row = row._mapping if hasattr(row, "_mapping") else row.values
    return found


def _totals(draft: Draft, found: Differences) -> list[Total]:
    lines = []
    for name, unit, amount in _measures(draft.ledger):
        try:
            before = sum(amount(_values(row)) for row in found.standing)
            after = sum(amount(row.values) for row in draft.rows)
        except KeyError:  # a column that this workbook lacks
            continue
        change = after - before
        sign = "增加" if change > 0 else "减少"
        lines.append(
            Total(
                name,
                _said(before, unit) if found.standing else "没有",
                _said(after, unit),
                f"{sign}{_said(abs(change), unit)}" if change and found.standing else "",
            )
        )
    return lines


def _said(amount: int, unit: str) -> str:
    return f"{amount / 1e6:,.2f}万元" if unit == "分" else f"{amount:,}{unit}"


def _units(draft: Draft, found: Differences, tree: PlaceTree) -> tuple[UnitLine, ...]:
    before = Counter(row.leaf[:9] for row in found.standing)
    after = Counter(row.leaf[:9] for row in draft.rows)
    kinds: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    for change in found.changes:
        kinds[change.kind][(change.after or change.before).leaf[:9]] += 1
    status = {c.unit[:9]: c.status for c in draft.coverage}
    said = {"missing": "未报", "none": "确无"}
    units = [unit for unit in sorted({*status, *before, *after}) if unit in tree]
    lines = [
        UnitLine(
            tree[unit].name,
            before[unit],
            after[unit],
            kinds["new"][unit],
            kinds["gone"][unit],
            kinds["changed"][unit],
            said.get(status.get(unit, ""), ""),
        )
        for unit in units
        if before[unit] or after[unit] or (status.get(unit) == "missing" and tree[unit].is_township)
    ]
    return tuple(sorted(lines, key=lambda u: (not u.words, -(u.new + u.gone + u.changed))))


def _change(change: RowChange, draft: Draft, tree: PlaceTree) -> ChangeLine:
    names = {c.name: c.header for c in LEDGERS[draft.ledger].columns}
    names |= {
        "leaf": "所在村",
        "causes": "风险",
        "measures": "帮扶措施",
        "persons": "人数",
        "faults": "数据质量",
    }
    names |= {"has_contact_officer": "监测联系人", "is_terminated": "项目状态"}
    row = change.after or change.before
    key = mask(change.key) if draft.ledger == "monitored" else change.key.removeprefix(f"{row.leaf}|")
    columns = "、".join(names.get(name, name) for name in change.columns)
    return ChangeLine(KINDS[change.kind], tree.label(row.leaf), key, columns)


def _changes_title(found: Differences, draft: Draft) -> str:
    if not found.standing:
        return f"这个日期以前没有在用的“{LEDGERS[draft.ledger].title}”，全部是新增"
    counts = "，".join(f"{name}{len(found.of(kind)):,}" for kind, name in KINDS.items())
    return f"{counts}，不变{found.unchanged:,}（{_unit(draft)}）"


def uncounted_words(draft: Draft) -> str:
    """Which columns that figures are counted from this workbook lacks; "" where it has them all."""
    needed = {name for one in CATALOGUE if one.ledgers[0] == draft.ledger for name in one.needs}
    counted = {c.header for c in LEDGERS[draft.ledger].columns if c.name in needed}
    lacking = "、".join(heading for heading in draft.unchecked if heading in counted)
    return f"这份表没有“{lacking}”，接收后由它们算的指标写“未报”；有这些列的，请补上再导入" if lacking else ""


def _warnings(draft: Draft, units: Sequence[UnitLine], found: Differences) -> list[str]:
    """A township that vanished, and totals that jump: nothing here blocks."""
    said = []
    if silent := [u.name for u in units if u.words == "未报"]:
        said.append(f"{'、'.join(silent)}这次没有数据，记为未报；确实没有的，请在“确无”里选上")
    if not found.standing:
        return said
    for unit in units:
        if (
            unit.before >= JUMP_LEAST
            and abs(unit.after - unit.before) > JUMP_SHARE * unit.before
            and not unit.words
        ):
            said.append(f"{unit.name}由{unit.before:,}{_unit(draft)}变为{unit.after:,}{_unit(draft)}，请核对")
    for name, unit_word, amount in _measures(draft.ledger):
        try:
            before = sum(amount(_values(row)) for row in found.standing)
            after = sum(amount(row.values) for row in draft.rows)
        except KeyError:
            continue
        if len(found.standing) >= JUMP_LEAST and before and abs(after - before) > JUMP_SHARE * abs(before):
            said.append(f"{name}由{_said(before, unit_word)}变为{_said(after, unit_word)}，变动较大，请核对")
    return said


def _quality(draft: Draft) -> str:
    """The sixteen rules in one sentence; "" for other ledgers, and where no row was read."""
    if draft.ledger != "monitored" or not draft.rows:
        return ""
    faulty = [row for row in draft.rows if row.values.get("faults")]
    worst = Counter(int(n) for row in faulty for n in row.values["faults"]).most_common(3)
    by_number = {rule.number: rule for rule in RULES}
    words = "、".join(f"“{by_number[n].name}”{count}户" for n, count in worst)
    unchecked = len(draft.unchecked_rules)
    return (
        (f"数据质量：{len(faulty)}户有要改的，最多的是{words}" if faulty else "数据质量：没有查出要改的")
        + (f"；{unchecked}条规则缺列，未检查" if unchecked else "")
        + "。不妨碍导入，接收后在“数据质量”页逐户列出。"
    )


def _doubts(draft: Draft, tree: PlaceTree) -> list[Doubt]:
    """What looks too good in a project ledger, year by year; a column that it lacks is not judged."""
    if draft.ledger != "projects" or draft.as_of is None:
        return []
    empty = dict.fromkeys(PROJECT_COLUMNS) | {f"{source}_fen": 0 for source in SOURCES}
    rows = [
        SimpleNamespace(**{**empty, **row.values}, leaf=row.leaf)
        for row in draft.rows
        if row.period == draft.as_of.year
    ]
    return doubts(rows, draft.as_of, tree)


def batch_rows(batches: Sequence[BatchLine], tree: PlaceTree) -> tuple[BatchRow, ...]:
    """All batches, newest first."""
    return tuple(
        BatchRow(
            b.id,
            FACTS[b.ledger].title if b.ledger in FACTS else b.ledger,
            b.file_name,
            day(b.as_of),
            b.rows,
            "在用" if b.in_force else "已撤回",
            f"补录（{short_day(b.known_on)}形成）" if b.is_backfilled else "",
            f"{day(b.accepted_at.astimezone(CHINA).date())} {b.accepted_by}",
            "、".join(tree[u].name for u in b.missing if u in tree and tree[u].is_township),
            tuple(
                f"{day(at.astimezone(CHINA).date())} {EVENTS.get(kind, kind)}（{by}）"
                for kind, at, by in b.events
            ),
            b.in_force,
        )
        for b in reversed(batches)
    )
