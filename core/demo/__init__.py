"""The invented county, written out as the workbooks that a county would upload. Everything in here is 演示数据."""

import csv
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.demo import assets, export, findings, lives, milestones, money, petitions, projects, report
from core.demo.lives import expected_breaks

__all__ = ["DemoFile", "expected_breaks", "write"]


@dataclass(frozen=True)
class DemoFile:
    """One workbook of the demo county: its ledger, data date, and the day from which it counts as known."""

    file: str
    ledger: str
    as_of: date
    known_on: date


SUBJECTS = (projects, money, milestones, report, assets, findings, petitions)
QUARTERLY = (0, 3, 5)  # the exports whose 务工信息 was asked for


def _work() -> list[tuple[DemoFile, int]]:
    """务工信息 by quarter, each with the number of its export."""
    return [
        (DemoFile(f"务工信息-{on:%Y%m%d}.xlsx", "employment", on, on), number)
        for number, on in enumerate(lives.EXPORTS)
        if number in QUARTERLY
    ]


def _exports() -> list[tuple[DemoFile, int, bool]]:
    """The national exports, each with its number (0-5); True for the late township's own."""
    found = [
        (DemoFile(f"监测对象信息-{on:%Y%m%d}.xlsx", "monitored", on, on), number, False)
        for number, on in enumerate(lives.EXPORTS)
    ]
    late = f"监测对象信息-{lives.LATE_TOWNSHIP}-{lives.LATE_ON:%Y%m%d}.xlsx"
    number = lives.EXPORTS.index(lives.LATE_ON)
    return [*found, (DemoFile(late, "monitored", lives.LATE_ON, lives.LATE_KNOWN), number, True)]


def write(out: Path, progress: Callable[[str], None] | None = None) -> list[DemoFile]:
    """Writes all demo workbooks and manifest.csv into a folder; the same bytes every time."""
    say = progress or (lambda _words: None)
    out.mkdir(parents=True, exist_ok=True)
    lives.homes()  # before the processes part, so that they need not invent the county again
    with ProcessPoolExecutor(max_workers=2) as pool:
        big = [
            (file, pool.submit(export.write_export, out / file.file, number, late=late))
            for file, number, late in _exports()
        ]
        work = [(file, pool.submit(export.write_work, out / file.file, number)) for file, number in _work()]
        files = [DemoFile(*line) for subject in SUBJECTS for line in subject.write(out)]
        say(f"已生成{len(files)}份项目、资金、资产、问题、信访、片区和月报表格")
        for file, done in (*big, *work):
            done.result()
            files.append(file)
            say(f"已生成 {file.file}")
    files.sort(key=lambda f: (f.known_on, f.as_of, f.ledger, f.file))
    with (out / "manifest.csv").open("w", encoding="utf-8", newline="") as file_:
        lines = csv.writer(file_, lineterminator="\n")
        lines.writerow(("file", "ledger", "as_of", "known_on"))
        lines.writerows((f.file, f.ledger, f.as_of.isoformat(), f.known_on.isoformat()) for f in files)
    return files
