"""A server of its own, and pages on it as a browser opens them: a websocket, and filters that change."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from tests.bench import ROOT

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    port: int
    pid: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of both cores that the process has used."""
        with open(f"/proc/{self.pid}/stat") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / TICKS

    def settle(self, quiet: float = 1.0, most: float = 120.0) -> None:
        """Waits until the process has used nearly no processor for a while: what it makes ready beside is done."""
        until = time.monotonic() + most
        while time.monotonic() < until:
            before = self.cpu()
            time.sleep(quiet)
            if self.cpu() - before <= 0.02 * quiet:
                return
        raise TimeoutError("the server does not come to rest")

    def megabytes(self) -> float:
        with open(f"/proc/{self.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


@contextlib.contextmanager
def serving(script: str, store: str):
    """`streamlit run script` on a store, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / script), "--server.port", str(port)]
    environment = {**os.environ, "COUNTY_STORE": store, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2)
                break
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Page:
    """An open page. `widgets` are the filters by key, as the last run sent them."""

    socket: object
    widgets: dict[str, object] = field(default_factory=dict)
    states: dict[str, object] = field(default_factory=dict)
    query: str = ""
    elements: list[tuple[tuple[int, ...], str]] = field(
        default_factory=list
    )  # of the last run: where, and what

    async def run(self) -> float:
        """One run with the filters as they are; seconds until the last word of the answer."""
        message = BackMsg()
        message.rerun_script.query_string = self.query
        for widget, value in self.states.items():
            state = message.rerun_script.widget_states.widgets.add(id=widget)
            if isinstance(value, list):
                state.string_array_value.data.extend(value)
            else:
                state.string_value = value
        self.elements.clear()
        started = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        while True:
            forward = ForwardMsg()
            forward.ParseFromString(await self.socket.recv())
            kind = forward.WhichOneof("type")
            if kind == "delta":
                change = getattr(forward.delta, forward.delta.WhichOneof("type"))
                self.elements.append(
                    (tuple(forward.metadata.delta_path), change.WhichOneof("type") or "container")
                )
            if kind == "delta" and forward.delta.WhichOneof("type") == "new_element":
                element = forward.delta.new_element
                name = element.WhichOneof("type")
                if name == "exception" or (name == "alert" and element.alert.format == element.alert.ERROR):
                    raise RuntimeError(f"a page with an error would be measured: {element}")
                if name in ("selectbox", "button_group"):
                    widget = getattr(element, name)
                    self.widgets[widget.label or name] = widget
                    if name == "selectbox" and (widget.set_value or widget.id not in self.states):
                        start = widget.options[widget.default] if widget.options else ""
                        self.states[widget.id] = widget.raw_value or start
            if kind == "page_info_changed":  # a browser writes it into its address, and sends that
                self.query = forward.page_info_changed.query_string
            if kind == "script_finished":
                return time.perf_counter() - started

    async def choose(self, label: str, value: str) -> float:
        """Changes the filter of this label to an option; seconds to the finished page."""
        widget = self.widgets[label]
        self.states[widget.id] = [value] if hasattr(widget, "selection_visualization") else value
        return await self.run()


@contextlib.asynccontextmanager
async def opened(server: Server, query: str = ""):
    """A page, after its first run."""
    address = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    async with connect(
        address, subprotocols=["streamlit"], max_size=None, compression=None, origin=server.url
    ) as it:
        page = Page(it, query=query)
        await page.run()
        yield page


def all_at_once(coroutine):
    return asyncio.run(coroutine)
