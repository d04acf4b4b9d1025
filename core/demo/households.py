"""The invented county's monitored households: their lives from 2019 to August 2022, and six national exports.

Nobody in here exists. Names are drawn from two short lists, ID numbers carry the impossible district 000000,
telephones begin with 100.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

import xlsxwriter

from core.places import Place, place_tree

EXPORTS = (
    date(2022, 3, 15),
    date(2022, 4, 30),
    date(2022, 5, 31),
    date(2022, 6, 30),
    date(2022, 7, 31),
    date(2022, 8, 31),
)
OPEN_HOUSEHOLDS, OPEN_PERSONS = 2943, 8417  # 主要目标：现有监测对象
CLOSED_HOUSEHOLDS = 2106  # eliminated in earlier years, still in the system
LATE_TOWNSHIP, LATE_ON, LATE_KNOWN = "拐河镇", date(2022, 6, 30), date(2022, 7, 5)
SILENT_TOWNSHIP, SILENT_ON = "小史店镇", date(2022, 8, 31)

KINDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
CAUSES = {
    "因病": 34,
    "因残": 18,
    "因学": 9,
    "因务工就业不稳": 12,
    "因缺劳动力": 14,
    "因自然灾害": 4,
    "因意外事故": 4,
    "因产业项目失败": 3,
    "因安全饮水": 1,
    "其他": 1,
}
MEASURES_FOR = {
    "因病": ("健康帮扶", "综合保障"),
    "因残": ("综合保障", "社会帮扶"),
    "因学": ("教育帮扶", "义务教育保障"),
    "因务工就业不稳": ("就业帮扶", "公益性岗位帮扶"),
    "因缺劳动力": ("综合保障", "公益性岗位帮扶"),
    "因自然灾害": ("住房安全保障", "产业帮扶"),
    "因意外事故": ("健康帮扶", "社会帮扶"),
    "因产业项目失败": ("产业帮扶", "金融帮扶"),
    "因安全饮水": ("饮水安全保障",),
    "其他": ("社会帮扶",),
}
MEASURE_WORDS = {
    "产业帮扶": "发展种植养殖",
    "就业帮扶": "技能培训;劳务输出",
    "金融帮扶": "小额信贷",
    "公益性岗位帮扶": "乡村保洁员",
    "住房安全保障": "危房改造",
    "饮水安全保障": "饮水设施维修",
    "健康帮扶": "大病救助;签约服务",
    "教育帮扶": "雨露计划",
    "义务教育保障": "控辍保学",
    "综合保障": "低保;临时救助",
    "社会帮扶": "社会捐助",
    "生产生活条件改善": "庭院整治",
}
# 消除快慢随原因、类别不同；系数为每月消除的可能。
SPEED = {
    "因病": 0.8,
    "因残": 0.7,
    "因学": 1.3,
    "因务工就业不稳": 1.5,
    "因缺劳动力": 0.7,
    "因自然灾害": 1.2,
    "因意外事故": 1.0,
    "因产业项目失败": 1.1,
    "因安全饮水": 2.0,
    "其他": 1.0,
}
SLOW_TOWNSHIPS = {"赵河镇": 0.7, "小史店镇": 0.75, "拐河镇": 0.7, "杨楼镇": 0.85}
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
GIVEN = (
    "甲一",
    "乙二",
    "丙三",
    "丁四",
    "戊五",
    "己六",
    "庚七",
    "辛八",
    "壬九",
    "癸十",
    "子午",
    "丑未",
    "寅申",
)


@dataclass(frozen=True)
class Person:
    """One invented person; `number` is the 人编号 within the household."""

    number: int
    name: str
    id_number: str
    relation: str
    sex: str
    age: int
    health: str
    skill: str
    schooling: str
    is_working: bool
    plans_work: bool = False


@dataclass(frozen=True)
class Household:
    """A household as one export has it. Months are YYYYMM."""

    code: str
    village: Place
    persons: tuple[Person, ...]
    kind: str
    causes: tuple[str, ...]
    measures: tuple[str, ...]
    identified: int
    eliminated: int = 0
    way: str = ""
    is_safety_net: bool = False
    contact: str = ""
    income: float = 5800.0
    out_of_pocket: float = 0.0
    measures_begun: bool = True
    after_is_blank: bool = False
    flag_disagrees: bool = False
    waits_for: tuple[str, ...] = ()  # measures agreed on and not yet begun, in the month of recognition
    is_between: bool = False  # left the old township, not yet entered by the new one: in no export
    is_planted: bool = False  # breaks a data-quality rule on purpose, and stays as it is
    is_without_labour: bool = False

    @property
    def is_open(self) -> bool:
        """Not eliminated."""
        return not self.eliminated


@dataclass
class World:
    """The county as it goes from export to export. `planted` notes which data-quality rule each household
    breaks on purpose: they stay as they are, so that the breaks of every export are known."""

    homes: dict[str, Household] = field(default_factory=dict)
    planted: dict[str, int] = field(default_factory=dict)


def month_of(on: date) -> int:
    """YYYYMM of a day."""
    return on.year * 100 + on.month


def months_before(month: int, count: int) -> int:
    """The YYYYMM so many months earlier."""
    index = month // 100 * 12 + month % 100 - 1 - count
    return index // 12 * 100 + index % 12 + 1


def months_between(start: int, end: int) -> int:
    """Months from one YYYYMM to another."""
    return (end // 100 - start // 100) * 12 + end % 100 - start % 100


def id_number(rng: random.Random, born: int, serial: int) -> str:
    """An 18-digit number with a right check digit in a district that does not exist (000000)."""
    body = f"000000{born}{rng.randint(1, 12):02}{rng.randint(1, 28):02}{serial % 1000:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def _people(
    rng: random.Random, count: int, serial: int, *, without_labour: bool, cause: str
) -> tuple[Person, ...]:
    surname = rng.choice(SURNAMES)
    people = []
    for n in range(count):
        is_child = (n >= 2 and rng.random() < 0.6) or (cause == "因学" and n == count - 1 and count > 1)
        age = (
            rng.randint(7, 17) if is_child else rng.randint(66, 88) if without_labour else rng.randint(24, 64)
        )
        health = "健康"
        if not is_child and n == 0:
            health = {"因病": "患有大病", "因残": "残疾", "因意外事故": "长期慢性病"}.get(cause, "健康")
        if without_labour or is_child:
            skill = "无劳动力" if is_child or age > 70 else "丧失劳动力"
        elif health in ("残疾", "患有大病"):
            skill = "弱劳动力或半劳动力"
        else:
            skill = rng.choice(("普通劳动力", "普通劳动力", "技能劳动力"))
        if cause == "因务工就业不稳" and n == 0:
            skill, health = "普通劳动力", "健康"
        able = skill in ("普通劳动力", "技能劳动力", "弱劳动力或半劳动力")
        people.append(
            Person(
                number=n + 1,
                name=surname + GIVEN[(serial + n) % len(GIVEN)],
                id_number=id_number(rng, 2022 - age, serial * 7 + n),
                relation="户主"
                if n == 0
                else "之子"
                if is_child
                else rng.choice(("配偶", "之父", "之母", "之子")),
                sex=rng.choice("男女"),
                age=age,
                health=health,
                skill=skill,
                schooling=("小学" if age < 13 else "初中")
                if is_child and age < 16
                else "高中"
                if is_child
                else "非在校生",
                is_working=able and (rng.random() < 0.45 or (cause == "因务工就业不稳" and n == 0)),
            )
        )
    return tuple(people)


def _household(rng: random.Random, serial: int, village: Place, identified: int, persons: int) -> Household:
    cause = rng.choices(list(CAUSES), list(CAUSES.values()))[0]
    kind = rng.choices(KINDS, (44, 41, 15))[0]
    without_labour = cause in ("因病", "因残", "因缺劳动力") and persons <= 2 and rng.random() < 0.38
    if cause == "因学":
        persons = max(2, persons)
    others = [c for c in ("因病", "因残", "因学", "因意外事故", "因自然灾害", "其他") if c != cause]
    causes = (cause, *rng.sample(others, rng.choices((0, 1, 2, 3, 4), (66, 22, 8, 3, 1))[0]))
    if persons < 2:
        causes = tuple(c for c in causes if c != "因学") or (cause,)
    measures = tuple(dict.fromkeys(m for c in causes for m in MEASURES_FOR[c]))
    if rng.random() < 0.25:
        measures = (*measures, "生产生活条件改善")
    return Household(
        code=f"4113{serial:08d}",
        village=village,
        persons=_people(rng, persons, serial, without_labour=without_labour, cause=cause),
        kind=kind,
        causes=causes,
        measures=measures,
        identified=identified,
        is_safety_net=without_labour,
        is_without_labour=without_labour,
        contact="乡镇干部",
        income=round(rng.uniform(4200, 6880), 2)
        if kind != "突发严重困难户"
        else round(rng.uniform(7000, 14500), 2),
        out_of_pocket=round(rng.uniform(8000, 52000), 2) if "因病" in causes else 0.0,
    )


def _weights() -> tuple[list[Place], list[float]]:
    tree = place_tree()
    rng = random.Random(2022)
    villages = [v for v in tree.villages if tree[v.code[:9]].is_township]
    weights = [
        (0.35 if tree[v.code[:9]].kind == "subdistrict" else 1.0) * rng.uniform(0.4, 1.8) for v in villages
    ]
    forest = [v for v in tree.villages if not tree[v.code[:9]].is_township]
    return [*villages, *forest], [*weights, *(0.8 for _ in forest)]


def first_world() -> World:
    """The county on 15 March 2022: exactly 2,943 households with 8,417 persons not eliminated."""
    rng = random.Random(20220315)
    villages, weights = _weights()
    sizes = [rng.choices((1, 2, 3, 4, 5, 6), (14, 27, 27, 20, 9, 3))[0] for _ in range(OPEN_HOUSEHOLDS)]
    while (gap := OPEN_PERSONS - sum(sizes)) != 0:
        n = rng.randrange(OPEN_HOUSEHOLDS)
        if 1 <= sizes[n] + (1 if gap > 0 else -1) <= 6:
            sizes[n] += 1 if gap > 0 else -1
    world = World()
    for serial in range(1, OPEN_HOUSEHOLDS + CLOSED_HOUSEHOLDS + 1):
        village = rng.choices(villages, weights)[0]
        is_open = serial <= OPEN_HOUSEHOLDS
        age = (
            rng.choices((1, 2, 3, 4, 5, 8, 12, 18, 24), (3, 4, 4, 4, 5, 22, 26, 20, 12))[0] if is_open else 30
        )
        identified = months_before(202203, age + rng.randint(0, 3) * (age > 5))
        size = sizes[serial - 1] if is_open else rng.choices((1, 2, 3, 4, 5), (14, 27, 27, 22, 10))[0]
        home = _household(rng, serial, village, identified, size)
        if is_open and len(home.persons) != size:
            home = replace(
                home,
                causes=("因病",),
                measures=MEASURES_FOR["因病"],
                persons=home.persons[:size],
                out_of_pocket=12000.0,
            )
        if not is_open:
            eliminated = months_before(202202, rng.randint(0, 20))
            identified = months_before(eliminated, rng.randint(8, 20))
            home = _closed(rng, replace(home, identified=identified), eliminated)
        world.homes[home.code] = home
    _plant(world, OPEN_BREAKS, is_open=True)
    _plant(world, CLOSED_BREAKS, is_open=False)
    return world


def _without_labour(home: Household) -> tuple[Person, ...]:
    return tuple(
        replace(p, age=max(p.age, 70), skill="丧失劳动力", schooling="非在校生", is_working=False)
        for p in home.persons
    )


def _idle(home: Household) -> tuple[Person, ...]:
    return tuple(replace(p, is_working=False) for p in home.persons)


def _pupil_at_work(home: Household) -> tuple[Person, ...]:
    last = replace(
        home.persons[-1], age=17, relation="之子", schooling="高中", skill="普通劳动力", is_working=True
    )
    return (*home.persons[:-1], last)


# 每条数据质量规则（共十六条）各有两三户有意违反；其余各户都应通过。
OPEN_BREAKS: dict[int, Callable[[Household], Household]] = {
    1: lambda h: replace(h, measures_begun=False),
    2: lambda h: replace(h, identified=0),
    5: lambda h: replace(h, causes=("因病",), measures=("产业帮扶",), out_of_pocket=9000.0),
    9: lambda h: replace(h, persons=_without_labour(h), is_without_labour=True, is_safety_net=False, causes=("因残",),
                         measures=("综合保障",)),
    11: lambda h: replace(h, persons=(replace(h.persons[0], id_number=h.persons[0].id_number[:17]), *h.persons[1:])),
    12: lambda h: replace(h, causes=("因病",), measures=("健康帮扶",), out_of_pocket=0.0),
    13: lambda h: replace(h, causes=("因务工就业不稳",), measures=("公益性岗位帮扶",), persons=_idle(h)),
    14: lambda h: replace(h, kind="突发严重困难户", income=23600.0),
    15: lambda h: replace(h, persons=_pupil_at_work(h)),
    16: lambda h: replace(h, causes=("因残",), measures=("综合保障", "就业帮扶"), persons=_idle(h)),
}  # fmt: skip
CLOSED_BREAKS: dict[int, Callable[[Household], Household]] = {
    3: lambda h: replace(h, after_is_blank=True),
    4: lambda h: replace(h, causes=("因残",), measures=()),
    7: lambda h: replace(h, identified=202108, eliminated=202109),
    8: lambda h: replace(h, persons=_without_labour(h), is_without_labour=True, is_safety_net=True, causes=("因残",),
                         measures=("综合保障",)),
    10: lambda h: replace(h, income=6500.0),
}  # fmt: skip


def _plant(world: World, breaks: dict[int, Callable[[Household], Household]], *, is_open: bool) -> None:
    rng = random.Random(len(breaks))
    tree = place_tree()
    plain = [
        h
        for h in world.homes.values()
        if h.is_open == is_open
        and len(h.persons) >= 2
        and not h.is_safety_net
        and not h.is_planted
        and h.causes == ("因残",)
        and tree[h.village.code[:9]].name not in (LATE_TOWNSHIP, SILENT_TOWNSHIP)
    ]
    chosen = iter(rng.sample(plain, 3 * len(breaks)))
    for rule, broken in breaks.items():
        for _ in range(3):
            home = next(chosen)
            world.homes[home.code] = replace(broken(home), is_planted=True)
            world.planted[home.code] = rule


def expected_breaks() -> dict[date, dict[int, frozenset[str]]]:
    """{export day: {rule 1-16: the households that break it}}, from what was planted."""
    found: dict[date, dict[int, frozenset[str]]] = {}
    for on, homes, planted in _years():
        rules: dict[int, set[str]] = {rule: set() for rule in range(1, 17)}
        for code, rule in planted.items():
            if code in homes:
                rules[rule].add(code)
        found[on] = {rule: frozenset(codes) for rule, codes in rules.items()}
    return found


def _closed(rng: random.Random, home: Household, month: int, way: str = "帮扶消除") -> Household:
    people = home.persons
    if home.is_without_labour:
        people = tuple(
            replace(p, skill="普通劳动力", is_working=True) if p.number == 1 else p for p in people
        )
    return replace(
        home,
        persons=people,
        eliminated=month,
        way=way,
        is_safety_net=False,
        is_without_labour=False,
        income=round(rng.uniform(8200, 16500), 2),
    )


@lru_cache(maxsize=1)
def _years() -> tuple[tuple[date, dict[str, Household], dict[str, int]], ...]:
    world = first_world()
    found = []
    for number, on in enumerate(EXPORTS):
        if number:
            _go_on(world, EXPORTS[number - 1], on)
        found.append((on, dict(world.homes), dict(world.planted)))
    return tuple(found)


def exports() -> dict[date, dict[str, Household]]:
    """What the national system holds on each of the six days, every township included."""
    return {on: homes for on, homes, _ in _years()}


def _go_on(world: World, before: date, on: date) -> None:
    """One month in the county: eliminations, reversals, newcomers, births, deaths, moves."""
    rng = random.Random(on.toordinal())
    tree = place_tree()
    villages, weights = _weights()
    month, last = month_of(on), month_of(before)
    for code, home in list(world.homes.items()):
        if home.is_between or home.waits_for:
            begun = home.waits_for or home.measures
            world.homes[code] = replace(
                home, is_between=False, waits_for=(), measures=begun, measures_begun=True
            )
    steps = max(1, months_between(last, month))
    for code, home in list(world.homes.items()):
        if home.is_planted:
            continue
        if home.is_open and not home.is_safety_net:
            waited = months_between(home.identified, month)
            pace = SPEED[home.causes[0]] * SLOW_TOWNSHIPS.get(tree[home.village.code[:9]].name, 1.0)
            pace *= {"脱贫不稳定户": 1.0, "边缘易致贫户": 1.1, "突发严重困难户": 0.8}[home.kind]
            pace *= 0.6 if waited < 9 else 1.0 if waited < 18 else 1.25
            if waited >= 6 and rng.random() < 0.235 * pace * steps:
                world.homes[code] = _closed(rng, home, month)
                continue
        if rng.random() < 0.004 and len(home.persons) > 1:
            world.homes[code] = replace(home, persons=home.persons[:-1])  # 死亡或迁出
        elif rng.random() < 0.005 and home.is_open:
            baby = replace(home.persons[0], number=len(home.persons) + 1, relation="之女", sex="女", age=0,
                           name=home.persons[0].name[0] + "新生", id_number=id_number(rng, 2022, int(code[-6:]) + 500),
                           health="健康", skill="无劳动力", schooling="学龄前儿童", is_working=False)  # fmt: skip
            world.homes[code] = replace(home, persons=(*home.persons, baby))
        elif rng.random() < 0.0015 and home.is_open:
            if len(home.persons) == 1:
                del world.homes[code]  # 整户销户
            elif rng.random() < 0.3 and months_between(home.identified, month) >= 6:
                world.homes[code] = _closed(rng, home, month, "自然消除")
    closed = [
        h
        for h in world.homes.values()
        if not h.is_planted and not h.is_open and h.eliminated < last and not h.is_without_labour
    ]
    for n, home in enumerate(rng.sample(closed, 5)):
        identified = month if n == 0 else home.identified
        world.homes[home.code] = replace(
            home, eliminated=0, way="", identified=identified, income=round(rng.uniform(4300, 6800), 2)
        )
    for _ in range(rng.randint(26, 38)):
        serial = 6000 + len(world.homes) * 3 + on.month * 700 + rng.randint(0, 2)
        while f"4113{serial:08d}" in world.homes:
            serial += 1
        village = rng.choices(villages, weights)[0]
        size = rng.choices((1, 2, 3, 4, 5), (15, 28, 28, 20, 9))[0]
        home = _household(rng, serial, village, month if rng.random() < 0.92 else last, size)
        if (
            home.identified == month
            and not {"因病", "因学", "因安全饮水"} & set(home.causes)
            and rng.random() < 0.6
        ):
            home = replace(home, waits_for=home.measures, measures=(), measures_begun=False)
        if rng.random() < 0.06:
            home = replace(home, contact="")
        world.homes[home.code] = home
    movers = rng.sample([h for h in world.homes.values() if h.is_open and not h.is_planted], 2)
    for home in movers:
        world.homes[home.code] = replace(
            home, village=rng.choice([v for v in villages if v.code[:9] != home.village.code[:9]])
        )
    if on == date(2022, 5, 31):
        _plant(world, {6: lambda h: replace(_closed(rng, h, month), identified=202201)}, is_open=True)
    if on == date(2022, 7, 31):
        _drop_a_mover(world, rng)
    if on == date(2022, 6, 30):
        for home in rng.sample(
            [h for h in world.homes.values() if h.is_open and len(h.persons) > 1 and not h.is_planted], 2
        ):
            world.homes[home.code] = replace(home, flag_disagrees=True)


def _drop_a_mover(world: World, rng: random.Random) -> None:
    """A household that its old township dropped in July and its new one has from August on (去向待查)."""
    tree = place_tree()
    home = rng.choice(
        [h for h in world.homes.values() if h.is_open and not h.is_planted and len(h.persons) > 1]
    )
    new = next(
        t
        for t in tree.townships
        if t.code != home.village.code[:9] and t.kind == "town" and t.name != SILENT_TOWNSHIP
    )
    world.homes[home.code] = replace(home, village=tree.villages_of(new)[0], is_between=True)


# ---- the workbook ------------------------------------------------------------------------------------

AFTER = (
    "风险消除后是否义务教育阶段适龄儿童少年失学辍学",
    "风险消除后是否住房损毁",
    "风险消除后是否有家庭成员未参加城乡居民（职工）基本医疗保险",
    "风险消除后是否饮水设施损毁",
    "风险消除后工资性收入",
    "风险消除后财产性收入",
    "风险消除后转移性收入",
    "风险消除后生产经营性收入",
    "风险消除后生产经营性支出",
    "风险消除后家庭纯收入",
    "风险消除后家庭人均纯收入",
    "风险消除后理赔收入",
    "风险消除后合规自付支出",
)
# 国家系统导出的列位：字母是公开程序里用到的，其余按同类导出排。
BLOCKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("A", ("市", "县", "乡", "村", "户编号", "人编号", "户主姓名", "户主证件号码", "姓名", "证件类型", "证件号码", "户类型", "监测对象类别")),
    ("N", ("与户主关系", "性别", "民族", "政治面貌", "文化程度", "在校生状况", "健康状况", "家庭人口数", "联系电话", "户联系电话", "自然村", "识别标准")),
    ("Z", ("是否双女户", "是否军烈属", "是否独生子女户", "是否少数民族户", "耕地面积（亩）", "林地面积（亩）", "水面面积", "牧草地面积")),
    ("AH", ("是否通生产用电", "是否通生活用电", "是否通广播电视", "与村主干路距离", "入户路类型", "住房面积", "是否有卫生厕所", "主要燃料类型")),
    ("AP", ("劳动技能", "是否会讲普通话", "是否加入农民专业合作组织", "是否有龙头企业带动", "是否有创业致富带头人带动", "公益性岗位", "享受低保政策情况")),
    ("AW", ("低保金", "养老保险金", "生态补偿金", "计划生育金", "其他转移性收入", "最低生活保障金", "是否参加大病保险", "是否参加城乡居民基本医疗保险", "是否参加城镇职工基本医疗保险", "是否参加城乡居民基本养老保险", "是否享受人身意外保险补贴", "是否参加商业补充医疗保险")),
    ("BI", ("享受特困供养政策情况", "是否解决安全饮用水", "是否危房户", "危房级别", "是否易地搬迁户", "搬迁方式", "安置地", "安置方式", "搬迁可能存在的困难", "是否光伏扶贫户", "是否使用小额信贷", "小额信贷余额", "帮扶责任人人数", "帮扶单位", "驻村工作队", "第一书记", "年度", "开户银行名称", "是否安置区居民", "安置区名称", "是否残疾证", "残疾类别", "残疾等级", "是否孤儿")),
    ("CG", ("是否五保", "整户无劳动能力兜底保障户")),
    ("CI", ("致贫/返贫风险1", "致贫/返贫风险2", "致贫/返贫风险3", "致贫/返贫风险4", "致贫/返贫风险5", "因自然灾害子项", "其他风险备注", "工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "家庭纯收入", "人均纯收入（元）", "理赔收入", "合规自付支出", "是否义务教育阶段适龄儿童少年失学辍学", "是否住房损毁", "是否有家庭成员未参加城乡居民（职工）基本医疗保险", "是否饮水设施损毁", "监测方式", "线索来源")),
    ("DE", ("风险是否已消除", "识别监测时间", "消除监测时间", "风险消除方式", "监测联系人", "联系方式", "识别程序", "消除程序")),
    ("EM", ("实施开发式帮扶措施情况", "产业帮扶", "就业帮扶", "金融帮扶", "公益性岗位帮扶", "住房安全保障", "饮水安全保障", "健康帮扶", "教育帮扶", "义务教育保障", "综合保障", "社会帮扶", "搬迁", "生产生活条件改善", "基础设施建设", "公益性岗位帮扶其他备注")),
    ("FI", AFTER),
)  # fmt: skip
WORK_HEADERS = (
    "市", "县", "乡", "村", "户编号", "人编号", "姓名", "证件号码", "是否已务工", "务工所在地", "就业渠道", "开始时间",
    "结束时间", "所属行业", "务工企业名称", "是否计划务工", "监测对象类别",
)  # fmt: skip
COLUMNS = 177


def column_number(letters: str) -> int:
    """A -> 0, DE -> 108."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


