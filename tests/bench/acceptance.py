"""Accepting one county's monthly export: into the big store, and into an empty one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from statistics import median

from sqlalchemy import create_engine, make_url, text

from core import importing
from core.imports.reading import read
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store
from tests.bench import Row, Stage

MONTH, NEXT = "监测对象信息-20220831.xlsx", date(2022, 9, 30)
ROUNDS = 5


def _seconds(store: Store, draft, number: int) -> tuple[float, int]:
    """Comparing and accepting, in seconds; the batch's number."""
    fresh = replace(draft, file_hash=f"{number:064}", file_name=f"{number}.xlsx")
    started = time.perf_counter()
    compared, _ = importing.with_comparison(store, fresh, place_tree())
    assert not [p for p in compared.problems if p.blocks and not p.confirmable]
    batch = store.accept(fresh, COUNTINGS, by="测速")
    return time.perf_counter() - started, batch


@contextmanager
def _empty(stage: Stage, number: int) -> Iterator[str]:
    """The address of a store that is not there yet, on the big store's own kind of database; gone afterwards."""
    big = make_url(stage.province)
    if big.get_backend_name() == "sqlite":
        yield f"sqlite:///{stage.tmp / f'empty{number}.db'}"
        return
    name = f"county_bench_empty_{number}"
    server = create_engine(big, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield big.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


def measure(stage: Stage) -> dict[str, Row]:
    """The export of August, as if it were September's, read once; the same rows go into both stores."""
    content = (stage.books / MONTH).read_bytes()
    draft = read(content, MONTH, "monitored", place_tree(), as_of=NEXT)
    into_empty, into_big, into_county = [], [], []
    big, county = Store.open(stage.province), Store.open(stage.county)
    for number in range(ROUNDS):
        with _empty(stage, number) as address:
            empty = Store.create(address, is_demo=True)
            into_empty.append(_seconds(empty, draft, number)[0])
            empty.engine.dispose()
        for store, found in ((big, into_big), (county, into_county)):
            seconds, batch = _seconds(store, draft, time.time_ns())
            found.append(seconds)
            store.withdraw(batch, COUNTINGS, by="测速")
    size = (
        f"{median(into_big):.2f} / {median(into_empty):.2f} 秒；只有一个县的库 {median(into_county):.2f} 秒"
    )
    return {
        f"接收一县一月监测导出，{stage.counties}县的库 / 空库": Row(
            median(into_big) / median(into_empty), 1.5, detail=size
        ),
        "同上，/ 只有该县的库": Row(median(into_big) / median(into_county), None, detail="同样的前几期"),
    }
