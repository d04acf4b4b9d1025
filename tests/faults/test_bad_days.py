"""Disk full, store held by another program, clock set back, store damaged, PostgreSQL restarted: on real processes."""

import contextlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.backup import back_up
from core.indicators import COUNTINGS
from core.store import Store
from tests import postgres
from tests.faults.driver import ROOT, Place, contents, taken_in

BEFORE, AFTER = "资金下达台账-20220731.xlsx", "资金下达台账-20220831.xlsx"


@pytest.fixture
def place(tmp_path, demo_dir):
    """A small county, with one ledger in force."""
    found = Place(tmp_path / "county")
    found.folder.mkdir()
    taken_in(found, [demo_dir / BEFORE]).engine.dispose()
    return found


def county(place, *arguments, limit=None, **environment):
    """`python -m core …`; its files may grow to `limit` bytes and no further. No traceback, whatever happens."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**place.environment, **environment},
        preexec_fn=limit and (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))),
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done


@contextlib.contextmanager
def small_disk(folder: Path, size: str):
    """A disk of that size over the folder, with what stood in it; None where we may not mount one."""
    kept = folder.with_name(folder.name + "-kept")
    folder.rename(kept)
    folder.mkdir()
    mounted = (
        shutil.which("mount")
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False, capture_output=True
        ).returncode
        == 0
    )
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_refuses_an_import_in_words_and_leaves_the_store_as_it_was(place, demo_dir):
    before = contents(place)
    limit = (place.folder / "county.db").stat().st_size + 4096
    done = county(place, "import", demo_dir / "项目台账-20220831.xlsx", limit=limit)
    assert done.returncode == 1
    assert "没有写入" in done.stderr or "磁盘" in done.stderr
    assert contents(place) == before
    assert not list((place.folder / "originals").glob("*.part"))
    taken = sum(path.stat().st_size for path in place.folder.rglob("*") if path.is_file())
    with small_disk(place.folder, str(taken + 100_000)) as mounted:
        if mounted:
            done = county(place, "import", demo_dir / "项目台账-20220831.xlsx")
            assert done.returncode == 1
            assert "磁盘已满" in done.stderr
            assert contents(place) == before


def test_room_again_and_the_same_import_goes_through(place, demo_dir):
    county(place, "import", demo_dir / AFTER, limit=4096)
    assert county(place, "import", demo_dir / AFTER).returncode == 0
    assert Store.open(place.url).amiss(COUNTINGS) == []


def test_a_store_held_by_another_program_is_said_to_be_held(place, demo_dir, tmp_path):
    """Two holders: one lets others read, as a database tool does; one lets nobody, as a copying program does."""
    before = contents(place)
    shut = Place(tmp_path / "shut").copy_from(place)
    with contextlib.ExitStack() as held, ThreadPoolExecutor() as side_by_side:
        for one, words in (
            (place, "BEGIN IMMEDIATE"),
            (shut, "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE"),
        ):
            other = sqlite3.connect(one.folder / "county.db", isolation_level=None)
            held.enter_context(contextlib.closing(other)).executescript(words)
        importing = side_by_side.submit(county, place, "import", demo_dir / AFTER)
        listing = side_by_side.submit(county, shut, "batches")
        assert county(place, "batches").returncode == 0
        for done in (importing.result(), listing.result()):
            assert done.returncode == 1
            assert "正被别的程序占用" in done.stderr
    assert contents(place) == contents(shut) == before


@pytest.fixture(scope="module")
def set_back(tmp_path_factory):
    """The environment of a process whose clock is two years behind."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("没有 C 编译器，做不出拨回的时钟")
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(
        textwrap.dedent("""
            #define _GNU_SOURCE
            #include <time.h>
            #include <sys/time.h>
            #include <dlfcn.h>
            #define BACK (2 * 365 * 86400)
            int clock_gettime(clockid_t id, struct timespec *at) {
                static int (*real)(clockid_t, struct timespec *);
                if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
                int done = real(id, at);
                if (id == CLOCK_REALTIME) at->tv_sec -= BACK;
                return done;
            }
            time_t time(time_t *at) {
                struct timespec now;
                clock_gettime(CLOCK_REALTIME, &now);
                if (at) *at = now.tv_sec;
                return now.tv_sec;
            }
            int gettimeofday(struct timeval *restrict at, void *restrict zone) {
                struct timespec now;
                clock_gettime(CLOCK_REALTIME, &now);
                at->tv_sec = now.tv_sec;
                at->tv_usec = now.tv_nsec / 1000;
                return 0;
            }
        """)
    )
    library = folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, folder / "clock.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


