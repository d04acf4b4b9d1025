"""Projects of the demo county: a hidden true life each, and the ledgers that knew part of it on a day.

What happens to a project is drawn once. A workbook of a day shows what was known on that day and no more.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from core.demo.workbook import Cell, chinese_day, write_sheet
from core.places import Place, place_tree

DATES = tuple(date(2022, m, d) for m, d in ((3, 15), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31)))
QUARTERS = (
    date(2018, 12, 31),
    *(date(y, m, d) for y in (2019, 2020, 2021) for m, d in ((3, 31), (6, 30), (9, 30), (12, 31))),
)
SOURCES = ("中央", "省级", "市级", "县级", "整合资金")
INDUSTRY = "产业发展"
SLOW_TOWNSHIPS = ("赵河镇", "小史店镇", "拐河镇")

Written = tuple[str, str, date, date]


@dataclass(frozen=True)
class Allotment:
    """A document that hands down money of one source. `cents` are 0.01 万元."""

    number: str
    name: str
    issued_on: date
    source: int
    cents: int


ALLOTMENTS = tuple(
    Allotment(number, name, date(2022, month, day), source, cents)
    for month, day, source, cents, number, name in (
        (1, 20, 0, 350000, "宛财预〔2022〕11号", "关于提前下达2022年中央财政衔接推进乡村振兴补助资金的通知"),
        (1, 25, 1, 200000, "宛财预〔2022〕17号", "关于提前下达2022年省级财政衔接推进乡村振兴补助资金的通知"),
        (2, 18, 3, 420000, "方财预〔2022〕26号", "关于下达2022年第一批县级配套衔接资金的通知"),
        (3, 10, 4, 150000, "方财预〔2022〕39号", "关于下达2022年第一批统筹整合财政涉农资金的通知"),
        (3, 28, 2, 70000, "宛财预〔2022〕92号", "关于下达2022年第一批市级财政衔接资金的通知"),
        (4, 15, 3, 360000, "方财预〔2022〕58号", "关于下达2022年第二批县级配套衔接资金的通知"),
        (
            4,
            22,
            0,
            170000,
            "宛财预〔2022〕133号",
            "关于下达2022年第二批中央财政衔接推进乡村振兴补助资金的通知",
        ),
        (
            5,
            12,
            1,
            130000,
            "宛财预〔2022〕168号",
            "关于下达2022年第二批省级财政衔接推进乡村振兴补助资金的通知",
        ),
        (5, 20, 4, 160000, "方财预〔2022〕77号", "关于下达2022年第二批统筹整合财政涉农资金的通知"),
        (5, 27, 3, 240000, "方财预〔2022〕83号", "关于下达2022年第三批县级配套衔接资金的通知"),
        (6, 20, 2, 54000, "宛财预〔2022〕214号", "关于下达2022年第二批市级财政衔接资金的通知"),
        (7, 8, 3, 190000, "方财预〔2022〕109号", "关于下达2022年第四批县级配套衔接资金的通知"),
        (
            7,
            12,
            0,
            53000,
            "宛财预〔2022〕247号",
            "关于下达2022年第三批中央财政衔接推进乡村振兴补助资金的通知",
        ),
        (7, 22, 4, 142000, "方财预〔2022〕118号", "关于下达2022年第三批统筹整合财政涉农资金的通知"),
        (8, 5, 1, 43000, "宛财预〔2022〕279号", "关于下达2022年第三批省级财政衔接推进乡村振兴补助资金的通知"),
        (8, 12, 3, 158000, "方财预〔2022〕131号", "关于下达2022年第五批县级配套衔接资金的通知"),
    )
)
_HANDED_DOWN = tuple(min(a.issued_on for a in ALLOTMENTS if a.source == s) for s in range(len(SOURCES)))
_PAID_SHARE = 0.68  # of the money handed down, on the last of DATES


@dataclass(frozen=True)
class Work:
    """A kind of project: what it is called, what it builds, and which department answers for it."""

    kind: str
    second: str
    title: str
    content: str
    department: str
    post: str
    unit: str
    household: bool = False


_FARM = ("农业农村局", "农业农村局局长")
_RURAL = ("乡村振兴局", "乡村振兴局局长")
_ROAD = ("交通运输局", "交通运输局局长")
_WATER = ("水利局", "水利局局长")
_HOUSE = ("住房和城乡建设局", "住房和城乡建设局局长")
_JOBS = ("人力资源和社会保障局", "人力资源和社会保障局局长")
_BUILD = "乡村建设行动"
_FARM_WORKS = (
    ("生产项目", "香菇种植基地建设项目", "新建香菇种植大棚{n}座及配套水电", "座"),
    ("生产项目", "食用菌产业园建设项目", "建设标准化出菇棚{n}座、冷库1座", "座"),
    ("生产项目", "裕丹参种植基地建设项目", "发展裕丹参种植{n}0亩，配套灌溉管网", "亩"),
    ("生产项目", "黄金梨示范园建设项目", "改造黄金梨园{n}0亩，铺设滴灌设施", "亩"),
    ("生产项目", "蔬菜大棚建设项目", "新建日光温室{n}座及田间道路", "座"),
    ("生产项目", "肉牛养殖小区建设项目", "新建标准化牛舍{n}00平方米及青贮池", "平方米"),
    ("生产项目", "肉羊养殖基地建设项目", "新建羊舍{n}0平方米及饲草棚", "平方米"),
    ("生产项目", "烟叶烘烤工场建设项目", "新建密集烤房{n}座及配套用房", "座"),
    ("加工流通项目", "艾草加工车间建设项目", "新建加工车间{n}00平方米，购置设备1套", "平方米"),
    ("加工流通项目", "红薯粉条加工项目", "新建粉条加工车间{n}00平方米及晾晒场", "平方米"),
    ("加工流通项目", "农产品保鲜冷库建设项目", "新建冷库{n}0立方米及分拣车间", "立方米"),
    ("加工流通项目", "花生仓储加工项目", "新建仓储车间{n}00平方米", "平方米"),
    ("配套设施项目", "产业园区道路配套项目", "硬化园区道路{n}00米，配套排水沟", "米"),
    ("配套设施项目", "高效节水灌溉项目", "新打机井{n}眼，铺设管网", "眼"),
    ("新型农村集体经济发展项目", "帮扶车间建设项目", "新建帮扶车间{n}00平方米及附属设施", "平方米"),
)
_BUILD_WORKS = (
    ("农村基础设施", "通村道路硬化项目", "硬化村内道路{n}00米，宽4米，厚0.18米", _ROAD),
    ("农村基础设施", "自然村组道路建设项目", "新修自然村组道路{n}00米", _ROAD),
    ("农村基础设施", "桥涵建设项目", "新建桥涵{n}座", _ROAD),
    ("农村基础设施", "安全饮水提升项目", "铺设供水管网{n}00米，更换水表", _WATER),
    ("农村基础设施", "坑塘整治项目", "整治坑塘{n}处，砌护边坡", _WATER),
    ("人居环境整治", "人居环境整治项目", "整治街巷{n}条，配套绿化与路灯", _FARM),
    ("人居环境整治", "生活污水治理项目", "铺设污水管网{n}00米，建处理设施1套", _HOUSE),
    ("人居环境整治", "户厕改造项目", "改造户厕{n}0户", _FARM),
    ("农村公共服务", "党群服务中心提升项目", "改造服务用房{n}0平方米", _RURAL),
    ("农村公共服务", "标准化卫生室建设项目", "改造卫生室{n}0平方米", ("卫生健康委员会", "卫生健康委主任")),
)
_WORKS: Mapping[str, Sequence[Work]] = {
    INDUSTRY: tuple(Work(INDUSTRY, s, t, c, *_FARM, u) for s, t, c, u in _FARM_WORKS),
    _BUILD: tuple(Work(_BUILD, s, t, c, *d, "") for s, t, c, d in _BUILD_WORKS),
    "就业项目": (
        Work("就业项目", "就业", "就业帮扶基地建设项目", "改造就业帮扶基地{n}0平方米", *_JOBS, ""),
        Work("就业项目", "技能培训", "实用技能培训项目", "开展技能培训{n}0人次", *_JOBS, "", True),
    ),
    "巩固三保障成果": (
        Work("巩固三保障成果", "住房", "农村危房改造项目", "改造动态新增危房{n}户", *_HOUSE, "", True),
        Work("巩固三保障成果", "饮水", "饮水安全巩固项目", "维修供水设施{n}处", *_WATER, ""),
    ),
    "易地搬迁后扶": (
        Work("易地搬迁后扶", "公共服务", "易地搬迁安置区配套提升项目", "改造安置区管网{n}00米", *_RURAL, ""),
    ),
    "乡村治理和精神文明建设": (
        Work(
            "乡村治理和精神文明建设", "乡村治理", "乡风文明积分超市建设项目", "建设积分超市{n}处", *_RURAL, ""
        ),
    ),
    "其他": (Work("其他", "其他", "防灾应急设施建设项目", "购置应急设备{n}台套", *_RURAL, ""),),
}
_COUNTY_WORKS = (
    Work(INDUSTRY, "金融保险配套项目", "小额信贷贴息项目", "对{n}00户脱贫户小额贷款贴息", *_RURAL, "", True),
    Work(INDUSTRY, "产业服务支撑项目", "光荣合作社带动奖补项目", "对带动成效好的合作社奖补{n}家", *_FARM, ""),
    Work("就业项目", "公益性岗位", "公益性岗位补助项目", "安置公益性岗位{n}00人", *_JOBS, "", True),
    Work("就业项目", "务工补助", "外出务工一次性交通补助项目", "补助务工人员{n}00人", *_JOBS, "", True),
    Work(
        "巩固三保障成果",
        "教育",
        "雨露计划职业教育补助项目",
        "补助职业教育学生{n}00人",
        "教育体育局",
        "教育体育局局长",
        "",
        True,
    ),
    Work("巩固三保障成果", "综合保障", "防返贫保险项目", "为监测对象投保{n}00户", *_RURAL, "", True),
    Work("就业项目", "技能培训", "致富带头人培训项目", "培训致富带头人{n}0人", *_RURAL, ""),
    Work("项目管理费", "项目管理费", "项目管理费", "项目前期、监理、验收与绩效管理", *_RURAL, ""),
)
_SEVERAL_WORKS = (
    Work(_BUILD, "农村基础设施", "跨乡镇产业路建设项目", "新修跨乡镇道路{n}00米", *_ROAD, ""),
    Work(_BUILD, "农村基础设施", "区域供水管网互联项目", "铺设主管网{n}00米", *_WATER, ""),
    Work(INDUSTRY, "生产项目", "裕丹参种植带建设项目", "建设种植带{n}00亩", *_FARM, "亩"),
    Work(INDUSTRY, "加工流通项目", "食用菌冷链物流项目", "建设冷链中心{n}00平方米", *_FARM, "平方米"),
    Work(_BUILD, "人居环境整治", "垃圾收运体系完善项目", "购置收运车辆{n}台", *_HOUSE, ""),
)
_KIND_WEIGHTS = {
    INDUSTRY: 112,
    _BUILD: 80,
    "就业项目": 11,
    "巩固三保障成果": 11,
    "易地搬迁后扶": 4,
    "乡村治理和精神文明建设": 4,
    "其他": 3,
}
_SIZE = {INDUSTRY: 1.5, _BUILD: 1.0, "易地搬迁后扶": 1.2, "项目管理费": 0.6}
_SLOW_KIND = {_BUILD: 0.06, "易地搬迁后扶": 0.08, "就业项目": -0.08, "巩固三保障成果": -0.04}


@dataclass(frozen=True)
class Project:
    """A project and everything that will happen to it. `cents` are 0.01 万元, one per source."""

    number: str
    year: int
    unit: Place
    village: str
    name: str
    work: Work
    nature: str
    content: str
    office: str
    responsible: str
    approval: str
    approved_on: date
    planned_start: date
    started_on: date
    planned_finish: date
    finished_on: date
    accepted_on: date
    notices: tuple[date | None, date | None, date | None]
    tender: str
    contractor: str
    households: int
    poor_households: int
    entered_on: date
    revisions: tuple[tuple[date, date], ...] = ()
    stopped_on: date | None = None
    stalled_from: date | None = None
    cents: tuple[int, ...] = (0, 0, 0, 0, 0)
    document: Allotment | None = None
    problem: str = ""

    @property
    def total(self) -> int:
        """Planned money of all sources."""
        return sum(self.cents)

    @property
    def contract(self) -> int:
        """The contract's money, a little under the plan where there is a tender."""
        return self.total * 98 // 100 if self.contractor else self.total

    def stopped(self, on: date) -> bool:
        """True once the project was given up."""
        return self.stopped_on is not None and self.stopped_on <= on

    @property
    def is_prepaid(self) -> bool:
        """True for a few that stand still although most of their money was paid at the start."""
        return self.year == 2022 and self.stalled_from is not None and int(self.number) % 4 == 0

    def finished(self, on: date) -> bool:
        """True once it was completed."""
        return self.finished_on <= on and not self.stopped(on)

    def progress(self, on: date) -> int | None:
        """形象进度 of a day, in steps of 5; None before work began."""
        if on < self.approved_on or on < self.started_on:
            return None if on < self.approved_on else 0
        until = min(d for d in (on, self.stopped_on, self.stalled_from) if d)
        if self.finished(on):
            return 100
        part = max(0, (until - self.started_on).days) / max(1, (self.finished_on - self.started_on).days)
        return min(95, max(5, int(100 * min(1, part) ** 0.85) // 5 * 5))

    def status(self, on: date) -> str:
        """项目状态 of a day."""
        if on < self.approved_on:
            return "储备"
        if self.stopped(on):
            return "已终止"
        if self.finished(on):
            return "已验收" if self.accepted_on <= on else "已竣工"
        if on < self.started_on:
            return "已批复"
        return "在建" if (self.progress(on) or 0) >= 15 else "已开工"

    def revised_finish(self, on: date) -> date | None:
        """The latest revised day that was known on a day."""
        return next(
            (to for known, to in reversed(self.revisions) if known <= on and not self.stopped(known)), None
        )


@dataclass(frozen=True)
class Payment:
    """One line of the payment ledger; negative when money came back."""

    project: Project
    paid_on: date
    source: int
    cents: int
    note: str = ""
    voucher: str = ""


def days(number: float) -> timedelta:
    """That many whole days."""
    return timedelta(days=round(number))


def share(quota: int, weights: Mapping[int, float]) -> dict[int, int]:
    """Split a whole number by weights so that the parts sum to it exactly (largest remainder)."""
    whole = sum(weights.values())
    exact = {key: quota * weight / whole for key, weight in weights.items()}
    parts = {key: int(value) for key, value in exact.items()}
    by_rest = sorted(exact, key=lambda key: (parts[key] - exact[key], key))
    for key in by_rest[: quota - sum(parts.values())]:
        parts[key] += 1
    return parts


def _revisions(rng: random.Random, first: date, finished: date) -> tuple[tuple[date, date], ...]:
    """The days on which a late project's day was moved, and to which day."""
    found: list[tuple[date, date]] = []
    due = first
    while due < finished and len(found) < 3:
        known = due + days(rng.uniform(2, 14))
        if known >= finished:
            break
        due = known + max(days(5), days((finished - known).days * rng.uniform(0.6, 1.15)))
        found.append((known, due))
    return tuple(found)


_PROBLEMS = (
    "受汛期降雨影响，土建施工滞后",
    "用地手续办理时间长",
    "施工单位人员设备投入不足",
    "设备采购到货延迟",
    "建材价格上涨，施工单位推进缓慢",
    "村内管线迁改协调未完成",
)
_NAMES_OF_BUILDERS = "甲乙丙丁戊己庚辛壬癸"


def _draw(
    rng: random.Random,
    year: int,
    order: int,
    unit: Place,
    work: Work,
    names: Counter[str],
    dates: tuple[date, date, date, date],
) -> Project:
    """A project with its words; `dates` are approval, planned start, planned finish and last notice start."""
    approved, planned_start, planned_finish, entered = dates
    villages = place_tree().villages_of(unit) if unit.is_township else ()
    village = rng.choice(villages).name if villages and rng.random() < 0.94 else ""
    place = f"{unit.name}{village}" if unit.is_township else "方城县"
    title = f"{place}{work.title}"
    names[title] += 1
    suffix = f"（{'一二三四五六七八九十'[min(9, names[title] - 1)]}期）" if names[title] > 1 else ""
    by_township = unit.is_township and rng.random() < 0.55
    short = unit.name
    is_street = short.endswith("街道")
    head = "办事处主任" if is_street else "乡长" if short.endswith("乡") else "镇长"
    builds = (
        not work.household
        and work.kind != "项目管理费"
        and "奖补" not in work.title
        and "培训" not in work.title
    )
    notices = tuple(
        approved + days(rng.uniform(*lag)) if rng.random() < chance else None
        for lag, chance in (((1, 18), 0.985), ((3, 30), 0.975), ((4, 40), 0.965))
    )
    households = rng.randint(18, 160) if unit.is_township else rng.randint(400, 2600)
    return Project(
        number=f"411322{year}{order:04d}",
        year=year,
        unit=unit,
        village=village,
        name=f"{title}{suffix}" if year == 2022 else f"{year}年{title}{suffix}",
        work=work,
        nature=rng.choices(("新建", "续建", "改建", "扩建"), (78, 6, 9, 7))[0] if builds else "其他",
        content=work.content.format(n=rng.randint(4, 28)),
        office=(f"{short}办事处" if is_street else f"{short}人民政府")
        if by_township
        else f"方城县{work.department}",
        responsible=f"{short}{head}" if by_township else f"方城县{work.post}",
        approval=f"方乡振组〔{year}〕{rng.randint(3, 24)}号",
        approved_on=approved,
        planned_start=planned_start,
        started_on=planned_start,
        planned_finish=planned_finish,
        finished_on=planned_finish,
        accepted_on=planned_finish + days(rng.uniform(15, 45)),
        notices=(notices[0], notices[1], notices[2]),
        tender=rng.choices(("公开招标", "竞争性磋商", "竞争性谈判"), (55, 30, 15))[0] if builds else "",
        contractor=f"示例{rng.choice(_NAMES_OF_BUILDERS)}建设工程有限公司" if builds else "",
        households=households,
        poor_households=round(households * rng.uniform(0.15, 0.45)),
        entered_on=entered,
        problem=rng.choice(_PROBLEMS),
    )


def _finance(
    rng: random.Random, projects: Sequence[Project], quotas: Sequence[int], industry: Sequence[float]
) -> list[Project]:
    """Give every project its money so that each source sums to its quota exactly, in whole 0.01 万元.

    `industry` is the part of each source that goes to 产业发展.
    """
    uses: list[set[int]] = []
    size = [rng.lognormvariate(0, 0.45) * _SIZE.get(p.work.kind, 0.7) for p in projects]
    size = [s * (1 if p.unit.is_township else 1.8) for s, p in zip(size, projects, strict=True)]
    for _ in projects:
        main = rng.choices(range(5), (24, 16, 6, 44, 10))[0]
        uses.append({main, *(s for s in range(5) if rng.random() < (0.2, 0.15, 0.1, 0.6, 0.3)[s])})
    money = [[0] * 5 for _ in projects]
    for source, (quota, part) in enumerate(zip(quotas, industry, strict=True)):
        for is_industry, amount in ((True, round(quota * part)), (False, quota - round(quota * part))):
            weights = {
                i: size[i]
                for i, p in enumerate(projects)
                if source in uses[i] and (p.work.kind == INDUSTRY) == is_industry
            }
            for i, part_of_it in share(amount, weights).items():
                money[i][source] = part_of_it
    financed = []
    for project, cents in zip(projects, money, strict=True):
        main = cents.index(max(cents))
        known = [a for a in ALLOTMENTS if a.source == main]
        document = rng.choice(known[: 2 if rng.random() < 0.7 else 4]) if project.year == 2022 else None
        financed.append(replace(project, cents=tuple(cents), document=document))
    return financed


def _townships(rng: random.Random, count: int, least: int) -> list[Place]:
    """`count` townships, each at least `least` times, the rest by number of villages."""
    tree = place_tree()
    units = list(tree.townships)
    weights = [len(tree.villages_of(u)) for u in units]
    chosen = units * least + rng.choices(units, weights, k=count - least * len(units))
    rng.shuffle(chosen)
    return chosen


def _special_units() -> tuple[Place, Place]:
    """县本级 and 跨乡镇."""
    by_kind = {p.kind: p for p in place_tree().others}
    return by_kind["county_level"], by_kind["several"]


def _sites(rng: random.Random, count: int, least: int) -> list[tuple[Place, Work]]:
    """Where and what: 8 in 县本级, 5 in 跨乡镇, the rest in townships."""
    county, several = _special_units()
    sites = [(county, w) for w in _COUNTY_WORKS] + [(several, w) for w in _SEVERAL_WORKS]
    kinds = rng.choices(list(_KIND_WEIGHTS), list(_KIND_WEIGHTS.values()), k=count - len(sites))
    sites += [
        (u, rng.choice(_WORKS[k])) for u, k in zip(_townships(rng, len(kinds), least), kinds, strict=True)
    ]
    rng.shuffle(sites)
    return sites


def _lateness(project: Project) -> float:
    """What is added to the logarithm of the delay ratio for a place and a kind."""
    slow = 0.4 if project.unit.name in SLOW_TOWNSHIPS else 0.0
    place = (int(project.unit.code[-3:]) * 37 % 11 - 5) / 60
    return slow + place + _SLOW_KIND.get(project.work.kind, 0.0)


def _happen(
    rng: random.Random, project: Project, median_log: float, sigma: float, start_lag: float
) -> Project:
    """What truly happens: start, completion, acceptance, and the days that were moved on the way."""
    started = project.planned_start + days(max(-4, rng.gauss(start_lag, 5)))
    started = max(started, project.approved_on + days(2))
    ratio = rng.lognormvariate(median_log + _lateness(project), sigma)
    if rng.random() < 0.09:
        ratio *= rng.uniform(1.15, 1.9)
    planned = (project.planned_finish - project.planned_start).days
    finished = started + days(planned * max(0.6, ratio))
    return replace(
        project,
        started_on=started,
        finished_on=finished,
        accepted_on=finished + days(rng.uniform(15, 45)),
        revisions=_revisions(rng, project.planned_finish, finished),
    )


@lru_cache(maxsize=1)
def projects_2022() -> tuple[Project, ...]:
    """The 238 projects of 2022."""
    rng = random.Random(20220001)
    names: Counter[str] = Counter()
    projects = []
    for order, (unit, work) in enumerate(_sites(rng, 238, 4), 1):
        approved = date(2022, 2, 8) + days(rng.betavariate(1.6, 2.6) * 76)
        planned_start = approved + days(rng.uniform(8, 26))
        month, last = rng.choices(((6, 30), (7, 31), (8, 31), (9, 30)), (54, 34, 8, 4))[0]
        planned_finish = date(2022, month, rng.choice((10, 15, 20, 25, last, last, last)))
        planned_finish = max(planned_finish, planned_start + days(50))
        entered = date(2021, 9, 15) + days(rng.uniform(0, 100))
        drawn = _draw(rng, 2022, order, unit, work, names, (approved, planned_start, planned_finish, entered))
        projects.append(_happen(rng, drawn, -0.03, 0.12, 1))
    for i, project in _singled_out(rng, projects).items():
        projects[i] = project
    quotas = (590_000, 390_000, 130_000, 1_510_000, 540_000)
    return tuple(_finance(rng, projects, quotas, (0.608, 0.608, 0.608, 0.608, 0.4383)))


def _singled_out(rng: random.Random, projects: Sequence[Project]) -> dict[int, Project]:
    """Eight projects that stand still since June, four that did not begin, two that were given up."""
    usable = [i for i, p in enumerate(projects) if p.contractor and p.unit.is_township]
    slow = [i for i in usable if projects[i].unit.name in SLOW_TOWNSHIPS]
    early = [i for i in usable if projects[i].started_on < date(2022, 5, 10)]
    stalled = rng.sample([i for i in slow if i in early], 5)
    stalled += rng.sample([i for i in early if i not in slow], 3)
    rest = [i for i in usable if i not in stalled]
    unstarted = rng.sample(rest, 4)
    stopped = rng.sample([i for i in rest if i in early and i not in unstarted], 2)
    changed = {}
    for i in stalled:
        finished = date(2022, 10, 20) + days(rng.uniform(0, 45))
        changed[i] = replace(
            projects[i], stalled_from=date(2022, 6, 4) + days(rng.uniform(0, 22)), finished_on=finished
        )
    for i in unstarted:
        started = date(2022, 9, 5) + days(rng.uniform(0, 20))
        changed[i] = replace(projects[i], started_on=started, finished_on=started + days(rng.uniform(50, 80)))
    for i, stopped_on in zip(stopped, (date(2022, 6, 22), date(2022, 7, 18)), strict=True):
        finished = date(2022, 11, 10)
        changed[i] = replace(
            projects[i],
            stopped_on=stopped_on,
            finished_on=finished,
            problem="建设条件发生变化，经县领导小组研究终止",
        )
    for i, p in changed.items():
        changed[i] = replace(
            p,
            accepted_on=p.finished_on + days(30),
            revisions=_revisions(rng, p.planned_finish, p.finished_on),
        )
    return changed


@lru_cache(maxsize=1)
def projects_of_past() -> tuple[Project, ...]:
    """About 150 projects a year of 2018-2021."""
    rng = random.Random(20180001)
    found: list[Project] = []
    county_cents = {2018: 1_080_000, 2019: 1_210_000, 2020: 1_330_000, 2021: 1_420_000}
    for year, count in ((2018, 148), (2019, 152), (2020, 155), (2021, 151)):
        names: Counter[str] = Counter()
        projects = []
        for order, (unit, work) in enumerate(_sites(rng, count, 3), 1):
            approved = date(year, 1, 20) + days(rng.betavariate(1.8, 2.4) * 150)
            planned_start = approved + days(rng.uniform(8, 30))
            planned_finish = planned_start + days(rng.triangular(60, 240, 120))
            entered = date(year - 1, 9, 15) + days(rng.uniform(0, 100))
            dates = (approved, planned_start, planned_finish, entered)
            drawn = _happen(rng, _draw(rng, year, order, unit, work, names, dates), 0.02, 0.31, 4)
            if rng.random() < 0.018:
                drawn = replace(drawn, stopped_on=drawn.started_on + days(rng.uniform(20, 55)))
            projects.append(drawn)
        county = county_cents[year]
        quotas = (county * 45 // 100, county * 29 // 100, county * 9 // 100, county, county * 40 // 100)
        found += _finance(rng, projects, quotas, (0.52, 0.52, 0.5, 0.55, 0.4))
    return tuple(found)


def _instalments(rng: random.Random, project: Project, factor: float) -> list[Payment]:
    """Payments at start, half way, completion and acceptance; `factor` scales how much of the plan is paid."""
    half = project.started_on + (project.finished_on - project.started_on) * 0.55
    steps = (
        (project.started_on + days(rng.uniform(5, 30)), rng.uniform(0.25, 0.35)),
        (half + days(rng.uniform(3, 20)), rng.uniform(0.5, 0.62)),
        (project.finished_on + days(rng.uniform(6, 24)), rng.uniform(0.78, 0.88)),
        (project.accepted_on + days(rng.uniform(5, 25)), rng.uniform(0.95, 1.0)),
    )
    if project.is_prepaid:
        steps = ((steps[0][0], 0.9), *steps[1:])
    top = project.contract
    paid = [0] * 5
    found: list[Payment] = []
    for paid_on, part in steps:
        gone = project.stopped(paid_on) or (
            project.stalled_from is not None and project.stalled_from < paid_on
        )
        if gone:
            break
        until = min(top, int(project.total * min(1.0, part * factor)))
        for source, cents in enumerate(project.cents):
            due = until * cents // project.total - paid[source]
            if due > 0:
                paid[source] += due
                earliest = _HANDED_DOWN[source] + days(3) if project.year == 2022 else paid_on
                found.append(Payment(project, max(paid_on, earliest), source, due))
    return found


def _payments(factor: float) -> list[Payment]:
    """All payments of 2022 when `factor` of the usual part is paid, with a few reversals."""
    rng = random.Random(20220002)
    found: list[Payment] = []
    for project in projects_2022():
        own = _instalments(rng, project, factor)
        back = rng.random() < 0.03
        if project.stopped_on and own:
            found.append(
                replace(
                    own[0],
                    paid_on=project.stopped_on + days(9),
                    cents=-(own[0].cents * 4 // 5),
                    note="项目终止，资金冲回",
                )
            )
        elif back and own and (part := own[0].cents // 3):
            first = own[0]
            found.append(
                replace(first, paid_on=first.paid_on + days(6), cents=-part, note="收款账户有误，退回冲回")
            )
            found.append(replace(first, paid_on=first.paid_on + days(15), cents=part, note="冲回后重新支付"))
        found += own
    return found


@lru_cache(maxsize=1)
def payments_2022() -> tuple[Payment, ...]:
    """Every payment of 2022 by day, numbered; the whole paid by the last date is the wanted part."""
    wanted = _PAID_SHARE * sum(a.cents for a in ALLOTMENTS)
    low, high = 0.5, 1.5
    for _ in range(30):
        factor = (low + high) / 2
        paid = sum(p.cents for p in _payments(factor) if p.paid_on <= DATES[-1])
        low, high = (factor, high) if paid < wanted else (low, factor)
    ordered = sorted(_payments(high), key=lambda p: (p.paid_on, p.project.number, p.source))
    return tuple(replace(p, voucher=f"FC2022{i:05d}") for i, p in enumerate(ordered, 1))


@lru_cache(maxsize=1)
def _payments_of_past() -> tuple[Payment, ...]:
    rng = random.Random(20180002)
    return tuple(p for project in projects_of_past() for p in _instalments(rng, project, 1.0))


def paid_until(payments: Sequence[Payment], on: date) -> Counter[str]:
    """Money paid by a day, by project number."""
    paid: Counter[str] = Counter()
    for p in payments:
        if p.paid_on <= on:
            paid[p.project.number] += p.cents
    return paid


_PROJECT_WORDS = (
    "序号 项目编号 项目年度 乡镇 村 项目名称 项目类型 建设性质 建设内容 责任单位 项目责任人 项目状态 批复文号 批复时间 "
    "下达文号 资金合计(万元) 中央(万元) 省级(万元) 市级(万元) 县级(万元) 整合资金(万元) 招标方式 中标单位 中标金额(万元) "
    "合同金额(万元) 计划开工时间 开工时间 形象进度(%) 计划竣工时间 调整后竣工时间 实际竣工时间 验收时间 决算金额(万元) "
    "已拨付金额(万元) 支出进度(%) 未拨付原因 县级公告公示 乡级公告公示 村级公告公示 是否移交 资产确权单位 受益户数 "
    "受益脱贫户和监测户数 存在问题 备注"
)
PROJECT_HEADERS = tuple(_PROJECT_WORDS.split())


def _unpaid_reason(project: Project, paid: int, on: date) -> str:
    """未拨付原因, where a started project has money left."""
    if on < project.started_on or paid >= project.contract:
        return ""
    if project.stopped(on):
        return "项目终止"
    if project.finished(on):
        return "正在办理验收结算" if project.accepted_on > on else "质保金未到期"
    return "按工程进度拨付"


def _ledger_row(order: int, p: Project, paid: int, on: date) -> list[Cell]:
    """What the working ledger of a day says of one project."""
    approved, started = p.approved_on <= on, p.started_on <= on and p.approved_on <= on
    finished = p.finished(on)
    accepted = finished and p.accepted_on <= on
    contracted = started and bool(p.contractor)
    revised = p.revised_finish(on) if approved else None
    troubled = (
        not finished
        and approved
        and ((revised or p.planned_finish) < on or p.stopped(on) or revised is not None)
    )
    stalled = p.stalled_from is not None and (on - p.stalled_from).days > 30
    document = p.document.number if p.document and p.document.issued_on <= on and approved else ""
    if p.year < 2022 and approved:
        document = f"方财预〔{p.year}〕{20 + int(p.number[-4:]) % 60}号"
    remark = "经县领导小组研究终止" if p.stopped(on) else "现场停工" if stalled else ""
    done = accepted and bool(p.contractor)
    return [
        order,
        p.number,
        p.year,
        p.unit.name,
        p.village,
        p.name,
        p.work.kind,
        p.nature,
        p.content,
        p.office,
        p.responsible,
        p.status(on),
        p.approval if approved else "",
        p.approved_on if approved else None,
        document,
        p.total / 100,
        *(c / 100 for c in p.cents),
        p.tender if started else "",
        p.contractor if contracted else "",
        p.contract / 100 if contracted else None,
        p.contract / 100 if contracted else None,
        p.planned_start if approved else None,
        p.started_on if started else None,
        p.progress(on),
        p.planned_finish if approved else None,
        revised,
        p.finished_on if finished else None,
        p.accepted_on if accepted else None,
        p.contract / 100 if accepted else None,
        paid / 100,
        round(100 * paid / p.total, 2),
        _unpaid_reason(p, paid, on),
        *("是" if approved and day and day <= on else "否" for day in p.notices),
        ("是" if done and p.accepted_on + days(10) <= on else "否") if accepted else "",
        (f"{p.unit.name}{p.village}" if p.unit.is_township else p.office) if done else "",
        p.households,
        p.poor_households,
        p.problem if troubled or stalled else "",
        remark,
    ]


def _write_ledger(path: Path, years: str, projects: Sequence[Project], paid: Counter[str], on: date) -> None:
    rows = [_ledger_row(i, p, paid[p.number], on) for i, p in enumerate(projects, 1)]
    total: list[Cell] = ["合计", *([None] * (len(PROJECT_HEADERS) - 1))]
    for column, header in enumerate(PROJECT_HEADERS):
        if "万元" in header:
            cells = (row[column] for row in rows)
            total[column] = sum(round(c * 100) for c in cells if isinstance(c, int | float)) / 100
    title = f"方城县{years}年度衔接资金项目进度台账"
    write_sheet(
        path, "项目台账", [[title], [f"截至{chinese_day(on)}", "单位：万元"]], PROJECT_HEADERS, rows, total
    )


_POOL_WORDS = (
    "省 市 县 乡 村 项目编号 项目名称 规划年度 项目类型 二级项目类型 项目子类型 建设性质 是否到户项目 是否易地搬迁后扶项目 "
    "是否资产收益 是否增加村集体经济收入 项目摘要/建设内容及规模 项目负责人 联系电话 业务主管部门 项目实施单位 计划开工时间 "
    "计划完工时间 项目预算总投资(万元) 其中:财政衔接资金(万元) 其中:其他资金(万元) 受益总户数 受益总人数 受益脱贫户数 "
    "受益脱贫人口数(含监测对象) 绩效目标 联农带农机制 是否纳入年度项目实施计划 入库时间 审核状态"
)
POOL_HEADERS = tuple(_POOL_WORDS.split())


@lru_cache(maxsize=1)
def _reserve() -> tuple[Project, ...]:
    """About 40 projects of the pool that are kept for later."""
    rng = random.Random(20220003)
    names = Counter({p.name: 1 for p in projects_2022()})
    found: list[Project] = []
    for order, unit in enumerate(_townships(rng, 41, 1), 239):
        kind = rng.choices(list(_KIND_WEIGHTS), list(_KIND_WEIGHTS.values()))[0]
        planned = date(2023, 3, 1) + days(rng.uniform(0, 60))
        entered = date(2021, 11, 1) + days(rng.betavariate(1, 3) * 290)
        if not found:
            entered = date(2022, 8, 10)  # 每月的导出都有变化，不会与上月是同一个文件
        dates = (planned - days(20), planned, planned + days(rng.uniform(70, 150)), entered)
        project = _draw(rng, 2022, order, unit, rng.choice(_WORKS[kind]), names, dates)
        found.append(replace(project, cents=(0, 0, 0, rng.randint(2500, 24000), 0)))
    return tuple(found)


def _pool_row(p: Project, planned: bool) -> list[Cell]:
    industry = p.work.kind == INDUSTRY
    return [
        "河南省",
        "南阳市",
        "方城县",
        p.unit.name,
        p.village,
        p.number,
        p.name,
        p.year,
        p.work.kind,
        p.work.second,
        p.work.title,
        p.nature,
        "是" if p.work.household else "否",
        "是" if p.work.kind == "易地搬迁后扶" else "否",
        "是" if industry and bool(p.contractor) else "否",
        "是" if industry and bool(p.contractor) else "否",
        p.content,
        p.responsible,
        "",
        f"方城县{p.work.department}",
        p.office,
        p.planned_start,
        p.planned_finish,
        p.total / 100,
        sum(p.cents[:4]) / 100,
        p.cents[4] / 100,
        p.households,
        round(p.households * 2.9),
        p.poor_households,
        round(p.poor_households * 2.8),
        f"{p.content}，受益{p.households}户",
        "务工就业、土地流转、收益分红" if industry else "改善生产生活条件",
        "是" if planned else "否",
        p.entered_on,
        "已审核",
    ]


def write(out: Path) -> list[Written]:
    """Write the working ledgers, the pools and the ledgers of past years."""
    written: list[Written] = []
    now = projects_2022()
    for on in DATES:
        name = f"项目台账-{on:%Y%m%d}.xlsx"
        _write_ledger(out / name, "2022", now, paid_until(payments_2022(), on), on)
        written.append((name, "projects", on, on))
        name = f"项目库-{on:%Y%m%d}.xlsx"
        rows = [_pool_row(p, True) for p in now] + [
            _pool_row(p, False) for p in _reserve() if p.entered_on <= on
        ]
        write_sheet(out / name, "项目库", [], POOL_HEADERS, rows)
        written.append((name, "pool", on, on))
    for on in QUARTERS:
        name = f"历年项目台账-{on:%Y%m%d}.xlsx"
        begun = [p for p in projects_of_past() if p.year <= on.year]
        _write_ledger(out / name, "2018—2021", begun, paid_until(_payments_of_past(), on), on)
        written.append((name, "projects", on, on))
    return written
