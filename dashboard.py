"""Starts the dashboard: `python -m streamlit run dashboard.py`, `python dashboard.py` or `uvicorn dashboard:app`.

The script itself is pages/shell/shell.py. It must not stand beside pages/: Streamlit would then answer
a first visit to a page's address by running that page's file alone, without the shell.
"""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from core.serving import middleware
from pages.pieces import live

SHELL = Path(__file__).parent / "pages" / "shell" / "shell.py"


@asynccontextmanager
async def warm(_app: st.App) -> AsyncIterator[None]:
    """Load what every page needs before the first visitor asks for it: modules, charts' parts, the county's tallies."""
    from pages.pieces import warming

    warming.draw_first_page()
    gc.collect()
    gc.freeze()  # Streamlit collects after every run; what is loaded now need not be looked at again
    async with live.watching():
        yield


def say_sorry(_error: Exception) -> bool:
    """What a reader sees of an error; the log has the rest."""
    st.error("这一页没有算出来，错误已记入日志。请刷新再试；如仍不行，请把页面地址和时间告诉管理员。")
    return True


app = st.App(
    SHELL,
    lifespan=warm,
    middleware=middleware(filter(None, os.environ.get("COUNTY_HOSTS", "").split(","))),
    on_script_error=say_sorry,
)

if __name__ == "__main__":
    app.run()
