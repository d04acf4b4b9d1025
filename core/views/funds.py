"""衔接资金: is the money there, spent, and spent right?"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from core.forecasts import money as forecast
from core.forecasts.projects import NoForecast
from core.indicators import spending
from core.indicators.indicator import COUNTY_LEVEL_TEXT, NOT_REPORTED, Reading, Status, spending_pace, told
from core.indicators.projects import COUNTING, Parting, planned_fen, works_and_money
from core.indicators.words import SOURCES
from core.ledgers import period_of
from core.places import Area, PlaceTree
from core.plan import PlanFigure, latest_plan, spending_settings
from core.store import Snapshot
from core.units import Unit, write
from core.views.common import (
    Note,
    Question,
    Tile,
    change_words,
    load,
    missing_words,
    note,
    number,
    pace_points,
    stale_words,
)
from core.views.forecasts import paid_words
from core.views.overview import spending_tile

LEVELS = {"county": "县级", "township": "乡级", "village": "村级"}
MAIN_SHARE = "industry_share"
SHARES = (
    ("中央", "industry_share_central"),
    ("省级", "industry_share_province"),
    ("市级", "industry_share_city"),
    ("县级配套", "industry_share_county"),
    ("四级合计", MAIN_SHARE),
    ("含整合", "industry_share_with_integrated"),
)
PARTING_WORDS = {
    Parting.WORKS_AHEAD: "支付落后",
    Parting.MONEY_AHEAD: "支付超前",
    Parting.TOGETHER: "基本同步",
}
PARTING_STATUS = {
    Parting.WORKS_AHEAD: Status.RECOVERING,
    Parting.MONEY_AHEAD: Status.BEHIND,
    Parting.TOGETHER: Status.ON_TRACK,
}


@dataclass(frozen=True)
class SourceLine:
    """One source: planned, 下达 and paid, in 万元; None where it is not kept (the words are in `texts`)."""

    name: str
    planned: float | None
    allocated: float | None
    paid: float | None
    texts: tuple[str, str, str]


@dataclass(frozen=True)
class Sources:
    """The five sources with what the plan asks of them together."""

    title: str
    lines: tuple[SourceLine, ...]
    remark: str
    note: Note


@dataclass(frozen=True)
class MonthBar:
    """Payments of a month (or of several, where a workbook is missing), in 万元; sources None where 未报."""

    name: str
    total: float
    by_source: tuple[tuple[str, float], ...] | None


@dataclass(frozen=True)
class Spending:
    """Spending to date against 序时进度, and by month and source."""

    title: str
    points: tuple[tuple[date, float], ...]
    pace: tuple[tuple[date, float], ...]
    months: tuple[MonthBar, ...]
    months_title: str
    remark: str
    note: Note
    forecast_words: str  # what will have been paid by the next node, or why nothing is said


@dataclass(frozen=True)
class Share:
    """产业占比 with one denominator."""

    name: str
    value: float | None
    text: str
    counts: str
    status: Status
    is_main: bool


@dataclass(frozen=True)
class Shares:
    """产业占比 by every denominator, against the plan's line."""

    title: str
    shares: tuple[Share, ...]
    line: float
    line_words: str
    note: Note


@dataclass(frozen=True)
class ProjectMoney:
    """One project: works done and money paid, in percent, and its money in 万元."""

    key: str
    name: str
    place: str
    department: str
    planned: float
    paid: float | None
    works: float | None
    paid_percent: float | None
    gap: float | None
    parting: Parting
    words: str
    reason: str
    behind_pace: float | None  # percentage points of payment above (+) or below (-) 序时进度
    by_source: tuple[float, ...] | None
    by_month: tuple[float, ...] | None


@dataclass(frozen=True)
class Comparison:
    """Works done against money paid."""

    title: str
    margin_words: str
    margins: tuple[float, float]  # points by which works, and money, may be ahead
    apart: tuple[ProjectMoney, ...]
    every: tuple[ProjectMoney, ...]
    silent: str
    note: Note