@lru_cache(maxsize=1)
def headers() -> tuple[str, ...]:
    """The 177 header strings, in their places; columns nobody has described are 备用."""
    row = [f"备用{n + 1}" for n in range(COLUMNS)]
    for letters, names in BLOCKS:
        start = column_number(letters)
        row[start : start + len(names)] = names
    return tuple(row)


def _cells(home: Household, on: date) -> Iterable[dict[str, object]]:
    tree = place_tree()
    township = tree[home.village.code[:9]]
    closed = not home.is_open
    per_head = home.income
    shared: dict[str, object] = {
        "市": "南阳市",
        "县": "方城县",
        "乡": township.name,
        "村": home.village.name,
        "户编号": home.code,
        "户主姓名": home.persons[0].name,
        "户主证件号码": home.persons[0].id_number,
        "户类型": "脱贫户" if home.kind == "脱贫不稳定户" else "一般农户",
        "监测对象类别": home.kind,
        "家庭人口数": len(home.persons),
        "联系电话": "10000000000",
        "享受低保政策情况": "农村低保" if "综合保障" in home.measures else "否",
        "享受特困供养政策情况": "否",
        "是否解决安全饮用水": "是",
        "是否危房户": "否",
        "是否参加大病保险": "是",
        "是否参加城乡居民基本医疗保险": "是",
        "整户无劳动能力兜底保障户": "是" if home.is_safety_net else "否",
        "工资性收入": round(per_head * len(home.persons) * 0.6, 2),
        "转移性收入": round(per_head * len(home.persons) * 0.4, 2),
        "家庭纯收入": round(per_head * len(home.persons), 2),
        "人均纯收入（元）": per_head,
        "合规自付支出": home.out_of_pocket,
        "是否义务教育阶段适龄儿童少年失学辍学": "否",
        "是否住房损毁": "否",
        "是否有家庭成员未参加城乡居民（职工）基本医疗保险": "否",
        "是否饮水设施损毁": "否",
        "风险是否已消除": "是" if closed else "否",
        "识别监测时间": str(home.identified) if home.identified else None,
        "监测联系人": home.contact,
        "实施开发式帮扶措施情况": "已实施" if home.measures_begun else "尚未实施",
        "年度": on.year,
    }
    for n, cause in enumerate(home.causes, 1):
        shared[f"致贫/返贫风险{n}"] = cause
    if "因自然灾害" in home.causes:
        shared["因自然灾害子项"] = "洪涝"
    for measure in home.measures:
        shared[measure] = MEASURE_WORDS[measure]
    if closed:
        shared["消除监测时间"] = str(home.eliminated)
        shared["风险消除方式"] = home.way
        if not home.after_is_blank:
            shared.update(dict.fromkeys(AFTER[:4], "否"))
            shared.update(dict.fromkeys(AFTER[4:], 0))
            shared[AFTER[4]] = round(per_head * len(home.persons), 2)
            shared[AFTER[9]] = round(per_head * len(home.persons), 2)
            shared[AFTER[10]] = per_head
    for person in home.persons:
        row = {
            **shared,
            "人编号": f"{home.code}{person.number:02}",
            "姓名": person.name,
            "证件类型": "居民身份证",
            "证件号码": person.id_number,
            "与户主关系": person.relation,
            "性别": person.sex,
            "民族": "汉族",
            "文化程度": person.schooling if person.schooling in ("小学", "初中", "高中") else "初中",
            "在校生状况": person.schooling,
            "健康状况": person.health,
            "劳动技能": person.skill,
        }
        if home.flag_disagrees and person.number == 2:
            row["风险是否已消除"] = "否" if closed else "是"
        yield row


