"""The one filter of all pages: war zone, township, data date. It stands in the URL and in the session."""

import threading
from collections.abc import Collection, Iterable
from datetime import date

import streamlit as st

from core import realm
from core.indicators.indicator import data_days as days_of
from core.places import Area, Place, PlaceTree, WarZone, place_tree
from core.scope import Scope
from core.store import ALWAYS, Snapshot
from core.units import day
from core.views.common import Question
from pages.pieces import live
from pages.pieces.store import refuse_without_store, store, upper
from pages.pieces.visitor import menu, scope

__all__ = ["bar", "choose_townships", "refuse_without_store", "scope", "snapshot", "store", "take_click"]

WHOLE_COUNTY = "全县"
EVERY_TOWNSHIP = "全部乡镇"
_run = threading.local()  # Streamlit runs a script in a thread of its own
ADDRESS = ("place", "zone", "township", "as_of")


class Reach:
    """What a scope leaves to choose on a day: the whole county or not, whole war zones, townships."""

    def __init__(self, scope: Scope, tree: PlaceTree, on: date) -> None:
        self.is_county = scope.covers(tree.county.code)
        self.townships: tuple[Place, ...] = tuple(t for t in tree.townships if scope.covers(t.code))
        self.zones: dict[str, WarZone] = {
            z.name: z for z in tree.zones(on) if all(t in self.townships for t in z.townships)
        }
        self.zone_words = [*([WHOLE_COUNTY] if self.is_county else []), *self.zones]
        self.start_zone = self.zone_words[0] if self.zone_words else ""
        self.start_township = self.townships[0].name if len(self.townships) == 1 else EVERY_TOWNSHIP

    def has(self, townships: str) -> bool:
        """Whether all of these townships (names by comma) lie in reach."""
        names = {t.name for t in self.townships}
        return all(name in names for name in townships.split(","))


def _upper() -> Place | None:
    """The province or city of a store that holds more than one county, for a visitor who may see all of it."""
    top = upper()
    return top if top is not None and scope().covers(top.code) else None


def tree(question: Question) -> PlaceTree:
    """The places of the county asked for."""
    return realm.tree_of(store(), question.area.root)


@st.cache_data(max_entries=128, show_spinner=False)
def data_days(version: int, county: str) -> list[date]:
    """The data dates of the household and project ledgers in force, newest first."""
    if len(county) < 6:
        return _days_above(county)
    snapshot = store().snapshot(Scope(frozenset()), date(9999, 12, 31), ALWAYS)  # dates alone, of no place
    days: set[date] = set()
    for ledger in ("monitored", "projects"):
        for period in snapshot.timeline(ledger, county).periods():
            days.update(snapshot.timeline(ledger, county).days(period, ALWAYS))
    latest = max(days, default=None)
    return sorted((d for d in days if latest and d.year == latest.year), reverse=True)


def has_data() -> bool:
    """Whether any household or project ledger is in force."""
    county = place_tree().county.code
    return bool(data_days(store().version(county), county))


def _days_above(place: str) -> list[date]:
    """The same for a province or city, out of its tallies."""
    top = store().region(place)
    area = Area("", top.name if top else "", (place,))
    reading = Scope(frozenset({place}), because="数据日期")
    households = days_of(store().snapshot(reading, date(9999, 12, 31)), "monitored", area)
    if not households:
        return []
    newest = date(max(households).year, 12, 31)
    days = {*households, *days_of(store().snapshot(reading, newest), "projects", area)}
    return sorted((d for d in days if d.year == newest.year), reverse=True)


def _followed_days(place: str, parts: Iterable[Place] = ()) -> list[date]:
    """The data dates under a place; from now on the page is told when its figures change. The versions of its parts,
    which the page reads beside it, are asked for on the same way."""
    _run.place = place
    _run.versions = store().versions([place, *(part.code for part in parts)])
    live.follow(place, version())
    return data_days(version(), place)


def version() -> int:
    """The version of the figures that this run shows, asked for once a run."""
    versions: dict[str, int] = _run.versions
    return versions.get(_run.place, 0)


LABELS = {4: "市", 6: "县"}
LEVELS = {4: "place_city", 6: "place_county"}  # digits of a code, and the box that chooses it


def _adopt_place(top: Place) -> None:
    """Takes the address's `place` into the two boxes above the county, before anything else is chosen."""
    asked = st.query_params.get("place", top.code)
    if "_place" in st.session_state and st.session_state["_place"] == asked:
        return
    code = asked if asked.startswith(top.code) and store().region(asked) else top.code
    for digits, key in LEVELS.items():
        if digits > len(top.code):
            st.session_state[key] = code[:digits]


