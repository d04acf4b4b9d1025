"""What whoever runs the server relies on: the log, the monitor's address, the service units."""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core import logs
from core.__main__ import app
from core.serving import health
from core.serving.errors import Sorry, told
from core.store import Store

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "core" / "deploy"
VILLAGER = "韩丁四"


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """Begins a log of its own; gives its lines so far."""
    monkeypatch.setenv("COUNTY_LOGS", str(tmp_path / "logs"))
    before = {name: list(logging.getLogger(name).handlers) for name in ("core", "streamlit", "uvicorn.error")}
    for handler in before["core"]:
        logging.getLogger("core").removeHandler(handler)
    logs.set_up(logs.COMMAND)
    yield lambda: [
        json.loads(line) for line in (tmp_path / "logs" / "command.log").read_text("utf-8").splitlines()
    ]
    for name, handlers in before.items():
        logging.getLogger(name).handlers[:] = handlers


def failing(error):
    try:
        raise error
    except Exception as raised:
        return raised


# ---- the log


def test_a_reader_hears_a_number_and_the_log_has_it_with_the_place(lines):
    said = told(failing(ValueError(f"{VILLAGER}的户编号不对")))
    (line,) = lines()
    assert re.search(r"错误号 (\d{6})", said)[1] == line["number"]
    assert line["error"]["kind"] == "builtins.ValueError"
    assert line["error"]["where"][-1].startswith("tests/test_running.py:")
    assert VILLAGER not in json.dumps(line, ensure_ascii=False) + said


def test_no_villager_comes_into_the_log_through_the_database(lines):
    statement = ("INSERT INTO identity (name) VALUES (?)", (VILLAGER,))
    told(failing(IntegrityError(*statement, Exception(f"Key (name)=({VILLAGER}) already exists"))))
    told(failing(OperationalError(*statement, Exception("database is locked"))))
    constraint, locked = lines()
    assert VILLAGER not in json.dumps([constraint, locked], ensure_ascii=False)
    assert locked["error"]["said"] == "database is locked"


def test_the_log_turns_over_and_keeps_ten_files(lines, tmp_path, monkeypatch):
    (handler,) = [h for h in logging.getLogger("core").handlers if getattr(h, "program", "") == logs.COMMAND]
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(300):
        logging.getLogger("core.x").info("第%s行", number)
    files = list((tmp_path / "logs").glob("command.log*"))
    assert len(files) == logs.FILES
    assert all(path.stat().st_size <= 2000 for path in files)
    assert lines()[-1]["what"] == "第299行"


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "core", "template", "projects", "--out", str(tmp_path / "a.xlsx")],
        cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "COUNTY_LOGS": str(tmp_path / "file")},
    )  # fmt: skip
    assert "日志写不进" in done.stderr
    assert (tmp_path / "a.xlsx").exists()


def test_a_request_that_fails_is_answered_in_words():
    async def broken(_scope, _receive, _send):
        raise OSError(28, "No space left on device")

    answer = TestClient(Sorry(broken)).get("/projects")
    assert answer.status_code == 503
    assert "磁盘已满" in answer.text
    assert "错误号" in answer.text


# ---- the monitor's address


@pytest.fixture
def ask(tmp_path, monkeypatch):
    monkeypatch.setenv("COUNTY_STORE", f"sqlite:///{tmp_path / 'county.db'}")
    monkeypatch.setattr(health, "KEPT", 0)
    health._store.cache_clear()
    with TestClient(Starlette(routes=[health.route()])) as client:
        yield lambda: client.get("/healthz")


def test_a_monitor_hears_ok_and_nothing_of_the_county(ask, tmp_path):
    Store.create(f"sqlite:///{tmp_path / 'county.db'}", is_demo=False)
    answer = ask()
    assert answer.status_code == 200
    assert answer.json() == {"state": "ok", "because": [], "revision_age_seconds": None}


def test_a_monitor_hears_how_old_the_newest_revision_is(ask, own_store, monkeypatch):
    monkeypatch.setenv("COUNTY_STORE", own_store)
    answer = ask().json()
    assert answer["state"] == "ok"
    assert 0 <= answer["revision_age_seconds"] < 10 * 365 * 86400


def test_a_monitor_hears_what_is_degraded(ask, tmp_path, monkeypatch):
    assert ask().status_code == 503
    assert ask().json()["because"] == ["数据库打不开，原因见日志或命令行"]
    Store.create(f"sqlite:///{tmp_path / 'county.db'}", is_demo=False)
    assert ask().status_code == 200
    monkeypatch.setattr(health, "LEAST_FREE", 2**62)
    assert any("数据库所在的磁盘" in words for words in ask().json()["because"])


def test_the_monitors_address_is_open_while_everything_else_asks_who(demo_store, monkeypatch):
    from core.serving import gate

    assert health.PATH in gate.OPEN


# ---- the units


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="这里没有 systemd-analyze")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    for unit in DEPLOY.glob("county-*"):
        text = unit.read_text(encoding="utf-8")
        python = "/opt/county-dashboard/.venv/bin/python"
        (tmp_path / unit.name).write_text(text.replace(python, sys.executable), encoding="utf-8")
    units = sorted(map(str, tmp_path.glob("county-*")))
    assert len(units) == 3
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_units_set_only_what_the_program_reads():
    known = set(
        re.findall(r'"(COUNTY_[A-Z_]+)"', (ROOT / "core" / "settings.py").read_text(encoding="utf-8"))
    )
    for unit in DEPLOY.glob("county-*.service"):
        assert set(re.findall(r"^Environment=(\w+)=", unit.read_text(encoding="utf-8"), re.M)) <= known
    windows = ET.parse(DEPLOY / "windows-service.xml").getroot()
    assert {entry.get("name") for entry in windows.iter("env")} <= known
    assert windows.findtext("arguments") == "-m streamlit run dashboard.py"


def test_the_operators_page_names_only_commands_that_are_there():
    text = (DEPLOY / "运行维护.md").read_text(encoding="utf-8")
    known = {c.name or c.callback.__name__ for c in app.registered_commands}
    known |= {group.name for group in app.registered_groups}
    named = set(re.findall(r"(?:python -m core|`core) ([a-z-]+)", text))
    assert {"backup", "restore-backup", "check"} <= named <= known
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make (\w+)`", text)):
        assert re.search(rf"^{target}:", makefile, re.M), target
