"""Money: the five sources, spending against 序时进度, 产业占比, and works done against money paid."""

import plotly.graph_objects as go

from core.charts.lines import HOVER_DAY
from core.charts.style import Palette, axis, layout, legend, room, status_colour
from core.indicators.indicator import Status
from core.indicators.projects import Parting
from core.views.common import STATUS_SHAPES
from core.views.funds import PARTING_STATUS, PARTING_WORDS, Comparison, Shares, Sources, Spending

SOURCE_NAMES = ("中央", "省级", "市级", "县级配套", "整合资金")


def _source_colours(palette: Palette) -> dict[str, str]:
    shades = (palette.blue, palette.muted, palette.grey, palette.blue_soft, palette.blue_pale)
    return dict(zip(SOURCE_NAMES, shades, strict=True))


def sources(view: Sources, palette: Palette) -> go.Figure:
    """Each source as three bars: planned, 下达, paid, with their 万元; one that is not kept is written out."""
    lines = list(reversed(view.lines))
    most = max((v for one in lines for v in (one.planned, one.allocated, one.paid) if v), default=1)
    figure = go.Figure(
        layout=layout(
            palette,
            barmode="group",
            bargap=0.14,
            showlegend=True,
            legend={**legend(palette), "traceorder": "reversed"},
            margin={"l": 8, "r": room([text for one in lines for text in one.texts], 12), "t": 8, "b": 8},
            xaxis=axis(palette, visible=False, range=[0, most]),
            yaxis=axis(palette, showgrid=False, tickfont={"size": 15, "color": palette.text}),
        )
    )
    parts = (
        ("已支付", [one.paid for one in lines], 2, palette.blue),
        ("已下达（到位）", [one.allocated for one in lines], 1, palette.blue_soft),
        ("计划安排", [one.planned for one in lines], 0, palette.blue_pale),
    )
    for name, values, at, colour in parts:
        figure.add_bar(
            y=[one.name for one in lines],
            x=[v or 0 for v in values],
            name=name,
            orientation="h",
            marker={"color": colour},
            text=[one.texts[at] for one in lines],
            textposition="outside",
            constraintext="none",
            textfont={"size": 12, "color": palette.text},
            cliponaxis=False,
            hovertemplate="%{y}　" + name + "%{text}<extra></extra>",
        )
    return figure


def spending(view: Spending, palette: Palette) -> go.Figure:
    """支出率 on each data date against the dotted 序时进度."""
    start, end = view.pace[0][0].replace(day=1), view.pace[-1][0]
    figure = go.Figure(
        layout=layout(
            palette,
            showlegend=True,
            legend=legend(palette),
            xaxis=axis(
                palette,
                showgrid=False,
                range=[start, end],
                tickvals=[d for d, _ in view.pace][::2],
                ticktext=[f"{d.month}月底" for d, _ in view.pace][::2],
            ),
            yaxis=axis(palette, range=[0, 1.08], tickformat=".0%", nticks=4),
            margin={"l": 8, "r": 24, "t": 8, "b": 8},
        )
    )
    figure.add_scatter(
        x=[start, *(d for d, _ in view.pace)],
        y=[0, *(v for _, v in view.pace)],
        name="序时进度",
        mode="lines",
        line={"color": palette.muted, "width": 2, "dash": "dot"},
        xhoverformat=HOVER_DAY,
        hovertemplate="%{x}　序时%{y:.1%}<extra></extra>",
    )
    figure.add_scatter(
        x=[d for d, _ in view.points],
        y=[v for _, v in view.points],
        name="支出率",
        mode="lines+markers+text",
        line={"color": palette.blue, "width": 4},
        marker={"size": 9},
        text=[*(f"{v:.0%}" for _, v in view.points[:-1]), *(f"{v:.1%}" for _, v in view.points[-1:])],
        textposition="top left",
        textfont={"size": 14},
        xhoverformat=HOVER_DAY,
        hovertemplate="%{x}　支出率%{y:.1%}<extra></extra>",
        cliponaxis=False,
    )
    return figure


def months(view: Spending, palette: Palette) -> go.Figure:
    """Payments of each month in 万元, stacked by source; one colour where the sources are 未报; 冲回 below zero."""
    names = [m.name for m in view.months]
    known = bool(view.months) and all(m.by_source is not None for m in view.months)
    figure = go.Figure(
        layout=layout(
            palette,
            barmode="relative",
            bargap=0.3,
            showlegend=known,
            legend={**legend(palette), "traceorder": "normal"},
            xaxis=axis(palette, showgrid=False, tickfont={"size": 14, "color": palette.text}),
            yaxis=axis(palette, visible=False),
        )
    )
    if known:
        colours = _source_colours(palette)
        for i, source in enumerate(SOURCE_NAMES):
            values = [m.by_source[i][1] for m in view.months if m.by_source]
            figure.add_bar(
                x=names,
                y=values,
                name=source,
                marker={"color": colours[source]},
                hovertemplate="%{x}　" + source + "%{y:,.0f}万元<extra></extra>",
            )
    else:
        figure.add_bar(
            x=names,
            y=[m.total for m in view.months],
            marker={"color": palette.blue_soft},
            hovertemplate="%{x}　%{y:,.0f}万元<extra></extra>",
        )
    tops = [max(m.total, sum(v for _, v in m.by_source or () if v > 0)) for m in view.months]
    for month, top in zip(view.months, tops, strict=True):
        figure.add_annotation(
            x=month.name, y=max(top, 0), yanchor="bottom", showarrow=False, text=f"{month.total:,.0f}",
            font={"size": 13, "color": palette.text},
        )  # fmt: skip
    if tops:
        low = min(0.0, *(m.total for m in view.months))
        figure.update_yaxes(range=[low * 1.2, max(*tops, 1) * 1.35])
    return figure


