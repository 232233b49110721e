"""Records of one provider that stand apart in a file, brought together on disk."""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from directory.records import ProviderRecord, from_json


class Gathering:
    """A temporary table of records. Memory stays small whatever their number."""

    def __init__(self, folder: Path) -> None:
        self._file = sqlite3.connect(folder / "records.db", isolation_level=None)
        self._file.executescript(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;"
            "CREATE TABLE records (id TEXT, record TEXT, PRIMARY KEY (id, record)) WITHOUT ROWID;"
        )

    def add(self, record: ProviderRecord) -> None:
        row = (record.source_id, record.as_json())
        self._file.execute("INSERT OR IGNORE INTO records VALUES (?, ?)", row)

    def groups(self) -> Iterator[list[ProviderRecord]]:
        """The records of each provider, in an order that does not depend on the file's."""
        rows = self._file.execute("SELECT id, record FROM records ORDER BY id, record")
        for _, group in groupby(rows, key=lambda row: row[0]):
            yield [from_json(text) for _, text in group]

    def close(self) -> None:
        self._file.close()
