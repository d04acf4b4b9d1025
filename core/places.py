"""The place tree: county, townships, villages, and the war zones that group townships; province and city above.

Codes are those of the statistical list of 2022 and say where a place lies: 2 digits a province, 4 a city,
6 a county, 9 a township, 12 a village. Names are how people refer to places; names change, so aliases and former names
are data (data/reference/aliases.csv) and every place that a name fits is returned, never a guess.
"""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

REFERENCE = Path(__file__).parent.parent / "data" / "reference"

COUNTY_LEVEL = "000"  # 县本级: money and projects that belong to no township
SEVERAL_TOWNSHIPS = "999"  # 跨乡镇
VILLAGE_UNKNOWN = "000"  # 村不详, within a township

KIND_BY_DIGITS = {2: "province", 4: "city", 6: "county"}
RANKED_KINDS = frozenset({"subdistrict", "town", "ethnic_township"})


@dataclass(frozen=True)
class Place:
    """One place of the tree. `kind`: province, city, county, subdistrict, town, ethnic_township, other, village,
    community, unknown (村不详), county_level (县本级) or several (跨乡镇)."""

    code: str
    name: str
    kind: str
    is_pilot: bool = False
    counted_within: str = ""

    @property
    def is_township(self) -> bool:
        """True for the 19 townships and subdistricts that answer for themselves and may be ranked."""
        return self.kind in RANKED_KINDS


@dataclass(frozen=True)
class WarZone:
    """One of the plan's six war zones (要点20), with its posts and townships on a day."""

    number: int
    name: str
    commander: str
    deputies: tuple[str, ...]
    townships: tuple[Place, ...]
    is_example: bool


@dataclass(frozen=True)
class Area:
    """What a reader asked for: the codes whose tallies are summed, and the townships that report for it.

    `kind`: province, city, county, zone, township, townships (several, from the map) or village. A province and a
    city, and a county as a line on a city's page, have no townships here: how they reported stands in their
    tallies. `parts` are a province's cities, a city's counties.
    """

    kind: str
    name: str
    codes: tuple[str, ...]
    townships: tuple[Place, ...] = ()
    parts: tuple[Place, ...] = ()

    @property
    def is_above_county(self) -> bool:
        """True for a province and a city."""
        return self.kind in ("province", "city")

    @property
    def root(self) -> str:
        """The code of the county (or city, or province) under which all of it lies."""
        return self.codes[0][:6]


def whole(place: Place) -> Area:
    """A province, city or county as one line of the page above it."""
    return Area(place.kind, place.name, (place.code,))


@dataclass(frozen=True)
class Membership:
    """A township's place in a war zone, and the days it holds (`valid_to` is the last day, or None)."""

    zone: int
    zone_name: str
    commander: str
    deputies: tuple[str, ...]
    township: str
    valid_from: date
    valid_to: date | None
    is_example: bool


_VILLAGE_ENDINGS = re.compile(r"(城市社区|社区)?(村民委员会|居民委员会|村委会|居委会)$")


def village_name(official: str) -> str:
    """大河口村民委员会 -> 大河口村; 交通街城市社区居民委员会 -> 交通街社区."""
    match = _VILLAGE_ENDINGS.search(official)
    if not match:
        return official
    stem = official[: match.start()]
    if match.group(1):
        return stem.removesuffix("村") + "社区"
    return stem if stem.endswith("村") else stem + "村"


def name_forms(name: str) -> set[str]:
    """Every form in which a village's name is written: with or without 村, 社区, 委员会."""
    stem = re.sub(r"(村|社区)$", "", name)
    stem = stem if len(stem) > 1 else name
    endings = (
        "",
        "村",
        "社区",
        "村委会",
        "居委会",
        "村民委员会",
        "居民委员会",
        "社区居委会",
        "社区居民委员会",
    )
    return {stem + ending for ending in endings}


