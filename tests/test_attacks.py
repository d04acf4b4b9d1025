"""Attacks on the whole dashboard as it runs: one server, real accounts, and what a hostile visitor would try."""

import hashlib
import http.client
import importlib.util
import io
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from core import accounts, journal
from core.accounts import operator
from core.places import place_tree
from core.serving.gate import COOKIE, SIGN_IN_ENDED
from core.store import Store
from core.views import log

spec = importlib.util.spec_from_file_location("harness", Path(__file__).parent / "browser" / "conftest.py")
harness = importlib.util.module_from_spec(spec)
spec.loader.exec_module(harness)

TREE = place_tree()
PASSWORD = "河上的桥很长很长很长"
EVIL_PROJECT = '=HYPERLINK("http://evil.example")<img src=x onerror=alert(1)>'
EVIL_NAME = "<script>alert(2)</script>=1+1[点我](http://evil.example)"
PAGES = ("", "monitoring", "risk", "projects", "pilot-zones", "definitions", "accounts")
PEOPLE = {
    "书记一": ("county_leader", ""),
    "指挥长三": ("commander", "三战区"),
    "杨集": ("township", "杨集镇"),
    "管理员": ("administrator", ""),
}


class Visitor:
    """Somebody with a cookie, or none."""

    def __init__(self, running, name=""):
        self.host = running.url.removeprefix("http://")
        self.cookie = ""
        if name:
            answer = self.ask("POST", "/login", urlencode({"name": name, "password": PASSWORD}))
            assert answer.status == 303
            self.cookie = re.search(rf"{COOKIE}=[^;]+", answer.headers["set-cookie"])[0]

    def ask(self, method, path, body=None, **headers):
        with closing(http.client.HTTPConnection(self.host, timeout=20)) as line:
            form = {"content-type": "application/x-www-form-urlencoded"} if body else {}
            sent = {"cookie": self.cookie, **form, **{k.replace("_", "-"): v for k, v in headers.items()}}
            line.request(method, path, body, {k: v for k, v in sent.items() if v})
            answer = line.getresponse()
            answer.body = answer.read()
            answer.text = answer.body.decode("utf-8", "replace")
            return answer

    def socket(self, **headers):
        sent = {"Cookie": self.cookie, **headers}
        return connect(
            f"ws://{self.host}/_stcore/stream",
            subprotocols=["streamlit"],
            additional_headers={k: v for k, v in sent.items() if v},
            max_size=None,
            proxy=None,
        )

    def page(self, name="", query="", **states):
        """Everything that one run of a page sends, with widget states as a raw client makes them up."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = name
        for key, value in states.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = key, value
        with self.socket() as websocket:
            websocket.send(message.SerializeToString())
            received = []
            while True:
                forward = ForwardMsg()
                forward.ParseFromString(websocket.recv(timeout=60))
                received.append(forward)
                if forward.WhichOneof("type") == "script_finished":
                    if forward.script_finished != 0:
                        continue
                    return b"".join(m.SerializeToString() for m in received).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def store(loaded_store, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacks")
    for part in ("", "-wal"):
        if Path(f"{loaded_store}{part}").exists():
            shutil.copy(f"{loaded_store}{part}", folder / f"own.db{part}")
    with closing(sqlite3.connect(folder / "own.db")) as base:
        base.execute("update project set name = ? where leaf like '411322113%'", (EVIL_PROJECT,))
        base.execute("update identity set name = ?", (EVIL_NAME,))
        base.commit()
    opened = Store.open(f"sqlite:///{folder / 'own.db'}")
    for name, (role, place) in PEOPLE.items():
        accounts.add(opened, operator(), name, role, place, PASSWORD, must_change=False)
    yield opened
    opened.engine.dispose()


@pytest.fixture(scope="module")
def server(store, tmp_path_factory):
    log = tmp_path_factory.mktemp("attacked") / "log.txt"
    with harness.running_server(harness.ROOT / "dashboard.py", log, COUNTY_STORE=store.url) as running:
        yield running
        said = log.read_text(encoding="utf-8")
    assert "script>alert" not in said


@pytest.fixture(scope="module")
def visitors(server):
    return {name: Visitor(server, name) for name in PEOPLE}


def test_the_first_request_to_each_address_of_a_fresh_server_gets_nothing(server):
    """This test stands first: the server has run no script yet."""
    stranger = Visitor(server)
    for name in PAGES:
        answer = stranger.ask("GET", f"/{name}?zone=3", accept="text/html")
        assert answer.status == 303
        assert answer.headers["location"] == f"/login?next={quote(f'/{name}?zone=3', safe='')}"
        assert answer.text == ""
        assert stranger.ask("GET", f"/{name}").status == 401
    for headers in ({}, {"Cookie": f"{COOKIE}=x"}, {"X-County-Sign-In": "demo"}, {"Origin": server.url}):
        with pytest.raises(InvalidStatus), stranger.socket(**headers):
            pytest.fail("the websocket opened")


@pytest.mark.parametrize("path", [
    "/static/../../../etc/passwd", "/static/%2e%2e/%2e%2e/%2e%2e/data/county.db", "/media/../../data/secret",
    "/media/%2e%2e%2f%2e%2e%2fdashboard.py", "/component/../../core/store.py", "/app/static/../../data/originals",
    "/_stcore/upload_file/../../x", "/static/..%5c..%5cdashboard.py", "/%00", "/static/\\..\\dashboard.py",
])  # fmt: skip
def test_no_path_leads_out_of_the_served_files(server, visitors, path):
    for visitor in (Visitor(server), visitors["书记一"]):
        answer = visitor.ask("GET", path)
        assert "import" not in answer.text or answer.text.lstrip().startswith("<!")
        assert "root:" not in answer.text
        assert "Traceback" not in answer.text


def test_a_planted_cookie_is_not_taken_over_and_a_forged_header_changes_nobody(server, visitors):
    planted = Visitor(server)
    planted.cookie = f"{COOKIE}=planted-by-somebody-else"
    body = urlencode({"name": "杨集", "password": PASSWORD})
    assert "planted" not in planted.ask("POST", "/login", body).headers["set-cookie"]
    assert planted.ask("GET", "/").status == 401
    forged = Visitor(server)
    for headers in (
        {"X-County-Sign-In": "demo"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X-Forwarded-User": "管理员".encode().hex()},
    ):
        assert forged.ask("GET", "/", **headers).status == 401


def test_the_way_back_from_the_sign_in_never_leaves_this_site(server):
    stranger = Visitor(server)
    for target in (
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\r\nLocation: http://evil.example",
    ):
        body = urlencode({"name": "杨集", "password": PASSWORD, "next": target})
        assert stranger.ask("POST", "/login", body).headers["location"] == "/"
        form = stranger.ask("GET", f"/login?next={quote(target, safe='')}", accept="text/html").text
        assert "evil" not in form


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_an_idle_or_expired_cookie_opens_nothing(server, store, column):
    late = Visitor(server, "指挥长三")
    assert late.ask("GET", "/").status == 200
    with closing(sqlite3.connect(store.engine.url.database)) as base:
        whose = hashlib.sha256(late.cookie.split("=", 1)[1].encode()).hexdigest()
        base.execute(
            f"update sign_in set {column} = '2022-01-01 00:00:00.000000' where token_hash = ?", (whose,)
        )
        assert base.total_changes == 1
        base.commit()
    assert late.ask("GET", "/").status == 401
    with pytest.raises(InvalidStatus), late.socket():
        pytest.fail("the websocket opened")


def test_other_sites_and_large_bodies_are_turned_away(server, visitors):
    leader = visitors["书记一"]
    for path in ("/logout", "/password", "/login", "/_stcore/upload_file/a/b"):
        assert leader.ask("POST", path, "x=1", origin="http://evil.example").status == 403
    with pytest.raises(InvalidStatus), leader.socket(Origin="http://evil.example"):
        pytest.fail("the websocket opened")
    assert leader.ask("POST", "/login", "x=" + "y" * 100_000).status == 413
    assert leader.ask("PUT", "/_stcore/upload_file/a/b", "y" * 1000).status == 404
    assert leader.ask("GET", "/", host="evil.example").status == 400
    assert leader.ask("GET", "/", accept="text/html").status == 200


def test_each_account_gets_its_own_places_whatever_address_or_widget_it_sends(visitors):
    outside = [t.name for t in TREE.zones(accounts.today())[0].townships]
    query = urlencode({"zone": "1", "township": outside[0], "as_of": "2022-08-31"})
    whole = visitors["书记一"].page("projects", query)
    assert f"township={quote(outside[0])}" in whole or outside[0] in whole
    for name, own in (("指挥长三", "三战区"), ("杨集", "杨集镇")):
        told = visitors[name].page("projects", query, zone="全县", township=outside[0])
        assert "不在您的权限内" in told
        assert own in told
        assert quote(outside[0]) not in told  # the address that the page writes back
    again = visitors["指挥长三"].page("projects", query)  # the leader's answer is cached by now
    assert "不在您的权限内" in again


def test_a_page_without_the_right_says_so_to_a_typed_address(visitors):
    for name in ("书记一", "指挥长三", "杨集"):
        told = visitors[name].page("accounts")
        assert "没有打开“账号与日志”的权限" in told
        assert "来源地址" not in told
    for name in ("monitoring", "projects", "risk"):
        told = visitors["管理员"].page(name)
        assert "的权限" in told
        assert "竣工率" not in told


def test_names_reach_the_township_alone_as_text_and_leave_a_line_in_the_log(visitors, store):
    query = urlencode({"zone": "3", "township": "杨集镇"})
    for name in ("书记一", "指挥长三"):
        assert "alert(2)" not in visitors[name].page("monitoring", urlencode({"township": "杨集镇"}))
    told = visitors["杨集"].page("monitoring", query)
    assert "alert\\(2\\)" in told
    assert "<script>" not in told
    assert "[点我](http" not in told
    assert "杨集镇经办 杨集" in told
    with closing(sqlite3.connect(store.engine.url.database)) as base:
        looks = base.execute(
            "select account, places, detail from journal where kind = 'named_rows'"
        ).fetchall()
    assert [(who, places) for who, places, _ in looks] == [("杨集", '["411322113"]')]
    assert "alert" not in looks[0][2]


def test_html_and_formulas_in_project_titles_stay_text(visitors):
    told = visitors["书记一"].page("projects", urlencode({"township": "杨集镇"}))
    assert "HYPERLINK" in told  # as text: the page's policy runs no inline script, and no table is a workbook
    policy = visitors["书记一"].ask("GET", "/projects", accept="text/html").headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "'unsafe-eval'" not in policy
    assert "frame-ancestors 'none'" in policy


def test_the_log_goes_out_as_text_alone():
    line = journal.Line(datetime.now(UTC), "export", "=cmd|' /C calc'!A1", "10.0.0.1", (), "+1")
    book = io.BytesIO(log.workbook(log.rows([line], TREE), "管理员"))
    with zipfile.ZipFile(book) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        strings = parts.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "<t>'=cmd|" in strings
    assert "<t>'+1" in strings


def test_a_sign_out_closes_the_page_on_every_device_at_once(server):
    first, second = Visitor(server, "书记一"), Visitor(server, "书记一")
    with first.socket() as websocket:
        assert second.ask("POST", "/logout", "x=1").status == 303
        message = BackMsg()
        message.rerun_script.page_name = "projects"
        with pytest.raises(ConnectionClosed) as closed:
            ask_until_closed(websocket, message.SerializeToString())
        assert closed.value.rcvd.code == SIGN_IN_ENDED
    assert first.ask("GET", "/").status == 401
    assert second.ask("GET", "/").status == 401


def ask_until_closed(websocket, message):
    websocket.send(message)
    while True:
        websocket.recv(timeout=10)
