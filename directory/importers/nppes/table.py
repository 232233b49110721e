"""The tables of NPPES, told by their headers, and their rows."""

import csv
import re
from collections.abc import Iterator
from typing import Literal

from directory.feed import ImportFault, Rejected
from directory.importers.nppes.lines import LONGEST, Lines
from directory.tidy import words

Kind = Literal["main", "locations", "names", "deactivated", "endpoints"]

SLOTS = range(1, 16)  # taxonomy codes of one provider

# What a table must have to be of a kind.
_NEEDED: dict[Kind, tuple[str, ...]] = {
    "main": (
        "NPI",
        "Entity Type Code",
        "Provider Organization Name (Legal Business Name)",
        "Provider Last Name (Legal Name)",
        "Provider First Name",
        "Provider Credential Text",
        "Provider First Line Business Practice Location Address",
        "Provider Second Line Business Practice Location Address",
        "Provider Business Practice Location Address City Name",
        "Provider Business Practice Location Address State Name",
        "Provider Business Practice Location Address Postal Code",
        "Provider Business Practice Location Address Country Code (If outside U.S.)",
        "Provider Business Practice Location Address Telephone Number",
        "Last Update Date",
        "NPI Deactivation Date",
        "NPI Reactivation Date",
        *(f"Healthcare Provider Taxonomy Code_{slot}" for slot in SLOTS),
        *(f"Provider License Number_{slot}" for slot in SLOTS),
        *(f"Provider License Number State Code_{slot}" for slot in SLOTS),
        *(f"Healthcare Provider Primary Taxonomy Switch_{slot}" for slot in SLOTS),
    ),
    "locations": (
        "NPI",
        "Provider Secondary Practice Location Address - Address Line 1",
        "Provider Secondary Practice Location Address - Address Line 2",
        "Provider Secondary Practice Location Address - City Name",
        "Provider Secondary Practice Location Address - State Name",
        "Provider Secondary Practice Location Address - Postal Code",
        "Provider Secondary Practice Location Address - Country Code (If outside U.S.)",
        "Provider Secondary Practice Location Address - Telephone Number",
    ),
    "names": ("NPI", "Provider Other Organization Name"),
    "deactivated": ("NPI", "NPPES Deactivation Date"),
    "endpoints": ("NPI", "Endpoint Type"),
}

_NARROW = 30  # columns; no table but the main one has more

# Today's name of a column (V.2) for one that it had before.
_RENAMED = {"Provider Gender Code": "Provider Sex Code"}

_GIVE = "Give the zip as CMS publishes it, or one of its tables."


class Unusable(Exception):
    """A row that can't be used. The text is the reason it is counted under."""


class Row:
    """The cells of one row, by the names of their columns in V.2."""

    def __init__(self, cells: list[str], columns: "_Columns") -> None:
        self._cells = cells
        self._columns = columns

    def __getitem__(self, column: str) -> str:
        """The value on one line; "" when it is not told, or the table has no such column.

        Raises Unusable when it is no UTF-8.
        """
        at = self._columns[column]
        value = self._cells[at].strip() if at is not None else ""
        if not value.isprintable():
            if any("\udc80" <= letter <= "\udcff" for letter in value):
                raise Unusable("not_text")
            value = words(value)
        return "" if value == "<UNAVAIL>" else value


class _Columns(dict[str, int | None]):
    """Where a column is, by its name however it is written; None when there is none."""

    def __missing__(self, name: str) -> int | None:
        self[name] = self.get(_key(name))
        return self[name]


class Table:
    """An open table whose header is one of NPPES. Raises ImportFault when it is not."""

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self._stream = iter(lines)
        header = _header(lines.name, next(self._stream, b""))
        kind = _kind(header)
        if kind is None and _is_title(header):
            header = _header(lines.name, next(self._stream, b""))
            kind = _kind(header)
        if kind is None:
            missing = next(name for name in _NEEDED["main"] if _key(name) not in header)
            raise ImportFault(
                f"{lines.name} is not of NPPES: it has no column {missing!r}. {_GIVE}"
            )
        self.kind: Kind = kind
        self._columns = _Columns({name: at for at, name in enumerate(header)})
        if len(self._columns) != len(header):
            raise ImportFault(f"{lines.name} is not of NPPES: two columns share a name. {_GIVE}")
        self._npi = header.index("npi")
        self.width = len(header)

    def __iter__(self) -> Iterator[bytes]:
        """The lines after the header."""
        return self._stream

    def is_plain(self, line: bytes) -> bool:
        """Whether a line is sure to be a whole row, written as NPPES writes them."""
        return (
            line.count(b'","') == self.width - 1
            and len(line) < LONGEST
            and line.endswith((b'"\n', b'"\r\n'))
            and b"\0" not in line
        )

    def npi(self, line: bytes) -> str:
        """The NPI of a plain line, without reading the rest."""
        if self._npi == 0:
            return line[1 : line.index(b'"', 1)].decode("latin-1")
        return line.split(b'","', self._npi + 1)[self._npi].strip(b'"\r\n').decode("latin-1")

    def row(self, line: bytes) -> Row:
        """The cells of a line. Raises Unusable."""
        if len(line) >= LONGEST:
            raise Unusable("too_long")
        if b"\0" in line:
            raise Unusable("not_text")
        cells = _cells(line.decode("utf-8", "surrogateescape"))
        if cells is None or len(cells) != self.width:
            raise Unusable("wrong_number_of_cells")
        return Row(cells, self._columns)

    def rejected(self, line: bytes, reason: str) -> Rejected:
        """The line that was just read, as an item of a feed."""
        return rejected(self.lines.number, reason, line)


def rejected(number: int, reason: str, line: bytes) -> Rejected:
    return Rejected(number, reason, line.rstrip(b"\r\n").decode("utf-8", "backslashreplace"))


def _cells(text: str) -> list[str] | None:
    try:
        return next(csv.reader((text,), strict=True))
    except csv.Error:  # a quote that is never closed, or stands inside a cell
        return None


def _header(name: str, line: bytes) -> list[str]:
    if not line:
        raise ImportFault(f"{name} is empty. {_GIVE}")
    try:
        cells = _cells(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        cells = None
    if not cells or b"\0" in line or len(line) >= LONGEST:
        raise ImportFault(f"{name} is no table, or not in UTF-8. {_GIVE}")
    return [_key(_RENAMED.get(cell.strip(), cell)) for cell in cells]


def _is_title(header: list[str]) -> bool:
    """The list of deactivated NPIs has a line above its header."""
    return header[0].startswith("nppes deactivated")


def _kind(header: list[str]) -> Kind | None:
    held = set(header)
    main = len(header) > _NARROW or "entity type code" in held
    fitting = (kind for kind, names in _NEEDED.items() if held.issuperset(map(_key, names)))
    return next((kind for kind in fitting if main == (kind == "main")), None)


def _key(column: str) -> str:
    """A column's name as names are compared: NPPES is not of one mind about blanks and hyphens."""
    return " ".join(re.findall(r"[a-z0-9]+", column.casefold()))
