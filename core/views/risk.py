"""风险消除: is risk going down, and honestly? The split, the four rates, the flows and the prudent exits."""

from dataclasses import dataclass
from datetime import date

from core.indicators.indicator import WHOLE_COUNTIES, data_days
from core.indicators.monitored import COUNTING, exit_faults
from core.indicators.words import CLASSES, FLOWS
from core.ledgers import period_of
from core.places import PlaceTree
from core.store import Snapshot
from core.units import short_day
from core.views.common import Note, Question, load, missing_words, note, number, parts_of
from core.views.overview import Trajectory, trajectory

FAULT_WORDS = {"safety_net": "兜底户", "early": "识别不满6个月", "no_month": "未填消除时间"}


@dataclass(frozen=True)
class ClassShare:
    """One of the six classes of the baseline."""

    name: str
    households: int
    persons: int


@dataclass(frozen=True)
class Rate:
    """One of the four rates, by 户 and by 人, with its counts."""

    name: str
    households: str
    persons: str
    counts: str
    definition: str
    caution: str


@dataclass(frozen=True)
class FlowLine:
    """One line of the reconciliation, by 户 and by 人; `sign` is +, - or =."""

    name: str
    sign: str
    households: int | None
    persons: int | None


@dataclass(frozen=True)
class Flows:
    """期初 to 期末 between two exports."""

    title: str
    lines: tuple[FlowLine, ...]
    remark: str


@dataclass(frozen=True)
class FaultyExit:
    """A household (by its masked code) whose elimination fails the prudent-exit checks."""

    place: str
    code: str
    identified: str
    eliminated: str
    faults: str


@dataclass(frozen=True)
class Departed:
    """A household (by its masked code) that was open in the export before and is in none now: 去向待查."""

    place: str
    code: str
    persons: int
    seen: str


@dataclass(frozen=True)
class PartLine:
    """An area below: its baseline by class, and R4 with the checks beside it."""

    name: str
    baseline: int | None
    classes: tuple[int, ...]
    r4: float | None
    improper: int | None
    text: str  # 未报 … where it did not report


@dataclass(frozen=True)
class Risk:
    """The whole page."""

    title: str
    missing: str
    classes: tuple[ClassShare, ...]
    rates: tuple[Rate, ...]
    trajectory: Trajectory
    flows: Flows | None
    parts: tuple[PartLine, ...]
    faulty: tuple[FaultyExit, ...]
    departed: tuple[Departed, ...]
    new_and_reversed: str
    note: Note


def mask(code: str) -> str:
    """A household code with its middle hidden: 4113******12."""
    return f"{code[:4]}{'*' * max(len(code) - 6, 0)}{code[-2:]}"


