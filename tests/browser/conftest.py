"""A real server and a real browser that can reach nothing else.

def test_a_page(open_page, check):
    page = open_page("/projects", size=(1920, 1080), theme="light")
    check.no_outside_requests(page)
    check.no_english_months(page)
    assert check.visible_english(page) == []
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
]
QUIET += ["--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader"]
QUIET += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

FINISHED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    const busy = '[data-testid=stSkeleton],[data-testid=stAppSkeleton],[data-testid=stSpinner],[data-stale=true]';
    const drawn = [...document.querySelectorAll('[data-testid=stPlotlyChart]')].every(e => e.querySelector('.main-svg'));
    return !!app && app.dataset.testScriptState === 'notRunning' && app.dataset.testConnectionState === 'CONNECTED'
        && drawn && !document.querySelector(busy);
}"""

# What a reader can read: text on the page and in pictures, tables drawn on a canvas, tooltips, placeholders.
TEXTS = r"""() => {
    const found = [];
    const skip = 'script,style,noscript,[data-testid=stIconMaterial],.material-icons,canvas,[hidden]';
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        if (!parent || parent.closest(skip) || !parent.checkVisibility({visibilityProperty: true})) continue;
        found.push(node.textContent);
    }
    for (const cell of document.querySelectorAll('canvas th, canvas td')) found.push(cell.textContent);
    for (const name of ['title', 'aria-label', 'placeholder', 'alt', 'data-title'])
        for (const element of document.querySelectorAll(`[${name}]`))
            if (element.checkVisibility()) found.push(element.getAttribute(name));
    found.push(document.title);
    return [...new Set(found.map(text => text.trim()).filter(text => text))];
}"""

ENGLISH_MONTH = re.compile(
    r"\b(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?"
    r"|Nov(ember)?|Dec(ember)?)\b"
)


OFFICE_WORDS = {"DOCX", "PPTX", "PDF", "ZIP", "Word", "WPS", "PowerPoint", "LibreOffice", "SHA"}


@dataclass
class Server:
    url: str
    log: Path


@contextlib.contextmanager
def running_server(script: Path, log: Path, port: int = 0, **environment: str):
    """`python -m streamlit run script` on a free port or this one, as the README has it; the log must end without a
    traceback."""
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}
        )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(
                        f"the server did not start:\n{log.read_text(encoding='utf-8')}"
                    ) from None
                time.sleep(0.1)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said, said


@pytest.fixture(scope="session")
def serving():
    """For tests that start and stop a server of their own."""
    return running_server


@pytest.fixture(scope="session")
def server(demo_store, tmp_path_factory):
    """The dashboard on the demo store."""
    store = str(demo_store)
    url = store if "://" in store else f"sqlite:///{store}"
    with running_server(
        ROOT / "dashboard.py", tmp_path_factory.mktemp("server") / "log.txt", COUNTY_STORE=url
    ) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        pytest.fail("no chromium here: apt-get install chromium, or set CHROMIUM to a Chrome")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@dataclass
class Record:
    """What a browser window asked for and complained of."""

    outside: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)  # console errors, violations of the policy among them
    received: dict[str, int] = field(default_factory=dict)  # bytes on the wire by address


RECORDS: dict[BrowserContext, Record] = {}


@contextlib.contextmanager
def window(browser, size=(1920, 1080), theme="light"):
    """A fresh window of a Chinese reader in China, and the record of what it does."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme=theme,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        reduced_motion="reduce",
    )
    record = RECORDS[context] = Record()

    def asked(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("data", "blob", "about") and parts.hostname != "127.0.0.1":
            record.outside.append(address)

    def answered(request) -> None:
        with contextlib.suppress(Exception):  # the window may be closing
            sizes = request.sizes()
            record.received[request.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def said(message) -> None:
        probe = "/_stcore/" in message.location.get(
            "url", ""
        )  # at /projects it asks for /projects/_stcore/… first
        if message.type == "error" and not (probe and "404" in message.text):
            record.complaints.append(message.text)

    context.on("request", lambda request: asked(request.url))
    context.on("requestfinished", answered)
    page = context.new_page()
    page.on("websocket", lambda opened: asked(opened.url))
    page.on("console", said)
    page.on("pageerror", lambda error: record.complaints.append(str(error)))
    try:
        yield page, record
    finally:
        context.close()
        RECORDS.pop(context)


@pytest.fixture
def open_window(browser):
    """open_window(size) -> (page, record) in a with block: for what is not a Streamlit page."""
    return partial(window, browser)


@pytest.fixture
def visit(browser):
    """visit(url) -> Page: opens it in a fresh window and waits until Streamlit has finished."""
    with contextlib.ExitStack() as windows:

        def open_url(url: str, size=(1920, 1080), theme="light") -> Page:
            page, _ = windows.enter_context(window(browser, size, theme))
            page.goto(url)
            return settle(page)

        yield open_url


@pytest.fixture
def open_page(server, visit):
    """open_page("/projects?zone=6", size=(1920, 1080), theme="dark") -> Page."""
    return lambda path="/", size=(1920, 1080), theme="light": visit(server.url + path, size, theme)


def settle(page: Page, quiet: float = 0.6, timeout: float = 60) -> Page:
    """Wait until the run is over and everything is drawn, and stays so for a moment."""
    until, since = time.monotonic() + timeout, None
    while True:
        now = time.monotonic()
        if not page.evaluate(FINISHED):
            since = None
        elif since is None:
            since = now
        elif now - since >= quiet:
            return page
        assert now < until, f"{page.url} did not finish: {page.inner_text('body')[:500]}"
        page.wait_for_timeout(100)


class Checks:
    """What every page must pass."""

    settle = staticmethod(settle)

    @staticmethod
    def record(page: Page) -> Record:
        return RECORDS[page.context]

    def no_outside_requests(self, page: Page) -> None:
        assert self.record(page).outside == []

    def no_complaints(self, page: Page) -> None:
        """Nothing in the browser's console: no script error, no violation of the content security policy."""
        assert self.record(page).complaints == []

    @staticmethod
    def texts(page: Page) -> list[str]:
        return page.evaluate(TEXTS)

    def no_english_months(self, page: Page) -> None:
        assert [text for text in self.texts(page) if ENGLISH_MONTH.search(text)] == []

    def visible_english(self, page: Page, *also: str) -> list[str]:
        """Texts with a Latin word of three letters or more, but for names of file kinds and keys, and what is named."""
        allowed = {"CSV", "XLSX", "XLS", "Excel", "Home", "End", "Tab", *OFFICE_WORDS, *also}
        return [
            text
            for text in self.texts(page)
            if any(word not in allowed for word in re.findall(r"[A-Za-z]{3,}", text))
        ]

    @staticmethod
    def fits(page: Page) -> None:
        """The page needs no scrolling."""
        size = page.evaluate(
            "() => { const m = document.querySelector('[data-testid=stMain]'); return [m.scrollHeight, m.clientHeight] }"
        )
        assert size[0] <= size[1], f"the page is {size[0]} high, the window {size[1]}"


@pytest.fixture
def check() -> Checks:
    return Checks()
