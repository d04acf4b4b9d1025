"""What an indicator is, and how it is read from a snapshot: counts first, the rate last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property

from core.ledgers import LEDGERS, period_of
from core.places import Area
from core.plan import PlanFigure, latest_plan
from core.store import Reach, Snapshot
from core.timeline import Mention
from core.units import Unit, short_day, write

COUNTY_LEVEL_TEXT = "县级指标"
NOT_REPORTED = "未报"
NOT_CONCERNED = "不涉及"
WHOLE_COUNTIES = ("county", "city", "province")


class Better(Enum):
    """Which direction is good; only HIGHER and LOWER may be ranked."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "neither"


class Status(Enum):
    """Level and direction of a figure against its target."""

    ON_TRACK = "on_track"
    RECOVERING = "recovering"
    BEHIND = "behind"
    NO_TARGET = "no_target"
    NOT_REPORTED = "not_reported"
    NOT_APPLICABLE = "not_applicable"


STATUS_WORDS = {
    Status.ON_TRACK: "正常",
    Status.RECOVERING: "预警",
    Status.BEHIND: "滞后",
    Status.NO_TARGET: "",
    Status.NOT_REPORTED: NOT_REPORTED,
    Status.NOT_APPLICABLE: COUNTY_LEVEL_TEXT,
}


