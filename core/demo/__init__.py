"""The invented county, written out as the workbooks that a county would upload. Everything in here is 演示数据."""

import csv
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.demo import households, milestones, money, projects, report


@dataclass(frozen=True)
class DemoFile:
    """One workbook of the demo county: its ledger, data date, and the day from which it counts as known."""

    file: str
    ledger: str
    as_of: date
    known_on: date


def write(out: Path, progress: Callable[[str], None] | None = None) -> list[DemoFile]:
    """Writes all demo workbooks and manifest.csv into a folder; the same bytes every time."""
    say = progress or (lambda _words: None)
    out.mkdir(parents=True, exist_ok=True)
    written: list[tuple[str, str, date, date]] = []
    with ProcessPoolExecutor(max_workers=2) as pool:
        big = [
            (on, pool.submit(_write_households, out, on), f"监测对象信息-{on:%Y%m%d}.xlsx")
            for on in households.EXPORTS
        ]
        for subject in (projects, money, milestones, report):
            written += subject.write(out)
        for on, done, name in big:
            done.result()
            written.append((name, "monitored", on, on))
            say(f"已生成 {name}")
    late = f"监测对象信息-{households.LATE_TOWNSHIP}-{households.LATE_ON:%Y%m%d}.xlsx"
    households.write_export(out / late, households.late_homes(), households.LATE_ON)
    written.append((late, "monitored", households.LATE_ON, households.LATE_KNOWN))
    files = [DemoFile(*line) for line in sorted(written, key=lambda w: (w[3], w[2], w[1], w[0]))]
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("file", "ledger", "as_of", "known_on"))
        lines.writerows((f.file, f.ledger, f.as_of.isoformat(), f.known_on.isoformat()) for f in files)
    return files


def _write_households(out: Path, on: date) -> None:
    name = f"监测对象信息-{on:%Y%m%d}.xlsx"
    households.write_export(out / name, households.in_export(on), on)
