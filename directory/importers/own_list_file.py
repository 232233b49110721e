"""Reading the rows of a list that somebody keeps in a spreadsheet and saved as CSV."""

import codecs
import csv
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from directory.feed import ImportFault
from directory.importers.own_list_map import ListMap
from directory.tidy import words

_DELIMITERS = (",", ";", "\t", "|")
_BEGINNING = 65_536  # characters in which the delimiter is looked for
_SHOWN = 30  # columns of the file that a fault names
# What a file that names its own encoding begins with.
_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .xls
_ENDLESS = "field larger than field limit"  # csv's words for a quote that is never closed
_CUT = "unexpected end of data"


@dataclass(frozen=True)
class Row:
    """One row of the list. `number` counts from 1 below the header; `text` is how it stood in the
    file. With a `fault` there are no cells."""

    number: int
    cells: tuple[str, ...]
    text: str
    fault: str | None = None


class ListFile:
    """An open list whose header has every column that the map names."""

    def __init__(self, path: Path, binary: IO[bytes], layout: ListMap) -> None:
        """Reads the header; raises ImportFault."""
        self.total = os.fstat(binary.fileno()).st_size
        self.rows_read = 0
        self._name = path.name
        self._binary = binary
        self.layout = layout
        beginning = binary.read(4)
        binary.seek(0)
        if beginning in _WORKBOOKS:
            raise ImportFault(
                f"{path.name} is an Excel workbook; save it as CSV UTF-8, and give that."
            )
        marked = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), None)
        self._encoding = marked or layout.encoding
        self._lines = _Lines(io.TextIOWrapper(binary, encoding=self._encoding, newline=""))
        self._reader = csv.reader(self._lines, delimiter=self._delimiter(), strict=True)
        self._width, self._columns = self._read_header()

    def done(self) -> int:
        """Bytes read so far."""
        return min(self._binary.tell(), self.total)

    def cells(self, row: Row, field: str) -> Iterator[str]:
        """What the row has in the columns of a field, cell by cell."""
        return (row.cells[at] for at in self._columns.get(field, ()))

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank."""
        for number in count(1):
            self._lines.begun.clear()
            try:
                cells = self._next()
            except csv.Error as fault:
                if str(fault).startswith((_ENDLESS, _CUT)):
                    raise ImportFault(
                        f"{self._name}: a quote in row {number} is never closed, or the file "
                        "was cut short. Mend the row, or save the file again."
                    ) from fault
                self.rows_read = number
                yield Row(number, (), self._lines.text(), "bad_quotes")
                continue
            if cells is None:
                return
            self.rows_read = number
            if any(cell.strip() for cell in cells):
                yield self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> Row:
        fits = len(cells) >= self._width and not any(map(str.strip, cells[self._width :]))
        fault = None if fits else "wrong_number_of_cells"
        return Row(number, tuple(cells), self._lines.text(), fault)

    def _delimiter(self) -> str:
        """The one that the map names, else the one that makes the most columns of the header."""
        if self.layout.delimiter:
            return self.layout.delimiter
        try:
            text = self._lines.peek(_BEGINNING)
        except UnicodeError as fault:
            raise self._not_text() from fault
        return max(_DELIMITERS, key=lambda delimiter: _width(text, delimiter))

    def _read_header(self) -> tuple[int, Mapping[str, tuple[int, ...]]]:
        try:
            header = self._next()
        except csv.Error as fault:
            raise ImportFault(f"{self._name} has a header that can't be read: {fault}.") from fault
        names = [_plain(name) for name in header or ()]
        if header is None or not any(names):
            raise ImportFault(f"{self._name} has no header; its first row must name the columns.")
        while not names[-1]:
            names.pop()
        columns = {
            field: tuple(self._column(field, name, names, header) for name in given)
            for field, given in self.layout.columns.items()
        }
        return len(names), columns

    def _column(self, field: str, name: str, names: list[str], header: list[str]) -> int:
        found = [at for at, each in enumerate(names) if each == _plain(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ImportFault(
                f"{self._name} has {len(found)} columns {name!r}; rename one of them."
            )
        theirs = ", ".join(repr(words(each)[:40]) for each in header[:_SHOWN])
        more = ", …" if len(header) > _SHOWN else ""
        raise ImportFault(
            f"{self._name} has no column {name!r}, which {self.layout.name} names for {field}. "
            f"Its columns are {theirs}{more}."
        )

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except UnicodeError as fault:
            raise self._not_text() from fault
        except OSError as fault:
            raise ImportFault(f"{self._name} can't be read: {fault.strerror}.") from fault

    def _not_text(self) -> ImportFault:
        mend = "save it as CSV UTF-8"
        if self._encoding == "utf-8":
            mend += f", or put `encoding: cp1252` in {self.layout.name} if an old Excel wrote it"
        named = self._encoding.removesuffix("-sig")
        return ImportFault(
            f"{self._name} is not {named} text after line {self._lines.number}; {mend}."
        )


class _Lines:
    """The lines of a text, and those that the row now being read has begun with."""

    def __init__(self, text: IO[str]) -> None:
        self.begun: list[str] = []
        self.number = 0
        self._text = text
        self._ahead = io.StringIO()

    def peek(self, size: int) -> str:
        """The beginning of the text; it is read again as lines."""
        beginning = self._text.read(size) + self._line(self._text)
        self._ahead = io.StringIO(beginning, newline="")
        return beginning

    def text(self) -> str:
        return "".join(self.begun).rstrip("\r\n")

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._line(self._ahead) or self._line(self._text)
        if not line:
            raise StopIteration
        self.number += 1
        self.begun.append(line)
        return line

    def _line(self, text: IO[str]) -> str:
        line = text.readline(csv.field_size_limit())
        if "\0" in line or len(line) == csv.field_size_limit():
            raise UnicodeError("no text has null characters, or lines as long as this")
        return line


def _width(text: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), ()))
    except csv.Error:
        return 0


def _plain(name: str) -> str:
    return words(name).casefold()