def risk(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Risk:
    """The page for an area on a day."""
    area = question.area
    load(snapshot, area)
    remaining = number(snapshot, "monitored_households_remaining", area)
    r1 = number(snapshot, "risk_elimination_rate_r1_households", area)
    new = number(snapshot, "newly_identified_households", area)
    reversed_ = number(snapshot, "risk_reversed_households", area)
    classes = tuple(
        ClassShare(
            words,
            int(number(snapshot, f"baseline_{key}_households", area).numerator or 0),
            int(number(snapshot, f"baseline_{key}_persons", area).numerator or 0),
        )
        for key, words in CLASSES.items()
    )
    return Risk(
        title=_title(classes, r1.text, remaining.text),
        missing=missing_words(remaining),
        classes=classes if r1.value is not None else (),
        rates=tuple(_rate(snapshot, code, question) for code in ("r1", "r2", "r3", "r4")),
        trajectory=trajectory(snapshot, question),
        flows=_flows(snapshot, question),
        parts=_parts(snapshot, question, tree),
        faulty=_faulty(snapshot, question, tree),
        departed=_departed(snapshot, question, tree),
        new_and_reversed=f"本年新识别{new.text}，回退{reversed_.text}",
        note=note(remaining, r1, new, reversed_),
    )


def _title(classes: tuple[ClassShare, ...], rate: str, remaining: str) -> str:
    by_name = {c.name: c.households for c in classes}
    done = by_name["消除合规"] + by_name["消除不合规"]
    if not sum(by_name.values()):
        return f"未消除风险{remaining}"
    held = by_name["整户无劳动能力兜底"]
    return f"基准存量{sum(by_name.values()):,}户已消除{done:,}户（{rate}），另有{held:,}户兜底保障不标注消除"


def _rate(snapshot: Snapshot, code: str, question: Question) -> Rate:
    households = number(snapshot, f"risk_elimination_rate_{code}_households", question.area)
    persons = number(snapshot, f"risk_elimination_rate_{code}_persons", question.area)
    counts = ""
    if households.denominator and persons.denominator:
        counts = f"{households.numerator:,}/{households.denominator:,}户　{persons.numerator:,}/{persons.denominator:,}人"
    indicator = households.indicator
    return Rate(
        indicator.name.removesuffix("（户）"),
        households.text,
        persons.text,
        counts,
        indicator.definition,
        indicator.caution,
    )


def _flows(snapshot: Snapshot, question: Question) -> Flows | None:
    """The line that reconciles the last export with the one before."""
    area = question.area
    period = period_of("monitored", snapshot.as_of)
    days = data_days(snapshot, "monitored", area)
    if len(days) < 2:
        return None
    before, after = days[-2], days[-1]

    def stock(unit: str, on: date) -> int:
        return snapshot.value(area.codes, f"monitored.remaining.{unit}", period, on)

    def flow(name: str, unit: str) -> int:
        series = f"monitored.flow.{name}.{unit}"
        return snapshot.value(area.codes, series, period, after) - snapshot.value(
            area.codes, series, period, before
        )

    lines = [
        FlowLine(f"期初（{short_day(before)}）", "", stock("households", before), stock("persons", before))
    ]
    for name, words in FLOWS.items():
        households, persons = (None if name == "heads" else flow(name, "households")), flow(name, "persons")
        if name == "opening" and not households:
            continue
        sign = "−" if name in ("eliminated", "left", "moved_out") else "±" if name == "heads" else "+"
        lines.append(FlowLine(words, sign, households, persons))
    lines.append(
        FlowLine(f"期末（{short_day(after)}）", "=", stock("households", after), stock("persons", after))
    )
    reading = number(snapshot, "monitored_households_remaining", area)
    remark = f"{missing_words(reading)}，本期流量不含" if reading.missing else ""
    return Flows(f"{short_day(before)}至{short_day(after)}的增减", tuple(lines), remark)


def _parts(snapshot: Snapshot, question: Question, tree: PlaceTree) -> tuple[PartLine, ...]:
    """The areas below, in the order of the tree: no league table of the bare rate (要点8)."""
    if question.area.kind == "township":
        return ()
    lines = []
    areas = (
        parts_of(question.area, tree, snapshot.as_of)
        if question.area.kind in WHOLE_COUNTIES
        else [tree.township_area(t) for t in question.area.townships]
    )
    for area in areas:
        r4 = number(snapshot, "risk_elimination_rate_r4_households", area)
        found = [number(snapshot, f"baseline_{key}_households", area) for key in CLASSES]
        improper = number(snapshot, "improper_exit_households", area)
        counts = tuple(int(r.numerator or 0) for r in found)
        silent = found[0].value is None
        lines.append(
            PartLine(
                area.name,
                None if silent else sum(counts),
                () if silent else counts,
                r4.value,
                None if improper.value is None else int(improper.value),
                found[0].text if silent else "",
            )
        )
    return tuple(lines)


def _faulty(snapshot: Snapshot, question: Question, tree: PlaceTree) -> tuple[FaultyExit, ...]:
    """Eliminations that fail the checks, to be looked at by the monitoring office; codes masked, no names."""
    found = []
    for code in question.area.codes:
        for row in snapshot.rows(COUNTING, code, 0):
            faults = exit_faults(row, snapshot.as_of) if row.is_eliminated else []
            if faults:
                found.append(
                    FaultyExit(
                        tree.label(row.leaf),
                        mask(row.key),
                        _month(row.identified),
                        _month(row.eliminated),
                        "、".join(FAULT_WORDS[f] for f in faults),
                    )
                )
    return tuple(found)


def _departed(snapshot: Snapshot, question: Question, tree: PlaceTree) -> tuple[Departed, ...]:
    """Open in the export before, in no township's now: gone for good, or dropped before the new township has it."""
    if question.area.is_above_county:
        return ()
    county = question.area.root
    days = snapshot.days("monitored", 0, county)
    if len(days) < 2:
        return ()
    here = {row.key for row in snapshot.rows(COUNTING, county, 0)} if snapshot.scope.covers(county) else None
    earlier = snapshot.store.snapshot(snapshot.scope, days[-2], snapshot.known_by)
    found = []
    for code in question.area.codes:
        now = here if here is not None else {row.key for row in snapshot.rows(COUNTING, code, 0)}
        found += [
            Departed(tree.label(row.leaf), mask(row.key), row.persons, short_day(days[-2]))
            for row in earlier.rows(COUNTING, code, 0)
            if not row.is_eliminated and row.key not in now
        ]
    return tuple(found)


def _month(month: int | None) -> str:
    return f"{month // 100}年{month % 100}月" if month else "未填"
