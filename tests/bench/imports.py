"""What a monthly national export costs: read, checked and compared, against what the bare reader needs."""

import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import python_calamine as calamine

from core import importing
from core.imports.isolated import isolated
from core.imports.reading import read
from core.places import place_tree
from core.store import Store
from tests.bench import Row, Stage

RUNS = 3


def _best(work: Callable[[], Any]) -> float:
    """The shortest of several runs: what the work costs when nothing else wants the processor."""
    took = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def _bare(content: bytes) -> None:
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()


def measure(stage: Stage) -> dict[str, Row]:
    """The whole import up to the yes, in a store that holds the month before."""
    tree = place_tree()

    def drafted(path: Path):
        return read(path.read_bytes(), path.name, "monitored", tree)

    before, newest = stage.exports[-2:]
    store = Store.create(f"sqlite:///{stage.tmp / 'imports.db'}", is_demo=True)
    store.accept(drafted(before), importing.COUNTINGS, by="测速")
    content, draft = newest.read_bytes(), drafted(newest)
    bare = _best(lambda: _bare(content))
    whole = _best(
        lambda: importing.with_comparison(store, isolated(read, content, newest.name, None, tree), tree)
    )
    store.engine.dispose()
    size = f"{whole:.2f} / {bare:.2f} 秒，{draft.summary['table_rows']:,}行，{len(draft.headers)}列"
    return {"读入、核对、比对一份全县导出 / 只读出来": Row(whole / bare, 3, detail=size)}
