"""What the tables of one import have to know of each other, kept in a temporary file.

However many rows there are, memory stays small, and nothing is left behind.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from directory.records import Kind

_TABLES = """
    CREATE TABLE taken (npi TEXT PRIMARY KEY, kind TEXT, verified INTEGER, updated INTEGER)
        WITHOUT ROWID;
    CREATE TABLE kept (source TEXT, npi TEXT, number INTEGER, line BLOB);
"""


@dataclass(frozen=True)
class Taken:
    """What the main table says of a provider that the others don't tell."""

    kind: Kind
    verified: date
    updated: date | None


@dataclass(frozen=True)
class Kept:
    """The lines of one provider with their numbers, and what the main table said of it, if it was
    in there."""

    npi: str
    taken: Taken | None
    lines: tuple[tuple[int, bytes], ...]


class Notes:
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def take(self, npi: str, taken: Taken) -> bool:
        """Note a provider of the main table; False when it was there before."""
        updated = taken.updated and taken.updated.toordinal()
        row = npi, taken.kind, taken.verified.toordinal(), updated
        return self._db.execute("INSERT OR IGNORE INTO taken VALUES (?, ?, ?, ?)", row).rowcount > 0

    def keep(self, source: str, npi: str, number: int, line: bytes) -> None:
        self._db.execute("INSERT INTO kept VALUES (?, ?, ?, ?)", (source, npi, number, line))

    def kept(self, source: str) -> Iterator[Kept]:
        """The lines of each provider, put together from wherever in the file they were."""
        rows = self._db.execute(
            "SELECT kept.npi, kind, verified, updated, number, line"
            " FROM kept LEFT JOIN taken USING (npi) WHERE source = ? ORDER BY kept.npi, number",
            (source,),
        )
        for (npi, *told), lines in groupby(rows, lambda row: row[:4]):
            yield Kept(npi, _taken(*told), tuple(line[4:] for line in lines))

    def without(self, source: str) -> Iterator[str]:
        """The providers of the main table of whom no line was kept."""
        rows = self._db.execute(
            "SELECT npi FROM taken WHERE npi NOT IN (SELECT npi FROM kept WHERE source = ?)",
            (source,),
        )
        return (npi for (npi,) in rows)


def _taken(kind: Any, verified: Any, updated: Any) -> Taken | None:
    if kind is None:
        return None
    return Taken(kind, date.fromordinal(verified), updated and date.fromordinal(updated))


@contextmanager
def open_notes() -> Iterator[Notes]:
    # A database without a name is a file that nobody else sees and that goes when it is closed.
    # The notes may be written by another thread than the one that opened them.
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as db:
        db.executescript(_TABLES)
        db.execute("BEGIN")
        yield Notes(db)
