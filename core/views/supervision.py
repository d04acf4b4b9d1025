"""督办单: one form for each open problem, to be signed, answered and closed (交办—限期—反馈—销号)."""

from core.places import Area
from core.units import day
from core.views.briefing import Briefing
from core.views.paper import OFFICE, Block, Figure, Heading, Lines, PageBreak, Paper, Paragraph
from core.views.tasks import TaskLine

BLANK = "\n\n\n\n"  # room to write by hand
WIDTHS = (10, 38)


def supervision(made: Briefing, area: Area) -> Paper:
    """The forms of an area's open problems, one a page; overdue counts to the data date."""
    view = made.tasks(area)
    blocks: list[Block] = []
    for at, line in enumerate(view.open):
        if at:
            blocks += [PageBreak(), Heading(f"{area.name}督办单（{at + 1}/{len(view.open)}）", level=0)]
        blocks.append(_form(line))
        blocks.append(Lines((("督办单位", OFFICE),), WIDTHS))
    if not view.open:
        blocks = [Paragraph(f"截至{day(made.on)}，{area.name}没有未销号的事项，不需督办。")]
    late = sum(bool(line.task.overdue_days) for line in view.open)
    return Paper(
        title=f"{area.name}督办单" + (f"（1/{len(view.open)}）" if len(view.open) > 1 else ""),
        place=area.name,
        as_of=day(made.on),
        blocks=tuple(blocks),
        note=(
            *(("演示数据：真地名、虚构数字，不得作为工作依据。",) if made.is_demo else ()),
            f"{view.clock}。来源：{view.note.source}。",
        ),
        figures=(
            Figure(area.name, "未销号事项", f"{len(view.open)}件"),
            Figure(area.name, "其中逾期", f"{late}件"),
            *(Figure(line.place, line.task.what, line.state) for line in view.open),
        ),
        subtitle=view.title,
    )


def _form(line: TaskLine) -> Lines:
    task = line.task
    history = "\n".join(f"{step.at}　{step.name}　{step.by}　{step.words}" for step in line.steps)
    first = f"（原限期{day(task.first_due_on)}）" if task.first_due_on != task.due_on else ""
    return Lines(
        (
            ("事项", task.what),
            ("地方", line.place),
            ("责任单位", task.owner),
            ("交办", f"{day(task.raised_on)}（数据日期）　{line.origin}".strip("　")),
            ("限期", f"{day(task.due_on)}{first}　{line.state}"),
            ("下一步", task.next_step),
            ("办理经过", history),
            ("办理结果\n（责任单位填写）", BLANK + "负责人签字：　　　　　　　　　　年　　月　　日"),
            ("核实意见\n（督办单位填写）", BLANK + "核实人签字：　　　　　　　　　　年　　月　　日"),
            ("销号", "□同意销号　　□退回继续办理　　　签字：　　　　　　　年　　月　　日"),
        ),
        WIDTHS,
    )
