"""How people refer to places, and what the county makes of it."""

import csv
from collections import Counter, defaultdict
from datetime import date

import pytest

from core.imports.matching import match_unit
from core.places import REFERENCE, PlaceTree, place_tree

TREE = place_tree()
TODAY = date(2022, 8, 31)


def names(areas):
    return [area.name for area in areas]


def rows(file):
    with (REFERENCE / file).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def several_townships() -> dict[str, set[str]]:
    """{official village name: townships} of the names that stand in more than one township, from the list itself."""
    found = defaultdict(set)
    for row in rows("villages.csv"):
        found[row["name"]].add(row["code"][:9])
    return {name: townships for name, townships in found.items() if len(townships) > 1}


# --- the nineteen


def test_the_county_has_nineteen_townships_of_which_four_are_streets_and_one_is_hui():
    assert len(TREE.townships) == 19
    kinds = Counter(t.kind for t in TREE.townships)
    assert kinds == {"subdistrict": 4, "town": 14, "ethnic_township": 1}


def test_four_towns_are_pilot_zones():
    assert {t.name for t in TREE.townships if t.is_pilot} == {"杨集镇", "广阳镇", "二郎庙镇", "独树镇"}


def test_the_forest_farm_counts_in_the_county_and_is_no_township_to_be_ranked():
    (farm,) = TREE.find_units("大寺林场")
    assert farm.name == "方城大寺林场"
    assert not farm.is_township
    assert farm not in TREE.townships
    assert farm in TREE.units()
    assert farm.code.startswith(TREE.county.code)
    assert all(farm not in zone.townships for zone in TREE.zones(TODAY))
    assert TREE.areas("大寺林场", TODAY) == []


def test_county_money_and_projects_of_several_townships_are_places_that_are_not_ranked():
    for name in ("县本级", "跨乡镇"):
        (unit,) = TREE.find_units(name)
        assert not unit.is_township
        assert unit in TREE.units()


def test_every_village_lies_in_one_of_the_townships_and_as_many_as_the_township_list_says():
    counted = Counter(v.code[:9] for v in TREE.villages)
    assert counted == {row["code"]: int(row["villages"]) for row in rows("townships.csv")}
    assert len({v.code for v in TREE.villages}) == len(TREE.villages)


# --- names and former names


@pytest.mark.parametrize(
    "row", [r for r in rows("aliases.csv") if r["alias"] != "城关镇"], ids=lambda r: r["alias"]
)
def test_an_alias_and_a_former_name_are_the_place_of_today(row):
    assert [p.name for p in TREE.find_units(row["alias"])] == [row["name"]]
    assert match_unit(row["alias"], TREE).place.name == row["name"]


@pytest.mark.parametrize("name", [t.name for t in TREE.townships])
def test_a_township_goes_by_its_name_with_or_without_its_kind_and_blanks(name):
    short = name.removesuffix("街道").removesuffix("回族乡").removesuffix("镇")
    for written in (name, short, f" {name} "):
        assert [p.name for p in TREE.find_units(written)] == [name]


def test_chengguan_is_two_streets_today_and_nobody_guesses_which():
    assert {p.name for p in TREE.find_units("城关镇")} == {"凤瑞街道", "释之街道"}
    assert len(TREE.areas("城关镇", TODAY)) == 2
    matched = match_unit("城关镇", TREE)
    assert matched.place is None
    assert "凤瑞街道" in matched.fix
    assert "释之街道" in matched.fix


def test_an_unknown_name_fits_nothing():
    assert TREE.find_units("卷桥镇") == ()
    assert TREE.areas("卷桥镇", TODAY) == []
    assert match_unit("卷桥镇", TREE).fix == "改为“券桥镇”"


# --- villages


def test_29_village_names_stand_in_several_townships():
    assert len(several_townships()) == 29


