"""Streamlit's browser files as the county gets them: in Chinese, compressed, under an address of their own.

Streamlit serves them in English, uncompressed, and for a year under names that do not change with our
translations. So each file is read once, translated (translations.toml), compressed and kept in memory,
and index.html points at `/static/<edition>/…`, an address that changes when the files do.
"""

import gzip
import hashlib
import mimetypes
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HERE = Path(__file__).parent
TRANSLATIONS = HERE / "translations.toml"
FAVICON = HERE / "favicon.png"
FOREVER = "public, immutable, max-age=31536000"
NOT_PAGES = ("/_stcore/", "/media/", "/component/", "/app/static/")
CHANGING = {
    b"if-none-match",
    b"if-modified-since",
    b"range",
    b"accept-encoding",
}  # would change the start page
WIDTH_COOKIE = "county_width"  # pixels; a map cannot be drawn to fit without it
SAY_WIDTH = (
    "<script>(say=>{say();addEventListener('resize',say)})"
    f"(()=>{{document.cookie='{WIDTH_COOKIE}='+innerWidth+';path=/;SameSite=Lax'}})</script>"
)
SQUEEZED = {".js", ".css", ".html", ".json", ".svg", ".wasm", ".ttf"}  # woff2 and pictures are already small


class Mismatch(Exception):
    """A translation that does not fit the installed Streamlit."""


@dataclass(frozen=True)
class Translation:
    """One text of the bundle, how often it stands there, and what is served instead."""

    file: str
    text: str
    served: str
    times: int = 1


def translations(path: Path = TRANSLATIONS) -> list[Translation]:
    """The table, one entry a line."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Translation(file, text, *([served] if isinstance(served, str) else served))
        for file, entries in table.items()
        for text, served in entries.items()
    ]


def static_folder() -> Path:
    """Where the installed Streamlit keeps its browser files."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("streamlit")
    return Path(spec.origin).parent / "static"


@dataclass(frozen=True)
class Asset:
    """One file, ready to send."""

    body: bytes
    is_gzipped: bool
    media_type: str
    etag: str


def packed(body: bytes, suffix: str) -> Asset:
    """A file ready to send, compressed where that helps."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    is_gzipped = suffix in SQUEEZED
    return Asset(
        gzip.compress(body, 9, mtime=0) if is_gzipped else body, is_gzipped, media_type(suffix), etag
    )


def answer(asset: Asset, scope: Scope, lifetime: str) -> Response:
    """A file, as this browser takes it."""
    asked = Headers(scope=scope)
    headers = {"Cache-Control": lifetime, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if asset.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = asset.media_type
    body = asset.body
    if asset.is_gzipped and "gzip" in asked.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
    elif asset.is_gzipped:
        body = gzip.decompress(body)
    return Response(body, headers=headers)


class Bundle:
    """Streamlit's static folder, translated. `early` are addresses of scripts that every page will ask for: the
    browser fetches them beside Streamlit's own instead of after them."""

    def __init__(self, folder: Path, table: list[Translation], early: Iterable[str] = ()) -> None:
        self.folder = folder.resolve()
        self.table = table
        self.early = "".join(f'<link rel="modulepreload" href="{address}">' for address in early)
        self.original_index = (folder / "index.html").read_bytes()
        # Every other file's name holds its hash and stands in index.html or a file named there, so the
        # start page and our own table say which edition this is.
        marks = self.original_index + SAY_WIDTH.encode() + repr(table).encode() + FAVICON.read_bytes()
        self.edition = hashlib.sha256(marks).hexdigest()[:12]
        self.asset = cache(self._asset)

    def text(self, name: str, *, strict: bool = False) -> str:
        """A text file of the bundle in Chinese. Strict: every entry must stand there as often as it says."""
        text = (self.folder / name).read_text(encoding="utf-8")
        for entry in self.table:
            if not fnmatch(name, entry.file):
                continue
            if strict and (found := text.count(entry.text)) != entry.times:
                raise Mismatch(f"{entry.file}: {entry.text!r} stands {found} times, not {entry.times}")
            text = text.replace(entry.text, entry.served)
        return text

    def index(self) -> str:
        """The start page: Chinese, our edition, without the English notes for programs and an unused font; it says
        how wide its window is."""
        text = self.text("index.html").replace("./static/", f"./static/{self.edition}/")
        text = text.replace("<head>", f"<head>{SAY_WIDTH}{self.early}", 1)
        text = cut(text, '<link\n      rel="preload"', "/>")
        text = cut(text, '<link rel="service-desc"', "/>")
        return cut(text, "<p>\n        Reading this without a browser?", "</noscript>", keep_end=True)

    def has(self, name: str) -> bool:
        """Whether the bundle has such a file, and it lies inside the folder."""
        if "\0" in name:
            return False
        path = (self.folder / name).resolve()
        return path.is_relative_to(self.folder) and path.is_file()

    def _asset(self, name: str) -> Asset:
        suffix = PurePosixPath(name).suffix
        if name == "index.html":
            body = self.index().encode()
        elif any(fnmatch(name, entry.file) for entry in self.table):
            body = self.text(name).encode()
        elif name == "favicon.png":
            body = FAVICON.read_bytes()
        else:
            body = (self.folder / name).read_bytes()
        return packed(body, suffix)


