"""Deciding on a workbook: what a yes would change, and the yes."""

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from core import settings, trouble
from core.draft import Correction, Draft, DraftRow, Problem
from core.forecasts import record
from core.header_memory import remembered
from core.imports.headings import Confirmed, field_named
from core.imports.isolated import isolated, isolated_for
from core.imports.ledgers import LEDGERS
from core.imports.marked import mark
from core.imports.matching import header_key
from core.imports.reading import read
from core.indicators import COUNTINGS
from core.places import Place, PlaceTree, place_tree
from core.plan import latest_plan
from core.scope import Scope
from core.store import ALWAYS, Store, StoreError
from core.units import short_day

log = logging.getLogger(__name__)

VANISHED_SHARE = 0.10  # of a township's households …
MARKING_SECONDS = 60  # the national export is written anew in six
VANISHED_LEAST = 3  # … and at least so many: then the clerk must say that it is so


def examine(
    store: Store | None,
    content: bytes,
    name: str,
    tree: PlaceTree,
    ledger: str | None = None,
    *,
    as_of: date | None = None,
    covers: Sequence[Place] = (),
    nothing_in: Sequence[Place] = (),
    needs_date: bool = True,
    answers: Mapping[str, Confirmed] | None = None,
) -> tuple[Draft, dict[str, Any]]:
    """An upload read in a process of its own and compared with the store: the draft, and what a yes would change.

    What clerks said of headings before, and the declared corrections, are applied; `answers` {ledger: {heading:
    field}} is what the clerk says now (`remember` keeps it). Without a store nothing is compared. Raises Refused
    and UnknownLedger as `read` does.
    """
    confirmed = remembered(store) if store else {}
    for key, said in (answers or {}).items():
        confirmed[key] = {**confirmed.get(key, {}), **said}
    draft = isolated(
        read,
        content,
        name,
        ledger,
        tree,
        as_of=as_of,
        covers=covers,
        nothing_in=nothing_in,
        needs_date=needs_date,
        confirmed=confirmed,
        corrections=corrections(store, tree) if store else (),
    )
    if store is None or draft.as_of is None:
        return draft, {}
    return with_comparison(store, draft, tree)


def answers_from(words: Sequence[str], ledger: str | None) -> dict[str, dict[str, str]]:
    """What a clerk says of headings, each as 表头=列名 (or =不用), as `examine` takes it.

    Without a ledger each holds for every ledger that has such a column. ValueError, in Chinese, when none has.
    """
    found: dict[str, dict[str, str]] = {}
    for word in words:
        header, sign, column = word.rpartition("=")
        if not sign or not header_key(header):
            raise ValueError(f"“{word}”应写成 表头=列名，如 项目编码=项目编号；不用的列写 =不用。")
        for key in [ledger] if ledger else list(LEDGERS):
            if (field := field_named(LEDGERS[key], column)) is not None:
                found.setdefault(key, {})[header_key(header)] = field
        if not any(header_key(header) in said for said in found.values()):
            names = "、".join(c.header for c in LEDGERS[ledger].columns) if ledger else ""
            raise ValueError(f"没有“{column}”这一列。" + (f"可用的列名：{names}。" if names else ""))
    return found


def marked(content: bytes, name: str, problems: Sequence[Problem], stamp: str = "") -> bytes:
    """The upload as .xlsx with its problems marked in their cells, and `stamp` (account and time) on their list;
    Refused when that cannot be made."""
    return isolated_for(MARKING_SECONDS, mark, content, name, problems, stamp)


def corrections(store: Store, tree: PlaceTree) -> tuple[Correction, ...]:
    """The known errors of sources that are declared in the store now."""
    scope = Scope(frozenset({tree.county.code}), sees_names=True, because="导入更正")
    rows = store.snapshot(scope, date.max, ALWAYS).rows(COUNTINGS["corrections"], tree.county.code, 0)
    return tuple(
        Correction(row.target, row.row_key, row.heading, row.was, row.now, row.reason, row.document)
        for row in rows
    )


@dataclass(frozen=True)
class RowChange:
    """A row that a yes would add (`before` None), take out (`after` None) or change: in these `columns`, leaf first."""

    key: str
    period: int
    before: Any
    after: DraftRow | None
    columns: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """new, gone or changed."""
        return "new" if self.before is None else "gone" if self.after is None else "changed"


