"""Monitored households: what is counted in a picture of the national export, and what flows between two.

户 is distinct 户编号, 人 its rows (中农组发〔2021〕7号: by family unit). Everything, the six months
included, is judged on the data date of the batch that the row stands in.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

from core.count import Amounts, Baseline, Counting, Picture, State
from core.imports.quality_rules import ANSWERS, TELL_CAUSE
from core.plan import latest_plan
from core.tables.households import Household

WITHOUT_MEASURE = "1"  # the quality rule 识别满1个月没有帮扶措施


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
    with_income = {s.leaf[:9] for s in picture.rows.values() if s.row.income_per_head_fen is not None}
    for state in picture.rows.values():
        row, leaf, persons, on = state.row, state.leaf, state.row.persons, state.as_of
        kind = (f"kind:{row.kind}",)
        causes = (
            *(f"main:{c}" for c in row.causes[:1]),
            *(f"any:{c}" for c in dict.fromkeys(row.causes)),
        )
        _add(amounts, leaf, "monitored", persons, kind)
        if row.has_contact_officer is None:
            amounts.add(leaf, "lacking_contact")
        if leaf[:9] not in with_income:  # a single cell may be empty, a whole township's column is not there
            amounts.add(leaf, "lacking_income")
        for rule in row.faults:
            amounts.add(leaf, f"fault_{rule}.households")
        if WITHOUT_MEASURE in row.faults:
            amounts.add(leaf, f"fault_{WITHOUT_MEASURE}.households@identified:{row.identified or 0}")
        if row.faults:
            amounts.add(leaf, "faulty.households")
        if row.identified and row.identified // 100 == on.year:
            _add(amounts, leaf, "new_this_year", persons, kind)
            if row.has_contact_officer is not None:
                amounts.add(leaf, "new_contact_due.households")
            if row.has_contact_officer:
                _add(amounts, leaf, "new_with_contact", persons)
        if row.is_eliminated:
            _add(amounts, leaf, "eliminated", persons)
            if row.eliminated and row.eliminated // 100 == on.year:
                _add(amounts, leaf, "eliminated_this_year", persons)
            faults = exit_faults(row, on)
            if faults:
                _add(amounts, leaf, "exit_faulty", persons)
                amounts.add(leaf, f"exit_faulty.households@eliminated:{row.eliminated or 0}")
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
    """Rows of whole townships for who sees no names: in each village the causes of one or two households are merged
    with the next smallest cause ("illness+schooling": one of them), open and eliminated households apart; where all of
    a village's households are fewer than three, the cause is hidden. Subtraction finds nothing: what a township's
    counts less the other villages' would tell is merged further.

    Of several causes only the first, merged, is left; of the measures only how many, since 健康帮扶 tells 因病; and no
    fault that tells the cause.
    """
    units: defaultdict[tuple[str, bool], dict[str, _Village]] = defaultdict(dict)
    for row in rows:
        villages = units[row.leaf[:9], row.is_eliminated]
        villages.setdefault(row.leaf, _Village()).counted[_first(row)] += 1
    for villages in units.values():
        for village in villages.values():
            village.merge()
        _merge_against_subtraction(villages)
    return [
        SimpleNamespace(
            **{
                **row._mapping,
                "causes": [units[row.leaf[:9], row.is_eliminated][row.leaf].words(_first(row))],
                "measures": [f"{len(row.measures)}项"] if row.measures else [],
                "faults": {rule: words for rule, words in row.faults.items() if int(rule) not in TELL_CAUSE},
            }
        )
        for row in rows
    ]


def _first(row: Any) -> str:
    return str((row.causes or ["other"])[0])


class _Village:
    """A village's households by cause, and the groups of causes that are told apart."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.groups: list[set[str]] = []

    def size(self, group: set[str]) -> int:
        """Households of a group."""
        return sum(self.counted[cause] for cause in group)

    def order(self) -> None:
        """The largest group first."""
        self.groups.sort(key=lambda group: (-self.size(group), sorted(group)))

    def merge(self) -> None:
        """No group of one or two households, but where there are no more."""
        self.groups = [{cause} for cause in self.counted]
        self.order()
        while len(self.groups) > 1 and self.size(self.groups[-1]) < SMALL_CELL:
            self.groups.append(self.groups.pop() | self.groups.pop())
            self.order()

    def blur(self, causes: set[str]) -> bool:
        """Merges the two smallest groups; the only one with causes that are not here. False where nothing is left."""
        if len(self.groups) > 1:
            self.groups.append(self.groups.pop() | self.groups.pop())
            self.order()
            return True
        grows = self.groups != [causes]
        self.groups = [causes]
        return grows

    def words(self, cause: str) -> str:
        """What is said of a household of this cause."""
        group = next(g for g in self.groups if cause in g)
        return "+".join(sorted(group)) if self.size(group) >= SMALL_CELL else HIDDEN


def _merge_against_subtraction(villages: dict[str, _Village]) -> None:
    """Merges further until no cell of one or two is told by the counts that a township's page shows of each cause."""
    causes = set().union(*(village.counted for village in villages.values()))
    while len(villages) > 1 and (told := _told(villages, causes)):
        rest = sorted((at for at in villages if at != told), key=lambda at: (-len(villages[at].groups), at))
        if not any(villages[at].blur(causes) for at in (told, *rest)):
            return


def _told(villages: Mapping[str, _Village], causes: set[str]) -> str | None:
    """A village of which a small cell can be told exactly, by drawing the bounds of all cells together."""
    low: dict[tuple[str, str], int] = {}
    high: dict[tuple[str, str], int] = {}
    sums: list[tuple[list[tuple[str, str]], int]] = []
    for leaf, village in villages.items():
        for group in village.groups:
            size = village.size(group)
            cells = [(leaf, cause) for cause in (causes if size < SMALL_CELL else group)]
            sums.append((cells, size))
            low |= dict.fromkeys(cells, 0)
            high |= dict.fromkeys(cells, size)
    for cause in causes:
        its = [cell for cell in low if cell[1] == cause]
        sums.append((its, sum(village.counted[cause] for village in villages.values())))
    moved = True
    while moved:
        moved = False
        for cells, total in sums:
            spare, lacking = total - sum(low[c] for c in cells), sum(high[c] for c in cells) - total
            for cell in cells:
                if high[cell] - low[cell] > min(spare, lacking):
                    up, down = max(low[cell], high[cell] - lacking), min(high[cell], low[cell] + spare)
                    spare, lacking = spare - (up - low[cell]), lacking - (high[cell] - down)
                    low[cell], high[cell], moved = up, down, True
    small = (cell for cell in low if low[cell] == high[cell] and 0 < low[cell] < SMALL_CELL)
    return next((leaf for leaf, _ in small), None)


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