@dataclass(frozen=True, eq=False)  # one of a county in a process: the same is the very same
class PlaceTree:
    """All places of one county. Built once, never changed; `find` answers by name, alias or path."""

    county: Place
    townships: tuple[Place, ...]  # the 19, in the order of their codes
    others: tuple[Place, ...]  # 大寺林场, 县本级, 跨乡镇: counted in the county, never ranked
    villages: tuple[Place, ...]
    memberships: tuple[Membership, ...]
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        by_code = {p.code: p for p in (self.county, *self.townships, *self.others, *self.villages)}
        for unit in (*self.townships, *self.others):
            unknown = Place(
                unit.code + VILLAGE_UNKNOWN, "村不详" if unit.is_township else unit.name, "unknown"
            )
            by_code.setdefault(unknown.code, unknown)
        named: dict[str, list[Place]] = {}
        for unit in (*self.townships, *self.others):
            short = re.sub(r"(街道|镇|回族乡|乡)$", "", unit.name)
            for form in {unit.name, short, *(a for a, names in self.aliases.items() if unit.name in names)}:
                named.setdefault(form, []).append(unit)
        in_township: dict[tuple[str, str], Place] = {}
        anywhere: dict[str, list[Place]] = {}
        for village in self.villages:
            for form in name_forms(village.name):
                in_township.setdefault((village.code[:9], form), village)
                anywhere.setdefault(form, []).append(village)
        object.__setattr__(self, "_by_code", by_code)
        object.__setattr__(self, "_units", named)
        object.__setattr__(self, "_in_township", in_township)
        object.__setattr__(self, "_anywhere", anywhere)

    _by_code: dict[str, Place] = field(init=False, repr=False, compare=False)
    _units: dict[str, list[Place]] = field(init=False, repr=False, compare=False)
    _in_township: dict[tuple[str, str], Place] = field(init=False, repr=False, compare=False)
    _anywhere: dict[str, list[Place]] = field(init=False, repr=False, compare=False)

    def __hash__(self) -> int:
        return hash(self.county.code)

    def __getitem__(self, code: str) -> Place:
        """The place with this code; KeyError when there is none."""
        return self._by_code[code]

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def find_units(self, name: str) -> Sequence[Place]:
        """Townships (and 县本级, 跨乡镇, 大寺林场) that this name, alias or former name fits: none, one or several."""
        return tuple(self._units.get(name.strip(), ()))

    def find_village(self, township: Place, name: str) -> Place | None:
        """The village of this name within a township, with or without 村, 村委会, 社区."""
        return self._in_township.get((township.code[:9], name.strip()))

    def find_villages(self, name: str) -> Sequence[Place]:
        """Villages of this name anywhere in the county: 29 names stand in more than one township."""
        return tuple(self._anywhere.get(name.strip(), ()))

    def leaf(self, unit: Place, village: Place | None = None) -> str:
        """The 12-digit leaf that a row belongs to: its village, else 村不详 of its unit."""
        return village.code if village else unit.code + VILLAGE_UNKNOWN

    def units(self) -> tuple[Place, ...]:
        """What a workbook's coverage is declared in: townships, 大寺林场, 县本级, 跨乡镇."""
        return (*self.townships, *self.others)

    def villages_of(self, township: Place) -> tuple[Place, ...]:
        """A township's villages in the order of their codes."""
        return tuple(v for v in self.villages if v.code.startswith(township.code))

    def zones(self, on: date) -> tuple[WarZone, ...]:
        """The war zones with the townships that belong to them on a day."""
        return _zones(self, on)

    def zone_of(self, township: Place, on: date) -> WarZone | None:
        """The war zone that a township belongs to on a day."""
        return next((z for z in self.zones(on) if township in z.townships), None)

    def county_area(self) -> Area:
        """The whole county."""
        return Area("county", self.county.name, (self.county.code,), self.townships)

    def zone_area(self, zone: WarZone) -> Area:
        """A war zone: summed from its townships."""
        return Area("zone", zone.name, tuple(t.code for t in zone.townships), zone.townships)

    def township_area(self, *townships: Place) -> Area:
        """One township, or several that the map draws as one."""
        name = "、".join(t.name for t in townships)
        kind = "township" if len(townships) == 1 else "townships"
        return Area(kind, name, tuple(t.code for t in townships), townships)

    def village_area(self, village: Place) -> Area:
        """A village, within its township."""
        return Area("village", self.label(village.code), (village.code,), (self[village.code[:9]],))

    def areas(self, name: str, on: date) -> list[Area]:
        """Every area that a name fits: 方城县, 三战区 (第三战区), 杨集镇, 杨集镇/大河口村, several townships by comma."""
        name = name.strip()
        if name in (self.county.name, self.county.name.removesuffix("县"), "全县"):
            return [self.county_area()]
        zones = [z for z in self.zones(on) if name.removeprefix("第") == z.name]
        if zones:
            return [self.zone_area(zone) for zone in zones]
        if "," in name or "，" in name:
            parts = [self.find_units(part) for part in re.split("[,，]", name)]
            return (
                [self.township_area(*(found[0] for found in parts))]
                if all(len(f) == 1 for f in parts)
                else []
            )
        if "/" in name:
            township_name, village_part = name.split("/", 1)
            villages = [self.find_village(t, village_part) for t in self.find_units(township_name)]
            return [self.village_area(v) for v in villages if v]
        units = [self.township_area(u) for u in self.find_units(name) if u.is_township]
        return units or [
            self.village_area(v) for v in self.find_villages(name) if self[v.code[:9]].is_township
        ]

    def moved(self, code: str, name: str) -> "PlaceTree":
        """The same places under another county's code and name, as invented counties have them."""

        def here(place: Place) -> Place:
            return replace(place, code=code + place.code[6:])

        return PlaceTree(
            Place(code, name, "county"),
            tuple(here(t) for t in self.townships),
            tuple(here(t) for t in self.others),
            tuple(here(v) for v in self.villages),
            self.memberships,
            self.aliases,
        )

    def label(self, code: str) -> str:
        """杨集镇/大河口村 for a village, the plain name for everything else."""
        place = self[code]
        if len(code) == 12 and code[:9] in self and self[code[:9]].is_township:
            return f"{self[code[:9]].name}/{place.name}"
        return place.name


