"""The households that break a data-quality rule on purpose, and in which exports they do.

The sixteen rules are those that provinces run on these columns. Each break is planted so that no careful
reading of the rule lets it pass, and everybody else passes every reading; where one fault breaks two rules,
both are noted.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.demo.households import (
    AT_ONCE,
    SENDS_OUT,
    Break,
    Household,
    Income,
    State,
    month_after,
    months_between,
)
from core.demo.people import check_digit

CLOSED_NO_LABOUR = 1  # of the households eliminated in earlier years: nobody could work (rule 8)
LAST = 5  # the export of 31 August

Fits = Callable[[Household, State], bool]
Draw = Callable[[int, Fits], list[Household]]

CAUSE_COLUMNS = tuple(f"致贫/返贫风险{n}" for n in range(1, 6))
MEASURE_COLUMNS = (
    "产业帮扶",
    "就业帮扶",
    "金融帮扶",
    "公益性岗位帮扶",
    "住房安全保障",
    "饮水安全保障",
    "健康帮扶",
    "教育帮扶",
    "义务教育保障",
    "综合保障",
    "社会帮扶",
    "搬迁",
    "生产生活条件改善",
    "基础设施建设",
)
AFTER_COLUMNS = (
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
_BEGUN = "实施开发式帮扶措施情况"
_ANSWERS = {
    "因病": ("健康帮扶", "综合保障", "社会帮扶"),
    "因学": ("教育帮扶", "义务教育保障", "社会帮扶"),
    "因安全饮水": ("饮水安全保障",),
}


def _none(columns: Sequence[str]) -> tuple[tuple[str, None], ...]:
    return tuple((column, None) for column in columns)


def _is_open(home: Household, state: State) -> bool:
    return state.eliminated is None and not home.is_safety_net


def _has_only(cause: str) -> Fits:
    return lambda home, state: _is_open(home, state) and home.causes == (cause,)


def _recognised_in(month: int) -> Fits:
    return lambda home, state: _is_open(home, state) and state.identified == month


def _without_urgent_cause(home: Household) -> bool:
    return not set(AT_ONCE) & set(home.causes)


def _exit(month: int) -> Callable[[State | None], State | None]:
    return lambda state: state and replace(state, eliminated=month, way="帮扶消除")


def _at(money: Income, persons: int, per_head_yuan: float) -> Income:
    """The same income, every part in proportion, at another amount a head."""
    part = per_head_yuan / money.per_head_yuan
    net = round(per_head_yuan * persons, 2)
    wages, own, transfers, costs = (
        round(value * part, 2)
        for value in (money.wages_yuan, money.property_yuan, money.transfers_yuan, money.costs_yuan)
    )
    return replace(
        money,
        wages_yuan=wages,
        property_yuan=own,
        transfers_yuan=transfers,
        costs_yuan=costs,
        business_yuan=round(net - wages - own - transfers + costs, 2),
        net_yuan=net,
        per_head_yuan=per_head_yuan,
    )


def plant(homes: Sequence[Household], draw: Draw, months: Sequence[int]) -> None:
    """Spoil households of the first export; `months` are the exports' YYYYMM, `draw` sets households apart."""
    _unbegun(draw, months)
    _blanks(draw)
    _without_answer(draw)
    _hasty_exits(draw, months)
    _exits_without_labour(homes, draw, months)
    _poor_exits(draw, months)
    _documents(draw)
    _incomes(draw)
    _jobs(draw)


def _unbegun(draw: Draw, months: Sequence[int]) -> None:
    """Rule 1: recognised more than a month ago, and still 尚未实施. Two of them ill, without help (rule 5 too)."""

    def waited(home: Household, state: State) -> bool:
        return _is_open(home, state) and 2 <= months_between(state.identified, months[0]) <= 5

    cells = ((_BEGUN, "尚未实施"), *_none(MEASURE_COLUMNS))
    for home, last in zip(
        draw(4, lambda h, s: waited(h, s) and _without_urgent_cause(h)), (0, 1, 2, LAST), strict=True
    ):
        home.breaks.append(Break(1, 0, last, cells))
    for home in draw(2, lambda h, s: waited(h, s) and "因病" in h.causes):
        home.breaks += [Break(1, 0, 2, cells), Break(5, 0, 2, cells)]


