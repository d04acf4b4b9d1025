"""Visitors on one server process: each a websocket as a browser's, each run a change of filter or page.

Nothing is drawn here; what the server does is what it does for a browser.
"""

import asyncio
import contextlib
import os
import random
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

ROOT = Path(__file__).parents[2]
PAGES = ("", "monitoring", "risk", "projects", "funds", "pilot-zones", "work-plan", "war-zones", "township", "quality", "definitions", "imports")  # fmt: skip
PLACES = ("", "zone=1", "zone=3", "zone=6", "town=411322107", "as_of=2022-06-30")
NUMBERED = re.compile(r"错误号 \d{6}")


def _on_its_own_thread(coroutine: Coroutine[None, None, None]) -> None:
    """On a thread of its own: where browser tests ran before, this thread has playwright's loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, coroutine).result()


class Server:
    """`streamlit run dashboard.py` on a store, until the block ends."""

    def __init__(self, store: str, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.store, self.log = store, log

    def __enter__(self) -> "Server":
        environment = {**os.environ, "COUNTY_STORE": self.store, "COUNTY_LOGS": str(self.log.parent / "logs")}
        command = [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(self.port)]
        with self.log.open("w", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=environment
            )
        until = time.monotonic() + 60
        while True:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2)
                return self
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(self.log.read_text(encoding="utf-8"))
            time.sleep(0.1)

    def __exit__(self, *_error: object) -> None:
        self.process.terminate()
        self.process.wait(30)

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


@dataclass
class Seen:
    """What the visitors met."""

    runs: int = 0
    failed: int = 0
    dropped: int = 0
    seconds: list[float] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)


async def _run(server: Server, opened, page: str, query: str, seen: Seen) -> None:
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_name = page
    begun = time.perf_counter()
    await opened.send(message.SerializeToString())
    failed = False
    titles: set[str] = set()
    while True:
        forward = ForwardMsg()
        forward.ParseFromString(await asyncio.wait_for(opened.recv(), 120))
        kind = forward.WhichOneof("type")
        if kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
            element = forward.delta.new_element
            if element.WhichOneof("type") == "exception":
                failed = True
                seen.words.add(element.exception.message[:200])
            elif element.WhichOneof("type") == "alert" and (
                NUMBERED.search(element.alert.body) or "数据库" in element.alert.body
            ):
                failed = True
                seen.words.add(NUMBERED.sub("错误号", element.alert.body))
        if forward.WhichOneof("type") == "page_config_changed":
            titles.add(forward.page_config_changed.title)
        if kind == "script_finished" and forward.script_finished in (
            ForwardMsg.FINISHED_SUCCESSFULLY,
            ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
        ):
            break
    seen.runs += 1
    seen.titles |= titles
    seen.failed += failed
    seen.seconds.append(time.perf_counter() - begun)


@contextlib.asynccontextmanager
async def _session(server: Server):
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    async with connect(
        address,
        subprotocols=["streamlit"],
        max_size=None,
        compression=None,
        origin=server.url,
        ping_timeout=None,
        open_timeout=60,
    ) as opened:
        yield opened


def asked_at_once(
    server: Server, visitors: int, seconds: float, meanwhile: Callable[[], object] | None = None
) -> Seen:
    """Visitors who go from page to page without a pause; one who is cut off comes back, as a browser does."""
    seen = Seen()
    until = time.monotonic() + seconds
    working = threading.Thread(target=meanwhile) if meanwhile else None

    async def visitor(number: int) -> None:
        chance = random.Random(number)
        while time.monotonic() < until or (working and working.is_alive()):
            try:
                async with _session(server) as opened:
                    while time.monotonic() < until or (working and working.is_alive()):
                        await _run(server, opened, chance.choice(PAGES), chance.choice(PLACES), seen)
            except OSError as cut:
                seen.dropped += 1
                seen.words.add(type(cut).__name__)
                await asyncio.sleep(0.2)
            except Exception as cut:  # the websocket library's own
                seen.dropped += 1
                seen.words.add(type(cut).__name__)
                await asyncio.sleep(0.2)

    async def everybody() -> None:
        await asyncio.gather(*(visitor(number) for number in range(visitors)))

    if working:
        working.start()
    _on_its_own_thread(everybody())
    if working:
        working.join()
    return seen


def an_hour(server: Server, visitors: int, actions: int, watch: Callable[[Seen], None]) -> Seen:
    """All sessions open from the beginning to the end; each does its hour's actions, one at a time, as fast as it is
    answered, at most `AT_ONCE` of them at the same moment: people of one hour do not all click in the same second."""
    seen = Seen()

    async def everybody() -> None:
        gate = asyncio.Semaphore(AT_ONCE)

        async def visitor(number: int) -> None:
            chance = random.Random(number)
            page = ""
            async with _session(server) as opened:
                for turn in range(actions):
                    async with gate:
                        page = chance.choice(PAGES) if turn % 3 == 0 else page
                        await _run(server, opened, page, chance.choice(PLACES), seen)
                    watch(seen)
                waiting.release()
                await finished.wait()  # stays open while the others go on

        waiting, finished = asyncio.Semaphore(0), asyncio.Event()

        async def close_when_all_are_done() -> None:
            for _ in range(visitors):
                await waiting.acquire()
            finished.set()

        await asyncio.gather(close_when_all_are_done(), *(visitor(number) for number in range(visitors)))

    _on_its_own_thread(everybody())
    return seen


AT_ONCE = 12
