"""Tells open pages that figures have changed: one watcher a process asks the store, no page does.

The shell says of each run which version it shows; the watcher, a task of the server's own event loop, runs the
pages again that show an older one, with the filters they have. The show on the wall (core/meeting) asks by itself and
waits for its presenter.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Collection

from sqlalchemy.exc import DatabaseError
from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core import settings
from core.store import Store

SECONDS = 1.0  # between two looks at the store: an import shows within five
log = logging.getLogger(__name__)
_woken: set[str] = set()  # sessions that run again by themselves, not by their reader
_shown: dict[str, tuple[str, int]] = {}  # by session: the place whose figures it shows, and their version


def follow(place: str, version: int) -> None:
    """Lets this page be run again when the figures under its place are newer than the version it shows now."""
    context = get_script_run_ctx()
    if context is not None:
        _shown[context.session_id] = (place, version)


def by_reader() -> bool:
    """False for the run that the watcher began: nobody touched the page, so the idle clock goes on."""
    context = get_script_run_ctx()
    if context is None or context.session_id not in _woken:
        return True
    _woken.discard(context.session_id)
    return False


def run_again(session_id: str) -> bool:
    """Runs an open page again as if its reader had, filters and address kept; False where nobody has it open.

    The only place that touches Streamlit's insides: it has no public way to rerun a session from outside (issue
    2838), and does the same itself when a source file changes. A page in mid-run is left: it comes up again at the
    next look, when Streamlit has put its newest filters where they are read here. On the event loop only.
    """
    session = Runtime.instance().get_app_session(session_id)
    if session is None:
        return False
    if session._scriptrunner is None:
        _woken.add(session_id)
        session.request_rerun(session._client_state)
    return True


async def _watch(counties_changed: Callable[[Collection[str]], object]) -> None:
    store = Store(settings.store_url())
    told: dict[str, int] = {}  # by county: the newest version that `counties_changed` heard of
    while True:
        await asyncio.sleep(SECONDS)
        if not _shown:
            continue
        try:
            versions = await asyncio.to_thread(store.versions, {place for place, _ in _shown.values()})
        except DatabaseError:
            log.warning("the store does not answer; open pages keep what they show")
            continue
        changed = set()
        for session_id, (place, shown) in list(_shown.items()):
            if shown < versions.get(place, shown):
                changed.add(place)
                if not run_again(session_id):
                    _shown.pop(session_id, None)
        # 页面先更新；其余数据日期随后在旁边备好。
        fresh = {p: versions[p] for p in changed if len(p) == 6 and told.get(p) != versions[p]}
        if fresh:
            told |= fresh
            counties_changed(fresh)


@contextlib.asynccontextmanager
async def watching(counties_changed: Callable[[Collection[str]], object]) -> AsyncIterator[None]:
    """For the server's lifespan: watches as long as it runs. Says which counties changed that open pages show, when
    these have been run again."""
    task = asyncio.create_task(_watch(counties_changed), name="county-watch")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
