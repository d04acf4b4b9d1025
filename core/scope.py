"""Which places a person may see, and what may be done there. A value, and an argument of every read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scope:
    """Roots of what may be read (codes of county or townships), and the rights that go with them.

    Without `sees_names` no name leaves the store and small cells are merged. `is_bulletin` narrows to what the
    bulletin publishes: figures of townships and the county, no village and no row.
    """

    places: frozenset[str]
    sees_names: bool = False
    because: str = ""  # 第一战区指挥长: shown to the person, written to the log
    may_import: bool = False
    may_export: bool = False
    may_manage_accounts: bool = False
    is_bulletin: bool = False

    def covers(self, code: str) -> bool:
        """True when a place lies under one of the roots: codes of lower places begin with their upper place's."""
        if self.is_bulletin and len(code) > 9:
            return False
        return any(code.startswith(root) for root in self.places)

    def bulletin(self, county: str) -> "Scope":
        """The scope of 战区乡镇's ranking, which the bulletin publishes: every township's figures, nothing below.
        Somebody without any place (the administrator) has none here either."""
        places = frozenset({county}) if self.places else frozenset()
        return Scope(places, because=self.because, is_bulletin=True)


class OutOfScope(PermissionError):
    """Somebody asked for a place outside the scope; says so without saying what is there."""
