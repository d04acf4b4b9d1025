"""The sentences of a bulletin, each made from its figures alone: right for none, one, several, ties and 未报."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.ranking import Row
from core.views.projects import GanttBar

NAMED = 5  # townships named in a sentence before it says 等
NAMED_PROJECTS = 3


@dataclass(frozen=True)
class Named:
    """A township with what is to be said of it: 拐河镇, 10个竣工1个; `value` is what it is ordered by."""

    name: str
    words: str
    value: float = 0.0


def named(lines: Sequence[Named], most: int = NAMED) -> str:
    """拐河镇（10个竣工1个）、赵河镇（…）等7个单位; empty for none."""
    told = "、".join(f"{line.name}（{line.words}）" if line.words else line.name for line in lines[:most])
    unit = "村" if all(line.name.endswith(("村", "社区", "村不详")) for line in lines) else "单位"
    return told + (f"等{len(lines)}个{unit}" if len(lines) > most else "")


def together(names: Sequence[str]) -> str:
    """甲镇; 甲镇和乙镇; 甲镇、乙镇和丙镇."""
    return "和".join(part for part in ("、".join(names[:-1]), names[-1]) if part)


def in_order(rows: Sequence[Row]) -> str:
    """博望镇（96.23分）、杨集镇和袁店回族乡（并列第8位，均为91.67分）…: the ranked rows by place, from high to low."""
    told = []
    ranked = [row for row in rows if row.place is not None and row.score is not None]
    for place in sorted({row.place for row in ranked if row.place is not None}):
        same = [row for row in ranked if row.place == place]
        names = together([row.township.name for row in same])
        tied = f"并列第{place}位，均为" if same[0].is_tied else ""
        told.append(f"{names}（{tied}{same[0].score:.2f}分）")
    return "、".join(told)


def ranking_sentence(group: str, rows: Sequence[Row], last_words: str) -> str:
    """A group's places from high to low, then its last ones; who is silent or not compared stands apart."""
    ranked = [row for row in rows if row.place is not None]
    said = []
    if len(ranked) == 1:
        said.append(f"{group}参与排名的只有{in_order(ranked)}。")
    elif len({row.place for row in ranked}) == 1:
        names = "、".join(row.township.name for row in ranked)
        said.append(f"{group}{names}{len(ranked)}个单位得分相同（{ranked[0].score:.2f}分），位次并列。")
    elif ranked:
        said.append(f"{group}{len(ranked)}个单位得分由高到低依次是：{in_order(ranked)}。")
    last = [row for row in ranked if row.is_last]
    if last:
        said.append(f"居{last_words}的是{'、'.join(row.township.name for row in last)}。")
    for remark in dict.fromkeys(row.remark for row in rows if row.place is None):
        names = "、".join(row.township.name for row in rows if row.place is None and row.remark == remark)
        said.append(f"{names}{remark}{'，不参与排名' if '排名' not in remark else ''}。")
    return "".join(said)


def own_places_sentence(rows: Sequence[Row]) -> str:
    """杨集镇居乡镇组第8位（并列）、较上季度末下降1位: a zone's or a township's places in the whole county."""
    told = []
    for row in sorted(rows, key=lambda r: (r.group.name, r.place or 99)):
        if row.place is None:
            told.append(f"{row.township.name}{row.remark}")
            continue
        moved = (
            ""
            if row.change is None
            else "，与上季度末持平"
            if row.change == 0
            else f"，较上季度末{'上升' if row.change > 0 else '下降'}{abs(row.change)}位"
        )
        tied = "并列" if row.is_tied else ""
        told.append(
            f"{row.township.name}得分{row.score:.2f}分，在{row.group.name}{row.of}个单位中{tied}居第{row.place}位{moved}"
        )
    return "；".join(told) + "。"


def completion_problem(behind: Sequence[Named], warned: Sequence[Named] = ()) -> str:
    """3个乡镇（街道）项目竣工滞后：…。另有2个低于序时进度，列为预警: the 滞后 from low to high, equal ones never
    parted, then how many are 预警; empty for none."""
    return _behind(behind) + _warned(warned, "另有" if behind else "")


def _warned(warned: Sequence[Named], also: str) -> str:
    if not warned:
        return ""
    if len(warned) == 1:
        return f"{also}{warned[0].name}低于序时进度，{warned[0].words}，列为预警。"
    none = sum(not line.value for line in warned)
    tail = "，均尚无项目竣工" if none == len(warned) else f"，其中{none}个尚无项目竣工" if none else ""
    what = "" if also else "项目竣工"
    return f"{also}{len(warned)}个乡镇（街道）{what}低于序时进度{tail}，列为预警。"


