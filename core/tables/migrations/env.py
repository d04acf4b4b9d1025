"""Alembic's entry: upgrades the store whose connection `core.store` hands over."""

from alembic import context
from sqlmodel import SQLModel

import core.tables  # noqa: F401 - importing it makes every table known

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
