"""Invented people and families. Nobody in here exists, and everybody can see it.

Every given name begins with 演, 示 or 例 (演示, 示例); ID numbers have a right check digit but lie in district
411399, which no list of districts holds; telephones begin with 142, which no operator uses.
"""

import random
from dataclasses import dataclass, replace

THIS_YEAR = 2022
_DISTRICT = "411399"
_CHECK_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_SURNAMES = (
    "张王李赵刘陈杨黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
)
_FIRST = "演示例"
_LAST_MEN = "福贵才成法富根国海和恒厚建康来良民南宁平庆荣山生顺泰田庭旺文西喜兴学业义永远增正中"
_LAST_WOMEN = "兰芳芬凤桂荷红花华惠菊娟兰莲玲梅敏娜萍琴清青秋荣淑桃霞香秀雪燕叶英玉云珍枝珠"
ABLE = ("普通劳动力", "技能劳动力")

# Members of a family: relation to the first head, generation (0 is the head's own), sex when it is fixed.
_Role = tuple[str, int]
_HEAD, _SPOUSE, _CHILD, _PARENT, _GRANDCHILD = (
    ("户主", 0),
    ("配偶", 0),
    ("子女", 1),
    ("父母", -1),
    ("孙子女", 2),
)
_FAMILIES: dict[int, tuple[tuple[_Role, ...], ...]] = {
    1: ((_HEAD,),),
    2: ((_HEAD, _SPOUSE), (_HEAD, _SPOUSE), (_HEAD, _CHILD), (_HEAD, _PARENT)),
    3: ((_HEAD, _SPOUSE, _CHILD), (_HEAD, _SPOUSE, _CHILD), (_HEAD, _PARENT, _CHILD), (_HEAD, _SPOUSE, _PARENT)),
    4: ((_HEAD, _SPOUSE, _CHILD, _CHILD), (_HEAD, _SPOUSE, _CHILD, _PARENT)),
    5: ((_HEAD, _SPOUSE, _CHILD, _CHILD, _PARENT), (_HEAD, _SPOUSE, _CHILD, _CHILD, _CHILD)),
    6: ((_HEAD, _SPOUSE, _CHILD, _CHILD, _PARENT, _PARENT), (_HEAD, _SPOUSE, _CHILD, _CHILD, _GRANDCHILD, _PARENT)),
    7: ((_HEAD, _SPOUSE, _CHILD, _CHILD, _CHILD, _PARENT, _PARENT),),
}  # fmt: skip
_RELATIONS = {-2: ("之祖父", "之祖母"), -1: ("之父", "之母"), 0: ("之兄弟姐妹", "之兄弟姐妹"), 1: ("之子", "之女"),
              2: ("之孙子", "之孙女"), 3: ("之曾孙子", "之曾孙女")}  # fmt: skip
_PLACES = (
    ("乡内", "县内帮扶车间或公益岗位"),
    ("乡外县内", ""),
    ("县外省内", "河南省郑州市"),
    ("省外", "广东省"),
    ("省外", "浙江省"),
    ("省外", "江苏省"),
)
_CHANNELS = ("自主外出", "亲友介绍", "政府有组织输出", "企业招聘", "帮扶车间吸纳")
_TRADES = ("制造业", "建筑业", "批发和零售业", "住宿和餐饮业", "居民服务业", "农、林、牧、渔业")


@dataclass(frozen=True, slots=True)
class Job:
    """What 务工信息 says of one person. Months are YYYYMM; `place` is one of 乡内, 乡外县内, 县外省内, 省外."""

    place: str
    channel: str
    begun: int
    trade: str
    employer: str

    @property
    def is_outside_county(self) -> bool:
        """True for work beyond the county's border."""
        return self.place in ("县外省内", "省外")


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; `number` is the 人编号, `generation` counts from the family's first head (0)."""

    number: str
    name: str
    is_male: bool
    born: str  # YYYYMMDD
    id_number: str
    generation: int
    is_partner: bool  # married into the generation of the first head
    schooling: str  # 文化程度
    student: str  # 在校生状况, empty for everybody who goes to no school
    health: str
    labour: str  # 劳动技能
    job: Job | None = None

    @property
    def age(self) -> int:
        """Full years in 2022."""
        return THIS_YEAR - int(self.born[:4])

    @property
    def can_work(self) -> bool:
        """Neither 无劳动力 nor 丧失劳动力."""
        return self.labour not in ("无劳动力", "丧失劳动力")


