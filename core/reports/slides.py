"""调度会 slides as .pptx: the meeting's own slides, one message each, with charts, tables and maps that PowerPoint and
WPS can edit. Sources and definitions stand in the notes."""

import math
import re
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_LEGEND_POSITION, XL_MARKER_STYLE
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE as RT
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from core.charts.style import LIGHT, status_colour
from core.geography import geography, township_labels
from core.indicators.indicator import Status
from core.meeting.deck import slide as meeting_slide
from core.meeting.lists import promises
from core.meeting.slides import AreaMap, Bars, Cell, Curve, Fact, Facts, Gauges, Slide, Table, TownMap
from core.places import Area
from core.ranking import Row
from core.reports.package import midnight, settled
from core.units import day
from core.views.briefing import Briefing
from core.views.common import STATUS_SHAPES, load, note, number
from core.views.paper import OFFICE, Figure, note_lines
from core.views.pilot_zones import pilot_zones
from core.views.war_zones import WarZones, change_words, place_words

FONT = "微软雅黑"
WIDTH, HEIGHT = 13.333, 7.5  # inches, 16:9
MARGIN, TOP, BOTTOM = 0.6, 1.62, 6.72
TITLE, BIG, BODY, SMALL, FOOT = 30, 30, 20, 18, 12
PALE = {
    Status.ON_TRACK: "DCE6F0",
    Status.RECOVERING: "F6E3CF",
    Status.BEHIND: "F3D5DB",
    Status.NOT_REPORTED: "FFFFFF",
}
ROWS = 12  # of a table on one slide
ROOM = 1.1  # of the width that words are reckoned to take, for a wider substitute of the font
MARKED = {shape: status for status, shape in STATUS_SHAPES.items()}

Box = tuple[float, float, float, float]  # left, top, width, height in inches


def deck(made: Briefing, area: Area) -> tuple[Slide, ...]:
    """The slides of an area: year, risk, projects, where, ranking, money, pilot zones, what was asked of whom."""
    snapshot, tree, on = made.snapshot, made.tree, made.on
    load(snapshot, area)
    keys = ["year", "risk", "projects"]
    if area.kind == "county":
        keys.append("map")
    if area.kind == "zone":
        keys.append(next(f"zone-{z.number}" for z in tree.zones(on) if z.name == area.name))
    slides = [meeting_slide(key, snapshot, area, tree) for key in keys]
    slides += _ranking(made, area)
    slides.append(meeting_slide("funds", snapshot, area, tree))
    slides += _pilots(made, area)
    slides += promises(snapshot.store, snapshot.scope, area, on)
    return tuple(slides)


def _ranking(made: Briefing, area: Area) -> list[Slide]:
    codes = {t.code for t in area.townships}
    rules = made.ranking.rules
    view = made.war_zones(area)
    slides = []
    for group in rules.group:
        rows = [r for r in made.ranking.group(group) if r.township.code in codes]
        if not rows:
            continue
        if len(rows) == 1:
            slides.append(_own_places(rows[0], area, rules.title, view))
            continue
        cells = tuple(
            (
                Cell(place_words(r), r.light),
                Cell(r.township.name),
                Cell("—" if r.score is None else f"{r.score:.2f}"),
                Cell(change_words(r.change) or "—"),
            )
            for r in rows
        )
        last = [r.township.name for r in rows if r.is_last]
        ranked = [r for r in rows if r.place is not None]
        title = (
            f"{group.name}{group.last_words}：{'、'.join(last)}"
            if last
            else f"{group.name}：{'、'.join(r.township.name for r in ranked)}都不居后"
            if ranked and len(ranked) <= 3
            else f"{group.name}：{len(ranked)}个单位都不居后"
            if ranked
            else f"{group.name}：{'、'.join(r.township.name for r in rows)}未参与排名"
        )
        table = Table(("位次", "单位", "得分", "较上季度末"), cells, wide=1)
        slides.append(
            Slide(f"ranking-{group.name}", rules.title, area.name, title, (table,), view.note, view.weights)
        )
    return slides


