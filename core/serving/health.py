"""The address that a monitor asks: /healthz. It says whether pages can be made, and nothing of the county."""

import asyncio
import shutil
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from anyio.to_thread import run_sync
from sqlalchemy import func, make_url, select
from sqlalchemy.exc import DatabaseError
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from core import settings, trouble
from core.store import Store, StoreError
from core.tables.batches import Event

PATH = "/healthz"
LEAST_FREE = 500_000_000  # bytes: a year of uploads, or one careless file
KEPT = 2.0  # seconds an answer stands: whoever asks faster asks nobody


@lru_cache(maxsize=1)
def _store(url: str) -> Store:
    return Store.open(url)


def look() -> dict[str, Any]:
    """{"state": "ok" or "degraded", "because": […], "revision_age_seconds": whole seconds since the newest
    acceptance or withdrawal, None without one}."""
    because: list[str] = []
    age = None
    try:
        with _store(settings.store_url()).engine.connect() as connection:
            newest = connection.execute(select(func.max(col(Event.happened_at)))).scalar_one()
        if newest is not None:
            moment = newest if newest.tzinfo else newest.replace(tzinfo=UTC)
            age = max(
                0, int((datetime.now(UTC) - moment).total_seconds())
            )  # a clock set back is no news from the future
    except StoreError:
        because.append("数据库打不开，原因见日志或命令行")
    except DatabaseError as error:
        because.append("数据库" + (trouble.in_words(error) or "读不出"))
    because += [
        f"{what}所在的磁盘剩余不到500MB" for what, path in _folders().items() if _free(path) < LEAST_FREE
    ]
    return {"state": "degraded" if because else "ok", "because": because, "revision_age_seconds": age}


def _folders() -> dict[str, Path]:
    folders = {"原始表格": settings.originals(), "日志": settings.logs()}
    address = make_url(settings.store_url())
    if address.get_backend_name() == "sqlite" and address.database:
        folders["数据库"] = Path(address.database).parent
    return folders


def _free(path: Path) -> int:
    while not path.exists() and path != path.parent:
        path = path.parent
    return shutil.disk_usage(path).free


class Health:
    """The route, which looks once for many that ask."""

    def __init__(self) -> None:
        self._looking = asyncio.Lock()
        self._looked: tuple[float, dict[str, Any]] | None = None

    async def __call__(self, _request: Request) -> JSONResponse:
        """200 when all is well, 503 when degraded."""
        async with self._looking:
            if self._looked is None or time.monotonic() - self._looked[0] > KEPT:
                self._looked = (time.monotonic(), await run_sync(look))
            found = self._looked[1]
        return JSONResponse(found, 200 if found["state"] == "ok" else 503, {"Cache-Control": "no-store"})


def route() -> Route:
    """For st.App."""
    health = Health()

    async def healthz(request: Request) -> JSONResponse:
        return await health(request)

    return Route(PATH, healthz)
