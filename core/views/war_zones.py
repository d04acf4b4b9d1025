"""战区乡镇: who in which war zone is behind?"""

from dataclasses import dataclass

from core.indicators.indicator import Status
from core.places import PlaceTree, WarZone
from core.ranking import Group, Ranking, Row, Rules, Standing, ranking
from core.store import Snapshot
from core.units import short_day, write
from core.views.common import STATUS_SHAPES, Note, Question, note, number


@dataclass(frozen=True)
class ZoneTownship:
    """A township within its zone's card: 第14位 ↓1."""

    name: str
    words: str
    light: Status


@dataclass(frozen=True)
class ZoneCard:
    """A war zone: its posts, what is to be said of it, its townships."""

    name: str
    commander: str
    deputies: str
    says: str
    light: Status
    townships: tuple[ZoneTownship, ...]
    is_example: bool


@dataclass(frozen=True)
class HeatCell:
    """One cell: finished words and the light that colours it."""

    text: str
    light: Status


@dataclass(frozen=True)
class HeatRow:
    """A township of the table; `remark` is what would lead out of the last, or why it is not ranked."""

    township: str
    zone: str
    place: HeatCell
    change: str
    score: str
    cells: tuple[HeatCell, ...]
    remark: str


@dataclass(frozen=True)
class HeatTable:
    """A group that is ranked among itself."""

    title: str
    columns: tuple[str, ...]  # of the cells
    remarks: str  # what the last column tells
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True)
class WarZones:
    """The whole page."""

    title: str
    since: str
    zones: tuple[ZoneCard, ...]
    tables: tuple[HeatTable, ...]
    weights: str
    rules: str
    note: Note


def war_zones(
    snapshot: Snapshot, question: Question, tree: PlaceTree, made: Ranking | None = None
) -> WarZones:
    """The page for an area on a day: places count in the whole county, shown are the townships of the area, which
    need not be the reader's own: the bulletin publishes them. `made` is the ranking where it is at hand."""
    made = made or ranking(snapshot, tree, question.as_of)
    published = snapshot.store.snapshot(
        snapshot.scope.bulletin(tree.county.code), snapshot.as_of, snapshot.known_by
    )
    shown = {township.code for township in question.area.townships}
    return WarZones(
        title=_title(made, question, tree),
        since=f"位次变化与上季度末（数据截至{short_day(made.since)}）相比"
        if made.since
        else "上季度末没有数据，不比位次",
        zones=tuple(
            _card(zone, made)
            for zone in tree.zones(question.as_of)
            if shown & {township.code for township in zone.townships}
        ),
        tables=tuple(
            table for group in made.rules.group if (table := _table(made, group, shown, question, tree)).rows
        ),
        weights=weight_words(made.rules),
        rules=rule_words(made.rules),
        note=note(*(number(published, rule.key, question.area) for rule in made.rules.indicator)),
    )


def weight_words(rules: Rules) -> str:
    """权重：项目竣工率50、措施落实率20…；只列位次、不计分：按期竣工率、R4消除率."""
    counted = "、".join(f"{rule.short}{float(rule.weight):g}" for rule in rules.weighted)
    listed = "、".join(rule.short for rule in rules.indicator if not rule.weight)
    return f"权重：{counted}" + (f"；只列位次、不计分：{listed}" if listed else "")


def rule_words(rules: Rules) -> str:
    """How the score is made and who is not ranked, in a sentence or two."""
    least = "、".join(
        f"{rule.short}不足{rule.least}{'户' if rule.key.startswith(('measures', 'contact', 'risk')) else '个'}"
        for rule in rules.indicator
    )
    return (
        f"{rules.score_words}。分母小的该项不参与排名（{least}），权重分给其余各项。未报的单列，不排在最后。"
        f"单纯的风险消除率不排名（要点8），R4旁并列不合规消除户数。依据：{rules.clause}；权重为示例，县里可改。"
    )


def _title(made: Ranking, question: Question, tree: PlaceTree) -> str:
    codes = {township.code for township in question.area.townships}
    rows = [row for row in made.rows if row.township.code in codes]
    if not any(row.place for row in rows):
        silent = "、".join(row.township.name for row in rows if row.is_silent)
        return (
            f"没有可排名的乡镇：{silent or question.area.name}未报"
            if len(rows) < 6
            else "各乡镇都未报，不能排名"
        )
    last = [row for row in rows if row.is_last]
    if not last:
        whose = "" if question.area.kind == "county" else question.area.name
        return f"{whose}没有乡镇、街道居后"
    parts = []
    for group in made.rules.group:
        names = [
            f"{row.township.name}（{_zone_name(row, question, tree)}）" for row in last if row.group == group
        ]
        if names:
            parts.append(f"{group.name}{group.last_words}：{'、'.join(names)}")
    return "；".join(parts)


