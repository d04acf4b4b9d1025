"""Slides drawn from the finished .pptx, as its reader will see them: one SVG a slide, for the preview.

The file itself is read, not what it was made from: what the preview shows is what was written. Only what
core/reports/slides.py writes is known here: words, plates, polygons, tables, stacked and clustered bars, lines.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from html import escape
from io import BytesIO
from typing import Any, NamedTuple

from pptx import Presentation
from pptx.chart.plot import LinePlot
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.dml import MSO_FILL
from pptx.enum.shapes import MSO_SHAPE_TYPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.util import Emu

from core.charts.style import FONT, LIGHT

LINE = 1.22  # of the size of the words
CELL = 7.2  # points left and right within a cell of a table
EXCEL_DAY = date(1899, 12, 30)  # what the days of a chart's axis count from
DASHES = {"dash": "8 6", "sysDot": "2 4", "sysDash": "6 4"}
Box = tuple[float, float, float, float]  # left, top, width, height in points
Run = tuple[str, float, str, bool]  # words, size, colour, bold


class Drawn(NamedTuple):
    """A slide: its title, its words for whoever only hears it, and an SVG of its own size in points."""

    title: str
    words: str
    svg: str


def drawn(content: bytes) -> tuple[Drawn, ...]:
    """The slides of a .pptx made by slides_file."""
    show = Presentation(BytesIO(content))
    width, height = _points(show.slide_width), _points(show.slide_height)
    return tuple(
        Drawn(
            slide.shapes.title.text_frame.text,
            "；".join(said for shape in slide.shapes for said in _said(shape)),
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}">'
            f'<rect width="{width:.0f}" height="{height:.0f}" fill="#FFFFFF" stroke="{LIGHT.grid}"/>'
            f"{''.join(_shape(shape) for shape in slide.shapes)}</svg>",
        )
        for slide in show.slides
    )


def _said(shape: Any) -> Iterator[str]:
    """A box's words, a table's rows, what a chart says of itself."""
    if shape.has_table:
        yield from ("，".join(cell.text for cell in row.cells) for row in shape.table.rows)
    elif shape.has_chart:
        yield shape._element.nvGraphicFramePr.cNvPr.get("descr", "")
    elif shape.has_text_frame and (words := shape.text_frame.text.strip()):
        yield words.replace("\n", "，")


def _points(length: Any) -> float:
    return float(Emu(length or 0).pt)


def _shape(shape: Any) -> str:
    box = (_points(shape.left), _points(shape.top), _points(shape.width), _points(shape.height))
    if shape.has_chart:
        return _chart(shape.chart, box)
    if shape.has_table:
        return _table(shape.table, box)
    plate = ""
    if shape.shape_type == MSO_SHAPE_TYPE.FREEFORM:
        plate = _polygon(shape, box)
    elif shape.shape_type == MSO_SHAPE_TYPE.AUTO_SHAPE:
        plate = _rect(box, _colour(shape.fill))
    return plate + _words(shape.text_frame, box) if shape.has_text_frame else plate


def _colour(fill: Any) -> str:
    return f"#{fill.fore_color.rgb}" if fill.type == MSO_FILL.SOLID else "none"


def _rect(box: Box, fill: str) -> str:
    left, top, width, height = box
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" fill="{fill}"/>'


def _polygon(shape: Any, box: Box) -> str:
    left, top, width, height = box
    path = shape._element.spPr.find(qn("a:custGeom")).find(".//" + qn("a:path"))
    across, up = width / max(int(path.get("w")), 1), height / max(int(path.get("h")), 1)
    corners = " ".join(
        f"{left + int(p.get('x')) * across:.1f},{top + int(p.get('y')) * up:.1f}"
        for p in path.iter(qn("a:pt"))
    )
    dash = ' stroke-dasharray="5 4"' if shape.line.dash_style else ""
    return (
        f'<polygon points="{corners}" fill="{_colour(shape.fill)}" stroke="#{shape.line.color.rgb}" '
        f'stroke-width="{shape.line.width.pt:.1f}"{dash}/>'
    )


# ---- 字 -----------------------------------------------------------------------------------------------


def _wide(words: str) -> float:
    """How many Chinese characters wide."""
    return sum(1.0 if ord(c) > 0x2000 else 0.56 for c in words)


def _lines(words: str, size: float, width: float) -> list[str]:
    """Words parted where the box ends: between any two Chinese characters, never within a number or before a mark
    that may not begin a line."""
    lines = [""]
    for piece in re.findall(r"[0-9A-Za-z.,%:/+-]+[，。、；：）％]*|.[，。、；：）”]*", words):
        if lines[-1] and _wide(lines[-1] + piece) * size > width + 1:
            lines.append("")
        lines[-1] += piece
    return lines


def _words(frame: Any, box: Box) -> str:
    left, top, width, height = box
    lines: list[tuple[Run, Any]] = []
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            size, bold = run.font.size.pt, bool(run.font.bold)
            colour = f"#{run.font.color.rgb}"
            lines += [
                ((line, size, colour, bold), paragraph.alignment) for line in _lines(run.text, size, width)
            ]
    tall = sum(run[1] * LINE for run, _ in lines)
    y = top + ((height - tall) / 2 if frame.vertical_anchor == MSO_ANCHOR.MIDDLE else 0)
    found = []
    for run, align in lines:
        y += run[1] * LINE
        x, anchor = {
            PP_ALIGN.CENTER: (left + width / 2, "middle"),
            PP_ALIGN.RIGHT: (left + width, "end"),
        }.get(align, (left, "start"))
        found.append(_text(x, y - run[1] * 0.3, *run, anchor))
    return "".join(found)


def _text(x: float, y: float, words: str, size: float, colour: str, bold: bool, anchor: str = "start") -> str:
    weight = ' font-weight="700"' if bold else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}" text-anchor="{anchor}"{weight} '
        f'xml:space="preserve">{escape(words)}</text>'
    )


def _table(table: Any, box: Box) -> str:
    left, top, _, _ = box
    found = []
    y = top
    for row in table.rows:
        x, height = left, _points(row.height)
        for cell, column in zip(row.cells, table.columns, strict=True):
            width = _points(column.width)
            found.append(_rect((x, y, width, height), _colour(cell.fill)))
            cell.text_frame.vertical_anchor = cell.vertical_anchor
            found.append(_words(cell.text_frame, (x + CELL, y, width - 2 * CELL, height)))
            x += width
        y += height
    return "".join(found)


# ---- 图 -----------------------------------------------------------------------------------------------


def _chart(chart: Any, box: Box) -> str:
    left, top, width, height = box
    size = chart.font.size.pt
    room = (left, top + size * 2, width, height - size * 2)
    if isinstance(chart.plots[0], LinePlot):
        return _legend(chart, box, size) + _curve(chart, room, size)
    return _legend(chart, box, size) + _bars(chart, room, size)


def _legend(chart: Any, box: Box, size: float) -> str:
    left, top, width, _ = box
    names = [series.name for series in chart.plots[0].series]
    x = left + (width - sum((_wide(name) + 2.6) * size for name in names)) / 2
    found = []
    for name, series in zip(names, chart.plots[0].series, strict=True):
        y = top + size * 0.75
        found.append(
            f'<path d="M{x - size:.1f},{y:.1f}h{size * 1.8:.1f}" stroke="{_ink(series)}" stroke-width="3"{_dash(series)}/>'
            if isinstance(chart.plots[0], LinePlot)
            else _rect((x, top + size * 0.35, size * 0.8, size * 0.8), _ink(series))
        )
        found.append(_text(x + size * 1.1, top + size * 1.1, name, size, LIGHT.text, bold=False))
        x += (_wide(name) + 2.6) * size
    return "".join(found)


def _ink(series: Any) -> str:
    """A bar's fill, a line's colour."""
    if series.format.fill.type == MSO_FILL.SOLID:
        return _colour(series.format.fill)
    return f"#{series.format.line.color.rgb}"


def _told(value: float, form: str) -> str:
    """A value as the number formats of our charts write it: 0.0%, or nothing for zero by 0;;."""
    if form == "0.0%":
        return f"{value * 100:.1f}%"
    return f"{value:,.0f}" if value else ""


def _bars(chart: Any, box: Box, size: float) -> str:
    """Bars from below upwards, as a bar chart draws them: one on the other, or side by side."""
    left, top, width, height = box
    plot = chart.plots[0]
    is_stacked = chart.chart_type == XL_CHART_TYPE.BAR_STACKED
    names = [str(name) for name in plot.categories]
    begin = left + max(map(_wide, names)) * size + size
    rows = [list(series.values) for series in plot.series]
    totals = [sum(row[at] or 0 for row in rows) for at in range(len(names))]
    most = chart.value_axis.maximum_scale or max(totals, default=0) or 1
    each = height / len(names)
    thick = each / (1 + plot.gap_width / 100)
    found = []
    for at, name in enumerate(names):
        y = top + height - (at + 1) * each + (each - thick) / 2
        found.append(
            _text(begin - size / 2, y + thick / 2 + size * 0.35, name, size, LIGHT.text, False, "end")
        )
        x = begin
        for number, (series, row) in enumerate(zip(plot.series, rows, strict=True)):
            value = row[at]
            if value is None:
                continue
            long = value / most * (left + width - begin)
            high = thick if is_stacked else thick / len(rows)
            low = y if is_stacked else y + (len(rows) - 1 - number) * high
            found.append(_rect((x, low, long, high), _ink(series)))
            labels = series.data_labels
            font = labels.font
            words = _told(value, labels.number_format)
            middle = low + high / 2 + font.size.pt * 0.35
            if is_stacked:
                found.append(
                    _text(x + long / 2, middle, words, font.size.pt, f"#{font.color.rgb}", True, "middle")
                )
                x += long
            else:
                found.append(_text(begin + long + 5, middle, words, font.size.pt, LIGHT.text, False))
    found.append(_rect((begin - 0.5, top, 1, height), LIGHT.grid))
    return "".join(found)


def _curve(chart: Any, box: Box, size: float) -> str:
    left, top, width, height = box
    plot = chart.plots[0]
    days = [EXCEL_DAY + timedelta(float(str(label))) for label in plot.categories]
    start = days[0].replace(day=1)
    most = max((v for series in plot.series for v in series.values if v is not None), default=1) or 1
    step = next(s for s in _steps() if most / s <= 6)
    upper = -(-most // step) * step
    begin, low = left + _wide(f"{upper:,.0f}") * size + size / 2, top + height - size * 1.6
    span = max((days[-1] - start).days, 1)

    def at(on: date, value: float) -> tuple[float, float]:
        x = begin + (on - start).days / span * (left + width - begin - size * 2)
        return x, low - value / upper * (low - top - size)

    found = []
    for tick in range(0, int(upper) + 1, int(step)):
        _, y = at(start, tick)
        found.append(_rect((begin, y, left + width - begin, 0.8), LIGHT.grid))
        found.append(_text(begin - 6, y + size * 0.35, f"{tick:,}", size, LIGHT.text, False, "end"))
    for month in range(days[0].month, days[-1].month + 1):
        x, _ = at(start.replace(month=month), 0)
        found.append(_text(x, low + size * 1.3, f"{month}月", size, LIGHT.text, False))
    for series in plot.series:
        told = [at(on, v) for on, v in zip(days, series.values, strict=True) if v is not None]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in told)
        found.append(
            f'<polyline points="{corners}" fill="none" stroke="{_ink(series)}" '
            f'stroke-width="{series.format.line.width.pt:g}"{_dash(series)}/>'
        )
        if not _dash(series):
            found += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{_ink(series)}"/>' for x, y in told]
        found += _labels(series, days, at)
    return "".join(found)


def _dash(series: Any) -> str:
    """How a line is broken, as SVG says it; empty for a whole one."""
    style = None if series.format.line._ln is None else series.format.line._ln.find(qn("a:prstDash"))
    return "" if style is None else f' stroke-dasharray="{DASHES.get(style.get("val"), "6 4")}"'


def _labels(series: Any, days: Sequence[date], at: Any) -> Iterator[str]:
    """The words that single points carry."""
    for label in series._element.iter(qn("c:dLbl")):
        index = int(label.find(qn("c:idx")).get("val"))
        words = "".join(t.text for t in label.iter(qn("a:t")))
        value = series.values[index]
        if words and value is not None:
            x, y = at(days[index], value)
            yield _text(x, y - 10, words, 18, _ink(series), True, "middle")


def _steps() -> Iterator[int]:
    power = 1
    while True:
        yield from (power, 2 * power, 5 * power)
        power *= 10
