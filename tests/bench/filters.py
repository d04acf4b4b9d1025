"""Filter changes on the server, one page at a time and fifty at once, against the precomputed page."""

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date
from statistics import mean, median, quantiles

from sqlmodel import col

from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.tables.regions import Region
from pages.pieces.warming import PAUSE, made_ready
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
]
UNTIMED = "二郎庙镇"  # for looking at the elements
DAYS = ("7月31日", "6月30日", "5月31日", "4月30日", "3月15日")
PEOPLE, SECONDS, EVERY = 50, 20, 2.0
ALONE = 0.3  # seconds between two changes of one page alone: in so short a time its p95 is that of sixty, not of ten
WARM = 2 * PAUSE + 1.0  # quiet for so long: nothing more is being made ready
CHARTS = {"bidi_component": "a chart", "plotly_chart": "a chart"}  # ours, and Streamlit's own
OURS, READY = "dashboard.py", "tests/bench/precomputed_app.py"


Times = dict[str, list[float]]


Place = tuple[Server, str]  # and the place's address on it


async def _changes(places: Sequence[Place], label: str, values: list[str]) -> list[Times]:
    """For each {first, again, cpu}: seconds of each change to a value that nobody has asked for yet, and once
    more; seconds of processor a first change. The servers take turns at every change, so that a noisy machine troubles
    each alike. What a process makes ready by itself (the county's forecasts on its other data dates) is done by then.
    """
    for server, _ in places:
        server.settle()
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(opened(server, query)) for server, query in places]
        found: list[Times] = [{"first": [], "again": [], "cpu": []} for _ in places]
        for kind, chosen in (("first", values), ("", values[:1]), ("again", values[1:] + values[:1])):
            for value in chosen:
                for (server, _), page, times in zip(places, pages, found, strict=True):
                    cpu = server.cpu()
                    seconds = await page.choose(label, value)
                    if kind:
                        times[kind].append(seconds)
                    if kind == "first":
                        times["cpu"].append(server.cpu() - cpu)
        return found


def _another_county(stage: Stage) -> str:
    """The code of a county of the big store that is not the demo county itself."""
    store = Store.open(stage.province)
    *_, last = store.regions(col(Region.copy_of) != "")
    store.engine.dispose()
    return last.code


def _unready_day(store_url: str) -> float:
    """Seconds of processor for what a county's pages share on a data date, where nobody made it ready."""
    store, county, spent = Store.open(store_url), place_tree().county.code, []
    snapshot = store.snapshot(Scope(frozenset({county})), date(2022, 12, 31))
    for day in reversed(snapshot.days("monitored", 0, county)):
        began = time.process_time()
        made_ready(store, county, day)
        spent.append(time.process_time() - began)
    store.engine.dispose()
    return median(spent[1:])


async def _elements(server: Server) -> list[tuple[tuple[int, ...], str]]:
    async with opened(server) as page:
        await page.choose("乡镇", UNTIMED)
        return sorted((at, CHARTS.get(kind, kind)) for at, kind in page.elements)


async def _crowd(server: Server, people: int, every: float) -> tuple[list[float], float]:
    """Latencies of so many open pages that each change a filter every so many seconds, and megabytes a page."""
    async with AsyncExitStack() as stack:
        before = server.megabytes()
        pages = [await stack.enter_async_context(opened(server)) for _ in range(people)]
        found: list[float] = []
        until = time.monotonic() + SECONDS

        async def reader(page, rng: random.Random) -> None:
            await asyncio.sleep(rng.random() * every)
            while time.monotonic() < until:
                started = time.monotonic()
                found.append(await page.choose("乡镇", rng.choice(TOWNSHIPS)))
                await asyncio.sleep(max(0.0, every - (time.monotonic() - started)))

        await asyncio.gather(*(reader(page, random.Random(n)) for n, page in enumerate(pages)))
        return found, (server.megabytes() - before) / people


