"""The store of this process."""

import streamlit as st

from core import settings
from core.store import Store, StoreError


@st.cache_resource(show_spinner=False)
def open_store(url: str) -> Store:
    """The store at an address, opened once a process."""
    return Store.open(url)


def store() -> Store:
    """The store of this process."""
    return open_store(settings.store_url())


def refuse_without_store() -> None:
    """Says what to do where there is no store yet, or one that this version cannot open; then stops."""
    try:
        store()
    except StoreError as error:
        st.error(str(error))
        st.stop()
