"""Forecasts in a reader's words, and the page that tells their record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil, floor

from core.forecasts import households, money, projects, record
from core.forecasts.backtest import HorizonRecord
from core.forecasts.backtest import record as record_of
from core.forecasts.completion import LEAST_CUTOFFS, NO_HISTORY
from core.forecasts.projects import CountOutlook, NoForecast, ProjectOutlook
from core.places import Area, PlaceTree
from core.store import Snapshot
from core.units import Unit, day, short_day, write
from core.units import money as money_words
from core.views.common import Question

LIKELY_LATE = 0.5  # below this chance to stand by the deadline a project is 难以按期竣工


def completion_words(o: CountOutlook) -> str:
    """照此进度，9月30日前预计竣工206个左右（200—212），比计划少32个; nothing is forecast where all are finished."""
    if not o.projects:
        return "已全部竣工" if o.done == o.planned else f"除终止的{o.planned - o.done}个外，已全部竣工"
    gap = o.planned - o.middle
    compare = "与计划持平" if gap == 0 else f"比计划{'少' if gap > 0 else '多'}{abs(gap)}个"
    return (
        f"照此进度，{short_day(o.deadline)}前预计竣工{o.middle}个左右{range_words(o.low, o.high)}，{compare}"
    )


def range_words(low: float | None, high: float | None, unit: str = "") -> str:
    """（200—212）; empty where there is no range, or nothing uncertain in it."""
    if low is None or high is None or low == high:
        return ""
    return f"（{low:,.0f}—{high:,.0f}{unit}）"


def all_on_time_words(o: CountOutlook) -> str:
    """How likely all of them stand by the deadline. However they hang together: never more than the least likely
    one, never less than if no two failed at once."""
    if not o.projects:
        return "已全部竣工"
    most = min(p.chance for p in o.projects)
    least = 1 - sum(1 - p.chance for p in o.projects)
    if most < 0.01 or least > 0.99:
        return f"全部按期竣工的可能性{chance_words(most if most < 0.01 else least)}"
    if most - least < 0.01:
        return f"全部按期竣工的可能性为{most:.0%}"
    if most > 0.99:
        return f"全部按期竣工的可能性至少{max(floor(least * 100 + 1e-9), 0)}%"
    return f"全部按期竣工的可能性最多{ceil(most * 100)}%"


def chance_words(chance: float) -> str:
    """A single project's chance: 37%, 不到1%, 超过99%."""
    if chance < 0.01:
        return "不到1%"
    return "超过99%" if chance > 0.99 else f"{chance:.0%}"


def expected_words(p: ProjectOutlook) -> str:
    """11月4日（9月20日—次年1月6日）; later than the history reaches is said so."""
    if p.middle is None:
        return "难以预计"
    early = _day_after(p.early, p.seen_on) if p.early else ""
    late = _day_after(p.late, p.seen_on) if p.late else "更晚"
    return f"{_day_after(p.middle, p.seen_on)}（{early}—{late}）"


def _day_after(on: date, than: date) -> str:
    return short_day(on) if on.year == than.year else f"{on.year}年{short_day(on)}"


def remaining_words(o: households.RemainingOutlook) -> str:
    """照此进度，12月31日预计尚有1,073户（947—1,198）未消除."""
    return f"照此进度，{short_day(o.by)}预计尚有{o.middle:,}户左右{range_words(o.low, o.high)}未消除"


def paid_words(o: money.PaymentOutlook, allocated: float | None) -> str:
    """照此进度，12月31日前预计支付2.78亿元（2.60—2.96亿元），支出率96%."""
    span = (
        f"（{money_words(o.low)}—{money_words(o.high)}）" if o.low is not None and o.high is not None else ""
    )
    said = f"照此进度，{short_day(o.by)}前预计支付{money_words(o.expected)}左右{span}"
    if not allocated:
        return said
    if o.expected > allocated:  # what is planned for later has not been allocated yet
        return f"{said}，现已下达{money_words(allocated)}"
    return f"{said}，为已下达的{write(o.expected / allocated, Unit.RATE)}"


