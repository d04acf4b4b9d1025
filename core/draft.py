"""What reading a workbook gives, before anything is written: plain values below the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.identity import Person


@dataclass(frozen=True)
class Problem:
    """What a clerk must mend or know: the cell, what was expected, what stands there, what to do.

    `cell` is Sheet!A1 (or the file's name when no cell is meant). `blocks` keeps the workbook out until it
    is mended; `confirmable` blocks only until the clerk says that it is so. Never holds a villager's name.
    """

    cell: str
    expected: str
    found: str
    fix: str
    blocks: bool = True
    confirmable: bool = False

    def __str__(self) -> str:
        return f"{self.cell}：应为{self.expected}，实为{self.found}。{self.fix}"


@dataclass(frozen=True)
class DraftRow:
    """One row as the store keeps it: its key within the ledger and county, its leaf, and its columns."""

    key: str
    leaf: str
    period: int
    values: Mapping[str, Any]
    cell: str = ""


@dataclass(frozen=True)
class Covered:
    """What a workbook says about one reporting unit in one period: `reported`, `missing` or `none` (确无)."""

    period: int
    unit: str
    status: str


@dataclass(frozen=True)
class Draft:
    """A workbook, read and checked, not written. `as_of` is None when neither file nor clerk gave a date."""

    ledger: str
    county: str
    file_name: str
    file_hash: str
    as_of: date | None
    rows: tuple[DraftRow, ...]
    coverage: tuple[Covered, ...]
    problems: tuple[Problem, ...]
    headers: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()  # known columns that this workbook lacks: their rules say 未检查
    summary: Mapping[str, Any] = field(default_factory=dict)
    # Who lives in a household, by its key; only for the store, which keeps names apart.
    persons: Mapping[str, tuple[Person, ...]] = field(default_factory=dict, repr=False)

    @property
    def blocked(self) -> bool:
        """True when a problem must be mended before this may enter the store."""
        return any(p.blocks and not p.confirmable for p in self.problems)
