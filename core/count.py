"""What is counted, as plain values: the store is handed these, and knows no ledger's meaning."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from core.tables.rows import LedgerRow


class State(NamedTuple):
    """One row as it stands in force: its leaf, the data date of the batch that says so, and its columns."""

    leaf: str
    as_of: date
    row: Any


@dataclass(frozen=True)
class Picture:
    """The rows of a ledger (and period) in force on a day, each key once, with what is needed to judge them.

    `unit_dates` is the data date of the batch in force for each reporting unit.
    """

    day: date
    period: int
    rows: Mapping[str, State]
    unit_dates: Mapping[str, date] = field(default_factory=dict)


@dataclass(frozen=True)
class BaselineHousehold:
    """A household of the frozen baseline: where it stood and how many persons it had."""

    leaf: str
    persons: int


Baseline = Mapping[str, BaselineHousehold]


class Amounts:
    """Adds amounts up by place and series. Leaves are summed into townships and the county; a slice
    (`remaining@type:unstable`) is kept from the township upward, since village x cause names a family."""

    def __init__(self) -> None:
        self.leaves: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.sliced: defaultdict[tuple[str, str], int] = defaultdict(int)
        self.direct: defaultdict[tuple[str, str], int] = defaultdict(int)

    def add(self, leaf: str, series: str, amount: int = 1, slices: Iterable[str] = ()) -> None:
        """Count `amount` at a leaf, and once more for each slice from the leaf's township upward."""
        self.leaves[leaf, series] += amount
        for name in slices:
            self.sliced[leaf[:9], f"{series}@{name}"] += amount

    def add_above_village(self, leaf: str, series: str, amount: int) -> None:
        """Count `amount` at a leaf's township and county: for figures that no village keeps."""
        self.direct[leaf[:9], series] += amount
        self.direct[leaf[:6], series] += amount

    def move(self, series_out: str, series_in: str, old: str, new: str, amount: int) -> None:
        """Count a move at every place that holds one end of it and not the other: none for the county."""
        for length in (12, 9, 6):
            if old[:length] != new[:length]:
                self.direct[old[:length], series_out] += amount
                self.direct[new[:length], series_in] += amount

    def by_place(self) -> dict[tuple[str, str], int]:
        """{(place code, series): amount} for every village, township and county that has any."""
        total: defaultdict[tuple[str, str], int] = defaultdict(int, self.direct)
        for (leaf, series), amount in self.leaves.items():
            total[leaf, series] += amount
            total[leaf[:9], series] += amount
            total[leaf[:6], series] += amount
        for (unit, series), amount in self.sliced.items():
            total[unit, series] += amount
            total[unit[:6], series] += amount
        return {key: amount for key, amount in total.items() if amount}


@dataclass(frozen=True)
class Counting:
    """How one ledger is counted: its table, the columns that are read for it, and two functions.

    `stock` counts a picture; `flow` (where the ledger has flows) compares two consecutive ones, and its
    amounts add up over time. `needs_baseline` hands the frozen baseline to `stock`.
    """

    ledger: str
    table: type[LedgerRow]
    columns: tuple[str, ...]
    stock: Callable[[Picture, Baseline | None], Amounts]
    flow: Callable[[Picture, Picture], Amounts] | None = None
    unit_of: Callable[[Any], str] = lambda row: str(row.leaf[:9])  # what a batch's coverage is declared in
    guard: Callable[[Sequence[Any]], Sequence[Any]] | None = (
        None  # what rows become for who sees no names: small cells merged
    )
    is_by_row: bool = True  # False where rows are counted together, as the workers of one household
    is_open: Callable[[Any], bool] | None = None  # which rows of the baseline batch belong to the baseline
    persons: Callable[[Any], int] | None = None