def _blanks(draw: Draw) -> None:
    """Rules 2, 3 and 4: what must be filled is empty."""
    for home, last in zip(draw(2, _is_open), (LAST, 1), strict=True):
        home.breaks.append(Break(2, 0, last, _none(["识别监测时间"])))
    for home, last in zip(draw(2, _is_open), (LAST, 3), strict=True):
        home.breaks.append(Break(2, 0, last, (*_none(CAUSE_COLUMNS), ("因自然灾害子项", None))))
    for home, first in zip(draw(2, _is_open), (0, 2), strict=True):
        home.breaks.append(Break(2, first, LAST, _none(["人均纯收入（元）", "家庭纯收入"])))
    closed = draw(
        8, lambda h, s: s.eliminated is not None and _without_urgent_cause(h) and not h.is_safety_net and s.way == "帮扶消除"
    )  # fmt: skip
    for home, last in zip(closed[:5], (LAST, LAST, LAST, 1, 2), strict=True):
        home.breaks.append(Break(3, 0, last, _none(AFTER_COLUMNS)))
    for home, last in zip(closed[5:], (LAST, LAST, 3), strict=True):
        home.breaks.append(Break(4, 0, last, _none([*MEASURE_COLUMNS, _BEGUN])))


def _without_answer(draw: Draw) -> None:
    """Rule 5: ill, at school or without safe water, and no measure that answers it."""
    for cause, lasts in (("因病", (LAST, LAST, 1, 2)), ("因学", (LAST, 2)), ("因安全饮水", (LAST,))):
        for home, last in zip(
            draw(len(lasts), _has_only(cause)),
            lasts,
            strict=True,
        ):
            cells = (*_none(_ANSWERS[cause]), ("产业帮扶", "发展种植养殖"))
            home.breaks.append(Break(5, 0, last, cells))


def _hasty_exits(draw: Draw, months: Sequence[int]) -> None:
    """Rules 6 and 7: eliminated before six months had gone by, or in the month of recognition or the next."""
    for export, wait in ((1, 4), (1, 5), (2, 4), (3, 5), (3, 4), (4, 5), (4, 4)):
        identified = month_after(months[export], -wait)
        (home,) = draw(1, _recognised_in(identified))
        home.script[export] = _exit(months[export])
        home.breaks.append(Break(6, export, LAST))
    for home, wait in zip(
        draw(2, lambda h, s: s.eliminated is not None and s.eliminated < 202112 and not h.is_safety_net), (0, 1), strict=True
    ):  # fmt: skip
        state = home.states[0]
        if state and state.eliminated:
            home.states[0] = replace(state, identified=month_after(state.eliminated, -wait), way="帮扶消除")
        home.breaks.append(Break(7, 0, LAST))


def _exits_without_labour(homes: Sequence[Household], draw: Draw, months: Sequence[int]) -> None:
    """Rules 8 and 9: nobody can work, and yet eliminated, or not marked as 兜底保障户."""

    def settled(home: Household, state: State) -> bool:
        return (
            home.is_safety_net
            and state.eliminated is None
            and months_between(state.identified, months[0]) >= 6
        )

    for home in homes:
        if home.is_safety_net and home.states[0] and home.states[0].eliminated:
            home.is_set_apart = True
            home.breaks.append(Break(8, 0, LAST))
    for home, export in zip(draw(4, settled), (1, 2, 3, 5), strict=True):
        home.script[export] = _exit(months[export])
        home.breaks.append(Break(8, export, LAST))
    for home, last in zip(draw(6, settled), (LAST, LAST, LAST, LAST, 1, 2), strict=True):
        home.breaks.append(Break(9, 0, last, (("整户无劳动能力兜底保障户", "否"),)))


def _poor_exits(draw: Draw, months: Sequence[int]) -> None:
    """Rule 10: eliminated with help in 2022, and below the year's 6,900 yuan a head."""

    def ready(home: Household, state: State) -> bool:
        return _is_open(home, state) and months_between(state.identified, months[0]) >= 8

    for home, export, per_head in zip(
        draw(5, ready), (1, 2, 3, 3, 4), (6520.0, 6180.5, 5890.0, 6730.0, 6405.25), strict=True
    ):
        state = home.states[0]
        home.script[export] = _exit(months[export])
        home.after = _at(home.after, len(state.people) if state else 1, per_head)
        home.breaks.append(Break(10, export, LAST))


