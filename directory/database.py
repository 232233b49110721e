"""Opening the directory's database: SQLite or PostgreSQL, by URL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

_CACHE = 64 * 1024  # KiB that SQLite keeps in memory, which is most of a search's rows


def open_engine(url: str) -> Engine:
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
    cursor.execute(f"PRAGMA cache_size=-{_CACHE}")
    cursor.close()