def _own_places(row: Row, area: Area, topic: str, view: WarZones) -> Slide:
    """A township alone: its place in each indicator."""
    told = f"得分{row.score:.2f}，" if row.score is not None else ""
    title = f"{told}{row.group.name}{place_words(row)}" if row.place else f"季度排名：{row.remark}"
    if row.ways:
        title += f"；再{row.ways[0]}可离开{row.group.last_words}"
    lines = tuple(
        (
            Cell(s.rule.short + ("" if s.rule.weight else "（不计分）")),
            Cell(s.reading.text, s.light),
            Cell("—" if s.place is None else f"第{s.place}位"),
            Cell(s.remark or change_words(s.change) or "—"),
        )
        for s in row.standings
    )
    table = Table(("指标", "数值", "位次", "较上季度末"), lines)
    return Slide(f"ranking-{row.township.code}", topic, area.name, title, (table,), view.note, view.weights)


def _pilots(made: Briefing, area: Area) -> list[Slide]:
    view = made.view(pilot_zones, area)
    if not view.zones:
        return []
    rows = []
    for zone in view.zones:
        facts = dict(zone.facts)
        rows.append(
            (
                Cell(zone.township.name),
                Cell(zone.theme),
                Cell(zone.done, zone.status),
                Cell(facts["项目竣工"].replace(" ", "")),
                Cell(facts["计划投资"]),
                Cell(facts["已支付"]),
            )
        )
    columns = ("片区", "主题", "到期节点完成", "项目竣工", "计划投资", "已支付")
    shown = note(
        number(made.snapshot, "milestones_due", area), number(made.snapshot, "milestones_due_done", area)
    )
    return [Slide("pilots", "示范片区", area.name, view.title, (Table(columns, tuple(rows), wide=1),), shown)]


def figures_of(slides: Sequence[Slide]) -> tuple[Figure, ...]:
    """What the slides say, figure by figure: each title, each large number, each table's cell."""
    found = []
    for slide in slides:
        found.append(Figure(slide.place, f"{slide.topic}·标题", slide.title))
        for part in slide.parts:
            if isinstance(part, Facts):
                found += [
                    Figure(slide.place, f"{slide.topic}·{f.name}", f"{f.text} {f.beside}".strip())
                    for f in part.facts
                ]
            elif isinstance(part, Table):
                found += [
                    Figure(row[0].words, f"{slide.topic}·{name}", cell.words)
                    for row in part.rows
                    for name, cell in zip(part.columns[1:], row[1:], strict=True)
                ]
    return tuple(found)


def slides_file(slides: Sequence[Slide], area: Area, on: date, *, is_demo: bool, mark: str = "") -> bytes:
    """The slides as .pptx behind a cover; the same arguments give the same bytes."""
    show = Presentation()
    show.slide_width, show.slide_height = Inches(WIDTH), Inches(HEIGHT)
    _without_thumbnail(show)
    titled = show.slide_layouts[5]  # 只有标题：大纲视图和读屏软件靠它
    _cover(show.slides.add_slide(titled), area, on, is_demo=is_demo, mark=mark)
    for number_, slide in enumerate(slides, 2):
        page = show.slides.add_slide(titled)
        _frame(page, slide, number_, is_demo=is_demo, mark=mark)
        _body(page, slide)
        page.notes_slide.notes_text_frame.text = "\n".join(note_lines(slide.note, is_demo=is_demo))
    properties = show.core_properties
    properties.title, properties.author, properties.last_modified_by = f"{area.name}调度会", "", ""
    properties.created = properties.modified = midnight(on)
    properties.comments = "演示数据" if is_demo else ""
    out = BytesIO()
    show.save(out)
    return settled(out.getvalue(), on)


def _without_thumbnail(show: Any) -> None:
    """The empty template's own preview picture does not go out with the county's slides."""
    package = show.part.package
    for key, relation in list(package._rels.items()):
        if relation.reltype == RT.THUMBNAIL:
            package.drop_rel(key)


# ---- 框 -----------------------------------------------------------------------------------------------


def _rgb(text: str) -> RGBColor:
    return RGBColor.from_string(text.lstrip("#").upper())


def _font(font: Any, size: float, colour: str = LIGHT.text, *, bold: bool = False) -> None:
    font.name, font.size, font.bold = FONT, Pt(size), bold
    font.color.rgb = _rgb(colour)
    properties = font._rPr
    east = properties.find(qn("a:ea"))
    if east is None:
        east = properties.makeelement(qn("a:ea"), {})
        properties.find(qn("a:latin")).addnext(east)
    east.set("typeface", FONT)


