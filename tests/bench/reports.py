"""What the county's materials cost: the whole pack (without PDF), and one bulletin, each from a fresh process.

`python -m tests.bench.reports` prints it as JSON. The bounds of the issue are 10 seconds and 1.
"""

import json
import os
import subprocess
import sys
import time
from datetime import date
from typing import Any

PACK_BOUND, BULLETIN_BOUND = 10.0, 1.0


def once(kind: str) -> tuple[float, int]:
    """(seconds, bytes) of one kind for the county at the newest date, with nothing made before."""
    from core import settings
    from core.places import place_tree
    from core.reports.catalogue import BY_KEY, make
    from core.scope import Scope
    from core.store import Store
    from core.views.briefing import Briefing

    store, tree = Store.open(settings.store_url()), place_tree()
    on = store.latest_day() or date.today()
    began = time.perf_counter()
    snapshot = store.snapshot(Scope(frozenset({tree.county.code}), because="bench"), on)
    made = make(BY_KEY[kind], Briefing(snapshot, tree), tree.county_area())
    return time.perf_counter() - began, len(made.content)


def measure(store: str | None = None) -> dict[str, Any]:
    """Seconds and sizes; `store` is the address of a store with data (else the setting's)."""
    found: dict[str, Any] = {}
    for kind, bound in (("pack", PACK_BOUND), ("bulletin", BULLETIN_BOUND)):
        command = [sys.executable, "-m", "tests.bench.reports", kind]
        environment = {**os.environ, **({"COUNTY_STORE": store} if store else {})}
        said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
        seconds, size = json.loads(said)
        found |= {f"{kind}_seconds": round(seconds, 2), f"{kind}_bytes": size, f"{kind}_bound": bound}
    return found


if __name__ == "__main__":
    print(json.dumps(once(sys.argv[1]) if len(sys.argv) > 1 else measure()))
