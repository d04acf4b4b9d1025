"""The sentence of each slide, made from its figures: right for none, one, some, all and 未报."""

from collections.abc import Sequence
from datetime import date

from core.indicators.indicator import Status
from core.units import short_day
from core.views.common import Tile
from core.views.overview import ProjectBar, weekly
from core.views.pilot_zones import PilotZone

NUMERALS = "零一两三四五六七八九十"


def listed(names: Sequence[str], most: int = 3) -> str:
    """杨集镇、独树镇; 杨集镇、独树镇、广阳镇等5个."""
    return "、".join(names[:most]) + (f"等{len(names)}个" if len(names) > most else "")


def year(tiles: Sequence[Tile]) -> str:
    """五个主要数字中1个滞后：项目竣工."""
    whole = f"{NUMERALS[len(tiles)]}个主要数字"
    silent = [t.name for t in tiles if t.status is Status.NOT_REPORTED]
    if len(silent) == len(tiles):
        return f"{whole}都未报"
    behind = [_bare(t.name) for t in tiles if t.status is Status.BEHIND]
    warned = [_bare(t.name) for t in tiles if t.status is Status.RECOVERING]
    judged = [t for t in tiles if t.status in (Status.BEHIND, Status.RECOVERING, Status.ON_TRACK)]
    tail = f"，另有{len(silent)}个未报" if silent else ""
    if not judged:
        return f"{whole}：{len(silent)}个未报" if silent else f"全年{whole}"
    if behind and len(behind) == len(tiles):
        return f"{whole}全部滞后"
    if behind:
        more = f"，{len(warned)}个预警" if warned else ""
        return f"{whole}中{len(behind)}个滞后：{listed(behind, 2)}{more}{tail}"
    if warned:
        return f"{whole}没有滞后，{len(warned)}个预警：{listed(warned, 2)}{tail}"
    return f"{whole}全部正常" if len(judged) == len(tiles) else f"{whole}没有滞后{tail}"


def _bare(name: str) -> str:
    return name.split("（")[0].removeprefix("风险")


def projects(bars: Sequence[ProjectBar], on: date, deadline: date, *, is_forecast: bool = False) -> str:
    """7个乡镇9月30日前难以全部竣工，每周需竣工12个; 15个乡镇有项目已过计划竣工日，… without a forecast."""
    told = [b for b in bars if b.reported]
    by = f"{short_day(deadline)}前"
    if not told:
        return "项目进度未报"
    silent = f"（{listed([b.name for b in bars if not b.reported], 1)}未报）" if len(told) < len(bars) else ""
    left = sum(b.on_course + b.late for b in told)
    total = left + sum(b.completed for b in told)
    if not total:
        return f"没有列入年度计划的项目{silent}"
    if not left:
        return f"{total}个项目全部竣工{silent}"
    late = [b for b in told if b.late]
    days = (deadline - on).days
    pace = (
        f"{'' if is_forecast and late else by}每周需竣工{weekly(left, days)}个"
        if days > 0
        else f"{short_day(deadline)}已过{-days}天，尚有{left}个未竣工"
        if days
        else f"{short_day(deadline)}时限已到，尚有{left}个未竣工"
    )
    if not late:
        fine = f"尚有{left}个未竣工" if is_forecast else "没有项目已过计划竣工日"
        return f"{fine}，{pace}{silent}"
    every = "都" if len(late) == len(bars) else ""
    if len(late) == 1:
        hard = f"{by}难以竣工" if is_forecast else "已过计划竣工日"
        return f"{late[0].name}{late[0].late}个项目{hard}，{pace}{silent}"
    hard = f"{by}{every}难以全部竣工" if is_forecast else f"{every}有项目已过计划竣工日"
    return f"{len(late)}个乡镇{hard}，{pace}{silent}"


def completion(place: str, townships: Sequence[tuple[str, Status]]) -> str:
    """方城县：4个乡镇项目竣工滞后，8个预警; 三战区：小史店镇项目竣工滞后. Of each township's own completion rate."""
    silent = [name for name, status in townships if status is Status.NOT_REPORTED]
    behind = [name for name, status in townships if status is Status.BEHIND]
    warned = sum(status is Status.RECOVERING for _, status in townships)
    if len(silent) == len(townships):
        return f"{place}：项目进度未报"
    tail = (f"，{warned}个预警" if warned else "") + (f"，{listed(silent, 1)}未报" if silent else "")
    if not behind:
        return f"{place}：没有乡镇项目竣工滞后{tail}"
    if len(behind) == len(townships) > 1:
        return f"{place}：{len(behind)}个乡镇项目竣工都滞后"
    if len(behind) <= 2:
        return f"{place}：{listed(behind)}项目竣工滞后{tail}"
    return f"{place}：{len(behind)}个乡镇项目竣工滞后{tail}"


def funds(spending: Tile, gap_points: float | None, share: str = "") -> str:
    """资金支出率68.0%，比序时进度高1.3个百分点; where there is no pace, the paid sum and its `share` of the plan."""
    if spending.status is Status.NOT_REPORTED:
        return f"{spending.name}未报"
    if gap_points is None and share == "0%":
        return "项目资金尚无支付"
    if gap_points is None:
        return f"{spending.name}{spending.text}" + (f"，为计划资金的{share}" if share else "")
    points = round(gap_points, 1)
    compare = (
        "与序时进度持平"
        if points == 0
        else f"比序时进度{'高' if points > 0 else '低'}{abs(points):.1f}个百分点"
    )
    return f"{spending.name}{spending.text}，{compare}"


def pilot(zone: PilotZone) -> str:
    """杨集镇：到期节点8项，1项逾期未完成."""
    name, due, late = zone.township.name, len(zone.due), len(zone.late)
    if not zone.reported:
        return f"{name}：示范片区节点未报"
    if not due:
        return f"{name}：{len(zone.milestones)}项节点都未到期"
    done = sum(m.done is not None for m in zone.due)
    if done == due:
        return f"{name}：到期的{due}项节点全部完成"
    if late == due:
        return f"{name}：到期的{due}项节点都逾期未完成"
    return f"{name}：到期节点{due}项，" + (f"{late}项逾期未完成" if late else f"完成{done}项，没有逾期")


def township(name: str, remaining: Tile, overdue: int | None, left: int | None) -> str:
    """小史店镇：5个项目已过计划竣工日，未消除监测对象未报."""
    if left is None or overdue is None:
        works = "项目进度未报"
    elif overdue:
        works = f"{overdue}个项目已过计划竣工日"
    elif left:
        works = f"{left}个项目未竣工，都未到计划日"
    else:
        works = "项目全部竣工"
    risk = "监测对象未报" if remaining.status is Status.NOT_REPORTED else f"未消除风险{remaining.text}"
    return f"{name}：{works}，{risk}"
