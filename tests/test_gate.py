"""The gate, in front of a tiny app that answers everything: who passes, who does not, and what each gets."""

import json
import re
import shutil
from base64 import b64decode, b64encode
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

import itsdangerous
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from core import accounts, settings
from core.accounts import operator
from core.serving import gate as gate_module
from core.serving import middleware
from core.serving.gate import COOKIE, may_start, scope_of_request
from core.serving.signin import safe_next
from core.store import Store

HERE = "http://127.0.0.1:8501"
PASSWORD = "河上的桥很长很长很长"
PAGE = {"accept": "text/html"}
ANYTHING = ("/", "/projects", "/meeting/show/1", "/static/x.js", "/media/abc.xlsx", "/_stcore/host-config",
            "/_stcore/metrics", "/_stcore/upload_file/a/b", "/component/x", "/_stcore/bidi-components/x/x.js", "/app/static/x", "/favicon.png",
            "/%2e%2e/login", "/login/../projects", "//projects", "/LOGIN", "/login/", "/_stcore/health/../metrics")  # fmt: skip


async def everything(request):
    scope = scope_of_request(request)
    return JSONResponse(
        {
            "inside": True,
            "places": sorted(scope.places),
            "names": scope.sees_names,
            "sign_in": request.headers.getlist("x-county-sign-in"),
        }
    )


async def uploads(request):
    return JSONResponse({"inside": len(await request.body())})


async def stream(websocket):
    await websocket.accept()
    try:
        while True:
            said = await websocket.receive_text()
            await websocket.send_bytes(f"heard {said}".encode())
    except WebSocketDisconnect:
        pass


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    monkeypatch.delenv("COUNTY_HOSTS", raising=False)


def _made(folder, people=()):
    store = Store.create(f"sqlite:///{folder / 'own.db'}", is_demo=False)
    for name, role, place in people:
        accounts.add(store, operator(), name, role, place, PASSWORD, must_change=False)
    store.engine.dispose()
    return folder / "own.db"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A new store, and one with an account of each role: made once, copied for each test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        return {
            "new": _made(tmp_path_factory.mktemp("new")),
            "people": _made(
                tmp_path_factory.mktemp("people"),
                (
                    ("书记一", "county_leader", ""),
                    ("指挥长三", "commander", "三战区"),
                    ("杨集", "township", "杨集镇"),
                    ("经办", "clerk", ""),
                    ("管理员", "administrator", ""),
                ),
            ),
        }


@contextmanager
def _copied(file, folder, monkeypatch):
    store = Store.open(f"sqlite:///{shutil.copy(file, folder)}")
    monkeypatch.setenv("COUNTY_STORE", store.url)
    yield store
    store.engine.dispose()
    gate_module.store_at.cache_clear()


@pytest.fixture
def store(made, tmp_path, monkeypatch):
    with _copied(made["new"], tmp_path, monkeypatch) as copied:
        yield copied


@pytest.fixture
def people(made, tmp_path, monkeypatch):
    with _copied(made["people"], tmp_path, monkeypatch) as copied:
        yield copied


@contextmanager
def opened(**more):
    routes = [
        WebSocketRoute("/_stcore/stream", stream),
        Route("/_stcore/health", lambda _request: PlainTextResponse("ok")),
        Route("/_stcore/upload_file/{rest:path}", uploads, methods=["PUT"]),
        Route("/{rest:path}", everything, methods=["GET", "POST", "PUT"]),
    ]
    app = Starlette(routes=routes, middleware=middleware())
    with TestClient(app, base_url=HERE, follow_redirects=False, **more) as client:
        yield client


@pytest.fixture
def client(people):
    with opened() as found:
        yield found


def sign_in(client, name="杨集", password=PASSWORD, **more):
    return client.post("/login", data={"name": name, "password": password, **more}, headers=PAGE)


def socket(client, **headers):
    return client.websocket_connect("ws://127.0.0.1:8501/_stcore/stream", headers=headers)


# --- who is not signed in


@pytest.mark.parametrize("path", ANYTHING)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"])
def test_nothing_is_served_to_who_is_not_signed_in(client, path, method):
    for headers in (PAGE, {}):
        answer = client.request(method, path, headers=headers)
        assert "inside" not in answer.text
        assert answer.status_code in (303, 400, 401, 403, 404, 405)
        if answer.status_code == 303:
            assert answer.headers["location"].startswith("/login")


def test_health_alone_is_open(client):
    assert client.get("/_stcore/health").text == "ok"
    assert client.post("/_stcore/health", headers={"origin": "http://evil.example"}).status_code != 200