@pytest.mark.parametrize(
    ("name", "townships"),
    sorted((n, sorted(t)) for n, t in several_townships().items()),
    ids=lambda v: str(v)[:12],
)
def test_a_village_name_of_several_townships_is_never_guessed(name, townships):
    found = TREE.find_villages(name)
    assert {v.code[:9] for v in found} >= set(townships)
    assert len(TREE.areas(name, TODAY)) >= 2
    for village in found:  # with its township in front there is one
        (area,) = TREE.areas(TREE.label(village.code), TODAY)
        assert area.codes == (village.code,)


def test_a_village_by_its_path_is_one_village_of_that_township():
    (area,) = TREE.areas("杨集镇/大河口村", TODAY)
    assert area.kind == "village"
    assert area.name == "杨集镇/大河口村"
    assert [t.name for t in area.townships] == ["杨集镇"]
    for form in ("杨集镇/大河口", "杨集/大河口村民委员会", "杨集乡/大河口村委会"):
        assert names(TREE.areas(form, TODAY)) == ["杨集镇/大河口村"]


def test_every_village_is_found_again_by_its_label():
    for village in TREE.villages:
        if TREE[village.code[:9]].is_township:
            (area,) = TREE.areas(TREE.label(village.code), TODAY)
            assert area.codes == (village.code,)


def test_a_village_of_another_township_is_not_found():
    assert TREE.areas("独树镇/大河口村", TODAY) == []


# --- war zones


def test_six_war_zones_cover_the_nineteen_once_each():
    zones = TREE.zones(TODAY)
    assert [z.name for z in zones] == ["一战区", "二战区", "三战区", "四战区", "五战区", "六战区"]
    members = [t.name for z in zones for t in z.townships]
    assert len(members) == 19
    assert set(members) == {t.name for t in TREE.townships}


def test_a_war_zone_is_said_to_be_an_example_and_led_by_posts_not_names():
    for zone in TREE.zones(TODAY):
        assert zone.is_example
        assert zone.commander.startswith("县")
        assert all(post.startswith(("县", "副县长", "常务")) for post in zone.deputies)


def test_a_war_zone_goes_by_both_of_its_names():
    (short,), (long,) = TREE.areas("三战区", TODAY), TREE.areas("第三战区", TODAY)
    assert short == long
    assert short.kind == "zone"


def test_a_township_that_changes_its_war_zone_belongs_to_one_on_each_day():
    last, first = date(2022, 6, 30), date(2022, 7, 1)
    moved = []
    for m in TREE.memberships:
        if m.township != "杨集镇":
            moved.append(m)
            continue
        values = {**m.__dict__}
        moved.append(type(m)(**{**values, "valid_to": last}))
        two = next(o for o in TREE.memberships if o.zone == 2)
        moved.append(type(m)(**{**two.__dict__, "township": "杨集镇", "valid_from": first}))
    tree = PlaceTree(TREE.county, TREE.townships, TREE.others, TREE.villages, tuple(moved), TREE.aliases)
    (yangji,) = tree.find_units("杨集镇")
    assert tree.zone_of(yangji, last).name == "六战区"
    assert tree.zone_of(yangji, first).name == "二战区"
    for on in (last, first):
        assert Counter(t.name for z in tree.zones(on) for t in z.townships) == dict.fromkeys(
            (t.name for t in TREE.townships), 1
        )


# --- areas


def test_the_county_goes_by_three_names():
    for name in ("方城县", "方城", "全县"):
        (area,) = TREE.areas(name, TODAY)
        assert area.kind == "county"


def test_what_the_map_draws_as_one_is_asked_for_with_a_comma():
    for comma in (",", "，"):
        (area,) = TREE.areas(f"凤瑞街道{comma}赭阳街道", TODAY)
        assert area.kind == "townships"
        assert [t.name for t in area.townships] == ["凤瑞街道", "赭阳街道"]
    assert TREE.areas("凤瑞街道,卷桥镇", TODAY) == []