def _wrong_document(number: str, way: int) -> str:
    """A number with a digit too few, with a wrong check digit, or with a digit too many."""
    short = number[:17]
    if way == 0:
        return short
    wrong = "0123456789X"[("0123456789X".index(check_digit(short)) + 4) % 11]
    return short + wrong if way == 1 else f"{number[:18]}0"


def _documents(draw: Draw) -> None:
    """Rule 11: a member's document number cannot be right; in two households it is the head's."""
    chosen = draw(8, lambda h, s: _is_open(h, s) and len(s.people) > 2)
    for order, (home, last) in enumerate(zip(chosen, (LAST, LAST, LAST, LAST, LAST, 3, 2, 1), strict=True)):
        state = home.states[0]
        member = 0 if order in (1, 4) else 2
        wrong = _wrong_document(state.people[member].id_number if state else "", order % 3)
        home.breaks.append(Break(11, 0, last, (("证件号码", wrong),), member=member))
        if member == 0:
            home.breaks.append(Break(11, 0, last, (("户主证件号码", wrong),)))


def _incomes(draw: Draw) -> None:
    """Rules 12 and 14: ill without any bill; an income of more than 20,000 yuan a head. One household has both."""
    no_bill: tuple[tuple[str, float], ...] = (("合规自付支出", 0.0),)
    for home, last in zip(
        draw(6, lambda h, s: _is_open(h, s) and "因病" in h.causes),
        (LAST, LAST, LAST, LAST, 2, 0),
        strict=True,
    ):
        home.breaks.append(Break(12, 0, last, no_bill))
    rich = draw(4, lambda h, s: _is_open(h, s) and h.kind == "突发严重困难户" and "因病" in h.causes)
    for order, (home, per_head) in enumerate(zip(rich, (23860.0, 21475.5, 28030.0, 36210.0), strict=True)):
        state = home.states[0]
        home.income = _at(home.income, len(state.people) if state else 1, per_head)
        home.breaks.append(Break(14, 0, LAST))
        if order == 3:
            home.breaks.append(Break(12, 0, LAST, no_bill))


def _jobs(draw: Draw) -> None:
    """Rules 13, 15 and 16: jobs that ought to be registered, cannot be, or are not where they ought to be."""
    lost = draw(
        5, lambda h, s: _is_open(h, s) and "因务工就业不稳" in h.causes and SENDS_OUT not in h.measures.get("就业帮扶", "")
    )  # fmt: skip
    for home, last in zip(lost, (LAST, LAST, LAST, 2, 1), strict=True):
        home.breaks.append(Break(13, 0, last, hides_jobs=True))
    pupils = draw(5, lambda h, s: _is_open(h, s) and any(p.student and p.age >= 16 for p in s.people))
    for home, last in zip(pupils, (LAST, LAST, LAST, 3, 1), strict=True):
        home.breaks.append(Break(15, 0, last, pupil_works=True))
    inside = draw(
        6, lambda h, s: _is_open(h, s) and not any(p.job and p.job.is_outside_county for p in s.people)
    )  # fmt: skip
    for home, last in zip(inside, (LAST, LAST, LAST, LAST, 2, 0), strict=True):
        home.breaks.append(Break(16, 0, last, (("就业帮扶", f"技能培训;{SENDS_OUT}"),)))


def plant_in_newcomers(homes: Sequence[Household], export: int, months: Sequence[int]) -> None:
    """Spoil households that were recognised in the month of an export and stand in it for the first time."""
    if export == LAST:
        return
    new = [
        h
        for h in homes
        if len(h.states) == export + 1
        and all(s is None for s in h.states[:export])
        and (state := h.states[export])
        and state.identified == months[export]
        and not h.is_safety_net
        and not h.is_set_apart
        and not state.leaf.startswith("411322401")
    ]
    hasty, *slow = [h for h in new if _without_urgent_cause(h)][:4]
    if export < 3:
        slow.pop()
        hasty.is_set_apart = True
        hasty.script[export + 1] = _exit(months[export + 1])
        hasty.breaks += [Break(6, export + 1, LAST), Break(7, export + 1, LAST)]
    cells = ((_BEGUN, "尚未实施"), *_none(MEASURE_COLUMNS))
    for home in slow:
        home.is_set_apart = True
        home.breaks.append(Break(1, export + 1, 4 if home is slow[0] and export == 1 else LAST, cells))
