"""The demo county for all tests: its workbooks written once, a store loaded from them once, shared by all workers."""

import fcntl
import gc
import itertools
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import demo_county
import postgres
import pytest
import sqlalchemy

ROOT = Path(__file__).parent.parent
# Whole workbooks, hardly a circle among them: looking for one at every 700th object took a seventh of the time.
gc.set_threshold(50_000, 20)
os.environ.setdefault("COUNTY_LOGS", str(Path(tempfile.gettempdir()) / f"county-test-logs-{os.getuid()}"))


@contextmanager
def _one_at_a_time(path: Path):
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def shared_tmp(tmp_path_factory) -> Path:
    """A folder that all workers of this run share; COUNTY_TESTS_SHARED names one that is filled already."""
    if given := os.environ.get("COUNTY_TESTS_SHARED"):
        return Path(given)
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def demo_dir(shared_tmp) -> Path:
    """All workbooks of the demo county, with manifest.csv, as the command writes them."""
    folder = shared_tmp / "demo-workbooks"
    with _one_at_a_time(shared_tmp / "demo.lock"):
        return folder if (folder / "manifest.csv").exists() else demo_county.workbooks(folder)


@pytest.fixture(scope="session")
def loaded_store(shared_tmp, demo_dir) -> Path:
    """The demo store's file, as `init --demo` makes it. Read only: copy it before you change it."""
    path = shared_tmp / "demo.db"
    with _one_at_a_time(shared_tmp / "store.lock"):
        return path if path.exists() else demo_county.store(path, demo_dir, shared_tmp / "originals")


@pytest.fixture(scope="session")
def demo_store(loaded_store) -> str:
    """The demo store's address, for tests that only read."""
    return f"sqlite:///{loaded_store}"


@pytest.fixture
def own_store(loaded_store, tmp_path, monkeypatch) -> str:
    """A copy of the demo store that a test may change."""
    for part in ("", "-wal"):
        if Path(f"{loaded_store}{part}").exists():
            shutil.copy(f"{loaded_store}{part}", tmp_path / f"own.db{part}")
    url = f"sqlite:///{tmp_path / 'own.db'}"
    monkeypatch.setenv("COUNTY_STORE", url)
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    monkeypatch.setenv("COUNTY_ISSUED", str(tmp_path / "issued"))
    return url


@pytest.fixture(scope="session")
def postgres_server():
    """A PostgreSQL of this session's own: the address with {} for a database. `make test` installs it."""
    if not postgres.installed():
        pytest.skip("没有 PostgreSQL：apt-get install postgresql")
    with postgres.server() as address:
        yield address


@pytest.fixture(scope="session")
def new_postgres(postgres_server):
    """new_postgres() -> the address of a database that holds nothing."""
    admin = sqlalchemy.create_engine(postgres_server.format("postgres"), isolation_level="AUTOCOMMIT")
    numbers = itertools.count(1)

    def make() -> str:
        name = f"county_{next(numbers)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"create database {name}")
        return postgres_server.format(name)

    yield make
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store_url(request, tmp_path) -> str:
    """The address of a store that is not there yet, on each of the two engines."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.db'}"
    return request.getfixturevalue("new_postgres")()


@pytest.fixture
def real_tables() -> Path | None:
    """../shared/real-tables where it is there, else None."""
    folder = ROOT.parent / "shared" / "real-tables"
    return folder if folder.is_dir() else None
