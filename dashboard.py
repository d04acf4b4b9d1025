"""Starts the dashboard: `python -m streamlit run dashboard.py`, `python dashboard.py` or `uvicorn dashboard:app`.

The script itself is pages/shell/shell.py. It must not stand beside pages/: Streamlit would then answer
a first visit to a page's address by running that page's file alone, without the shell.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import streamlit as st

from core import logs, recounting, settings
from core.accounts import has_accounts
from core.meeting.document import stylesheet
from core.meeting.routes import routes
from core.places import place_tree
from core.serving import health, middleware
from core.serving.errors import told
from core.serving.gate import may_start
from core.store import Store, StoreError
from pages.pieces import chart, live, visitor

SHELL = Path(__file__).parent / "pages" / "shell" / "shell.py"


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def listening() -> tuple[str, int]:
    """The address and port: uvicorn's --host and --port where uvicorn was the command, else Streamlit's settings."""
    command = click.get_current_context(silent=True)
    asked = command.params if command else {}
    address = asked.get("host") or st.get_option("server.address") or "0.0.0.0"
    return address, asked.get("port") or st.get_option("server.port")


def open_for_readers() -> None:
    """Ends the program where the store or the address asks for accounts and there are none; else brings the store's
    tallies up to this program."""
    address, _ = listening()
    try:
        store = Store.open(settings.store_url())
        said = may_start(address, store.is_demo(), has_accounts(store), settings.hosts())
        if not said:
            recounting.bring_up_to_date(store, _say, by="看板")
        store.engine.dispose()
    except StoreError as error:
        said = may_start(address, True, False, settings.hosts()) and str(error)
    if said:
        _say(said)
        sys.exit(1)


@asynccontextmanager
async def warm(_app: st.App) -> AsyncIterator[None]:
    """Load what every page needs before the first visitor asks for it: modules, charts' parts, the county's tallies."""
    from pages.pieces import warming

    warming.draw_first_page()
    warming.set_aside()
    warming.beside([place_tree().county.code])
    _say("看板的地址：http://{}:{}　（停下按 Ctrl+C）".format(*listening()))
    async with live.watching(warming.beside):
        yield


def say_sorry(error: Exception) -> bool:
    """What a reader sees of an error: a sentence and a number, under which the log has the rest."""
    st.error(told(error))
    return True


logs.set_up(logs.DASHBOARD)
open_for_readers()
app = st.App(
    SHELL,
    lifespan=warm,
    routes=[*routes, health.route()],
    middleware=middleware(settings.hosts(), (stylesheet(), visitor.STYLE), chart.ADDRESS, chart.FILES),
    on_script_error=say_sorry,
)

if __name__ == "__main__":
    app.run()