def media_type(suffix: str) -> str:
    """By our own list first: a Windows registry may call .js text/plain, and no script would run."""
    known = {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".wasm": "application/wasm",
    }
    known |= {".html": "text/html; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
    return known.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")


def cut(text: str, start: str, end: str, *, keep_end: bool = False) -> str:
    """The text without what lies from start to end; unchanged when start does not stand there."""
    before, found, rest = text.partition(start)
    if not found:
        return text
    _, found, after = rest.partition(end)
    return before + (found + after if keep_end else after)


class ServeBundle:
    """Answers for the bundle's files, and swaps the start page wherever Streamlit answers with it."""

    def __init__(self, app: ASGIApp, bundle: Bundle) -> None:
        self.app = app
        self.bundle = bundle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Files from memory, the start page swapped; everything else as Streamlit has it."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or path.startswith(NOT_PAGES):
            return await self.app(scope, receive, send)
        if not (path.startswith("/static/") or path == "/favicon.png"):
            return await self.page(scope, receive, send)
        edition = f"/static/{self.bundle.edition}/"
        if path.startswith(edition):
            name, lifetime = "static/" + path.removeprefix(edition), FOREVER
        else:  # an address without the edition is not kept: the next edition has the same one
            name, lifetime = path.removeprefix("/"), "no-cache"
        if not self.bundle.has(name):  # also a page opened before an update: never the start page as a script
            return await PlainTextResponse("没有这个文件。", 404)(scope, receive, send)
        file = await run_sync(self.bundle.asset, name)
        return await answer(file, scope, lifetime)(scope, receive, send)

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streamlit answers any other address with its start page: ours goes out in its place."""
        plain = [(key, value) for key, value in scope["headers"] if key not in CHANGING]
        inner = {**scope, "headers": plain, "extensions": {}}
        original, held, start = self.bundle.original_index, bytearray(), None

        async def sent(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and self.is_index(message):
                start = message
                return
            if start is None:
                await send(message)
                return
            held.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            if held and held != original:
                await send(start)
                await send({"type": "http.response.body", "body": bytes(held)})
                return
            index = answer(await run_sync(self.bundle.asset, "index.html"), scope, "no-cache")
            cookies = [(key, value) for key, value in start["headers"] if key == b"set-cookie"]
            index.raw_headers.extend(cookies)
            await index(scope, receive, send)

        await self.app(inner, receive, sent)

    def is_index(self, start: Message) -> bool:
        """Whether an answer's head is that of Streamlit's start page."""
        headers = Headers(raw=start["headers"])
        return (
            start["status"] == 200
            and headers.get("content-type", "").startswith("text/html")
            and headers.get("content-length") == str(len(self.bundle.original_index))
        )


class ServeFiles:
    """Answers for files of our own, `files` by their names under `address`, which changes when they do."""

    def __init__(self, app: ASGIApp, address: str, files: Mapping[str, bytes]) -> None:
        self.app = app
        self.files = {
            address + name: packed(body, PurePosixPath(name).suffix) for name, body in files.items()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Files from memory; everything else as whoever stands behind has it."""
        file = self.files.get(scope.get("path", "")) if scope["type"] == "http" else None
        if file is None or scope["method"] not in ("GET", "HEAD"):
            return await self.app(scope, receive, send)
        return await answer(file, scope, FOREVER)(scope, receive, send)
