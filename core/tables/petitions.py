"""Petitions about assistance (涉贫信访, 要点18). No petitioner's name, phone or words stand here."""

from datetime import date

from sqlmodel import UniqueConstraint

from core.tables.rows import LedgerRow


class Petition(LedgerRow, table=True):
    """One state of a petition. `level` is that of the authority which passed it on: central, province, city, county
    or township; the five days run from `passed_on`."""

    __tablename__ = "petition"
    __table_args__ = (UniqueConstraint("county", "content_hash"),)

    level: str
    category: str = ""
    form: str = ""
    department: str = ""
    received_on: date
    passed_on: date | None = None
    closed_on: date | None = None
