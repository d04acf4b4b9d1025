"""A playlist becomes a show: every slide made from the views that the pages draw, out of one revision of the store."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from core.geography import OUTLINE_NOTE, geography, village_points
from core.indicators.indicator import Reading, Status
from core.matters import head_of
from core.meeting import titles
from core.meeting.picture import columns as column_widths
from core.meeting.picture import width_of
from core.meeting.playlists import Playlist, area_of, offered
from core.meeting.slides import (
    AreaMap,
    Bar,
    Bars,
    Cell,
    Curve,
    Fact,
    Facts,
    Gauge,
    Gauges,
    Mark,
    Patch,
    Show,
    Slide,
    Table,
    TownMap,
)
from core.places import Area, Place, PlaceTree
from core.plan import latest_plan
from core.scope import Scope
from core.store import Snapshot, Store
from core.units import Unit, day, money, write
from core.views.common import (
    Note,
    Question,
    Tile,
    load,
    missing_words,
    note,
    number,
    pace_points,
    parts_of,
    stale_words,
)
from core.views.map import MapView, short, township_map
from core.views.overview import ProjectBar, Trajectory, project_bars, tiles, trajectory
from core.views.pilot_zones import PilotZone, pilot_zones

MOST_BARS = 7
SAID_FIRST = (Status.NOT_REPORTED, Status.BEHIND, Status.RECOVERING)
LIST_HEIGHT = 6.6  # rem left for the lines of a list, each as high as its longest cell wraps
LIST_SIZES = (54, 48, 42)

# 清单类的页（需要过问的事、上次会议交办）：由数据所在的模块给出各行的词。
ListSource = Callable[[Store, Scope, Area, date], tuple[Slide, ...]]


def show(
    store: Store,
    scope: Scope,
    tree: PlaceTree,
    playlist: Playlist,
    as_of: date,
    lists: Mapping[str, ListSource] | None = None,
) -> Show:
    """The playlist's slides and the township slides under them. Everything comes from one revision of the store.

    OutOfScope when the playlist's place is not the person's.
    """
    lists = lists or {}
    while True:
        revision = store.version()
        made = _show(store, store.snapshot(scope, as_of), scope, tree, playlist, lists, revision)
        if store.version() == revision:  # 制作期间没有新的导入，否则重做
            return made


def _show(
    store: Store,
    snapshot: Snapshot,
    scope: Scope,
    tree: PlaceTree,
    playlist: Playlist,
    lists: Mapping[str, ListSource],
    revision: int,
) -> Show:
    area = area_of(playlist, tree, snapshot.as_of)
    load(snapshot, area)
    known = offered(area, tree, snapshot.as_of, tuple(lists))
    slides: list[Slide] = []
    for key in dict.fromkeys(playlist.slides):
        if key not in known:
            continue
        if key in lists:
            slides.extend(lists[key](store, scope, area, snapshot.as_of))
        else:
            slides.append(slide(key, snapshot, area, tree))
    answerable = tuple((t.code, t.name, head_of(t)) for t in area.townships)
    shown = {s.id for s in slides}
    below = tuple(
        township_slide(snapshot, township, tree)
        for township in area.townships
        if area.kind != "township" and f"township-{township.code}" not in shown
    )
    if area.kind == "county":
        answerable = ((area.codes[0], area.name, ""), *answerable)
    return Show(
        playlist.name,
        area.name,
        day(snapshot.as_of),
        tuple(_placed(slide, area) for slide in slides),
        tuple(_placed(slide, area) for slide in below),
        answerable,
        snapshot.as_of,
        revision,
        store.is_demo(),
        playlist.dwell_seconds,
        playlist.theme,
    )


def _placed(slide: Slide, area: Area) -> Slide:
    kind, _, code = slide.id.partition("-")
    if kind in ("pilot", "township"):
        return replace(slide, code=code)
    return replace(slide, code=area.codes[0] if kind != "zone" and len(area.codes) == 1 else "")


def slide(key: str, snapshot: Snapshot, area: Area, tree: PlaceTree) -> Slide:
    """One slide of an area by its id, as `offered` lists them; KeyError for a list or an unknown one."""
    kind, _, code = key.partition("-")
    question = Question(area, snapshot.as_of)
    if kind == "pilot":
        town = Question(tree.township_area(tree[code]), snapshot.as_of)
        (zone,) = pilot_zones(snapshot, town, tree).zones
        return pilot_slide(zone, tree)
    if kind == "zone":
        return zone_slide(snapshot, int(code), tree)
    if kind == "township":
        return township_slide(snapshot, tree[code], tree)
    make = {
        "year": year_slide,
        "risk": risk_slide,
        "projects": projects_slide,
        "map": map_slide,
        "funds": funds_slide,
    }
    return make[kind](snapshot, question, tree)


def _fact(tile: Tile, most: int = 2) -> Fact:
    if tile.status is Status.NOT_REPORTED:
        detail = tile.text if tile.text != "未报" else ""
        return Fact(tile.name, "未报", "", tile.status, "未报", (detail,) if detail else ())
    lines = tuple(line.removeprefix("照此进度，") for line in tile.lines if "未报" not in line)[:most]
    return Fact(tile.name, tile.text, tile.beside, tile.status, tile.status_words, lines)


def _without_gap(tile: Tile) -> Fact:
    """Its distance from the pace stands in the slide's title already."""
    fact = _fact(tile)
    return replace(fact, lines=tuple(line for line in fact.lines if "序时进度" not in line))


