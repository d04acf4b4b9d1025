"""What an indicator is, and how it is read from a snapshot: counts first, the rate last."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from core.imports.ledgers import LEDGERS as DECLARED
from core.ledgers import LEDGERS, period_of
from core.places import COUNTY_LEVEL, Area
from core.plan import latest_plan, spending_settings
from core.store import Reach, Snapshot
from core.timeline import Mention
from core.units import Unit, short_day, write

REPORT = "indicator_report"
COUNTY_LEVEL_TEXT = "县级指标"
TOWNSHIP_LEVEL_TEXT = "乡镇级指标"
NOT_REPORTED = "未报"
NOT_CONCERNED = "不涉及"
WHOLE_COUNTIES = ("county", "city", "province")


class Counted(NamedTuple):
    """All that is counted of a ledger's rows, beside which its `lacking_` counts stand, and what one is called."""

    series: str
    unit: str


COUNTED = {
    "projects": Counted("projects.planned", "个项目"),
    "monitored": Counted("monitored.monitored.households", "户"),
    "assets": Counted("assets.all", "项资产"),
    "employment": Counted("employment.at_work", "人"),
}


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
    Status.NOT_APPLICABLE: "",
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
    than: tuple[tuple[str, ...], tuple[str, ...]] = (
        (),
        (),
    )  # what the figure is a multiple of: last year's counts


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One declaration: words, formula, clause. Series are `ledger.name`; sums of them are divided last."""

    key: str
    name: str
    unit: Unit
    definition: str
    source: str
    owner: str  # the county's unit that answers for it, and owes it where it is 未报
    numerator: tuple[str, ...]
    denominator: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()  # series that are taken off the numerator
    items: tuple[int, ...] = ()
    target: Target | None = None
    plan_figures: tuple[str, ...] = ()  # figures of the plan that its counting uses without being its target
    better: Better = Better.NEITHER
    since_new_year: bool = False  # a flow: from 1 January to the day, not the state of the day
    at_opening: bool = False  # the state of the year's opening, not of the day
    to_last_year: bool = False  # the denominator is the whole of last year's
    county_only: bool = False
    above_village: bool = False  # a count by cause: in a village, and row by row, it would tell a family's
    needs_baseline: bool = False
    slices: tuple[str, ...] = ()
    caution: str = ""
    needs: tuple[str, ...] = ()  # columns that its workbook may lack, and without which nothing is told
    changes: tuple[str, ...] = ()  # 口径变更, each with its day and reason
    fallback: tuple[
        str, ...
    ] = ()  # series that stand in for the numerator where its ledger was never imported or reaches no village

    @cached_property
    def ledgers(self) -> tuple[str, ...]:
        """The ledgers that it is computed from."""
        return tuple(dict.fromkeys(s.split(".", 1)[0] for s in (*self.numerator, *self.denominator)))

    @cached_property
    def is_reported(self) -> bool:
        """True for a figure of the monthly indicator report, which no village keeps."""
        return self.ledgers == (REPORT,)


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
    """序时进度 of spending, 0 to 1: by the county's nodes, else the month over twelve (the plan sets no nodes)."""
    return spending_settings(on).pace(on)


def told(indicator: Indicator, amount: int) -> int | float:
    """A tallied amount as it is told. Money is tallied in 分 and told in yuan; the report's figures are tallied in
    thousandths, its money in thousandths of 万元."""
    if indicator.is_reported:
        exact = Fraction(amount, 1000) * (10_000 if indicator.unit is Unit.YUAN else 1)
        return int(exact) if exact.denominator == 1 else float(exact)
    is_money = indicator.unit is Unit.YUAN or any(
        "fund_" in s or "industry_" in s for s in indicator.numerator
    )
    return amount / 100 if is_money else amount


def _mentions(indicator: Indicator, snapshot: Snapshot, area: Area) -> dict[str, dict[str, Mention]]:
    """{ledger: {unit: mention}} of the county; empty for a whole that is read by its tallies."""
    if not area.townships:
        return {}
    if indicator.is_reported:
        key = ("reported", indicator.numerator[0], area)
        return {REPORT: snapshot.once(key, lambda: _report_mentions(indicator, snapshot, area))}
    return {
        ledger: snapshot.mentions(ledger, period_of(ledger, snapshot.as_of), area.root)
        for ledger in _ledgers_used(indicator, snapshot, area)
    }


