"""What differs between SQLite and PostgreSQL: opening, locking, writing in bulk. All else is the same SQL.

SQLite has one writer at a time. On PostgreSQL writers of different counties prepare their rows side by side, and
only publish one after the other (`core.store`).
"""

import json
import selectors
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, event, func, select
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.schema import ScalarElementColumnDefault

CHUNK = 500  # rows or keys a statement: well under SQLite's limit on bound values
FLOW = 10_000  # rows in memory while a table streams from one store to another

Row = Mapping[str, Any]


@lru_cache(maxsize=8192)
def _read_json(text: str | bytes) -> Any:
    """Causes and measures: few texts, in each of thousands of rows. What comes out is shared and never changed."""
    return json.loads(text)


def open_engine(url: str) -> Engine:
    """The engine of a store's address (a SQLAlchemy URL): sqlite:///… or postgresql+psycopg://…"""
    engine = sqlalchemy_engine(
        url,
        json_serializer=json.JSONEncoder(ensure_ascii=False).encode,
        json_deserializer=_read_json,
        hide_parameters=True,  # what a statement was given may be a villager's, and errors go to the log
        pool_pre_ping=not url.startswith("sqlite"),  # a PostgreSQL that was restarted closed our connections
    )
    if engine.dialect.name == "postgresql":
        ask = engine.dialect.do_ping
        engine.dialect.do_ping = lambda dbapi_connection: (  # type: ignore[method-assign]
            _is_quiet(dbapi_connection) or ask(dbapi_connection)
        )
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # the begin hook below decides, not the driver
            cursor = connection.cursor()
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=10000"):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            # 写事务一开始就占写锁：两个同时导入的，后一个等待，而不是中途失败。读的不占锁，不会失败，直接交给驱动。
            if connection.get_execution_options().get("writes", False):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.connection.execute("BEGIN")

    return engine


def _is_quiet(connection: Any) -> bool:
    """Whether an idle connection's server has sent nothing, so that it need not be asked whether it is there, which is
    another way to it before every reading. One that went away has sent at least its end."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(connection, selectors.EVENT_READ)
        return not waiting.select(0)


def reading(engine: Engine) -> Engine:
    """The same engine for statements that write nothing. On PostgreSQL each is its own transaction there anyway (it
    sees what is committed when it starts), so none is begun and ended around it: half the ways to the server. On
    SQLite what is read on one connection is of one moment."""
    is_server = engine.dialect.name == "postgresql"
    return engine.execution_options(isolation_level="AUTOCOMMIT") if is_server else engine


def under(place: Any, code: str) -> ColumnElement[bool]:
    """Whether a column holds a place's code or that of one within it. Digits alone are compared: how other signs sort
    depends on the language that a PostgreSQL was made with."""
    return and_(place >= code, place < str(int(code) + 1))


def own(model: Any) -> Table:
    """The table of a SQLModel class."""
    return cast(Table, model.__table__)


def is_postgres(connection: Connection) -> bool:
    """True on PostgreSQL, False on SQLite."""
    return connection.dialect.name == "postgresql"


def lock(connection: Connection, name: str) -> None:
    """Waits until no other transaction holds this name, and holds it until this one ends.

    On SQLite a writing transaction holds the whole store already.
    """
    if is_postgres(connection):
        connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def write_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Inserts many rows of the same columns; by COPY on PostgreSQL."""
    if not rows:
        return
    standard = {  # INSERT fills these in by itself, a prepared row does not
        column.name: column.default.arg
        for column in table.columns
        if column.name not in rows[0] and isinstance(column.default, ScalarElementColumnDefault)
    }
    dialect = connection.dialect
    ready: list[Iterable[Any]] = []
    for name in (*rows[0], *standard):
        values = [row[name] for row in rows] if name in rows[0] else [standard[name]] * len(rows)
        process = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        ready.append([None if v is None else process(v) for v in values] if process else values)
    quote = dialect.identifier_preparer.quote
    names = ", ".join(quote(name) for name in (*rows[0], *standard))
    if not is_postgres(connection):
        marks = ", ".join("?" * len(ready))
        into = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({marks})"
        connection.exec_driver_sql(into, list(zip(*ready, strict=True)))
        return
    driver = connection.connection.driver_connection
    assert driver is not None, "a connection in a transaction has its driver's"
    with driver.cursor() as cursor, cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
        for line in zip(*ready, strict=True):
            copy.write_row(line)


def add_up(connection: Connection, table: Table, rows: Sequence[Row], amount: str) -> None:
    """Inserts rows, or adds their `amount` to the row of the same primary key that stands already."""
    if not rows:
        return
    kind = postgresql if is_postgres(connection) else sqlite
    statement = kind.insert(table)
    added = table.c[amount] + statement.excluded[amount]
    connection.execute(
        statement.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_={amount: added}),
        list(rows),
    )


def copy_table(source: Connection, target: Connection, table: Table) -> int:
    """Streams all rows of a table from one store to another; gives their number."""
    found = source.execution_options(yield_per=FLOW).execute(select(table)).mappings()
    copied = 0
    while chunk := list(islice(found, FLOW)):
        write_rows(target, table, [dict(row) for row in chunk])
        copied += len(chunk)
    return copied


def restart_sequences(connection: Connection, table: Table) -> None:
    """On PostgreSQL, lets a table's own numbers go on after the greatest that was written with its number."""
    column = table.autoincrement_column
    if column is None or not is_postgres(connection):
        return
    sequence = connection.execute(
        select(func.pg_get_serial_sequence(table.name, column.name))
    ).scalar_one_or_none()
    if sequence:
        top = connection.execute(select(func.max(column))).scalar_one()
        connection.execute(select(func.setval(sequence, top or 1, top is not None)))
