"""Above the county: the province and its cities, where a store holds more than one county.

A store of one county has no regions; then everything is as if this were not here.
"""

from datetime import date
from functools import lru_cache

from sqlmodel import col

from core.places import KIND_BY_DIGITS, REFERENCE, Area, Place, PlaceTree, place_tree
from core.store import Store
from core.tables.regions import Region


def place_of(region: Region) -> Place:
    """A region as a place."""
    return Place(region.code, region.name, KIND_BY_DIGITS[len(region.code)])


@lru_cache(maxsize=64)
def _tree(code: str, name: str, copy_of: str) -> PlaceTree:
    home = place_tree()
    if code == home.county.code:
        return home
    return place_tree().moved(code, name) if copy_of else place_tree(REFERENCE / code)


def tree_of(store: Store, code: str) -> PlaceTree:
    """The places of the county that a code lies in; the home county's for a province or city."""
    home = place_tree()
    if len(code) < 6 or code[:6] == home.county.code:
        return home
    region = store.region(code[:6])
    return _tree(region.code, region.name, region.copy_of) if region else home


def root(store: Store) -> Place | None:
    """The uppermost place of a store that holds more than one county: its province or city. None elsewhere. Looked up
    once a process, as `Store.region`."""
    found: tuple[Place, ...] = store.remembered.get(
        ("root",), lambda: tuple(place_of(r) for r in store.regions(col(Region.upper) == ""))
    )
    return found[0] if found else None


def below(store: Store, code: str) -> tuple[Place, ...]:
    """A province's cities, a city's counties, in the order of their codes; looked up once a process, as `Store.region`."""
    return store.remembered.get(
        ("below", code), lambda: tuple(place_of(r) for r in store.regions(col(Region.upper) == code))
    )


def area_of(store: Store, code: str) -> Area | None:
    """A province or city with the places below it, or a county; None where the store has no such region."""
    region = store.region(code)
    if region is None:
        return None
    if len(code) == 6:
        return tree_of(store, code).county_area()
    return Area(KIND_BY_DIGITS[len(code)], region.name, (code,), parts=below(store, code))


def areas(store: Store, name: str, on: date) -> list[Area]:
    """Every area that a name fits: those of the home county, 河南省, 南阳市, a county's name, 县名/乡镇, 县名/乡镇/村."""
    found = place_tree().areas(name, on)
    first, _, rest = name.strip().partition("/")
    for region in store.regions(col(Region.name) == first):
        if not rest:
            area = area_of(store, region.code)
            found += [area] if area and area not in found else []
        elif len(region.code) == 6:
            found += tree_of(store, region.code).areas(rest, on)
    return found


def scope_root(store: Store) -> str:
    """The code under which everything in a store lies."""
    top = root(store)
    return top.code if top else place_tree().county.code