def _behind(behind: Sequence[Named]) -> str:
    if not behind:
        return ""
    if len(behind) == 1:
        return f"{behind[0].name}项目竣工滞后，{behind[0].words}。"
    whole = f"{len(behind)}个乡镇（街道）项目竣工滞后"
    none = [line for line in behind if not line.value]
    if len(none) > 1:
        rest = [line for line in behind if line.value]
        more = f"；其余{len(rest)}个最低的是{_lowest(rest)}" if rest else ""
        return f"{whole}，其中{together([line.name for line in none])}尚无项目竣工{more}。"
    shown = _lowest(behind)
    count = shown.count("竣工率")
    order = "由低到高依次是" if count == len(behind) else f"最低的{count}个依次是"
    return f"{whole}，{order}：{shown}。"


def _lowest(behind: Sequence[Named]) -> str:
    """The lowest NAMED, and those that equal the last of them."""
    last = behind[:NAMED][-1].value
    shown = [line for at, line in enumerate(behind) if at < NAMED or line.value == last]
    return "、".join(f"{line.name}（{line.words}）" for line in shown)


def spending_problem(rate: str, gap_points: float | None, since: str = "") -> str:
    """资金支出率3.5%，比序时进度低21.5个百分点; empty where it keeps the pace or is not known."""
    if gap_points is None or round(gap_points, 1) >= 0:
        return ""
    return f"{since}资金支出率{rate}，比序时进度低{abs(gap_points):.1f}个百分点。"


def notice_problem(without: Sequence[Named], told: int, due: int) -> str:
    """6个项目尚未在村公告公示，分布在…; empty for none."""
    left = due - told
    if left <= 0:
        return ""
    if len(without) == 1:
        return f"{without[0].name}{left}个项目尚未在村公告公示。"
    where = f"，分布在{named(without)}" if without else ""
    return f"{left}个项目尚未在村公告公示{where}。"


def milestone_problem(late: Sequence[Named]) -> str:
    """4项示范片区节点逾期未完成：…; empty for none."""
    if not late:
        return ""
    told = "、".join(f"{line.name}（{line.words}）" for line in late[:NAMED])
    more = "等" if len(late) > NAMED else ""
    return f"{len(late)}项示范片区节点逾期未完成：{told}{more}。"


def overdue_problem(late: Sequence[GanttBar], of_whom: Sequence[Named]) -> str:
    """15个项目已过计划竣工日，涉及…；逾期最久的是…; empty for none."""
    if not late:
        return ""
    first = late[0]

    def told(bar: GanttBar) -> str:
        by_unit = bar.department and not bar.officer
        whose = f"责任单位：{bar.department}" if by_unit else f"责任人：{bar.officer or '未填'}"
        return f"{bar.name}（逾期{bar.days_late}天，{whose}）"

    if len(late) == 1:
        return f"1个项目已过计划竣工日仍未竣工：{told(first)}。"
    where = f"，涉及{named(of_whom)}" if len(of_whom) > 1 else ""
    shown = late[:NAMED_PROJECTS]
    return (
        f"{len(late)}个项目已过计划竣工日仍未竣工{where}。"
        f"{'分别是' if len(late) <= NAMED_PROJECTS else '逾期最久的是'}{'、'.join(told(bar) for bar in shown)}。"
    )


def measures_problem(without: Sequence[Named], total: int) -> str:
    """26户未消除监测对象尚无任何帮扶措施：…; empty for none."""
    if not total:
        return ""
    if len(without) == 1:
        return f"{without[0].name}{total}户未消除监测对象尚无任何帮扶措施。"
    where = f"，分布在{named(without)}" if without else ""
    return f"{total}户未消除监测对象尚无任何帮扶措施{where}。"


def exit_problem(improper: Sequence[Named], total: int) -> str:
    """11户已标注消除但没有通过审慎退出核查; empty for none."""
    if not total:
        return ""
    if len(improper) == 1:
        return f"{improper[0].name}{total}户已标注消除，但未通过审慎退出核查。"
    where = f"，分布在{named(improper)}" if improper else ""
    return f"{total}户（含基准日后识别的）已标注消除，但未通过审慎退出核查，属兜底户、识别不满6个月或未填消除时间{where}。"


def silent_problem(silent: Sequence[Named]) -> str:
    """小史店镇监测对象信息未报; empty for none."""
    if not silent:
        return ""
    return "；".join(f"{line.name}{line.words}" for line in silent) + "。未报的不当作零，按上次数据计入合计。"


def task_problem(late: Sequence[Named]) -> str:
    """2件交办事项逾期未销号：…; empty for none."""
    if not late:
        return ""
    told = "、".join(f"{line.name}（{line.words}）" for line in late[:NAMED])
    return f"{len(late)}件交办事项逾期未销号：{told}{'等' if len(late) > NAMED else ''}。"