def _zone_name(row: Row, question: Question, tree: PlaceTree) -> str:
    zone = tree.zone_of(row.township, question.as_of)
    return zone.name if zone else "未划入战区"


def place_words(row: Row) -> str:
    """第14位/14, 并列第8位/14, 未报, 不参与排名."""
    if row.place is None:
        return "未报，单列" if row.is_silent else "不参与排名"
    return f"{'并列' if row.is_tied else ''}第{row.place}位/{row.of}"


def change_words(change: int | None) -> str:
    """↑7, ↓1, 持平; empty where there is nothing to compare with."""
    if change is None:
        return ""
    return f"↑{change}" if change > 0 else f"↓{-change}" if change < 0 else "持平"


def _card(zone: WarZone, made: Ranking) -> ZoneCard:
    rows = [made.of(township) for township in zone.townships]
    last = [row for row in rows if row.is_last]
    silent = [row for row in rows if row.is_silent]
    those = last or silent
    named = those[0].township.name if len(those) == 1 else f"{len(those)}个"
    light = Status.BEHIND if last else Status.NOT_REPORTED if silent else Status.ON_TRACK
    return ZoneCard(
        name=zone.name,
        commander=zone.commander,
        deputies="；".join(zone.deputies),
        says=f"{named}{'居后' if last else '未报'}" if those else "没有居后的",
        light=light,
        townships=tuple(
            ZoneTownship(
                row.township.name, f"{place_words(row)} {change_words(row.change)}".strip(), row.light
            )
            for row in sorted(rows, key=lambda r: (not r.is_last, not r.is_silent, r.place or 0))
        ),
        is_example=zone.is_example,
    )


def _table(made: Ranking, group: Group, shown: set[str], question: Question, tree: PlaceTree) -> HeatTable:
    everyone = [row for row in made.rows if row.group == group]
    rows = [row for row in everyone if row.township.code in shown]
    ranked = sum(row.place is not None for row in everyone)
    apart = f"，{len(everyone) - ranked}个未参与" if ranked < len(everyone) else ""
    return HeatTable(
        f"{group.name}：{ranked}个参与排名{apart}",
        tuple(
            f"{rule.short}（{float(rule.weight):g}）" if rule.weight else f"{rule.short}（不计分）"
            for rule in made.rules.indicator
        ),
        f"离开{group.last_words}还需（任一项）",
        tuple(_row(row, question, tree) for row in rows),
    )


def _row(row: Row, question: Question, tree: PlaceTree) -> HeatRow:
    shape = STATUS_SHAPES.get(row.light, "")
    if row.place is None:
        place = "未报" if row.is_silent else "不参与"
    else:
        place = f"{'并列' if row.is_tied else ''}{row.place}"
    return HeatRow(
        row.township.name,
        _zone_name(row, question, tree),
        HeatCell(f"{shape} {place}".strip(), row.light),
        change_words(row.change),
        "" if row.score is None else f"{row.score:.2f}",
        tuple(cell(standing) for standing in row.standings),
        "，或".join(row.ways) or row.hint or row.remark,
    )


def cell(standing: Standing) -> HeatCell:
    """▲ 10.0% · 15; the value, then the place; 分母小 or 未报 where it is not compared; the prudent-exit check with R4."""
    reading = standing.reading
    if reading.value is None:
        silent = reading.status is Status.NOT_REPORTED
        return HeatCell(
            "○ 未报" if silent else reading.text, Status.NOT_REPORTED if silent else Status.NOT_APPLICABLE
        )
    if standing.place is None:
        return HeatCell(f"{reading.numerator}/{reading.denominator} 分母小", Status.NOT_APPLICABLE)
    shape = (
        STATUS_SHAPES[standing.light] + " " if standing.light in (Status.BEHIND, Status.RECOVERING) else ""
    )
    text = f"{shape}{reading.text} · {'并列' if standing.is_tied else ''}{standing.place}"
    beside = standing.beside
    if beside is not None and beside.value is not None:
        text += f" · 不合规{write(beside.value, beside.indicator.unit)}"
    return HeatCell(text, standing.light)