def _joined(*notes: Note) -> Note:
    sources = dict.fromkeys(part for n in notes for part in n.source.split("；") if part)
    definitions = dict.fromkeys(part for n in notes for part in n.definition.split("　**") if part)
    return Note(
        notes[0].as_of, "；".join(sources), "　".join("**" + d.removeprefix("**") for d in definitions)
    )


def _missing(snapshot: Snapshot, area: Area, *keys: str) -> str:
    """监测对象信息：小史店镇未报，…; one sentence for each ledger that a township is missing from."""
    said: dict[str, str] = {}
    for key in keys:
        reading = number(snapshot, key, area)
        if words := missing_words(reading):
            said.setdefault(words, reading.indicator.name.split("（")[0])
    return "；".join(f"{name}：{words}" for words, name in said.items()) if len(area.townships) > 1 else ""


def year_slide(snapshot: Snapshot, question: Question, _tree: PlaceTree) -> Slide:
    """The year in five numbers."""
    shown = tiles(snapshot, question)
    return Slide(
        "year",
        "全年五个数",
        question.area.name,
        titles.year(shown),
        (Facts(tuple(_fact(t) for t in shown)),),
        _joined(*(t.note for t in shown)),
        _missing(snapshot, question.area, "monitored_households_remaining", "projects_completed"),
    )


def risk_slide(snapshot: Snapshot, question: Question, _tree: PlaceTree) -> Slide:
    """Remaining risk against the pace that the year asks for."""
    view = trajectory(snapshot, question)
    remaining, rate = tiles(snapshot, question)[:2]
    return Slide(
        "risk",
        "监测对象风险消除",
        question.area.name,
        view.title,
        (
            Facts((_without_gap(remaining), _fact(rate)), is_column=True),
            *_curves(view, snapshot.as_of),
        ),
        _joined(view.note, rate.note),
        _missing(snapshot, question.area, "monitored_households_remaining") or view.goal_words,
    )


def _curves(view: Trajectory, on: date) -> tuple[Curve, ...]:
    """The curve of the year; none where nobody reported: an axis without a line would look like zero."""
    if not view.points:
        return ()
    return (Curve(view.points, view.pace, on, _risk_words(view), _ahead(view)),)


def _risk_words(view: Trajectory) -> str:
    return "".join(f"{words}。" for words in (view.title, view.forecast_words, view.goal_words) if words)


def _ahead(view: Trajectory) -> tuple[date, int] | None:
    return (view.forecast.by, view.forecast.expected) if view.forecast else None


