"""监测帮扶: who is at risk, why, and is help there?"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.indicators.indicator import NOT_REPORTED, Reading, data_days, share_of
from core.indicators.monitored import COUNTING, HIDDEN, SMALL_CELL
from core.indicators.words import CAUSES, KINDS
from core.ledgers import period_of
from core.places import REFERENCE, PlaceTree
from core.store import Snapshot
from core.units import Unit, day, short_day, write
from core.views.common import (
    Note,
    Question,
    Tile,
    change_words,
    load,
    note,
    number,
    parts_of,
    units_of,
)
from core.views.map import MapView, township_map
from core.views.overview import silent_words as _silent
from core.views.risk import mask


@dataclass(frozen=True)
class Bar:
    """One bar: households and persons."""

    name: str
    households: int
    persons: int


@dataclass(frozen=True)
class Bars:
    """A set of bars with what they say."""

    title: str
    bars: tuple[Bar, ...]
    remark: str


@dataclass(frozen=True)
class TownshipLine:
    """A township: remaining, newly identified, without a measure; `text` where it did not report."""

    name: str
    households: int | None
    persons: int | None
    new: int | None
    without_measure: int | None
    safety_net: int | None
    text: str


@dataclass(frozen=True)
class Row:
    """A household in the drill-down, masked."""

    village: str
    code: str
    kind: str
    persons: int
    cause: str
    identified: str
    state: str
    measures: str
    head: str = field(default="", repr=False)  # the head's name, for who may see it


@dataclass(frozen=True)
class Monitoring:
    """The whole page."""

    tiles: tuple[Tile, ...]
    kinds: Bars
    causes: Bars
    any_causes: Bars
    townships: tuple[TownshipLine, ...]
    channels: Bars
    channels_note: Note
    clue_days: str
    in_time: str
    map: MapView | None
    note: Note


def monitoring(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Monitoring:
    """The page for an area on a day."""
    area = question.area
    load(snapshot, area)
    remaining = number(snapshot, "monitored_households_remaining", area)
    persons = number(snapshot, "monitored_persons_remaining", area)
    return Monitoring(
        tiles=_tiles(snapshot, question),
        kinds=_kinds(remaining, persons),
        causes=_causes(remaining, persons, "main"),
        any_causes=_causes(remaining, persons, "any"),
        townships=tuple(_lines(snapshot, question, tree)),
        channels=_channels(snapshot, question),
        channels_note=_report_note(snapshot, question),
        clue_days=_report_ratio(snapshot, question, "5d", "天"),
        in_time=_report_ratio(snapshot, question, "5b", "%"),
        map=None
        if area.is_above_county
        else township_map(snapshot, question, tree, "monitored_households_remaining"),
        note=note(remaining, persons),
    )


def _tiles(snapshot: Snapshot, question: Question) -> tuple[Tile, ...]:
    def pair(name: str, key: str, extra: tuple[str, ...] = ()) -> Tile:
        households = number(snapshot, f"{key}_households", question.area)
        persons = number(snapshot, f"{key}_persons", question.area)
        words = tuple(w for w in (*extra, change_words(households)) if w)
        return Tile(
            name,
            households.text,
            persons.text,
            households.status,
            households.status_words,
            words,
            note(households, persons),
        )

    remaining = number(snapshot, "monitored_households_remaining", question.area)
    persons = number(snapshot, "monitored_persons_remaining", question.area)
    measures = number(snapshot, "measures_rate", question.area)
    contacts = number(snapshot, "contact_officer_rate", question.area)
    without = (measures.denominator or 0) - (measures.numerator or 0)
    lacking = (contacts.denominator or 0) - (contacts.numerator or 0)
    return (
        Tile(
            "风险未消除监测对象",
            remaining.text,
            persons.text,
            remaining.status,
            remaining.status_words,
            tuple(w for w in (change_words(remaining), _silent(remaining)) if w),
            note(remaining, persons),
        ),
        pair("本年新识别", "newly_identified", ("不设规模限制，应纳尽纳",)),
        pair("整户无劳动能力兜底", "safety_net", ("暂不标注消除，持续保障",)),
        Tile(
            "帮扶措施落实率",
            measures.text,
            "",
            measures.status,
            measures.status_words,
            (f"{without}户尚无任何措施" if without else "未消除户都有措施",)
            if measures.value is not None
            else (),
            note(measures),
        ),
        Tile(
            "监测联系人配备率",
            contacts.text,
            "本年新识别户",
            contacts.status,
            contacts.status_words,
            (f"{lacking}户未明确联系人" if lacking else "已全部明确",) if contacts.value is not None else (),
            note(contacts),
        ),
    )


def _kinds(households: Reading, persons: Reading) -> Bars:
    counted = (households.slices or {}).get("kind", {})
    heads = (persons.slices or {}).get("kind", {})
    bars = tuple(Bar(words, counted.get(key, 0), heads.get(key, 0)) for key, words in KINDS.items())
    if not counted:
        return Bars(f"三类监测对象：{households.text}", (), "")
    most = max(bars, key=lambda b: b.households)
    part = share_of(most.households, (b.households for b in bars))
    return Bars(
        f"{most.name}最多，占{write(part, Unit.RATE)}",
        bars,
        "脱贫不稳定户同时属于脱贫户，不与脱贫人口相加。",
    )


def _causes(households: Reading, persons: Reading, which: str) -> Bars:
    counted = (households.slices or {}).get(which, {})
    heads = (persons.slices or {}).get(which, {})
    bars = sorted(
        (Bar(words, counted.get(key, 0), heads.get(key, 0)) for key, words in CAUSES.items()),
        key=lambda b: -b.households,
    )
    bars = _merge_small([b for b in bars if b.households])
    if not bars:
        return Bars(f"风险原因：{households.text}", (), "")
    first = "、".join(b.name for b in bars[:2])
    remark = (
        "按主要风险（风险1）计，各户只计一次。"
        if which == "main"
        else "五项风险中命中任一即计，一户可重复计，各条相加不等于总数。"
    )
    title = f"{first}最多" if which == "main" else f"命中任一：{first}最多"
    return Bars(title, tuple(bars), remark)


def _merge_small(bars: list[Bar]) -> list[Bar]:
    """One or two households of a cause merge with the next smallest, so that subtraction finds nothing."""
    kept = list(bars)
    while len(kept) > 1 and kept[-1].households < SMALL_CELL:
        last, other = kept.pop(), kept.pop()
        kept.append(Bar(f"{other.name}等", last.households + other.households, last.persons + other.persons))
    return kept


def _lines(snapshot: Snapshot, question: Question, tree: PlaceTree) -> list[TownshipLine]:
    areas = (
        parts_of(question.area, tree, snapshot.as_of)
        if question.area.kind == "township"
        else units_of(question.area, tree)
    )
    lines = []
    if question.area.kind == "township":
        snapshot.load([a.codes[0] for a in areas], 0)
    for area in areas:
        remaining = number(snapshot, "monitored_households_remaining", area)
        if remaining.value is None:
            lines.append(TownshipLine(area.name.split("/")[-1], None, None, None, None, None, remaining.text))
            continue
        measures = number(snapshot, "measures_in_place_households", area)
        lines.append(
            TownshipLine(
                area.name.split("/")[-1],
                int(remaining.value),
                int(number(snapshot, "monitored_persons_remaining", area).value or 0),
                int(number(snapshot, "newly_identified_households", area).value or 0),
                int(remaining.value - (measures.value or 0)),
                int(number(snapshot, "safety_net_households", area).value or 0),
                "",
            )
        )
    return sorted(lines, key=lambda line: -(line.households if line.households is not None else 10**9))


def _reported(snapshot: Snapshot, question: Question, code: str, part: str) -> int | None:
    """A reported figure of the area in thousandths, from the newest month up to the day; None where 未报."""
    root = question.area.root
    newest = period_of("indicator_report", snapshot.as_of)
    periods = [newest]
    if not question.area.is_above_county:
        periods = [p for p in snapshot.timeline("indicator_report", root).periods() if p <= newest]
    for period in reversed(periods):
        if snapshot.days("indicator_report", period, root):
            codes = question.area.codes
            if question.area.is_above_county:
                heard = snapshot.value(codes, f"indicator_report.{code}.{part}_reports", period) > 0
            else:
                mentions = snapshot.mentions("indicator_report", period, root)
                told = [m for t in question.area.townships if (m := mentions.get(f"{t.code}:{code}"))]
                heard = any(m.is_reported for m in told)
            if heard:
                return snapshot.value(codes, f"indicator_report.{code}.{part}", period)
            return None
    return None


def _report_ratio(snapshot: Snapshot, question: Question, code: str, unit: str) -> str:
    top, bottom = (_reported(snapshot, question, code, part) for part in ("numerator", "denominator"))
    if top is None or not bottom:
        return NOT_REPORTED
    return write(top / bottom, Unit.RATE) if unit == "%" else f"{top / bottom:.1f}{unit}"


def _report_days(snapshot: Snapshot, question: Question) -> list[date]:
    """The data dates of the monthly report up to the day; above the county of its month alone."""
    if question.area.is_above_county:
        return list(data_days(snapshot, "indicator_report", question.area))
    line = snapshot.timeline("indicator_report", question.area.root)
    return sorted({b.as_of for b in line.active(snapshot.known_by) if b.as_of <= snapshot.as_of})


def _report_note(snapshot: Snapshot, question: Question) -> Note:
    """What the departments' figures on this page mean, in the words of data/reference/report_items.csv."""
    shown = ("5b", "5c1", "5c2", "5c3", "5d")
    with (REFERENCE / "report_items.csv").open(encoding="utf-8", newline="") as file:
        items = {row["code"]: row for row in csv.DictReader(file)}
    words = "　".join(
        f"**{items[c]['name']}**：{items[c]['definition']}（{items[c]['department']}）" for c in shown
    )
    dates = _report_days(snapshot, question)
    source = f"指标月报（{short_day(max(dates))}）" if dates else ""
    return Note(day(snapshot.as_of), source, words)


