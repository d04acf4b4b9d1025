"""一页纸: what a commander takes along to a township, or hands round a table: one A4 page a place."""

from collections.abc import Sequence

from core.indicators.indicator import Status
from core.places import Area
from core.units import day, short_day
from core.views.briefing import Briefing
from core.views.common import STATUS_SHAPES, Note, Question, Tile, parts_of
from core.views.overview import comparison, tiles
from core.views.paper import (
    Block,
    Column,
    Figure,
    Form,
    Grid,
    Lines,
    Paper,
    Paragraph,
    figures_of,
    note_lines,
)
from core.views.projects import projects
from core.views.township import Records
from core.views.war_zones import place_words

MOST_PROJECTS, MOST_VILLAGES, MOST_TASKS, MOST_LATE = 6, 5, 3, 5


def one_page(made: Briefing, area: Area) -> Paper:
    """The sheet of a township, a war zone or the county on the briefing's day."""
    if area.kind == "township":
        return _township(made, area)
    return _several(made, area)


def _township(made: Briefing, area: Area) -> Paper:
    view = made.township(area)
    blocks: list[Block] = [
        _tiles(view.tiles),
        Grid(
            view.projects_title,
            "",
            (
                Column("状态", 7),
                Column("项目", 18),
                Column("进度", 6),
                Column("计划竣工", 6),
                Column("责任人", 12),
            ),
            tuple((p.state, p.name, p.stage, p.due, p.officer) for p in view.projects[:MOST_PROJECTS]),
            None,
            _left_out(len(view.projects), MOST_PROJECTS, "个项目"),
        ),
        Grid(
            view.villages_title,
            "户、人、个",
            (
                Column("村", 10),
                Column("未消除户", 6, Form.COUNT),
                Column("未消除人", 6, Form.COUNT),
                Column("本年新识别户", 7, Form.COUNT),
                Column("无措施户", 6, Form.COUNT),
                Column("项目", 4, Form.COUNT),
                Column("已竣工", 5, Form.COUNT),
                Column("已过期", 5, Form.COUNT),
            ),
            tuple(
                (
                    v.name,
                    *(
                        "未报" if n is None else n
                        for n in (
                            v.households,
                            v.persons,
                            v.new,
                            v.without_measure,
                            v.projects,
                            v.completed,
                            v.overdue,
                        )
                    ),
                )
                for v in view.villages[:MOST_VILLAGES]
            ),
            None,
            _left_out(len(view.villages), MOST_VILLAGES, "个村"),
        ),
        Grid(
            "排名各项（数值 · 位次）",
            "",
            tuple(Column(p.name, 9) for p in view.places),
            (tuple(p.text for p in view.places),),
        ),
        *_records(view.records),
        *_tasks(made, area),
    ]
    if view.hint and not any(view.hint in line for tile in view.tiles for line in tile.lines):
        blocks.insert(1, Paragraph(f"{view.hint}。"))
    return _paper(
        made,
        area,
        f"{area.name}乡村振兴工作一页纸",
        f"{view.zone}　{view.says}",
        blocks,
        view.tiles,
        view.note,
    )


def _several(made: Briefing, area: Area) -> Paper:
    shown = tiles(made.snapshot, Question(area, made.on))
    compared = made.view(comparison, area)
    late = made.view(projects, area).wall
    late = tuple(bar for bar in late if bar.days_late)
    columns = tuple(
        Column(name, 8, Form.PERCENT if name == "项目竣工率" else Form.TEXT) for name in compared.columns
    )
    zones = made.war_zones(area)
    blocks: list[Block] = [
        _tiles(shown),
        Grid(compared.title, "", columns, compared.rows),
        _standings(made, area),
        Grid(
            f"已过计划竣工日的项目{len(late)}个" if late else "没有已过计划竣工日的项目",
            "",
            (
                Column("逾期", 5),
                Column("项目", 18),
                Column("进度", 6),
                Column("计划竣工", 6),
                Column("责任人", 12),
            ),
            tuple(
                (
                    f"{b.days_late}天",
                    b.name,
                    b.stage,
                    short_day(b.planned_to) if b.planned_to else "未填",
                    b.officer or b.department,
                )
                for b in late[:MOST_LATE]
            ),
            None,
            _left_out(len(late), MOST_LATE, "个项目"),
        ),
        *_tasks(made, area),
    ]
    posts = ""
    if area.kind == "zone" and zones.zones:
        zone = zones.zones[0]
        example = "　（战区划分为示例）" if zone.is_example else ""
        posts = f"指挥长：{zone.commander}　副指挥长：{zone.deputies}{example}"
    title = f"{area.name}乡村振兴工作一页纸"
    return _paper(made, area, title, posts or zones.title, blocks, shown, compared.note)


