"""Filter changes on the server, one page at a time and fifty at once, against the precomputed page."""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from statistics import median, quantiles

from tests.bench import Row, Stage
from tests.bench.client import Server, opened, serving

TOWNSHIPS = [
    "独树镇",
    "博望镇",
    "拐河镇",
    "小史店镇",
    "赵河镇",
    "广阳镇",
    "杨楼镇",
    "券桥镇",
    "清河镇",
    "四里店镇",
    "古庄店镇",
    "杨集镇",
    "柳河镇",
    "二郎庙镇",
]
DAYS = ("7月31日", "6月30日", "5月31日", "4月30日", "3月15日")
PEOPLE, SECONDS, EVERY = 50, 30, 2.0
OURS, READY = "dashboard.py", "tests/bench/precomputed_app.py"


async def _changes(server: Server, label: str, values: list[str], query: str = "") -> dict[str, list[float]]:
    """{first, again, cpu}: seconds of each change to a value that nobody has asked for yet, and once more."""
    async with opened(server, query) as page:
        cpu = server.cpu()
        first = [await page.choose(label, value) for value in values]
        spent = (server.cpu() - cpu) / len(values)
        await page.choose(label, values[0])
        again = [await page.choose(label, value) for value in values[1:] + values[:1]]
        return {"first": first, "again": again, "cpu": [spent]}


async def _crowd(server: Server, people: int) -> tuple[list[float], float]:
    """Latencies of so many open pages that each change a filter every two seconds, and megabytes a page."""
    async with AsyncExitStack() as stack:
        before = server.megabytes()
        pages = [await stack.enter_async_context(opened(server)) for _ in range(people)]
        found: list[float] = []
        until = time.monotonic() + SECONDS

        async def reader(page, rng: random.Random) -> None:
            await asyncio.sleep(rng.random() * EVERY)
            while time.monotonic() < until:
                started = time.monotonic()
                found.append(await page.choose("乡镇", rng.choice(TOWNSHIPS)))
                await asyncio.sleep(max(0.0, EVERY - (time.monotonic() - started)))

        await asyncio.gather(*(reader(page, random.Random(n)) for n, page in enumerate(pages)))
        return found, (server.megabytes() - before) / people


def measure(stage: Stage) -> dict[str, Row]:
    """All rows about filter changes. The servers take turns, so that a noisy machine troubles each alike."""
    rows: dict[str, Row] = {}
    times: dict[str, dict[str, list[float]]] = {}

    def note(name: str, found: dict[str, list[float]]) -> None:
        for kind, values in found.items():
            times.setdefault(name, {}).setdefault(kind, []).extend(values)

    days = [f"数据截至2022年{day}" for day in DAYS]
    for _ in range(3):  # a fresh process each time: only then is a first time the first
        with serving(OURS, stage.county) as ours, serving(READY, stage.county) as ready:
            asyncio.run(_changes(ready, "乡镇", TOWNSHIPS))  # everything ready in memory
            note("county", asyncio.run(_changes(ours, "乡镇", TOWNSHIPS)))
            note("ready", asyncio.run(_changes(ready, "乡镇", TOWNSHIPS)))
            note("county days", asyncio.run(_changes(ours, "数据截至", days)))
        with serving(OURS, stage.province) as big:
            note("one of many", asyncio.run(_changes(big, "乡镇", TOWNSHIPS, "place=410101")))
            note("province days", asyncio.run(_changes(big, "数据截至", days)))

    def middle(name: str, kind: str) -> float:
        return median(times[name][kind])

    def ratio(what: str, top: str, bottom: str, kind: str, bound: float) -> None:
        words = f"{middle(top, kind) * 1e3:.1f} / {middle(bottom, kind) * 1e3:.1f} ms"
        rows[what] = Row(middle(top, kind) / middle(bottom, kind), bound, detail=words)

    ratio("筛选到完成，县，首次 / 预先算好", "county", "ready", "first", 1.9)
    ratio("筛选到完成，县，再次 / 预先算好", "county", "ready", "again", 1.3)
    ratio(f"筛选到完成，{stage.counties}县的省，首次 / 一个县", "province days", "county days", "first", 1.3)
    ratio(f"筛选到完成，{stage.counties}县中的一个，首次 / 一个县", "one of many", "county", "first", 1.3)
    rows["每次筛选的CPU，首次"] = Row(
        13 * middle("county", "cpu") / middle("ready", "cpu"), 25, "毫秒（折合预先算好为13毫秒的机器）",
        f"{middle('county', 'cpu') * 1e3:.1f} / {middle('ready', 'cpu') * 1e3:.1f} ms",
    )  # fmt: skip
    with serving(OURS, stage.county) as server:
        asyncio.run(_changes(server, "乡镇", TOWNSHIPS))
        alone, _ = asyncio.run(_crowd(server, 1))
        many, megabytes = asyncio.run(_crowd(server, PEOPLE))
    one, all_ = (quantiles(found, n=20)[-1] for found in (alone, many))
    rows[f"{PEOPLE}页各每{EVERY:g}秒筛选一次，p95 / 一页的p95"] = Row(
        all_ / one, 3, detail=f"{all_ * 1e3:.0f} / {one * 1e3:.0f} ms"
    )
    rows["每页内存"] = Row(megabytes, 2, "MB")
    return rows
