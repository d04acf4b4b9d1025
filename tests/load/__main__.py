"""`make load`: 200 sessions, an hour's worth of actions each, on one process. Prints what held, writes data/load.json."""

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from core import demo_store
from tests.load import PAGES, ROOT, Seen, Server, an_hour

BOUND_MB = 600  # beyond what the process has after every page was seen once


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--sessions", type=int, default=200)
    words.add_argument(
        "--actions", type=int, default=20, help="an hour of one person: a change every three minutes"
    )
    words.add_argument("--store", type=Path, help="a demo store that is there already")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="county-load-") as name:
        folder = Path(name)
        if asked.store:
            shutil.copy(asked.store, folder / "demo.db")
        else:
            demo_store.make(f"sqlite:///{folder / 'demo.db'}", lambda said: print(said, file=sys.stderr))
        with Server(f"sqlite:///{folder / 'demo.db'}", folder / "server.log") as server:
            an_hour(server, 2, 60, lambda _seen: None)
            warm, memory = server.megabytes(), []

            def watch(seen: Seen) -> None:
                if seen.runs % 200 == 0:
                    memory.append(round(server.megabytes()))
                    print(f"{seen.runs}次，{memory[-1]}MB，失败{seen.failed}", flush=True)

            begun = time.monotonic()
            seen = an_hour(server, asked.sessions, asked.actions, watch)
            took, peak = time.monotonic() - begun, max(memory or [server.megabytes()])
        said = (folder / "server.log").read_text(encoding="utf-8")
    tenths = statistics.quantiles(seen.seconds, n=20)
    grown = peak - warm
    held = (
        len(seen.titles) == len(PAGES)
        and seen.failed == seen.dropped == 0
        and "Traceback" not in said
        and grown < BOUND_MB
    )
    print(
        f"{asked.sessions}个会话同时开着，各{asked.actions}次操作，共{seen.runs}次，{took:.0f}秒；失败{seen.failed}次；"
        f"一次中位{statistics.median(seen.seconds):.2f}秒，95%在{tenths[-1]:.2f}秒内；"
        f"内存{warm:.0f}MB→{peak:.0f}MB（限增{BOUND_MB}MB，每会话{grown / asked.sessions:.1f}MB）"
    )
    print(f"打开过{len(seen.titles)}种页面。")
    for words_seen in sorted(seen.words):
        print(words_seen)
    if "Traceback" in said:
        print(said[-3000:])
    told = {
        "sessions": asked.sessions, "runs": seen.runs, "failed": seen.failed, "seconds": round(took, 1),
        "median": round(statistics.median(seen.seconds), 3), "p95": round(tenths[-1], 3),
        "megabytes_before": round(warm), "megabytes_peak": round(peak), "bound": BOUND_MB,
    }  # fmt: skip
    (ROOT / "data" / "load.json").write_text(
        json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