def _paper(
    made: Briefing,
    area: Area,
    title: str,
    subtitle: str,
    blocks: Sequence[Block],
    shown: Sequence[Tile],
    last: Note,
) -> Paper:
    lines = note_lines(last, is_demo=made.is_demo)
    sources = list(dict.fromkeys(s for t in shown for s in t.note.source.split("；") if s))
    note = (
        *(line for line in lines if line.startswith("演示数据")),
        f"数据截至{day(made.on)}。来源：{'；'.join(sources) or '未导入'}。"
        "口径见指标口径页；风险消除按审慎退出核查，不单独排名（要点8）。",
    )
    figures = [Figure(area.name, t.name, f"{t.text} {t.beside}".strip()) for t in shown]
    figures += [f for block in blocks if isinstance(block, Grid) for f in figures_of(block, area.name)]
    return Paper(
        title,
        area.name,
        day(made.on),
        tuple(_or_sentence(block) for block in blocks),
        note,
        tuple(figures),
        subtitle,
    )


def _or_sentence(block: Block) -> Block:
    """A table without rows is its title as a sentence: 没有已过计划竣工日的项目。"""
    return Paragraph(f"{block.title}。") if isinstance(block, Grid) and not block.rows else block


def _tiles(shown: Sequence[Tile]) -> Lines:
    rows = []
    for tile in shown:
        silent = tile.status is Status.NOT_REPORTED
        state = (
            f"{STATUS_SHAPES[tile.status]} {tile.status_words or '未报'}"
            if tile.status in STATUS_SHAPES
            else ""
        )
        value = "未报" if silent else f"{tile.text} {tile.beside}".replace("　", " ").strip()
        words = tile.text if silent else "；".join(tile.lines)
        rows.append((tile.name, value, state, words))
    return Lines(tuple(rows), (11, 11, 5, 28))


def _left_out(count: int, most: int, unit: str) -> tuple[str, ...]:
    return (f"其余{count - most}{unit}见台账。",) if count > most else ()


def _standings(made: Briefing, area: Area) -> Grid:
    """Each township's place; for the county only those at the end."""
    codes = {t.code for t in area.townships}
    rows = [r for r in made.ranking.rows if r.township.code in codes]
    if area.kind == "county":
        rows = [r for r in rows if r.is_last or r.place is None]
    return Grid(
        "季度排名居后和未参与排名的" if area.kind == "county" else "季度排名",
        "",
        (Column("单位", 8), Column("位次", 8), Column("得分", 6), Column("怎样离开后位", 28)),
        tuple(
            (
                r.township.name,
                f"{r.group.name}{place_words(r)}" if r.place else place_words(r),
                "" if r.score is None else f"{r.score:.2f}",
                r.hint or r.remark,
            )
            for r in rows
        ),
    )


def _records(found: Sequence[Records]) -> list[Block]:
    rows = tuple(
        (r.title, "；".join(f"{name}{text}" for name, text, _, _ in r.lines) or r.missing) for r in found
    )
    return [Lines(rows, (9, 42))] if rows else []


def _tasks(made: Briefing, area: Area) -> list[Block]:
    still = made.tasks(area).open
    if not still:
        return [Paragraph("没有未销号的交办事项。")]
    late = sum(bool(line.task.overdue_days) for line in still)
    title = f"未销号的交办事项{len(still)}件" + (f"，其中{late}件逾期" if late else "")
    rows = tuple((line.state, line.task.what, line.task.owner, line.due) for line in still[:MOST_TASKS])
    columns = (Column("状态", 9), Column("事项", 24), Column("责任单位", 10), Column("限期", 6))
    return [Grid(title, "", columns, rows, None, _left_out(len(still), MOST_TASKS, "件"))]


def places_below(made: Briefing, area: Area) -> list[Area]:
    """Whose sheets belong to an area's pack: its war zones and its townships, or itself."""
    if area.kind == "township":
        return [area]
    townships = [made.tree.township_area(t) for t in area.townships]
    zones = parts_of(area, made.tree, made.on) if area.kind == "county" else [area]
    return [*zones, *townships]
