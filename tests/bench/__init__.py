"""The benchmark of `make bench`: figures as ratios to a page with everything ready in memory, on the same machine.

A module with `measure(stage) -> dict[str, Row]` takes part when it stands in `MODULES` of __main__.py.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNTY_BYTES = 16_000_000  # of the big store, with room for what the benchmark writes into it


@dataclass(frozen=True)
class Row:
    """A line of the table: what was measured, the most it may be (None: only said), and how it came about."""

    value: float
    bound: float | None = None
    unit: str = "倍"
    detail: str = ""

    @property
    def holds(self) -> bool:
        return self.bound is None or self.value <= self.bound


class Stage:
    """What all modules share, made when first asked for: the folder of demo workbooks, the demo county's store, and the
    big store. `tmp` is gone afterwards."""

    def __init__(
        self, tmp: Path, counties: int, *, books: Path | None, county: str | None, province: str | None
    ):
        self.tmp = tmp
        self.counties = counties
        self.seconds: float | None = None  # that writing the big store took; None when it was there already
        given = {"books": books, "county": county, "province": province}
        self.__dict__.update((name, value) for name, value in given.items() if value)

    @cached_property
    def books(self) -> Path:
        self._run("demo", "--out", str(self.tmp / "books"))
        return self.tmp / "books"

    @cached_property
    def county(self) -> str:
        """The demo county's address."""
        url = f"sqlite:///{self.tmp / 'county.db'}"
        self._run("init", "--demo", store=url)
        return url

    @cached_property
    def province(self) -> str:
        """The big store's address."""
        needed, free = self.counties * COUNTY_BYTES, shutil.disk_usage(self.tmp).free
        if needed > free:
            raise SystemExit(
                f"{self.counties}县的库约需{needed / 1e9:.0f}GB，{self.tmp.parent} 只剩{free / 1e9:.0f}GB。"
                "请用 TMPDIR 指到别处，或用 --counties 写小一些的。"
            )
        url = f"sqlite:///{self.tmp / 'province.db'}"
        started = time.monotonic()
        self._run("scale", "--counties", str(self.counties), "--out", url, store=self.county)
        self.seconds = time.monotonic() - started
        return url

    @property
    def exports(self) -> list[Path]:
        """The national exports of the whole county, the newest last."""
        return sorted(self.books.glob("监测对象信息-????????.xlsx"))

    def _run(self, *command: str, store: str = "") -> None:
        environment = {**os.environ, "COUNTY_STORE": store, "COUNTY_ORIGINALS": str(self.tmp / "originals")}
        subprocess.run([sys.executable, "-m", "core", *command], cwd=ROOT, check=True, env=environment)
