"""One gate in front of everything: pages, websocket, uploads, media and static files. Plain ASGI.

Whoever is signed in passes with a header that only the gate can set (Streamlit hands it to the pages as
`st.user.sign_in`); whoever is not sees the sign-in page and nothing else. Only on this machine and with the demo
county, as long as nobody has an account, does the gate let everybody through: 演示模式.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import ip_address
from urllib.parse import parse_qs, quote, urlsplit

from anyio.to_thread import run_sync
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import accounts, realm, settings
from core import scope as scopes
from core.accounts import Refused, Throttled, Visitor
from core.places import place_tree
from core.serving import provider, signin
from core.serving.headers import THIS_MACHINE, host_name
from core.serving.signin import safe_next
from core.store import Store, StoreError

COOKIE = "county_session"
HEADER = b"x-county-sign-in"
VISITOR = "county.visitor"  # where an ASGI scope holds who asks
OPEN = ("/_stcore/health", "/healthz")
FORM = 8 * 1024  # bytes of a form
BODY = 21 * 1024 * 1024  # bytes of an upload: server.maxUploadSize and its wrapping
LOOK_EVERY = 3.0  # seconds between looks at a sign-in whose websocket stands open
GIVEN = 4000  # addresses of files a person may fetch, newest first
FILES = re.compile(rb"/(?:media|_stcore/upload_file)/[0-9A-Za-z._\-/]+")
SIGN_IN_ENDED = 4401
asking: ContextVar[str] = ContextVar(
    "asking", default=""
)  # whose websocket a message came by; empty in 演示模式
NO_ACCOUNTS = "看板还没有账号，未启动。请先在服务器上建立第一个管理员：python -m core account add 账号名 --role administrator"


@lru_cache(maxsize=4)
def store_at(url: str) -> Store:
    """The store at an address, opened once. StoreError when it cannot be."""
    return Store.open(url)


def scope_of_request(request: HTTPConnection) -> scopes.Scope:
    """What whoever asks may see: for routes that stand beside Streamlit's pages."""
    return visitor_of_request(request).scope


def visitor_of_request(request: HTTPConnection) -> Visitor:
    """Who asks, as the gate found out; PermissionError where a request came past the gate."""
    found = request.scope.get(VISITOR)
    if not isinstance(found, Visitor):
        raise PermissionError("请先登录。")
    return found


def may_start(address: str, is_demo: bool, has_accounts: bool, hosts: frozenset[str]) -> str:
    """Why the server must not start at an address, with the command that mends it; empty when it may."""
    if has_accounts:
        return ""
    if not is_demo:
        return NO_ACCOUNTS
    if not _is_loopback(address) or hosts:
        return f"演示模式不用登录，只能在本机（127.0.0.1）打开，这里是{address}{'、'.join(sorted(hosts))}。{NO_ACCOUNTS}"
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host in ("localhost", "testclient")


def is_this_machine(scope: Scope) -> bool:
    """Whether a request came from this machine to this machine, not through a proxy."""
    server, client = scope.get("server"), scope.get("client")
    forwarded = any(key in (b"forwarded", b"x-forwarded-for", b"x-real-ip") for key, _ in scope["headers"])
    return (
        server is not None
        and client is not None
        and _is_loopback(str(server[0]))
        and _is_loopback(str(client[0]))
        and host_name(scope) in THIS_MACHINE
        and not forwarded
        and not settings.hosts()
    )