def _channels(snapshot: Snapshot, question: Question) -> Bars:
    """How the clues were found: from the monthly report, since the export has no channel (要点5)."""
    names = {"5c1": "农户自主申报", "5c2": "部门筛查预警", "5c3": "基层干部排查"}
    found = {name: _reported(snapshot, question, code, "value") for code, name in names.items()}
    bars = tuple(Bar(name, value // 1000, 0) for name, value in found.items() if value is not None)
    dates = _report_days(snapshot, question)
    remark = f"来源：指标月报（{short_day(dates[-1])}）" if dates else "指标月报未导入"
    if not bars:
        return Bars(f"线索来源：{NOT_REPORTED}", (), remark)
    most = max(bars, key=lambda b: b.households)
    return Bars(f"线索主要来自{most.name}", bars, remark)


def households(snapshot: Snapshot, question: Question, which: str) -> list[Any]:
    """The ledger's rows of an area below the county, township by township; `which` is open, new, without_measure or
    all."""
    wanted: dict[str, Callable[[Any], bool]] = {
        "open": lambda row: not row.is_eliminated,
        "new": lambda row: bool(row.identified) and row.identified // 100 == snapshot.as_of.year,
        "without_measure": lambda row: not row.is_eliminated and not row.measures,
        "all": lambda _row: True,
    }
    every = (row for code in question.area.codes for row in snapshot.rows(COUNTING, code, 0))
    return list(filter(wanted[which], every))


def lines(snapshot: Snapshot, question: Question, tree: PlaceTree, shown: Sequence[Any]) -> tuple[Row, ...]:
    """Households of `households` as a page lists them: codes masked, the head's name where the scope sees names."""
    heads = _heads(snapshot, question, [row.key for row in shown])
    return tuple(
        Row(
            tree.label(row.leaf),
            mask(row.key),
            KINDS[row.kind],
            row.persons,
            cause_words(row.causes),
            f"{row.identified // 100}年{row.identified % 100}月" if row.identified else "未填",
            "已消除" if row.is_eliminated else "兜底保障" if row.is_safety_net else "未消除",
            "、".join(row.measures) or "无",
            heads.get(row.key, ""),
        )
        for row in shown
    )


def cause_words(causes: Sequence[str]) -> str:
    """因病; 因病或因学 where the store merged small cells; （合并不显示） where it hid them."""
    cause = (causes or ["other"])[0]
    return "（合并不显示）" if cause == HIDDEN else "或".join(CAUSES[c] for c in cause.split("+"))


def _heads(snapshot: Snapshot, question: Question, keys: Sequence[str]) -> dict[str, str]:
    """{household: its head's name}, where the scope sees names; nothing otherwise."""
    if not snapshot.scope.sees_names or not keys:
        return {}
    found = {}
    for code in question.area.codes:
        for key, persons in snapshot.identities(COUNTING, code, 0, keys).items():
            found[key] = next((p.name for p in persons if p.is_head), "")
    return found