def _place_boxes(top: Place) -> str:
    """One box a level: the city, then its county; gives the code chosen."""
    code = top.code
    for digits, key in LEVELS.items():
        if digits <= len(top.code) or len(code) != digits - 2:
            continue
        names = {code: f"全{'省' if len(code) == 2 else '市'}"} | {
            p.code: p.name for p in realm.below(store(), code)
        }
        if st.session_state.get(key) not in names:
            st.session_state[key] = code
        code = st.selectbox(
            LABELS[digits],
            list(names),
            key=key,
            label_visibility="collapsed",
            width=150,
            format_func=names.__getitem__,
        )
    if code != st.session_state.get("_place"):
        st.session_state.update(zone=WHOLE_COUNTY, township=EVERY_TOWNSHIP)
        st.session_state["_place"] = code
    return code


def _adopt(days: list[date], tree: PlaceTree, mine: Scope) -> None:
    """Takes the address into the session when it was typed, pasted or gone back to."""
    address = {key: st.query_params[key] for key in ADDRESS if key in st.query_params}
    if st.session_state.get("_address") == address or (not address and "_address" in st.session_state):
        return
    zone, township = address.get("zone", ""), address.get("township", "")
    on = days[0]
    try:
        on = date.fromisoformat(address.get("as_of", ""))
    except ValueError:
        on = days[0]
    areas = tree.areas(township, on) if township else []
    chosen = areas[0].townships if len(areas) == 1 and areas[0].kind in ("township", "townships") else ()
    wanted = next((z for z in tree.zones(on) if str(z.number) == zone), None)
    if chosen and (wanted is None or any(t not in wanted.townships for t in chosen)):
        # 乡镇优先：不属于所写战区的，战区改为它自己的。
        own = {tree.zone_of(t, on) for t in chosen}
        wanted = own.pop() if len(own) == 1 and wanted is not None else None
    reach = Reach(mine, tree, on)
    if any(t not in reach.townships for t in chosen) or (wanted and wanted.name not in reach.zones):
        st.toast("链接里的地方不在您的权限内，已改为您的范围。")
        chosen, wanted = (), None
    st.session_state["zone"] = wanted.name if wanted else reach.start_zone
    st.session_state["township"] = ",".join(t.name for t in chosen) if chosen else reach.start_township
    st.session_state["as_of"] = on


def bar(own: Collection[str] = ()) -> Question:
    """Draws the filter bar, writes the address, and gives the question that every page answers.

    `own` names the parameters that the page keeps in the address for itself; all others go.
    """
    top = _upper()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**方城县乡村振兴指挥看板**" if top is None else f"**{top.name}**", width="content")
        place = place_tree().county.code
        if top is not None:
            _adopt_place(top)
            place = _place_boxes(top)
        if len(place) < 6:
            return _bar_above(place, own)
        return _bar_of_county(place, own)


def _bar_above(place: str, own: Collection[str]) -> Question:
    """The rest of the bar for a province or city: the data date alone."""
    area = realm.area_of(store(), place)
    days = _followed_days(place, area.parts if area else ())
    if not days or area is None:
        st.info("还没有数据。请由办公室在“数据导入”页导入第一份表格。")
        st.stop()
    if st.session_state.get("as_of") not in days:
        st.session_state["as_of"] = days[0]
    _dates_and_badges(days)
    _write_address({}, own)
    return Question(area, st.session_state["as_of"])


def _dates_and_badges(days: list[date], is_example: bool = False) -> None:
    st.selectbox(
        "数据截至", days, key="as_of", label_visibility="collapsed", width=240,
        format_func=lambda d: f"数据截至{day(d)}",
    )  # fmt: skip
    st.space("stretch")
    if is_example:
        st.badge("战区划分为示例，非实际分工", color="gray")
    if store().is_demo():
        st.badge("演示数据", color="orange")
    menu()


