"""All views of one snapshot, each made once: a county's whole pack asks for the same figures again and again."""

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from core.places import Area, PlaceTree
from core.ranking import Ranking, ranking
from core.store import Snapshot
from core.views.common import Question
from core.views.tasks import Tasks, tasks
from core.views.township import Township, township
from core.views.war_zones import WarZones, war_zones

V = TypeVar("V")


class Briefing:
    """What one person may see on one day, as known to the snapshot; every view of it is made at most once."""

    def __init__(self, snapshot: Snapshot, tree: PlaceTree) -> None:
        self.snapshot = snapshot
        self.tree = tree
        self.is_demo = snapshot.store.is_demo()
        self._made: dict[tuple[Any, tuple[str, ...]], Any] = {}

    @property
    def on(self) -> date:
        """The data date."""
        return self.snapshot.as_of

    def view(self, make: Callable[..., V], area: Area, *more: Any) -> V:
        """A page's view for an area, made once. `more` goes to the maker after the tree."""
        key = (make, area.codes)
        if key not in self._made:
            self._made[key] = make(self.snapshot, Question(area, self.on), self.tree, *more)
        made: V = self._made[key]
        return made

    @cached_property
    def ranking(self) -> Ranking:
        """The quarter's ranking, of all townships."""
        return ranking(self.snapshot, self.tree, self.on)

    def war_zones(self, area: Area) -> WarZones:
        """The page 战区乡镇."""
        return self.view(war_zones, area, self.ranking)

    def township(self, area: Area) -> Township:
        """The page of one township."""
        return self.view(township, area, self.ranking)

    def tasks(self, area: Area) -> Tasks:
        """What was asked of whom, by when."""
        return self.view(tasks, area)
