"""The door to what clerks said of unknown headings: asked once, known to every later import."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import insert, select
from sqlmodel import col

from core.imports.headings import Confirmed
from core.imports.matching import header_key
from core.store import Store
from core.tables.corrections import HeaderMemory

ASK_AGAIN = "?"  # in place of a field: an answer that was taken back


def remembered(store: Store) -> dict[str, dict[str, str]]:
    """{ledger: {heading: field, or "" where it is not used}}; the newest word on a heading holds."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    with store.engine.connect() as connection:
        lines = select(col(HeaderMemory.ledger), col(HeaderMemory.header), col(HeaderMemory.field))
        for ledger, header, field in connection.execute(lines.order_by(col(HeaderMemory.id))):
            if field == ASK_AGAIN:
                found[ledger].pop(header, None)
            else:
                found[ledger][header] = field
    return {ledger: answers for ledger, answers in found.items() if answers}


def set_aside(store: Store, headers: Iterable[str]) -> tuple[str, ...]:
    """Those of a workbook's headings that a clerk once said are not used."""
    unused = {
        header for answers in remembered(store).values() for header, field in answers.items() if not field
    }
    return tuple(header for header in headers if header_key(header) in unused)


def ask_again(store: Store, header: str, *, by: str) -> None:
    """Takes back that a heading is not used, whichever ledger it was said of: the next reading asks about it."""
    key = header_key(header)
    wrong = {ledger: {key: ASK_AGAIN} for ledger, said in remembered(store).items() if said.get(key) == ""}
    remember(store, wrong, by=by)


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
