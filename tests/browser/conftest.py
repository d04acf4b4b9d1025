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
import time
import urllib.request
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests import commands

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
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

# Words that are cut: by an element that hides what does not fit, or by the edge of a chart.
CUT = r"""() => {
    const found = [];
    const main = document.querySelector('[data-testid=stMain]') || document.body;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const parent = node.parentElement;
        const skip = 'script,style,noscript,canvas,[data-testid=stIconMaterial],[data-testid=stFileUploaderDropzoneInstructions]';  // ours says the kinds of file too
        if (!node.textContent.trim() || !parent || parent.closest(skip)) continue;
        if (!parent.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        const range = document.createRange(); range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        for (let e = parent; e && e !== document.documentElement; e = e.parentElement) {
            const edge = e.getBoundingClientRect(), style = getComputedStyle(e);
            if (e.localName === 'svg' ? !e.parentElement.closest('svg') : ['hidden', 'clip'].includes(style.overflowX)) {
                if (edge.width <= 1 || edge.height <= 1) break;  // for screen readers
                if (box.left < edge.left - 2 || box.right > edge.right + 2) { found.push(node.textContent.trim()); break; }
            }
            if (['auto', 'scroll'].includes(style.overflowX) && e.scrollWidth > e.clientWidth) break;  // can be scrolled to
        }
    }
    return [found, main.scrollWidth - main.clientWidth];
}"""
# Charts and maps whose picture has no name for a screen reader, or one that says nothing.
SILENT = r"""() => [...document.querySelectorAll('[data-testid=stPlotlyChart],[data-testid=stDeckGlJsonChart]')].filter(e => {
    const named = [e, ...e.querySelectorAll('[role=img],[role=application],[aria-label]')];
    const said = named.map(n => n.getAttribute('aria-label') || '').sort((a, b) => b.length - a.length)[0];
    return (said.match(/[\u4e00-\u9fff]/g) || []).length < 4;
}).map(e => e.outerHTML.slice(0, 200))"""
# What can be operated, and is reached by Tab or by the arrows of its group.
OPERABLE = r"""() => {
    window.reached = new Set();
    addEventListener('focusin', event => { reached.add(event.target); }, true);
}"""
UNREACHED = r"""() => {
    const can = 'a[href],button,input,select,textarea,summary,[role=button],[role=link],[role=tab],[role=radio],[role=checkbox],[role=combobox],[role=switch],canvas[data-testid=data-grid-canvas]';
    const groups = '[role=radiogroup],[role=tablist],[role=toolbar],[role=menu],[role=listbox],[role=grid],[data-testid=stButtonGroup]';
    return [...document.querySelectorAll(can)].filter(e => {
        const seen = e.type === 'radio' || e.type === 'checkbox' ? e.closest('label') || e : e;
        if (e.disabled || e.closest('[aria-disabled=true],[inert],[aria-hidden=true]')) return false;
        if (!seen.checkVisibility({visibilityProperty: true, opacityProperty: true})) return false;
        const group = e.closest(groups);
        return ![...reached].some(r => r === e || r.contains(e) && r !== document.body || e.contains(r) || group && group.contains(r));
    }).map(e => e.outerHTML.slice(0, 200));
}"""
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")

ENGLISH_MONTH = re.compile(
    r"\b(Jan(uary)?|Feb(ruary)?|Mar(ch)?|Apr(il)?|May|June?|July?|Aug(ust)?|Sept?(ember)?|Oct(ober)?"
    r"|Nov(ember)?|Dec(ember)?)\b"
)


ERRORS = "[data-testid=stException], [data-testid=stAlertContentError]"
OFFICE_WORDS = {"DOCX", "PPTX", "PDF", "ZIP", "Word", "WPS", "PowerPoint", "LibreOffice", "SHA"}


@dataclass
class Server:
    url: str
    log: Path


@contextlib.contextmanager
def running_server(script: Path, log: Path, port: int = 0, refusal: str = "", **environment: str):
    """`python -m streamlit run script` on a free port or this one, as the README has it; the log must end without a
    traceback, but for those that end in `refusal`: so Streamlit writes down what it refused."""
    if not port:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    process = commands.serve(script, port, log, **environment)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            except OSError:
                if process.exitcode is not None or time.monotonic() > until:
                    raise RuntimeError(
                        f"the server did not start:\n{log.read_text(encoding='utf-8')}"
                    ) from None
                time.sleep(0.1)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.terminate()
        process.join(10)
        if process.exitcode is None:
            process.kill()
            process.join()
    said = log.read_text(encoding="utf-8")
    assert said.count("Traceback") == (said.count(refusal) if refusal else 0), said


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
        pytest.fail("no chromium here: apt-get install chromium-headless-shell, or set CHROMIUM to a Chrome")
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


