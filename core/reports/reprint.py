"""Reprinting: the same bytes as were issued, and what was corrected since, figure by figure."""

from dataclasses import dataclass

from core.materials import Issued, content_of
from core.places import PlaceTree
from core.reports.catalogue import BY_KEY, NoData, make
from core.scope import Scope
from core.store import Store
from core.views.briefing import Briefing


@dataclass(frozen=True)
class Correction:
    """A figure that would read otherwise if the material were made today; empty words where it was or is not there."""

    place: str
    name: str
    was: str
    now: str


@dataclass(frozen=True)
class Reprint:
    """The issued bytes, and how today's store differs from them."""

    content: bytes
    says: str
    corrections: tuple[Correction, ...]


def reprint(store: Store, scope: Scope, tree: PlaceTree, issued: Issued) -> Reprint:
    """The file as it was issued; beside it the figures that were corrected since. MaterialError where it is gone."""
    content = content_of(issued)
    areas = tree.areas(issued.place, issued.as_of)
    if len(areas) != 1 or issued.kind not in BY_KEY:
        return Reprint(content, "与发出时相同；现在的地名或材料目录已变，不能与今天的数比较。", ())
    briefing = Briefing(store.snapshot(scope, issued.as_of), tree)
    try:
        made = make(BY_KEY[issued.kind], briefing, areas[0], mark=issued.mark)
    except (NoData, ValueError) as error:  # its batches were withdrawn, or the place has this kind no more
        return Reprint(content, f"与发出时相同；现在不能生成，不能与今天的数比较：{error}", ())
    now = tuple((f.place, f.name, f.text) for f in made.figures)
    found = corrections(issued.figures, now)
    if made.content == content:
        says = "与发出时逐字节相同，此后没有更正。"
    elif found:
        says = f"文件与发出时相同；此后有{len(found)}个数已更正或变动，如重新生成将不同。"
    else:
        says = "文件与发出时相同；各数此后没有更正，只有文字或版式会不同。"
    return Reprint(content, says, found)


def corrections(
    was: tuple[tuple[str, str, str], ...], now: tuple[tuple[str, str, str], ...]
) -> tuple[Correction, ...]:
    """What differs, in the order of what was issued, then what is new."""
    before, after = _keyed(was), _keyed(now)
    return tuple(
        Correction(key[0], key[1], before.get(key, ""), after.get(key, ""))
        for key in dict.fromkeys((*before, *after))
        if before.get(key, "") != after.get(key, "")
    )


def _keyed(figures: tuple[tuple[str, str, str], ...]) -> dict[tuple[str, str, int], str]:
    """By place, name and which of several of that name."""
    seen: dict[tuple[str, str], int] = {}
    found = {}
    for place, name, text in figures:
        at = seen[place, name] = seen.get((place, name), 0) + 1
        found[place, name, at] = text
    return found
