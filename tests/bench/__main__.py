"""`make bench`: measures all rows of the table, prints them as ratios and writes them to a file.

python -m tests.bench [--counties 1000] [--province URL] [--county URL] [--only filters …] [--out bench.json]
"""

import argparse
import importlib
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from tests.bench import ROOT, Stage

MODULES = ("filters", "browser", "acceptance", "size", "imports", "reports")


def main() -> int:
    """0 when every row keeps its bound."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--counties", type=int, default=1000)
    words.add_argument("--province", help="a scaled store that is there already")
    words.add_argument("--county", help="a demo store that is there already")
    words.add_argument("--books", type=Path, help="a folder of demo workbooks that is there already")
    words.add_argument("--only", nargs="+", choices=MODULES, default=MODULES)
    words.add_argument("--out", type=Path, default=ROOT / "data" / "bench.json")
    asked = words.parse_args()
    if asked.counties < 2:
        words.error("--counties 至少是2：要比的是多县的库。")
    with tempfile.TemporaryDirectory(prefix="county-bench-") as name:
        stage = Stage(
            Path(name), asked.counties, books=asked.books, county=asked.county, province=asked.province
        )
        found = {}
        for module in asked.only:
            print(f"—— {module}", flush=True)
            rows = importlib.import_module(f"tests.bench.{module}").measure(stage)
            found |= rows
            for what, row in rows.items():
                bound = "" if row.bound is None else f"　上限{row.bound:g}{'' if row.holds else '　超出'}"
                print(f"{what}：{row.value:.2f}{row.unit}{bound}　{row.detail}", flush=True)
    lines = {what: {**asdict(row), "holds": row.holds} for what, row in found.items()}
    asked.out.write_text(
        json.dumps({"at": time.strftime("%Y-%m-%d %H:%M"), "rows": lines}, ensure_ascii=False, indent=1)
    )
    return 0 if all(row.holds for row in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
