"""Bars: projects by township, households by type and cause, the funnel, the baseline's classes, the wall chart."""

from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from core.charts.style import Palette, Spec, axis, layout, legend, room, status_colour
from core.indicators.indicator import Status
from core.views.forecasts import ReliabilityPoint
from core.views.monitoring import Bars
from core.views.overview import ProjectBars
from core.views.projects import FunnelStep, GanttBar
from core.views.risk import ClassShare


def project_bars(view: ProjectBars, palette: Palette, is_narrow: bool = False) -> Spec:
    """Stacked columns by township: finished, on course, late (with its number); below each name 竣工/全部, or 未报.
    On a narrow screen the names stand upright."""
    names = [_short(b.name) for b in view.bars]
    below = [
        f"{b.completed}/{b.completed + b.on_course + b.late}" if b.reported else "未报" for b in view.bars
    ]
    parts = (
        ("已竣工", [b.completed for b in view.bars], palette.blue_soft),
        (view.on_course_words, [b.on_course for b in view.bars], palette.blue_pale),
        (view.late_words, [b.late for b in view.bars], palette.red),
    )
    traces: list[Spec] = [
        {
            "type": "bar",
            "x": names,
            "y": values,
            "name": name,
            "marker": {"color": colour, "line": {"width": 0}},
            "hovertemplate": "%{x}　" + name + "%{y}个<extra></extra>",
        }
        for name, values, colour in parts
    ]
    traces[-1] |= {
        "text": [f"{b.late}" if b.late else "" for b in view.bars],
        "textposition": "outside",
        "textfont": {"size": 15, "color": palette.red},
        "constraintext": "none",
        "cliponaxis": False,
    }
    beside = " " if is_narrow else "<br>"
    return {
        "data": traces,
        "layout": layout(
            palette,
            barmode="stack",
            bargap=0.25 if len(names) > 5 else 0.7,
            showlegend=True,
            legend={**legend(palette), "traceorder": "normal"},
            xaxis=axis(
                palette,
                showgrid=False,
                tickangle=-90 if is_narrow else 0,
                tickvals=names,
                ticktext=[f"{name}{beside}{words}" for name, words in zip(names, below, strict=True)],
                tickfont={"size": 12 if is_narrow else 15, "color": palette.text},
            ),
            yaxis=axis(palette, visible=False),
        ),
    }


def _short(name: str) -> str:
    return name.removesuffix("街道").removesuffix("回族乡").removesuffix("镇")


def household_bars(view: Bars, palette: Palette) -> go.Figure:
    """Horizontal bars with 户 and 人 at their ends."""
    bars = list(reversed(view.bars))
    most = max((b.households for b in bars), default=1)
    ends = [f"{b.households:,}户" + (f"　{b.persons:,}人" if b.persons else "") for b in bars]
    figure = go.Figure(
        layout=layout(
            palette,
            bargap=0.35 if len(bars) > 2 else 0.8,
            margin={"l": 8, "r": room(ends, 15), "t": 8, "b": 8},
            xaxis=axis(palette, visible=False, range=[0, most]),
            yaxis=axis(palette, showgrid=False, tickfont={"size": 15, "color": palette.text}),
        )
    )
    figure.add_bar(
        y=[b.name for b in bars],
        x=[b.households for b in bars],
        orientation="h",
        marker={"color": palette.blue_soft},
        text=ends,
        textposition="outside",
        constraintext="none",
        textfont={"size": 15, "color": palette.text},
        cliponaxis=False,
        hovertemplate="%{y}　%{text}<extra></extra>",
    )
    return figure


def funnel(steps: Sequence[FunnelStep], palette: Palette) -> go.Figure:
    """储备—批复—开工—竣工—验收, each as a bar."""
    rows = list(reversed(steps))
    most = max((s.count for s in rows), default=1)
    ends = [f"{s.count}个" for s in rows]
    figure = go.Figure(
        layout=layout(
            palette,
            bargap=0.3,
            margin={"l": 8, "r": room(ends, 16), "t": 8, "b": 8},
            xaxis=axis(palette, visible=False, range=[0, most]),
            yaxis=axis(palette, showgrid=False, tickfont={"size": 16, "color": palette.text}),
        )
    )
    figure.add_bar(
        y=[s.name for s in rows],
        x=[s.count for s in rows],
        orientation="h",
        marker={"color": [palette.blue if s.name == "竣工" else palette.blue_soft for s in rows]},
        text=ends,
        textposition="outside",
        constraintext="none",
        textfont={"size": 16},
        cliponaxis=False,
        hovertemplate="%{y}　%{x}个<extra></extra>",
    )
    return figure


CLASS_ORDER = ("消除合规", "消除不合规", "可消除", "未满6个月", "整户无劳动能力兜底", "已不在系统")


