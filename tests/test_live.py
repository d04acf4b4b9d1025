"""An import shows on every open page by itself, and a page that is presented is left alone."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import in_process
import pytest
from google.protobuf.text_format import MessageToString
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import Store

COUNTY = place_tree().county.code
WAIT = 20  # seconds; it comes within two, but this machine may be busy


@contextlib.contextmanager
def window(client, query=""):
    """An open page; gives a function that waits for its next run and tells what it said."""

    def run() -> str:
        received = []
        while True:
            forward = ForwardMsg()
            forward.ParseFromString(opened.receive_bytes())
            received.append(MessageToString(forward, as_utf8=True))
            if forward.WhichOneof("type") == "script_finished":
                return "".join(received)

    socket = client.websocket_connect("ws://127.0.0.1/_stcore/stream", subprotocols=["streamlit"])
    with socket as opened, ThreadPoolExecutor(1) as thread:
        message = BackMsg()
        message.rerun_script.query_string = query
        opened.send_bytes(message.SerializeToString())
        run()
        yield lambda: thread.submit(run).result(WAIT)


@pytest.fixture
def client(own_store):
    from pages.pieces import live
    from pages.pieces import store as process

    live._shown.clear()  # other tests of this process have run pages too
    process.open_store.cache_clear()
    with in_process.dashboard() as opened:
        yield opened
    process.open_store.cache_clear()


def test_an_import_shows_on_open_pages_with_their_filters_and_a_presented_page_is_left_alone(
    client, own_store
):
    from pages.pieces import live

    store = Store.open(own_store)
    (august,) = [b.id for b in store.batches() if b.ledger == "monitored" and b.as_of == date(2022, 8, 31)]
    with window(client):
        (presented,) = live._shown
        assert live._shown[presented] == (COUNTY, store.version())
        live._shown.pop(presented)  # what its page does by live.leave_alone()
        with window(client, "zone=3") as next_run:
            store.withdraw(august, COUNTINGS, by="测试")
            said = next_run()
            assert "三战区" in said
            assert "六个战区" not in said
            assert "7月31日" in said
            assert presented not in live._shown  # has not run again
            assert live.run_again("nobody has this open") is False
    store.engine.dispose()