def projects_slide(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Slide:
    """Projects against 30 September, the most overdue townships (a township's villages) first."""
    view = project_bars(snapshot, question, tree)
    deadline = latest_plan(snapshot.as_of)["projects_completed_rate"].by or date(snapshot.as_of.year, 9, 30)
    done = tiles(snapshot, question)[2]
    is_forecast = "难以" in view.late_words
    title = titles.projects(view.bars, snapshot.as_of, deadline, is_forecast=is_forecast)
    codes = {t.name: f"township-{t.code}" for t in question.area.townships}
    shown, unit = view.bars, "乡镇"
    if question.area.kind == "township":
        shown, unit, codes = _by_village(snapshot, question, tree, view.bars[0]), "村", {}
    bars = tuple(
        Bar(b.name, b.completed, b.on_course, b.late, b.reported, codes.get(b.name, ""))
        for b in sorted(shown, key=lambda b: b.reported)[:MOST_BARS]
    )
    remark = ""
    if rest := len(shown) - len(bars):
        left_out = sum(b.late for b in shown) - sum(b.late for b in bars)
        hard = f"合计{left_out}个{view.late_words}" if left_out else f"没有{view.late_words}的"
        remark = f"其余{rest}个{unit}{hard}"
    return Slide(
        "projects",
        "项目建设",
        question.area.name,
        title,
        (Facts((_fact(done, 3),), is_column=True), Bars(bars, title, view.on_course_words, view.late_words)),
        _joined(done.note, view.note),
        _missing(snapshot, question.area, "projects_completed") or remark,
    )


def _by_village(
    snapshot: Snapshot, question: Question, tree: PlaceTree, whole: ProjectBar
) -> tuple[ProjectBar, ...]:
    """A township's villages that have projects, and what falls to no single village."""
    villages = parts_of(question.area, tree, snapshot.as_of)
    bars = project_bars(snapshot, question, tree, villages).bars
    told = tuple(b for b in bars if b.completed + b.on_course + b.late)
    rest = [
        amount - sum(getattr(b, name) for b in told)
        for name in ("completed", "on_course", "late")
        for amount in (getattr(whole, name),)
    ]
    return (*told, ProjectBar("跨村、村不详", *rest)) if any(rest) else told or (whole,)


def _patches(view: MapView, tree: PlaceTree, *, with_words: bool) -> tuple[Patch, ...]:
    by_name = {t.name: t for t in tree.townships}
    patches = []
    for t in view.townships:
        words = "未报" if t.status is Status.NOT_REPORTED else t.label
        first = by_name[t.members[0]]
        names = [short(name) for name in t.members]
        patches.append(
            Patch(
                t.name,
                "、".join(names) if with_words and len(names) > 1 else t.name if with_words else names[0],
                words if with_words and t.is_inside else "",
                t.status,
                t.is_inside,
                f"township-{first.code}" if t.is_inside else "",
            )
        )
    return tuple(patches)


def _map_note() -> str:
    return f"{geography().note}。{OUTLINE_NOTE}"


def map_slide(snapshot: Snapshot, question: Question, tree: PlaceTree) -> Slide:
    """The county by township: whose projects are behind the pace."""
    view = township_map(snapshot, question, tree, "projects_completed_rate")
    rates = [
        (t, number(snapshot, "projects_completed_rate", tree.township_area(t)))
        for t in question.area.townships
    ]
    title = titles.completion(question.area.name, [(t.name, rate.status) for t, rate in rates])
    behind = sorted(
        ((t, rate) for t, rate in rates if rate.status in SAID_FIRST),
        key=lambda one: (SAID_FIRST.index(one[1].status), one[1].value or 0.0),
    )[:MOST_BARS]
    rows = tuple(
        (Cell(t.name), Cell("未报" if rate.value is None else rate.text, rate.status)) for t, rate in behind
    )
    table = Table(("未到进度", "项目竣工率"), rows, tuple(f"township-{t.code}" for t, _ in behind))
    parts = (AreaMap(_patches(view, tree, with_words=False), title, view.together),)
    return Slide(
        "map",
        "各乡镇项目竣工",
        question.area.name,
        title,
        (*parts, table) if rows else parts,
        view.note,
        _map_note(),
    )


def zone_slide(snapshot: Snapshot, zone_number: int, tree: PlaceTree) -> Slide:
    """A war zone: its map, and its townships side by side."""
    zone = next(z for z in tree.zones(snapshot.as_of) if z.number == zone_number)
    area = tree.zone_area(zone)
    view = township_map(snapshot, Question(area, snapshot.as_of), tree, "projects_completed_rate")
    rows: list[tuple[Cell, ...]] = []
    below, statuses = [], []
    for part in parts_of(area, tree, snapshot.as_of):
        remaining = number(snapshot, "monitored_households_remaining", part)
        done = number(snapshot, "projects_completed_rate", part)
        overdue = number(snapshot, "projects_overdue", part)
        rows.append((Cell(part.name), _cell(remaining), _cell(done), _cell(overdue)))
        below.append(f"township-{part.codes[0]}")
        statuses.append((part.name, done.status))
    title = titles.completion(zone.name, statuses)
    readings = [
        number(snapshot, key, area)
        for key in ("monitored_households_remaining", "projects_completed_rate", "projects_overdue")
    ]
    example = "　战区划分为示例" if zone.is_example else ""
    rows.append((Cell("全战区"), *(_cell(reading) for reading in readings)))
    below.append("")
    return Slide(
        f"zone-{zone.number}",
        f"指挥长：{zone.commander}{example}",
        zone.name,
        title,
        (
            AreaMap(_patches(view, tree, with_words=True), title),
            Table(("乡镇", "未消除", "项目竣工", "已过期"), tuple(rows), tuple(below)),
        ),
        note(*readings),
        _map_note(),
    )


def _cell(reading: Reading) -> Cell:
    if reading.status is Status.NOT_REPORTED:
        return Cell("未报", reading.status)
    if reading.indicator.unit is Unit.RATE and reading.denominator is not None:
        return Cell(f"{reading.numerator}/{reading.denominator}", reading.status)
    return Cell(reading.text, reading.status)


def funds_slide(snapshot: Snapshot, question: Question, _tree: PlaceTree) -> Slide:
    """Is the money there, is it spent in time, is it spent on industry."""
    area = question.area
    spending, industry = tiles(snapshot, question)[3:5]
    rate = number(snapshot, "disbursement_rate", area)
    gap = pace_points(snapshot, rate)
    paid = number(snapshot, "disbursed_yuan", area)
    planned = number(snapshot, "transition_fund_total_yuan_planned", area)
    part = paid.value / planned.value if paid.value is not None and planned.value else None
    share_words = write(part, Unit.RATE) if part is not None else ""
    since = stale_words(snapshot, rate) if gap is not None else ""
    title = since + titles.funds(spending, gap, share_words)
    gauges = [
        gauge
        for key, name in (
            ("transition_fund_total_yuan", "资金总规模（已下达）"),
            ("county_matching_yuan", "县级配套（已下达）"),
        )
        if (gauge := _money(number(snapshot, key, area), name))
    ]
    if not gauges and part is not None:
        words = f"已支付{paid.text}，计划{planned.text}"
        gauges.append(
            Gauge("已支付 ÷ 计划资金", share_words, words, min(1.0, part), None, Status.NO_TARGET, "")
        )
    share = number(snapshot, "industry_share", area)
    if share.value is not None:
        mark = share.target.value if share.target else None
        words = industry.lines[0] if industry.lines else ""
        gauges.append(
            Gauge("产业占比", share.text, words, share.value, mark, share.status, share.status_words)
        )
    notice = number(snapshot, "public_notice_rate_village", area)
    if area.kind != "county" and notice.value is not None:
        words = f"已公示{notice.numerator}个，应公示{notice.denominator}个"
        gauges.append(
            Gauge("项目村级公告公示率", notice.text, words, notice.value, None, notice.status, notice.status_words)
        )  # fmt: skip
    return Slide(
        "funds",
        "衔接资金",
        area.name,
        title,
        (
            Facts((_fact(spending, 3),), is_column=True),
            *([Gauges(tuple(gauges), title)] if gauges else []),
        ),
        _joined(spending.note, industry.note, note(notice))
        if area.kind != "county"
        else _joined(spending.note, industry.note),
        "" if area.kind == "county" else "下达数和支出率为县级指标；县级不分解到乡镇",
    )


def _money(reading: Reading, name: str) -> Gauge | None:
    if reading.value is None or reading.target is None:
        return None
    goal = reading.target.value
    most = max(goal, reading.value)
    gap = goal - reading.value
    words = f"计划{write(goal, Unit.YUAN)}，" + (f"还差{money(gap)}" if gap > 0 else "已达到")
    return Gauge(
        name, reading.text, words, reading.value / most, goal / most, reading.status, reading.status_words
    )


def pilot_slide(zone: PilotZone, tree: PlaceTree) -> Slide:
    """A pilot town: its map, its due milestones, its money."""
    points = village_points(zone.township, tree)
    facts = dict(zone.facts)
    word = {Status.NOT_REPORTED: "未报", Status.BEHIND: "有逾期", Status.ON_TRACK: "正常"}[zone.status]
    title = titles.pilot(zone)
    shown = (
        Fact(
            "到期节点完成",
            zone.done,
            "项" if zone.reported else "",
            zone.status,
            word,
            tuple(f"逾期：{m.name}" for m in zone.late[:2]),
        ),
        Fact(
            "项目竣工",
            facts["项目竣工"].replace(" / ", "/").removesuffix("个"),
            "个",
            Status.NO_TARGET,
            "",
            (),
        ),
        Fact(
            "计划投资",
            facts["计划投资"],
            "",
            Status.NO_TARGET,
            "",
            (f"已支付{facts['已支付']}",),
        ),
    )
    shape = geography().shape(zone.township.name)
    middle = shape.label if shape else (0.0, 0.0)
    marks = tuple(
        Mark(points.get(s.leaf, middle), s.yuan, s.status, tree[s.leaf].name if s.leaf in points else "")
        for s in zone.sites
    )
    return Slide(
        f"pilot-{zone.township.code}",
        f"示范片区 · {zone.theme}",
        zone.township.name,
        title,
        (
            Facts(shown, is_column=True),
            TownMap(
                zone.township.name,
                tuple(points.values()),
                marks,
                tuple((n.name, (n.lon, n.lat)) for n in zone.named),
                title,
            ),
        ),
        zone.note,
        f"点位为示意位置。{_map_note()}",
    )


def township_slide(snapshot: Snapshot, place: Place, tree: PlaceTree) -> Slide:
    """A township in five numbers: what one goes down to from a map, a bar or a row."""
    area = tree.township_area(place)
    shown = tiles(snapshot, Question(area, snapshot.as_of))
    overdue = number(snapshot, "projects_overdue", area).value
    done = number(snapshot, "projects_completed", area).value
    planned = number(snapshot, "projects_planned", area).value
    left = int(planned - done) if planned is not None and done is not None else None
    zone = tree.zone_of(place, snapshot.as_of)
    return Slide(
        f"township-{place.code}",
        f"{zone.name} · 乡镇五个数" if zone else "乡镇五个数",
        place.name,
        titles.township(place.name, shown[0], int(overdue) if overdue is not None else None, left),
        (Facts(tuple(_fact(t) for t in shown)),),
        _joined(*(t.note for t in shown)),
    )


def list_slides(
    key: str,
    topic: str,
    place: str,
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    from_: Note,
    *,
    wide: int = 0,
    nothing: str = "",
) -> tuple[Slide, ...]:
    """A list as slides, as many lines on each as fit: words in, slides out. `wide` is the column with the long words.

    Without rows one slide that says `nothing`, or none where that is empty. The words come from posts and
    figures; whoever calls keeps villagers' names out of them.
    """
    if not rows:
        empty = Slide(key, topic, place, nothing, (), from_)
        return (empty,) if nothing else ()
    for size in LIST_SIZES:
        heights = _heights(columns, rows, wide, size)
        if sum(heights) <= LIST_HEIGHT:
            break
    # 分成几页时，各页差不多满，不让最后一页只剩一行。
    pages: list[list[Sequence[str]]] = [[]]
    count = max(1, math.ceil(sum(heights) / LIST_HEIGHT))
    filled, room = 0.0, sum(heights) / count
    for row, high in zip(rows, heights, strict=True):
        if pages[-1] and (filled + high / 2 > room or filled + high > LIST_HEIGHT):
            pages.append([])
            filled = 0.0
        pages[-1].append(row)
        filled += high
    slides = []
    for n, page in enumerate(pages):
        lines = tuple(tuple(Cell(w) for w in row) for row in page)
        table = Table(tuple(columns), lines, wide=wide, size=size)
        slide = Slide(key, topic, place, title, (table,), from_)
        if len(pages) > 1:
            slide = replace(slide, id=f"{key}-{n + 1}", title=f"{title}（{n + 1}/{len(pages)}）")
        slides.append(slide)
    return tuple(slides)


def _heights(columns: Sequence[str], rows: Sequence[Sequence[str]], wide: int, size: int) -> list[float]:
    """How high each line of a list is in rem, its longest cell wrapped."""
    widths = column_widths(columns, rows, wide, size)
    return [
        0.28
        + size
        * 0.0129
        * max(
            math.ceil(width_of(words) * size / 100 / (room - 0.26))
            for words, room in zip(row, widths, strict=True)
        )
        for row in rows
    ]
