"""The benchmark of `make bench`: figures as ratios to a page with everything ready in memory, on the same machine.

A module with `measure(stage) -> dict[str, Row]` takes part when it stands in `MODULES` of __main__.py.
"""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


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


@dataclass(frozen=True)
class Stage:
    """What all modules share: the stores, and the folder of demo workbooks."""

    county: str  # the demo county's address
    province: str  # the big store's
    counties: int
    books: Path
    tmp: Path