def completion(snapshot: Snapshot, area: Area) -> CountOutlook | NoForecast:
    """The outlook of an area's projects, worked out once for a page; none once the deadline has passed."""
    found = snapshot.once(("completion", area), lambda: projects.outlook(snapshot, area))
    if isinstance(found, CountOutlook) and found.deadline <= snapshot.as_of:
        return NoForecast(f"{short_day(found.deadline)}已到，不再预测")
    return found


# ---- 预测记录 -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class IssuedLine:
    """A forecast that was issued, in words."""

    subject: str
    as_of: str
    target: str
    said: str
    happened: str
    verdict: str


@dataclass(frozen=True)
class HorizonLine:
    """The backtest at one horizon, in words."""

    horizon: str
    n: str
    base_rate: str
    planned: str
    ours: str
    coverage: str


@dataclass(frozen=True)
class ReliabilityPoint:
    """Forecasts of about one probability, and how many of them came true."""

    said: float
    came: float
    n: int


@dataclass(frozen=True)
class NextExport:
    """What an export let expect of the next one, and what it said."""

    made_on: str
    judged_on: str
    expected: str
    happened: str
    miss: str


@dataclass(frozen=True)
class Record:
    """The whole page 预测记录."""

    title: str
    issued: tuple[IssuedLine, ...]
    backtest_title: str
    horizons: tuple[HorizonLine, ...]
    reliability_title: str
    reliability: tuple[ReliabilityPoint, ...]
    next_title: str
    next_ledger: tuple[NextExport, ...]
    next_export: tuple[NextExport, ...]
    method: tuple[str, ...]
    as_of: str


HORIZONS = (30, 90, 180)

METHOD = (
    "项目：用本县历年项目的“实际工期 ÷ 计划工期”，未竣工的按截尾计；同类型项目越多，越看同类型；"
    "已知的（开工没有、过计划多少天、多久没有进展）作为条件。",
    "近来快慢：过去各期预计竣工的与实际竣工的一比，近的比重大；普遍变慢、变快或逢季末集中竣工，都跟着改。",
    "个数的区间：把方法放回过去各期台账，看偏差有多大，取八成落在其中的宽度（分割保形）；上一次没落在其中就放宽一些，"
    "落在其中就收窄一些；不假设项目之间互不影响。",
    "监测对象：按类型、主要风险、识别时间长短的消除快慢，加新识别、回退和移出；兜底户、识别未满6个月的不计入可消除。",
    "资金：未开工、在建、已竣工项目的未付资金，按历次台账之间的支付快慢推算，不超过已安排资金。",
    "只用预测当日已收到的表；后来才补报、才更正的，当日不知道，也就不用。",
)


def forecast_record(snapshot: Snapshot, question: Question, _tree: PlaceTree) -> Record:
    """Issued forecasts against what happened, and today's method on what was known then: the method is judged by the
    whole county, for who may see it."""
    area = question.area
    county = area.root
    issued = record.issued(snapshot, area)
    sees_county = snapshot.scope.covers(county)
    past = {
        h: projects.past_record(snapshot, county, h) if sees_county else record_of(h, []) for h in HORIZONS
    }
    shown = past[90] if past[90].n else past[30]
    judged = [i for i in issued if i.held is not None]
    held = sum(bool(i.held) for i in judged)
    ledgers = projects.next_ledger_record(snapshot, county) if sees_county else ()
    exports = households.next_export_record(snapshot, county) if sees_county else ()
    skill = shown.skill["ours"] if shown.skill else None
    title = f"{area.name}已发布{len(issued)}次预测" + (
        f"，已见分晓{len(judged)}次，{held}次落在区间内" if judged else "，目标日未到，尚无分晓"
    )
    backtest_title = (
        f"把方法放回过去：{shown.days}天预测的误差比“按历史比率猜”小{skill:.0%}"
        if skill is not None and skill > 0
        else f"把方法放回过去：{shown.days}天预测不比“按历史比率猜”好，请慎用"
        if skill is not None
        else f"历史太短，不能检验（{NO_HISTORY}）"
        if sees_county
        else "方法按全县的历史检验，由看全县的账号查看"
    )
    return Record(
        title,
        tuple(map(_issued_line, reversed(issued))),
        backtest_title,
        tuple(_horizon_line(r) for r in past.values() if r.n),
        _reliability_title(shown) if sees_county else "说到做到的程度",
        tuple(
            ReliabilityPoint(b.forecast, b.observed, b.n)
            for b in shown.reliability
            if b.forecast is not None and b.observed is not None
        ),
        "本年各期台账，用下一期检验（全县）" + _next_words(ledgers, exports),
        tuple(
            NextExport(
                short_day(j.made_on),
                short_day(j.judged_on),
                f"{j.expected:.0f}个{range_words(j.low, j.high)}",
                f"{j.happened}个",
                _signed(j.happened - j.expected, "个"),
            )
            for j in ledgers
        ),
        tuple(
            NextExport(
                short_day(j.made_on),
                short_day(j.judged_on),
                f"{j.expected:,.0f}户{range_words(j.low, j.high)}",
                f"{j.happened:,}户",
                _signed(j.happened - j.expected, "户"),
            )
            for j in exports
        ),
        METHOD,
        day(snapshot.as_of),
    )