def in_export(on: date) -> list[Household]:
    """The households that stand in the county's export of a day (the silent and the late township left out)."""
    tree = place_tree()
    absent = {SILENT_ON: SILENT_TOWNSHIP, LATE_ON: LATE_TOWNSHIP}.get(on)
    homes = [
        h for h in exports()[on].values() if not h.is_between and tree[h.village.code[:9]].name != absent
    ]
    return sorted(homes, key=lambda h: (h.village.code, h.code))


def late_homes() -> list[Household]:
    """The households of the township that reported June late."""
    tree = place_tree()
    homes = [h for h in exports()[LATE_ON].values() if tree[h.village.code[:9]].name == LATE_TOWNSHIP]
    return sorted(homes, key=lambda h: (h.village.code, h.code))


def write_export(path: Path, homes: Sequence[Household], on: date) -> None:
    """Writes one national export: 监测对象信息 person by person, and 务工信息."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_numbers": False})
    book.set_properties({"title": "演示数据：监测对象信息", "created": datetime(2022, 3, 15)})
    sheet = book.add_worksheet("监测对象信息")
    sheet.freeze_panes(1, 5)
    place = {name: n for n, name in enumerate(headers())}
    sheet.write_row(0, 0, headers())
    line = 0
    for home in homes:
        for cells in _cells(home, on):
            line += 1
            for at, value in sorted(
                (place[name], value) for name, value in cells.items() if value not in (None, "")
            ):
                if isinstance(value, str):
                    sheet.write_string(line, at, value)
                else:
                    sheet.write_number(line, at, value)
    work = book.add_worksheet("务工信息")
    work.write_row(0, 0, WORK_HEADERS)
    line = 0
    tree = place_tree()
    for home in homes:
        sends_out = "就业帮扶" in home.measures and any(p.is_working for p in home.persons)
        for person in home.persons:
            if person.skill in ("无劳动力", "丧失劳动力"):
                continue
            line += 1
            where = "省外务工" if sends_out and person.is_working else "县内务工"
            begun = "202103" if person.is_working else None
            work.write_row(
                line,
                0,
                (
                    "南阳市", "方城县", tree[home.village.code[:9]].name, home.village.name, home.code,
                    f"{home.code}{person.number:02}", person.name, person.id_number,
                    "是" if person.is_working else "否", where if person.is_working else None,
                    "自主外出" if person.is_working else None, begun, None,
                    "制造业" if person.is_working else None, None, "否" if person.is_working else "是", home.kind,
                ),
            )  # fmt: skip
    book.close()