def measure(stage: Stage) -> dict[str, Row]:
    """All rows about filter changes."""
    rows: dict[str, Row] = {}
    times: dict[str, Times] = {}

    def note(names: Sequence[str], found: list[Times]) -> None:
        for name, kinds in zip(names, found, strict=True):
            for kind, values in kinds.items():
                times.setdefault(name, {}).setdefault(kind, []).extend(values)

    days = [f"数据截至2022年{day}" for day in DAYS]
    for _ in range(3):  # a fresh process each time: only then is a first time the first
        with (
            serving(OURS, stage.county) as ours,
            serving(READY, stage.county) as ready,
            serving(OURS, stage.province) as big,
        ):
            for server in (ours, big):
                server.settle(WARM)
            mine, its = asyncio.run(_elements(ours)), asyncio.run(_elements(ready))
            assert mine == its, f"the precomputed page has other elements: {set(mine) ^ set(its)}"
            asyncio.run(_changes([(ready, "")], "乡镇", TOWNSHIPS))  # everything ready in memory
            turns = [(ours, ""), (ready, ""), (big, f"place={_another_county(stage)}")]
            note(["county", "ready", "one of many"], asyncio.run(_changes(turns, "乡镇", TOWNSHIPS)))
            note(
                ["county days", "province days"],
                asyncio.run(_changes([(ours, ""), (big, "")], "数据截至", days)),
            )

    def middle(name: str, kind: str) -> float:
        return median(times[name][kind])

    def ratio(what: str, top: str, bottom: str, kind: str, bound: float) -> None:
        words = f"{middle(top, kind) * 1e3:.1f} / {middle(bottom, kind) * 1e3:.1f} ms"
        rows[what] = Row(middle(top, kind) / middle(bottom, kind), bound, detail=words)

    ratio("筛选到完成，县，首次 / 预先算好", "county", "ready", "first", 1.9)
    ratio("筛选到完成，县，再次 / 预先算好", "county", "ready", "again", 1.3)
    ratio("换数据日期（看板启动后自己备好），县，首次 / 预先算好", "county days", "ready", "first", 1.9)
    rows["没有备好时，算出一个数据日期的CPU"] = Row(
        _unready_day(stage.county), None, "秒", "备好之前有人先选了它"
    )
    ratio(f"换数据日期，{stage.counties}县的省，首次 / 一个县", "province days", "county days", "first", 1.3)
    ratio(f"筛选到完成，{stage.counties}县中的一个，首次 / 一个县", "one of many", "county", "first", 1.3)
    rows["每次筛选的CPU，首次"] = Row(
        13 * mean(times["county"]["cpu"]) / mean(times["ready"]["cpu"]), 25,
        "毫秒（折合预先算好为13毫秒的机器）",
        f"{mean(times['county']['cpu']) * 1e3:.1f} / {mean(times['ready']['cpu']) * 1e3:.1f} ms",
    )  # fmt: skip
    with serving(OURS, stage.county) as server:
        server.settle(WARM)
        asyncio.run(_changes([(server, "")], "乡镇", TOWNSHIPS))
        rounds = []
        for _ in range(3):  # the machine may be slower for a while, and a queue feels that more than one page
            alone, _ = asyncio.run(_crowd(server, 1, ALONE))
            many, megabytes = asyncio.run(_crowd(server, PEOPLE, EVERY))
            one, all_ = (quantiles(found, n=20)[-1] for found in (alone, many))
            rounds.append((all_ / one, one, all_, megabytes))
    times_as_long, one, all_, _ = sorted(rounds)[1]
    rows[f"{PEOPLE}页各每{EVERY:g}秒筛选一次，p95 / 一页的p95"] = Row(
        times_as_long, 3, detail=f"{all_ * 1e3:.0f} / {one * 1e3:.0f} ms"
    )
    rows["每页内存"] = Row(max(megabytes for *_, megabytes in rounds), 2, "MB")
    return rows
