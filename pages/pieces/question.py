"""The one filter of all pages: war zone, township, data date. It stands in the URL and in the session."""

from collections.abc import Collection
from datetime import date
from typing import Any

import streamlit as st

from core import settings
from core.places import Area, PlaceTree, place_tree
from core.scope import Scope
from core.store import ALWAYS, Snapshot, Store, StoreError
from core.units import day
from core.views.common import Question

WHOLE_COUNTY = "全县"
EVERY_TOWNSHIP = "全部乡镇"


@st.cache_resource(show_spinner=False)
def open_store(url: str) -> Store:
    """The store, opened once a process."""
    return Store.open(url)


def store() -> Store:
    """The store of this process."""
    return open_store(settings.store_url())


def refuse_without_store() -> None:
    """Says what to do where there is no store yet, or one that this version cannot open; then stops."""
    try:
        store()
    except StoreError as error:
        st.error(str(error))
        st.stop()


def scope() -> Scope:
    """What this visitor may see. Without accounts (demo on this machine) the whole county, without names."""
    return Scope(frozenset({place_tree().county.code}), because="演示")


@st.cache_data(max_entries=32, show_spinner=False)
def data_days(version: int) -> list[date]:
    """The data dates of the household and project ledgers in force, newest first."""
    snapshot = store().snapshot(scope(), date(9999, 12, 31), ALWAYS)
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


def _adopt(days: list[date], tree: PlaceTree) -> None:
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
    st.session_state["zone"] = wanted.name if wanted else WHOLE_COUNTY
    st.session_state["township"] = ",".join(t.name for t in chosen) if chosen else EVERY_TOWNSHIP
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
    _adopt(days, tree)
    for key, start in (("zone", WHOLE_COUNTY), ("township", EVERY_TOWNSHIP), ("as_of", days[0])):
        st.session_state.setdefault(key, start)
    on: date = st.session_state["as_of"]
    zones = {zone.name: zone for zone in tree.zones(on)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**方城县乡村振兴指挥看板**", width="content")
        st.segmented_control(
            "战区",
            [WHOLE_COUNTY, *zones],
            key="zone",
            label_visibility="collapsed",
            required=True,
            on_change=_zone_changed,
            width="content",
        )
        zone = zones.get(st.session_state["zone"])
        names = [t.name for t in (zone.townships if zone else tree.townships)]
        chosen = st.session_state["township"]
        options = [EVERY_TOWNSHIP, *names, *([chosen] if chosen not in (EVERY_TOWNSHIP, *names) else [])]
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
        if zones and next(iter(zones.values())).is_example:
            st.badge("战区划分为示例，非实际分工", color="gray")
        if store().is_demo():
            st.badge("演示数据", color="orange")
    _write_address(zones, own)
    return Question(_area(tree), st.session_state["as_of"])


def _zone_changed() -> None:
    st.session_state["township"] = EVERY_TOWNSHIP


def _write_address(zones: dict[str, Any], own: Collection[str]) -> None:
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


def _area(tree: PlaceTree) -> Area:
    township, zone, on = (st.session_state[key] for key in ("township", "zone", "as_of"))
    if township != EVERY_TOWNSHIP:
        return tree.areas(township, on)[0]
    if zone != WHOLE_COUNTY:
        return tree.areas(zone, on)[0]
    return tree.county_area()


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
            st.session_state["zone"] = WHOLE_COUNTY


def snapshot(question: Question) -> Snapshot:
    """A snapshot of the store for the question, within this visitor's scope."""
    return store().snapshot(scope(), question.as_of)
