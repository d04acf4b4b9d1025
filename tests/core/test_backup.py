"""Copies for bad days: whole, checked, and brought back by the steps that stand in them."""

import csv
import getpass
import hashlib
import json
import shutil
import sqlite3
import threading
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core import backup, journal, materials, settings, trouble
from core.__main__ import app
from core.backup import BackupError, back_up, read_manifest, restore
from core.header_memory import remember, remembered
from core.importing import keep_original
from core.indicators import COUNTINGS
from core.places import place_tree
from core.scope import Scope
from core.store import Store, StoreError
from tests import commands, postgres

ROOT = Path(__file__).parents[2]
ISSUED = b"a bulletin as it was handed out"
quiet = lambda _words: None  # noqa: E731


@pytest.fixture
def county(own_store, demo_dir, tmp_path, monkeypatch):
    """A store with the original of one of its batches, an issued material, and a secret of its own."""
    monkeypatch.delenv("COUNTY_SECRET", raising=False)
    monkeypatch.setenv("COUNTY_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setattr(settings, "DATA", tmp_path / "data")
    settings.secret()
    keep_original((demo_dir / "资金下达台账-20220831.xlsx").read_bytes())
    store, tree = Store.open(own_store), place_tree()
    materials.issue(
        store, Scope(frozenset({tree.county.code})), kind="bulletin", area=tree.county_area(),
        as_of=date(2022, 8, 31), revision=store.version(), file_name="通报.docx", content=ISSUED, figures=[],
        mark="", by="办公室",
    )  # fmt: skip
    store.engine.dispose()
    return own_store


def contents(url) -> dict[str, list[tuple]]:
    """{table: its rows}"""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        tables = [t for (t,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return {
            t: sorted(connection.execute(f'select * from "{t}"'), key=repr)
            for t in tables
            if not t.startswith("sqlite_")
        }


def without_backups(tables):
    """The line that a backup leaves in the log is younger than the copy."""
    return {**tables, "journal": [line for line in tables["journal"] if "backup" not in line]}


def test_a_copy_holds_the_store_its_originals_and_says_what_it_leaves_out(county, tmp_path):
    made = back_up(county, tmp_path / "copy", quiet)
    assert made == read_manifest(tmp_path / "copy")
    assert {name: len(found) for name, found in contents(county).items()} == made.counts
    (original,) = [name for name in made.files if name.startswith("originals/")]
    assert hashlib.sha256((tmp_path / "copy" / original).read_bytes()).hexdigest() == Path(original).name
    assert len(made.missing_originals) == made.counts["batch"] - 1
    (material,) = [name for name in made.files if name.startswith("issued/")]
    assert (tmp_path / "copy" / material).read_bytes() == ISSUED
    assert made.missing_issued == []
    assert backup.SECRET not in made.files
    assert "密钥" in made.without[0]
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0


def test_the_secret_comes_along_only_when_asked_for(tmp_path, monkeypatch):
    monkeypatch.delenv("COUNTY_SECRET", raising=False)
    monkeypatch.setenv("COUNTY_SECRET_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    before = settings.secret()
    small = f"sqlite:///{tmp_path / 'small.db'}"
    Store.create(small, is_demo=False)
    back_up(small, tmp_path / "copy", quiet, with_secret=True)
    monkeypatch.setenv("COUNTY_SECRET_FILE", str(tmp_path / "new" / "secret"))
    restore(f"sqlite:///{tmp_path / 'new' / 'county.db'}", tmp_path / "copy", quiet)
    assert settings.secret() == before


def test_a_copy_never_overwrites_and_neither_does_bringing_one_back(county, tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(BackupError, match="不覆盖"):
        back_up(county, tmp_path / "there", quiet)
    back_up(county, tmp_path / "copy", quiet)
    before = Path(county.removeprefix("sqlite:///")).read_bytes()
    with pytest.raises(BackupError, match="已经有数据库"):
        restore(county, tmp_path / "copy", quiet)
    assert Path(county.removeprefix("sqlite:///")).read_bytes() == before


def test_a_copy_that_was_changed_afterwards_is_not_brought_back(county, tmp_path):
    made = back_up(county, tmp_path / "copy", quiet)
    to = f"sqlite:///{tmp_path / 'new.db'}"
    for name in ("store.db", next(name for name in made.files if name.startswith("originals/"))):
        path = tmp_path / "copy" / name
        kept = path.read_bytes()
        path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
        with pytest.raises(BackupError, match="与清单不符"):
            restore(to, tmp_path / "copy", quiet)
        path.unlink()
        with pytest.raises(BackupError, match="与清单不符"):
            restore(to, tmp_path / "copy", quiet)
        path.write_bytes(kept)
    (tmp_path / "copy" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BackupError, match="读不出"):
        restore(to, tmp_path / "copy", quiet)
    with pytest.raises(BackupError, match="不是一份完整的备份"):
        restore(to, tmp_path, quiet)
    assert not list(tmp_path.glob("new.db*"))


def test_a_copy_made_while_others_write_is_of_one_moment(county, tmp_path):
    """Each write adds one saying to two ledgers at once: no copy may hold one without the other."""
    store, done = Store.open(county), threading.Event()

    def write():
        number = 0
        while not done.is_set():
            said = {f"表头{number}": "name"}
            remember(store, {"projects": said, "monitored": said}, by="测试")
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(county, tmp_path / f"copy-{number}", quiet)
    finally:
        done.set()
        writer.join()
    assert len(remembered(store)["projects"]) > 5
    for number in range(5):
        with sqlite3.connect(tmp_path / f"copy-{number}" / "store.db") as connection:
            found = dict(connection.execute("select ledger, count(*) from header_memory group by ledger"))
        assert found.get("projects") == found.get("monitored")


def test_a_failed_copy_leaves_nothing(county, tmp_path, monkeypatch):
    def broken(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_copy_kept", broken)
    with pytest.raises(BackupError, match="磁盘已满"):
        back_up(county, tmp_path / "copy", quiet)
    assert not list(tmp_path.glob("copy*"))


def said(*arguments, **environment):
    done = commands.run(*arguments, **environment)
    assert done.returncode == 0, done.stderr
    return done


def elsewhere(tmp_path):
    """The settings of a new machine."""
    names = ("COUNTY_ORIGINALS", "COUNTY_ISSUED", "COUNTY_LOGS", "COUNTY_SECRET_FILE")
    return {name: str(tmp_path / "new" / name) for name in names} | {
        "COUNTY_STORE": f"sqlite:///{tmp_path / 'new' / 'county.db'}"
    }


def test_the_steps_in_the_years_archive_bring_the_county_back_and_its_figures_need_no_program(
    county, tmp_path
):
    """The steps of 请先读我.txt, as they stand there, each a process of its own; then every row is there again."""
    shelf = tmp_path / "shelf"
    said("backup", shelf, "--archive", "2022")
    (copy,) = shelf.iterdir()
    assert copy.name == "方城县乡村振兴指挥看板-2022年度存档"
    steps = (copy / "请先读我.txt").read_text(encoding="utf-8")
    assert json.loads((copy / "manifest.json").read_bytes())["title"] in steps
    (line,) = [line for line in steps.splitlines() if "python -m core" in line]
    command = line.partition("python -m core ")[2].replace("本文件夹", str(copy)).split()
    new = elsewhere(tmp_path)
    assert all(name in steps for name in ("COUNTY_STORE", "COUNTY_ORIGINALS", "COUNTY_ISSUED"))
    said(*command, **new)
    (noted,) = [line for line in contents(county)["journal"] if "backup" in line]
    assert str(copy) in noted[-1]
    assert {"命令行", getpass.getuser()} <= set(noted)
    assert contents(new["COUNTY_STORE"]) == without_backups(contents(county))
    assert len(list(Path(new["COUNTY_ORIGINALS"]).iterdir())) == 1
    assert [path.read_bytes() for path in Path(new["COUNTY_ISSUED"]).iterdir()] == [ISSUED]
    with (copy / "全部指标-2022.csv").open(encoding="utf-8-sig", newline="") as file:
        told = {(row["数据截至"], row["地方"], row["指标"]): row for row in csv.DictReader(file)}
    assert {place for _, place, _ in told} > {"方城县", "三战区", "杨集镇"}
    assert told["2022-03-15", "方城县", "风险未消除监测对象（户）"]["值"] == "2,943户"
    meanings = (copy / "指标口径-2022.csv").read_text(encoding="utf-8-sig")
    assert all(name in meanings for _, _, name in told)


def test_the_operators_steps_for_backup_and_restoring_are_followed(county, tmp_path):
    """The block in 运行维护.md line by line; the store is then put aside, as the page says, and brought back."""
    page = (ROOT / "core" / "deploy" / "运行维护.md").read_text(encoding="utf-8")
    block = page.partition("## 备份与恢复")[2].split("```")[1]
    lines = [line.partition("#")[0].split()[3:] for line in block.strip().splitlines()]
    assert [words[0] for words in lines] == ["backup", "backup", "check", "restore-backup"]
    before = contents(county)
    for words in lines:
        if words[0] == "restore-backup":
            path = Path(county.removeprefix("sqlite:///"))
            for part in ("", "-wal", "-shm"):
                if Path(f"{path}{part}").exists():
                    Path(f"{path}{part}").rename(tmp_path / f"aside{part}")
        said(
            *(
                word.replace("/备份", str(tmp_path / "备份")).replace("/存档", str(tmp_path / "存档"))
                for word in words
            )
        )
    assert without_backups(contents(county)) == before


def test_a_backup_is_made_of_a_store_that_takes_no_line_in_its_log(county, tmp_path, monkeypatch):
    """As on a disk that was set read-only: the copy is the thing, and the operator hears what is missing."""
    with sqlite3.connect(county.removeprefix("sqlite:///")) as connection:
        before = connection.execute("select count(*) from journal").fetchone()
    monkeypatch.setattr(journal, "note", lambda *_: (_ for _ in ()).throw(StoreError(trouble.READ_ONLY)))
    done = CliRunner().invoke(app, ["backup", str(tmp_path / "copy")])
    assert done.exit_code == 0
    assert "没有记入操作日志" in done.stderr
    assert read_manifest(tmp_path / "copy").counts["journal"] == before[0]


def test_a_store_whose_tallies_were_tampered_with_is_said_not_to_be_whole(county):
    store = Store.open(county)
    assert store.amiss(COUNTINGS) == []
    with sqlite3.connect(county.removeprefix("sqlite:///")) as connection:
        place, series = connection.execute("select place, series from tally limit 1").fetchone()
        connection.execute(
            "update tally set amount = amount + 1 where place = ? and series = ?", (place, series)
        )
        last = connection.execute("select max(row_id) from batch_row where batch_id = 3").fetchone()
        connection.execute("delete from batch_row where batch_id = 3 and row_id = ?", last)
    told = store.amiss(COUNTINGS)
    assert any("计数账" in words for words in told)
    assert any(words.startswith("第3批应有") for words in told)


@pytest.mark.skipif(not postgres.installed() or not shutil.which("pg_dump"), reason="没有安装 PostgreSQL")
def test_postgresql_is_copied_by_pg_dump_and_brought_back_to_an_empty_database(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    with postgres.server() as address:
        url = address.format("postgres")
        store = Store.create(url, is_demo=False)
        remember(store, {"projects": {"表头": "name"}}, by="测试")
        store.engine.dispose()
        made = back_up(url, tmp_path / "copy", quiet)
        assert made.counts["header_memory"] == 1
        with pytest.raises(BackupError, match="已经有表"):
            restore(url, tmp_path / "copy", quiet)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CREATE DATABASE anew")
        store.engine.dispose()
        restore(address.format("anew"), tmp_path / "copy", quiet)
        assert remembered(Store.open(address.format("anew"))) == {"projects": {"表头": "name"}}


def test_without_pg_dump_the_operator_hears_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(backup.Path, "glob", lambda _path, _pattern: [])
    with pytest.raises(BackupError, match="postgresql-client"):
        backup._program("pg_dump")