def _text(
    page: Any,
    box: Box,
    words: str,
    size: float,
    colour: str = LIGHT.text,
    *,
    bold: bool = False,
    align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.TOP,
) -> None:
    shape = page.shapes.add_textbox(*(Inches(side) for side in box))
    _write(shape, words, size, colour, bold=bold, align=align, anchor=anchor)


def _title(page: Any, box: Box, words: str, size: float) -> None:
    """The slide's title, as its outline knows it."""
    shape = page.shapes.title
    shape.left, shape.top, shape.width, shape.height = (Inches(side) for side in box)
    _write(shape, words, size, bold=True, anchor=MSO_ANCHOR.MIDDLE)


def _write(
    shape: Any,
    words: str,
    size: float,
    colour: str = LIGHT.text,
    *,
    bold: bool = False,
    align: Any = PP_ALIGN.LEFT,
    anchor: Any = MSO_ANCHOR.TOP,
) -> None:
    frame = shape.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = anchor
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for at, line in enumerate(words.split("\n")):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.alignment = align
        run = paragraph.add_run()
        run.text = line
        _font(run.font, size, colour, bold=bold)


def _plate(page: Any, box: Box, colour: str) -> Any:
    shape = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *(Inches(side) for side in box))
    shape.fill.solid()
    shape.fill.fore_color.rgb = _rgb(colour)
    shape.line.fill.background()
    shape.shadow.inherit = False
    return shape


def _cover(page: Any, area: Area, on: date, *, is_demo: bool, mark: str) -> None:
    _plate(page, (0, 0, 0.35, HEIGHT), LIGHT.blue)
    _title(page, (1.2, 2.3, 11, 1), f"{area.name}乡村振兴重点工作调度会", 44)
    _text(page, (1.2, 3.5, 11, 0.6), f"数据截至{day(on)}", 26, LIGHT.muted)
    _text(page, (1.2, 4.2, 11, 0.5), OFFICE, 22, LIGHT.muted)
    if is_demo:
        _text(page, (1.2, 5.2, 11, 0.5), "演示数据：真地名、虚构数字", 22, LIGHT.amber, bold=True)
    _text(page, (1.2, 6.95, 11.5, 0.3), mark, FOOT, LIGHT.muted)


def _frame(page: Any, slide: Slide, number_: int, *, is_demo: bool, mark: str) -> None:
    _plate(page, (0, 0, WIDTH, 0.12), LIGHT.blue)
    _text(page, (MARGIN, 0.32, 9, 0.35), f"{slide.place}　{slide.topic}", 16, LIGHT.muted)
    if is_demo:
        _text(page, (10.2, 0.32, 2.53, 0.35), "演示数据", 16, LIGHT.amber, bold=True, align=PP_ALIGN.RIGHT)
    size = next((s for s in (TITLE, 28, 26, 24) if _wide(slide.title) * s / 72 < 10.6), 22)
    _title(page, (MARGIN, 0.72, WIDTH - 2 * MARGIN, 0.7), slide.title, size)
    if slide.remark:
        _text(page, (MARGIN, 6.5, WIDTH - 2 * MARGIN, 0.32), slide.remark, 14, LIGHT.muted)
    foot = f"数据截至{slide.note.as_of}　来源：{slide.note.source or '未导入'}"
    _text(page, (MARGIN, 6.93, 9.9, 0.42), foot, FOOT, LIGHT.muted, anchor=MSO_ANCHOR.MIDDLE)
    right = f"{mark}　{number_}".strip()
    _text(
        page, (10.5, 6.93, 2.23, 0.42), right, 10, LIGHT.muted, align=PP_ALIGN.RIGHT, anchor=MSO_ANCHOR.MIDDLE
    )


def _body(page: Any, slide: Slide) -> None:
    room: Box = (MARGIN, TOP, WIDTH - 2 * MARGIN, BOTTOM - TOP - (0.3 if slide.remark else 0.05))
    parts = list(slide.parts)
    if len(parts) == 2:
        first = 0.34 if isinstance(parts[0], Facts) else 0.6
        left, top, width, height = room
        boxes = [
            (left, top, width * first - 0.2, height),
            (left + width * first + 0.1, top, width * (1 - first) - 0.1, height),
        ]
    else:
        boxes = [room] * len(parts)
    for part, box in zip(parts, boxes, strict=True):
        _part(page, part, box)
    if not parts:
        _text(page, room, slide.title, 28, LIGHT.muted, align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE)


