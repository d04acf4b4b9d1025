"""What a monthly national export costs: read, checked and compared, against what the bare reader needs.

`python -m tests.bench.imports` prints it as JSON. The bound of the issue is 3.
"""

import io
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import python_calamine as calamine

from core import importing
from core.demo import export, lives
from core.imports.isolated import isolated
from core.imports.reading import read
from core.places import place_tree
from core.store import Store

RUNS = 3
BOUND = 3.0


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


def measure() -> dict[str, Any]:
    """Seconds of the bare reader and of the whole import up to the yes, in a store that holds the month before."""
    tree = place_tree()
    month = len(lives.EXPORTS) - 1
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        store = Store.create(f"sqlite:///{folder}/bench.db", is_demo=True)
        contents = {}
        for number in (month - 1, month):
            path = Path(folder) / f"监测对象信息-{lives.EXPORTS[number]:%Y%m%d}.xlsx"
            export.write_export(path, number)
            contents[path.name] = path.read_bytes()
        (before, old), (name, content) = contents.items()
        store.accept(read(old, before, "monitored", tree), importing.COUNTINGS, by="bench")
        bare = _best(lambda: _bare(content))
        whole = _best(
            lambda: importing.with_comparison(store, isolated(read, content, name, None, tree), tree)
        )
        draft = read(content, name, None, tree)
        store.engine.dispose()
    return {
        "rows": draft.summary["table_rows"],
        "columns": len(draft.headers),
        "bare_seconds": round(bare, 3),
        "import_seconds": round(whole, 3),
        "ratio": round(whole / bare, 2),
        "bound": BOUND,
    }


if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False))
