"""Five hundred random histories: whatever is accepted, late, partial, withdrawn or restored, in whatever order,
the tallies say what a recomputation from the rows says, at every day and for every state of knowledge."""

import hashlib
import os
import random
import shutil
from datetime import date
from functools import cache
from itertools import pairwise

import pytest

from core.count import BaselineHousehold, Picture, State
from core.draft import Covered, Draft, DraftRow
from core.indicators import COUNTINGS
from core.places import place_tree
from core.scope import Scope
from core.store import ALWAYS, Store, as_number

TREE = place_tree()
COUNTY = TREE.county.code
TOWNSHIPS = [t.code for t in TREE.townships[4:7]]
LEAVES = [v.code for t in TREE.townships[4:7] for v in TREE.villages_of(t)[:2]]
DAYS = [date(2022, 3, 15), date(2022, 4, 30), date(2022, 5, 31), date(2022, 6, 30)]
HISTORIES = int(os.environ.get("HISTORIES", "4"))  # of each of 20 seeds; make histories tries 25 of each
SCOPE = Scope(frozenset({COUNTY}), because="测试")
COUNTING = COUNTINGS["monitored"]


def a_household(rng: random.Random) -> dict:
    eliminated = rng.random() < 0.4
    return {
        "kind": rng.choice(["unstable", "borderline", "sudden_hardship"]),
        "persons": rng.randint(1, 5),
        "is_eliminated": eliminated,
        "is_safety_net": rng.random() < 0.15,
        "identified": rng.choice([None, 202106, 202110, 202202, 202204, 202205]),
        "eliminated": rng.choice([None, 202112, 202204, 202205]) if eliminated else None,
        "elimination_way": rng.choice(["帮扶消除", "自然消除"]) if eliminated else "",
        "causes": rng.sample(["illness", "schooling", "disability", "other"], rng.randint(1, 3)),
        "measures": rng.sample(["产业帮扶", "就业帮扶"], rng.randint(0, 2)),
        "has_contact_officer": rng.random() < 0.5,
        "income_per_head_fen": rng.choice([None, 500_000, 900_000]),
        "faults": [],
        "members": [],
    }


def a_workbook(rng: random.Random, number: int, homes: dict[str, tuple[str, dict]]) -> Draft:
    """A workbook of some day over some townships, with households that change, move, come and go."""
    for key in [f"H{i}" for i in range(14)]:
        if rng.random() < 0.35:
            homes[key] = (rng.choice(LEAVES), a_household(rng))
        elif rng.random() < 0.05:
            homes.pop(key, None)
    status = {unit: rng.choices(["reported", "missing", "none"], [6, 2, 1])[0] for unit in TOWNSHIPS}
    for unit in TOWNSHIPS:
        if rng.random() < 0.3 and len(status) > 1:
            status.pop(unit, None)
    if rng.random() < 0.3:
        status = dict.fromkeys(TOWNSHIPS, "reported")
    rows = tuple(
        DraftRow(key, leaf, 0, values)
        for key, (leaf, values) in homes.items()
        if status.get(leaf[:9]) == "reported"
    )
    return Draft(
        ledger="monitored",
        county=COUNTY,
        file_name=f"{number}.xlsx",
        file_hash=hashlib.sha256(f"{number}".encode()).hexdigest(),
        as_of=rng.choice(DAYS),
        rows=rows,
        coverage=tuple(Covered(0, unit, said) for unit, said in status.items()),
        problems=(),
    )


class Row:
    """A row as the counting reads it."""

    def __init__(self, leaf: str, values: dict) -> None:
        self.leaf = leaf
        self.__dict__.update(values)