def _part(page: Any, part: Any, box: Box) -> None:
    match part:
        case Facts():
            (_column if part.is_column else _rows)(page, part.facts, box)
        case Curve():
            _curve(page, part, box)
        case Bars():
            _bars(page, part, box)
        case Gauges():
            _gauges(page, part, box)
        case AreaMap():
            _map(page, part, box)
        case TownMap():
            raise TypeError("the deck has no town maps")
        case Table():
            _table(page, part, box)


# ---- 数字 ---------------------------------------------------------------------------------------------


def _state(fact: Fact) -> str:
    return f"{STATUS_SHAPES[fact.status]} {fact.status_words}".strip() if fact.status in STATUS_SHAPES else ""


def _rows(page: Any, facts: Sequence[Fact], box: Box) -> None:
    left, top, width, height = box
    high = height / max(len(facts), 1)
    for at, fact in enumerate(facts):
        y = top + at * high
        if at:
            _plate(page, (left, y, width, 0.015), LIGHT.grid)
        ink = status_colour(fact.status, LIGHT)
        middle = MSO_ANCHOR.MIDDLE
        _text(page, (left, y, 2.9, high), fact.name, BODY, LIGHT.muted, anchor=middle)
        big = next((s for s in (BIG, 26, 22) if _wide(fact.text) * s / 72 < 1.85), BODY)
        _text(page, (left + 3.0, y, 1.9, high), fact.text, big, bold=True, anchor=middle)
        _text(
            page,
            (left + 4.95, y, 2.05, high),
            fact.beside.strip().replace("　", "\n"),
            SMALL,
            LIGHT.muted,
            anchor=middle,
        )
        _text(page, (left + 7.05, y, 1.25, high), _state(fact), BODY, ink, bold=True, anchor=middle)
        lines = "\n".join(fact.lines)
        size = SMALL if max(map(len, fact.lines), default=0) <= 16 else 14
        _text(page, (left + 8.3, y, width - 8.3, high), lines, size, anchor=middle)


def _column(page: Any, facts: Sequence[Fact], box: Box) -> None:
    left, top, width, height = box
    high = min(height / max(len(facts), 1), 3.2)
    for at, fact in enumerate(facts):
        y = top + at * high
        _plate(page, (left, y + 0.05, 0.06, high - 0.25), status_colour(fact.status, LIGHT))
        _text(page, (left + 0.22, y, width - 0.22, 0.4), fact.name, SMALL, LIGHT.muted)
        _text(page, (left + 0.22, y + 0.4, width - 0.22, 0.6), fact.text, 34, bold=True)
        state = "　".join(w for w in (_state(fact), fact.beside.strip()) if w)
        _text(
            page,
            (left + 0.22, y + 1.02, width - 0.22, 0.4),
            state,
            SMALL,
            status_colour(fact.status, LIGHT),
            bold=True,
        )
        _text(page, (left + 0.22, y + 1.45, width - 0.22, high - 1.5), "\n".join(fact.lines), 16)


# ---- 图 -----------------------------------------------------------------------------------------------


