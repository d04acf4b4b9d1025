"""A browser: a first visit to the finished page, its bytes as served, and a changed filter until all is drawn."""

import importlib.util
import time
from statistics import median

from playwright.sync_api import sync_playwright

from tests.bench import ROOT, Row, Stage
from tests.bench.client import serving
from tests.bench.filters import WARM

ROUNDS = 5
ZONES = ("一战区", "二战区", "三战区", "四战区", "五战区", "六战区")
DRAWN = 1500  # milliseconds after a click, when all is drawn for certain
CLOCK = """() => {
    addEventListener('pointerdown', () => { window.clicked = performance.now(); }, true);
    new MutationObserver(() => { window.drawn = performance.now(); }).observe(document.body, {
        subtree: true, childList: true, characterData: true, attributes: true,
    });
}"""


def _harness():
    spec = importlib.util.spec_from_file_location("harness", ROOT / "tests" / "browser" / "conftest.py")
    harness = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(harness)
    return harness


def _changes(page) -> tuple[list[float], list[float]]:
    """Milliseconds from a click on each war zone to the page's last stroke: the first time, and once more."""
    page.evaluate(CLOCK)
    rounds: tuple[list[float], list[float]] = ([], [])
    for found in rounds:
        for zone in ZONES:
            page.get_by_text(zone, exact=True).first.click()
            page.wait_for_timeout(DRAWN)
            found.append(page.evaluate("drawn - clicked"))
    return rounds


def measure(stage: Stage) -> dict[str, Row]:
    """Fresh windows on the dashboard and on the precomputed page, in turns; fresh servers for the filters, since only
    then is a first time the first."""
    harness = _harness()
    times: dict[str, list[float]] = {"ours": [], "ready": []}
    first: dict[str, list[float]] = {"ours": [], "ready": []}
    again: dict[str, list[float]] = {"ours": [], "ready": []}
    received: list[int] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=harness.CHROMIUM, args=harness.QUIET)
        with (
            serving("dashboard.py", stage.county) as ours,
            serving("tests/bench/precomputed_app.py", stage.county) as ready,
        ):
            for turn in range(ROUNDS + 1):
                for name, server in (("ours", ours), ("ready", ready)):
                    with harness.window(browser) as (page, record):
                        started = time.perf_counter()
                        page.goto(server.url)
                        page.wait_for_function(harness.FINISHED, timeout=60_000)
                        if turn:  # the first visit of all warms the server up
                            times[name].append(time.perf_counter() - started)
                        harness.settle(page)
                        if name == "ours":
                            received.append(sum(record.received.values()))
        for _ in range(3):
            with (
                serving("dashboard.py", stage.county) as ours,
                serving("tests/bench/precomputed_app.py", stage.county) as ready,
            ):
                for name, server in (("ours", ours), ("ready", ready)):
                    with harness.window(browser) as (page, _):
                        page.goto(server.url)
                        harness.settle(page)
                        server.settle(WARM)
                        once, more = _changes(page)
                        first[name] += once
                        again[name] += more
        browser.close()

    def ratio(found: dict[str, list[float]], bound: float, unit: str, digits: int) -> Row:
        one, other = median(found["ours"]), median(found["ready"])
        return Row(one / other, bound, detail=f"{one:.{digits}f} / {other:.{digits}f} {unit}")

    return {
        "浏览器首次打开总览 / 预先算好": ratio(times, 1.3, "秒", 2),
        "浏览器里换战区到画完，首次 / 预先算好": ratio(first, 1.0, "毫秒", 0),
        "浏览器里换战区到画完，再次 / 预先算好": ratio(again, 1.0, "毫秒", 0),
        "首次打开总览的字节": Row(median(received) / 1e6, 3, "MB", "自己的图件，上限由4降为3"),
    }
