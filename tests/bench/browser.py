"""A first visit in a browser: time to the finished page, and bytes as served."""

import importlib.util
import time
from statistics import median

from playwright.sync_api import sync_playwright

from tests.bench import ROOT, Row, Stage
from tests.bench.client import serving

ROUNDS = 5


def _harness():
    spec = importlib.util.spec_from_file_location("harness", ROOT / "tests" / "browser" / "conftest.py")
    harness = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(harness)
    return harness


def measure(stage: Stage) -> dict[str, Row]:
    """Fresh windows on the dashboard and on the precomputed page, in turns."""
    harness = _harness()
    times: dict[str, list[float]] = {"ours": [], "ready": []}
    received: list[int] = []
    with (
        serving("dashboard.py", stage.county) as ours,
        serving("tests/bench/precomputed_app.py", stage.county) as ready,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=harness.CHROMIUM, args=harness.QUIET)
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
        browser.close()
    one, other = median(times["ours"]), median(times["ready"])
    return {
        "浏览器首次打开总览 / 预先算好": Row(one / other, 1.3, detail=f"{one:.2f} / {other:.2f} 秒"),
        "首次打开总览的字节": Row(median(received) / 1e6, 4, "MB"),
    }