def _next_words(ledgers: Sequence[projects.JudgedCount], exports: Sequence[households.Judged]) -> str:
    """：竣工数4期中3期落在区间内，未消除户数1期中1期; what has no range yet is said so."""
    told = []
    for name, judged in (("竣工数", ledgers), ("未消除户数", exports)):
        ranged = [j.low <= j.happened <= j.high for j in judged if j.low is not None and j.high is not None]
        if ranged:
            told.append(f"{name}{len(ranged)}期中{sum(ranged)}期落在区间内")
        elif judged:
            told.append(f"{name}的过去不足{LEAST_CUTOFFS}次，还没有区间")
    return f"：{'，'.join(told)}" if told else ""


def _signed(amount: float, unit: str) -> str:
    """+16个, −8户, 0个."""
    whole = round(amount)
    return f"{whole:+d}{unit}".replace("-", "−") if whole else f"0{unit}"


def _issued_line(i: record.Issued) -> IssuedLine:
    def tell(value: float) -> str:
        return money_words(value) if i.subject == "paid" else f"{value:,.0f}"

    span = f"（{tell(i.low)}—{tell(i.high)}）" if i.low is not None and i.high is not None else ""
    verdict = {True: "● 落在区间内", False: "▲ 落在区间外", None: "○ 未到目标日"}[i.held]
    if i.happened is not None and i.held is None:
        verdict = "○ 当时历史太短，没有区间"
    return IssuedLine(
        record.SUBJECTS[i.subject],
        short_day(i.as_of),
        short_day(i.target_on),
        f"{tell(i.expected)}左右{span}",
        "" if i.happened is None else tell(i.happened),
        verdict,
    )


def _horizon_line(r: HorizonRecord) -> HorizonLine:
    skill = r.skill or {}

    def better(name: str) -> str:
        return f"{skill[name]:+.2f}".replace("-", "−") if name in skill else "—"

    coverage = (
        f"{r.count_coverage:.0%}（平均宽度为在建数的{r.count_width:.0%}）"
        if r.count_coverage is not None and r.count_width is not None
        else f"过去的截止日不足{LEAST_CUTOFFS}个"
    )
    return HorizonLine(
        f"{r.days}天",
        f"{r.n:,}个预测，{r.cutoffs}期台账",
        f"{r.base_rate:.0%}" if r.base_rate is not None else "—",
        better("planned"),
        better("ours"),
        coverage,
    )


def _reliability_title(r: HorizonRecord) -> str:
    bins = [b for b in r.reliability if b.forecast is not None and b.observed is not None and b.n >= 20]
    if not bins:
        return "说到做到的程度：预测太少，看不出"
    off = sum(b.n * abs((b.forecast or 0) - (b.observed or 0)) for b in bins) / sum(b.n for b in bins)
    return f"说的可能性与实际相差平均{off * 100:.0f}个百分点（{r.days}天）"
