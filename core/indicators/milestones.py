"""Milestones of the four pilot zones (要点17)."""

from core.count import Amounts, Baseline, Counting, Picture
from core.tables.milestones import Milestone


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """All milestones, those due by the data date, those done, and the late: not done on the day after they were due."""
    amounts = Amounts()
    for state in picture.rows.values():
        row, on = state.row, state.as_of
        amounts.add(state.leaf, "all")
        if row.done_on:
            amounts.add(state.leaf, "done")
        if row.planned_on <= on:
            amounts.add(state.leaf, "due")
            if row.done_on:
                amounts.add(state.leaf, "due_done")
            elif row.planned_on < on:
                amounts.add(state.leaf, "late")
    return amounts


COUNTING = Counting(ledger="milestones", table=Milestone, columns=("planned_on", "done_on"), stock=stock)
