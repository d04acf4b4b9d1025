"""What reading a workbook gives, before anything is written: plain values below the store."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from core.identity import Person

_encode = json.JSONEncoder(sort_keys=True, default=str, ensure_ascii=False).encode


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

    @cached_property
    def content_hash(self) -> bytes:
        """The same for two rows that say the same: the store keeps one version of both."""
        content = _encode([self.key, self.leaf, self.period, dict(self.values)])
        return hashlib.blake2b(content.encode(), digest_size=16).digest()


@dataclass(frozen=True)
class HeaderQuestion:
    """A heading that no declaration knows, and the column that it is likely to be: `field`, called `proposal`.

    A clerk says yes, names another column, or says 不用; the answer is kept for every later workbook.
    """

    header: str
    cell: str
    field: str
    proposal: str
    is_required: bool


@dataclass(frozen=True)
class Correction:
    """A known error of a source, as the store's ledger of corrections declares it: in the rows of `key` (as the
    sheet writes it, joined by |) the column `header` reads `now` where it says `was`."""

    ledger: str
    key: str
    header: str
    was: str
    now: str
    reason: str
    document: str


@dataclass(frozen=True)
class Corrected:
    """A correction that was applied to a row: where, which column, what stood there, what stands now, and why."""

    cell: str
    header: str
    was: str
    now: str
    reason: str


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
    unchecked: tuple[str, ...] = ()  # known columns that this workbook lacks
    unchecked_rules: tuple[int, ...] = ()  # data-quality rules that want a column it lacks: they say 未检查
    questions: tuple[HeaderQuestion, ...] = ()
    unused: tuple[str, ...] = ()  # headings of columns that no field was read from
    corrected: tuple[Corrected, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    # Who lives in a household, by its key; only for the store, which keeps names apart.
    persons: Mapping[str, tuple[Person, ...]] = field(default_factory=dict, repr=False)

    @property
    def blocked(self) -> bool:
        """True when a problem must be mended before this may enter the store."""
        return any(p.blocks and not p.confirmable for p in self.problems)