def recompute(accepted: list, events: list, as_of: date, known_by: int) -> dict[tuple[str, str], int]:
    """From the rows, slowly: what stands at each day up to as_of, as known by a moment."""
    state: dict[int, str] = {}
    for known, _order, kind, number in sorted(events):
        if known <= known_by and kind != "baseline":
            state[number] = kind
    live = sorted(
        (draft.as_of, known, number, draft)
        for number, (draft, known) in accepted.items()
        if state.get(number) in ("accepted", "reinstated")
    )
    frozen = [
        (known, order, number)
        for known, order, kind, number in events
        if kind == "baseline" and known <= known_by
    ]
    baseline_number = max(frozen)[2] if frozen else None

    @cache
    def picture(day: date) -> Picture:
        holder: dict[str, tuple] = {}
        for at, known, number, draft in live:
            if at <= day:
                for covered in draft.coverage:
                    if covered.status != "missing":
                        holder[covered.unit] = (at, known, number, draft)
        rows: dict[str, tuple] = {}
        for unit, (at, known, number, draft) in holder.items():
            for row in draft.rows:
                if row.leaf[:9] == unit and (row.key not in rows or rows[row.key][0] < (at, known, number)):
                    rows[row.key] = (
                        (at, known, number),
                        State(row.leaf, at, Row(row.leaf, dict(row.values))),
                    )
        return Picture(day, 0, {k: s for k, (_, s) in rows.items()}, {u: h[0] for u, h in holder.items()})

    days = sorted({at for at, _, _, _ in live if at <= as_of})
    total: dict[tuple[str, str], int] = {}
    for earlier, later in pairwise(days):
        for (place, name), amount in COUNTING.flow(picture(earlier), picture(later)).by_place().items():
            total[place, name] = total.get((place, name), 0) + amount
    baseline = None
    if baseline_number is not None:
        draft = accepted[baseline_number][0]
        if draft.as_of <= as_of:
            baseline = {
                r.key: BaselineHousehold(r.leaf, r.values["persons"])
                for r in draft.rows
                if not r.values["is_eliminated"]
            }
    total.update(COUNTING.stock(picture(as_of), baseline).by_place())
    return {key: amount for key, amount in total.items() if amount}


def told(store: Store, as_of: date, known_by: int) -> dict[tuple[str, str], int]:
    """What the tallies say of every place, and that a snapshot says the same of a few."""
    with store.engine.connect() as connection:
        found = connection.exec_driver_sql(
            "select place, name, sum(amount) from tally join series on series.id = tally.series"
            " where day <= ? and known <= ? and length(place) >= 6 and name not like '%.reporting.%' group by place, name having sum(amount) != 0",
            (as_number(as_of), known_by),
        ).all()
    snapshot = store.snapshot(SCOPE, as_of, known_by)
    for place, name, amount in found[::40]:
        assert snapshot.value([place], name, 0) == amount
    return {(place, name.removeprefix("monitored.")): amount for place, name, amount in found}


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "empty.db"
    Store.create(f"sqlite:///{path}", is_demo=True).engine.dispose()
    return path


@pytest.mark.parametrize("seed", range(20))
def test_the_tallies_of_a_random_history_equal_a_recomputation_from_its_rows(seed, empty_store, tmp_path):
    for history in range(HISTORIES):
        rng = random.Random(seed * 1000 + history)
        path = tmp_path / f"{history}.db"
        shutil.copy(empty_store, path)
        store = Store.open(f"sqlite:///{path}")
        accepted: dict[int, tuple[Draft, int]] = {}
        events: list[tuple[int, int, str, int]] = []
        homes: dict[str, tuple[str, dict]] = {}
        clock = 1_700_000_000
        for step in range(rng.randint(3, 7)):
            active = [b for b in store.batches() if b.in_force]
            gone = [b for b in store.batches() if not b.in_force]
            choice = rng.random()
            if active and choice < 0.2:
                number = rng.choice(active).id
                store.withdraw(number, COUNTINGS, by="测试")
            elif gone and choice < 0.4:
                number = rng.choice(gone).id
                store.reinstate(number, COUNTINGS, by="测试")
            else:
                draft = a_workbook(rng, seed * 100000 + history * 100 + step, homes)
                known = clock + rng.randint(0, 9) * 1000
                number = store.accept(draft, COUNTINGS, by="测试", known=known, baseline_on=DAYS[0])
                accepted[number] = (draft, known)
        with store.engine.connect() as connection:
            for order, kind, number, known in connection.exec_driver_sql(
                "select id, kind, batch_id, known from event"
            ):
                events.append((known, order, kind, number))
        with store.engine.connect() as connection:
            for upper in (COUNTY[:4], COUNTY[:2]):
                above, below = (
                    connection.exec_driver_sql(
                        "select period, series, day, sum(amount) from tally where place = ?"
                        " group by period, series, day having sum(amount) != 0",
                        (place,),
                    ).all()
                    for place in (upper, COUNTY)
                )
                assert above == below, f"seed {seed}, history {history}: the sums above the county"
        moments = sorted({known for known, *_ in events})
        for known_by in {rng.choice(moments), moments[0], ALWAYS}:
            for as_of in DAYS:
                assert told(store, as_of, known_by) == recompute(accepted, events, as_of, known_by), (
                    f"seed {seed}, history {history}, as of {as_of}, known by {known_by}"
                )
        store.engine.dispose()