RECORDS: dict[Page, Record] = {}
RESTING: dict[BrowserContext, list[Page]] = {}  # tabs between two tests: their scripts are compiled already
READER = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@contextlib.contextmanager
def window(browser, size=(1920, 1080), theme="light", shared: BrowserContext | None = None):
    """A window of a Chinese reader in China, and the record of what it does: one that has never been anywhere, or a
    tab of a browser that has been here before."""
    context = shared or browser.new_context(**READER)
    resting = RESTING.setdefault(context, []) if shared else []
    page = resting.pop() if resting else context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    record = RECORDS[page] = Record()

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

    heard = {
        "request": lambda request: asked(request.url),
        "requestfinished": answered,
        "websocket": lambda opened: asked(opened.url),
        "console": said,
        "pageerror": lambda error: record.complaints.append(str(error)),
    }
    for event, hear in heard.items():
        page.on(event, hear)
    try:
        yield page, record
    finally:
        RECORDS.pop(page)
        for event, hear in heard.items():
            page.remove_listener(event, hear)
        if not shared:
            context.close()
        elif _rests(page):
            resting.append(page)
        else:
            page.close()


def _rests(page: Page) -> bool:
    """Leaves what is shown for a bare address of the same server; False where that is gone."""
    address = urlsplit(page.url)
    try:
        page.evaluate("sessionStorage.clear()")
        page.goto(f"{address.scheme}://{address.netloc}/_stcore/health", timeout=3000)
    except PlaywrightError:
        return False
    return True


@pytest.fixture
def open_window(browser):
    """open_window(size) -> (page, record) in a with block: for what is not a Streamlit page, or a first visit."""
    return partial(window, browser)


@pytest.fixture(scope="session")
def reader(browser):
    """A browser that keeps what it has fetched, as a reader's does."""
    context = browser.new_context(**READER)
    yield context
    context.close()


@pytest.fixture
def visit(browser, reader):
    """visit(url) -> Page: opens it in a window of its own and waits until Streamlit has finished."""
    reader.clear_cookies()
    with contextlib.ExitStack() as windows:

        def open_url(url: str, size=(1920, 1080), theme="light") -> Page:
            page, _ = windows.enter_context(window(browser, size, theme, reader))
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
        return RECORDS[page]

    def opens_well(self, page: Page) -> None:
        """Whatever the page, size and theme: no error, no request outside, no complaint, no English month."""
        assert page.locator(ERRORS).count() == 0, page.locator(ERRORS).all_inner_texts()
        self.no_outside_requests(page)
        self.no_complaints(page)
        self.no_english_months(page)
        assert page.evaluate("document.documentElement.lang") == "zh-CN"

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
    def readable_across(page: Page) -> None:
        """Nothing is wider than the screen, and no word is cut, once the charts have taken their new width."""
        until, (cut, wider) = time.monotonic() + 5, page.evaluate(CUT)
        while (cut or wider > 1) and time.monotonic() < until:
            page.wait_for_timeout(100)
            cut, wider = page.evaluate(CUT)
        assert wider <= 1, f"the page is {wider} pixels wider than the screen"
        assert cut == [], cut

    @staticmethod
    def charts_speak(page: Page) -> None:
        """Every chart and map says its message to a screen reader."""
        assert page.evaluate(SILENT) == []

    @staticmethod
    def axe_finds_nothing(page: Page) -> None:
        """All of axe's rules, on everything that is shown."""
        page.evaluate(AXE)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        said = [(v["id"], n["html"][:300], n["failureSummary"]) for v in found for n in v["nodes"]]
        assert said == [], "\n".join(map(str, said))

    @staticmethod
    def keyboard_reaches_everything(page: Page, most: int = 300) -> None:
        """Tab goes through the whole page and comes out again, past everything that can be operated."""
        page.evaluate(OPERABLE)
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                break
        else:
            raise AssertionError(
                f"Tab does not come out of {page.evaluate('document.activeElement.outerHTML')[:300]}"
            )
        assert page.evaluate(UNREACHED) == []

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
