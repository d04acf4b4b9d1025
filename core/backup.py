"""Copies of the whole store for bad days and for the archive: the database, every original, every issued material, the settings.

A copy is a folder with a manifest. It is made while the dashboard runs, as of one moment, and opened and added up
before it gets its name; a folder without a manifest is no backup.
"""

import csv
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, table
from sqlalchemy.exc import DatabaseError
from sqlmodel import col

from core import recounting, settings, trouble
from core.indicators import COUNTINGS
from core.indicators.catalogue import CATALOGUE
from core.indicators.indicator import read
from core.places import place_tree
from core.scope import Scope
from core.store import Store, StoreError
from core.tables.batches import Batch
from core.tables.materials import IssuedMaterial
from core.units import CHINA

MANIFEST, DATABASE, ORIGINALS, ISSUED, SECRET, BOUNDARY = (
    "manifest.json",
    "store",
    "originals",
    "issued",
    "secret",
    "boundary.geojson",
)
# Files kept by their hash beside the database, which names them: uploaded workbooks, issued materials.
KEPT = {ORIGINALS: settings.originals, ISSUED: settings.issued}
PLAIN_SETTINGS = (
    "COUNTY_STORE", "COUNTY_ORIGINALS", "COUNTY_ISSUED", "COUNTY_HOSTS", "COUNTY_LOGS", "COUNTY_SECRET_FILE",
)  # fmt: skip
BLOCK = 1 << 20

Say = Callable[[str], None]

README = """{title}

制作时间：{made_at}
内容：数据库（{kind}）、上传的原始表格{originals}份、发出的材料{issued}份、设置、清单 manifest.json（每个文件的校验值，每张数据表的行数）。
{secret}

怎样恢复
1. 在新机器上装好看板程序（不旧于制作备份时的；数据表版本 {schema}），先不要启动，也不要建库。
2. 用环境变量 COUNTY_STORE、COUNTY_ORIGINALS、COUNTY_ISSUED 指定恢复到哪里；不设则在程序的 data 文件夹。那里不能已有数据库。
3. 运行：python -m core restore-backup 本文件夹
   它先核对全部校验值，再恢复，再打开核对行数；有一处不符就停下，什么也不动。
4. 启动看板。

本文件夹含个人信息，请按涉密或敏感资料的要求保管，不要发送到互联网。
"""


class BackupError(RuntimeError):
    """This copy cannot be made or used; the message says in Chinese why, and what to do."""


@dataclass(frozen=True)
class File:
    """A file of the copy, by what it must be."""

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What a copy holds. `counts` are rows by table; `without` says what was left out, and why."""

    title: str
    made_at: str
    kind: str  # sqlite or postgresql
    schema: str
    is_demo: bool
    counts: dict[str, int]
    files: dict[str, File]
    missing_originals: list[str]
    settings: dict[str, str]
    without: list[str]
    missing_issued: list[str] = field(default_factory=list)


def back_up(
    url: str,
    to: Path,
    say: Say,
    *,
    title: str = "方城县乡村振兴指挥看板 备份",
    with_secret: bool = False,
    year: int | None = None,
) -> Manifest:
    """Copies the store at a URL, its originals and settings into the new folder `to`; gives its manifest. With a year
    it is the archive of that year: every figure of every date stands in it once more, readable without this program.

    BackupError when the folder is there already, the copy cannot be written, or it does not add up.
    """
    if to.exists():
        raise BackupError(f"{to} 已经存在，不覆盖。请换一个新的文件夹名，例如加上日期。")
    making = to.with_name(to.name + ".part")
    with _disk(to):
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True, mode=0o700)
        try:
            manifest = _copy(url, making, say, title, with_secret, year)
            _check_copy(making, manifest)
            making.rename(to)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return manifest


def restore(url: str, source: Path, say: Say) -> Manifest:
    """Brings a copy back to a URL where no store is, with its originals; gives its manifest.

    BackupError when there is a store already, or anything in the copy is not as its manifest says: then nothing
    has been changed.
    """
    manifest = read_manifest(source)
    for name, file in manifest.files.items():
        path = source / name
        if not path.is_file() or _sha256(path) != file.sha256:
            raise BackupError(f"{path} 与清单不符，备份不完整或被改动过，没有恢复。请换另一份备份。")
    say(f"已核对{len(manifest.files)}个文件。")
    with _disk(settings.originals()):
        bring_back = _restore_sqlite if manifest.kind == "sqlite" else _restore_postgres
        bring_back(url, source, manifest)
        _restore_kept(source, manifest)
        _restore_beside(source, manifest, say)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What a copy says of itself. BackupError when the folder is none."""
    try:
        return TypeAdapter(Manifest).validate_json((source / MANIFEST).read_bytes())
    except FileNotFoundError:
        raise BackupError(f"{source} 里没有 {MANIFEST}，不是一份完整的备份。") from None
    except (OSError, ValidationError):
        raise BackupError(f"{source / MANIFEST} 读不出，备份不完整或被改动过。") from None