def test_no_websocket_opens_without_a_sign_in(client):
    for headers in ({}, {"cookie": f"{COOKIE}=nonsense"}, {"x-county-sign-in": "demo"}):
        with pytest.raises(WebSocketDisconnect), socket(client, **headers):
            pytest.fail("the websocket opened")


def test_a_copied_link_leads_to_the_sign_in_and_back_with_its_query(client):
    link = "/projects?zone=3&township=" + quote("杨集镇")
    asked = client.get(link, headers=PAGE)
    form = client.get(asked.headers["location"], headers=PAGE)
    target = re.search(r'name="next" value="([^"]*)"', form.text)[1].replace("&amp;", "&")
    assert target == link
    assert sign_in(client, next=target).headers["location"] == link


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil",
     "javascript:alert(1)", "///evil.example", "", "evil.example", "/login?next=/login", "/logout", "/%0d%0aX: y\r\n"],
)  # fmt: skip
def test_the_way_back_never_leaves_this_site(client, target):
    assert safe_next(target) == "/"
    assert sign_in(client, next=target).headers["location"] == "/"


def test_the_form_shows_what_was_typed_as_text(client):
    answer = sign_in(client, name="<script>alert(1)</script>", next='/x"><script>alert(2)</script>')
    assert "<script" not in answer.text
    assert answer.status_code == 401
    assert 'lang="zh-CN"' in answer.text
    assert answer.headers["cache-control"] == "no-store"


# --- signing in


def test_the_cookie_is_opaque_for_this_site_and_hidden_from_scripts(client):
    cookie = sign_in(client).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    assert "杨集" not in cookie
    with opened() as other:
        other.base_url = "https://127.0.0.1:8501"
        assert "Secure" in sign_in(other).headers["set-cookie"].split("; ")


def test_each_sign_in_is_a_new_one_whatever_cookie_came_along(client):
    planted = "a" * 43
    client.cookies.set(COOKIE, planted, domain="127.0.0.1")
    first = re.search(rf"{COOKIE}=([^;]+)", sign_in(client).headers["set-cookie"])[1]
    second = re.search(rf"{COOKIE}=([^;]+)", sign_in(client).headers["set-cookie"])[1]
    assert len({planted, first, second}) == 3
    with opened() as stranger:
        assert stranger.get("/", headers={"cookie": f"{COOKIE}={planted}"}).status_code == 401


@pytest.mark.parametrize(
    ("name", "places", "names"),
    [
        ("书记一", {"411322"}, False),
        ("指挥长三", None, False),
        ("杨集", {"411322113"}, True),
        ("管理员", set(), False),
    ],
)
def test_a_route_beside_the_pages_learns_the_scope_from_the_gate(client, name, places, names):
    sign_in(client, name)
    told = client.get("/meeting/show/1").json()
    assert told["names"] == names
    assert set(told["places"]) == places if places is not None else len(told["places"]) == 3


def test_a_forged_header_is_replaced_by_the_gates_own(client):
    sign_in(client)
    for forged in ("demo", "x", "0" * 64):
        (key,) = client.get("/", headers={"X-County-Sign-In": forged, "x-COUNTY-sign-in": "y"}).json()[
            "sign_in"
        ]
        assert key not in ("demo", "x", "y", "0" * 64)


def test_a_key_from_the_header_or_the_store_is_no_cookie(client):
    sign_in(client)
    (key,) = client.get("/").json()["sign_in"]
    with opened() as stranger:
        assert stranger.get("/", headers={"cookie": f"{COOKIE}={key}"}).status_code == 401


def test_too_many_tries_are_answered_with_a_pause(client):
    codes = [sign_in(client, password="wrong password").status_code for _ in range(7)]
    assert codes == [401] * 5 + [429] * 2
    assert sign_in(client).status_code == 429


# --- signing out and expiring


def test_a_replayed_cookie_is_worth_nothing_after_the_sign_out(client):
    sign_in(client)
    token = client.cookies[COOKIE]
    assert client.get("/").status_code == 200
    out = client.post("/logout")
    assert out.headers["location"] == "/login"
    with opened() as thief:
        assert thief.get("/", headers={"cookie": f"{COOKIE}={token}"}).status_code == 401


