"""Lines over the year: remaining risk against the required pace, and the burn-up of projects."""

from datetime import date

from core.charts.style import Palette, Spec, axis, layout, legend
from core.views.overview import Forecast, Trajectory
from core.views.projects import BurnUp

HOVER_DAY = "%Y年%-m月%-d日"


def _months(start: date, end: date) -> tuple[list[date], list[str]]:
    """Ticks at the first of each month, in Chinese."""
    ticks, day = [], date(start.year, start.month, 1)
    while day <= end:
        if day >= start.replace(day=1):
            ticks.append(day)
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return ticks, [f"{t.month}月" for t in ticks]


def trajectory(view: Trajectory, palette: Palette, is_narrow: bool = False) -> Spec:
    """Remaining households as a line with its values (on a narrow screen the first and the last), the required pace
    dotted, the forecast as a band."""
    ahead = view.forecast
    days = [d for d, _ in view.points]
    values = [v for _, v in view.points]
    start = min([*days, *(d for d, _ in view.pace)], default=date(2022, 1, 1))
    end = max([*days, *(d for d, _ in view.pace)], default=date(2022, 12, 31))
    ticks, words = _months(start, end)
    traces: list[Spec] = []
    if ahead:
        traces += _forecast(ahead, palette)
    if view.pace:
        traces.append(
            {
                "type": "scatter",
                "x": [d for d, _ in view.pace],
                "y": [v for _, v in view.pace],
                "name": "序时进度",
                "mode": "lines",
                "line": {"color": palette.muted, "width": 2, "dash": "dot"},
                "xhoverformat": HOVER_DAY,
                "hovertemplate": "%{x}　序时%{y:,.0f}户<extra></extra>",
            }
        )
    traces.append(
        {
            "type": "scatter",
            "x": days,
            "y": values,
            "name": "实际",
            "mode": "lines+markers+text",
            "line": {"color": palette.blue, "width": 4},
            "marker": {"size": 9, "color": palette.blue},
            "text": [
                f"{v:,}" if not is_narrow or n in (0, len(values) - 1) else "" for n, v in enumerate(values)
            ],
            "textposition": "top right",
            "textfont": {"size": 15, "color": palette.text},
            "xhoverformat": HOVER_DAY,
            "hovertemplate": "%{x}　未消除%{y:,d}户<extra></extra>",
            "cliponaxis": False,
        }
    )
    return {
        "data": traces,
        "layout": layout(
            palette,
            showlegend=True,
            legend=legend(palette),
            xaxis=axis(
                palette,
                tickvals=ticks[::2] if is_narrow else ticks,
                ticktext=words[::2] if is_narrow else words,
                tickangle=0,
                showgrid=False,
                range=[start, end],
            ),
            yaxis=axis(palette, rangemode="tozero", tickformat=",d", range=[0, max([*values, 1]) * 1.12]),
            margin={"l": 8, "r": 44, "t": 8, "b": 8},
        ),
    }


def _forecast(ahead: Forecast, palette: Palette) -> list[Spec]:
    """A dashed line from the last value to the expected one, in the band that holds it in 8 of 10 cases."""
    traces: list[Spec] = []
    if ahead.low is not None and ahead.high is not None:
        traces.append(
            {
                "type": "scatter",
                "x": [ahead.since, ahead.by, ahead.by, ahead.since],
                "y": [ahead.start, ahead.high, ahead.low, ahead.start],
                "fill": "toself",
                "fillcolor": palette.blue_pale,
                "line": {"width": 0},
                "mode": "lines",
                "showlegend": False,
                "hoverinfo": "skip",
            }
        )
    traces.append(
        {
            "type": "scatter",
            "x": [ahead.since, ahead.by],
            "y": [ahead.start, ahead.expected],
            "name": "照此进度（八成区间）",
            "mode": "lines+markers+text",
            "line": {"color": palette.blue, "width": 3, "dash": "dash"},
            "marker": {"size": [0, 9], "color": palette.blue},
            "text": ["", f"{ahead.expected:,}"],
            "textposition": "top left",
            "textfont": {"size": 15, "color": palette.text},
            "xhoverformat": HOVER_DAY,
            "hovertemplate": "%{x}　预计%{y:,.0f}<extra></extra>",
            "cliponaxis": False,
        }
    )
    return traces


def burn_up(view: BurnUp, palette: Palette) -> Spec:
    """Completed projects against what was first planned, up to the deadline."""
    days = [d for d, _ in view.points]
    start = min([*days, *(d for d, _ in view.planned)], default=date(view.deadline.year, 3, 1))
    ticks, words = _months(start, view.deadline)
    traces: list[Spec] = [
        {
            "type": "scatter",
            "x": [d for d, _ in view.planned],
            "y": [v for _, v in view.planned],
            "name": "按首个计划应竣工",
            "mode": "lines",
            "line": {"color": palette.muted, "width": 2, "dash": "dot"},
            "xhoverformat": HOVER_DAY,
            "hovertemplate": "%{x}　应竣工%{y}个<extra></extra>",
        },
        {
            "type": "scatter",
            "x": days,
            "y": [v for _, v in view.points],
            "name": "实际竣工",
            "mode": "lines+markers+text",
            "line": {"color": palette.blue, "width": 4},
            "marker": {"size": 9},
            "text": [f"{v}" if v else "" for _, v in view.points],
            "textposition": "top left",
            "textfont": {"size": 15},
            "xhoverformat": HOVER_DAY,
            "hovertemplate": "%{x}　竣工%{y}个<extra></extra>",
            "cliponaxis": False,
        },
    ]
    if view.forecast:
        traces += _forecast(view.forecast, palette)
    total, deadline = view.total, view.deadline.isoformat()
    whole = {"x0": 0, "x1": 1, "xref": "x domain", "y0": total, "y1": total, "yref": "y"}
    last = {"x0": deadline, "x1": deadline, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain"}
    return {
        "data": traces,
        "layout": layout(
            palette,
            showlegend=True,
            legend=legend(palette),
            xaxis=axis(palette, tickvals=ticks, ticktext=words, showgrid=False),
            yaxis=axis(palette, range=[0, max(total, 1) * 1.12], tickformat=",d"),
            margin={"l": 8, "r": 56, "t": 8, "b": 8},
            shapes=[
                {"type": "line", **whole, "line": {"color": palette.blue_soft, "width": 1}},
                {"type": "line", **last, "line": {"color": palette.red, "width": 2}},
            ],
            annotations=[
                {
                    "x": 0, "xref": "paper", "y": total, "yanchor": "bottom", "xanchor": "left", "showarrow": False,
                    "text": f"年度计划{total}个", "font": {"size": 14, "color": palette.muted},
                },
                {
                    "x": view.deadline, "y": 0, "yanchor": "bottom", "xanchor": "right", "showarrow": False,
                    "text": f"{view.deadline.month}月{view.deadline.day}日", "font": {"size": 14, "color": palette.red},
                },
            ],
        ),
    }  # fmt: skip