@dataclass(frozen=True)
class Funds:
    """The whole page."""

    tiles: tuple[Tile, ...]
    sources: Sources
    spending: Spending
    shares: Shares
    comparison: Comparison


def funds(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Funds:
    """The page for an area on a day."""
    area = question.area
    load(snapshot, area)
    return Funds(
        tiles=_tiles(snapshot, question),
        sources=_sources(snapshot, area),
        spending=_spending(snapshot, area),
        shares=_shares(snapshot, area),
        comparison=_comparison(snapshot, area, tree),
    )


def wan(yuan: float) -> str:
    """Yuan in whole 万元, as the plan writes 15,100万元."""
    return f"{yuan / 1e4:,.0f}万元"


def asked(figure: PlanFigure, more: str = "") -> str:
    """目标15,100万元，年底前（主要目标）."""
    deadline = f"，{figure.deadline}" if figure.deadline else ""
    return f"目标{more}{figure.text}{deadline}（{figure.clause.split('；')[0]}）"


def _lines(*words: str) -> tuple[str, ...]:
    return tuple(w for w in words if w)


def _tiles(snapshot: Snapshot, question: Question) -> tuple[Tile, ...]:
    return (
        _matching_tile(snapshot, question.area),
        _total_tile(snapshot, question.area),
        _spending_tile(snapshot, question),
        _share_tile(snapshot, question.area),
        _notice_tile(snapshot, question.area),
        _audit_tile(snapshot, question.area),
    )


def _matching_tile(snapshot: Snapshot, area: Area) -> Tile:
    """County money in place (下达) against 15,100万元, and not below last year's (要点21)."""
    reading = number(snapshot, "county_matching_yuan", area)
    figure = latest_plan(snapshot.as_of)["county_matching_yuan"]
    planned = number(snapshot, "county_matching_yuan_planned", area)
    last_words = _last_year_words(snapshot, area, planned)
    if reading.value is None:
        return Tile(
            "县级配套到位", reading.text, "", reading.status, "",
            _lines(f"计划安排{wan(planned.value)}" if planned.value is not None else "", asked(figure)), note(reading),
        )  # fmt: skip
    return Tile(
        "县级配套到位（下达）",
        wan(reading.value),
        "",
        reading.status,
        reading.status_words,
        _lines(f"目标{figure.text}", f"{figure.deadline}（{figure.clause}）", last_words),
        note(reading, planned),
    )


def _last_year_words(snapshot: Snapshot, area: Area, planned: Reading) -> str:
    compared = number(snapshot, "county_matching_to_last_year", area)
    year = snapshot.as_of.year - 1
    if compared.denominator is None or planned.value is None:
        return f"{year}年{NOT_REPORTED}，不能比（要点21）"
    more = planned.value - told(compared.indicator, compared.denominator)
    verdict = f"高{wan(more)}" if more > 0 else "持平" if more == 0 else f"低{wan(-more)}"
    return f"计划比{year}年{verdict}（要点21）"


def _total_tile(snapshot: Snapshot, area: Area) -> Tile:
    reading = number(snapshot, "transition_fund_total_yuan", area)
    planned = number(snapshot, "transition_fund_total_yuan_planned", area)
    figure = latest_plan(snapshot.as_of)["transition_fund_total_yuan"]
    arranged = f"计划安排{wan(planned.value)}" if planned.value is not None else ""
    if reading.value is None:
        return Tile(
            "资金总规模",
            reading.text,
            "",
            reading.status,
            "",
            _lines(arranged, asked(figure, "超过")),
            note(reading),
        )
    left = figure.value - reading.value
    return Tile(
        "资金总规模（下达）",
        wan(reading.value),
        "",
        reading.status,
        reading.status_words,
        _lines(
            f"目标超过{figure.text}",
            f"{figure.deadline}（{figure.clause}）",
            "，".join(_lines(f"还差{wan(left)}" if left > 0 else "", arranged)),
        ),
        note(reading, planned),
    )


def _spending_tile(snapshot: Snapshot, question: Question) -> Tile:
    tile = spending_tile(snapshot, question)
    rate = number(snapshot, "disbursement_rate", question.area)
    paid = number(snapshot, "disbursed_yuan", question.area)
    if rate.value is None or paid.value is None:
        return tile
    gap = pace_points(snapshot, rate) or 0.0
    return replace(
        tile,
        beside=f"序时{write(spending_pace(snapshot.as_of), Unit.RATE)}",
        lines=_lines(
            f"{stale_words(snapshot, rate)}{'高' if gap >= 0 else '低'}{abs(gap):.1f}个百分点",
            f"已支付{wan(paid.value)}",
            "按计划完成资金拨付（主要目标）",
        ),
    )


def _share_tile(snapshot: Snapshot, area: Area) -> Tile:
    main, whole = (number(snapshot, key, area) for key in (MAIN_SHARE, "industry_share_with_integrated"))
    figure = latest_plan(snapshot.as_of)["industry_share"]
    return Tile(
        "产业占比（四级）",
        main.text,
        f"含整合{whole.text}",
        main.status,
        main.status_words,
        _lines(
            f"不低于{figure.text}（{figure.clause.split('、')[0]}）",
            f"含整合资金{_holds(whole, figure)}",
            change_words(main),
        ),
        note(main, whole),
    )


def _holds(reading: Reading, figure: PlanFigure) -> str:
    if reading.value is None:
        return reading.text
    return f"守住{figure.text}" if reading.value >= figure.value else f"不到{figure.text}"


def _notice_tile(snapshot: Snapshot, area: Area) -> Tile:
    """The lowest of the three levels large, all three beside each other."""
    readings = {level: number(snapshot, f"public_notice_rate_{level}", area) for level in LEVELS}
    figure = latest_plan(snapshot.as_of)["public_notice_rate"]
    told = {level: r for level, r in readings.items() if r.value is not None}
    lowest = min(told, key=lambda level: told[level].value or 0.0) if told else "village"
    reading = readings[lowest]
    missing = (
        f"{LEVELS[lowest]}{reading.denominator - reading.numerator}个项目未公告公示"
        if reading.denominator is not None and reading.numerator is not None
        else ""
    )
    return Tile(
        "公告公示率（最低一级）",
        reading.text,
        LEVELS[lowest],
        reading.status,
        reading.status_words,
        _lines(
            f"目标{figure.text}（{figure.clause}）",
            "　".join(f"{LEVELS[k]}{r.text}" for k, r in readings.items()),
            missing,
        ),
        note(*readings.values()),
    )


def _audit_tile(snapshot: Snapshot, area: Area) -> Tile:
    """审计、监察全覆盖（要点21）, from the monthly indicator report."""
    reading = number(snapshot, "audit_coverage_rate", area)
    counts = ""
    if reading.numerator is not None and reading.denominator:
        counts = "/".join(f"{told(reading.indicator, n):g}" for n in (reading.numerator, reading.denominator))
    return Tile(
        "审计监察覆盖率", reading.text, counts, reading.status, reading.status_words,
        _lines("目标全覆盖（要点21）", change_words(reading)), note(reading),
    )  # fmt: skip


def _sources(snapshot: Snapshot, area: Area) -> Sources:
    paid: dict[str, float] | None = None
    if spending.has_payment_ledger(snapshot, area):
        payments = spending.by_month(snapshot, area)
        paid = {s: sum((m.by_source or {}).get(s, 0) for m in payments) / 1e6 for s in SOURCES}
    lines = []
    for source, name in SOURCES.items():
        planned = number(snapshot, f"fund_{source}_yuan_planned", area)
        down = number(snapshot, f"fund_{source}_yuan", area)
        lines.append(
            SourceLine(
                name,
                _wan(planned.value),
                _wan(down.value),
                paid[source] if paid else None,
                (
                    wan(planned.value) if planned.value is not None else planned.text,
                    wan(down.value) if down.value is not None else down.text,
                    f"{paid[source]:,.0f}万元" if paid else NOT_REPORTED,
                ),
            )
        )
    total = number(snapshot, "transition_fund_total_yuan", area)
    planned = number(snapshot, "transition_fund_total_yuan_planned", area)
    if total.value is not None and planned.value:
        title = f"已下达{wan(total.value)}，占计划{write(total.value / planned.value, Unit.RATE)}"
    elif planned.value is not None:
        title = f"计划安排{wan(planned.value)}，下达为{COUNTY_LEVEL_TEXT}"
    else:
        title = f"资金来源：{planned.text}"
    remark = "" if paid else "没有支付台账，分来源支付未报。"
    return Sources(title, tuple(lines), remark + missing_words(planned), note(total, planned))


def _wan(yuan: float | None) -> float | None:
    return None if yuan is None else yuan / 1e4


def _spending(snapshot: Snapshot, area: Area) -> Spending:
    rate = number(snapshot, "disbursement_rate", area)
    paid = number(snapshot, "disbursed_yuan", area)
    settings = spending_settings(snapshot.as_of)
    year = snapshot.as_of.year
    ends = [date(year + m // 12, m % 12 + 1, 1) - timedelta(days=1) for m in range(1, 13)]
    months = tuple(_month(m) for m in spending.by_month(snapshot, area))
    if (gap := pace_points(snapshot, rate)) is not None:
        title = f"{stale_words(snapshot, rate)}支出率{rate.text}，比序时进度{'高' if gap >= 0 else '低'}{abs(gap):.1f}个百分点"
    elif paid.value is not None:
        title = f"已支付{paid.text}；支出率为{COUNTY_LEVEL_TEXT}"
    else:
        title = f"支出：{paid.text}"
    remark = (
        settings.pace_words + "。" + ("" if spending.has_payment_ledger(snapshot, area) else "分来源未报。")
    )
    back = [m.name for m in months if m.total < 0]
    return Spending(
        title,
        spending.rate_history(snapshot, area) if area.kind == "county" else (),
        tuple((end, settings.pace(end)) for end in ends),
        months,
        _months_title(months),
        remark + (f"{'、'.join(back)}为冲回。" if back else ""),
        note(rate, paid),
        _forecast_words(snapshot, area),
    )


def _forecast_words(snapshot: Snapshot, area: Area) -> str:
    """By the county's next node, else by the year's end."""
    nodes = [n.on for n in spending_settings(snapshot.as_of).node if n.on > snapshot.as_of]
    found = forecast.outlook(snapshot, area, min(nodes, default=date(snapshot.as_of.year, 12, 31)))
    if isinstance(found, NoForecast):
        return f"不作预测：{found.reason}"
    total = number(snapshot, "transition_fund_total_yuan", area)
    return paid_words(found, total.value)


def _month(month: spending.MonthSpending) -> MonthBar:
    name = f"{month.first}月" if month.first == month.last else f"{month.first}—{month.last}月"
    sources = None
    if month.by_source is not None:
        sources = tuple((SOURCES[s], fen / 1e6) for s, fen in month.by_source.items())
    return MonthBar(name, month.fen / 1e6, sources)


def _months_title(months: tuple[MonthBar, ...]) -> str:
    if not months:
        return f"各月支付：{NOT_REPORTED}"
    last = months[-1]
    return (
        f"{last.name}支付{last.total:,.0f}万元"
        if last.total >= 0
        else f"{last.name}冲回{-last.total:,.0f}万元"
    )


def _shares(snapshot: Snapshot, area: Area) -> Shares:
    figure = latest_plan(snapshot.as_of)["industry_share"]
    shares, readings = [], []
    for name, key in SHARES:
        reading = number(snapshot, key, area)
        readings.append(reading)
        status = reading.status
        if reading.value is not None and area.kind == "county":
            status = Status.ON_TRACK if reading.value >= figure.value else Status.BEHIND
        counts = ""
        if reading.numerator is not None and reading.denominator:
            counts = f"{reading.numerator / 1e6:,.0f} / {reading.denominator / 1e6:,.0f}万元"
        shares.append(Share(name, reading.value, reading.text, counts, status, key == MAIN_SHARE))
    main, whole = readings[-2], readings[-1]
    title = f"产业占比：{main.text}"
    if main.value is not None and area.kind != "county":
        title = f"产业占比：四级{main.text}，含整合{whole.text}"
    elif main.value is not None:
        title = f"四级{main.text}{_holds(main, figure)}，含整合{whole.text}{_holds(whole, figure)}"
    words = f"右侧为产业类/全部，万元。计划未写明分母，本页所称产业占比是四级合计。{figure.text}为全县的计划下限（{figure.clause}）。"
    return Shares(title, tuple(shares), figure.value, words, note(main, whole, *readings[:-2]))


def _comparison(snapshot: Snapshot, area: Area, tree: PlaceTree) -> Comparison:
    period = period_of("projects", snapshot.as_of)
    columns = ("name", "department", "unpaid_reason")
    mentions = snapshot.mentions("projects", period, area.root)
    silent = [
        u for u, m in mentions.items() if not m.is_reported and any(u == t.code for t in area.townships)
    ]
    payments = spending.by_project(snapshot, area)
    ledger = spending.has_payment_ledger(snapshot, area)
    pace = 100 * spending_pace(snapshot.as_of)
    every = [
        _project(
            row,
            tree,
            snapshot.as_of,
            payments.get(row.key, spending.ProjectPayments()) if ledger else None,
            pace,
        )
        for code in area.codes
        for row in snapshot.rows(COUNTING, code, period, columns)
        if row.leaf[:9] not in silent
    ]
    every.sort(key=lambda p: (p.parting is not Parting.MONEY_AHEAD, -abs(p.gap or 0)))
    settings = spending_settings(snapshot.as_of)
    behind, ahead = (
        number(snapshot, key, area)
        for key in ("projects_works_ahead_of_money", "projects_money_ahead_of_works")
    )
    title = f"支付落后于工程{behind.text}，超前于工程{ahead.text}"
    if behind.value is None:
        title = f"工程与支付：{behind.text}"
    margin = f"形象进度高出支付比例{settings.works_ahead_points:g}个百分点以上，或支付比例高出形象进度{settings.money_ahead_points:g}个百分点以上"
    names = "、".join(tree[u].name for u in silent)
    return Comparison(
        title,
        margin,
        (settings.works_ahead_points, settings.money_ahead_points),
        tuple(p for p in every if p.parting is not Parting.TOGETHER),
        tuple(every),
        f"{names}{NOT_REPORTED}，未列入" if names else "",
        note(behind, ahead),
    )


def _project(
    row: Any, tree: PlaceTree, on: date, payments: spending.ProjectPayments | None, pace: float
) -> ProjectMoney:
    both = works_and_money(row, on)
    planned = planned_fen(row)
    parting = both.parting if both else Parting.TOGETHER
    if row.is_terminated:
        words = "已终止"
    elif both is None:
        words = NOT_REPORTED
    else:
        words = PARTING_WORDS[parting]
    share = 100 * row.paid_fen / planned if planned and row.paid_fen is not None else None
    return ProjectMoney(
        row.key,
        row.name,
        tree.label(row.leaf).split("/")[0],
        row.department,
        planned / 1e6,
        row.paid_fen / 1e6 if row.paid_fen is not None else None,
        both.works if both else None,
        share,
        both.gap if both else None,
        parting,
        words,
        row.unpaid_reason,
        share - pace if share is not None else None,
        tuple(payments.by_source[s] / 1e6 for s in SOURCES) if payments else None,
        tuple(payments.by_month[m] / 1e6 for m in range(1, on.month + 1)) if payments else None,
    )