# ---- making ------------------------------------------------------------------------------------------


def _copy(url: str, folder: Path, say: Say, title: str, with_secret: bool, year: int | None) -> Manifest:
    store = Store.open(url)
    kind = store.engine.dialect.name
    is_demo = store.is_demo()
    if year is not None:
        recounting.bring_up_to_date(store, say, by="存档")  # its figures are told with today's definitions
    database = folder / f"{DATABASE}.{'db' if kind == 'sqlite' else 'dump'}"
    counts, schema, hashes = (_copy_sqlite if kind == "sqlite" else _copy_postgres)(store, database)
    if year is not None:
        say(f"{year}年{_write_year(store, folder, year)}个数据日期的全部指标已写出。")
    store.engine.dispose()
    say(f"数据库已复制（{counts['batch']}批，共{sum(counts.values())}行）。")
    missing = {name: _copy_kept(folder / name, hashes[name]) for name in KEPT}
    without = []
    secret = settings.secret_file()
    if with_secret and secret.exists():
        _copy_file(secret, folder / SECRET)
    else:
        without.append(
            "密钥（data/secret 或 COUNTY_SECRET）没有放进来，请另存在别处：恢复后要放回原处，身份证号才能与以前的对上"
        )
    without.append("密码和统一认证的口令（COUNTY_OIDC_CLIENT_SECRET 等）不在设置里，请另行保管")
    if boundary := settings.boundary():
        _copy_file(boundary, folder / BOUNDARY)
    made_at = datetime.now(CHINA).isoformat(timespec="seconds")
    told = {
        "title": title, "made_at": made_at, "kind": kind, "schema": schema,
        **{name: len(hashes[name]) - len(missing[name]) for name in KEPT}, "secret": "。\n".join(without) + "。",
    }  # fmt: skip
    (folder / "请先读我.txt").write_text(README.format(**told), encoding="utf-8")
    files = {
        path.relative_to(folder).as_posix(): File(_sha256(path), path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    shown = {name: os.environ[name] for name in PLAIN_SETTINGS if name in os.environ}
    if "COUNTY_STORE" in shown:
        shown["COUNTY_STORE"] = make_url(shown["COUNTY_STORE"]).render_as_string(hide_password=True)
    manifest = Manifest(
        title, made_at, kind, schema, is_demo, counts, files, missing[ORIGINALS], shown, without, missing[ISSUED]
    )  # fmt: skip
    words = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / MANIFEST).write_text(words, encoding="utf-8")
    return manifest


def _write_year(store: Store, folder: Path, year: int) -> int:
    """Two tables that any spreadsheet opens: what each indicator means, and each of its figures for the county, the
    war zones and the townships on each data date of the year. Gives the number of dates."""
    tree = place_tree()
    days = sorted({batch.as_of for batch in store.batches() if batch.in_force and batch.as_of.year == year})
    _write_table(
        folder / f"指标口径-{year}.csv",
        ("指标", "单位", "口径", "依据", "责任单位", "口径变更"),
        [(i.name, i.unit.value, i.definition, i.source, i.owner, "；".join(i.changes)) for i in CATALOGUE],
    )
    rows: list[tuple[Any, ...]] = []
    for on in days:
        snapshot = store.snapshot(Scope(frozenset({tree.county.code}), because="年度存档"), on)
        areas = [tree.county_area(), *map(tree.zone_area, tree.zones(on))]
        for area in (*areas, *map(tree.township_area, tree.townships)):
            for indicator in CATALOGUE:
                told = read(indicator, snapshot, area)
                rows.append(
                    (on, area.name, indicator.name, told.text, told.numerator, told.denominator, told.source)
                )
    _write_table(
        folder / f"全部指标-{year}.csv", ("数据截至", "地方", "指标", "值", "分子", "分母", "来源"), rows
    )
    return len(days)


def _write_table(path: Path, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headers, *rows])