def class_bar(classes: Sequence[ClassShare], palette: Palette) -> go.Figure:
    """The baseline as one bar of six classes that add up to it; the label of a thin class stands in the legend."""
    by_name = {c.name: c for c in classes}
    colours = {
        "消除合规": palette.blue,
        "消除不合规": palette.red,
        "可消除": palette.blue_soft,
        "未满6个月": palette.blue_pale,
        "整户无劳动能力兜底": palette.grey,
        "已不在系统": palette.muted,
    }
    total = sum(c.households for c in classes)
    figure = go.Figure(
        layout=layout(
            palette,
            barmode="stack",
            showlegend=True,
            legend={**legend(palette), "traceorder": "normal", "font": {"size": 15}},
            xaxis=axis(palette, visible=False, range=[0, max(total, 1)]),
            yaxis=axis(palette, visible=False),
        )
    )
    for name in CLASS_ORDER:
        one = by_name[name]
        wide = total and one.households / total > 0.05
        figure.add_bar(
            y=["基准存量"],
            x=[one.households],
            orientation="h",
            name=f"{name} {one.households:,}户 {one.persons:,}人",
            marker={"color": colours[name], "line": {"color": palette.background, "width": 2}},
            text=[f"{one.households:,}户" if wide else ""],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={
                "size": 18,
                "color": palette.background
                if name in ("消除合规", "消除不合规", "已不在系统")
                else palette.text,
            },
            hovertemplate=f"{name}　{one.households:,}户　{one.persons:,}人<extra></extra>",
        )
    return figure


def wall_chart(bars: Sequence[GanttBar], on: date, deadline: date, palette: Palette) -> go.Figure:
    """挂图作战: planned days as a pale bar, real days on it coloured by status, today and the deadline as lines."""
    rows = list(reversed(bars))
    names = [_two_lines(f"{b.place}　{b.name.removeprefix(b.place)}") for b in rows]
    ends = [_state(b) for b in rows]
    starts = [b.planned_from or b.real_from or on for b in rows]
    first = min(starts, default=on)
    ticks = [
        date(deadline.year, month, 1)
        for month in range(first.month, 13)
        if date(deadline.year, month, 1) >= first.replace(day=1)
    ]
    figure = go.Figure(
        layout=layout(
            palette,
            barmode="overlay",
            bargap=0.35,
            margin={"l": 8, "r": room(ends, 13), "t": 8, "b": 8},
            xaxis=axis(
                palette, type="date", tickvals=ticks, ticktext=[f"{t.month}月" for t in ticks], side="top"
            ),
            yaxis=axis(
                palette,
                showgrid=False,
                tickfont={"size": 12, "color": palette.text},
                tickvals=list(range(len(rows))),
                ticktext=names,
            ),
        )
    )
    day = 86_400_000
    figure.add_bar(
        y=list(range(len(rows))),
        base=starts,
        x=[((b.planned_to or s) - s).days * day for b, s in zip(rows, starts, strict=True)],
        orientation="h",
        marker={"color": palette.blue_pale},
        hoverinfo="skip",
        width=0.8,
    )
    figure.add_bar(
        y=list(range(len(rows))),
        base=[b.real_from or on for b in rows],
        x=[((b.real_to or on) - (b.real_from or on)).days * day for b in rows],
        orientation="h",
        marker={"color": [status_colour(b.status, palette) for b in rows]},
        width=0.36,
        customdata=[[b.name, b.stage, _progress(b), b.officer] for b in rows],
        hovertemplate="%{customdata[0]}<br>%{customdata[1]}%{customdata[2]}<br>%{customdata[3]}<extra></extra>",
    )
    for n, (b, words) in enumerate(zip(rows, ends, strict=True)):
        figure.add_annotation(
            x=1, xref="paper", y=n, xanchor="left", showarrow=False, text=words,
            font={"size": 13, "color": status_colour(b.status, palette) if b.days_late else palette.muted},
        )  # fmt: skip
    figure.add_vline(x=on.isoformat(), line={"color": palette.text, "width": 1, "dash": "dot"})
    figure.add_vline(x=deadline.isoformat(), line={"color": palette.red, "width": 2})
    figure.update_xaxes(range=[first.isoformat(), date(deadline.year, 12, 15).isoformat()])
    return figure


def _two_lines(name: str, most: int = 12) -> str:
    """A long name in two lines, so that all of it stands beside its bar on a telephone too."""
    return name if len(name) <= most else f"{name[:most]}<br>{name[most:]}"


def _state(bar: GanttBar) -> str:
    """▲逾期62天 35%"""
    shape = "▲" if bar.status is Status.BEHIND else "◆"
    return (f"{shape}逾期{bar.days_late}天" if bar.days_late else "") + _progress(bar)


def _progress(bar: GanttBar) -> str:
    return "" if bar.progress is None else f" {bar.progress:g}%"


def reliability(points: Sequence[ReliabilityPoint], palette: Palette) -> go.Figure:
    """What was said against what came, as points of the size of their number; on the line both are the same."""
    most = max((p.n for p in points), default=1)
    figure = go.Figure(
        layout=layout(
            palette,
            xaxis=axis(
                palette, range=[0, 1.02], tickformat=".0%", title={"text": "说的可能性", "font": {"size": 14}}
            ),
            yaxis=axis(
                palette,
                range=[0, 1.06],
                tickformat=".0%",
                title={"text": "实际竣工", "font": {"size": 14}, "standoff": 12},
            ),
            margin={"l": 8, "r": 16, "t": 8, "b": 8},
        )
    )
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": palette.muted, "width": 2, "dash": "dot"},
        hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=[p.said for p in points],
        y=[p.came for p in points],
        mode="markers+text",
        marker={"size": [10 + 26 * (p.n / most) ** 0.5 for p in points], "color": palette.blue_soft},
        text=[str(p.n) for p in points],
        textposition="top left",
        textfont={"size": 14, "color": palette.muted},
        customdata=[p.n for p in points],
        hovertemplate="说%{x:.0%}的%{customdata}个，实际%{y:.0%}<extra></extra>",
        cliponaxis=False,
    )
    return figure
