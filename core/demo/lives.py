"""The year of the invented county: what happens to its households from export to export.

Each household has its own dice, so that a change to one leaves all others as they were. Eliminations follow a
hazard that differs by township, kind, cause and time since recognition, and keep to the six months of 要点8;
who does not is planted on purpose (breaks.py).
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from core.demo import breaks
from core.demo.households import Household, State, make, month_after, months_between
from core.demo.people import ABLE, Person, baby, job, official
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
CLOSED_HOUSEHOLDS = 2104  # eliminated in earlier years, still in the system
LATE_TOWNSHIP, LATE_ON, LATE_KNOWN = "拐河镇", date(2022, 6, 30), date(2022, 7, 5)
SILENT_TOWNSHIP, SILENT_ON = "小史店镇", date(2022, 8, 31)

# 各乡镇未消除户数（合计2943户）和消除快慢。
_TOWNSHIPS: dict[str, tuple[int, float]] = {
    "凤瑞街道": (58, 1.25),
    "释之街道": (47, 1.15),
    "赭阳街道": (52, 1.05),
    "广安街道": (44, 1.0),
    "独树镇": (231, 1.2),
    "博望镇": (268, 0.95),
    "拐河镇": (176, 0.72),
    "小史店镇": (222, 0.68),
    "赵河镇": (243, 0.7),
    "广阳镇": (196, 1.15),
    "杨楼镇": (207, 1.05),
    "券桥镇": (132, 0.9),
    "清河镇": (169, 1.0),
    "四里店镇": (181, 0.82),
    "古庄店镇": (218, 0.92),
    "杨集镇": (164, 1.3),
    "柳河镇": (122, 1.1),
    "二郎庙镇": (139, 1.22),
    "袁店回族乡": (70, 0.98),
    "方城大寺林场": (4, 1.0),
}
_BY_KIND = {"脱贫不稳定户": 1.0, "边缘易致贫户": 1.15, "突发严重困难户": 0.8}
_BY_CAUSE = {
    "因病": 0.8,
    "因残": 0.65,
    "因学": 1.1,
    "因务工就业不稳": 1.55,
    "因缺劳动力": 0.7,
    "因意外事故": 1.0,
    "因自然灾害": 1.4,
    "因产业项目失败": 1.15,
    "因住房": 1.7,
    "因安全饮水": 2.0,
    "其他": 1.0,
}
_MONTHLY_HAZARD = (0.0, 0.225, 0.265, 0.34, 0.3, 0.285)  # before each export; the half-year's end pushes
_MONTHS = (0.0, 1.5, 1.0, 1.0, 1.0, 1.0)
_NEW = (0, 52, 38, 45, 41, 47)
_SIZES = {1: 17, 2: 28, 3: 25, 4: 17, 5: 8, 6: 4, 7: 1}
_NO_LABOUR = {1: 0.3, 2: 0.115, 3: 0.025}


def month_of(on: date) -> int:
    """YYYYMM of a day."""
    return on.year * 100 + on.month


_MONTH_OF = tuple(month_of(on) for on in EXPORTS)


def _township(leaf: str) -> str:
    return place_tree()[leaf[:9]].name


def _waiting(months: int) -> float:
    """How the hazard goes with the months since recognition: none before six, most about a year."""
    steps = ((6, 0.0), (9, 0.85), (15, 1.3), (24, 1.0))
    return next((factor for until, factor in steps if months < until), 0.7)


# ---- chance ------------------------------------------------------------------------------------------


def _eliminated(rng: random.Random, home: Household, state: State, export: int) -> State | None:
    """The state after an elimination, or None when none happened."""
    month = _MONTH_OF[export]
    if export == 1 and rng.random() < 0.12:
        month = 202203
    rate = (
        _MONTHLY_HAZARD[export]
        * _TOWNSHIPS[_township(state.leaf)][1]
        * _BY_KIND[home.kind]
        * _BY_CAUSE[home.causes[0]]
        * _waiting(months_between(state.identified, month))
    )
    if rng.random() >= 1 - math.exp(-rate * _MONTHS[export]):
        return None
    way = "自然消除" if rng.random() < 0.02 else "帮扶消除"
    return replace(state, eliminated=month, way=way)


def _may_go(home: Household, people: Sequence[Person], who: Person) -> bool:
    """True when somebody grown up, and where needed somebody who can work, stays behind."""
    rest = [p for p in people if p is not who]
    return any(p.age >= 18 for p in rest) and (home.is_safety_net or any(p.labour in ABLE for p in rest))


def _next_head(people: Sequence[Person]) -> tuple[Person, ...]:
    """The same people behind a new head: the partner, else the eldest child of age, else the eldest."""
    old = people[0]
    grown = [p for p in people if p.age >= 18]
    head = min(
        grown, key=lambda p: (p.generation not in (old.generation, old.generation + 1), p.generation, -p.age)
    )
    return (head, *(p for p in people if p is not head))


def _family_changes(rng: random.Random, home: Household, state: State, export: int) -> State:
    people = state.people
    months = _MONTHS[export]
    for person in people:
        dies = person.age >= 60 and person.job is None and rng.random() < 0.0032 * months
        leaves = (
            person.generation == 1 and not person.is_male and 21 <= person.age <= 27 and person.job is None
        )
        leaves = leaves and not person.student and rng.random() < 0.012 * months
        if (dies or leaves) and _may_go(home, people, person):
            rest = tuple(p for p in people if p is not person)
            people = _next_head(rest) if person is people[0] else rest
    if len(people) > 1 and rng.random() < 0.0012 * months:
        others = [p for p in people[1:] if p.age >= 18]
        if others:
            people = (others[0], *(p for p in people if p is not others[0]))
    month = _MONTH_OF[export]
    has_room = len(people) < 8 and not any(p.born.startswith("2022") for p in people)
    has_mother = any(not p.is_male and 20 <= p.age <= 40 for p in people)
    if has_room and has_mother and rng.random() < 0.0065 * months:
        people = (*people, baby(rng, f"{people[0].number[:-1]}9", people, month))
    idle = [i for i, p in enumerate(people) if p.labour in ABLE and p.job is None and 18 <= p.age <= 60]
    if idle and rng.random() < 0.03 * months:
        found = list(people)
        found[idle[0]] = replace(people[idle[0]], job=job(rng, earliest=month, latest=month))
        people = tuple(found)
    return replace(state, people=people)


def _live(home: Household, export: int) -> None:
    """Append the state of one export to a household that was in the one before."""
    before = home.states[-1]
    state = replace(before, begun=True) if before else None
    if export in home.script:
        home.states.append(home.script[export](state))
        return
    if state is None:
        home.states.append(None)
        return
    rng = random.Random(f"{home.code} {export}")
    if not state.contact:
        state = replace(state, contact=official(rng) if rng.random() < 0.6 else "")
    if not home.is_set_apart:
        open_before = state.eliminated is None and not home.is_safety_net
        gone = _eliminated(rng, home, state, export) if open_before else None
        state = _family_changes(rng, home, gone or state, export)
    home.states.append(state)


# ---- the first day, and newcomers --------------------------------------------------------------------


class _County:
    """Makes households one after another: each with its own serial number, dice and place."""

    def __init__(self) -> None:
        self.rng = random.Random(20220315)
        self.homes: list[Household] = []
        self._serial = 0
        self._documents: set[str] = set()
        tree = place_tree()
        units = {u.name: u for u in tree.units()}
        self.villages: dict[str, tuple[Place, ...]] = {
            name: tree.villages_of(units[name]) for name in _TOWNSHIPS
        }
        self._weights = {
            name: [self.rng.gammavariate(2.2, 1.0) + 0.15 for _ in villages]
            for name, villages in self.villages.items()
        }

    def leaf(self, township: str) -> str:
        """A village of a township, the bigger ones more often."""
        return self.rng.choices(self.villages[township], self._weights[township])[0].code

    def some_township(self) -> str:
        """A township, those with many households more often; the forest farm never."""
        names = [name for name in _TOWNSHIPS if name != "方城大寺林场"]
        return self.rng.choices(names, [_TOWNSHIPS[name][0] for name in names])[0]

    def add(self, export: int, size: int, township: str, identified: int, *, is_safety_net: bool,
            eliminated: int | None = None) -> Household:  # fmt: skip
        """A new household that stands in the exports from one on."""
        self._serial += 1
        leaf = self.leaf(township)
        for attempt in range(100):
            rng = random.Random(f"{self._serial} {attempt}")
            home, state = make(rng, self._serial, size, leaf, identified, is_safety_net=is_safety_net,
                               latest=_MONTH_OF[export], eliminated=eliminated)  # fmt: skip
            documents = {p.id_number for p in state.people}
            if len(documents) == size and not documents & self._documents:
                break
        self._documents |= documents
        if identified == _MONTH_OF[export] and not is_safety_net and rng.random() < 0.5:
            state = replace(state, begun=False)
        if identified >= 202201 and rng.random() < 0.03:
            state = replace(state, contact="")
        home.states = [*([None] * export), state]
        self.homes.append(home)
        return home


def _sizes(rng: random.Random) -> list[int]:
    """2,943 sizes that add up to 8,417."""
    sizes = rng.choices(list(_SIZES), list(_SIZES.values()), k=OPEN_HOUSEHOLDS)
    while (gap := OPEN_PERSONS - sum(sizes)) != 0:
        place = rng.randrange(OPEN_HOUSEHOLDS)
        changed = sizes[place] + (1 if gap > 0 else -1)
        if 1 <= changed <= 6:
            sizes[place] = changed
    return sizes


def _first_day(county: _County) -> None:
    rng = county.rng
    sizes = _sizes(rng)
    places = [name for name, (count, _) in _TOWNSHIPS.items() for _ in range(count)]
    for size, township in zip(sizes, places, strict=True):
        age = rng.choices((0, 3, 6, 9, 12, 18, 24), (9, 9, 16, 19, 25, 15, 7))[0] + rng.randrange(3)
        identified = month_after(202203, -(age + (rng.randrange(4) if age > 11 else 0)))
        county.add(0, size, township, identified, is_safety_net=rng.random() < _NO_LABOUR.get(size, 0.0))
    for number in range(CLOSED_HOUSEHOLDS):
        size = rng.choices(list(_SIZES), (13, 25, 27, 20, 9, 5, 1))[0]
        recently = rng.random() < 0.05
        eliminated = month_after(202202 if recently else 202112, -rng.randrange(2 if recently else 24))
        identified = month_after(
            eliminated, -rng.choices((3, 5, 6, 8, 10, 12, 15), (2, 3, 20, 25, 22, 18, 10))[0]
        )
        county.add(0, min(size, 3) if number < breaks.CLOSED_NO_LABOUR else size, county.some_township(),
                   max(201901, identified), is_safety_net=number < breaks.CLOSED_NO_LABOUR, eliminated=eliminated)  # fmt: skip


def _newcomers(county: _County, export: int) -> None:
    """Newly recognised households of one export, and a few that were entered late (补录)."""
    rng = county.rng
    month = _MONTH_OF[export]
    for _ in range(_NEW[export]):
        size = rng.choices(list(_SIZES), list(_SIZES.values()))[0]
        identified = 202203 if export == 1 and rng.random() < 0.3 else month
        county.add(
            export,
            size,
            county.some_township(),
            identified,
            is_safety_net=rng.random() < _NO_LABOUR.get(size, 0),
        )
    for _ in range(rng.randint(0, 2)):
        late = month_after(_MONTH_OF[export - 1], -rng.randint(1, 3))
        county.add(export, rng.randint(1, 4), county.some_township(), late, is_safety_net=False)


# ---- what the county's story needs --------------------------------------------------------------------


class _Draw:
    """Draws households nothing else was planned for, and sets them apart."""

    def __init__(self, county: _County) -> None:
        self.rng = random.Random(20220831)
        self.homes = county.homes

    def __call__(self, count: int, fits: Callable[[Household, State], bool]) -> list[Household]:
        """`count` households of the first export that fit, set apart from now on."""
        fitting = [
            h
            for h in self.homes
            if not h.is_set_apart and (s := h.states[0]) and not s.leaf.startswith("411322401") and fits(h, s)
        ]
        chosen = self.rng.sample(fitting, count)
        for home in chosen:
            home.is_set_apart = True
        return chosen


def _lies_in(township: str) -> breaks.Fits:
    return lambda h, s: s.eliminated is None and len(s.people) > 1 and _township(s.leaf) == township


def _to(leaf: str) -> Callable[[State | None], State | None]:
    return lambda state: replace(state, leaf=leaf) if state else None


def _back(home: Household, leaf: str) -> Callable[[State | None], State | None]:
    """In the export again, in another township, as it last was."""

    def again(_state: State | None) -> State | None:
        last = next((s for s in reversed(home.states) if s), None)
        return last and replace(last, leaf=leaf, begun=True)

    return again


def _alone(is_open: bool) -> breaks.Fits:
    return lambda _home, state: (state.eliminated is None) == is_open and len(state.people) == 1


def _gone(_state: State | None) -> State | None:
    return None


# 搬到别的乡镇：从哪里、到哪里、第几次导出；最后一列为老乡镇先销、新乡镇下月才有的（去向待查）。
_MOVES = (
    ("独树镇", "杨楼镇", 1, False),
    ("博望镇", "赵河镇", 2, False),
    ("拐河镇", "四里店镇", 3, False),  # the new township reports first: 拐河镇's June comes on 5 July
    ("杨集镇", "拐河镇", 3, False),  # the old township drops it first, for the same reason
    ("清河镇", "券桥镇", 4, True),
    ("广阳镇", "柳河镇", 4, False),
    ("四里店镇", "古庄店镇", 5, False),
    ("二郎庙镇", "券桥镇", 3, False),
)


def _move_some(county: _County, draw: _Draw) -> None:
    for old, new, export, comes_late in _MOVES:
        (home,) = draw(1, _lies_in(old))
        leaf = county.leaf(new)
        if not comes_late:
            home.script[export] = _to(leaf)
            continue
        home.script[export] = _gone
        home.script[export + 1] = _back(home, leaf)
    (home,) = draw(1, _lies_in("杨楼镇"))
    home.script[2] = _to(county.villages["杨楼镇"][7].code)


def _lose_some(draw: _Draw) -> None:
    """Households that leave the system altogether: a person who lived alone died, or the family moved away."""
    for is_open, exports in ((True, (1, 1, 2, 2, 3, 4, 4, 5, 5)), (False, (1, 2, 2, 3, 4, 5))):
        alone = draw(len(exports), _alone(is_open))
        for home, export in zip(alone, exports, strict=True):
            home.script[export] = _gone


def _turn_some_back(draw: _Draw) -> None:
    """Reversals (是 to 否), and three households recognised anew in a later month."""
    back = draw(
        16, lambda h, s: s.eliminated is not None and s.eliminated >= 202012 and s.way == "帮扶消除" and not h.is_safety_net
    )  # fmt: skip
    for number, home in enumerate(back):
        export = 1 + number % 5
        anew = number in (6, 7, 13)

        def turn(state: State | None, export: int = export, anew: bool = anew) -> State | None:
            month = _MONTH_OF[export]
            return state and replace(
                state, eliminated=None, way="", identified=month if anew else state.identified
            )

        home.script[export] = turn


def _confuse_some(draw: _Draw) -> None:
    """Two households whose members' rows disagree on 风险是否已消除, from June and from July on."""
    for home, export in zip(
        (*draw(1, _lies_in("古庄店镇")), *draw(1, _lies_in("博望镇"))), (3, 4), strict=True
    ):
        home.script[export] = lambda state: state and replace(state, disagrees=True)


