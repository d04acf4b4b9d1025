"""排名表 and 台账 as workbooks: what a clerk checks sum by sum, from the same views as the pages."""

from dataclasses import replace

from core.indicators.indicator import Status
from core.indicators.projects import COUNTING, stage
from core.indicators.words import SOURCES, STAGES
from core.ledgers import period_of
from core.places import Area
from core.ranking import Row, Standing
from core.units import day
from core.views.briefing import Briefing
from core.views.common import Note, load, note, number, parts_of
from core.views.paper import Column, Form, Grid, Sheets, Value, index_of, note_lines, total_of
from core.views.projects import wall_bar
from core.views.war_zones import change_words as places_won
from core.views.war_zones import rule_words, weight_words

PROJECT_COLUMNS = ("name", "department", "officer_post", "planned_start_on", "problem")


def ranking_table(made: Briefing, area: Area) -> Sheets:
    """季度排名表, a sheet for each group that has townships in the area."""
    grids = ranking_grids(made, area)
    readings = [number(made.snapshot, rule.key, area) for rule in made.ranking.rules.indicator]
    named = tuple((grid.title.removeprefix("全县").removeprefix(area.name), grid) for grid in grids)
    return _sheets(made, area, "季度排名表", named, note(*readings), "A3")


def ranking_grids(made: Briefing, area: Area) -> list[Grid]:
    """The ranking as tables, a group each: place, change, score, and each indicator's value and place. An area below
    the county has its own townships only, with their places in the county."""
    ranked = made.ranking
    codes = {t.code for t in area.townships}
    columns = (
        Column("位次", 4),
        Column("单位", 6),
        Column("位次变化", 4),
        Column("得分", 5, Form.SCORE),
        *(
            column
            for rule in ranked.rules.indicator
            for column in (Column(rule.short, 6.6, Form.PERCENT), Column(f"{rule.short}位次", 4, Form.COUNT))
        ),
        Column("备注", 9),
    )
    grids = []
    for group in ranked.rules.group:
        rows = [row for row in ranked.group(group) if row.township.code in codes]
        if rows:
            title = f"{('全县' if area.kind == 'county' else area.name)}{group.name}{ranked.rules.title}表"
            grids.append(Grid(title, "分、%、位", columns, tuple(map(_ranked_row, rows))))
    if grids:
        remarks = (weight_words(ranked.rules) + "。", rule_words(ranked.rules))
        grids[-1] = replace(grids[-1], remarks=remarks)
    return grids


def _ranked_row(row: Row) -> tuple[Value, ...]:
    place = ("未报" if row.is_silent else "—") if row.place is None else row.place
    cells: list[Value] = []
    for standing in row.standings:
        cells += [_measure(standing), standing.place if standing.place is not None else "—"]
    tied = "并列" if row.is_tied else ""
    last = row.group.last_words if row.is_last else ""
    remark = "；".join(words for words in (tied, last, row.remark) if words)
    return (place, row.township.name, places_won(row.change) or "—", row.score, *cells, remark)


def _measure(standing: Standing) -> Value:
    reading = standing.reading
    if reading.value is not None:
        return reading.value
    return "未报" if reading.status is Status.NOT_REPORTED else "—"


def project_ledger(made: Briefing, area: Area) -> Sheets:
    """项目台账: every project of the year with its money by source in 万元, its dates and its state on the day."""
    snapshot = made.snapshot
    load(snapshot, area)
    columns = (
        Column("序号", 3, Form.COUNT),
        Column("单位", 6),
        Column("项目名称", 20),
        Column("责任单位", 11),
        *(Column(name, 6, Form.WAN, is_summed=True) for name in SOURCES.values()),
        Column("资金合计", 6, Form.WAN, is_summed=True),
        Column("已支付", 6, Form.WAN, is_summed=True),
        Column("支付比例", 5, Form.PERCENT, ratio=("已支付", "资金合计")),
        Column("状态", 4),
        Column("计划竣工", 7),
        Column("实际竣工", 7),
        Column("逾期天数", 4, Form.COUNT),
        Column("存在问题", 12),
    )
    period = period_of("projects", snapshot.as_of)
    rows: list[tuple[Value, ...]] = []
    found = [r for code in area.codes for r in snapshot.rows(COUNTING, code, period, PROJECT_COLUMNS)]
    for at, row in enumerate(found, 1):
        bar = wall_bar(row, made.tree, snapshot.told_on(COUNTING, period, row))
        fen = [getattr(row, f"{source}_fen") or 0 for source in SOURCES]
        paid = row.paid_fen
        whole = sum(fen)
        rows.append(
            (
                at,
                bar.place,
                row.name,
                row.department or row.officer_post,
                *(amount / 1e6 for amount in fen),
                whole / 1e6,
                "未填" if paid is None else paid / 1e6,
                None if paid is None or not whole else paid / whole,
                STAGES[stage(row)],
                day(row.first_planned_on) if row.first_planned_on else "未填",
                day(row.completed_on) if row.completed_on else "",
                bar.days_late or None,
                row.problem or "",
            )
        )
    grid = Grid(
        f"{area.name}{made.on.year}年项目台账",
        "个、万元、天",
        columns,
        tuple(rows),
        total_of(columns, rows, "合计") if rows else None,
        ("计划竣工为批复后首个计划竣工日；逾期按数据日期计。",),
    )
    shown = note(
        number(snapshot, "projects_planned", area),
        number(snapshot, "projects_overdue", area),
        number(snapshot, "transition_fund_total_yuan_planned", area),
    )
    return _sheets(made, area, "项目台账", (("项目台账", grid),), shown, "A3")


