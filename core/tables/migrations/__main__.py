"""`python -m core.tables.migrations 0012 visits`: writes the migration that brings a store from the newest version to
the tables as they are declared now. Read it before it is committed: a renamed column looks like one lost, one new."""

import sys
import tempfile
from pathlib import Path

from alembic import command

from core.store import Store
from core.store.door import migrations, upgrade


def main(number: str, name: str) -> None:
    """Compares the tables with those of a store at the newest version, and writes versions/NUMBER_NAME.py."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/newest.db")
        with store.writing() as connection:
            upgrade(connection)
            config = migrations()
            config.set_main_option("file_template", f"{number}_%%(rev)s")
            config.attributes["connection"] = connection
            written = command.revision(config, name, autogenerate=True, rev_id=name)
        store.engine.dispose()
    print(Path(written.path).name)  # type: ignore[union-attr]


if __name__ == "__main__":
    main(*sys.argv[1:])
