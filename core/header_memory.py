"""The door to what clerks said of unknown headings: asked once, known to every later import."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlmodel import col

from core.imports.headings import Confirmed
from core.store import Store
from core.tables.corrections import HeaderMemory


def remembered(store: Store) -> dict[str, dict[str, str]]:
    """{ledger: {heading: field, or "" where it is not used}}; the newest word on a heading holds."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with store.engine.connect() as connection:
        lines = select(col(HeaderMemory.ledger), col(HeaderMemory.header), col(HeaderMemory.field))
        for ledger, header, field in connection.execute(lines.order_by(col(HeaderMemory.id))):
            found[ledger][header] = field
    return dict(found)


def remember(store: Store, answers: Mapping[str, Confirmed], *, by: str) -> None:
    """Keeps answers {ledger: {heading: field}}, with who gave them and when; what is known already is not repeated."""
    known = remembered(store)
    now = datetime.now(UTC)
    lines = [
        {"ledger": ledger, "header": header, "field": field, "by": by, "at": now}
        for ledger, confirmed in answers.items()
        for header, field in confirmed.items()
        if known.get(ledger, {}).get(header) != field
    ]
    if lines:
        with store.writing() as connection:
            connection.execute(insert(HeaderMemory), lines)