def _chart(page: Any, kind: Any, data: Any, box: Box, says: str) -> Any:
    frame = page.shapes.add_chart(kind, *(Inches(side) for side in box), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", says)
    chart = frame.chart
    _font(chart.font, SMALL)
    chart.has_title = False
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.TOP
    chart.legend.include_in_layout = False
    return chart


def _paint(series: Any, colour: str) -> None:
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = _rgb(colour)


def _curve(page: Any, curve: Curve, box: Box) -> None:
    """Remaining households, the pace and where things lead to, by days on an axis of months."""
    actual, ahead = dict(curve.points), dict((curve.ahead,) if curve.ahead else ())
    if actual and ahead:
        ahead[max(actual)] = actual[max(actual)]
    days = sorted({*actual, *ahead, *(on for on, _ in curve.pace)})
    data = CategoryChartData(number_format="#,##0")
    data.categories = days
    told = [("未消除户", actual)]
    if curve.pace:
        told.append(("序时进度", {on: round(_between(curve.pace, on)) for on in days}))
    if ahead:
        told.append(("照此进度", ahead))
    for name, values in told:
        data.add_series(name, [values.get(on) for on in days])
    chart = _chart(page, XL_CHART_TYPE.LINE_MARKERS, data, box, curve.says)
    across, up = chart.category_axis, chart.value_axis
    across.tick_labels.number_format, across.tick_labels.number_format_is_linked = 'm"月"', False
    across.has_major_gridlines = False
    _by_month(across)
    up.tick_labels.number_format, up.tick_labels.number_format_is_linked = "#,##0", False
    up.minimum_scale = 0
    up.major_gridlines.format.line.color.rgb = _rgb(LIGHT.grid)
    up.format.line.fill.background()
    _gaps_are_spanned(chart)
    looks = {"未消除户": (LIGHT.blue, None), "序时进度": (LIGHT.muted, MSO_LINE.DASH), "照此进度": (LIGHT.blue, MSO_LINE.ROUND_DOT)}  # fmt: skip
    for series, (_, values) in zip(chart.plots[0].series, told, strict=True):
        colour, dash = looks[series.name]
        series.format.line.color.rgb = _rgb(colour)
        series.format.line.width = Pt(2 if dash else 3)
        series.smooth = False
        series.marker.style = XL_MARKER_STYLE.NONE
        if dash:
            series.format.line.dash_style = dash
        else:
            series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 9
            series.marker.format.fill.solid()
            series.marker.format.fill.fore_color.rgb = _rgb(colour)
        if values and series.name != "序时进度":
            last = max(values)
            label = series.points[days.index(last)].data_label
            label.has_text_frame = True
            label.text_frame.text = f"{'约' if dash else ''}{values[last]:,}户"
            _font(label.text_frame.paragraphs[0].runs[0].font, SMALL, colour, bold=True)
            label.position = XL_LABEL_POSITION.ABOVE


def _between(pace: Sequence[tuple[date, float]], on: date) -> float:
    """The pace on a day: the straight line from its first day to its last."""
    (first, start), (last, goal) = pace[0], pace[-1]
    share = min(max((on - first).days / max((last - first).days, 1), 0.0), 1.0)
    return start + (goal - start) * share


def _by_month(axis: Any) -> None:
    """A tick each month: python-pptx knows no unit of a date axis."""
    element = axis._element
    for name, value in (("c:baseTimeUnit", "days"), ("c:majorUnit", "1"), ("c:majorTimeUnit", "months")):
        for old in element.findall(qn(name)):
            element.remove(old)
        child = element.makeelement(qn(name), {"val": value})
        after = element.find(qn("c:extLst"))
        element.append(child) if after is None else after.addprevious(child)


def _gaps_are_spanned(chart: Any) -> None:
    """A day that one line has and the other has not is no hole in the other."""
    element = chart._chartSpace.chart
    tag = element.find(qn("c:dispBlanksAs"))
    if tag is None:
        tag = element.makeelement(qn("c:dispBlanksAs"), {})
        element.append(tag)
    tag.set("val", "span")


def _bars(page: Any, bars: Bars, box: Box) -> None:
    shown = list(reversed(bars.bars))  # 条形图从下往上画
    data = CategoryChartData(number_format="0;;")
    data.categories = [b.name if b.is_reported else f"{b.name}（未报）" for b in shown]
    data.add_series("已竣工", [b.completed if b.is_reported else None for b in shown])
    data.add_series(bars.ahead_words, [b.on_course if b.is_reported else None for b in shown])
    data.add_series(bars.late_words, [b.late if b.is_reported else None for b in shown])
    chart = _chart(page, XL_CHART_TYPE.BAR_STACKED, data, box, bars.says)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 45 if len(shown) > 3 else 180, 100
    inks = ("#FFFFFF", LIGHT.text, "#FFFFFF")
    for series, colour, ink in zip(plot.series, (LIGHT.blue, LIGHT.blue_soft, LIGHT.red), inks, strict=True):
        _paint(series, colour)
        labels = series.data_labels
        labels.show_value = True
        labels.number_format, labels.number_format_is_linked = "0;;", False
        _font(labels.font, 16, ink, bold=True)
    chart.value_axis.visible = False
    chart.value_axis.has_major_gridlines = False
    chart.value_axis.minimum_scale = 0
    chart.category_axis.format.line.color.rgb = _rgb(LIGHT.grid)
    chart.category_axis.has_major_gridlines = False


def _gauges(page: Any, gauges: Gauges, box: Box) -> None:
    """实际 beside 目标 (where one is set), in percent of the bar's whole; the words stand under the chart's names."""
    shown = list(reversed(gauges.gauges))
    if not shown:
        return
    left, top, width, height = box
    data = CategoryChartData(number_format="0.0%")
    data.categories = [f"{g.name} {g.text}" for g in shown]
    data.add_series("应到", [g.mark for g in shown])
    data.add_series("实际", [g.share for g in shown])
    words = len(shown) * 0.42
    chart = _chart(
        page, XL_CHART_TYPE.BAR_CLUSTERED, data, (left, top, width, height - words - 0.1), gauges.says
    )
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = 60, -5
    for series, colour in zip(plot.series, (LIGHT.grey, LIGHT.blue), strict=True):
        _paint(series, colour)
        labels = series.data_labels
        labels.show_value = True
        labels.number_format, labels.number_format_is_linked = "0.0%", False
        _font(labels.font, 16)
    axis = chart.value_axis
    axis.visible, axis.has_major_gridlines = False, False
    axis.minimum_scale, axis.maximum_scale = 0, 1.15
    told = "\n".join(
        f"{_word(g.status, g.status_words)}{g.name.removesuffix('（已下达）')}：{g.words or g.text}"
        for g in gauges.gauges
    )
    _text(page, (left, top + height - words, width, words), told, 16)


def _word(status: Status, words: str) -> str:
    return f"{STATUS_SHAPES[status]} {words}　" if status in STATUS_SHAPES and words else ""


# ---- 地图 ---------------------------------------------------------------------------------------------


def _map(page: Any, area_map: AreaMap, box: Box) -> None:
    """Township polygons as freeforms: the area's with name and status, the others pale and nameless."""
    left, top, width, height = box
    shapes = {shape.name: shape for shape in geography().shapes}
    inside = [p.name for p in area_map.patches if p.is_inside and p.name in shapes]
    framed = inside or list(shapes)
    points = [point for name in framed for ring in shapes[name].rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    room = height - 0.4  # 图例在下面
    scale = min(width / ((east - west) * squeeze), room / (north - south)) * 0.98
    middle_x, middle_y = left + width / 2, top + room / 2

    def at(x: float, y: float) -> tuple[int, int]:
        return (
            int(Inches(middle_x + (x - (west + east) / 2) * squeeze * scale)),
            int(Inches(middle_y - (y - (south + north) / 2) * scale)),
        )

    for patch in area_map.patches:
        if patch.name not in shapes or not patch.is_inside:
            continue
        for ring in shapes[patch.name].rings:
            corners = [at(*point) for point in ring]
            builder = page.shapes.build_freeform(*corners[0], scale=1.0)
            builder.add_line_segments(corners[1:], close=True)
            shape = builder.convert_to_shape()
            shape.name = patch.label
            shape.fill.solid()
            shape.fill.fore_color.rgb = _rgb(PALE.get(patch.status, "EEF1F4"))
            shape.line.color.rgb = _rgb(LIGHT.muted if patch.status is Status.NOT_REPORTED else "#FFFFFF")
            shape.line.width = Pt(1.5)
            if patch.status is Status.NOT_REPORTED:
                shape.line.dash_style = MSO_LINE.DASH
            shape.shadow.inherit = False
    words_of = {
        p.name: f"{p.label}\n{STATUS_SHAPES.get(p.status, '')} {p.words}"
        if p.words
        else f"{STATUS_SHAPES.get(p.status, '')} {p.label}".strip()
        for p in area_map.patches
        if p.is_inside
    }
    middles = township_labels(
        tuple(
            (
                name,
                max(map(_wide, words.split("\n"))) * 14 / 72 / scale / squeeze,
                (words.count("\n") + 1) * 0.24 / scale,
            )
            for name, words in words_of.items()
        )
    )
    for patch in area_map.patches:
        if patch.name in middles:
            x, y = (Emu(v).inches for v in at(*middles[patch.name]))
            words = words_of[patch.name]
            ink = status_colour(patch.status, LIGHT)
            _text(
                page, (x - 0.8, y - 0.28, 1.6, 0.56), words, 14, ink, bold=True,
                align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE,
            )  # fmt: skip
    legend = "● 正常　◆ 预警　▲ 滞后　○ 未报"
    together = f"　{'，'.join(area_map.together)}" if area_map.together else ""
    _text(page, (left, top + height - 0.28, width, 0.3), legend + together, 14, LIGHT.muted)


# ---- 表 -----------------------------------------------------------------------------------------------


def _table(page: Any, table: Table, box: Box) -> None:
    """A native table; a long one of narrow columns stands in two halves side by side."""
    left, top, width, height = box
    if len(table.rows) > ROWS // 2 + 2 and len(table.columns) <= 4:
        half = -(-len(table.rows) // 2)
        room = (width - 0.4) / 2
        _half(page, table, table.rows[:half], (left, top, room, height))
        _half(page, table, table.rows[half:], (left + room + 0.4, top, room, height))
        return
    _half(page, table, table.rows, box)


def _half(page: Any, table: Table, rows: Sequence[tuple[Cell, ...]], box: Box) -> None:
    left, top, width, height = box
    size = next((s for s in (24, BODY, SMALL, 16) if _fits(table, rows, s, width, height)), 14)
    widths = _widths(table, rows, size, width)
    heights = [_row_height(row, widths, size) for row in rows]
    high = _row_height((), widths, size)
    stretch = min(1.35, height / (high + sum(heights)))
    frame = page.shapes.add_table(
        len(rows) + 1, len(table.columns), *(Inches(v) for v in (left, top, width, high + sum(heights)))
    )
    grid = frame.table
    style = frame._element.graphic.graphicData.tbl.tblPr.find(qn("a:tableStyleId"))
    style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # 无样式，无网格：底色由我们定
    for at, room in enumerate(widths):
        grid.columns[at].width = Inches(room)
    grid.rows[0].height = Inches(high * stretch)
    for at, name in enumerate(table.columns):
        _fill(grid.cell(0, at), name, size, LIGHT.muted, "#EAF0F5", bold=True)
    for line, row in enumerate(rows, 1):
        grid.rows[line].height = Inches(heights[line - 1] * stretch)
        for at, cell in enumerate(row):
            mark = STATUS_SHAPES.get(cell.status, "")
            told = MARKED.get(cell.words[:1])  # 词里已带状态记号的，颜色随它
            words = cell.words if not mark or told else f"{mark} {cell.words}"
            status = told or (cell.status if mark else None)
            ink = LIGHT.text if status is None else status_colour(status, LIGHT)
            _fill(grid.cell(line, at), words, size, ink, "#FFFFFF" if line % 2 else "#F7F9FB")


def _widths(table: Table, rows: Sequence[tuple[Cell, ...]], size: float, width: float) -> list[float]:
    """Each column as wide as its longest words; the wide one takes what is left, or gives what is missing."""
    need = [
        (max(_wide(name), *(_wide(row[at].words) + 2.2 * bool(STATUS_SHAPES.get(row[at].status)) for row in rows)) if rows else _wide(name))
        * size * ROOM / 72 + 0.36
        for at, name in enumerate(table.columns)
    ]  # fmt: skip
    left = width - sum(need)
    if left < 0:
        need[table.wide] = max(need[table.wide] + left, 1.5)
    scale = width / sum(need)
    return [one * scale for one in need]


def _row_height(row: Sequence[Cell], widths: Sequence[float], size: float) -> float:
    lines = [
        math.ceil(
            (_wide(cell.words) + 2.2 * bool(STATUS_SHAPES.get(cell.status)))
            * size
            * ROOM
            / 72
            / (room - 0.25)
        )
        for cell, room in zip(row, widths, strict=False)
    ]
    return max([1, *lines]) * size * 1.35 / 72 + 0.14


def _fits(table: Table, rows: Sequence[tuple[Cell, ...]], size: float, width: float, height: float) -> bool:
    widths = _widths(table, rows, size, width)
    if (
        min(widths) * 72 < size * 2
        or sum(_row_height(r, widths, size) for r in rows) + size * 1.5 / 72 + 0.14 > height
    ):
        return False
    return all(
        at == table.wide or _row_height((row[at],), (widths[at],), size) < size * 2 / 72 + 0.14
        for row in rows
        for at in range(len(widths))
    )


def _wide(words: str) -> float:
    """How many Chinese characters wide, at the most: some programs leave a quarter between them and a number."""
    joints = len(re.findall(r"(?<=[\u2E80-\uFFFF])[0-9]|[0-9](?=[\u2E80-\uFFFF])", words))
    return sum(1.0 if ord(c) > 0x2000 else 0.64 for c in words) + joints * 0.25


def _fill(cell: Any, words: str, size: float, ink: str, shade: str, *, bold: bool = False) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = _rgb(shade)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    cell.margin_top = cell.margin_bottom = Inches(0.03)
    run = cell.text_frame.paragraphs[0].add_run()
    run.text = words
    _font(run.font, size, ink, bold=bold)
