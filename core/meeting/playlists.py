"""Playlists: which slides, in which order, for which place. Ready ones for every place, saved ones in the store."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import delete, insert, select, update
from sqlmodel import col

from core.places import Area, PlaceTree
from core.scope import OutOfScope, Scope
from core.store import Store
from core.tables.playlists import SavedPlaylist

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Playlist:
    """Slides by their ids in the order shown. `dwell_seconds` 0 turns by hand only. A ready one's id is a word
    (county, zone-3, township-411322101), a saved one's a number."""

    id: str
    name: str
    area: str  # as it stands in links: 方城县, 三战区, 杨集镇
    slides: tuple[str, ...]
    dwell_seconds: int = 0
    theme: str = "light"

    @property
    def is_ready_made(self) -> bool:
        """True for those that every place has, and that cannot be deleted."""
        return not self.id.isdigit()


class NoPlaylist(LookupError):
    """There is no such playlist, or it lies outside the scope: the answer does not say which."""


def offered(area: Area, tree: PlaceTree, on: date, lists: Sequence[str] = ()) -> dict[str, str]:
    """{slide id: what the clerk calls it} in the ready order. `lists` are the lists that are connected."""
    found = {"year": "全年五个数", "risk": "风险消除与序时进度", "projects": "项目与9月30日"}
    if area.kind == "county":
        found["map"] = "各乡镇项目竣工地图"
    found["funds"] = "衔接资金"
    for township in area.townships:
        if township.is_pilot:
            found[f"pilot-{township.code}"] = f"示范片区：{township.name}"
    if area.kind == "county":
        found |= {f"zone-{zone.number}": f"战区：{zone.name}" for zone in tree.zones(on)}
    elif area.kind == "zone":
        zone = next(z for z in tree.zones(on) if z.name == area.name)
        found[f"zone-{zone.number}"] = f"战区：{zone.name}"
        found |= {f"township-{t.code}": f"乡镇：{t.name}" for t in area.townships}
    names = {"questions": "需要过问的事", "promises": "上次会议交办事项"}
    return found | {key: words for key, words in names.items() if key in lists}


def ready(tree: PlaceTree, scope: Scope, on: date, lists: Sequence[str] = ()) -> list[Playlist]:
    """The ready playlists within a scope: the county, each war zone, each township."""
    areas = [("county", tree.county_area())]
    areas += [(f"zone-{zone.number}", tree.zone_area(zone)) for zone in tree.zones(on)]
    areas += [(f"township-{t.code}", tree.township_area(t)) for t in tree.townships]
    return [
        Playlist(key, f"{area.name}（现成）", area.name, tuple(offered(area, tree, on, lists)))
        for key, area in areas
        if covers(scope, area)
    ]


def covers(scope: Scope, area: Area) -> bool:
    """True when every place of an area lies within a scope."""
    return all(scope.covers(code) for code in area.codes)


def area_of(playlist: Playlist, tree: PlaceTree, on: date) -> Area:
    """The area that a playlist is about; NoPlaylist where its place is no more."""
    areas = tree.areas(playlist.area, on)
    if len(areas) != 1:
        raise NoPlaylist(f"放映单“{playlist.name}”的地方“{playlist.area}”已不在地名表中，请删去后重建。")
    return areas[0]


def saved(store: Store, tree: PlaceTree, scope: Scope, on: date) -> list[Playlist]:
    """The saved playlists whose place lies within a scope, in the order they were saved."""
    with store.engine.connect() as connection:
        rows = connection.execute(select(SavedPlaylist.__table__).order_by(col(SavedPlaylist.id))).all()  # type: ignore[attr-defined]
    lists = [
        Playlist(str(r.id), r.name, r.area, tuple(json.loads(r.slides)), r.dwell_seconds, r.theme)
        for r in rows
    ]
    return [p for p in lists if any(covers(scope, area) for area in tree.areas(p.area, on))]


def find(
    store: Store, tree: PlaceTree, scope: Scope, on: date, key: str, lists: Sequence[str] = ()
) -> Playlist:
    """The playlist with this id, ready or saved; NoPlaylist when there is none within the scope."""
    for playlist in (*ready(tree, scope, on, lists), *saved(store, tree, scope, on)):
        if playlist.id == key:
            return playlist
    raise NoPlaylist("没有这份放映单，或您的权限不含它的地方。请到“会议”页重新选择。")


def save(store: Store, tree: PlaceTree, scope: Scope, playlist: Playlist, on: date, *, by: str) -> str:
    """Keeps a playlist and gives its id. One of the same name and place is replaced.

    OutOfScope when its place is not the person's; ValueError when it has no name or no slide.
    """
    if not playlist.name.strip():
        raise ValueError("请给放映单起个名字。")
    if not playlist.slides:
        raise ValueError("放映单里还没有页，请至少选一页。")
    if playlist.theme not in THEMES or not 0 <= playlist.dwell_seconds <= 600:
        raise ValueError("停留时间应在0到600秒之间，底色为浅色或深色。")
    if not covers(scope, area_of(playlist, tree, on)):
        raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")
    values = {
        "name": playlist.name.strip(),
        "area": playlist.area,
        "slides": json.dumps(playlist.slides),
        "dwell_seconds": playlist.dwell_seconds,
        "theme": playlist.theme,
        "saved_by": by,
        "saved_at": datetime.now(UTC),
    }
    same = (col(SavedPlaylist.name) == values["name"], col(SavedPlaylist.area) == playlist.area)
    with store.writing() as connection:
        standing = connection.execute(select(col(SavedPlaylist.id)).where(*same)).scalar()
        if standing is not None:  # its id stays, and with it every link to it
            connection.execute(update(SavedPlaylist).where(col(SavedPlaylist.id) == standing).values(values))
            return str(standing)
        made = connection.execute(insert(SavedPlaylist).values(values))
    return str(made.inserted_primary_key[0])  # type: ignore[index]


def remove(store: Store, tree: PlaceTree, scope: Scope, key: str, on: date) -> None:
    """Deletes a saved playlist; NoPlaylist when there is none within the scope."""
    if key not in {p.id for p in saved(store, tree, scope, on)}:
        raise NoPlaylist("没有这份放映单，可能已被删去。")
    with store.writing() as connection:
        connection.execute(delete(SavedPlaylist).where(col(SavedPlaylist.id) == int(key)))
