"""The first sheet of an Excel file (.xlsx), row by row, as the lines of a CSV table."""

import csv
import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, iterparse

from directory.feed import ImportFault

_STRINGS = "xl/sharedStrings.xml"
_MOST_COLUMNS = 100
_LARGEST = (
    300_000_000  # bytes of a part, unpacked; with every NPI ever deactivated it has 40 million
)


def is_sheet(packed: zipfile.ZipFile) -> bool:
    return "xl/workbook.xml" in packed.namelist()


class SheetLines(io.RawIOBase):
    """A stream that is read by lines and in no other way."""

    def __init__(self, name: str, packed: zipfile.ZipFile) -> None:
        self._rows = _rows(name, packed)

    def readline(self, size: int | None = -1, /) -> bytes:
        """A whole line, whatever the size."""
        row = next(self._rows, None)
        if row is None:
            return b""
        line = io.StringIO()
        cells = [" ".join(cell.splitlines()) for cell in row]
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(cells)
        return line.getvalue().encode()


def _rows(name: str, packed: zipfile.ZipFile) -> Iterator[list[str]]:
    held = packed.namelist()
    sheets = sorted(part for part in held if part.startswith("xl/worksheets/sheet"))
    parts = [*sheets[:1], *([_STRINGS] if _STRINGS in held else [])]
    if not sheets or any(packed.getinfo(part).file_size > _LARGEST for part in parts):
        raise ImportFault(f"{name} holds no sheet that can be read. Save it as a .csv.")
    try:
        shared = [
            _text(entry)
            for entry in (_elements(packed, _STRINGS, "sst", "si") if parts[1:] else ())
        ]
        for row in _elements(packed, sheets[0], "sheetData", "row"):
            yield _cells(row, shared)
    except (ParseError, IndexError, ValueError) as fault:
        raise ImportFault(f"{name} is no sound Excel file: {fault}. Download it again.") from fault


def _elements(packed: zipfile.ZipFile, part: str, parent: str, tag: str) -> Iterator[Element]:
    """The elements of a tag one by one; those that were read are let go."""
    holder = None
    with packed.open(part) as stream:
        # The parser (Expat) stops entities that would grow without end.
        for event, element in iterparse(stream, ("start", "end")):  # noqa: S314
            name = _name(element)
            if event == "start" and name == parent:
                holder = element
            elif event == "end" and name == tag and holder is not None:
                yield element
                holder.clear()


def _cells(row: Element, shared: list[str]) -> list[str]:
    cells: dict[int, str] = {}
    for cell in row:
        at = _column(cell.get("r", ""), len(cells))
        value = next((child.text or "" for child in cell if _name(child) == "v"), "")
        if cell.get("t") == "s":
            value = shared[int(value)]
        elif cell.get("t") == "inlineStr":
            value = _text(cell)
        if at < _MOST_COLUMNS:
            cells[at] = value
    return [cells.get(at, "") for at in range(max(cells, default=-1) + 1)]


def _column(reference: str, otherwise: int) -> int:
    """0 for a cell such as "A12", 1 for "B12"."""
    letters = reference.rstrip("0123456789")
    at = 0
    for letter in letters[:4]:
        at = at * 26 + ord(letter) - ord("A") + 1
    return at - 1 if letters else otherwise


def _text(element: Element) -> str:
    return "".join(part.text or "" for part in element.iter() if _name(part) == "t")


def _name(element: Element) -> str:
    """The name of its tag, whatever the namespace."""
    return str(element.tag).rpartition("}")[2]
