"""The only door to the database: `Store` writes (door), `Snapshot` reads (snapshot).

`accept`, `withdraw` and `reinstate` write, each in one transaction with the tallies it changes;
`snapshot(scope, as_of, known_by)` reads. Nothing is ever edited or deleted.
"""

from core.store.batches import ALWAYS, BatchLine, StoreError, as_number, moment
from core.store.door import Store
from core.store.remembered import Remembered, once_for_all
from core.store.snapshot import Reach, Snapshot
from core.store.tallying import Pictures

__all__ = [
    "ALWAYS",
    "BatchLine",
    "Pictures",
    "Reach",
    "Remembered",
    "Snapshot",
    "Store",
    "StoreError",
    "as_number",
    "moment",
    "once_for_all",
]
