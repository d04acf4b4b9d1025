"""An import shows on every open page by itself, with the filters that the page has."""

import contextlib
from datetime import date

from google.protobuf.text_format import MessageToString
from load import Server
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from core.indicators import COUNTINGS
from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import read
from core.places import place_tree
from core.scope import Scope
from core.store import Store

TREE = place_tree()
WAIT = 30  # seconds; it comes within two, but this machine may be busy


@contextlib.contextmanager
def window(server, query=""):
    """An open page; gives a function that waits for its next run and tells what it said."""
    with connect(
        f"ws://127.0.0.1:{server.port}/_stcore/stream",
        subprotocols=["streamlit"],
        origin=server.url,
        max_size=None,
        compression=None,
    ) as opened:

        def run() -> str:
            received = []
            while True:
                forward = ForwardMsg()
                forward.ParseFromString(opened.recv(WAIT))
                received.append(MessageToString(forward, as_utf8=True))
                if forward.WhichOneof("type") == "script_finished":
                    return "".join(received)

        message = BackMsg()
        message.rerun_script.query_string = query
        opened.send(message.SerializeToString())
        run()
        yield run


def remaining(store, place):
    """What the store tells of the newest day: 1,468户."""
    on = date(2022, 8, 31)
    (area,) = TREE.areas(place, on)
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), on)
    return read(BY_KEY["monitored_households_remaining"], snapshot, area).text


def test_what_changes_in_the_store_shows_on_every_open_page_with_its_own_filter(own_store, tmp_path):
    store = Store.open(own_store)
    (august,) = [b.id for b in store.batches() if b.ledger == "monitored" and b.as_of == date(2022, 8, 31)]
    before = {place: remaining(store, place) for place in ("三战区", "方城县")}
    with (
        Server(own_store, tmp_path / "log.txt") as server,
        window(server) as county,
        window(server, "zone=3") as zone,
    ):
        store.withdraw(august, COUNTINGS, by="测试")
        said = {"三战区": zone(), "方城县": county()}
    for place, words in said.items():
        now = remaining(store, place)
        assert now != before[place]
        assert now in words
        assert all(other == now or other not in words for other in before.values())
    store.engine.dispose()
