"""What all views share: the question a reader asked, and how a reading is told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import Reading, Status, read, spending_pace, told_days
from core.ledgers import period_of
from core.places import Area, Place, PlaceTree, whole
from core.ranking import lights
from core.store import Snapshot
from core.units import Unit, day, short_day, write

JUDGED = (Status.ON_TRACK, Status.RECOVERING, Status.BEHIND)
STATUS_SHAPES = {
    Status.ON_TRACK: "●",
    Status.RECOVERING: "◆",
    Status.BEHIND: "▲",
    Status.NOT_REPORTED: "○",
}


@dataclass(frozen=True)
class Question:
    """What a reader asks of a page: which area, on which day."""

    area: Area
    as_of: date


@dataclass(frozen=True)
class Note:
    """What stands under every figure: the data date, the workbooks, and the definition one click away."""

    as_of: str
    source: str
    definition: str

    @property
    def line(self) -> str:
        """数据截至2022年8月31日 · 来源：项目台账（8月31日）."""
        return f"数据截至{self.as_of} · 来源：{self.source or '未导入'}"


@dataclass(frozen=True)
class Tile:
    """One number large, with what a leader needs to judge it."""

    name: str
    text: str
    beside: str  # the twin figure or the denominator
    status: Status
    status_words: str
    lines: tuple[str, ...]  # change, pace, days left: finished words
    note: Note


def number(snapshot: Snapshot, key: str, area: Area) -> Reading:
    """The reading of an indicator by its key. A township's light is the one that the ranking shows, so that map, tile,
    slide and bulletin never call the same figure by two words."""
    reading = read(BY_KEY[key], snapshot, area)
    if area.kind != "township" or reading.status not in JUDGED:
        return reading
    light = lights(snapshot, key, area.root).get(area.codes[0], reading.status)
    return reading if light is reading.status else replace(reading, status=light)


def note(*readings: Reading) -> Note:
    """One note for figures that stand together."""
    sources = list(dict.fromkeys(part for r in readings for part in r.source.split("；") if part))
    definitions = "　".join(
        f"**{r.indicator.name}**：{r.indicator.definition}{r.indicator.caution}（{r.indicator.source}）"
        for r in readings
    )
    return Note(day(readings[0].as_of), "；".join(sources), definitions)


def stale_words(snapshot: Snapshot, reading: Reading) -> str:
    """截至8月31日， where a figure's workbooks are older than the day asked for, by whose pace it is judged."""
    days = told_days(reading.indicator, snapshot, reading.area)
    return f"截至{short_day(days[-1])}，" if days and days[-1] != snapshot.as_of else ""


def pace_words(snapshot: Snapshot, rate: Reading) -> str:
    """序时进度66.7%; beside an older ledger's rate 截至8月31日，9月30日序时进度75.0%."""
    since = stale_words(snapshot, rate)
    return f"{since}{short_day(snapshot.as_of) if since else ''}序时进度{write(spending_pace(snapshot.as_of), Unit.RATE)}"


def pace_points(snapshot: Snapshot, rate: Reading) -> float | None:
    """How many 个百分点 a rate of spending is above (below: negative) 序时进度; None where it is 未报."""
    return None if rate.value is None else (rate.value - spending_pace(snapshot.as_of)) * 100


def change_words(reading: Reading) -> str:
    """较7月31日减少143户; 较7月31日提高2.1个百分点; empty where there is nothing to compare with."""
    if reading.change is None or reading.previous_as_of is None:
        return ""
    since, level = f"较{short_day(reading.previous_as_of)}", f"与{short_day(reading.previous_as_of)}持平"
    unit, change = reading.indicator.unit, reading.change
    if unit is Unit.RATE:
        points = round(change * 100, 1)
        return level if points == 0 else f"{since}{'提高' if points > 0 else '下降'}{abs(points):.1f}个百分点"
    if change == 0:
        return level
    return f"{since}{'增加' if change > 0 else '减少'}{write(abs(change), unit)}"


def missing_words(reading: Reading) -> str:
    """小史店镇未报，按其上次数据计入（18/19个乡镇已报）; empty where all reported."""
    if not reading.missing:
        return ""
    if not reading.area.townships:
        counted = "未计入" if reading.indicator.is_reported else "按其上次数据计入"
        return f"{'、'.join(reading.missing)}未报，{counted}"
    total = len(reading.area.townships)
    names = "、".join(reading.missing[:3]) + ("等" if len(reading.missing) > 3 else "")
    return f"{names}未报，按其上次数据计入（{total - len(reading.missing)}/{total}个乡镇已报）"


def parts_of(area: Area, tree: PlaceTree, on: date) -> list[Area]:
    """What an area is compared by: a province by cities, a city by counties, the county by war zones, a zone by
    townships, a township by villages."""
    if area.is_above_county:
        return [whole(part) for part in area.parts]
    if area.kind == "county":
        return [tree.zone_area(zone) for zone in tree.zones(on)]
    if area.kind in ("zone", "townships"):
        return [tree.township_area(t) for t in area.townships]
    if area.kind == "township":
        return [tree.village_area(v) for v in tree.villages_of(area.townships[0])]
    return []


def townships_of(area: Area) -> Sequence[Place]:
    """The townships of an area, in the order of their codes."""
    return sorted(area.townships, key=lambda t: t.code)


def units_of(area: Area, tree: PlaceTree) -> list[Area]:
    """The places that answer for an area: its townships, in the order of their codes; above the county its parts."""
    if area.is_above_county:
        return [whole(part) for part in area.parts]
    return [tree.township_area(t) for t in townships_of(area)]


def unit_word(area: Area) -> str:
    """What the places that answer for an area are called: 市, 县 or 乡镇."""
    return {"province": "市", "city": "县"}.get(area.kind, "乡镇")


def load(snapshot: Snapshot, area: Area) -> None:
    """Reads the tallies of an area and of what answers for it, households' and the year's, in one query each."""
    places = [*area.codes, *(t.code for t in area.townships), *(p.code for p in area.parts)]
    for ledger in ("monitored", "projects"):
        snapshot.load(places, period_of(ledger, snapshot.as_of))
