"""The addresses of the show: /meeting/show/ID, its script, and what it asks every few seconds."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from core import settings
from core.meeting.deck import ListSource, show
from core.meeting.document import document, script
from core.meeting.lists import promises, questions, raised_on_slides, raised_words
from core.meeting.playlists import THEMES, NoPlaylist, Playlist, find
from core.places import PlaceTree
from core.realm import tree_of
from core.scope import OutOfScope
from core.serving.gate import scope_of_request, visitor_of_request
from core.store import Store
from core.tasks import TaskError, raise_task

# 清单类的页从哪里来。
LISTS: Mapping[str, ListSource] = {"questions": questions, "promises": promises}


@lru_cache(maxsize=1)
def _open(url: str) -> Store:
    return Store.open(url)


def _store() -> Store:
    return _open(settings.store_url())


def _places(request: Request, store: Store) -> PlaceTree:
    """The places of the county that the address names, of the home county where it names none."""
    return tree_of(store, request.query_params.get("county", ""))


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
    store, scope = _store(), scope_of_request(request)
    tree = _places(request, store)
    latest = store.latest_day(tree.county.code)
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


def state(request: Request) -> Response:
    """What a running show asks every few seconds: the store's revision, which it compares with its own, and what was
    asked of whom on its slides (`place` and `on`), so that every room that shows them sees it."""
    store, scope = _store(), scope_of_request(request)
    tree = _places(request, store)
    try:
        on = date.fromisoformat(request.query_params.get("on", ""))
        (area,) = tree.areas(request.query_params.get("place", ""), on)
        asked = raised_on_slides(store, scope, area, on)
    except (ValueError, OutOfScope):
        return PlainTextResponse("没有这个地方或日期，或您的权限不含它。", 404)
    return JSONResponse({"revision": store.version(), "asked": asked}, headers={"Cache-Control": "no-store"})


async def raise_problem(request: Request) -> Response:
    """交办 from the show: {place, what, owner, due_on, next_step, on, slide} as JSON; answers {said} or {problem}.

    Only JSON is taken: a foreign site's form cannot send it without asking the browser first.
    """
    if request.headers.get("content-type", "").split(";")[0] != "application/json":
        return JSONResponse({"problem": "只接受放映页发来的内容。"}, 415)
    try:
        told = {name: str(words) for name, words in (await request.json()).items()}
        on, due = date.fromisoformat(told["on"]), date.fromisoformat(told["due_on"])
        await run_in_threadpool(
            raise_task,
            _store(),
            scope_of_request(request),
            place=told["place"],
            what=told["what"],
            owner=told["owner"],
            due_on=due,
            next_step=told["next_step"],
            by=visitor_of_request(request).signature,
            on=on,
            origin=("meeting", told["slide"]),
        )
    except (TaskError, OutOfScope) as error:
        return JSONResponse({"problem": str(error)}, 422)
    except (AttributeError, KeyError, ValueError):
        return JSONResponse({"problem": "内容不完整。请填好责任、限期和下一步再交办。"}, 422)
    return JSONResponse({"said": raised_words(told["owner"], due, told["next_step"])})


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
    Route("/meeting/task", raise_problem, methods=["POST"]),
    Route("/meeting/show.js", show_script),
]
