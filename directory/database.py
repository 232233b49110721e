"""Opening the directory's database: SQLite or PostgreSQL, by URL."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import QueuePool

_CACHE = 48 * 1024  # KiB of pages that one SQLite connection keeps in memory
_KEPT = 3  # connections


def open_engine(url: str) -> Engine:
    """An engine with foreign keys kept and short waits (seconds), so that a stuck database shows.

    Nothing is contacted yet. Raises ``sqlalchemy.exc.ArgumentError`` on a malformed URL.
    """
    if not url.startswith("sqlite"):
        named = _with_driver(sa.engine.make_url(url))
        engine = sa.create_engine(named, future=True, pool_pre_ping=True, pool_timeout=5)
        event.listen(engine, "connect", _postgresql_settings)
        return engine
    # Connections are kept, and with them the pages that they have read.
    engine = sa.create_engine(
        url,
        future=True,
        poolclass=QueuePool,
        pool_size=_KEPT,
        connect_args={"timeout": 5, "check_same_thread": False},
    )
    event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _with_driver(url: sa.engine.URL) -> sa.engine.URL:
    """`postgresql://` means the driver that we install, with every version of SQLAlchemy."""
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg2")
    return url


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA cache_size=-{_CACHE}")
    cursor.close()


def _postgresql_settings(connection: Any, _record: Any) -> None:
    """PostgreSQL takes the areas of a search for much larger than they are, and would read the
    whole table (0.7 s at a million providers)."""
    cursor = connection.cursor()
    for setting in ("enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"):
        cursor.execute(f"SET {setting} = off")
    cursor.execute("SET max_parallel_workers_per_gather = 0")
    cursor.close()
    connection.commit()
