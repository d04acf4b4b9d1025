"""Townships ranked by quarter (要点6一季一排序、要点23每季度排名考评): 街道 apart from 乡镇, ties shared, small denominators
and the silent apart.

Which indicators count, their weights and least denominators are data (data/reference/ranking.toml). The ranking
is published in the bulletin, so it is the one figure that is read for the whole county whatever the reader's own places.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

from pydantic import BaseModel, ConfigDict, model_validator

from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import Better, Reading, Status, read
from core.ledgers import LEDGERS, period_of
from core.places import REFERENCE, Place, PlaceTree
from core.realm import tree_of
from core.scope import OutOfScope
from core.store import Snapshot
from core.units import Unit

SMALL = "分母小，不参与排名"
UNCOMPARED = "可比指标不足，不参与排名"


class Rule(BaseModel):
    """One indicator of the ranking. `least` is the smallest denominator that may be ranked; weight 0 lists places
    without counting them; `step` words one more of the numerator; `beside` is the key of a figure shown with it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    short: str
    weight: Fraction
    least: int
    step: str = ""
    beside: str = ""

    @model_validator(mode="after")
    def _may_be_ranked(self) -> "Rule":
        indicator = BY_KEY.get(self.key)
        if indicator is None or indicator.unit is not Unit.RATE or indicator.better is not Better.HIGHER:
            raise ValueError(f"{self.key} 不是越高越好的比率，不能参加排名")
        if self.beside and self.beside not in BY_KEY:
            raise ValueError(f"没有指标 {self.beside}")
        if self.weight < 0 or self.least < 1 or (self.weight and "{n}" not in self.step):
            raise ValueError(f"{self.key} 的权重、最小分母或 step 不对")
        return self


class Group(BaseModel):
    """Townships that are ranked among themselves; `last` of them are named as the last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    kinds: tuple[str, ...]
    last: int
    last_words: str


class Rules(BaseModel):
    """How the ranking is made, as the county wrote it down."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    clause: str
    score_words: str
    least_weight: Fraction
    group: tuple[Group, ...]
    indicator: tuple[Rule, ...]

    @property
    def weighted(self) -> tuple[Rule, ...]:
        """The indicators that make the score."""
        return tuple(rule for rule in self.indicator if rule.weight)


@lru_cache(maxsize=4)
def rules_of(reference: Path = REFERENCE) -> Rules:
    """The county's rules out of `ranking.toml`; a ValidationError names an indicator that may not be ranked."""
    with (reference / "ranking.toml").open("rb") as file:
        return Rules.model_validate(tomllib.load(file))


@dataclass(frozen=True)
class Standing:
    """A township in one indicator. `place` is None where it is not compared, `remark` says why; `change` is places
    won (above 0) or lost since the last quarter; `beside` is the figure that must stand with it."""

    rule: Rule
    reading: Reading
    place: int | None
    is_tied: bool
    is_last: bool
    change: int | None
    light: Status
    remark: str
    beside: Reading | None


@dataclass(frozen=True)
class Row:
    """A township in the ranking. `place` is None where it is not ranked, `remark` says why (未报 or too small);
    `of` is how many of its group are ranked; `ways` are the steps of which each alone leads out of the last."""

    township: Place
    group: Group
    place: int | None
    of: int
    is_tied: bool
    is_last: bool
    score: float | None
    change: int | None
    light: Status
    standings: tuple[Standing, ...]
    ways: tuple[str, ...]
    remark: str
    is_silent: bool

    @property
    def hint(self) -> str:
        """再竣工8个项目，或再落实3户措施，即可离开后三位; empty for who is not among the last."""
        if not self.is_last:
            return ""
        if not self.ways:
            return f"任何一项单独补齐都不能离开{self.group.last_words}，需几项同时推进"
        return "，或".join(f"再{way}" for way in self.ways) + f"，即可离开{self.group.last_words}"


@dataclass(frozen=True)
class Ranking:
    """All townships: each group's ranked ones by place, then those not ranked, then those that did not report."""

    rules: Rules
    on: date
    since: date | None  # the data date that changes of place count from; None where nobody was ranked then
    rows: tuple[Row, ...]

    def of(self, township: Place) -> Row:
        """A township's row; KeyError for a place that is no township."""
        for row in self.rows:
            if row.township.code == township.code:
                return row
        raise KeyError(township.code)

    def group(self, group: Group) -> tuple[Row, ...]:
        """The rows of a group, ranked ones first."""
        return tuple(row for row in self.rows if row.group == group)

    @property
    def last(self) -> tuple[Row, ...]:
        """The last of every group, from the first group on."""
        return tuple(row for row in self.rows if row.is_last)


Amounts = Mapping[str, Mapping[str, tuple[int, int]]]  # township -> indicator -> (numerator, denominator)


def places(values: Mapping[str, Fraction]) -> dict[str, int]:
    """{who: place}, the greatest first; equal ones share a place and the next place stays empty (1, 2, 2, 4)."""
    return {who: 1 + sum(other > value for other in values.values()) for who, value in values.items()}


def is_last(place: int, among: int, last: int) -> bool:
    """True for the last ones. Who shares a place with a better one is not among them, nor is anybody in first place."""
    return place > max(1, among - last)


