"""总览: is the year on course?"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.forecasts import households
from core.forecasts.projects import CountOutlook, NoForecast
from core.indicators.indicator import (
    NOT_REPORTED,
    WHOLE_COUNTIES,
    Reading,
    Status,
    data_days,
    spare,
)
from core.ledgers import period_of
from core.places import Area, PlaceTree, whole
from core.plan import latest_plan
from core.store import Snapshot
from core.units import Unit, money, short_day, write
from core.views.common import (
    Note,
    Question,
    Tile,
    change_words,
    load,
    note,
    number,
    pace_points,
    pace_words,
    parts_of,
    stale_words,
    unit_word,
    units_of,
)
from core.views.forecasts import (
    LIKELY_LATE,
    all_on_time_words,
    completion,
    completion_words,
    remaining_words,
)
from core.views.map import MapView, township_map


@dataclass(frozen=True)
class Forecast:
    """Where a count will stand at a later day; `low` and `high` hold it in 8 of 10 cases, None without a range."""

    since: date
    by: date
    start: int
    expected: int
    low: int | None
    high: int | None


@dataclass(frozen=True)
class Trajectory:
    """Remaining households on each data date, against the straight line that the year asks for."""

    title: str
    points: tuple[tuple[date, int], ...]
    pace: tuple[tuple[date, float], ...]
    goal_words: str
    note: Note
    forecast: Forecast | None = None
    forecast_words: str = ""  # the forecast in a sentence, or why there is none


@dataclass(frozen=True)
class ProjectBar:
    """A township's projects: finished, on course, and those of which `late_words` holds."""

    name: str
    completed: int
    on_course: int
    late: int
    reported: bool = True


@dataclass(frozen=True)
class ProjectBars:
    """Projects by township, those with the most late ones first. Late is 难以按期竣工 by the forecast; without one,
    past the planned day."""

    title: str
    bars: tuple[ProjectBar, ...]
    note: Note
    on_course_words: str
    late_words: str
    chance_words: str = ""  # how likely all of them stand by the deadline


