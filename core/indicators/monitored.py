"""Monitored households: what is counted in a picture of the national export, and what flows between two.

户 is distinct 户编号, 人 its rows (中农组发〔2021〕7号: by family unit). Everything, the six months
included, is judged on the data date of the batch that the row stands in.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from core.count import Amounts, Baseline, Counting, Picture, State
from core.imports.quality_rules import ANSWERS
from core.plan import latest_plan
from core.tables.households import Household


def months_between(start: int, end: int) -> int:
    """Months from one YYYYMM to another: 202109 to 202203 is 6."""
    return (end // 100 - start // 100) * 12 + end % 100 - start % 100


def _month(on: date) -> int:
    return on.year * 100 + on.month


def exit_faults(row: Any, on: date) -> list[str]:
    """Why a finished elimination fails the prudent-exit checks of 要点8: safety_net, early, no_month; [] when none."""
    plan = latest_plan(on)
    faults = []
    if row.is_safety_net:
        faults.append("safety_net")
    if row.eliminated is None:
        faults.append("no_month")
    elif row.eliminated >= plan.prudent_exit_from and row.elimination_way != "自然消除":
        # 无识别月的，满不了六个月。
        waited = months_between(row.identified, row.eliminated) if row.identified else 0
        if waited < plan.prudent_exit_months:
            faults.append("early")
    return faults


def standing_class(row: Any, on: date) -> str:
    """The class of a household that stands in the export: improper, proper, safety_net, young or eliminable.

    The order is the rule: an elimination is tested first, then the safety net, then the six months.
    """
    if row.is_eliminated:
        return "improper" if exit_faults(row, on) else "proper"
    if row.is_safety_net:
        return "safety_net"
    waited = months_between(row.identified, _month(on)) if row.identified else 0
    return "young" if waited < latest_plan(on).prudent_exit_months else "eliminable"


def _add(amounts: Amounts, leaf: str, name: str, persons: int, slices: tuple[str, ...] = ()) -> None:
    amounts.add(leaf, f"{name}.households", 1, slices)
    amounts.add(leaf, f"{name}.persons", persons, slices)


def stock(picture: Picture, baseline: Baseline | None) -> Amounts:
    """Every count of one picture; the six classes of the baseline where one is frozen."""
    amounts = Amounts()
    for state in picture.rows.values():
        row, leaf, persons, on = state.row, state.leaf, state.row.persons, state.as_of
        kind = (f"kind:{row.kind}",)
        causes = (
            *(f"main:{c}" for c in row.causes[:1]),
            *(f"any:{c}" for c in dict.fromkeys(row.causes)),
        )
        _add(amounts, leaf, "monitored", persons, kind)
        for rule in row.faults:
            amounts.add(leaf, f"fault_{rule}.households")
        if row.faults:
            amounts.add(leaf, "faulty.households")
        if row.identified and row.identified // 100 == on.year:
            _add(amounts, leaf, "new_this_year", persons, kind)
            if row.has_contact_officer:
                _add(amounts, leaf, "new_with_contact", persons)
        if row.is_eliminated:
            _add(amounts, leaf, "eliminated", persons)
            if row.eliminated and row.eliminated // 100 == on.year:
                _add(amounts, leaf, "eliminated_this_year", persons)
            faults = exit_faults(row, on)
            if faults:
                _add(amounts, leaf, "exit_faulty", persons)
            for fault in faults:
                _add(amounts, leaf, f"exit_fault_{fault}", persons)
        else:
            _add(amounts, leaf, "remaining", persons, kind + causes)
            if row.measures:
                _add(amounts, leaf, "with_measure", persons)
            if answered := [c for c in row.causes if c in ANSWERS]:
                amounts.add_above_village(leaf, "answerable.households", 1)
                if all(set(row.measures) & set(ANSWERS[cause][1]) for cause in answered):
                    amounts.add_above_village(leaf, "answered.households", 1)
            line_fen = latest_plan(on)["monitoring_income_line"].value * 100
            if row.income_per_head_fen is not None and row.income_per_head_fen <= line_fen:
                amounts.add(leaf, "within_income_line.households")
            _add(amounts, leaf, f"open_{standing_class(row, on)}", persons)
    for key, household in (baseline or {}).items():
        stands = picture.rows.get(key)
        name = standing_class(stands.row, stands.as_of) if stands else "gone"
        _add(amounts, household.leaf, "baseline", household.persons)
        _add(amounts, household.leaf, f"baseline_{name}", household.persons)
    return amounts


def flow(before: Picture, after: Picture) -> Amounts:
    """What happened to each household between two consecutive pictures, dated on the later one."""
    amounts = Amounts()
    for key, now in after.rows.items():
        was = before.rows.get(key)
        if was is None:
            if not now.row.is_eliminated:
                _add(amounts, now.leaf, f"flow.{_arrival(now, before)}", now.row.persons)
        elif was.row is not now.row or was.leaf != now.leaf:
            _change(amounts, was, now)
    for key, was in before.rows.items():
        if key not in after.rows and not was.row.is_eliminated:
            _add(amounts, was.leaf, "flow.left", was.row.persons)
    return amounts


def _arrival(now: State, before: Picture) -> str:
    earlier = before.unit_dates.get(now.leaf[:9])
    if earlier is None:
        return "opening"
    return "new" if now.row.identified and now.row.identified >= _month(earlier) else "entered"


def _change(amounts: Amounts, was: State, now: State) -> None:
    heads = now.row.persons - was.row.persons
    if not was.row.is_eliminated and was.leaf != now.leaf:
        for unit, amount in (("households", 1), ("persons", was.row.persons)):
            amounts.move(f"flow.moved_out.{unit}", f"flow.entered.{unit}", was.leaf, now.leaf, amount)
    if was.row.is_eliminated and not now.row.is_eliminated:
        again = now.row.identified and was.row.identified and now.row.identified > was.row.identified
        _add(amounts, now.leaf, "flow.again" if again else "flow.reversed", now.row.persons)
    elif not was.row.is_eliminated and now.row.is_eliminated:
        _add(amounts, now.leaf, "flow.eliminated", was.row.persons)
    elif not was.row.is_eliminated and heads:
        amounts.add(now.leaf, "flow.heads.persons", heads)


SMALL_CELL = 3  # by cause in a village, fewer households than this would name a family
HIDDEN = "hidden"


def merge_small_cells(rows: Sequence[Any]) -> list[Any]:
    """Rows for who sees no names: in each village the causes of one or two households are merged with the next
    smallest cause ("illness+schooling": one of them), open and eliminated households apart; where all of a village's
    households are fewer than three, the cause is hidden. Of several causes only the first, merged, is left; of the
    measures only how many, since 健康帮扶 tells 因病."""
    cells: defaultdict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    for row in rows:
        cells[row.leaf, row.is_eliminated][(row.causes or ["other"])[0]] += 1
    merged = {cell: _groups(counted) for cell, counted in cells.items()}
    return [
        SimpleNamespace(
            **{
                **row._mapping,
                "causes": [merged[row.leaf, row.is_eliminated][(row.causes or ["other"])[0]]],
                "measures": [f"{len(row.measures)}项"] if row.measures else [],
            }
        )
        for row in rows
    ]


def _groups(counted: Counter[str]) -> dict[str, str]:
    """{cause: the name of its group}, no group of one or two households."""
    groups: list[tuple[int, tuple[str, ...]]] = [(n, (cause,)) for cause, n in counted.items()]
    groups.sort(key=lambda g: (-g[0], g[1]))
    while len(groups) > 1 and groups[-1][0] < SMALL_CELL:
        (last, its), (other, theirs) = groups.pop(), groups.pop()
        groups.append((last + other, (*theirs, *its)))
        groups.sort(key=lambda g: (-g[0], g[1]))
    return {
        cause: "+".join(sorted(group)) if n >= SMALL_CELL else HIDDEN
        for n, group in groups
        for cause in group
    }


COUNTING = Counting(
    ledger="monitored",
    table=Household,
    columns=(
        "kind",
        "persons",
        "is_eliminated",
        "is_safety_net",
        "identified",
        "eliminated",
        "elimination_way",
        "causes",
        "measures",
        "has_contact_officer",
        "faults",
        "income_per_head_fen",
    ),
    stock=stock,
    flow=flow,
    guard=merge_small_cells,
    is_open=lambda row: not row.is_eliminated,
    persons=lambda row: int(row.persons),
)
