"""Who is at the page, as the gate found out, what they may, and the menu under their name."""

import threading
import time
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

import streamlit as st

from core import accounts, journal
from core.accounts import DEMO, Visitor
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.serving.gate import asking
from pages.pieces.store import store, upper

_run = threading.local()  # Streamlit runs a script in a thread of its own
SIGNED_OUT = "登录已失效，请重新登录。"
SEEN = "_named_rows_seen"
TOUCH_AT = "_touch_at"

STYLE = """.who a,.who button{display:block;width:100%;margin-top:.5rem;padding:.4rem .75rem;border:1px solid;
border-radius:6px;background:transparent;color:inherit;font:inherit;text-align:center;text-decoration:none;cursor:pointer}"""
MENU = """<style>{style}</style><div class="who"><p>{who}</p><a href="/password" target="_self">修改密码</a>
<form method="post" action="/logout"><button>退出登录（各处同时退出）</button></form></div>"""


def visitor() -> Visitor:
    """Who this run is for, looked up anew: a sign-out holds at once. Stops the page where nobody is signed in."""
    key = st.user.get("sign_in")
    found = None
    if key == DEMO:
        if store().is_demo() and not accounts.has_accounts(store()):
            top = upper()
            found = accounts.demo_visitor(place_tree(), top.code if top else "")
    elif key:
        found = accounts.visitor_of(store(), str(key), st.context.ip_address or "")
    if found is None or found.must_change:
        st.error(SIGNED_OUT)
        st.html('<a href="/login" target="_self">重新登录</a>')
        st.stop()
    _run.visitor = found
    return found


def of_this_run() -> Visitor:
    """Who the shell found at the beginning of this run: a page asks a dozen times, a sign-in is looked up once."""
    found: Visitor | None = getattr(_run, "visitor", None)
    return found or visitor()


def scope() -> Scope:
    """What this visitor may see and do."""
    return of_this_run().scope


def touch() -> None:
    """Somebody did something: the idle clock starts anew; asked for once a minute, as often as it is set."""
    who, now = of_this_run(), time.monotonic()
    if not who.is_demo and now >= st.session_state.get(TOUCH_AT, now):
        accounts.touch(store(), who.key)
        st.session_state[TOUCH_AT] = now + accounts.SEEN_EVERY.total_seconds()


def menu() -> None:
    """Who am I, change the password, sign out; 演示模式 where nobody signs in."""
    who = of_this_run()
    if who.is_demo:
        st.badge("演示模式", color="orange", help="本机打开演示县，不用登录；建立账号后须登录。")
        return
    with st.popover(who.account, icon=":material/person:", width="content"):
        st.html(MENU.format(style=STYLE, who=f"{escape(who.account)}<br>{escape(who.title)}"))


def note(kind: str, places: Iterable[str] = (), detail: str = "") -> None:
    """Writes a line into the log in this visitor's name; `detail` holds nothing personal."""
    who = visitor()
    with store().writing() as connection:
        journal.note(connection, kind, who.signature, who.address, places, detail)


def only_mine(make: Callable[[], bytes]) -> Callable[[], bytes]:
    """The same file, for nobody but who is at the page now: Streamlit makes it, on a thread that knows no visitor, for
    whoever sends its number."""
    whose = visitor().account

    def made() -> bytes:
        if asking.get() != whose:
            raise OutOfScope("这个文件不是给您的。")
        return make()

    return made


def download(
    label: str,
    make: Callable[[], bytes],
    file_name: str,
    mime: str,
    places: Iterable[str],
    detail: str,
    **more: Any,
) -> None:
    """A download button whose file is made, and written into the log, on the click; none for who may take no file
    out."""
    who, into = visitor(), store()
    if not who.scope.may_export:
        return

    def made() -> bytes:
        with into.writing() as connection:
            journal.note(connection, "export", who.signature, who.address, places, detail)
        return make()

    st.download_button(label, only_mine(made), file_name, mime, on_click="ignore", **more)


def note_named_rows(places: Iterable[str], detail: str) -> None:
    """A look at named rows: once a session for the same rows, however often the page is drawn."""
    seen: set[str] = st.session_state.setdefault(SEEN, set())
    if detail not in seen:
        note("named_rows", places, detail)
        seen.add(detail)