@dataclass(frozen=True)
class Comparison:
    """A table of areas: finished words, with the completion rate as a number for its bar."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]
    note: Note


@dataclass(frozen=True)
class Overview:
    """The whole page."""

    tiles: tuple[Tile, ...]
    trajectory: Trajectory
    projects: ProjectBars
    map: MapView | None  # there is no map above the county
    comparison: Comparison | None  # the parts side by side, above the county


def overview(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Overview:
    """The page for an area on a day."""
    load(snapshot, question.area)
    return Overview(
        tiles=tiles(snapshot, question),
        trajectory=trajectory(snapshot, question),
        projects=project_bars(snapshot, question, tree),
        map=None
        if question.area.is_above_county
        else township_map(snapshot, question, tree, "projects_completed_rate"),
        comparison=comparison(snapshot, question, tree) if question.area.is_above_county else None,
    )


def tiles(snapshot: Snapshot, question: Question) -> tuple[Tile, ...]:
    """The five numbers of the year."""
    area = question.area
    remaining = number(snapshot, "monitored_households_remaining", area)
    persons = number(snapshot, "monitored_persons_remaining", area)
    r1 = number(snapshot, "risk_elimination_rate_r1_households", area)
    improper = number(snapshot, "baseline_improper_households", area)
    r1_persons = number(snapshot, "risk_elimination_rate_r1_persons", area)
    return (
        Tile(
            "风险未消除监测对象",
            remaining.text,
            persons.text,
            remaining.status,
            remaining.status_words,
            _lines(
                _pace_words(remaining, stale_words(snapshot, remaining)),
                change_words(remaining),
                silent_words(remaining),
            ),
            note(remaining, persons),
        ),
        Tile(
            "存量消除率（基准日存量）",
            r1.text,
            f"按人{r1_persons.text}" if r1_persons.value is not None else "",
            r1.status,
            r1.status_words,
            _lines(
                f"已标注消除{r1.numerator:,}户 / 基准{r1.denominator:,}户" if r1.value is not None else "",
                f"其中{improper.text}未通过审慎退出核查" if improper.value else "",
                change_words(r1),
            ),
            note(r1, r1_persons, improper),
        ),
        _projects_tile(snapshot, question),
        spending_tile(snapshot, question),
        _industry_tile(snapshot, question),
    )


def _lines(*words: str) -> tuple[str, ...]:
    return tuple(w for w in words if w)


def silent_words(reading: Reading) -> str:
    """小史店镇未报，沿用上次; empty where all reported."""
    return (
        f"{'、'.join(reading.missing[:2])}{'等' if len(reading.missing) > 2 else ''}未报，沿用上次"
        if reading.missing
        else ""
    )


def _pace_words(reading: Reading, since: str) -> str:
    if reading.value is None or reading.target is None or reading.target.pace is None:
        return ""
    compare = pace_gap_words(reading.value, reading.target.pace)
    return f"{since}{compare}（{short_day(reading.as_of) if since else ''}应不高于{round(reading.target.pace):,}户）"


def pace_gap_words(remaining: float, pace: float) -> str:
    """比序时进度多61户, 与序时进度持平."""
    gap = round(remaining - pace)
    return "与序时进度持平" if gap == 0 else f"比序时进度{'多' if gap > 0 else '少'}{abs(gap):,}户"


def weekly(left: int, days: int) -> int:
    """How many a week finish `left` projects in `days` days, rounded up: half a project does not finish."""
    return -(-left * 7 // days)


def _projects_tile(snapshot: Snapshot, question: Question) -> Tile:
    area = question.area
    done = number(snapshot, "projects_completed", area)
    planned = number(snapshot, "projects_planned", area)
    rate = number(snapshot, "projects_completed_rate", area)
    deadline = latest_plan(snapshot.as_of)["projects_completed_rate"].by
    days = (deadline - snapshot.as_of).days if deadline else 0
    words = []
    if done.value is not None and planned.value is not None and deadline:
        left = int(planned.value - done.value)
        if left == 0:
            words.append("已全部竣工")
        elif days > 0:
            words.append(f"距{short_day(deadline)}还有{days}天，每周需竣工{weekly(left, days)}个")
            outlook = completion(snapshot, area)
            if isinstance(outlook, CountOutlook):
                words.append(completion_words(outlook))
            else:
                words.append(change_words(done))
        else:
            passed = f"{short_day(deadline)}已过{-days}天" if days else f"{short_day(deadline)}时限已到"
            words.append(f"{passed}，尚有{left}个未竣工")
            words.append(change_words(done))
    return Tile(
        "项目竣工",
        f"{done.text}" if done.value is None else f"{int(done.value):,}",
        f"/ {planned.text}　{rate.text}" if planned.value is not None else "",
        rate.status,
        rate.status_words,
        _lines(*words),
        note(rate, done, planned),
    )


def spending_tile(snapshot: Snapshot, question: Question) -> Tile:
    """支出率 against 序时进度; below the county, where 下达 is not kept, the money paid."""
    paid = number(snapshot, "disbursed_yuan", question.area)
    rate = number(snapshot, "disbursement_rate", question.area)
    total = number(snapshot, "transition_fund_total_yuan", question.area)
    if question.area.kind not in WHOLE_COUNTIES:
        return Tile(
            "已支付资金",
            paid.text,
            "",
            paid.status,
            paid.status_words,
            _lines(change_words(paid)),
            note(paid),
        )
    words = []
    gap = pace_points(snapshot, rate)
    if gap is not None:
        words.append(f"{pace_words(snapshot, rate)}，{'高' if gap >= 0 else '低'}{abs(gap):.1f}个百分点")
        words.append(f"已支付{paid.text} / 已下达{total.text}")
        words.append(change_words(rate))
    status = rate.status if gap is None else (Status.ON_TRACK if gap >= 0 else Status.BEHIND)
    words_of = {Status.ON_TRACK: "正常", Status.BEHIND: "滞后"}
    return Tile(
        "资金支出率",
        rate.text,
        "",
        status,
        words_of.get(status, rate.status_words),
        _lines(*words),
        note(rate, paid, total),
    )


def _industry_tile(snapshot: Snapshot, question: Question) -> Tile:
    main = number(snapshot, "industry_share", question.area)
    whole = number(snapshot, "industry_share_with_integrated", question.area)
    words = []
    if main.value is not None and main.denominator and main.numerator is not None:
        more = spare(main)
        if main.target and more is not None:
            words.append(
                f"下限{write(main.target.value, Unit.RATE)}，{'余量' if more >= 0 else '差'}{money(abs(more))}"
            )
        words.append(f"含整合资金为{whole.text}")
    return Tile(
        "产业占比（四级衔接资金）",
        main.text,
        money(main.numerator / 100) if main.numerator is not None else "",
        main.status,
        main.status_words,
        _lines(*words),
        note(main, whole),
    )


def trajectory(snapshot: Snapshot, question: Question) -> Trajectory:
    """Remaining households over the year, and the line from the baseline to the safety net at the year's end."""
    area = question.area
    reading = number(snapshot, "monitored_households_remaining", area)
    period = period_of("monitored", snapshot.as_of)
    figure = latest_plan(snapshot.as_of)["risk_elimination_rate"]
    last = reading.carried_as_of or snapshot.as_of  # 未报的月份没有点，不把沿用的数画成当月的
    days = [d for d in data_days(snapshot, "monitored", area) if d.year == snapshot.as_of.year and d <= last]
    points = tuple((d, snapshot.value(area.codes, "monitored.remaining.households", period, d)) for d in days)
    start = snapshot.value(area.codes, "monitored.baseline.households", period)
    held = snapshot.value(area.codes, "monitored.open_safety_net.households", period)
    pace: tuple[tuple[date, float], ...] = ()
    if start and figure.since and figure.by:
        pace = ((figure.since, start), (figure.by, held))
    if reading.value is None:
        title = f"监测对象风险：{reading.text}"
    elif reading.target and reading.target.pace is not None:
        since = stale_words(snapshot, reading)
        title = f"{since}未消除风险{reading.text}，{pace_gap_words(reading.value, reading.target.pace)}"
    else:
        title = "，".join(_lines(f"未消除风险{reading.text}", change_words(reading)))
    whole_goal = f"计划原目标为全部消除（{figure.clause.split('；')[0]}）"
    goal = f"年底线为兜底{held:,}户；{whole_goal}" if points else whole_goal
    found = households.outlook(snapshot, area)
    if isinstance(found, NoForecast):
        return Trajectory(title, points, pace, goal, note(reading), None, f"不作预测：{found.reason}")
    band = None
    if points and found.by > points[-1][0]:
        band = Forecast(points[-1][0], found.by, points[-1][1], found.middle, found.low, found.high)
    return Trajectory(title, points, pace, goal, note(reading), band, remaining_words(found) if band else "")


