"""`make fuzz`: two thousand spoiled workbooks. Prints the seed of each that fails, and writes data/fuzz.json."""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.trial import Failed, Trial, forking, originals_of

ROOT = Path(__file__).parents[2]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--inputs", type=int, default=2000)
    words.add_argument("--seed", type=int, help="try this one alone, and leave it in /tmp")
    words.add_argument("--start", type=int, default=random.randrange(10**8))
    asked = words.parse_args()
    real = ROOT.parent / "shared" / "real-tables"
    with tempfile.TemporaryDirectory(prefix="county-fuzz-") as name:
        folder = Path(name)
        os.environ["COUNTY_ORIGINALS"] = str(folder / "originals")
        books = folder / "books"
        subprocess.run(
            [sys.executable, "-m", "core", "demo", "--out", books],
            cwd=ROOT,
            check=True,
            stderr=subprocess.DEVNULL,
        )
        trial = Trial(originals_of(books, real if real.is_dir() else None), folder)
        seeds = [asked.seed] if asked.seed is not None else range(asked.start, asked.start + asked.inputs)
        failed: list[int] = []
        begun = time.monotonic()
        with forking() as said:
            for seed in seeds:
                try:
                    trial.one(seed, said)
                except Failed as failure:
                    failed.append(seed)
                    print(failure, flush=True)
        tried = trial.tried
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(
        f"{len(seeds)}份，{time.monotonic() - begun:.0f}秒，失败{len(failed)}份；最慢{tried.slowest:.1f}秒（seed {tried.slowest_seed}），读表进程最多{memory}MB"
    )
    for end, number in tried.ends.most_common():
        print(f"  {end}：{number}")
    if asked.seed is None:
        told = {
            "inputs": len(seeds),
            "start": seeds[0],
            "failed": failed,
            "ends": dict(tried.ends),
            "slowest_seconds": round(tried.slowest, 2),
            "reader_peak_mb": memory,
        }
        (ROOT / "data" / "fuzz.json").write_text(
            json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
