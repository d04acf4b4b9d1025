"""What the county's materials cost: the whole pack (without PDF), and one bulletin, each from a fresh process.

`python -m tests.bench.reports [--store URL]` measures them alone. The bounds are the issue's: 10 seconds and 1.
"""

import argparse
import json
import os
import subprocess
import sys
import time

from tests.bench import ROOT, Row, Stage

BOUNDS = {"pack": 10.0, "bulletin": 1.0}


def once(kind: str) -> tuple[float, float, int]:
    """(seconds, of them on the processor, bytes) of one kind for the county at the newest date, with nothing made before."""
    from core import settings
    from core.places import place_tree
    from core.reports.catalogue import BY_KEY, make
    from core.scope import Scope
    from core.store import Store
    from core.views.briefing import Briefing

    store, tree = Store.open(settings.store_url()), place_tree()
    on = store.latest_day(tree.county.code)
    assert on, "the store holds no data"
    began, busy = time.perf_counter(), time.process_time()
    snapshot = store.snapshot(Scope(frozenset({tree.county.code}), because="bench"), on)
    made = make(BY_KEY[kind], Briefing(snapshot, tree), tree.county_area())
    return time.perf_counter() - began, time.process_time() - busy, len(made.content)


def measure(stage: Stage) -> dict[str, Row]:
    """Seconds of the county's pack and of one bulletin."""
    return seconds(stage.county)


def seconds(store: str) -> dict[str, Row]:
    """The same for a store's address."""
    found = {}
    for kind, bound in BOUNDS.items():
        command = [sys.executable, "-m", "tests.bench.reports", "--once", kind]
        said = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "COUNTY_STORE": store}, check=True, capture_output=True, text=True
        ).stdout  # fmt: skip
        took, busy, size = json.loads(said)
        found[f"材料：{kind}"] = Row(took, bound, "秒", f"其中处理器{busy:.2f}秒，{size / 1e6:.1f} MB")
    return found


def main() -> None:
    """Prints both, or one run of one kind as JSON for `seconds`."""
    from core import settings

    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--store", default=settings.store_url())
    words.add_argument("--once", choices=BOUNDS)
    asked = words.parse_args()
    if asked.once:
        print(json.dumps(once(asked.once)))
        return
    for what, row in seconds(asked.store).items():
        print(f"{what}：{row.value:.2f}秒　上限{row.bound:g}{'' if row.holds else '　超出'}　{row.detail}")


if __name__ == "__main__":
    main()
