"""The addresses of the show: /meeting/show/ID, its script, and what it asks every few seconds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core import settings
from core.meeting.deck import ListSource, show
from core.meeting.document import document, script
from core.meeting.playlists import THEMES, NoPlaylist, Playlist, find
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store

LISTS: Mapping[str, ListSource] = {}  # 需要过问的事（questions）、上次会议交办（promises）接上后写在这里


@lru_cache(maxsize=1)
def _open(url: str) -> Store:
    return Store.open(url)


def _store() -> Store:
    return _open(settings.store_url())


def scope_of_request(_request: Request) -> Scope:
    """What whoever asks may see. Without accounts (demo on this machine) the whole county, without names."""
    return Scope(frozenset({place_tree().county.code}), because="演示")


def _asked(request: Request, playlist: Playlist) -> Playlist:
    """The playlist with what the address asks for instead: slides in their order, dwell time, light or dark."""
    query = request.query_params
    if slides := query.get("slides"):
        playlist = replace(playlist, slides=tuple(slides.split(",")))
    if (dwell := query.get("dwell", "")).isascii() and dwell.isdigit():
        playlist = replace(playlist, dwell_seconds=min(int(dwell), 600))
    if (theme := query.get("theme")) in THEMES:
        playlist = replace(playlist, theme=theme or "light")
    return playlist


def open_show(request: Request) -> Response:
    """The document; 404 for a playlist that is not there or not this person's."""
    store, tree, scope = _store(), place_tree(), scope_of_request(request)
    latest = store.latest_day()
    if latest is None:
        return PlainTextResponse("还没有数据。请由办公室导入第一份表格。", 404)
    try:
        on = date.fromisoformat(request.query_params.get("as_of", ""))
    except ValueError:
        on = latest
    try:
        playlist = _asked(request, find(store, tree, scope, on, request.path_params["id"], tuple(LISTS)))
        made = show(store, scope, tree, playlist, on, LISTS)
    except (NoPlaylist, OutOfScope) as error:
        return PlainTextResponse(str(error), 404)
    if not made.slides:
        return PlainTextResponse("放映单里没有可放的页。请到“会议”页重新选择。", 404)
    return HTMLResponse(document(made), headers={"Cache-Control": "no-store"})


def state(_request: Request) -> Response:
    """The store's revision: the show compares it with its own and says whether newer data came in."""
    return JSONResponse({"revision": _store().version()}, headers={"Cache-Control": "no-store"})


def show_script(_request: Request) -> Response:
    """The show's script; its address changes when it does."""
    return Response(
        script(),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


routes = [
    Route("/meeting/show/{id}", open_show),
    Route("/meeting/state", state),
    Route("/meeting/show.js", show_script),
]