def test_a_link_to_the_sign_out_does_nothing(client):
    sign_in(client)
    assert client.get("/logout", headers=PAGE).headers["location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_an_expired_cookie_opens_nothing(client, people, column):
    sign_in(client)
    with people.writing() as connection:
        long_ago = datetime(2022, 1, 1, tzinfo=UTC).replace(tzinfo=None)
        connection.execute(text(f"update sign_in set {column} = :at"), {"at": long_ago})
    assert client.get("/").status_code == 401
    with pytest.raises(WebSocketDisconnect), socket(client):
        pytest.fail("the websocket opened")


@pytest.mark.parametrize("speaks", [True, False], ids=["at the next message", "without a message"])
def test_an_open_websocket_closes_when_its_sign_in_ends_elsewhere(client, people, monkeypatch, speaks):
    monkeypatch.setattr(gate_module, "LOOK_EVERY", 60 if speaks else 0.1)
    sign_in(client)
    with socket(client) as websocket:
        websocket.send_text("one")
        assert websocket.receive_bytes() == b"heard one"
        with opened() as phone:
            sign_in(phone)
            phone.post("/logout")
        if speaks:
            websocket.send_text("two")
        with pytest.raises(WebSocketDisconnect) as closed:
            websocket.receive_bytes()
    assert closed.value.code == gate_module.SIGN_IN_ENDED


# --- other sites


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"origin": "null"},
    {"origin": "http://127.0.0.1:9999"}, {"sec-fetch-site": "cross-site"}])  # fmt: skip
def test_other_sites_cannot_post_or_open_a_websocket(client, headers):
    assert (
        client.post("/login", data={"name": "杨集", "password": PASSWORD}, headers=headers).status_code == 403
    )
    sign_in(client)
    for path in ("/logout", "/password", "/anything"):
        assert client.post(path, headers=headers).status_code == 403
    assert client.put("/_stcore/upload_file/a/b", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), socket(client, **headers):
        pytest.fail("the websocket opened")
    assert client.get("/").status_code == 200
    with socket(client, origin=HERE) as websocket:
        websocket.send_text("own")
        assert websocket.receive_bytes() == b"heard own"


# --- files and sizes


def test_a_file_is_given_to_whom_it_was_shown_and_to_nobody_else(client):
    path = "/media/0f1e2d.xlsx"
    sign_in(client)
    assert client.get(path).status_code == 404
    with socket(client) as websocket:
        websocket.send_text(f"url: {path} and more")
        websocket.receive_bytes()
    answer = client.get(path)
    assert answer.json()["inside"]
    assert answer.headers["cache-control"] == "private, no-store"
    with opened() as other:
        other.app = client.app
        sign_in(other, "书记一")
        assert other.get(path).status_code == 404


def test_bodies_are_only_as_large_as_their_address_takes(client):
    assert client.post("/login", content=b"name=" + b"x" * 9000).status_code == 413
    sign_in(client, "经办")
    assert client.post("/anything", content=b"x" * 9000).status_code == 413
    with socket(client) as websocket:
        websocket.send_text("/_stcore/upload_file/a/b")
        websocket.receive_bytes()
    assert client.put("/_stcore/upload_file/a/b", content=b"x" * 9000).json()["inside"] == 9000
    assert client.put("/_stcore/upload_file/a/b", headers={"content-length": str(10**9)}).status_code == 413


def test_who_may_not_import_uploads_nothing(client):
    sign_in(client)
    with socket(client) as websocket:
        websocket.send_text("/_stcore/upload_file/a/b")
        websocket.receive_bytes()
    assert client.put("/_stcore/upload_file/a/b", content=b"x").status_code == 403


# --- an initial password


def test_who_has_an_initial_password_sees_nothing_until_it_is_changed(client, people):
    accounts.add(people, operator(), "新来的", "clerk", "", PASSWORD, must_change=True)
    sign_in(client, "新来的")
    assert client.get("/projects", headers=PAGE).headers["location"] == "/password"
    assert client.get("/static/x.js").status_code == 403
    with pytest.raises(WebSocketDisconnect), socket(client):
        pytest.fail("the websocket opened")
    new = "另一句更长的话也好记"
    for form in ({"old": PASSWORD, "new": new, "again": "x"}, {"old": "wrong", "new": new, "again": new}):
        assert client.post("/password", data=form).status_code == 400
    done = client.post("/password", data={"old": PASSWORD, "new": new, "again": new})
    assert done.headers["location"] == "/"
    assert client.get("/").status_code == 200


# --- without accounts


