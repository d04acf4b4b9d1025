"""The store of this process."""

from functools import cache

import streamlit as st

from core import realm, settings
from core.places import Place
from core.store import Store, StoreError


@cache
def open_store(url: str) -> Store:
    """The store at an address, opened once a process."""
    return Store.open(url)


def store() -> Store:
    """The store of this process."""
    return open_store(settings.store_url())


def upper() -> Place | None:
    """The province or city of a store that holds more than one county; None of any other."""
    return realm.root(store())


def refuse_without_store() -> None:
    """Says what to do where there is no store yet, or one that this version cannot open; then stops."""
    try:
        store()
    except StoreError as error:
        st.error(str(error))
        st.stop()
