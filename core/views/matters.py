"""需要过问的事 in finished words: the seven lines of 总览, the whole list, and the meeting's slide."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.indicators.indicator import Status
from core.matters import Matter, Snoozed, matters, order, promises, rules_of, snoozes
from core.places import PlaceTree
from core.scope import Scope
from core.store import Snapshot, Store
from core.units import day, short_day
from core.views.common import Question

GRAVE = 3  # the first so many are the gravest


@dataclass(frozen=True)
class MatterLine:
    """One line: its place in the order by shape, who, what, how late, since when, whose job, what to ask."""

    matter: Matter
    status: Status
    place: str
    what: str
    late: str
    since: str
    owner: str
    ask: str
    clause: str
    page: str
    is_new: bool


@dataclass(frozen=True)
class SnoozedLine:
    """A matter that is set aside."""

    what: str
    until: str
    reason: str
    by: str


@dataclass(frozen=True)
class MatterList:
    """The list of an area on a day."""

    title: str
    lines: tuple[MatterLine, ...]
    set_aside: tuple[SnoozedLine, ...]
    rules: tuple[tuple[str, str, str], ...]
    as_of: str


def ledger_matters(snapshot: Snapshot, question: Question, tree: PlaceTree) -> tuple[Matter, ...]:
    """What the ledgers say: the same until a workbook comes in."""
    return matters(snapshot, question.area, tree)


def matter_list(
    found: Sequence[Matter], store: Store, scope: Scope, question: Question, tree: PlaceTree
) -> MatterList:
    """The list with the meeting's promises, less what is set aside. Read anew each time: both change without a
    workbook."""
    on = question.as_of
    aside = snoozes(store, scope, question.area, on)
    every = order(found, promises(store, scope, question.area, on, tree))
    shown = [m for m in every if m.id not in aside]
    rules = rules_of()
    lines = tuple(_line(m, n, rules[m.rule].clause, on) for n, m in enumerate(shown))
    fresh = sum(m.is_new for m in shown)
    title = f"需要过问的事：{len(shown)}件" + (f"，新增{fresh}件" if fresh else "")
    return MatterList(
        title if shown else "没有需要过问的事",
        lines,
        tuple(_aside(m, aside[m.id]) for m in every if m.id in aside),
        tuple((r.title, r.clause, f"{r.points:g}") for r in rules.rule),
        day(on),
    )


def _line(matter: Matter, number: int, clause: str, on: date) -> MatterLine:
    return MatterLine(
        matter,
        Status.BEHIND if number < GRAVE else Status.RECOVERING,
        matter.place_name,
        matter.what,
        matter.late,
        _since(matter.since, on),
        matter.owner,
        matter.ask,
        clause,
        matter.page,
        matter.is_new,
    )


def _since(since: date | None, on: date) -> str:
    if since is None:
        return ""
    return f"{short_day(since)}起" if since.year == on.year else f"{day(since)}起"


def _aside(matter: Matter, held: Snoozed) -> SnoozedLine:
    return SnoozedLine(
        f"{matter.place_name}：{matter.what}", f"{short_day(held.until)}", held.reason, held.by
    )
