"""Makes a demo store: the invented county's workbooks are written out and taken in like any other."""

import csv
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import repeat
from pathlib import Path

from sqlalchemy import make_url

from core import demo, importing, recounting, tasks
from core.demo.tasks import TASKS
from core.draft import Draft
from core.imports.reading import read
from core.places import PlaceTree, place_tree
from core.scope import Scope
from core.store import Store, StoreError, moment
from core.units import CHINA


@dataclass(frozen=True)
class ManifestLine:
    """One workbook of a folder: its file, ledger, data date, and the day from which it counts as known."""

    file: str
    ledger: str
    as_of: date
    known_on: date


def manifest(folder: Path) -> list[ManifestLine]:
    """The lines of a folder's manifest.csv, in the order in which they became known."""
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [
            ManifestLine(
                r["file"], r["ledger"], date.fromisoformat(r["as_of"]), date.fromisoformat(r["known_on"])
            )
            for r in csv.DictReader(file)
        ]
    return sorted(lines, key=lambda line: (line.known_on, line.as_of))


def load(url: str, folder: Path, say: Callable[[str], None]) -> None:
    """Takes a folder of workbooks with its manifest into a new demo store, while another process reads the next ones.
    StoreError when one is refused."""
    tree = place_tree()
    store = Store.create(url, is_demo=True)
    recounting.recount(store, by="演示")  # nothing yet: from now on counted by this program
    lines = manifest(folder)
    with ProcessPoolExecutor(1) as pool:
        for line, (content, draft) in zip(lines, pool.map(_read, repeat(folder), lines), strict=True):
            _accept(store, tree, line, content, draft)
            say(f"已导入 {line.file}（{len(draft.rows)}条）")
    _raise_tasks(store)
    store.engine.dispose()


def _read(folder: Path, line: ManifestLine) -> tuple[bytes, Draft]:
    tree = place_tree()
    content = (folder / line.file).read_bytes()
    covers = [t for t in tree.townships if t.name in line.file]
    return content, read(content, line.file, line.ledger, tree, as_of=line.as_of, covers=covers)


def _accept(store: Store, tree: PlaceTree, line: ManifestLine, content: bytes, draft: Draft) -> None:
    draft, _ = importing.with_comparison(store, draft, tree)
    blocking = [p for p in draft.problems if p.blocks]
    if blocking:
        raise StoreError(f"{line.file}：{blocking[0]}")
    importing.accept(store, draft, content, by="演示", known=moment(line.known_on))


def _raise_tasks(store: Store) -> None:
    """What the invented county's monthly reviews raised (调度), stamped as it was then."""
    tree = place_tree()
    county = Scope(frozenset({tree.county.code}), because="演示")
    for told in TASKS:
        (area,) = tree.areas(told.place, told.raised_on)
        number = tasks.raise_task(
            store, county, place=area.codes[0], what=told.what, owner=told.owner, due_on=told.due_on,
            next_step=told.next_step, by=told.by, on=told.raised_on, origin=told.origin, at=_morning(told.raised_on),
        )  # fmt: skip
        for on, kind, said in told.then:
            at = _morning(on)
            if kind == "changed":
                tasks.change(store, county, number, by=told.by, on=on, next_step=said, at=at)
            elif kind == "reported":
                owner = told.owner.split("、")[0]
                tasks.report_done(store, county, number, by=owner, on=on, note=said, at=at)
            else:
                tasks.close(store, county, number, by=told.by, on=on, note=said, at=at)


def _morning(on: date) -> datetime:
    return datetime.combine(on, time(9, 30), CHINA)


def make(url: str, say: Callable[[str], None]) -> None:
    """Writes the demo county into a temporary folder and takes it in. On SQLite the store appears only when it
    is whole: one that was interrupted is begun anew. StoreError when there is a store already."""
    target = make_url(url)
    path = Path(target.database) if target.get_backend_name() == "sqlite" and target.database else None
    if path and path.exists():
        raise StoreError(f"{path} 已经有数据库。要重新建立，请先备份并移走它。")
    with tempfile.TemporaryDirectory(prefix="fangcheng-demo-") as name:
        say("正在生成演示县的表格（约一分钟，只在第一次）……")
        demo.write(Path(name), say)
        if path is None:
            load(url, Path(name), say)
            return
        making = path.with_name(path.name + ".making")
        for part in ("", "-wal", "-shm"):
            Path(f"{making}{part}").unlink(missing_ok=True)
        load(target.set(database=str(making)).render_as_string(hide_password=False), Path(name), say)
        making.replace(path)
