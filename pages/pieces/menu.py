"""The pages of the menu by their files. Streamlit looks a file up on the disk for every page and every link of a run;
here that is done once a process."""

from copy import copy
from functools import cache
from pathlib import Path
from typing import Literal

import streamlit as st

FOLDER = Path(__file__).parent.parent
_made: dict[str, st.Page] = {}  # by file, as the menu has it; which address it is, is all a link needs


@cache
def _page(
    file: str, title: str, address: str, default: bool, visibility: Literal["visible", "hidden"]
) -> st.Page:
    _made[file] = made = st.Page(
        FOLDER / file, title=title, url_path=address, default=default, visibility=visibility
    )
    return made


def page(file: str, title: str, address: str, *, default: bool, is_shown: bool) -> st.Page:
    """A page of the menu by its file under pages/. A copy: st.navigation marks the one that a run may open."""
    return copy(_page(file, title, address, default, "visible" if is_shown else "hidden"))


def to(file: str) -> st.Page:
    """The page of a file, for st.page_link and st.switch_page."""
    return _made[file]