def _is_last_in(rule: Rule, reading: Reading, stands: Mapping[str, int], group: Group, who: str) -> bool:
    """Whether a township is among the last of its group in a weighted indicator; nobody who reached it all is."""
    full = reading.value is not None and reading.value >= 1
    return bool(rule.weight) and not full and who in stands and is_last(stands[who], len(stands), group.last)


def _light(reading: Reading, last: bool) -> Status:
    """A figure's light among compared places: only the last ones are 滞后, the others behind are 预警."""
    if reading.value is not None and reading.value >= 1:
        return Status.ON_TRACK
    if last and reading.status is not Status.ON_TRACK:
        return Status.BEHIND
    return Status.RECOVERING if reading.status is Status.BEHIND else reading.status


def score(amounts: Mapping[str, tuple[int, int]], rules: Rules) -> Fraction | None:
    """0 to 100, rounded to two decimals as it is printed; None where too little of the weight can be compared."""
    weighed = [rule for rule in rules.weighted if rule.key in amounts]
    whole = sum((rule.weight for rule in weighed), Fraction(0))
    if not whole or whole < rules.least_weight:
        return None
    return round(sum(rule.weight * Fraction(*amounts[rule.key]) for rule in weighed) / whole * 100, 2)


def scores(amounts: Amounts, rules: Rules) -> dict[str, Fraction]:
    """{township: score} of those that can be ranked."""
    return {who: made for who, its in amounts.items() if (made := score(its, rules)) is not None}


def steps_out(amounts: Amounts, rules: Rules, group: Group, who: str) -> list[tuple[Rule, int]]:
    """[(indicator, n)]: for each indicator alone, the fewest more of its numerator with which a township is no longer
    among the last, all others unchanged. The score only rises with it: the fewest is found by halving."""
    others = [made for other, made in scores(amounts, rules).items() if other != who]

    def is_out(rule: Rule, top: int, bottom: int) -> bool:
        made = score({**amounts[who], rule.key: (top, bottom)}, rules)
        assert made is not None, "the same indicators are compared as before"
        return not is_last(1 + sum(other > made for other in others), len(others) + 1, group.last)

    found = []
    for rule in rules.weighted:
        top, bottom = amounts[who].get(rule.key, (0, 0))
        tops = range(top + 1, bottom + 1)
        fewest = bisect_left(tops, True, key=partial(is_out, rule, bottom=bottom))
        if fewest < len(tops):
            found.append((rule, fewest + 1))
    return found


