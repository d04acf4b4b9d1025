"""What leaves the store: nothing outside the scope, no name without the right to it, no cell of one or two."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from core import accounts
from core.draft import Covered, Draft, DraftRow
from core.identity import Person, keyed_hash, masked
from core.imports.workbook import read_workbook
from core.indicators import COUNTINGS, monitored
from core.indicators.catalogue import CATALOGUE
from core.indicators.indicator import read
from core.indicators.monitored import COUNTING, HIDDEN
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store
from core.views.common import Question
from core.views.monitoring import cause_words, households, lines, monitoring
from core.views.overview import project_bars

TREE = place_tree()
COUNTY = TREE.county.code
AUGUST = date(2022, 8, 31)
ZONES = TREE.zones(AUGUST)
ROLES = [
    ("county_leader", ""),
    ("clerk", ""),
    ("administrator", ""),
    *(("commander", str(z.number)) for z in ZONES),
    *(("township", t.code) for t in TREE.townships),
]
PLACES = [
    COUNTY,
    *(t.code for t in TREE.townships),
    *(v.code for v in TREE.villages),
    "",
    "4",
    "41132210",
    "411322999",
]
SOME_AREAS = [
    TREE.county_area(),
    *(TREE.zone_area(z) for z in ZONES),
    *(TREE.township_area(t) for t in TREE.townships),
    *(TREE.village_area(v) for v in TREE.villages[::25]),
]
COUNTY_LEDGERS = [COUNTINGS[key] for key in ("monitored", "projects")]


@pytest.fixture(scope="module")
def demo(demo_store):
    opened = Store.open(demo_store)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def secrets_of(demo):
    """{name: the townships in which somebody bears it}, and every masked and hashed ID number."""
    named = {}
    with demo.engine.connect() as connection:
        for name, leaf in connection.execute(
            text("select distinct i.name, h.leaf from identity i join household h on h.key = i.household")
        ):
            named.setdefault(name, set()).add(leaf[:9])
    assert len(named) > 1000
    return named


# --- the door


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(role=st.sampled_from(ROLES), place=st.sampled_from(PLACES), data=st.data())
def test_no_row_name_or_count_outside_the_scope_of_any_account(demo, secrets_of, role, place, data):
    scope = accounts.scope_of(*role, TREE)
    snapshot = demo.snapshot(scope, AUGUST)
    counting = data.draw(st.sampled_from(COUNTY_LEDGERS))
    period = 0 if counting.ledger == "monitored" else 2022
    mine = any(place.startswith(root) for root in scope.places)
    if not mine:
        for forbidden in (
            lambda: snapshot.rows(counting, place, period),
            lambda: snapshot.value([place], "monitored.remaining.households", 0),
            lambda: snapshot.slices([*scope.places, place], "monitored.remaining.households@main", 0),
            lambda: snapshot.identities(counting, place, period, ["x"]),
            lambda: demo.snapshot(scope.bulletin(COUNTY), AUGUST).rows(counting, place, period),
        ):
            with pytest.raises(OutOfScope) as refused:
                forbidden()
            assert not any(name in str(refused.value) for name in secrets_of)
        return
    found = snapshot.rows(counting, place, period)
    assert all(row.leaf.startswith(place) for row in found)
    told = repr(found[:50])
    assert not re.search(r"\d{17}[\dX]", told)
    if counting.ledger != "monitored":
        return
    keys = [row.key for row in demo.snapshot(Scope(frozenset({COUNTY})), AUGUST).rows(COUNTING, COUNTY, 0)]
    if not scope.sees_names:
        with pytest.raises(OutOfScope):
            snapshot.identities(COUNTING, place, 0, keys)
        cells = Counter((row.leaf, row.is_eliminated, row.causes[0]) for row in found)
        assert all(n >= 3 for (_, _, cause), n in cells.items() if cause != HIDDEN)
    else:
        named = snapshot.identities(COUNTING, place, 0, keys)
        assert set(named) == {row.key for row in found}
        assert all("*" * 10 in p.document for persons in named.values() for p in persons)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    role=st.sampled_from(ROLES),
    area=st.sampled_from(SOME_AREAS),
    which=st.sampled_from(["open", "new", "all"]),
)
def test_no_view_says_more_than_the_scope_of_any_account(demo, secrets_of, role, area, which):
    scope = accounts.scope_of(*role, TREE)
    snapshot = demo.snapshot(scope, AUGUST)
    question = Question(area, AUGUST)
    if not all(scope.covers(code) for code in area.codes):
        for make in (
            lambda: read(CATALOGUE[0], snapshot, area),
            lambda: monitoring(snapshot, question, TREE),
            lambda: project_bars(snapshot, question, TREE),
            lambda: households(snapshot, question, which),
        ):
            with pytest.raises(OutOfScope):
                make()
        return
    page = lines(snapshot, question, TREE, households(snapshot, question, which)[:20])
    heads = {row.head for row in page}
    assert heads <= {""} if not scope.sees_names else "" not in heads
    assert not any(row.head and row.head in repr(page) for row in page)
    if not scope.sees_names:
        told = repr((monitoring(snapshot, question, TREE), page))
        assert not any(name in told for name in secrets_of)


def test_the_bulletin_shows_every_township_to_a_commander_and_nothing_below(demo):
    own = accounts.scope_of("commander", "3", TREE)
    open_ = demo.snapshot(own.bulletin(COUNTY), AUGUST)
    for township in TREE.townships:
        assert open_.value([township.code], "monitored.monitored.households", 0) > 0
    with pytest.raises(OutOfScope):
        open_.value([TREE.villages[0].code], "monitored.monitored.households", 0)
    with pytest.raises(OutOfScope):
        open_.rows(COUNTING, next(iter(own.places)), 0)
    with pytest.raises(OutOfScope), demo.pictures(own.bulletin(COUNTY), COUNTING, COUNTY):
        pytest.fail("the rows of the county were given")
    nobody = accounts.scope_of("administrator", "", TREE).bulletin(COUNTY)
    with pytest.raises(OutOfScope):
        demo.snapshot(nobody, AUGUST).value([COUNTY], "monitored.monitored.households", 0)


def test_no_name_or_number_stands_anywhere_but_in_the_table_apart(demo, demo_dir, loaded_store):
    name = "监测对象信息-20220831.xlsx"
    sheet = next(s for s in read_workbook((demo_dir / name).read_bytes(), name) if s.name == "监测对象信息")
    headers = list(sheet.rows[0])
    at = {name: headers.index(name) for name in ("姓名", "证件号码", "联系电话")}
    people = [{name: str(line[i] or "") for name, i in at.items()} for line in sheet.rows[1::200]]
    held = loaded_store.read_bytes().decode("utf-8", "ignore")
    for person in people:
        for column in ("证件号码", "联系电话"):
            assert not person[column] or person[column] not in held
    with demo.engine.connect() as connection:
        tables = [n for (n,) in connection.execute(text("select name from sqlite_master where type='table'"))]
        apart = {n for (n,) in connection.execute(text("select name from identity"))}
        elsewhere = ""
        for table in tables:
            if table not in ("identity", "tally", "batch_row"):
                elsewhere += repr(connection.execute(text(f"select * from {table}")).all())
    assert {p["姓名"] for p in people} <= apart
    assert not any(p["姓名"] in elsewhere for p in people)


# --- identities


def test_a_masked_number_shows_two_places_at_each_end_and_a_hash_needs_the_key():
    assert masked("11010519491231002X") == "11**************2X"
    assert masked("12345") == "*****"
    assert keyed_hash("11010519491231002x", b"a") == keyed_hash(" 11010519491231002X", b"a")
    assert keyed_hash("11010519491231002X", b"a") != keyed_hash("11010519491231002X", b"b")


def household(key, leaf, name, causes=("illness",), **changes):
    values = {
        "kind": "borderline", "persons": 1, "is_eliminated": False, "is_safety_net": False, "identified": 202101,
        "eliminated": None, "elimination_way": "", "causes": list(causes), "measures": [],
        "has_contact_officer": True, "members": [], **changes,
    }  # fmt: skip
    return DraftRow(key, leaf, 0, values), (Person(f"{key}1", name, "11010519491231002X", True),)


def draft(number, as_of, *homes):
    unit = homes[0][0].leaf[:9]
    return Draft(
        "monitored", COUNTY, "x.xlsx", f"{number:064}", as_of, tuple(row for row, _ in homes),
        (Covered(0, unit, "reported"),), (), persons={row.key: persons for row, persons in homes},
    )  # fmt: skip


@pytest.fixture
def small(tmp_path):
    made = Store.create(f"sqlite:///{tmp_path / 'own.db'}", is_demo=False)
    yield made
    made.engine.dispose()


OWN = TREE.find_units("杨集镇")[0].code
LEAF = TREE.villages_of(TREE[OWN])[0].code
NAMED = Scope(frozenset({OWN}), sees_names=True)


def name_of(store, key="H1"):
    persons = store.snapshot(NAMED, AUGUST).identities(COUNTING, OWN, 0, [key])
    return [p.name for p in persons.get(key, ())]


def test_a_corrected_name_stands_until_its_batch_is_withdrawn(small):
    first = draft(1, date(2022, 6, 30), household("H1", LEAF, "演甲"))
    small.accept(first, COUNTINGS, by="测试")
    second = small.accept(draft(2, AUGUST, household("H1", LEAF, "演乙")), COUNTINGS, by="测试")
    assert name_of(small) == ["演乙"]
    small.withdraw(second, COUNTINGS, by="测试")
    assert name_of(small) == ["演甲"]


def test_names_are_of_households_in_force_under_the_place_alone(small):
    elsewhere = next(t.code for t in TREE.townships if t.code != OWN)
    away = TREE.villages_of(TREE[elsewhere])[0].code
    small.accept(draft(1, AUGUST, household("H1", LEAF, "演甲")), COUNTINGS, by="测试")
    small.accept(draft(2, AUGUST, household("H2", away, "演乙")), COUNTINGS, by="测试")
    assert name_of(small, "H1") == ["演甲"]
    assert name_of(small, "H2") == []


def test_the_stores_file_is_the_services_alone(small):
    small.accept(draft(1, AUGUST, household("H1", LEAF, "演甲")), COUNTINGS, by="测试")
    files = list(Path(small.engine.url.database).parent.glob("own.db*"))
    assert files
    assert {file.stat().st_mode & 0o077 for file in files} == {0}


def test_a_drafts_words_name_nobody():
    made = draft(1, AUGUST, household("H1", LEAF, "演甲"))
    assert "演甲" not in repr(made)
    assert "演甲" not in repr(made.persons)
    assert "1231002" not in repr(made) + repr(made.persons)


# --- small cells


@pytest.mark.parametrize(
    ("causes", "shown"),
    [
        (["illness"] * 3 + ["schooling"] * 3, {"illness": 3, "schooling": 3}),
        (["illness"] * 9 + ["schooling"] * 4 + ["disability"], {"illness": 9, "disability+schooling": 5}),
        (["illness"] * 4 + ["schooling", "disability"], {"disability+illness+schooling": 6}),
        (["illness"] * 4 + ["schooling"] * 2 + ["disability"] * 2, {"illness": 4, "disability+schooling": 4}),
        (["illness", "schooling"], {HIDDEN: 2}),
        (["illness"] * 2, {HIDDEN: 2}),
        (["illness"] * 3, {"illness": 3}),
    ],
)
def test_one_or_two_households_of_a_cause_merge_with_the_next_smallest(small, causes, shown):
    homes = [
        household(f"H{n}", LEAF, "演甲", causes=(cause, "housing"), measures=["健康帮扶", "搬迁"])
        for n, cause in enumerate(causes)
    ]
    small.accept(draft(1, AUGUST, *homes), COUNTINGS, by="测试")
    without = small.snapshot(Scope(frozenset({COUNTY})), AUGUST).rows(COUNTING, OWN, 0)
    assert Counter(row.causes[0] for row in without) == shown
    assert all(len(row.causes) == 1 for row in without)
    assert {tuple(row.measures) for row in without} == {("2项",)}  # 健康帮扶 would tell 因病
    with_names = small.snapshot(NAMED, AUGUST).rows(COUNTING, OWN, 0)
    assert Counter(row.causes[0] for row in with_names) == Counter(causes)


# --- subtraction


def pinned(shown, true):
    """(village, cause) of one or two households that can be told exactly by whoever knows each township's count of
    every cause and adds and subtracts: bounds are drawn together until nothing moves. `shown` is {village: {group:
    n}}, `true` {village: {cause: n}} of one township."""
    causes = {c for counted in true.values() for c in counted}
    cells, sums = {}, []
    for leaf, groups in shown.items():
        for group, n in groups.items():
            its = [(leaf, c) for c in (causes if group == HIDDEN else group.split("+"))]
            cells.update(dict.fromkeys(its, (0, n)))
            sums.append((its, n))
    for cause in causes:
        total = sum(counted[cause] for counted in true.values())
        sums.append(([cell for cell in cells if cell[1] == cause], total))
    moved = True
    while moved:
        moved = False
        for its, total in sums:
            low, high = sum(cells[c][0] for c in its), sum(cells[c][1] for c in its)
            for cell in its:
                was = cells[cell]
                now = max(was[0], total - high + was[1]), min(was[1], total - low + was[0])
                if now != was:
                    cells[cell], moved = now, True
                    low, high = low - was[0] + now[0], high - was[1] + now[1]
    return [cell for cell, (low, high) in cells.items() if low == high and true[cell[0]][cell[1]] in (1, 2)]


def pinned_in(rows, guarded):
    """The same over all townships, open and eliminated apart, as the rows of a reader without names tell it."""
    units = {}
    for row, shown in zip(rows, guarded, strict=True):
        told, true = units.setdefault((row.leaf[:9], row.is_eliminated), ({}, {}))
        told.setdefault(row.leaf, Counter())[shown.causes[0]] += 1
        true.setdefault(row.leaf, Counter())[(row.causes or ["other"])[0]] += 1
    found = []
    for told, true in units.values():
        without = {leaf: {HIDDEN: sum(counted.values())} for leaf, counted in told.items()}
        inherent = pinned(
            without, true
        )  # the township's counts alone tell it, as where it has one village only
        found += [cell for cell in pinned(told, true) if cell not in inherent]
    return found


@pytest.mark.parametrize("on", [date(2022, 3, 15), date(2022, 6, 30), AUGUST])
def test_no_small_cell_can_be_told_by_subtracting_from_the_townships_figures(demo, on, monkeypatch):
    raw = demo.snapshot(Scope(frozenset({COUNTY}), sees_names=True), on).rows(COUNTING, COUNTY, 0)
    guarded = demo.snapshot(Scope(frozenset({COUNTY})), on).rows(COUNTING, COUNTY, 0)
    assert [row.key for row in raw] == [row.key for row in guarded]
    assert pinned_in(raw, guarded) == []
    monkeypatch.setattr(monitored, "_merge_against_subtraction", lambda _villages: None)
    assert (
        pinned_in(raw, monitored.merge_small_cells(raw)) != []
    )  # merging within a village alone is not enough


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.sampled_from(["illness", "schooling", "disability", "housing", "accident"])
        ),
        min_size=2,
        max_size=40,
    )
)
def test_nor_in_any_township_that_can_be_thought_of(homes):
    rows = [Home(f"{OWN}{200 + village}", [cause]) for village, cause in homes]
    guarded = monitored.merge_small_cells(rows)
    assert pinned_in(rows, guarded) == []
    groups = Counter((row.leaf, row.causes[0]) for row in guarded)
    assert all(n >= 3 for (_, cause), n in groups.items() if cause != HIDDEN)


class Home:
    """A household as the store hands it to the guard."""

    def __init__(self, leaf, causes):
        self._mapping = {"leaf": leaf, "causes": causes, "measures": [], "faults": {}, "is_eliminated": False}
        vars(self).update(self._mapping)


def test_a_merged_cause_is_told_in_words():
    assert cause_words(["illness"]) == "因病"
    assert cause_words(["disability+schooling"]) == "因残或因学"
    assert cause_words([HIDDEN]) == "（合并不显示）"
    assert cause_words([]) == "其他"


def test_roles_are_data_that_the_program_knows(tmp_path):
    known = {"figures", "names", "import", "export", "accounts"}
    for role in accounts.roles().values():
        assert role.rights <= known
        assert role.places in ("county", "zone", "township", "none")
