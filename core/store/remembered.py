"""What was read or worked out lately, kept for all visitors of a process."""

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")


P = ParamSpec("P")


REMEMBERED = 4096  # readings a process keeps: some 30 counties with their townships


class Remembered:
    """What was read lately, shared by all visitors of a process. Keys hold the version of the place that they speak
    of, so that nothing need be taken out when a batch comes in: what is old is asked for no more."""

    def __init__(self, most: int = REMEMBERED) -> None:
        self.most = most
        self._held: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._making: dict[tuple[Any, ...], Lock] = {}
        self._lock = Lock()

    def find(self, key: tuple[Any, ...]) -> Any:
        """What stands under a key, None when nothing does."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
            return self._held.get(key)

    def keep(self, key: tuple[Any, ...], value: Any) -> None:
        """Keeps a value, and lets go of the one asked for longest ago."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > self.most:
                self._held.popitem(last=False)

    def get(self, key: tuple[Any, ...], read: Callable[[], T]) -> T:
        """What stands under a key, else what `read` gives. Whoever asks while it is being made waits for it: fifty
        pages that show a new import would make it fifty times."""
        value: T | None = self.find(key)
        if value is None:
            with self._lock:
                making = self._making.setdefault(key, Lock())
            with making:
                value = self.find(key)
                if value is None:
                    value = read()
                    self.keep(key, value)
            with self._lock:
                self._making.pop(key, None)
        return value


def once_for_all(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keeps what a costly function gave for its last `most` arguments, as `Remembered` keeps it."""

    def kept(make: Callable[P, T]) -> Callable[P, T]:
        held = Remembered(most)

        @wraps(make)
        def get(*args: P.args, **more: P.kwargs) -> T:
            return held.get(args, lambda: make(*args, **more))

        return get

    return kept
