"""The made-up country as a directory's database, kept from one run to the next.

A database is made by the real intake, which takes minutes at a million providers. It lies in the
folder for temporary files, under a name that changes when the directory's code does.
"""

from __future__ import annotations

import hashlib
import io
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa

from directory.database import open_engine
from directory.intake import take
from directory.migrate import upgrade
from directory.tables import metadata
from tests.load.country import Country

FOLDER = Path(tempfile.gettempdir()) / "care-navigator-bench"
PROJECT = Path(__file__).resolve().parents[2]
MADE_BY = ("directory/*.py", "directory/migrations/versions/*.py", "tests/load/country.py")
_ROWS = 20_000


def version() -> str:
    """A digest of everything that has a say in what a database holds."""
    digest = hashlib.blake2b(digest_size=6)
    for pattern in MADE_BY:
        for path in sorted(PROJECT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def sqlite_file(size: int, say: Callable[[str], None]) -> Path:
    """The file with a country of this size, made if it is not there."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"country-{size}-{version()}.db"
    if path.exists():
        return path
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    url = f"sqlite:///{unfinished}"
    upgrade(url)
    engine = open_engine(url)
    began = time.monotonic()

    def progress(done: int, _total: int | None, _rows: int) -> None:
        if done % (size // 10) < 500:
            say(
                f"{done:,} of {size:,} providers, {done / (time.monotonic() - began):,.0f} a second"
            )

    take(engine, [Country(size)], progress=progress)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    unfinished.rename(path)
    return path


def copy_to_postgresql(path: Path, url: str) -> None:
    """The same tables on PostgreSQL, which must be empty. Copied, since it measures searching."""
    upgrade(url)
    engine = open_engine(url)
    source = sqlite3.connect(path)
    with engine.begin() as connection:
        # What is copied was checked when it was written first.
        connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
        for table in metadata.sorted_tables:
            _copy(source, connection, table)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))
    engine.dispose()


def _copy(source: sqlite3.Connection, connection: sa.engine.Connection, table: sa.Table) -> None:
    names = ", ".join(column.name for column in table.columns)
    rows = source.execute(f"SELECT {names} FROM {table.name}")
    cursor = connection.connection.cursor()
    while some := rows.fetchmany(_ROWS):
        text = "".join("\t".join(map(_written, row)) + "\n" for row in some)
        cursor.copy_expert(f"COPY {table.name} ({names}) FROM STDIN", io.StringIO(text))


def _written(value: object) -> str:
    if value is None:
        return r"\N"
    return str(value).replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n")