@dataclass(frozen=True)
class Differences:
    """A draft beside what is in force on its data date, over the units that it reports on."""

    standing: tuple[Any, ...]
    changes: tuple[RowChange, ...]
    unchanged: int

    def of(self, kind: str) -> list[RowChange]:
        """The changes of one kind."""
        return [change for change in self.changes if change.kind == kind]


def differences(store: Store, draft: Draft) -> Differences:
    """Row by row, what accepting would change. The draft must be dated."""
    assert draft.as_of, "only a dated draft can be compared"
    scope = Scope(frozenset({draft.county}), sees_names=True, because="导入比对")
    snapshot = store.snapshot(scope, draft.as_of, ALWAYS)
    counting = COUNTINGS[draft.ledger]
    before: list[Any] = []
    changes: list[RowChange] = []
    unchanged = 0
    for period in sorted({c.period for c in draft.coverage}):
        reported = {c.unit for c in draft.coverage if c.period == period and c.status != "missing"}
        standing = {
            row.key: row
            for row in snapshot.rows(counting, draft.county, period, ("content_hash",))
            if counting.unit_of(row) in reported
        }
        before += standing.values()
        drafted = {row.key: row for row in draft.rows if row.period == period}
        for key, row in drafted.items():
            was = standing.get(key)
            if was is None:
                changes.append(RowChange(key, period, None, row))
            elif was.content_hash != row.content_hash and (columns := _changed(was, row, counting.columns)):
                changes.append(RowChange(key, period, was, row, columns))
            else:
                unchanged += 1
        changes += [RowChange(key, period, row, None) for key, row in standing.items() if key not in drafted]
    return Differences(tuple(before), tuple(changes), unchanged)


def _changed(was: Any, row: DraftRow, columns: Sequence[str]) -> tuple[str, ...]:
    found = [name for name in columns if name in row.values and getattr(was, name) != row.values[name]]
    return (*(("leaf",) if was.leaf != row.leaf else ()), *found)


def compare(store: Store, draft: Draft, tree: PlaceTree) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """What accepting would change: new, gone and changed keys by count, and the problems that need a yes.

    Compares with what is in force on the draft's own data date, over the units that it covers.
    """
    if draft.as_of is None:
        return {}, ()
    found = differences(store, draft)
    changes = {
        **{kind: len(found.of(kind)) for kind in ("new", "gone", "changed")},
        "unchanged": found.unchanged,
        "missing": [
            tree[c.unit].name
            for c in draft.coverage
            if c.status == "missing" and c.unit in tree and tree[c.unit].is_township
        ],
    }
    if draft.ledger != "monitored":
        return changes, ()
    gone = [change.before for change in found.of("gone")]
    return changes, tuple(_vanished(draft, {row.key: row for row in found.standing}, gone, tree))


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
    address: str = "",
    confirmed: bool = False,
    known: int | None = None,
) -> int:
    """Writes a draft and keeps its original; gives the batch's id. StoreError when it is blocked or unconfirmed."""
    open_questions = [p for p in draft.problems if p.blocks and not (p.confirmable and confirmed)]
    if open_questions:
        raise StoreError(f"还有{len(open_questions)}个问题没有解决，未写入。")
    if draft.as_of is None:
        raise StoreError("不知道这份表的数据是哪一天的，未写入。请写明数据日期，如 2022-09-30。")
    keep_original(content)
    reported = {c.unit for c in draft.coverage if c.status != "missing"}
    is_whole = all(t.code in reported for t in place_tree().townships)
    baseline_on = latest_plan(draft.as_of).baseline_on if is_whole else None
    batch = store.accept(draft, COUNTINGS, by=by, address=address, known=known, baseline_on=baseline_on)
    try:
        record.issue(store, draft.ledger, draft.as_of, place_tree(), ALWAYS if known is None else known)
    except Exception:
        # 批次已经收下；预测做不出来不是这份表的错，页面会照样现算。
        log.exception("batch %s: no forecast could be issued", batch)
    return batch


def keep_original(content: bytes) -> Path:
    """Keeps an upload by its hash, readable by the service alone. StoreError when the disk does not take it."""
    folder = settings.originals()
    path = folder / hashlib.sha256(content).hexdigest()
    waiting = path.with_suffix(".part")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            with os.fdopen(os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())  # the batch must not outlive its original when the power fails
            waiting.replace(path)
    except OSError as error:
        waiting.unlink(missing_ok=True)
        raise StoreError(
            f"原件放不进 {folder}，{trouble.in_words(error) or '没有写入。请检查磁盘和权限。'}"
        ) from error
    return path