@pytest.mark.parametrize(
    ("address", "is_demo", "has_accounts", "hosts", "starts"),
    [
        ("127.0.0.1", True, False, (), True),
        ("localhost", True, False, (), True),
        ("0.0.0.0", True, False, (), False),
        ("10.0.0.5", True, False, (), False),
        ("127.0.0.1", True, False, ("kanban.county",), False),
        ("127.0.0.1", False, False, (), False),
        ("0.0.0.0", False, True, ("kanban.county",), True),
    ],
)
def test_only_the_demo_county_on_this_machine_starts_without_accounts(
    address, is_demo, has_accounts, hosts, starts
):
    said = may_start(address, is_demo, has_accounts, frozenset(hosts))
    assert (said == "") == starts
    assert starts or "python -m core account add" in said


def test_a_real_store_without_accounts_serves_nobody(store):
    with opened() as client:
        for path in ("/", "/login", "/media/x"):
            answer = client.get(path, headers=PAGE)
            assert answer.status_code == 503
            assert "account add" in answer.text


def test_the_demo_county_opens_on_this_machine_alone_and_closes_with_the_first_account(tmp_path, monkeypatch):
    demo = Store.create(f"sqlite:///{tmp_path / 'demo.db'}", is_demo=True)
    monkeypatch.setenv("COUNTY_STORE", demo.url)
    with opened() as client:
        told = client.get("/").json()
        assert (told["places"], told["names"], told["sign_in"]) == (["411322"], False, ["demo"])
        for headers in ({"x-forwarded-for": "10.0.0.9"}, {"forwarded": "for=10.0.0.9"}):
            assert client.get("/", headers=headers).status_code == 503
        with opened(client=("10.0.0.9", 1234)) as outside:
            assert outside.get("/").status_code == 503
        monkeypatch.setenv("COUNTY_HOSTS", "kanban.county")
        assert client.get("/").status_code == 503
        monkeypatch.delenv("COUNTY_HOSTS")
        accounts.add(demo, operator(), "第一个", "administrator", "", PASSWORD, must_change=False)
        assert client.get("/").status_code == 401
    demo.engine.dispose()
    gate_module.store_at.cache_clear()


# --- the county's own provider


def test_the_countys_provider_says_who_somebody_is_and_the_store_what_they_see(client, people, monkeypatch):
    oidc = pytest.importorskip("oidc_provider_mock")
    import httpx

    users = [
        oidc.User(sub=sub, claims={"preferred_username": name})
        for sub, name in (("1", "杨集"), ("2", "生人"))
    ]
    with oidc.run_server_in_thread(user_claims=users) as server:
        issuer = f"http://127.0.0.1:{server.server_port}"
        for name, value in (
            ("ISSUER", issuer),
            ("CLIENT_ID", "kanban"),
            ("CLIENT_SECRET", "s"),
            ("NAME", "政务认证"),
        ):
            monkeypatch.setenv(f"COUNTY_OIDC_{name}", value)
        assert "政务认证" in client.get("/login").text

        def by_provider(sub):
            leaving = client.get("/login/provider?next=/projects%3Fzone%3D3")
            assert leaving.headers["location"].startswith(issuer)
            assert "code_challenge=" in leaving.headers["location"]
            return httpx.post(leaving.headers["location"], data={"sub": sub}).headers["location"]

        back = by_provider("1")
        assert client.get(back).headers["location"] == "/projects?zone=3"
        assert client.get("/").json()["places"] == ["411322113"]
        assert client.get(back).status_code == 401  # a code and its state serve once
        client.post("/logout")
        assert client.get(by_provider("2")).status_code == 403
        forged = re.sub("state=[^&]*", "state=forged", by_provider("1"))
        assert client.get(forged).status_code == 401
        assert client.get("/").status_code == 401
        back = by_provider("1")
        held = next(c for c in client.cookies.jar if c.name == "county_provider")
        client.cookies.set(
            "county_provider", with_nonce(held.value, "another"), domain=held.domain, path=held.path
        )
        assert client.get(back).status_code == 401  # a token that was made for another sign-in
        back = by_provider("1")
        monkeypatch.setenv("COUNTY_OIDC_CLIENT_ID", "other")
        assert client.get(back).status_code == 401  # a token that was made for another program
        assert client.get("/").status_code == 401


def with_nonce(cookie, nonce):
    """The provider's cookie as somebody who knows the secret could write it, with another nonce."""
    signer = itsdangerous.TimestampSigner(settings.secret().hex())
    held = json.loads(b64decode(signer.unsign(cookie.strip('"'))))
    for value in held.values():
        if isinstance(value, dict):
            value["data"]["nonce"] = nonce
    return signer.sign(b64encode(json.dumps(held).encode())).decode()
