"""Which places a person may see. A value, and an argument of every read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Roots of what may be read (codes of county or townships), and whether names may leave the store."""

    places: frozenset[str]
    sees_names: bool = False
    because: str = ""  # 第一战区指挥长: shown to the person, written to the log

    def covers(self, code: str) -> bool:
        """True when a place lies under one of the roots: codes of lower places begin with their upper place's."""
        return any(code.startswith(root) for root in self.places)


class OutOfScope(PermissionError):
    """Somebody asked for a place outside the scope; says so without saying what is there."""