def last_quarter_end(on: date) -> date:
    """The last day of the quarter before the one that a day lies in."""
    return date(on.year, (on.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)


def ranking(snapshot: Snapshot, tree: PlaceTree, on: date) -> Ranking:
    """The ranking on a day, as known to the snapshot. It is open to everybody who may see any place of the county
    (the bulletin prints it); OutOfScope for a reader without any place."""
    county = tree.county.code
    if not snapshot.scope.places:
        raise OutOfScope("您的权限不含任何地方，不能查看排名。")
    published = snapshot.scope.bulletin(county)
    rules = rules_of()
    current = snapshot.store.snapshot(published, on, snapshot.known_by)
    earlier = snapshot.store.snapshot(published, last_quarter_end(on), snapshot.known_by)
    since = max(
        (
            day
            for rule in rules.indicator
            for ledger in BY_KEY[rule.key].ledgers
            for day in earlier.days(ledger, period_of(ledger, earlier.as_of), county)
        ),
        default=None,
    )
    now, before = _readings(current, tree, rules), _readings(earlier, tree, rules)
    rows: list[Row] = []
    for group in rules.group:
        rows += _rows(current, tree, rules, group, now, before)
    compared = any(row.change is not None for row in rows)
    return Ranking(rules, on, since if compared else None, tuple(rows))


def light_words(rules: Rules) -> str:
    """What 滞后 and 预警 mean where townships are compared, in a sentence."""
    last = "、".join(f"{group.name}{group.last_words}" for group in rules.group)
    return f"各乡镇的灯：低于序时进度且居{last}的为滞后，其余低于序时进度的为预警。"


def lights(snapshot: Snapshot, key: str, county: str) -> Mapping[str, Status]:
    """{township: its light} in an indicator that the county compares, as the ranking shows it: 滞后 is behind the pace
    and among the last, else behind is 预警. Empty for an indicator that is not compared."""
    rules = rules_of()
    rule = next((rule for rule in rules.weighted if rule.key == key), None)
    if rule is None:
        return {}

    def judge() -> dict[str, Status]:
        tree = tree_of(snapshot.store, county)
        published = snapshot.store.snapshot(
            snapshot.scope.bulletin(county), snapshot.as_of, snapshot.known_by
        )
        only = rules.model_copy(update={"indicator": (rule,)})
        readings = _readings(published, tree, only)
        found = {}
        for group in rules.group:
            compared = _compared(readings, only, group, tree)
            stands = places(_by_indicator(compared, rule))
            for code in compared:
                reading = readings[code][key]
                found[code] = _light(reading, _is_last_in(rule, reading, stands, group, code))
        return found

    asked = ("lights", snapshot.version(county), county, key, snapshot.as_of, snapshot.known_by)
    return snapshot.once(asked, lambda: snapshot.store.remembered.get(asked, judge))


Readings = Mapping[str, Mapping[str, Reading]]


def _readings(snapshot: Snapshot, tree: PlaceTree, rules: Rules) -> Readings:
    codes = [township.code for township in tree.townships]
    ledgers = {ledger for rule in rules.indicator for ledger in BY_KEY[rule.key].ledgers}
    for period in {period_of(ledger, snapshot.as_of) for ledger in ledgers}:
        snapshot.load(codes, period)
    return {
        township.code: {
            rule.key: read(BY_KEY[rule.key], snapshot, tree.township_area(township))
            for rule in rules.indicator
        }
        for township in tree.townships
    }


def _compared(readings: Readings, rules: Rules, group: Group, tree: PlaceTree) -> Amounts:
    """What of a group can be compared: reported, and with a denominator that is large enough."""
    return {
        township.code: {
            rule.key: (reading.numerator, reading.denominator)
            for rule in rules.indicator
            if (reading := readings[township.code][rule.key]).numerator is not None
            and reading.denominator is not None
            and reading.denominator >= rule.least
        }
        for township in tree.townships
        if township.kind in group.kinds
    }


def _is_silent(readings: Mapping[str, Reading], rules: Rules) -> bool:
    return any(readings[rule.key].status is Status.NOT_REPORTED for rule in rules.weighted)


def _overall(readings: Readings, rules: Rules, amounts: Amounts) -> tuple[Amounts, dict[str, Fraction]]:
    ranked = {who: its for who, its in amounts.items() if not _is_silent(readings[who], rules)}
    return ranked, scores(ranked, rules)


def _by_indicator(amounts: Amounts, rule: Rule) -> dict[str, Fraction]:
    return {who: Fraction(*its[rule.key]) for who, its in amounts.items() if rule.key in its}


def _change(place: int | None, before: int | None) -> int | None:
    return None if place is None or before is None else before - place


def _rows(
    snapshot: Snapshot, tree: PlaceTree, rules: Rules, group: Group, now: Readings, before: Readings
) -> list[Row]:
    compared, earlier = (_compared(readings, rules, group, tree) for readings in (now, before))
    ranked, made = _overall(now, rules, compared)
    stands, stood = places(made), places(_overall(before, rules, earlier)[1])
    each = {rule.key: places(_by_indicator(compared, rule)) for rule in rules.indicator}
    each_before = {rule.key: places(_by_indicator(earlier, rule)) for rule in rules.indicator}
    rows = []
    for code in compared:
        township, place = tree[code], stands.get(code)
        last = place is not None and is_last(place, len(stands), group.last) and made[code] < 100
        silent = _is_silent(now[code], rules)
        rows.append(
            Row(
                township=township,
                group=group,
                place=place,
                of=len(stands),
                is_tied=place is not None and list(stands.values()).count(place) > 1,
                is_last=last,
                score=float(made[code]) if code in made else None,
                change=_change(place, stood.get(code)),
                light=Status.NOT_REPORTED if silent else Status.BEHIND if last else Status.NO_TARGET,
                standings=tuple(
                    _standing(
                        snapshot,
                        tree,
                        rule,
                        group,
                        township,
                        now[code][rule.key],
                        each[rule.key],
                        each_before,
                    )
                    for rule in rules.indicator
                ),
                ways=tuple(
                    rule.step.format(n=n)
                    for rule, n in (steps_out(ranked, rules, group, code) if last else ())
                ),
                remark=_silence(now[code], rules) if silent else UNCOMPARED if place is None else "",
                is_silent=silent,
            )
        )
    return sorted(rows, key=lambda row: (row.is_silent, row.place is None, row.place or 0, row.township.code))


def _silence(readings: Mapping[str, Reading], rules: Rules) -> str:
    """监测对象信息未报: the ledgers that a township owes."""
    ledgers = dict.fromkeys(
        ledger
        for rule in rules.weighted
        if readings[rule.key].status is Status.NOT_REPORTED
        for ledger in BY_KEY[rule.key].ledgers
    )
    return f"{'、'.join(LEDGERS[ledger].title for ledger in ledgers)}未报"


def _standing(
    snapshot: Snapshot,
    tree: PlaceTree,
    rule: Rule,
    group: Group,
    township: Place,
    reading: Reading,
    stands: Mapping[str, int],
    before: Mapping[str, Mapping[str, int]],
) -> Standing:
    place = stands.get(township.code)
    last = _is_last_in(rule, reading, stands, group, township.code)
    remark = ""
    if place is None:
        remark = SMALL if reading.value is not None else reading.text
    return Standing(
        rule=rule,
        reading=reading,
        place=place,
        is_tied=place is not None and list(stands.values()).count(place) > 1,
        is_last=last,
        change=_change(place, before[rule.key].get(township.code)),
        light=_light(reading, last),
        remark=remark,
        beside=read(BY_KEY[rule.beside], snapshot, tree.township_area(township)) if rule.beside else None,
    )