def data_days(snapshot: Snapshot, ledger: str, area: Area, on: date | None = None) -> Sequence[date]:
    """The data dates of a ledger up to the snapshot's day, in the period of that day (or of an earlier one)."""
    return _period_days(snapshot, ledger, period_of(ledger, on or snapshot.as_of), area)


def _period_days(snapshot: Snapshot, ledger: str, period: int, area: Area) -> Sequence[date]:
    if not area.townships:
        return snapshot.reach(ledger, period, area.root).days
    return snapshot.days(ledger, period, area.root)


def _report_mentions(indicator: Indicator, snapshot: Snapshot, area: Area) -> dict[str, Mention]:
    """How each unit that reports a figure stands: reported where the year's newest 期别 has it; standing, the newest
    that has it at all."""
    county = area.root
    periods = report_periods(snapshot, area, snapshot.as_of)
    found = {}
    for unit in report_units(indicator.county_only, area):
        key = _report_key(unit, indicator.numerator[0])
        said = [
            (p, m) for p in periods if (m := snapshot.mentions(REPORT, p, county).get(key)) and m.is_reported
        ]
        newest = _days(indicator, snapshot, area)[-1] if periods else snapshot.as_of
        is_current = bool(said) and said[-1][0] == periods[-1]
        standing = said[-1][1].standing if said else None
        found[unit] = Mention("reported" if is_current else "missing", newest, standing)
    return found


def _report_key(unit: str, series: str) -> str:
    return f"{unit}:{series.split('.')[1]}"


def report_units(county_only: bool, area: Area) -> tuple[str, ...]:
    """Who reports: the townships, or the county's departments (县本级) for a figure of the county."""
    if county_only:
        return (area.root + COUNTY_LEVEL,)
    return tuple(t.code for t in area.townships)


