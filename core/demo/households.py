"""One invented household: how it is made, and what an export says of it on a day.

Every rule of domain knowledge that the sixteen data-quality checks look at is kept here, so that a household
which nobody spoilt on purpose (breaks.py) passes them all.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from core.demo.people import (
    ABLE,
    Person,
    family_without_labour,
    job,
    official,
    telephone,
    working_family,
)

KINDS = {"脱贫不稳定户": 43, "边缘易致贫户": 38, "突发严重困难户": 19}
INCOME_LINE_YUAN = 6900  # 要点5：省定2022年防止返贫监测收入参考范围，人均每年
_DISASTERS = ("洪涝", "洪涝", "洪涝", "旱灾", "生物", "气象")
_CAUSES = {
    "因病": 38,
    "因残": 17,
    "因学": 12,
    "因务工就业不稳": 11,
    "因缺劳动力": 9,
    "因意外事故": 6,
    "因自然灾害": 5,
    "因产业项目失败": 3,
    "因住房": 1,
    "因安全饮水": 1,
    "其他": 2,
}
# 因病、因学、因安全饮水：对应措施从识别起就有（数据质量规则5）。
AT_ONCE = {"因病": "健康帮扶", "因学": "教育帮扶", "因安全饮水": "饮水安全保障"}
_MEASURES = {
    "因残": ("综合保障", "低保;困难残疾人生活补贴"),
    "因务工就业不稳": ("就业帮扶", "技能培训;务工补贴"),
    "因缺劳动力": ("综合保障", "低保;临时救助"),
    "因意外事故": ("社会帮扶", "社会捐助;防返贫保险"),
    "因自然灾害": ("生产生活条件改善", "庭院和生产设施修复"),
    "因产业项目失败": ("产业帮扶", "技术指导;产业奖补"),
    "因住房": ("住房安全保障", "危房改造"),
    "其他": ("社会帮扶", "结对帮扶"),
}
_AT_ONCE_WORDS = {
    "健康帮扶": ("参加城乡居民基本医疗保险;大病保险;家庭医生签约", "医疗救助;家庭医生签约"),
    "教育帮扶": ("雨露计划", "教育救助;营养改善计划", "雨露计划;助学贷款"),
    "饮水安全保障": ("自来水接通", "供水设施维修"),
}
SENDS_OUT = "劳务输出"


@dataclass(frozen=True, slots=True)
class Income:
    """A household's money in yuan a year; `per_head_yuan` is net, by head."""

    wages_yuan: float
    business_yuan: float
    property_yuan: float
    transfers_yuan: float
    costs_yuan: float
    net_yuan: float
    per_head_yuan: float
    insurance_yuan: float
    out_of_pocket_yuan: float


@dataclass(frozen=True, slots=True)
class State:
    """What one export says of a household. Months are YYYYMM; `people` begins with the head of the day."""

    leaf: str
    people: tuple[Person, ...]
    identified: int
    eliminated: int | None = None
    way: str = ""
    begun: bool = True  # measures begun
    contact: str = ""
    disagrees: bool = False  # a member's row has the other answer to 风险是否已消除


@dataclass(frozen=True, slots=True)
class Break:
    """A data-quality rule (1-16) that one household breaks on purpose from one export to another (0-5).

    `cells` replace what the export would say, in all rows or in those of one member (by place).
    """

    rule: int
    first: int
    last: int
    cells: tuple[tuple[str, str | float | None], ...] = ()
    member: int | None = None
    hides_jobs: bool = False
    pupil_works: bool = False


@dataclass(slots=True)
class Household:
    """A household over the six exports: what never changes, and one state for each (None: not in it)."""

    code: str
    kind: str
    base_kind: str  # 户类型
    causes: tuple[str, ...]
    disaster: str
    measures: dict[str, str]
    is_safety_net: bool
    phone: str
    contact_phone: str
    income: Income
    after: Income
    states: list[State | None]
    script: dict[int, Callable[[State | None], State | None]] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)
    is_set_apart: bool = False  # nothing happens to it by chance


def month_number(month: int) -> int:
    """YYYYMM as a running number of months."""
    return month // 100 * 12 + month % 100 - 1


def month_after(month: int, count: int) -> int:
    """The YYYYMM so many months later (or earlier, when negative)."""
    number = month_number(month) + count
    return number // 12 * 100 + number % 12 + 1


def months_between(start: int, end: int) -> int:
    """Months from one YYYYMM to another."""
    return month_number(end) - month_number(start)


def _money(value: float) -> float:
    return round(value, 2)


def income(rng: random.Random, people: tuple[Person, ...], per_head_yuan: float, *, is_safety_net: bool,
           out_of_pocket_yuan: float = 0.0) -> Income:  # fmt: skip
    """Parts that add up: wages, business, property and transfers less costs are the net income."""
    per_head = _money(per_head_yuan)
    net = _money(per_head * len(people))
    transfers = _money(net * (rng.uniform(0.72, 0.95) if is_safety_net else rng.uniform(0.08, 0.35)))
    works = any(p.job for p in people)
    wages = _money((net - transfers) * rng.uniform(0.5, 0.9)) if works else 0.0
    own = _money(rng.choice((0.0, 0.0, 120.0, 200.0, 300.0)))
    costs = _money(rng.uniform(320, 1400))
    business = _money(net - transfers - wages - own + costs)
    insurance = _money(out_of_pocket_yuan * rng.uniform(0.05, 0.2)) if rng.random() < 0.2 else 0.0
    return Income(wages, business, own, transfers, costs, net, per_head, insurance, out_of_pocket_yuan)


