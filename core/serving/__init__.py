"""What stands between the browser and Streamlit: headers, the gate, Streamlit's files
in Chinese and compressed. Plain ASGI."""

from collections.abc import Iterable, Mapping

from starlette.middleware import Middleware

from core.serving.bundle import Bundle, ServeBundle, ServeFiles, static_folder, translations
from core.serving.errors import Sorry
from core.serving.gate import Gate
from core.serving.headers import THIS_MACHINE, AddHeaders, KnownHosts
from core.serving.signin import STYLE


def middleware(
    hosts: Iterable[str] = (),
    styles: Iterable[str] = (),
    address: str = "",
    files: Mapping[str, bytes] | None = None,
) -> list[Middleware]:
    """For st.App: outermost first. `hosts` are the names, besides this machine's own, that the server answers to;
    `styles` are the texts of the <style> elements that pages bring along, beside the gate's own; `files` are scripts
    and styles of the pages' own, by their names under `address`."""
    files = files or {}
    bundle = Bundle(
        static_folder(), translations(), early=[address + name for name in files if name.endswith(".js")]
    )
    names = frozenset((*THIS_MACHINE, *(host.strip().lower() for host in hosts)))
    return [
        Middleware(AddHeaders, index=bundle.index(), styles=(STYLE, *styles)),
        Middleware(KnownHosts, names=names),
        Middleware(Sorry),
        Middleware(Gate),
        Middleware(ServeFiles, address=address, files=files),
        Middleware(ServeBundle, bundle=bundle),
    ]