def _bar_of_county(county: str, own: Collection[str]) -> Question:
    """The rest of the bar for a county: war zone, township, data date."""
    tree = realm.tree_of(store(), county)
    days = _followed_days(county)
    if not days:
        st.info("还没有数据。请由办公室在“数据导入”页导入第一份表格。")
        st.stop()
    mine = scope()
    if not isinstance(st.session_state.get("as_of", days[0]), date):
        st.session_state["as_of"] = days[0]  # no browser sends anything else; a program may
    _adopt(days, tree, mine)
    reach = Reach(mine, tree, st.session_state.get("as_of", days[0]))
    for key, start in (("zone", reach.start_zone), ("township", reach.start_township), ("as_of", days[0])):
        st.session_state.setdefault(key, start)
    on: date = st.session_state["as_of"]
    if st.session_state["zone"] not in reach.zone_words:
        st.session_state["zone"] = reach.start_zone
    if len(reach.zone_words) > 1:
        st.segmented_control(
            "战区",
            reach.zone_words,
            key="zone",
            label_visibility="collapsed",
            required=True,
            on_change=_zone_changed,
            width="content",
        )
    elif reach.zone_words:
        st.badge(reach.start_zone, color="blue")
    zone = reach.zones.get(st.session_state["zone"])
    names = [t.name for t in (zone.townships if zone else reach.townships)]
    chosen = st.session_state["township"]
    if chosen != EVERY_TOWNSHIP and not reach.has(chosen):
        chosen = st.session_state["township"] = reach.start_township
    every = [EVERY_TOWNSHIP] if len(reach.townships) != 1 else []
    options = [*every, *names, *([chosen] if chosen not in (*every, *names) else [])]
    st.selectbox(
        "乡镇", options, key="township", label_visibility="collapsed", width=190,
        format_func=lambda name: name.replace(",", "、"),
    )  # fmt: skip
    dates = days if on in days else sorted([*days, on], reverse=True)
    _dates_and_badges(dates, any(zone.is_example for zone in tree.zones(on)))
    _write_address(reach.zones, own)
    return Question(_area(tree, reach), st.session_state["as_of"])


def _zone_changed() -> None:
    st.session_state["township"] = EVERY_TOWNSHIP


def _write_address(zones: dict[str, WarZone], own: Collection[str]) -> None:
    address = {"as_of": st.session_state["as_of"].isoformat()}
    top = _upper()
    if top is not None and st.session_state["_place"] != top.code:
        address["place"] = st.session_state["_place"]
    zone = zones.get(st.session_state.get("zone", WHOLE_COUNTY))
    if zone:
        address["zone"] = str(zone.number)
    if zones and st.session_state["township"] != EVERY_TOWNSHIP:
        address["township"] = st.session_state["township"]
    st.session_state["_address"] = address
    address = address | {name: st.query_params[name] for name in own if name in st.query_params}
    if dict(st.query_params) != address:
        st.query_params.from_dict(address)


def _area(tree: PlaceTree, reach: Reach) -> Area:
    township, zone, on = (st.session_state[key] for key in ("township", "zone", "as_of"))
    if township != EVERY_TOWNSHIP:
        return tree.areas(township, on)[0]
    if zone in reach.zones:
        return tree.zone_area(reach.zones[zone])
    return tree.county_area() if reach.is_county else tree.township_area(*reach.townships)


def own(name: str) -> str:
    """A parameter that the page keeps for itself, as the address has it; empty where it has none."""
    return str(st.query_params.get(name, ""))


def write_own(**values: str) -> None:
    """Puts parameters of the page into the address (call it in a widget's callback); an empty one goes."""
    for name, value in values.items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)


def choose_townships(members: tuple[str, ...]) -> None:
    """A click on the map: filters by the townships of the polygon, or back to all when they are chosen already."""
    wanted = ",".join(members)
    shown: Question = st.session_state["question"]
    if not Reach(scope(), tree(shown), shown.as_of).has(wanted):
        return  # a polygon that carries no figure for this visitor
    st.session_state["_next_township"] = EVERY_TOWNSHIP if st.session_state["township"] == wanted else wanted


def take_click() -> None:
    """Applies a click of the run before, while no widget stands yet."""
    wanted = st.session_state.pop("_next_township", None)
    if wanted is not None:
        st.session_state["township"] = wanted
        shown: Question = st.session_state["question"]
        on, places = shown.as_of, tree(shown)
        zone = next((z for z in places.zones(on) if z.name == st.session_state["zone"]), None)
        if (
            zone
            and wanted != EVERY_TOWNSHIP
            and any(t not in [p.name for p in zone.townships] for t in wanted.split(","))
        ):
            st.session_state["zone"] = WHOLE_COUNTY  # the bar puts back what this visitor may choose


def snapshot(question: Question) -> Snapshot:
    """A snapshot of the store for the question, within this visitor's scope, of the version that this run shows."""
    return store().snapshot(scope(), question.as_of, versions=_run.versions)