def shares(view: Shares, palette: Palette) -> go.Figure:
    """产业占比 by each denominator as a bar against the plan's line; the one meant on screen is the dark one."""
    rows = list(reversed(view.shares))
    names = [f"<b>{s.name}</b>" if s.is_main else s.name for s in rows]
    ends = [f"{STATUS_SHAPES.get(s.status, '')} {s.counts.removesuffix('万元') or s.text}" for s in rows]
    most = max(view.line, *(s.value or 0 for s in rows))
    figure = go.Figure(
        layout=layout(
            palette,
            bargap=0.3,
            barmode="overlay",
            xaxis=axis(palette, visible=False, range=[0, most]),
            yaxis=axis(palette, showgrid=False, tickfont={"size": 15, "color": palette.text}),
            margin={"l": 8, "r": room(ends, 14), "t": 26, "b": 4},
        )
    )
    told = {Status.BEHIND: (palette.red, palette.background)}
    for share, name, end in zip(rows, names, ends, strict=True):
        usual = (palette.blue, palette.background) if share.is_main else (palette.blue_soft, palette.text)
        colour, ink = told.get(share.status, usual)
        figure.add_bar(
            y=[name],
            x=[share.value or 0],
            orientation="h",
            marker={"color": colour},
            text=[share.text],
            textposition="inside",
            insidetextanchor="middle",
            textfont={"size": 15, "color": ink},
            constraintext="none",
            hovertemplate=f"{share.name}　{share.text}　{share.counts}<extra></extra>",
        )
        figure.add_annotation(
            x=max(share.value or 0, view.line),
            xshift=6,
            y=name,
            xanchor="left",
            showarrow=False,
            text=end,
            font={"size": 14, "color": status_colour(share.status, palette)},
        )
    figure.add_vline(x=view.line, line={"color": palette.text, "width": 2, "dash": "dot"})
    figure.add_annotation(
        x=view.line, y=1, yref="paper", yanchor="bottom", showarrow=False, text=f"计划下限{view.line:.0%}",
        font={"size": 14, "color": palette.text},
    )  # fmt: skip
    return figure


SYMBOLS = {Parting.TOGETHER: "circle", Parting.WORKS_AHEAD: "diamond", Parting.MONEY_AHEAD: "triangle-up"}


def works_and_money(view: Comparison, palette: Palette) -> go.Figure:
    """Every project by works done (across) and money paid (up); the band between the margins is where they agree."""
    low, high = view.margins
    figure = go.Figure(
        layout=layout(
            palette,
            showlegend=True,
            legend={**legend(palette), "traceorder": "normal"},
            xaxis=axis(
                palette,
                range=[-3, 106],
                ticksuffix="%",
                nticks=6,
                title={"text": "形象进度", "standoff": 4, "font": {"size": 14}},
            ),
            yaxis=axis(
                palette,
                range=[-4, 106],
                ticksuffix="%",
                nticks=6,
                title={"text": "支付比例", "standoff": 4, "font": {"size": 14}},
            ),
        )
    )
    figure.add_scatter(
        x=[low, 100, 100, 100 - high, 0, 0],
        y=[0, 100 - low, 100, 100, high, 0],
        fill="toself",
        mode="none",
        fillcolor=palette.blue_pale,
        opacity=0.5,
        hoverinfo="skip",
        showlegend=False,
    )
    for parting in (Parting.TOGETHER, Parting.WORKS_AHEAD, Parting.MONEY_AHEAD):
        shown = [p for p in view.every if p.gap is not None and p.parting is parting]
        apart = parting is not Parting.TOGETHER
        colour = status_colour(PARTING_STATUS[parting], palette) if apart else palette.blue_soft
        figure.add_scatter(
            x=[p.works for p in shown],
            y=[p.paid_percent for p in shown],
            name=f"{PARTING_WORDS[parting]}{len(shown)}个",
            mode="markers",
            marker={
                "symbol": SYMBOLS[parting],
                "size": 13 if parting is Parting.MONEY_AHEAD else 9,
                "color": colour,
                "opacity": 0.85 if apart else 0.6,
            },
            customdata=[[p.name] for p in shown],
            hovertemplate="%{customdata[0]}<br>形象进度%{x:.0f}%　支付%{y:.1f}%<extra></extra>",
        )
    return figure
