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
        named = _with_driver(sa.engine.make_url(url))
        return sa.create_engine(named, future=True, pool_pre_ping=True, pool_timeout=5)
    engine = sa.create_engine(url, future=True, connect_args={"timeout": 5})
    event.listen(engine, "connect", _sqlite_pragmas)
    return engine


def _with_driver(url: sa.engine.URL) -> sa.engine.URL:
    """`postgresql://` means the driver that we install, with every version of SQLAlchemy."""
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg2")
    return url


def scrub(engine: sa.engine.Engine) -> None:
    """Let deleted bytes leave SQLite's write-ahead file too; the main file overwrites them itself.

    Does nothing on PostgreSQL. While somebody reads, the bytes stay until the next call.
    """
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        connection.execute(sa.text("PRAGMA busy_timeout = 250"))  # milliseconds
        connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)")).all()
        connection.execute(sa.text("PRAGMA busy_timeout = 5000"))


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
