"""Moves a whole store to another engine: every table streamed, then counted and summed on both sides."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, LargeBinary, String, Table, func, select
from sqlmodel import SQLModel

from core.database import copy_table, restart_sequences
from core.store import Store, StoreError


def move(source_url: str, target_url: str, say: Callable[[str], None]) -> None:
    """Copies the store at one address to another where there is none, in one transaction; the old one stays.

    StoreError when the target has a store already, or when counts or sums differ: then nothing is written.
    """
    source, target = Store.open(source_url), Store(target_url)
    # 一个读事务读完全部表：搬的是同一时刻的库。
    reading = (
        source.engine.connect().execution_options(isolation_level="REPEATABLE READ")
        if (source.engine.dialect.name == "postgresql")
        else source.engine.connect()
    )
    with reading as old, old.begin(), target.making() as new:
        tables = SQLModel.metadata.sorted_tables
        for table in tables:
            copied = copy_table(old, new, table)
            restart_sequences(new, table)
            say(f"{table.name}：{copied:,}行")
        differing = [table.name for table in tables if sums(old, table) != sums(new, table)]
        if differing:
            raise StoreError(f"核对不一致：{'、'.join(differing)}。没有写入，原来的库不变；请重试。")
    source.engine.dispose()
    target.engine.dispose()


def sums(connection: Connection, table: Table) -> tuple[int, ...]:
    """The number of rows, and of each column a sum: of its numbers, else of the lengths or the number of its values."""
    wanted: list[Any] = [func.count()]
    for column in table.columns:
        if isinstance(column.type, Boolean):
            wanted.append(func.sum(column.cast(Integer)))
        elif isinstance(column.type, Integer):
            wanted.append(func.sum(column))
        elif isinstance(column.type, String | LargeBinary):
            wanted.append(func.sum(func.length(column)))
        else:
            wanted.append(func.count(column))
    row = connection.execute(select(*wanted).select_from(table)).one()
    return tuple(int(value or 0) for value in row)
