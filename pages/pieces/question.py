"""The one filter of all pages: war zone, township, data date. It stands in the URL and in the session."""

from collections.abc import Collection
from datetime import date

import streamlit as st

from core.places import Area, Place, PlaceTree, WarZone, place_tree
from core.scope import Scope
from core.store import ALWAYS, Snapshot
from core.units import day
from core.views.common import Question
from pages.pieces.store import refuse_without_store, store
from pages.pieces.visitor import menu, scope

__all__ = ["bar", "choose_townships", "refuse_without_store", "scope", "snapshot", "store", "take_click"]

WHOLE_COUNTY = "全县"
EVERY_TOWNSHIP = "全部乡镇"


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


@st.cache_data(max_entries=32, show_spinner=False)
def data_days(version: int) -> list[date]:
    """The data dates of the household and project ledgers in force, newest first."""
    snapshot = store().snapshot(Scope(frozenset()), date(9999, 12, 31), ALWAYS)  # dates alone, of no place
    county = place_tree().county.code
    days: set[date] = set()
    for ledger in ("monitored", "projects"):
        for period in snapshot.timeline(ledger, county).periods():
            days.update(snapshot.timeline(ledger, county).days(period, ALWAYS))
    latest = max(days, default=None)
    return sorted((d for d in days if latest and d.year == latest.year), reverse=True)


def has_data() -> bool:
    """Whether any household or project ledger is in force."""
    return bool(data_days(store().version()))


def _adopt(days: list[date], tree: PlaceTree, mine: Scope) -> None:
    """Takes the address into the session when it was typed, pasted or gone back to."""
    address = {key: st.query_params[key] for key in ("zone", "township", "as_of") if key in st.query_params}
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
    tree = place_tree()
    days = data_days(store().version())
    if not days:
        st.info("还没有数据。请由办公室在“数据导入”页导入第一份表格。")
        st.stop()
    mine = scope()
    _adopt(days, tree, mine)
    reach = Reach(mine, tree, st.session_state.get("as_of", days[0]))
    for key, start in (("zone", reach.start_zone), ("township", reach.start_township), ("as_of", days[0])):
        st.session_state.setdefault(key, start)
    on: date = st.session_state["as_of"]
    if st.session_state["zone"] not in reach.zone_words:
        st.session_state["zone"] = reach.start_zone
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**方城县乡村振兴指挥看板**", width="content")
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
        st.selectbox(
            "数据截至", dates, key="as_of", label_visibility="collapsed", width=240,
            format_func=lambda d: f"数据截至{day(d)}",
        )  # fmt: skip
        st.space("stretch")
        if any(zone.is_example for zone in tree.zones(on)):
            st.badge("战区划分为示例，非实际分工", color="gray")
        if store().is_demo():
            st.badge("演示数据", color="orange")
        menu()
    _write_address(reach.zones, own)
    return Question(_area(tree, reach), st.session_state["as_of"])


def _zone_changed() -> None:
    st.session_state["township"] = EVERY_TOWNSHIP


def _write_address(zones: dict[str, WarZone], own: Collection[str]) -> None:
    address = {"as_of": st.session_state["as_of"].isoformat()}
    zone = zones.get(st.session_state["zone"])
    if zone:
        address["zone"] = str(zone.number)
    if st.session_state["township"] != EVERY_TOWNSHIP:
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
    if not Reach(scope(), place_tree(), st.session_state["as_of"]).has(wanted):
        return  # a polygon that carries no figure for this visitor
    st.session_state["_next_township"] = EVERY_TOWNSHIP if st.session_state["township"] == wanted else wanted


def take_click() -> None:
    """Applies a click of the run before, while no widget stands yet."""
    wanted = st.session_state.pop("_next_township", None)
    if wanted is not None:
        st.session_state["township"] = wanted
        tree = place_tree()
        on = st.session_state["as_of"]
        zone = next((z for z in tree.zones(on) if z.name == st.session_state["zone"]), None)
        if (
            zone
            and wanted != EVERY_TOWNSHIP
            and any(t not in [p.name for p in zone.townships] for t in wanted.split(","))
        ):
            st.session_state["zone"] = WHOLE_COUNTY  # the bar puts back what this visitor may choose


def snapshot(question: Question) -> Snapshot:
    """A snapshot of the store for the question, within this visitor's scope."""
    return store().snapshot(scope(), question.as_of)