@lru_cache(maxsize=1024)  # asked for every figure of every place
def _zones(tree: PlaceTree, on: date) -> tuple[WarZone, ...]:
    by_name = {t.name: t for t in tree.townships}
    grouped: dict[int, list[Membership]] = {}
    for m in tree.memberships:
        if m.valid_from <= on and (m.valid_to is None or on <= m.valid_to):
            grouped.setdefault(m.zone, []).append(m)
    return tuple(
        WarZone(
            number,
            members[0].zone_name,
            members[0].commander,
            members[0].deputies,
            tuple(by_name[m.township] for m in members),
            members[0].is_example,
        )
        for number, members in sorted(grouped.items())
    )


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(maxsize=4)
def place_tree(reference: Path = REFERENCE) -> PlaceTree:
    """The county's tree out of `data/reference/` (townships, villages, aliases, war_zones)."""
    units = [
        Place(r["code"], r["name"], r["kind"], r["is_pilot"] == "1", r["counted_within"])
        for r in _rows(reference / "townships.csv")
    ]
    county = Place(units[0].code[:6], "方城县", "county")
    special = (
        Place(county.code + COUNTY_LEVEL, "县本级", "county_level"),
        Place(county.code + SEVERAL_TOWNSHIPS, "跨乡镇", "several"),
    )
    villages = tuple(
        Place(r["code"], village_name(r["name"]), "village" if r["kind"] == "村委会" else "community")
        for r in _rows(reference / "villages.csv")
    )
    aliases: dict[str, tuple[str, ...]] = {}
    for r in _rows(reference / "aliases.csv"):
        aliases[r["alias"]] = (*aliases.get(r["alias"], ()), r["name"])
    memberships = tuple(
        Membership(
            int(r["zone"]),
            r["name"],
            r["commander"],
            tuple(r["deputies"].split("；")),
            r["township"],
            date.fromisoformat(r["valid_from"]),
            date.fromisoformat(r["valid_to"]) if r["valid_to"] else None,
            r["is_example"] == "1",
        )
        for r in _rows(reference / "war_zones.csv")
    )
    return PlaceTree(
        county,
        tuple(u for u in units if u.is_township),
        (*(u for u in units if not u.is_township), *special),
        villages,
        memberships,
        aliases,
    )