def _with_jobs(rng: random.Random, people: tuple[Person, ...], latest: int) -> tuple[Person, ...]:
    found = []
    for person in people:
        chance = 0.58 if person.labour in ABLE else 0.25 if person.can_work else 0.0
        works = 18 <= person.age <= 66 and rng.random() < chance
        found.append(replace(person, job=job(rng, earliest=201903, latest=latest)) if works else person)
    return tuple(found)


def _causes(rng: random.Random, people: tuple[Person, ...], *, without_labour: bool) -> tuple[str, ...]:
    weights = dict(_CAUSES)
    if not any(p.student and p.age >= 7 for p in people):
        del weights["因学"]
    if not any(p.job for p in people):
        del weights["因务工就业不稳"]
    if without_labour:
        weights = {"因病": 30, "因残": 38, "因缺劳动力": 32}
    count = min(len(weights), rng.choices((1, 2, 3, 4, 5), (62, 26, 8, 3, 1))[0])
    found: list[str] = []
    while len(found) < count:
        cause = rng.choices(list(weights), list(weights.values()))[0]
        found.append(cause)
        del weights[cause]
    return tuple(found)


def _with_health(
    rng: random.Random, people: tuple[Person, ...], causes: tuple[str, ...]
) -> tuple[Person, ...]:
    """Who is ill or disabled, so that the causes have somebody they speak of."""
    found = list(people)
    for cause, words in (("因残", ("残疾",)), ("因病", ("患有大病", "长期慢性病"))):
        if cause in causes and not any(p.health in words for p in found):
            place = max(range(len(found)), key=lambda i: (found[i].health == "健康", found[i].age, i))
            place = place if rng.random() < 0.6 else rng.randrange(len(found))
            found[place] = replace(found[place], health=rng.choice(words))
    return tuple(found)


def _measures(
    rng: random.Random, causes: tuple[str, ...], *, is_safety_net: bool, sends_out: bool
) -> dict[str, str]:
    found = {}
    for cause in causes:
        if cause in AT_ONCE:
            found[AT_ONCE[cause]] = rng.choice(_AT_ONCE_WORDS[AT_ONCE[cause]])
        else:
            measure, words = _MEASURES[cause]
            found.setdefault(measure, words)
    if is_safety_net:
        found["综合保障"] = rng.choice(("低保", "特困供养", "低保;养老保险"))
    else:
        for measure, words, chance in (
            ("产业帮扶", "发展种植养殖;光荣合作社带动", 0.42),
            ("金融帮扶", "小额信贷", 0.1),
            ("公益性岗位帮扶", "乡村保洁员", 0.14),
            ("生产生活条件改善", "庭院整治", 0.08),
            ("社会帮扶", "结对帮扶", 0.06),
        ):
            if rng.random() < chance:
                found.setdefault(measure, words)
        if sends_out:
            found["就业帮扶"] = f"技能培训;{SENDS_OUT}"
    return found


def at_once(home: Household) -> dict[str, str]:
    """The measures that a household has before the others begin: insurance, schooling and water."""
    needed = {AT_ONCE[c] for c in home.causes if c in AT_ONCE}
    return {measure: words for measure, words in home.measures.items() if measure in needed}


def make(rng: random.Random, serial: int, size: int, leaf: str, identified: int, *, is_safety_net: bool,
         latest: int, eliminated: int | None = None) -> tuple[Household, State]:  # fmt: skip
    """A household and its first state; `latest` (YYYYMM) is the last month of which the export may know."""
    people = (family_without_labour if is_safety_net else working_family)(rng, serial * 10, size)
    people = _with_jobs(rng, people, latest)
    causes = _causes(rng, people, without_labour=is_safety_net)
    people = _with_health(rng, people, causes)
    sends_out = ("因务工就业不稳" in causes and rng.random() < 0.5) or rng.random() < 0.14
    workers = [i for i, p in enumerate(people) if p.job]
    if sends_out and workers and not is_safety_net:
        found = list(people)
        found[workers[0]] = replace(
            people[workers[0]], job=job(rng, earliest=identified, latest=latest, outside=True)
        )
        people = tuple(found)
    kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
    base = {"脱贫不稳定户": "脱贫户", "边缘易致贫户": "一般农户"}.get(kind) or rng.choice(
        ("脱贫户", "一般农户")
    )
    top = INCOME_LINE_YUAN - 60 if identified >= 202201 else 6200 if identified >= 202101 else 5200
    per_head = (
        rng.triangular(3600, top, top - 300)
        if kind != "突发严重困难户"
        else rng.triangular(7000, 17500, 8600)
    )
    spent = _money(rng.triangular(2600, 68000, 9000)) if {"因病", "因意外事故"} & set(causes) else 0.0
    home = Household(
        code=f"4113{(serial * 7919) % 1_000_003:08}",
        kind=kind,
        base_kind=base,
        causes=causes,
        disaster=rng.choice(_DISASTERS) if "因自然灾害" in causes else "",
        measures=_measures(
            rng, causes, is_safety_net=is_safety_net, sends_out=bool(sends_out and workers and not is_safety_net)
        ),
        is_safety_net=is_safety_net,
        phone=telephone(serial * 104_729),
        contact_phone=telephone(50_000_000 + serial * 7_907),
        income=income(rng, people, per_head, is_safety_net=is_safety_net, out_of_pocket_yuan=spent),
        after=income(rng, people, rng.triangular(7300, 16800, 9300), is_safety_net=is_safety_net,
                     out_of_pocket_yuan=_money(rng.uniform(0, 1800))),
        states=[],
    )  # fmt: skip
    state = State(
        leaf,
        people,
        identified,
        eliminated,
        ("自然消除" if rng.random() < 0.04 else "帮扶消除") if eliminated else "",
        contact=official(rng),
    )
    return home, state