COUNTED = (
    ("未消除户", "monitored_households_remaining"),
    ("未消除人", "monitored_persons_remaining"),
    ("本年新识别户", "newly_identified_households"),
    ("有措施户", "measures_in_place_households"),
    ("年度项目", "projects_planned"),
    ("已竣工", "projects_completed"),
    ("已过计划竣工日", "projects_overdue"),
)


def summary_table(made: Briefing, area: Area) -> Sheets:
    """分乡镇汇总表 (a township's by village): counts that add up, rates divided last; 未报 is a word, never 0."""
    load(made.snapshot, area)
    columns = (
        Column("单位", 9),
        *(Column(name, 6, Form.COUNT, is_summed=True) for name, _ in COUNTED[:4]),
        Column("措施落实率", 6, Form.PERCENT, ratio=("有措施户", "未消除户")),
        *(Column(name, 6, Form.COUNT, is_summed=True) for name, _ in COUNTED[4:]),
        Column("项目竣工率", 6, Form.PERCENT, ratio=("已竣工", "年度项目")),
        Column("备注", 16),
    )
    below = (
        [made.tree.township_area(t) for t in area.townships]
        if area.kind != "township"
        else parts_of(area, made.tree, made.on)
    )
    for period in {period_of(ledger, made.on) for ledger in ("monitored", "projects")}:
        made.snapshot.load([code for part in below for code in part.codes], period)
    rows = [_summary_row(made, part) for part in below]
    rest = _rest(made, area, columns, rows)
    if rest:
        rows.append(rest)
    return _sheets(
        made,
        area,
        "监测和项目汇总表",
        (
            (
                "汇总表",
                Grid(
                    f"{area.name}监测对象和项目汇总表",
                    "户、人、个",
                    columns,
                    tuple(rows),
                    total_of(columns, rows, "合计"),
                    ("未报的单位不当作零；合计为已报各单位之和。",),
                ),
            ),
        ),
        note(*(number(made.snapshot, key, area) for _, key in COUNTED)),
        "A4",
    )


def _summary_row(made: Briefing, part: Area) -> tuple[Value, ...]:
    readings = [number(made.snapshot, key, part) for _, key in COUNTED]
    values: list[Value] = ["未报" if r.value is None else int(r.value) for r in readings]
    remaining, measured, planned, done = (values[at] for at in (0, 3, 4, 5))
    silent = next((r.text for r in readings if r.value is None), "")
    return (
        part.name.split("/")[-1],
        *values[:4],
        _share(measured, remaining),
        *values[4:],
        _share(done, planned),
        silent,
    )


def _share(top: Value, bottom: Value) -> Value:
    if isinstance(top, int) and isinstance(bottom, int) and bottom:
        return top / bottom
    return None


def _rest(
    made: Briefing, area: Area, columns: tuple[Column, ...], rows: list[tuple[Value, ...]]
) -> tuple[Value, ...] | None:
    """What the county counts outside its townships (大寺林场, 县本级, 跨乡镇), a township outside its villages."""
    if area.kind not in ("county", "township"):
        return None
    sums = total_of(columns, rows, "")
    left: list[Value] = []
    for name, key in COUNTED:
        whole, told = number(made.snapshot, key, area), sums[index_of(columns, name)]
        # 有未报的，全县合计里是上次的数，减不出其余。
        known = whole.value is not None and not whole.missing and isinstance(told, int | float)
        left.append(int(whole.value or 0) - int(told or 0) if known else None)
    if not any(left):
        return None
    name = "其他（林场、县本级等）" if area.kind == "county" else "村不详"
    return (name, *left[:4], _share(left[3], left[0]), *left[4:], _share(left[5], left[4]), "")


def _sheets(
    made: Briefing, area: Area, title: str, grids: tuple[tuple[str, Grid], ...], shown: Note, paper: str
) -> Sheets:
    return Sheets(
        f"{area.name}{title}",
        area.name,
        day(made.on),
        grids,
        note_lines(shown, is_demo=made.is_demo),
        paper,
    )
