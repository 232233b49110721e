"""Opening the database: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event


def open_engine(url: str) -> sa.engine.Engine:
    """An engine with foreign keys kept and short waits (seconds), so that a stuck database shows.

    Nothing is contacted yet. Raises ``sqlalchemy.exc.ArgumentError`` on a malformed URL.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url, future=True, pool_pre_ping=True, pool_timeout=5)
    engine = sa.create_engine(url, future=True, connect_args={"timeout": 5})
    event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
