"""Writing many rows at once. For SQLite the driver takes them as they are: the work that SQLAlchemy
does on each value costs more than SQLite's own."""

from collections.abc import Sequence
from functools import cache
from operator import itemgetter
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
    connection.exec_driver_sql(_insert(table.name, names), _values(table, names, rows))


def update(connection: Connection, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Rows that are there, by "id", which comes last in each; all with the same columns."""
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_update(table.name, names), _values(table, names, rows))
        return
    statement = sa.update(table).where(table.c.id == sa.bindparam("at"))
    changed = statement.values({name: sa.bindparam(name) for name in names[:-1]})
    connection.execute(changed, [{**row, "at": row["id"]} for row in rows])


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names[:-1])} WHERE id = ?"  # noqa: S608


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608


def _values(
    table: sa.Table, names: tuple[str, ...], rows: Sequence[dict[str, Any]]
) -> list[tuple[Any, ...]]:
    """The values of rows, in the order of the columns; SQLite keeps days as text."""
    values = list(map(itemgetter(*names), rows))
    days = [at for at, name in enumerate(names) if isinstance(table.c[name].type, sa.Date)]
    if not days:
        return values
    written = []
    for row in values:
        cells = list(row)
        for at in days:
            cells[at] = cells[at] and cells[at].isoformat()
        written.append(tuple(cells))
    return written
