"""What stands between the browser and Streamlit: headers, Streamlit's files in Chinese, compressed. Plain ASGI."""

from collections.abc import Iterable

from starlette.middleware import Middleware

from core.serving.bundle import Bundle, ServeBundle, static_folder, translations
from core.serving.headers import AddHeaders, KnownHosts

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


def middleware(hosts: Iterable[str] = ()) -> list[Middleware]:
    """For st.App: outermost first. `hosts` are the names, besides this machine's own, that the server answers to."""
    bundle = Bundle(static_folder(), translations())
    names = frozenset((*THIS_MACHINE, *(host.strip().lower() for host in hosts)))
    return [
        Middleware(AddHeaders, index=bundle.index()),
        Middleware(KnownHosts, names=names),
        Middleware(ServeBundle, bundle=bundle),
    ]
