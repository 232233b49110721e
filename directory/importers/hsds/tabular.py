"""HSDS as CSV tables, in a folder or a zip.

The tables are put into a temporary database, so that they can be joined without being held.
"""

import csv
import io
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from directory.feed import ImportFault, Rejected
from directory.importers.hsds.joined import services
from directory.importers.hsds.tables import NEEDED, TABLES, table_of
from directory.importers.reading import Row

# zipfile raises the last two for a password and for a packing that it does not know.
_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)
_MOST = 20 << 30  # bytes that a zip may unpack to
_BATCH = 1_000
_LONGEST_TEXT = 4_000  # characters of a rejected row that are kept


class Tables:
    """A folder or zip of HSDS tables. Progress is in bytes of the tables."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._done = 0
        try:
            files = self._files()
        except _BROKEN as fault:
            raise self._fault(fault) from fault
        tables = [table for name in files if (table := table_of(name))]
        if "service" not in tables or len(tables) != len(set(tables)):
            raise ImportFault(
                f"{place.name} holds no service.csv, or two tables of one name. "
                "Give the folder or zip of the CSV tables of HSDS 3."
            )
        self._names = {table: name for name in files if (table := table_of(name))}
        self.total: int | None = sum(files[name] for name in self._names.values())
        if self.total and self.total > _MOST:
            raise ImportFault(f"{place.name} unpacks to more than {_MOST >> 30} GB.")

    def done(self) -> int:
        return self._done

    def read(self) -> Iterator[Row | Rejected]:
        """The rows of tables that can't be read; then every service."""
        with TemporaryDirectory() as folder:
            database = sqlite3.connect(Path(folder) / "tables.db", isolation_level=None)
            with closing(database):
                database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
                for table in TABLES:
                    yield from self._load(table, database, Path(folder))
                if database.execute("SELECT 1 FROM service").fetchone() is None:
                    raise ImportFault(f"{self._place.name} holds no services.")
                yield from services(database)

    def _files(self) -> dict[str, int]:
        """The names and sizes of what is there."""
        if self._place.is_dir():
            return {path.name: path.stat().st_size for path in sorted(self._place.iterdir())}
        with zipfile.ZipFile(self._place) as packed:
            members = packed.infolist()
        return {one.filename: one.file_size for one in members if "__MACOSX" not in one.filename}

    def _load(self, table: str, database: sqlite3.Connection, folder: Path) -> Iterator[Rejected]:
        columns = TABLES[table]
        database.execute(f"CREATE TABLE {table} ({', '.join(columns)})")
        if table in self._names:
            try:
                yield from self._fill(database, table, self._unpacked(table, folder))
            except UnicodeDecodeError as fault:
                raise ImportFault(
                    f"{table}.csv of {self._place.name} is not text in UTF-8. Save it as UTF-8."
                ) from fault
            except _BROKEN as fault:
                raise self._fault(fault) from fault
        for column in columns:
            if column.endswith("id"):
                database.execute(f"CREATE INDEX {table}_{column} ON {table} ({column})")

    def _unpacked(self, table: str, folder: Path) -> Path:
        if self._place.is_dir():
            return self._place / self._names[table]
        path = folder / f"{table}.csv"
        with (
            zipfile.ZipFile(self._place) as packed,
            packed.open(self._names[table]) as member,
            path.open("wb") as file,
        ):
            shutil.copyfileobj(member, file)
        return path

    def _fill(self, database: sqlite3.Connection, table: str, path: Path) -> Iterator[Rejected]:
        marks = ", ".join("?" for _ in TABLES[table])
        insert = f"INSERT INTO {table} VALUES ({marks})"  # noqa: S608
        batch: list[tuple[str | None, ...]] = []
        before = self._done
        with (
            path.open("rb") as binary,
            io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as file,
        ):
            rows = csv.reader(line.replace("\0", "") for line in file)
            header = [name.strip().lower() for name in next(rows, [])]
            self._check(table, header)
            at = [header.index(name) if name in header else None for name in TABLES[table]]
            while True:
                try:
                    cells = next(rows, None)
                except csv.Error as fault:
                    yield Rejected(rows.line_num, "not_csv", f"{table}.csv: {fault}")
                    continue
                if cells is None:
                    break
                if cells and len(cells) != len(header):
                    text = f"{table}.csv: {','.join(cells)}"[:_LONGEST_TEXT]
                    yield Rejected(rows.line_num, "wrong_number_of_cells", text)
                elif cells:
                    batch.append(tuple(None if n is None else cells[n] or None for n in at))
                if len(batch) == _BATCH:
                    database.executemany(insert, batch)
                    batch.clear()
                    self._done = before + binary.tell()
            database.executemany(insert, batch)
            self._done = before + binary.tell()

    def _check(self, table: str, header: list[str]) -> None:
        missing = [name for name in NEEDED.get(table, ()) if name not in header]
        if missing:
            raise ImportFault(
                f"{self._place.name} is no list in HSDS 3: its {table}.csv has no column "
                f"{missing[0]!r}."
            )

    def _fault(self, fault: Exception) -> ImportFault:
        return ImportFault(f"{self._place.name} can't be read: {fault}. Nothing was changed.")
