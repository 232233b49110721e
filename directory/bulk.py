"""Writing many rows at once. For SQLite the driver takes them as they are: the work that SQLAlchemy
does on each value costs more than SQLite's own."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection


def insert(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """New rows, all with the same columns."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(sa.insert(table), rows)
        return
    names = tuple(rows[0])
    values = [tuple(_stored(row[name]) for name in names) for row in rows]
    connection.exec_driver_sql(_statement(table.name, names), values)


def update(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that are there, by "id", which comes last in each; all with the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        values = [tuple(_stored(row[name]) for name in names) for row in rows]
        connection.exec_driver_sql(_update(table.name, names), values)
        return
    statement = sa.update(table).where(table.c.id == sa.bindparam("at"))
    changed = statement.values({name: sa.bindparam(name) for name in names[:-1]})
    connection.execute(changed, [{**row, "at": row["id"]} for row in rows])


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names[:-1])} WHERE id = ?"  # noqa: S608


@cache
def _statement(table: str, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608


def _stored(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
