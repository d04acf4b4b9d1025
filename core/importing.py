"""Deciding on a workbook: what a yes would change, and the yes."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from core import settings
from core.draft import Draft, Problem
from core.indicators import COUNTINGS
from core.places import PlaceTree, place_tree
from core.plan import latest_plan
from core.scope import Scope
from core.store import ALWAYS, Store, StoreError
from core.units import short_day

VANISHED_SHARE = 0.10  # of a township's households …
VANISHED_LEAST = 3  # … and at least so many: then the clerk must say that it is so


def compare(store: Store, draft: Draft, tree: PlaceTree) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What accepting would change: new, gone and changed keys by count, and the problems that need a yes.

    Compares with what is in force on the draft's own data date, over the units that it covers.
    """
    if draft.as_of is None:
        return {}, ()
    scope = Scope(frozenset({draft.county}), because="导入比对")
    snapshot = store.snapshot(scope, draft.as_of, ALWAYS)
    counting = COUNTINGS[draft.ledger]
    changes = {"new": 0, "gone": 0, "changed": 0, "unchanged": 0}
    problems: list[Problem] = []
    for period in sorted({c.period for c in draft.coverage}):
        reported = {c.unit for c in draft.coverage if c.period == period and c.status != "missing"}
        standing = {
            row.key: row
            for row in snapshot.rows(counting, draft.county, period)
            if counting.unit_of(row) in reported
        }
        drafted = {row.key: row for row in draft.rows if row.period == period}
        for key, row in drafted.items():
            before = standing.get(key)
            if before is None:
                changes["new"] += 1
            elif before.leaf != row.leaf or any(
                name in row.values and getattr(before, name) != row.values[name] for name in counting.columns
            ):
                changes["changed"] += 1
            else:
                changes["unchanged"] += 1
        gone = [row for key, row in standing.items() if key not in drafted]
        changes["gone"] += len(gone)
        if draft.ledger == "monitored":
            problems += _vanished(draft, standing, gone, tree)
    missing = [
        tree[c.unit].name
        for c in draft.coverage
        if c.status == "missing" and c.unit in tree and tree[c.unit].is_township
    ]
    return {**changes, "missing": missing}, tuple(problems)


def _vanished(draft: Draft, standing: dict[str, Any], gone: list[Any], tree: PlaceTree) -> list[Problem]:
    """A township that loses more than a tenth of its households, or all it had eliminated, is no usual month."""
    problems = []
    for unit in sorted({row.leaf[:9] for row in gone}):
        had = [row for row in standing.values() if row.leaf[:9] == unit]
        lost = [row for row in gone if row.leaf[:9] == unit]
        eliminated = [row for row in had if row.is_eliminated]
        lost_eliminated = [row for row in lost if row.is_eliminated]
        name = tree[unit].name
        if len(lost) >= VANISHED_LEAST and len(lost) > VANISHED_SHARE * len(had):
            problems.append(
                Problem(
                    draft.file_name,
                    f"{name}的户与上次大致相同（上次{len(had)}户）",
                    f"少了{len(lost)}户",
                    "核对导出时是否加了筛选；确实如此再确认接收",
                    blocks=True,
                    confirmable=True,
                )
            )
        elif eliminated and len(lost_eliminated) == len(eliminated):
            problems.append(
                Problem(
                    draft.file_name,
                    f"{name}含已消除的户（上次{len(eliminated)}户）",
                    "已消除的户全部不见",
                    "导出时不要只选未消除的；确实如此再确认接收",
                    blocks=True,
                    confirmable=True,
                )
            )
    return problems


def with_comparison(store: Store, draft: Draft, tree: PlaceTree) -> tuple[Draft, dict[str, Any]]:
    """The draft with the problems that only the comparison shows, and the changes."""
    changes, problems = compare(store, draft, tree)
    standing = store.standing(draft.county, draft.file_hash)
    if standing:
        already = Problem(
            draft.file_name,
            "没有导入过的文件",
            f"与第{standing[0]}批（{short_day(standing[1])}）相同",
            "不必重复导入；要重新导入请先撤回该批",
        )
        problems = (*problems, already)
    plan = latest_plan(draft.as_of) if draft.as_of else None
    if plan and draft.ledger == "monitored" and draft.as_of == plan.baseline_on:
        problems = (*problems, *_baseline_check(draft))
    return replace(draft, problems=(*draft.problems, *problems)), changes


def _baseline_check(draft: Draft) -> list[Problem]:
    """The baseline is checked against the plan's 2,943 and 8,417 (主要目标); a difference is said, not hidden."""
    assert draft.as_of, "only asked for a dated draft"
    plan = latest_plan(draft.as_of)
    open_rows = [row for row in draft.rows if not row.values["is_eliminated"]]
    households, persons = len(open_rows), sum(row.values["persons"] for row in open_rows)
    expected = (int(plan["baseline_households"].value), int(plan["baseline_persons"].value))
    if (households, persons) == expected or any(c.status == "missing" for c in draft.coverage):
        return []
    return [
        Problem(
            draft.file_name,
            f"基准日未消除{expected[0]}户{expected[1]}人（计划）",
            f"{households}户{persons}人",
            "核对导出范围；若以此为准，基准存量将按此冻结",
            blocks=True,
            confirmable=True,
        )
    ]


def accept(
    store: Store,
    draft: Draft,
    content: bytes,
    *,
    by: str,
    confirmed: bool = False,
    known: int | None = None,
) -> int:
    """Writes a draft and keeps its original; gives the batch's id. StoreError when it is blocked or unconfirmed."""
    open_questions = [p for p in draft.problems if p.blocks and not (p.confirmable and confirmed)]
    if open_questions:
        raise StoreError(f"还有{len(open_questions)}个问题没有解决，未写入。")
    keep_original(content)
    reported = {c.unit for c in draft.coverage if c.status != "missing"}
    is_whole = all(t.code in reported for t in place_tree().townships)
    baseline_on = latest_plan(draft.as_of).baseline_on if draft.as_of and is_whole else None
    return store.accept(draft, COUNTINGS, by=by, known=known, baseline_on=baseline_on)


def keep_original(content: bytes) -> Path:
    """Keeps an upload by its hash, readable by the service alone."""
    folder = settings.originals()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / hashlib.sha256(content).hexdigest()
    if not path.exists():
        waiting = path.with_suffix(".part")
        with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
        waiting.replace(path)
    return path