def check_digit(first_17: str) -> str:
    """The last place of an ID number (GB 11643)."""
    return "10X98765432"[sum(int(d) * w for d, w in zip(first_17, _CHECK_WEIGHTS, strict=True)) % 11]


def _id_number(rng: random.Random, born: str, is_male: bool) -> str:
    order = rng.randrange(500) * 2 + is_male
    first = f"{_DISTRICT}{born}{order:03}"
    return first + check_digit(first)


def telephone(number: int) -> str:
    """A number that cannot be dialled: 142 is no operator's."""
    return f"142{number % 100_000_000:08}"


def name(rng: random.Random, surname: str, *, is_male: bool) -> str:
    """An invented full name."""
    return surname + rng.choice(_FIRST) + rng.choice(_LAST_MEN if is_male else _LAST_WOMEN)


def official(rng: random.Random) -> str:
    """An invented contact officer's name."""
    return name(rng, rng.choice(_SURNAMES), is_male=rng.random() < 0.7)


def relation(person: Person, head: Person) -> str:
    """与户主关系, whoever is the head now."""
    if person is head:
        return "户主"
    steps = person.generation - head.generation
    if steps == 0 and head.generation in (0, -1):
        return "配偶"
    if steps == -1 and head.is_partner:
        return "之公公或岳父" if person.is_male else "之婆婆或岳母"
    return _RELATIONS[max(-2, min(3, steps))][0 if person.is_male else 1]