def report_periods(snapshot: Snapshot, area: Area, on: date) -> list[int]:
    """The 期别 of the snapshot's year that a report up to a day speaks of, in order."""
    year = snapshot.as_of.year
    if not area.townships:
        months = range(year * 100 + 1, period_of(REPORT, snapshot.as_of) + 1)
        return [p for p in months if any(d <= on for d in _period_days(snapshot, REPORT, p, area))]
    return sorted({p for day, p in snapshot.spoken_of(REPORT, area.root) if day <= on and p // 100 == year})


def _report_total(
    name: str, snapshot: Snapshot, area: Area, on: date, county_only: bool, adds_up: bool
) -> int:
    """A series of the monthly report on a day: of each unit its newest 期别, or all of the year's (`adds_up`).

    A whole that is read by its tallies has its newest 期别 alone: which unit said what is not known there.
    """
    periods = report_periods(snapshot, area, on)
    if not area.townships:
        heard = [p for p in periods if snapshot.value(area.codes, f"{name}_reports", p, on)]
        return sum(snapshot.value(area.codes, name, p, on) for p in (heard if adds_up else heard[-1:]))
    units = report_units(county_only, area)
    total = 0
    for unit in units:
        key = _report_key(unit, name)
        said = [
            p
            for p in periods
            if (m := snapshot.mentions(REPORT, p, area.root, on).get(key)) and m.is_reported
        ]
        for period in said if adds_up else said[-1:]:
            total += snapshot.value((unit,), name, period, on)
    return total


def _opening_day(ledger: str, snapshot: Snapshot, area: Area) -> date | None:
    """The day the year opens on: the last data date of an earlier year, else the year's first."""
    days = data_days(snapshot, ledger, area)
    earlier = [d for d in days if d.year < snapshot.as_of.year]
    return earlier[-1] if earlier else days[0] if days else None


def _ledgers_used(indicator: Indicator, snapshot: Snapshot, area: Area) -> tuple[str, ...]:
    """The ledgers of a figure, or those that stand in for one that was never imported or reaches no village."""
    if not _stands_in(indicator, snapshot, area):
        return indicator.ledgers
    return tuple(dict.fromkeys(s.split(".", 1)[0] for s in (*indicator.fallback, *indicator.denominator)))


def _is_blank(fallback: tuple[str, ...], snapshot: Snapshot, area: Area) -> bool:
    """True where no row fills the column that stands in: each such series has counts _filled and _blank beside it."""
    filled, blank = (
        _total(tuple(f"{series}_{word}" for series in fallback), snapshot, area, snapshot.as_of, False)
        for word in ("filled", "blank")
    )
    return blank > 0 and filled == 0


def _total(series: tuple[str, ...], snapshot: Snapshot, area: Area, on: date, since_new_year: bool) -> int:
    total = 0
    for name in series:
        ledger = name.split(".", 1)[0]
        period = period_of(ledger, snapshot.as_of)
        total += snapshot.value(area.codes, name, period, on)
        opening = _opening_day(ledger, snapshot, area) if since_new_year else None
        if opening:
            total -= snapshot.value(area.codes, name, period, opening)
    return total


def _amount(indicator: Indicator, series: tuple[str, ...], snapshot: Snapshot, area: Area, on: date) -> int:
    """The sum of an indicator's series on a day: since New Year, at the year's opening, or as it stands."""
    if indicator.is_reported:
        return sum(
            _report_total(name, snapshot, area, on, indicator.county_only, indicator.since_new_year)
            for name in series
        )
    if indicator.at_opening:
        on = _opening_day(indicator.ledgers[0], snapshot, area) or on
    return _total(series, snapshot, area, on, indicator.since_new_year)


def _last_year(indicator: Indicator, snapshot: Snapshot) -> date:
    return date(snapshot.as_of.year - 1, 12, 31)


def _days(indicator: Indicator, snapshot: Snapshot, area: Area) -> Sequence[date]:
    """The data dates of an indicator's first ledger up to the snapshot's day, in order."""
    if not indicator.is_reported:
        return data_days(snapshot, indicator.ledgers[0], area)
    if not area.townships:
        periods = report_periods(snapshot, area, snapshot.as_of)
        return sorted({day for p in periods for day in _period_days(snapshot, REPORT, p, area)})
    year = snapshot.as_of.year
    return sorted({day for day, p in snapshot.spoken_of(REPORT, area.root) if p // 100 == year})


def _value(
    indicator: Indicator, snapshot: Snapshot, area: Area, on: date
) -> tuple[float | None, int, int | None]:
    series = indicator.numerator
    if _stands_in(indicator, snapshot, area):
        series = indicator.fallback
    top = _amount(indicator, series, snapshot, area, on)
    top -= _amount(indicator, indicator.minus, snapshot, area, on)
    if _is_untold(indicator, snapshot, area, on):
        return None, top, None
    if not indicator.denominator:
        return told(indicator, top), top, None
    if indicator.to_last_year:
        end = _last_year(indicator, snapshot)
        bottom = sum(
            snapshot.value(area.codes, name, period_of(name.split(".", 1)[0], end), end)
            for name in indicator.denominator
        )
    else:
        bottom = _amount(indicator, indicator.denominator, snapshot, area, on)
    return (float(Fraction(top, bottom)) if bottom else None), top, bottom


def _is_untold(indicator: Indicator, snapshot: Snapshot, area: Area, on: date) -> bool:
    """True where no row of an area is in a workbook that has every column which the count needs."""
    return any(
        0 < lacking == _rows_counted(indicator, snapshot, area, on)
        for lacking in _lacking(indicator, snapshot, area, on).values()
    )


def _rows_counted(indicator: Indicator, snapshot: Snapshot, area: Area, on: date) -> int:
    return _total((COUNTED[indicator.ledgers[0]].series,), snapshot, area, on, False)


def _lacking(indicator: Indicator, snapshot: Snapshot, area: Area, on: date) -> dict[str, int]:
    """{column: how many rows of an area are in a workbook without it}, of the columns that the count needs."""
    ledger = indicator.ledgers[0]
    return {
        name: _total((f"{ledger}.lacking_{name}",), snapshot, area, on, False) for name in indicator.needs
    }


def _lacking_words(indicator: Indicator, snapshot: Snapshot, area: Area) -> str:
    """项目台账没有“验收时间”一列, or of how many projects; empty where every column is there."""
    ledger = indicator.ledgers[0]
    headers = {column.name: column.header for column in DECLARED[ledger].columns}
    counted = _rows_counted(indicator, snapshot, area, snapshot.as_of)
    return "；".join(
        f"{LEDGERS[ledger].title}{'' if lacking == counted else f'有{lacking}{COUNTED[ledger].unit}'}没有“{headers[name]}”一列"
        for name, lacking in _lacking(indicator, snapshot, area, snapshot.as_of).items()
        if lacking
    )


def _stands_in(indicator: Indicator, snapshot: Snapshot, area: Area) -> bool:
    """True where `fallback` is read: the ledger of the numerator was never imported, or reaches no village."""
    ledger = indicator.ledgers[0]
    is_kept = area.kind != "village" or LEDGERS[ledger].reaches_villages
    return bool(indicator.fallback) and not (is_kept and data_days(snapshot, ledger, area))


def source_words(indicator: Indicator, snapshot: Snapshot, area: Area) -> str:
    """The workbooks behind a figure, in words; made once for the figures of an area that share them."""
    used = _ledgers_used(indicator, snapshot, area)
    key = ("source", *_told_by(indicator, used), indicator.to_last_year, area)
    words = snapshot.once(key, lambda: _source_words(indicator, snapshot, area))
    lacking = _lacking_words(indicator, snapshot, area) if indicator.needs and words else ""
    return f"{words}；{lacking}" if lacking else words


def _source_words(indicator: Indicator, snapshot: Snapshot, area: Area) -> str:
    """监测对象信息（8月31日，小史店镇未报，沿用7月31日）: the workbooks behind a figure, with their dates, and the
    oldest date that a carried township brings in; several are parted by ；."""
    parts = []
    if not area.townships:
        used = _ledgers_used(indicator, snapshot, area)
        for ledger, reach in zip(used, _reaches(indicator, used, snapshot, area), strict=True):
            if reach.days:
                late = f"，{_missing_units(reach)}未报" if reach.missing else ""
                parts.append(f"{LEDGERS[ledger].title}（{short_day(reach.days[-1])}{late}）")
                if indicator.to_last_year:
                    parts.append(f"{LEDGERS[ledger].title}（{snapshot.as_of.year - 1}年全年）")
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
        if indicator.to_last_year:
            parts.append(f"{LEDGERS[ledger].title}（{snapshot.as_of.year - 1}年全年）")
    return "；".join(parts)


def _told_by(indicator: Indicator, used: tuple[str, ...]) -> tuple[Any, ...]:
    """What figures must share to have the same workbooks and units behind them: reported ones are each for itself."""
    return (used, indicator.numerator[0] if indicator.is_reported else "")


def _reaches(
    indicator: Indicator, used: tuple[str, ...], snapshot: Snapshot, area: Area
) -> tuple[Reach, ...]:
    """How a whole that is read by its tallies stands with each of these ledgers; the report in its newest 期别."""
    periods = report_periods(snapshot, area, snapshot.as_of) if indicator.is_reported else []
    return tuple(
        snapshot.reach(ledger, periods[-1] if periods else period_of(ledger, snapshot.as_of), area.root)
        for ledger in used
    )


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
    used = _ledgers_used(indicator, snapshot, area)
    is_kept = all(LEDGERS[ledger].reaches_villages for ledger in used) and not indicator.above_village
    if area.kind == "village" and not is_kept:
        return silent(TOWNSHIP_LEVEL_TEXT, Status.NOT_APPLICABLE)
    if not _is_there(indicator, used, snapshot, area):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)
    if used != indicator.ledgers and _is_blank(indicator.fallback, snapshot, area):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)
    if indicator.needs_baseline and not snapshot.has_baseline(area.root):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)

    value, top, bottom = _value(indicator, snapshot, area, snapshot.as_of)
    missing: tuple[str, ...]
    if not area.townships:
        reaches = _reaches(indicator, used, snapshot, area)
        missing = tuple(_missing_units(reach) for reach in reaches if reach.missing)
        if all(reach.units == reach.missing for reach in reaches):
            said = max(day for reach in reaches for day in reach.days)
            text = f"{short_day(said)}{NOT_REPORTED}"
            return silent(text, Status.NOT_REPORTED, carried_value=value, missing=missing)
    else:
        mentions = _mentions(indicator, snapshot, area)
        units = {t.code: t.name for t in area.townships}
        answers_for_itself = not indicator.county_only  # 县级指标不按乡镇报送
        if indicator.is_reported and indicator.county_only:
            units, answers_for_itself = {area.root + COUNTY_LEVEL: indicator.owner}, True
        key = ("silent", *_told_by(indicator, used), area)
        missing, none_stands = snapshot.once(key, lambda: _silent_units(mentions, units))
        never = answers_for_itself and none_stands
        if never and not all(LEDGERS[ledger].is_everywhere for ledger in used):
            return silent(NOT_CONCERNED, Status.NOT_APPLICABLE)
        if never:
            return silent(NOT_REPORTED, Status.NOT_REPORTED)
        if len(missing) == len(units) and answers_for_itself:
            stood = [m[c].standing for m in mentions.values() for c in units if c in m]
            said = max((m[c].on for m in mentions.values() for c in units if c in m), default=snapshot.as_of)
            carried_as_of = min((b.as_of for b in stood if b), default=None)
            text = f"{short_day(said)}{NOT_REPORTED}"
            if carried_as_of and value is not None:
                text += f"（{short_day(carried_as_of)}：{write(value, indicator.unit)}）"
            return silent(
                text, Status.NOT_REPORTED, carried_value=value, carried_as_of=carried_as_of, missing=missing
            )
    if value is None and _is_untold(indicator, snapshot, area, snapshot.as_of):
        return silent(NOT_REPORTED, Status.NOT_REPORTED)
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


def _is_there(indicator: Indicator, used: tuple[str, ...], snapshot: Snapshot, area: Area) -> bool:
    """True when every ledger that a figure is computed from was imported by the day."""
    if indicator.is_reported:
        if not area.townships:  # no unit is known there: a count of what was reported tells 未报 from zero
            heard = f"{indicator.numerator[0]}_reports"
            periods = report_periods(snapshot, area, snapshot.as_of)
            return any(snapshot.value(area.codes, heard, p) for p in periods)
        return bool(_days(indicator, snapshot, area))
    if indicator.to_last_year:
        end = _last_year(indicator, snapshot)
        if any(not data_days(snapshot, ledger, area, end) for ledger in used):
            return False
    return all(data_days(snapshot, ledger, area) for ledger in used)


def told_days(indicator: Indicator, snapshot: Snapshot, area: Area) -> Sequence[date]:
    """The data dates, in order, of the workbooks that tell an indicator, those that stand in for its own included."""
    used = _ledgers_used(indicator, snapshot, area)
    if used == indicator.ledgers:
        return _days(indicator, snapshot, area)
    return data_days(snapshot, used[0], area)


def _previous_day(indicator: Indicator, snapshot: Snapshot, area: Area) -> date | None:
    days = told_days(indicator, snapshot, area)
    return days[-2] if len(days) > 1 else None


def _plan_target(indicator: Indicator, snapshot: Snapshot, area: Area) -> ReadTarget | None:
    target = indicator.target
    if target is None or (area.kind != "county" and not target.everywhere):
        return None
    figure = latest_plan(snapshot.as_of)[target.figure]
    value = figure.value if target.value is None else target.value
    if target.than[0]:
        before = _than(indicator, target, snapshot, area)
        if not before:
            return None
        value *= before
    if figure.by is None or figure.since is None:
        return ReadTarget(value, figure.by, figure.clause, None, value)
    start = float(_total((target.start,), snapshot, area, snapshot.as_of, False)) if target.start else 0.0
    end = float(_total((target.end,), snapshot, area, snapshot.as_of, False)) if target.end else value
    if target.held and (whole := _total(indicator.denominator, snapshot, area, snapshot.as_of, False)):
        end -= _total((target.held,), snapshot, area, snapshot.as_of, False) / whole
    return ReadTarget(
        value, figure.by, figure.clause, start + (end - start) * figure.gone(snapshot.as_of), end
    )


def _than(indicator: Indicator, target: Target, snapshot: Snapshot, area: Area) -> float | None:
    """What the indicator was a year ago, by the same formula; None where it was not reported."""
    if area.kind == "village":
        return None
    top, bottom = (_amount(indicator, series, snapshot, area, snapshot.as_of) for series in target.than)
    if target.than[1]:
        return float(Fraction(top, bottom)) if bottom else None
    return told(indicator, top)


def share_of(part: int, parts: Iterable[int]) -> float:
    """One of the parts that a count is shown in, of them all, 0 to 1; 0 of nothing."""
    return part / max(sum(parts), 1)


def spare(reading: Reading) -> int | float | None:
    """By how much a rate's numerator exceeds (or, negative, misses) what its target asks of the denominator, in the
    numerator's unit: 余量. None without a target or a figure."""
    if reading.target is None or reading.numerator is None or not reading.denominator:
        return None
    exact = reading.numerator - reading.target.value * reading.denominator
    is_money = any("fund_" in s or "industry_" in s for s in reading.indicator.numerator)
    return exact / 100 if is_money else exact


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
