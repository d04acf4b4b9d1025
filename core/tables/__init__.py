"""SQLModel classes, one file a subject, without business logic. Importing this package knows every table."""

from sqlmodel import SQLModel

# Constraint names must be the same on SQLite and PostgreSQL, or a migration cannot drop them.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

from core.tables import (  # noqa: E402
    accounts,
    assets,
    batches,
    corrections,
    employment,
    findings,
    forecasts,
    funds,
    households,
    identities,
    journal,
    matters,
    milestones,
    petitions,
    playlists,
    projects,
    reports,
    tallies,
    tasks,
)

__all__ = [
    "accounts",
    "assets",
    "batches",
    "corrections",
    "employment",
    "findings",
    "forecasts",
    "funds",
    "households",
    "identities",
    "journal",
    "matters",
    "milestones",
    "petitions",
    "playlists",
    "projects",
    "reports",
    "tallies",
    "tasks",
]
