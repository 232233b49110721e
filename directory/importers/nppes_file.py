"""Opening an NPPES file, plain or zipped, and reading its rows by column name."""

import csv
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

TAXONOMY_SLOTS = range(1, 16)

_PRACTICE = "Business Practice Location Address"
REQUIRED = (
    "NPI",
    "Entity Type Code",
    "Provider Organization Name (Legal Business Name)",
    "Provider Last Name (Legal Name)",
    "Provider First Name",
    "Provider Credential Text",
    f"Provider First Line {_PRACTICE}",
    f"Provider Second Line {_PRACTICE}",
    f"Provider {_PRACTICE} City Name",
    f"Provider {_PRACTICE} State Name",
    f"Provider {_PRACTICE} Postal Code",
    f"Provider {_PRACTICE} Country Code (If outside U.S.)",
    f"Provider {_PRACTICE} Telephone Number",
    "Last Update Date",
    "NPI Deactivation Date",
    "NPI Reactivation Date",
    *(f"Healthcare Provider Taxonomy Code_{slot}" for slot in TAXONOMY_SLOTS),
    *(f"Provider License Number_{slot}" for slot in TAXONOMY_SLOTS),
    *(f"Provider License Number State Code_{slot}" for slot in TAXONOMY_SLOTS),
    *(f"Healthcare Provider Primary Taxonomy Switch_{slot}" for slot in TAXONOMY_SLOTS),
)

# Today's name of a column (V.2) for one it had before.
RENAMED = {"Provider Gender Code": "Provider Sex Code"}

_BROKEN = (csv.Error, UnicodeDecodeError, zipfile.BadZipFile, zlib.error, EOFError, OSError)


class ImportFault(Exception):
    """The file as a whole can't be imported. The text is one line for the operator."""


@dataclass(frozen=True)
class Row:
    """One row. A column that the file's layout does not have reads as empty."""

    cells: list[str]
    columns: Mapping[str, int]

    def __getitem__(self, column: str) -> str:
        """The value without outer blanks or control characters; placeholders are empty."""
        at = self.columns.get(column)
        value = self.cells[at].strip() if at is not None else ""
        if not value.isprintable():
            value = "".join(letter for letter in value if letter.isprintable())
        return "" if value == "<UNAVAIL>" else value

    def practice(self, what: str) -> str:
        """A value of the practice location block: where people are seen, unlike the mailing one."""
        return self[f"Provider {_PRACTICE} {what}"]

    def practice_lines(self) -> tuple[str, str]:
        """The two street lines of the practice location."""
        return self[f"Provider First Line {_PRACTICE}"], self[f"Provider Second Line {_PRACTICE}"]


class NppesFile:
    """An open file whose header is that of an NPPES main file."""

    def __init__(self, name: str, binary: IO[bytes], total: int) -> None:
        """Reads the header. `total` is the unpacked size in bytes."""
        self.name = name
        self.total = total
        self._binary = binary
        text = io.TextIOWrapper(binary, encoding="utf-8-sig", newline="")
        self._lines = csv.reader(text)
        self._columns = self._read_header()

    def done(self) -> int:
        """Bytes read so far."""
        return min(self._binary.tell(), self.total)

    def rows(self) -> Iterator[Row | None]:
        """Every row; None for one with more or fewer cells than the header."""
        while True:
            cells = self._next()
            if cells is None:
                return
            if cells:
                fits = len(cells) == len(self._columns)
                yield Row(cells, self._columns) if fits else None

    def _read_header(self) -> dict[str, int]:
        header = self._next()
        if header is None:
            raise ImportFault(
                f"{self.name} is empty. Give the file npidata_pfile_….csv or its zip."
            )
        columns = {RENAMED.get(name.strip(), name.strip()): at for at, name in enumerate(header)}
        missing = [name for name in REQUIRED if name not in columns]
        if missing or len(columns) != len(header):
            lack = f"it has no column {missing[0]!r}" if missing else "two columns share a name"
            raise ImportFault(
                f"{self.name} is not an NPPES main file: {lack}. "
                "Give the file npidata_pfile_….csv or its zip."
            )
        return columns

    def _next(self) -> list[str] | None:
        try:
            return next(self._lines, None)
        except _BROKEN as fault:
            raise ImportFault(
                f"{self.name} can't be read after line {self._lines.line_num}: {fault}. "
                "Download it again; nothing was changed."
            ) from fault


@contextmanager
def open_nppes(path: Path) -> Iterator[NppesFile]:
    """The main file at `path`, or in the zip at `path`; raises ImportFault when it is neither."""
    with ExitStack() as stack:
        try:
            if path.is_file() and zipfile.is_zipfile(path):
                packed = stack.enter_context(zipfile.ZipFile(path))
                member = _main_member(packed, path.name)
                binary: IO[bytes] = stack.enter_context(packed.open(member))
                total = member.file_size
            else:
                binary = stack.enter_context(path.open("rb"))
                total = os.fstat(binary.fileno()).st_size
        # zipfile raises the last two for a password and for a packing it does not know.
        except (*_BROKEN, RuntimeError, NotImplementedError) as fault:
            raise ImportFault(
                f"{path.name} can't be opened: {fault}. Check the path, or unpack it and "
                "give the .csv."
            ) from fault
        yield NppesFile(path.name, binary, total)


def _main_member(packed: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """The main file: the zip also holds other names, more locations, endpoints and headers."""
    tables = [
        member
        for member in packed.infolist()
        if member.filename.lower().endswith(".csv") and "fileheader" not in member.filename.lower()
    ]
    named = [member for member in tables if Path(member.filename).name.startswith("npidata")]
    for found in (named, tables):
        if len(found) == 1:
            return found[0]
    raise ImportFault(f"{name} holds no npidata_pfile_….csv. Give the zip as CMS publishes it.")