def job(rng: random.Random, *, earliest: int, latest: int, outside: bool | None = None) -> Job:
    """A job begun between two months (YYYYMM); `outside` asks for one beyond the county, or within it."""
    places = [p for p in _PLACES if outside is None or (p[0] in ("县外省内", "省外")) == outside]
    place, region = rng.choice(places)
    first, last = (m // 100 * 12 + m % 100 - 1 for m in (earliest, latest))
    begun = rng.randint(first, max(first, last))
    employer = (
        f"{region}示例{rng.choice('甲乙丙丁戊己')}公司" if place in ("县外省内", "省外") else "示例帮扶车间"
    )
    return Job(
        place, rng.choice(_CHANNELS), begun // 12 * 100 + begun % 12 + 1, rng.choice(_TRADES), employer
    )


def _education(rng: random.Random, age: int) -> tuple[str, str]:
    """文化程度 and 在校生状况."""
    if age < 7:
        return "学龄前儿童", "学前教育" if age >= 4 else ""
    if age < 13:
        return "小学", f"{'一二三四五六'[age - 7]}年级"
    if age < 16:
        return "初中", f"{'七八九'[age - 13]}年级"
    if age < 19:
        return "初中", f"{rng.choice(('普通高中', '中职'))}{'一二三'[age - 16]}年级"
    if age < 23 and rng.random() < 0.45:
        return "高中", rng.choice(("大专", "本科"))
    old = ("文盲或半文盲", "小学", "小学", "初中") if age > 60 else ("小学", "初中", "初中", "高中")
    return rng.choice(old), ""


def _labour(rng: random.Random, age: int, student: str) -> str:
    if student or age < 16 or age >= 70:
        return "无劳动力"
    if age >= 60:
        return rng.choice(("弱劳动力或半劳动力", "无劳动力", "普通劳动力"))
    return rng.choices(("普通劳动力", "技能劳动力", "弱劳动力或半劳动力"), (82, 11, 7))[0]


def _person(rng: random.Random, number: str, surname: str, age: int, *, is_male: bool, generation: int,
            is_partner: bool = False, labour: str = "", health: str = "健康") -> Person:  # fmt: skip
    born = f"{THIS_YEAR - age}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    schooling, student = _education(rng, age)
    return Person(
        number=number,
        name=name(rng, surname, is_male=is_male),
        is_male=is_male,
        born=born,
        id_number=_id_number(rng, born, is_male),
        generation=generation,
        is_partner=is_partner,
        schooling=schooling,
        student=student,
        health=health,
        labour=labour or _labour(rng, age, student),
    )


def baby(rng: random.Random, number: str, family: tuple[Person, ...], month: int) -> Person:
    """A child born in a month (YYYYMM) of 2022 into a family."""
    parents = [p for p in family if 20 <= p.age <= 40]
    born = _person(rng, number, family[0].name[0], 0, is_male=rng.random() < 0.52,
                   generation=1 + max((p.generation for p in parents), default=0))  # fmt: skip
    day = f"{month}{born.born[6:]}"
    return replace(born, born=day, id_number=_id_number(rng, day, born.is_male))


def working_family(rng: random.Random, first_number: int, size: int) -> tuple[Person, ...]:
    """A family whose head can work; members in the order head, spouse, children, parents."""
    head_age = rng.randint(33, 63) if size > 1 else rng.randint(40, 65)
    roles = rng.choice(_FAMILIES[size])
    surname, is_male = rng.choice(_SURNAMES), size == 1 or rng.random() < 0.86
    people: list[Person] = []
    for order, (role, generation) in enumerate(roles):
        number = f"4113{first_number + order:010}"
        own, male, age = surname, rng.random() < 0.52, head_age
        if role == "配偶":
            own, male, age = rng.choice(_SURNAMES), not is_male, max(24, head_age + rng.randint(-5, 3))
        elif role == "子女":
            age = max(0, head_age - rng.randint(23, 34))
        elif role == "父母":
            age, male = min(92, head_age + rng.randint(21, 28)), not any(p.generation == -1 for p in people)
        elif role == "孙子女":
            age = rng.randint(1, 8)
        else:
            male = is_male
        labour = rng.choices(ABLE, (86, 14))[0] if role == "户主" else ""
        people.append(
            _person(rng, number, own, age, is_male=male, generation=generation, is_partner=role == "配偶", labour=labour)
        )  # fmt: skip
    return tuple(people)


def family_without_labour(rng: random.Random, first_number: int, size: int) -> tuple[Person, ...]:
    """A family in which nobody can work: the old, the disabled, and a grandchild at school."""
    surname, is_male = rng.choice(_SURNAMES), size > 1 or rng.random() < 0.7
    head_age = rng.randint(68, 88)
    plans = (("head", head_age, 0), ("partner", head_age - rng.randint(-2, 4), 0),
             ("disabled", head_age - rng.randint(26, 34), 1), ("pupil", rng.randint(8, 15), 2))  # fmt: skip
    order = plans[:1] + tuple(rng.sample(plans[1:], size - 1))
    people = []
    for place, (who, age, generation) in enumerate(order):
        number = f"4113{first_number + place:010}"
        partner = who == "partner"
        person = _person(
            rng,
            number,
            rng.choice(_SURNAMES) if partner else surname,
            age,
            is_male=not is_male if partner else is_male if who == "head" else rng.random() < 0.6,
            generation=generation,
            is_partner=partner,
            labour="丧失劳动力" if who == "disabled" else "无劳动力",
            health="残疾" if who == "disabled" else rng.choice(("长期慢性病", "健康", "残疾")) if generation == 0 else "健康",
        )  # fmt: skip
        people.append(person)
    return tuple(people)


def is_disability_card(person: Person) -> bool:
    """True for those whom the export names by a 20-digit disability card instead of an identity card."""
    return person.health == "残疾" and int(person.id_number[15]) < 4


def document_number(person: Person) -> str:
    """证件号码: 18 places, or 20 of a disability card (the ID number, kind and degree of disability)."""
    return (
        f"{person.id_number}4{1 + int(person.id_number[15])}"
        if is_disability_card(person)
        else person.id_number
    )