def is_foreign(scope: Scope) -> bool:
    """Whether a page of another site asks: its Origin is not the host asked for (or the browser says so)."""
    headers = {key: value.decode("latin-1") for key, value in scope["headers"]}
    if headers.get(b"sec-fetch-site") in ("cross-site", "same-site"):
        return True
    origin = headers.get(b"origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get(b"host", "").lower()


class Given:
    """Which addresses of files each account was given over its own websocket. Streamlit serves a file to whoever
    knows its address; here only to whom it was shown."""

    def __init__(self) -> None:
        self._by_account: dict[str, OrderedDict[str, None]] = {}

    def note(self, account: str, message: bytes) -> None:
        """Remembers the addresses in a message to this account."""
        for found in FILES.findall(message):
            held = self._by_account.setdefault(account, OrderedDict())
            held[found.decode()] = None
            held.move_to_end(found.decode())
            while len(held) > GIVEN:
                held.popitem(last=False)

    def has(self, account: str, path: str) -> bool:
        """Whether this account was given exactly this address."""
        return path in self._by_account.get(account, ())


class Gate:
    """Asks everybody who they are. Its own pages are /login, /logout, /password and the provider's two."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.given = Given()
        self.pages: dict[str, Callable[[Request, Store], Response]] = {
            "/login": self.sign_in,
            "/logout": self.sign_out,
            "/password": self.change_password,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Every request and websocket passes here; a client's own copy of the gate's header never does."""
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k.lower() != HEADER]}
        scope.pop(VISITOR, None)
        if scope["path"] in OPEN and scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
        if changes and is_foreign(scope):
            return await self.refuse(scope, receive, send, "这个请求来自别的网站，未执行。", 403)
        try:
            store: Store | None = await run_sync(store_at, settings.store_url())
        except StoreError:
            store = None
        if store is None or not await run_sync(accounts.has_accounts, store):
            if not is_this_machine(scope) or (store is not None and not store.is_demo()):
                return await self.refuse(scope, receive, send, NO_ACCOUNTS, 503)
            if scope["path"] in (*self.pages, *provider.PATHS):
                return await RedirectResponse("/", 303)(scope, receive, send)
            root = await run_sync(realm.scope_root, store) if store is not None else ""
            return await self.let_in(scope, receive, send, accounts.demo_visitor(place_tree(), root), None)
        if scope["type"] == "http" and scope["path"] in (*self.pages, *provider.PATHS):
            return await self.own_page(scope, receive, send, store)
        connection = HTTPConnection(scope)
        address = _address(scope)
        visitor = await run_sync(accounts.visitor, store, connection.cookies.get(COOKIE), address)
        if visitor is None:
            return await self.ask(scope, receive, send)
        if visitor.must_change:
            if scope["type"] == "http" and _wants_page(scope):
                return await RedirectResponse("/password", 303)(scope, receive, send)
            return await self.refuse(scope, receive, send, "请先修改初始密码。", 403)
        return await self.let_in(scope, receive, send, visitor, store)

    # ---- who is not signed in ------------------------------------------------------------------------

    async def ask(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A page's address leads to the sign-in page and back; everything else is refused."""
        if scope["type"] == "http" and _wants_page(scope):
            query = scope.get("query_string", b"").decode("latin-1")
            target = quote(scope["path"]) + (f"?{query}" if query else "")
            wanted = "" if target == "/" else f"?next={quote(safe_next(target), safe='')}"
            return await RedirectResponse(f"/login{wanted}", 303)(scope, receive, send)
        return await self.refuse(scope, receive, send, "登录已失效，请刷新页面重新登录。", 401)

    async def refuse(self, scope: Scope, receive: Receive, send: Send, said: str, status: int) -> None:
        """Words for a reader, and nothing else; a websocket is closed before it opens."""
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": SIGN_IN_ENDED, "reason": ""})
        if _wants_page(scope):
            return await signin.words("未打开", said, status)(scope, receive, send)
        return await PlainTextResponse(said, status, {"Cache-Control": "no-store"})(scope, receive, send)

    # ---- who is --------------------------------------------------------------------------------------

    async def let_in(
        self, scope: Scope, receive: Receive, send: Send, visitor: Visitor, store: Store | None
    ) -> None:
        """On to the pages, with the visitor's sign-in in a header."""
        headers = [*scope["headers"], (HEADER, visitor.key.encode())]
        inner = {**scope, "headers": headers, VISITOR: visitor}
        if scope["type"] == "websocket":
            if store is None:
                return await self.app(inner, receive, send)
            return await self.watched(inner, receive, send, visitor, store)
        path: str = scope["path"]
        is_file = path.startswith(("/media/", "/_stcore/upload_file/"))
        if is_file and store is not None and not self.given.has(visitor.account, path):
            return await self.refuse(inner, receive, send, "没有这个文件，或不是给您的。", 404)
        if path.startswith("/_stcore/upload_file/") and not visitor.scope.may_import:
            return await self.refuse(inner, receive, send, "您的账号不能上传。", 403)
        if store is not None and scope["method"] == "GET" and _wants_page(scope):
            await run_sync(accounts.touch, store, visitor.key)
        limit = BODY if path.startswith("/_stcore/upload_file/") else FORM
        if int(HTTPConnection(scope).headers.get("content-length") or 0) > limit:
            return await self.refuse(inner, receive, send, "内容太大，没有接收。", 413)
        taken = 0

        async def heard() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > limit else message

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer = MutableHeaders(raw=list(message["headers"]))
                if is_file or "cache-control" not in answer:
                    answer["Cache-Control"] = "private, no-store"
                message = {**message, "headers": answer.raw}
            await send(message)

        try:
            await self.app(inner, heard, told)
        except ClientDisconnect:
            if taken <= limit:
                raise

    async def watched(
        self, scope: Scope, receive: Receive, send: Send, visitor: Visitor, store: Store
    ) -> None:
        """A websocket lives as long as its sign-in: looked at with every message, and every few seconds."""
        ended = asyncio.Event()

        async def is_over() -> bool:
            return await run_sync(accounts.visitor_of, store, visitor.key) is None

        async def end() -> None:
            if not ended.is_set():
                ended.set()
                await send({"type": "websocket.close", "code": SIGN_IN_ENDED, "reason": ""})

        async def heard() -> Message:
            waiting = asyncio.ensure_future(ended.wait())
            coming = asyncio.ensure_future(receive())
            done, _ = await asyncio.wait({waiting, coming}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if coming not in done:
                coming.cancel()
                return {"type": "websocket.disconnect", "code": SIGN_IN_ENDED}
            message = coming.result()
            if message["type"] == "websocket.receive" and await is_over():
                await end()
                return {"type": "websocket.disconnect", "code": SIGN_IN_ENDED}
            return message

        async def told(message: Message) -> None:
            if ended.is_set():
                return
            if message["type"] == "websocket.send" and message.get("bytes"):
                self.given.note(visitor.account, message["bytes"])
            await send(message)

        async def look() -> None:
            while not ended.is_set():
                await asyncio.sleep(LOOK_EVERY)
                if await is_over():
                    await end()

        looking = asyncio.create_task(look())
        asking.set(visitor.account)
        try:
            await self.app(scope, heard, told)
        finally:
            looking.cancel()

    # ---- the gate's own pages ------------------------------------------------------------------------

    async def own_page(self, scope: Scope, receive: Receive, send: Send, store: Store) -> None:
        """Sign in, sign out, change the password; a form of more than 8 KB is none of ours."""
        request = Request(scope, receive)
        if scope["path"] in provider.PATHS:
            answer = await provider.answer(request, store, self.signed_in)
            return await answer(scope, receive, send)
        if request.method not in ("GET", "HEAD", "POST"):
            return await self.refuse(scope, receive, send, "不支持这种请求。", 405)
        body = bytearray()
        if request.method == "POST":
            async for part in request.stream():
                body.extend(part)
                if len(body) > FORM:
                    return await self.refuse(scope, receive, send, "内容太大，没有接收。", 413)
        scope["county.form"] = {
            k: v[0] for k, v in parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True).items()
        }
        answer = await run_sync(self.pages[scope["path"]], request, store)
        return await answer(scope, receive, send)

    def signed_in(self, request: Request, token: str, target: str) -> Response:
        """To the page that was asked for, with the cookie. A fresh token each time: an old one is worth nothing."""
        answer = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
        answer.set_cookie(
            COOKIE,
            token,
            max_age=int(accounts.ABSOLUTE.total_seconds()),
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    def sign_in(self, request: Request, store: Store) -> Response:
        """The form, and what it sends."""
        vouching = settings.provider()
        more = {"provider": vouching.name if vouching else "", "is_demo": store.is_demo()}
        if request.method != "POST":
            target = safe_next(request.query_params.get("next"))
            known = accounts.visitor(store, request.cookies.get(COOKIE), _address(request.scope))
            if known is not None:
                return RedirectResponse(target, 303)
            return signin.sign_in(target, **more)  # type: ignore[arg-type]
        form = request.scope["county.form"]
        target, name = safe_next(form.get("next")), form.get("name", "")[:40]
        try:
            token = accounts.sign_in(store, name, form.get("password", ""), _address(request.scope))
        except Refused as error:
            status = 429 if isinstance(error, Throttled) else 401
            return signin.sign_in(target, name, str(error), status, **more)  # type: ignore[arg-type]
        return self.signed_in(request, token, target)

    def sign_out(self, request: Request, store: Store) -> Response:
        """Ends the account's sign-ins everywhere. A link to it does nothing: it takes a form of our own."""
        known = accounts.visitor(store, request.cookies.get(COOKIE), _address(request.scope))
        if request.method == "POST" and known is not None:
            accounts.sign_out(store, known)
        elif request.method != "POST":
            return RedirectResponse("/", 303)
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
        return answer

    def change_password(self, request: Request, store: Store) -> Response:
        """One's own password; signs in anew, so that every other device has to."""
        known = accounts.visitor(store, request.cookies.get(COOKIE), _address(request.scope))
        if known is None:
            return RedirectResponse("/login", 303)
        if request.method != "POST":
            return signin.change_password(known.account, known.must_change)
        form = request.scope["county.form"]
        old, new = form.get("old", ""), form.get("new", "")
        try:
            if new != form.get("again", ""):
                raise Refused("两次输入的新密码不同。")
            accounts.change_password(store, known, old, new)
            token = accounts.sign_in(store, known.account, new, known.address)
        except Refused as error:
            status = 429 if isinstance(error, Throttled) else 400
            return signin.change_password(known.account, known.must_change, str(error), status)
        return self.signed_in(request, token, "/")


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _wants_page(scope: Scope) -> bool:
    """Whether a browser asks for a page to show, not a script for a file."""
    if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD", "POST"):
        return False
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")