@dataclass(frozen=True)
class Target:
    """What the plan asks of an indicator. `figure` is the key of its figure in the plan; `start` and `end` name
    the series that the pace runs from and to where it does not run from 0 to the figure."""

    figure: str
    value: float | None = None  # where the indicator's target is not the figure itself
    everywhere: bool = False  # holds for war zones and townships too, not for the county alone
    start: str = ""
    end: str = ""
    held: str = (
        ""  # counted of the denominator that prudent exit holds back: the pace of a rate stops short of it
    )


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One declaration: words, formula, clause. Series are `ledger.name`; sums of them are divided last."""

    key: str
    name: str
    unit: Unit
    definition: str
    source: str
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    items: tuple[int, ...] = ()
    target: Target | None = None
    better: Better = Better.NEITHER
    since_new_year: bool = False  # a flow: from 1 January to the day, not the state of the day
    county_only: bool = False
    needs_baseline: bool = False
    slices: tuple[str, ...] = ()
    caution: str = ""
    changes: tuple[str, ...] = ()  # 口径变更, each with its day and reason
    fallback: tuple[
        str, ...
    ] = ()  # series that stand in for the numerator where its ledger was never imported

    @cached_property
    def ledgers(self) -> tuple[str, ...]:
        """The ledgers that it is computed from."""
        return tuple(dict.fromkeys(s.split(".", 1)[0] for s in (*self.numerator, *self.denominator)))


@dataclass(frozen=True)
class ReadTarget:
    """A target as it applies to one reading: the plan's value, the day, the clause, today's pace, and the goal
    that the pace runs to (the safety net, where the plan's zero cannot be reached prudently)."""

    value: float
    by: date | None
    clause: str
    pace: float | None
    goal: float


@dataclass(frozen=True)
class Reading:
    """A number as every screen, slide and file tells it. `value` is None where it is 未报 or not kept there."""

    indicator: Indicator
    area: Area
    value: float | None
    text: str
    numerator: int | None
    denominator: int | None
    status: Status
    target: ReadTarget | None
    source: str
    as_of: date
    carried_value: float | None = None
    carried_as_of: date | None = None
    missing: tuple[
        str, ...
    ] = ()  # townships whose latest workbook lacks them: their carried stock is in the sum
    previous: float | None = None
    previous_as_of: date | None = None
    slices: dict[str, dict[str, int]] | None = None

    @property
    def change(self) -> float | None:
        """The difference from the previous data date, in the unit; None where either is 未报."""
        if self.value is None or self.previous is None:
            return None
        return self.value - self.previous

    @property
    def status_words(self) -> str:
        """正常, 预警, 滞后, 未报 …"""
        return STATUS_WORDS[self.status]


def spending_pace(on: date) -> float:
    """序时进度 of spending, 0 to 1: the month over twelve, until the county gives its own nodes (要点未定节点)."""
    return on.month / 12


def _scale(unit: Unit, amount: int) -> int | float:
    """Money is tallied in 分 and told in yuan."""
    return amount / 100 if unit is Unit.YUAN else amount


def _mentions(indicator: Indicator, snapshot: Snapshot, area: Area) -> dict[str, dict[str, Mention]]:
    """{ledger: {unit: mention}} of the county; empty for a whole that is read by its tallies."""
    if not area.townships:
        return {}
    return {
        ledger: snapshot.mentions(ledger, period_of(ledger, snapshot.as_of), area.root)
        for ledger in indicator.ledgers
    }


def data_days(snapshot: Snapshot, ledger: str, area: Area) -> Sequence[date]:
    """The data dates of a ledger up to the snapshot's day, in the period of that day."""
    period = period_of(ledger, snapshot.as_of)
    if not area.townships:
        return snapshot.reach(ledger, period, area.root).days
    return snapshot.days(ledger, period, area.root)


def _total(series: tuple[str, ...], snapshot: Snapshot, area: Area, on: date, since_new_year: bool) -> int:
    total = 0
    for name in series:
        period = period_of(name.split(".", 1)[0], snapshot.as_of)
        total += snapshot.value(area.codes, name, period, on)
        if since_new_year:
            total -= snapshot.value(area.codes, name, period, date(snapshot.as_of.year - 1, 12, 31))
    return total


def _value(
    indicator: Indicator, snapshot: Snapshot, area: Area, on: date
) -> tuple[float | None, int, int | None]:
    series = indicator.numerator
    if indicator.fallback and not _was_imported(series[0], snapshot, area):
        series = indicator.fallback
    top = _total(series, snapshot, area, on, indicator.since_new_year)
    if not indicator.denominator:
        return _scale(indicator.unit, top), top, None
    bottom = _total(indicator.denominator, snapshot, area, on, indicator.since_new_year)
    return (float(Fraction(top, bottom)) if bottom else None), top, bottom


def _was_imported(series: str, snapshot: Snapshot, area: Area) -> bool:
    return bool(data_days(snapshot, series.split(".", 1)[0], area))


def source_words(indicator: Indicator, snapshot: Snapshot, area: Area) -> str:
    """The workbooks behind a figure, in words; made once for the figures of an area that share them."""
    key = ("source", indicator.ledgers, area)
    return snapshot.once(key, lambda: _source_words(indicator, snapshot, area))


def _source_words(indicator: Indicator, snapshot: Snapshot, area: Area) -> str:
    """监测对象信息（8月31日，小史店镇未报，沿用7月31日）: the workbooks behind a figure, with their dates, and the
    oldest date that a carried township brings in; several are parted by ；."""
    parts = []
    if not area.townships:
        for ledger in indicator.ledgers:
            reach = snapshot.reach(ledger, period_of(ledger, snapshot.as_of), area.root)
            if reach.days:
                late = f"，{_missing_units(reach)}未报" if reach.missing else ""
                parts.append(f"{LEDGERS[ledger].title}（{short_day(reach.days[-1])}{late}）")
        return "；".join(parts)
    names = {t.code: t.name for t in area.townships}
    for ledger, mentions in _mentions(indicator, snapshot, area).items():
        dates = sorted(
            {m.standing.as_of for u, m in mentions.items() if m.standing and (u in names or not names)}
        )
        if not dates:
            dates = sorted({m.standing.as_of for m in mentions.values() if m.standing})
        if not dates:
            continue
        missing = [names[u] for u, m in mentions.items() if u in names and not m.is_reported]
        late = f"，{'、'.join(missing[:3])}{'等' if len(missing) > 3 else ''}未报" if missing else ""
        carried = [
            b.as_of for u, m in mentions.items() if u in names and not m.is_reported and (b := m.standing)
        ]
        late += f"，沿用{short_day(min(carried))}" if carried and len(names) > 1 else ""
        parts.append(f"{LEDGERS[ledger].title}（{short_day(dates[-1])}{late}）")
    return "；".join(parts)


def _silent_units(
    mentions: Mapping[str, Mapping[str, Mention]], units: Mapping[str, str]
) -> tuple[tuple[str, ...], bool]:
    """The names of the units that a newest workbook lacks, and whether no unit ever had rows."""
    missing = tuple(
        name
        for code, name in units.items()
        if any(code in m and not m[code].is_reported for m in mentions.values())
    )
    return missing, all(
        code not in m or m[code].standing is None for m in mentions.values() for code in units
    )


def _missing_units(reach: Reach) -> str:
    return f"{reach.missing}个填报单位"


def read(indicator: Indicator, snapshot: Snapshot, area: Area) -> Reading:
    """Reads an indicator for an area on the snapshot's day. Never raises for a missing workbook: says 未报."""
    plan_target = _plan_target(indicator, snapshot, area)

    def silent(text: str, status: Status, **more: object) -> Reading:
        return Reading(
            indicator, area, None, text, None, None, status, plan_target, source_words(indicator, snapshot, area),
            snapshot.as_of, **more,  # type: ignore[arg-type]
        )  # fmt: skip

    if indicator.county_only and area.kind not in WHOLE_COUNTIES:
        return silent(COUNTY_LEVEL_TEXT, Status.NOT_APPLICABLE)
    used = indicator.ledgers
    if indicator.fallback and not _was_imported(indicator.numerator[0], snapshot, area):
        used = tuple(dict.fromkeys(s.split(".", 1)[0] for s in (*indicator.fallback, *indicator.denominator)))
    if any(not data_days(snapshot, ledger, area) for ledger in used):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)
    if indicator.needs_baseline and not snapshot.has_baseline(area.root):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)

    value, top, bottom = _value(indicator, snapshot, area, snapshot.as_of)
    missing: tuple[str, ...]
    if not area.townships:
        reaches = [snapshot.reach(ledger, period_of(ledger, snapshot.as_of), area.root) for ledger in used]
        missing = tuple(_missing_units(reach) for reach in reaches if reach.missing)
        if all(reach.units == reach.missing for reach in reaches):
            said = max(day for reach in reaches for day in reach.days)
            text = f"{short_day(said)}{NOT_REPORTED}"
            return silent(text, Status.NOT_REPORTED, carried_value=value, missing=missing)
    else:
        mentions = _mentions(indicator, snapshot, area)
        units = {t.code: t.name for t in area.townships}
        key = ("silent", indicator.ledgers, area)
        missing, none_stands = snapshot.once(key, lambda: _silent_units(mentions, units))
        never = not indicator.county_only and none_stands
        if never and not all(LEDGERS[ledger].is_everywhere for ledger in used):
            return silent(NOT_CONCERNED, Status.NOT_APPLICABLE)
        if never:
            return silent(NOT_REPORTED, Status.NOT_REPORTED)
        if len(missing) == len(units) and not indicator.county_only:
            stood = [m[c].standing for m in mentions.values() for c in units if c in m]
            said = max((m[c].on for m in mentions.values() for c in units if c in m), default=snapshot.as_of)
            carried_as_of = min((b.as_of for b in stood if b), default=None)
            text = f"{short_day(said)}{NOT_REPORTED}"
            if carried_as_of and value is not None:
                text += f"（{short_day(carried_as_of)}：{write(value, indicator.unit)}）"
            return silent(
                text, Status.NOT_REPORTED, carried_value=value, carried_as_of=carried_as_of, missing=missing
            )
    if value is None:
        return silent("—", Status.NOT_APPLICABLE)

    previous_as_of = _previous_day(indicator, snapshot, area)
    previous = _value(indicator, snapshot, area, previous_as_of)[0] if previous_as_of else None
    return Reading(
        indicator=indicator,
        area=area,
        value=value,
        text=write(value, indicator.unit),
        numerator=top,
        denominator=bottom,
        status=_judge(indicator, value, previous, previous_as_of, plan_target, snapshot.as_of),
        target=plan_target,
        source=source_words(indicator, snapshot, area),
        as_of=snapshot.as_of,
        missing=missing,
        previous=previous,
        previous_as_of=previous_as_of,
        slices={
            name: snapshot.slices(
                area.codes,
                f"{indicator.numerator[0]}@{name}",
                period_of(indicator.ledgers[0], snapshot.as_of),
            )
            for name in indicator.slices
            if area.kind != "village"
        }
        or None,
    )


