"""What every answer tells the browser: run nothing but our own scripts, ask nobody but this server."""

import base64
import hashlib
import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


# What Streamlit 1.67's libraries write as <style> with text: react-aria's pressable layer. Another Streamlit may have
# others: the browser tests fail on what its policy refuses.
LIBRARY_STYLE = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='"
# The one style attribute that plotly writes as text when a chart is drawn anew in another size; no other is allowed.
LIBRARY_ATTRIBUTE = "'sha256-wkY2X5hecQzbhnFCqvTpwrUJ1f4X8LH5WFjYUzv1wmU='"


def digest(inline: str) -> str:
    """How a policy names an inline script or style that may run: 'sha256-…'."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"


def policy(index: str, styles: Iterable[str] = ()) -> str:
    """The content security policy: the start page's inline scripts and these styles by their hash, no others.

    Streamlit's style library (emotion) puts empty <style> elements into the page and fills them by script, which a
    policy does not forbid: so the empty style is one of them, and no unsafe-inline is needed.
    """
    scripts = re.findall(r"<script>(.*?)</script>", index, re.S)
    rules = {
        "default-src": "'self'",
        "script-src": " ".join(["'self'", *map(digest, scripts), "'wasm-unsafe-eval'"]),
        "style-src": " ".join(["'self'", *map(digest, ("", *styles)), LIBRARY_STYLE]),
        "style-src-attr": f"'unsafe-hashes' {LIBRARY_ATTRIBUTE}",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "frame-src": "'none'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "object-src": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class AddHeaders:
    """The same headers on every answer."""

    def __init__(self, app: ASGIApp, index: str, styles: Iterable[str] = ()) -> None:
        self.app = app
        self.headers = [
            (b"content-security-policy", policy(index, styles).encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"same-origin"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Websockets pass untouched."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        await self.app(scope, receive, sent if scope["type"] == "http" else send)


class KnownHosts:
    """Answers only under the names this server is known by, so that no foreign site can rename itself to us."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self.app = app
        self.names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An unknown name gets 400; a websocket is closed before it opens."""
        if scope["type"] in ("http", "websocket") and host_name(scope) not in self.names:
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1008})
            words = "看板没有登记这个网址的主机名，请管理员写进环境变量 COUNTY_HOSTS。"
            return await PlainTextResponse(words, 400)(scope, receive, send)
        return await self.app(scope, receive, send)


def host_name(scope: Scope) -> str:
    """The name in the address the visitor typed, without its port."""
    host = Headers(scope=scope).get("host", "").lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
