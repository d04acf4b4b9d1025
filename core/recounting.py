"""Whether the tallies say what this program counts. After an upgrade, or once a threshold of the county's was changed,
the batches of before are counted anew: at the next start, without anybody having to think of it."""

import hashlib
import logging
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection, func, select
from sqlmodel import col

from core import database, journal, trouble
from core.indicators import COUNTINGS
from core.places import REFERENCE
from core.store import Store, StoreError
from core.tables.batches import Batch
from core.tables.journal import JournalLine

CORE = Path(__file__).parent
HOW_TO_COUNT = (
    "indicators/*.py",
    "count.py",
    "timeline.py",
    "plan.py",
    "store/tallying.py",
    "imports/quality_rules.py",
)  # below core/
COUNTIES = 3  # more than these would keep a start waiting: a quarter of a minute each
PATIENCE = 600  # seconds that a start waits for another process that counts
log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def way_of_counting() -> str:
    """What the tallies follow from beside the rows, as a short hash: the counting's source, the reference data."""
    files = [path for pattern in HOW_TO_COUNT for path in CORE.glob(pattern)]
    files += [path for path in REFERENCE.rglob("*") if path.is_file()]
    parts = (hashlib.sha256(path.read_bytes()).digest() for path in sorted(files))
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def is_due(store: Store) -> bool:
    """True where the tallies were last brought up by another way of counting, or never."""
    with store.engine.connect() as connection:
        return _is_due(connection)


def _is_due(connection: Connection) -> bool:
    newest = select(col(JournalLine.detail)).where(col(JournalLine.kind) == "recounted")
    detail = connection.execute(newest.order_by(col(JournalLine.id).desc()).limit(1)).scalar()
    return detail is None or way_of_counting() not in detail


def recount(store: Store, *, by: str, only_if_due: bool = False) -> int:
    """Counts all batches by the program's present way and notes by which, in one transaction; gives how many lines
    were posted. `only_if_due` looks again once nobody else can write: another process may have counted meanwhile."""
    with store.writing() as connection:
        database.lock(connection, "recount")
        if only_if_due and not _is_due(connection):
            return 0
        posted = store.recount(connection, COUNTINGS)
        detail = f"口径{way_of_counting()}，补记{posted}笔"
        journal.note(connection, "recounted", by, journal.COMMAND_LINE, (), detail)
    log.info("recounted, %s lines posted", posted)
    return posted


def bring_up_to_date(store: Store, say: Callable[[str], None], *, by: str) -> None:
    """Recounts where that is due. Of several processes one counts, the others wait for it. Never raises StoreError: a
    store that cannot be written to, or holds too many counties to wait for, is said to lack the new figures."""
    try:
        with store.engine.connect() as connection:
            counties = connection.execute(select(func.count(col(Batch.county).distinct()))).scalar_one()
        if counties > COUNTIES and is_due(store):
            _lacking(say, f"库里有{counties}个县")
        elif is_due(store):
            _recount_once(store, say, by, is_long=counties > 0)
    except StoreError as error:
        _lacking(say, str(error))


def _recount_once(store: Store, say: Callable[[str], None], by: str, *, is_long: bool) -> None:
    until = time.monotonic() + PATIENCE
    if is_long:
        say("程序升级过或界限改过，正在按现在的口径把以前的批次数一遍（一个县约20秒，只在升级后这一次）……")
    while is_due(store):
        try:
            recount(store, by=by, only_if_due=True)
        except StoreError as error:
            if trouble.BUSY not in str(error) or time.monotonic() > until:
                raise


def _lacking(say: Callable[[str], None], why: str) -> None:
    """Says that the figures this program has added are not counted of earlier batches yet."""
    log.warning("not recounted")
    say(
        f"注意：程序升级过或界限改过，以前的批次还没有按现在的口径重算（{why}），新加的指标会缺数。"
        "请运行一次 python -m core recount。"
    )