def _previous_day(indicator: Indicator, snapshot: Snapshot, area: Area) -> date | None:
    days = data_days(snapshot, indicator.ledgers[0], area)
    return days[-2] if len(days) > 1 else None


def _plan_target(indicator: Indicator, snapshot: Snapshot, area: Area) -> ReadTarget | None:
    target = indicator.target
    if target is None or (area.kind != "county" and not target.everywhere):
        return None
    figure = latest_plan(snapshot.as_of)[target.figure]
    value = figure.value if target.value is None else target.value
    if figure.by is None or figure.since is None:
        return ReadTarget(value, figure.by, figure.clause, None, value)
    start = float(_total((target.start,), snapshot, area, snapshot.as_of, False)) if target.start else 0.0
    end = float(_total((target.end,), snapshot, area, snapshot.as_of, False)) if target.end else value
    if target.held and (whole := _total(indicator.denominator, snapshot, area, snapshot.as_of, False)):
        end -= _total((target.held,), snapshot, area, snapshot.as_of, False) / whole
    return ReadTarget(
        value, figure.by, figure.clause, start + (end - start) * _gone(figure, snapshot.as_of), end
    )


def _gone(figure: PlanFigure, on: date) -> float:
    assert figure.by, "only called where the figure has a day"
    assert figure.since, "only called where the figure has a beginning"
    return min(1.0, max(0.0, (on - figure.since).days / (figure.by - figure.since).days))


def _judge(
    indicator: Indicator,
    value: float,
    previous: float | None,
    previous_as_of: date | None,
    target: ReadTarget | None,
    on: date,
) -> Status:
    """正常: at or ahead of the pace. 预警: behind, but at the speed since the last workbook it arrives in time
    (or, without a day to arrive by, it is moving the right way). 滞后: behind and not."""
    if target is None:
        return Status.NO_TARGET
    sign = -1 if indicator.better is Better.LOWER else 1
    required = target.value if target.pace is None else target.pace
    if sign * value >= sign * required:
        return Status.ON_TRACK
    if previous is None or previous_as_of is None or previous_as_of >= on:
        return Status.BEHIND
    gained = sign * (value - previous)
    if target.by is None:
        return Status.RECOVERING if gained > 0 else Status.BEHIND
    days_left = (target.by - on).days
    reached = sign * value + gained / (on - previous_as_of).days * max(days_left, 0)
    return Status.RECOVERING if days_left > 0 and reached >= sign * target.goal else Status.BEHIND