def project_bars(
    snapshot: Snapshot, question: Question, tree: PlaceTree, areas: Sequence[Area] = ()
) -> ProjectBars:
    """Projects of each township of the area; of the whole county when it is the county, of the parts above it.
    `areas` are others to part it by (a township's villages)."""
    outlook = completion(snapshot, question.area)
    forecast = isinstance(outlook, CountOutlook)
    likely_late: Counter[str] = Counter()
    if isinstance(outlook, CountOutlook):
        likely_late.update(
            code for p in outlook.projects if p.chance < LIKELY_LATE for code in {p.leaf, p.leaf[:9]}
        )
    bars = []
    for area in areas or units_of(question.area, tree):
        planned = number(snapshot, "projects_planned", area)
        done = number(snapshot, "projects_completed", area)
        overdue = number(snapshot, "projects_overdue", area)
        if planned.value is None or done.value is None or overdue.value is None:
            bars.append(ProjectBar(area.name.split("/")[-1], 0, 0, 0, reported=False))
            continue
        late = likely_late[area.codes[0]] if forecast else int(overdue.value)
        bars.append(
            ProjectBar(
                area.name.split("/")[-1], int(done.value), int(planned.value - done.value) - late, late
            )
        )
    bars.sort(key=lambda b: (-b.late, -(b.on_course), b.name))
    late_count = sum(b.late > 0 for b in bars)
    reading = number(snapshot, "projects_overdue", question.area)
    done_reading = number(snapshot, "projects_completed", question.area)
    by = f"{short_day(outlook.deadline)}前" if isinstance(outlook, CountOutlook) else ""
    hard = f"{by}难以竣工" if forecast else "已过计划竣工日"
    if reading.value is None:
        title = f"项目进度：{reading.text}"
    elif late_count:
        unit = unit_word(question.area)
        several = (
            f"{late_count}个{unit}{by}难以全部竣工"
            if forecast
            else f"{late_count}个{unit}有项目已过计划竣工日"
        )
        title = several if len(bars) > 1 else f"{bars[0].late}个项目{hard}"
    else:
        title = f"各项目都可能在{by}竣工" if forecast else "没有项目超过计划竣工日"
    on_course = "有望按期" if forecast else "未到计划竣工日"
    chance = all_on_time_words(outlook) if isinstance(outlook, CountOutlook) else ""
    return ProjectBars(title, tuple(bars), note(done_reading, reading), on_course, hard, chance)


COMPARED = (
    ("未消除（户）", "monitored_households_remaining"),
    ("措施落实率", "measures_rate"),
    ("项目竣工率", "projects_completed_rate"),
    ("按期竣工率", "projects_completed_on_time_rate"),
    ("已支付（万元）", "disbursed_yuan"),
    ("村级公示率", "public_notice_rate_village"),
)


def comparison(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Comparison:
    """The areas below the one asked for, side by side: a province's cities, a county's war zones, a township's
    villages. The bare elimination rate is not among them (要点8)."""
    if question.area.is_above_county:
        areas = [whole(part) for part in question.area.parts]
    else:
        areas = parts_of(question.area, tree, snapshot.as_of)
    if question.area.kind == "township":
        areas = sorted(areas, key=lambda a: -snapshot.value(a.codes, "monitored.remaining.households", 0))[:8]
    readings = [[number(snapshot, key, area) for _, key in COMPARED] for area in areas]
    rows = tuple(
        (area.name.split("/")[-1], *(_cell(r) for r in row))
        for area, row in zip(areas, readings, strict=True)
    )
    unit = {"county": "战区", "township": "村"}.get(question.area.kind, unit_word(question.area))
    return Comparison(
        f"各{unit}",
        (unit, *(name for name, _ in COMPARED)),
        rows,
        note(*[number(snapshot, key, question.area) for _, key in COMPARED]),
    )


def _cell(reading: Reading) -> str | float:
    """The completion rate as a number for its bar, everything else in finished words; — where nothing is due."""
    if reading.value is None:
        return NOT_REPORTED if reading.status is Status.NOT_REPORTED else "—"
    if reading.indicator.key == "projects_completed_rate":
        return reading.value
    if reading.indicator.unit is Unit.YUAN:
        return f"{reading.value / 1e4:,.0f}"
    if reading.indicator.unit is Unit.HOUSEHOLDS:
        return f"{int(reading.value):,}"
    return reading.text