@lru_cache(maxsize=1)
def homes() -> tuple[Household, ...]:
    """Every household of the county with its six states."""
    county = _County()
    _first_day(county)
    draw = _Draw(county)
    _move_some(county, draw)
    _lose_some(draw)
    _turn_some_back(draw)
    _confuse_some(draw)
    breaks.plant(county.homes, draw, _MONTH_OF)
    for export in range(1, len(EXPORTS)):
        for home in county.homes:
            _live(home, export)
        _newcomers(county, export)
        breaks.plant_in_newcomers(county.homes, export, _MONTH_OF)
    return tuple(county.homes)


# ---- what the exports hold ----------------------------------------------------------------------------


def in_export(export: int, *, late: bool = False) -> list[tuple[Household, State]]:
    """Who stands in the county's workbook of an export (0-5), by village and code; the silent and the late
    township are not in it. `late`: who stands in the late township's own workbook."""
    absent = {SILENT_ON: SILENT_TOWNSHIP, LATE_ON: LATE_TOWNSHIP}.get(EXPORTS[export])
    found = [(h, s) for h in homes() if (s := h.states[export]) and (_township(s.leaf) == absent) == late]
    return sorted(found, key=lambda pair: (pair[1].leaf, pair[0].code))


def expected_breaks() -> dict[date, dict[int, frozenset[str]]]:
    """{export day: {rule 1-16: the 户编号 that break it}}, from what was planted.

    A day's workbooks are taken together, the late township's own included. Rules not broken have an empty set.
    """
    found: dict[date, dict[int, frozenset[str]]] = {}
    for export, on in enumerate(EXPORTS):
        standing = in_export(export) + (in_export(export, late=True) if on == LATE_ON else [])
        broken: dict[int, set[str]] = {rule: set() for rule in range(1, 17)}
        for home, _ in standing:
            for b in home.breaks:
                if b.first <= export <= b.last:
                    broken[b.rule].add(home.code)
        found[on] = {rule: frozenset(codes) for rule, codes in broken.items()}
    return found
