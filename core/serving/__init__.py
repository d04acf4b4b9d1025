"""What stands between the browser and Streamlit: headers, the gate, Streamlit's files
in Chinese and compressed. Plain ASGI."""

from collections.abc import Iterable

from starlette.middleware import Middleware

from core.serving.bundle import Bundle, ServeBundle, static_folder, translations
from core.serving.errors import Sorry
from core.serving.gate import Gate
from core.serving.headers import THIS_MACHINE, AddHeaders, KnownHosts
from core.serving.signin import STYLE


def middleware(hosts: Iterable[str] = (), styles: Iterable[str] = ()) -> list[Middleware]:
    """For st.App: outermost first. `hosts` are the names, besides this machine's own, that the server answers to;
    `styles` are the texts of the <style> elements that pages bring along, beside the gate's own."""
    bundle = Bundle(static_folder(), translations())
    names = frozenset((*THIS_MACHINE, *(host.strip().lower() for host in hosts)))
    return [
        Middleware(AddHeaders, index=bundle.index(), styles=(STYLE, *styles)),
        Middleware(KnownHosts, names=names),
        Middleware(Sorry),
        Middleware(Gate),
        Middleware(ServeBundle, bundle=bundle),
    ]
