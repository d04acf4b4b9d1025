"""What is in force on a day, as it was known by a moment: pure functions over batches, events and coverage.

For each reporting unit, the rows of its newest batch stand (by data date, then the moment it was known).
A batch that says a unit is missing leaves the earlier stock standing, carried, and makes the unit 未报.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class BatchFact:
    """The facts of a batch that decide what is in force. `status` maps (period, unit) to reported, missing, none;
    `unchecked_rules` are the data-quality rules that its workbook had no column for."""

    id: int
    ledger: str
    as_of: date
    known: int
    status: dict[tuple[int, str], str]
    unchecked_rules: tuple[int, ...] = ()

    @property
    def age(self) -> tuple[date, int, int]:
        """Newest is greatest: the data date, then the moment it was known, then the order of acceptance."""
        return (self.as_of, self.known, self.id)


@dataclass(frozen=True)
class EventFact:
    """Something that happened to a batch; `id` is the revision."""

    id: int
    kind: str
    batch_id: int
    known: int


@dataclass(frozen=True)
class Mention:
    """How a unit stands on a day: its latest mention, and the batch whose rows stand (None: never reported)."""

    status: str
    on: date
    standing: BatchFact | None

    @property
    def is_reported(self) -> bool:
        """False when the latest workbook that should have had the unit did not."""
        return self.status != "missing"


@dataclass(frozen=True)
class Timeline:
    """All batches of one ledger in one county, with their events."""

    batches: tuple[BatchFact, ...]
    events: tuple[EventFact, ...]

    def active(self, known_by: int) -> list[BatchFact]:
        """The batches accepted and not withdrawn, as known by a moment."""
        latest: dict[int, str] = {}
        for event in sorted(self.events, key=lambda e: (e.known, e.id)):
            if event.known <= known_by and event.kind != "baseline":
                latest[event.batch_id] = event.kind
        return [b for b in self.batches if latest.get(b.id, "withdrawn") != "withdrawn"]

    def mentions(self, period: int, as_of: date, known_by: int) -> dict[str, Mention]:
        """How each unit that was ever mentioned stands on a day."""
        found: dict[str, Mention] = {}
        for batch in sorted(self.active(known_by), key=lambda b: b.age):
            if batch.as_of > as_of:
                continue
            for (its_period, unit), status in batch.status.items():
                if its_period == period:
                    before = found.get(unit)
                    standing = batch if status != "missing" else (before.standing if before else None)
                    found[unit] = Mention(status, batch.as_of, standing)
        return found

    def baseline_batch(self, known_by: int) -> int | None:
        """The batch whose open households were frozen as the baseline, as known by a moment."""
        frozen = [e for e in self.events if e.kind == "baseline" and e.known <= known_by]
        return max(frozen, key=lambda e: (e.known, e.id)).batch_id if frozen else None

    def days(self, period: int, known_by: int) -> list[date]:
        """The data dates of the batches in force for a period, in order."""
        return sorted({b.as_of for b in self.active(known_by) if any(p == period for p, _ in b.status)})

    def every_day(self, period: int) -> list[date]:
        """The data dates of all batches of a period, in force or not, in order."""
        return sorted({b.as_of for b in self.batches if any(p == period for p, _ in b.status)})

    def periods(self, batch_ids: Iterable[int] | None = None) -> list[int]:
        """The periods that the batches (all, or these) speak of."""
        wanted = None if batch_ids is None else set(batch_ids)
        return sorted({p for b in self.batches if wanted is None or b.id in wanted for p, _ in b.status})