def _copy_sqlite(store: Store, to: Path) -> "Counted":
    """The database as of one moment, through SQLite's own backup: writers go on, and their writes are not in it."""
    with store.engine.connect() as connection:
        counts, schema, hashes = _counted(connection)  # the first read fixes the moment
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)
        with closing(sqlite3.connect(to)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, nothing beside it
    return counts, schema, hashes


def _copy_postgres(store: Store, to: Path) -> "Counted":
    """The database as of one moment, through pg_dump reading the snapshot that was counted."""
    program = _program("pg_dump")
    with store.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        counts, schema, hashes = _counted(connection)
        moment = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        _postgres(program, store.url, f"--snapshot={moment}", "--format=custom", "--no-owner", f"--file={to}")
    return counts, schema, hashes


Counted = tuple[dict[str, int], str, dict[str, set[str]]]


def _counted(connection: Connection) -> Counted:
    """{table: rows}, the version of the tables, and {folder: the hashes that are named of it}."""
    names = inspect(connection).get_table_names()
    counts = {
        name: connection.execute(select(func.count()).select_from(table(name))).scalar_one() for name in names
    }
    schema = MigrationContext.configure(connection).get_current_revision() or ""
    named = {ORIGINALS: col(Batch.file_hash), ISSUED: col(IssuedMaterial.sha256)}
    if "issued_material" not in counts:  # a copy of before there were any
        del named[ISSUED]
    hashes = {folder: set(connection.execute(select(hash_)).scalars()) for folder, hash_ in named.items()}
    return counts, schema, hashes


def _copy_kept(folder: Path, hashes: set[str]) -> list[str]:
    """Copies the originals that batches name, or the materials that were issued; gives those that are not there, or not
    what they were."""
    missing = []
    folder.mkdir(mode=0o700)
    for name in sorted(hashes):
        kept = KEPT[folder.name]() / name
        if kept.is_file() and _sha256(kept) == name:
            _copy_file(kept, folder / name)
        else:
            missing.append(name)
    return missing


def _copy_file(source: Path, to: Path) -> None:
    with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(source.read_bytes())


def _check_copy(folder: Path, manifest: Manifest) -> None:
    """Opens what was written, and adds it up: the files, the rows, and on SQLite the whole store."""
    for name, file in manifest.files.items():
        if _sha256(folder / name) != file.sha256:
            raise BackupError(f"{name} 写出后读回不符，磁盘可能有故障。没有留下备份。")
    if manifest.kind == "sqlite":
        _check_sqlite(folder / f"{DATABASE}.db", manifest)
        return
    told = subprocess.run(
        [_program("pg_restore"), "--list", folder / f"{DATABASE}.dump"],
        capture_output=True,
        text=True,
        check=False,
    )
    left_out = [name for name in manifest.counts if f" TABLE DATA public {name} " not in told.stdout]
    if told.returncode or left_out:
        raise BackupError(f"写出的数据库读回时缺{'、'.join(left_out) or '内容'}。没有留下备份。")


def _check_sqlite(path: Path, manifest: Manifest) -> None:
    """Reads the copy without touching it: even opening it as a store would change its bytes."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(address, uri=True))
    try:
        with engine.connect() as connection:
            counts, schema, _ = _counted(connection)
            wrong = [
                said for (said,) in connection.exec_driver_sql("PRAGMA integrity_check(5)") if said != "ok"
            ]
    except DatabaseError:
        raise BackupError(f"{path} 打不开，已损坏。请换另一份备份，或重做一次。") from None
    finally:
        engine.dispose()
    if wrong or (counts, schema) != (manifest.counts, manifest.schema):
        raise BackupError(
            f"{path} 与清单不符{'：' + wrong[0] if wrong else ''}。请换另一份备份，或重做一次。"
        )


# ---- bringing back -----------------------------------------------------------------------------------


def _restore_sqlite(url: str, source: Path, manifest: Manifest) -> None:
    address = make_url(url)
    if address.get_backend_name() != "sqlite" or not address.database:
        raise BackupError(
            "这份备份来自 SQLite，COUNTY_STORE 也要指向 SQLite 文件；要换到 PostgreSQL，请恢复后再迁移。"
        )
    path = Path(address.database)
    if any(Path(f"{path}{part}").exists() for part in ("", "-wal", "-shm")):
        raise BackupError(f"{path} 已经有数据库，不覆盖。请先停下看板，把它（连同 -wal、-shm）移到别处。")
    path.parent.mkdir(parents=True, exist_ok=True)
    making = path.with_name(path.name + ".restoring")
    try:
        making.unlink(missing_ok=True)
        _copy_file(source / f"{DATABASE}.db", making)
        _check_sqlite(making, manifest)
        _open_restored(address.set(database=str(making)).render_as_string(hide_password=False))
        with closing(sqlite3.connect(making)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        making.rename(path)
    finally:
        for part in ("", "-wal", "-shm", "-journal"):
            Path(f"{making}{part}").unlink(missing_ok=True)


def _restore_postgres(url: str, source: Path, manifest: Manifest) -> None:
    if make_url(url).get_backend_name() != "postgresql":
        raise BackupError("这份备份来自 PostgreSQL，COUNTY_STORE 也要指向一个空的 PostgreSQL 数据库。")
    program = _program("pg_restore")
    store = Store(url)
    try:
        with store.engine.connect() as connection:
            if inspect(connection).get_table_names():
                raise BackupError(f"{store.shown_url} 里已经有表，不覆盖。请用 createdb 另建一个空数据库。")
        _postgres(
            program, url, "--exit-on-error", "--single-transaction", "--no-owner", source / f"{DATABASE}.dump"
        )
        with store.engine.connect() as connection:
            counts, schema, _ = _counted(connection)
    finally:
        store.engine.dispose()
    if (counts, schema) != (manifest.counts, manifest.schema):
        raise BackupError("恢复后的行数与清单不符。请删去这个数据库，换另一份备份。")
    _open_restored(url)


def _open_restored(url: str) -> None:
    """Upgrades an older copy, counts in it what the program has since learned to count, and refuses one that is not
    whole."""
    try:
        store = Store.open(url)
        amiss = store.amiss(COUNTINGS)
        if amiss:
            recounting.recount(store, by="恢复")
            amiss = store.amiss(COUNTINGS)
        store.engine.dispose()
    except StoreError as error:
        raise BackupError(str(error)) from None
    if amiss:
        raise BackupError(f"备份里的库不完整，没有恢复：{amiss[0]}")


def _restore_kept(source: Path, manifest: Manifest) -> None:
    for part, where in KEPT.items():
        for name in manifest.files:
            kept = where() / Path(name).name
            if name.startswith(f"{part}/") and not kept.exists():
                kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _copy_file(source / name, kept)


def _restore_beside(source: Path, manifest: Manifest, say: Say) -> None:
    for name, path in ((SECRET, settings.secret_file()), (BOUNDARY, settings.DATA / BOUNDARY)):
        if name not in manifest.files:
            continue
        if path.exists():
            say(f"{path} 已经有了，没有动；备份里的那一份是 {source / name}。")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _copy_file(source / name, path)


# ---- both --------------------------------------------------------------------------------------------


def _program(name: str) -> str:
    found = shutil.which(name) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)), None
    )
    if found is None:
        raise BackupError(
            f"没有找到 {name}。备份和恢复 PostgreSQL 要用它，请安装 postgresql-client（与服务器同版本）。"
        )
    return found


def _postgres(program: str, url: str, *arguments: Any) -> None:
    """Runs pg_dump or pg_restore on a database; the password goes by the environment, not the command line."""
    address = make_url(url)
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    plain = address.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    done = subprocess.run(
        [program, f"--dbname={plain}", *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError(f"{Path(program).name} 没有成功：{done.stderr.strip().splitlines()[-1:]}")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        for block in _blocks(file):
            digest.update(block)
    return digest.hexdigest()


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


@contextmanager
def _disk(where: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        words = trouble.in_words(error) or "写不进去。请检查磁盘和权限。"
        raise BackupError(f"{where} {words}") from error
