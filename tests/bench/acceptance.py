"""Accepting one county's monthly export: into the big store, into one of that county alone, and into an empty one."""

import gc
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from statistics import median
from unittest import mock

from sqlalchemy import create_engine, make_url, text

from core import importing, settings
from core.draft import Draft
from core.imports.reading import read
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store
from tests.bench import Row, Stage

MONTHS = (date(2022, 9, 30), date(2022, 10, 31), date(2022, 11, 30), date(2022, 12, 31))
ONE_IN = 19  # households that change in a month: 262 of 4,885 did from July to August


def _export(stage: Stage, number: int) -> Draft:
    """The newest export as if it were that of a later month, with as many households changed as in a month."""
    newest = stage.exports[-1]
    draft = read(newest.read_bytes(), newest.name, "monitored", place_tree(), as_of=MONTHS[number])
    rows = tuple(
        replace(row, values={**row.values, "income_per_head_fen": number}) if n % ONE_IN == number else row
        for n, row in enumerate(draft.rows)
    )
    return replace(draft, rows=rows, file_hash=f"{time.time_ns():064}", file_name=f"{MONTHS[number]}.xlsx")


def _seconds(store: Store, draft: Draft) -> tuple[float, int]:
    """Comparing and accepting, in seconds; the batch's number. In a process that looks away from what is loaded, as
    the dashboard does."""
    draft = replace(draft, rows=tuple(map(replace, draft.rows)))  # they remember what was worked out of them
    gc.collect()
    gc.freeze()
    started = time.perf_counter()
    compared, _ = importing.with_comparison(store, draft, place_tree())
    assert not [p for p in compared.problems if p.blocks and not p.confirmable]
    batch = store.accept(draft, COUNTINGS, by="测速")
    return time.perf_counter() - started, batch


def _until_done(stage: Stage, store: Store) -> float:
    """Seconds from a clerk's yes until the page goes on: the original kept, the batch accepted, a forecast issued."""
    draft, content = _export(stage, 0), stage.exports[-1].read_bytes()
    with mock.patch.object(settings, "originals", return_value=stage.tmp / "originals"):
        started = time.perf_counter()
        importing.accept(store, draft, content, by="测速", confirmed=True)
        return time.perf_counter() - started


@contextmanager
def _empty(stage: Stage, number: int) -> Iterator[Store]:
    """An empty store on the big store's own kind of database; gone afterwards."""
    big, name = make_url(stage.province), f"county_bench_empty_{number}"
    if big.get_backend_name() == "sqlite":
        server, address = None, f"sqlite:///{stage.tmp / name}.db"
    else:
        server = create_engine(big, isolation_level="AUTOCOMMIT")
        address = big.set(database=name).render_as_string(hide_password=False)
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
    store = Store.create(address, is_demo=True)
    try:
        yield store
    finally:
        store.engine.dispose()
        if server:
            with server.connect() as connection:
                connection.execute(text(f"DROP DATABASE {name}"))
            server.dispose()


def _copy(stage: Stage, name: str) -> Store:
    """The county's own store once more, for writing into."""
    path = stage.tmp / f"{name}.db"
    shutil.copy(make_url(stage.county).database, path)
    return Store.open(f"sqlite:///{path}")


def measure(stage: Stage) -> dict[str, Row]:
    """Four months of one county, one after the other; the same rows go into all stores. A big store that was there
    before is left with these batches withdrawn."""
    big, alone = Store.open(stage.province), _copy(stage, "alone")
    into: dict[str, list[float]] = {"empty": [], "big": [], "alone": []}
    accepted = []
    for number in range(len(MONTHS)):
        draft = _export(stage, number)
        with _empty(stage, number) as empty:
            into["empty"].append(_seconds(empty, draft)[0])
        into["alone"].append(_seconds(alone, draft)[0])
        seconds, batch = _seconds(big, draft)
        into["big"].append(seconds)
        accepted.append(batch)
    for batch in reversed(accepted):
        big.withdraw(batch, COUNTINGS, by="测速")
    waited = _until_done(stage, _copy(stage, "clerk"))
    empty, many, one = (median(into[name]) for name in ("empty", "big", "alone"))
    words = f"{many:.2f} / {empty:.2f} 秒；只有该县的库（SQLite）{one:.2f} 秒"
    return {
        f"接收一县一月监测导出，{stage.counties}县的库 / 空库": Row(many / empty, 1.5, detail=words),
        "办事员点“接收”之后等多久，一县的库": Row(waited, None, "秒", "连同保存原件、发布预测"),
    }