def test_a_clock_set_back_loses_and_reorders_nothing(place, demo_dir, set_back):
    """What is accepted and withdrawn by a clock two years behind counts from then on like everything else."""
    year = subprocess.run(
        [sys.executable, "-c", "import time; print(time.localtime().tm_year)"],
        capture_output=True, text=True, check=True, env={**os.environ, **set_back},
    )  # fmt: skip
    assert int(year.stdout) <= time.localtime().tm_year - 2
    assert county(place, "import", demo_dir / AFTER, **set_back).returncode == 0
    store = Store.open(place.url)
    assert [b.in_force for b in store.batches()] == [True, True]
    assert county(place, "withdraw", 1, **set_back).returncode == 0
    assert [b.in_force for b in store.batches()] == [False, True]
    assert county(place, "reinstate", 1, **set_back).returncode == 0
    assert [b.in_force for b in store.batches()] == [True, True]
    assert store.amiss(COUNTINGS) == []


@pytest.mark.parametrize("damage", ["not a database", "pages overwritten", "cut short"])
def test_a_damaged_store_is_said_to_be_damaged_with_the_way_back(place, damage, tmp_path):
    back_up(place.url, tmp_path / "copy", lambda _words: None)
    before = contents(place)
    path = place.folder / "county.db"
    for part in ("-wal", "-shm"):
        Path(f"{path}{part}").unlink(missing_ok=True)
    content = path.read_bytes()
    half = len(content) // 2
    path.write_bytes(
        {
            "not a database": b"PK\x03\x04" + content[4:],
            "pages overwritten": content[:8192] + b"\xa5" * (len(content) - 16384) + content[-8192:],
            "cut short": content[:half],
        }[damage]
    )
    done = county(place, "check")
    assert done.returncode == 1
    assert "restore-backup" in done.stderr
    assert "已损坏" in done.stderr or "数据库文件损坏" in done.stderr
    if damage != "pages overwritten":
        return
    county(place, "figures", "--as-of", "2022-08-31")
    for part in ("", "-wal", "-shm"):
        if Path(f"{path}{part}").exists():
            Path(f"{path}{part}").rename(tmp_path / f"broken{part}")
    assert county(place, "restore-backup", tmp_path / "copy").returncode == 0
    assert contents(place) == before


@pytest.mark.skipif(not postgres.installed(), reason="没有安装 PostgreSQL")
def test_pages_recover_by_themselves_when_postgresql_was_restarted_under_load(
    demo_dir, tmp_path, monkeypatch
):
    from tests.load import Server, asked_at_once

    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    with postgres.server() as address:
        url = address.format("postgres")
        store = Store.create(url, is_demo=True)
        store.engine.dispose()
        with Server(url, tmp_path / "server.log") as server:
            seen = asked_at_once(server, visitors=4, seconds=4, meanwhile=lambda: _restart(url))
            assert seen.runs > 4
            last = asked_at_once(server, visitors=4, seconds=2)
            assert last.failed == 0
            with urllib.request.urlopen(f"{server.url}/healthz") as answer:
                assert answer.status == 200


def _restart(url: str) -> None:
    store = Store(url)
    with store.engine.connect() as connection:
        data = connection.exec_driver_sql("SHOW data_directory").scalar_one()
    store.engine.dispose()
    owner = {"user": "postgres"} if os.geteuid() == 0 else {}
    options = (Path(data) / "postmaster.opts").read_text().split(" ", 1)[1].replace('"', "")
    command = [
        postgres.BIN / "pg_ctl",
        "-D",
        data,
        "-m",
        "immediate",
        "-w",
        "restart",
        "-l",
        Path(data).parent / "log",
    ]
    subprocess.run([*command, "-o", options], check=True, stdout=subprocess.DEVNULL, cwd=data, **owner)
