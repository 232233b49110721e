"""What importers of JSON share: the objects of a file, one by one, whatever they are wrapped in.

A file may be one document, documents one after another, or one a line; packed with gzip or not.
A document is an object, a list of objects, or a page that holds a list of them. At no time is
more than one object in memory, and how deep one nests is bounded.
"""

import gzip
import json
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import urlsplit

import ijson

from directory import tidy
from directory.feed import ImportFault, Rejected

_GZIP = b"\x1f\x8b"
_BROKEN = (OSError, EOFError, zlib.error)
_LONGEST_LINE = 32 << 20  # bytes
_DEEPEST = 40  # lists and objects within one another
_LONGEST_TEXT = 4_000  # characters of a rejected row that are kept

_Event = tuple[str, Any]


@dataclass(frozen=True)
class Row:
    """An object of the file. `number` counts from 1."""

    number: int
    told: dict[str, Any]

    def rejected(self, reason: str) -> Rejected:
        text = json.dumps(self.told, ensure_ascii=False, default=str)
        return Rejected(self.number, reason, text[:_LONGEST_TEXT])


class JsonFile:
    """A file of JSON. Raises ImportFault when it can't be opened, is empty or is no text."""

    def __init__(self, path: Path, lists: Collection[str]) -> None:
        """`lists` are the names under which a page holds its list, such as "rows"."""
        self.path = path
        self._lists = frozenset(lists)
        self._raw: IO[bytes] | None = None
        self._read_to = 0
        with self._open() as file:
            self.total = path.stat().st_size
            self._by_line = self._is_by_line(file)

    def done(self) -> int:
        """Bytes of the file that were read."""
        return self._raw.tell() if self._raw else self._read_to

    def rows(self) -> Iterator[Row | Rejected]:
        """Every object, and what stands where an object should. Raises ImportFault when the file
        ends too early or is no JSON."""
        with self._open() as file:
            found = self._lines(file) if self._by_line else self._document(file)
            try:
                for number, value in enumerate(found, start=1):
                    yield _row(number, value)
            except _BROKEN as fault:
                raise self._fault(f"can't be read to its end: {fault}") from fault

    @contextmanager
    def _open(self) -> Iterator[IO[bytes]]:
        try:
            raw = self.path.open("rb")
        except OSError as fault:
            raise ImportFault(f"{self.path.name} can't be opened: {fault.strerror}.") from fault
        with raw:
            self._raw = raw
            packed = raw.read(2) == _GZIP
            raw.seek(0)
            try:
                yield cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            finally:
                self._read_to, self._raw = raw.tell(), None

    def _is_by_line(self, file: IO[bytes]) -> bool:
        """Whether the first line is a document and others follow it."""
        try:
            first = file.readline(_LONGEST_LINE)
            while first and not first.strip():
                first = file.readline(_LONGEST_LINE)
            rest = file.read(1 << 16)
        except _BROKEN as fault:
            raise self._fault(f"can't be unpacked: {fault}") from fault
        start = first.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
        if not start:
            raise self._fault("is empty")
        if start not in (b"{", b"["):
            raise self._fault("is not JSON")
        return bool(rest.strip()) and isinstance(_read(first), dict)

    def _lines(self, file: IO[bytes]) -> Iterator[Any]:
        while line := file.readline(_LONGEST_LINE):
            if not line.strip():
                continue
            value = _read(line)
            if isinstance(value, Unread) and not line.endswith(b"\n"):
                raise self._fault("is cut short: its last line is not whole")
            page = [key for key in self._lists if key in value] if isinstance(value, dict) else []
            if page:
                items = value[page[0]]
                yield from items if isinstance(items, list) else ()
            else:
                yield value

    def _document(self, file: IO[bytes]) -> Iterator[Any]:
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        try:
            events = ijson.basic_parse(file, multiple_values=True)
            yield from _values(((event, _plain(value)) for event, value in events), self._lists)
        except ijson.IncompleteJSONError as fault:
            raise self._fault("is cut short, or is not JSON") from fault
        except (ijson.JSONError, UnicodeDecodeError, ValueError) as fault:
            raise self._fault("is not JSON") from fault

    def _fault(self, what: str) -> ImportFault:
        return ImportFault(f"{self.path.name} {what}. Get it again; nothing was changed.")


@dataclass(frozen=True)
class Unread:
    """Text that is no JSON."""

    text: str


def _read(line: bytes) -> Any:
    try:
        return json.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return Unread(line.decode("utf-8", "backslashreplace").strip())


def _row(number: int, value: Any) -> Row | Rejected:
    if isinstance(value, dict):
        return Row(number, value)
    if isinstance(value, Unread):
        return Rejected(number, "not_json", value.text[:_LONGEST_TEXT])
    return Rejected(number, "not_an_object", repr(value)[:_LONGEST_TEXT])


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _values(events: Iterator[_Event], lists: Collection[str]) -> Iterator[Any]:
    """The objects of documents that follow one another."""
    for event, value in events:
        if event == "start_array":
            yield from _items(events, lists)
        elif event == "start_map":
            yield from _object(events, lists)
        else:
            yield value


def _items(events: Iterator[_Event], lists: Collection[str]) -> Iterator[Any]:
    """The items of a list that has begun."""
    for event, value in events:
        if event == "end_array":
            return
        if event == "start_map":
            yield from _object(events, lists)
        else:
            yield _whole(event, value, events)


def _object(events: Iterator[_Event], lists: Collection[str]) -> Iterator[Any]:
    """The object that has begun or, when it is a page, the items of its list."""
    told: dict[str, Any] = {}
    is_page = False
    for event, key in events:
        if event == "end_map":
            break
        event, value = next(events)
        if key in lists:
            is_page = True
            if event == "start_array":
                yield from _items(events, ())
                continue
        told[key] = _whole(event, value, events)
    if not is_page:
        yield told


def _whole(event: str, value: Any, events: Iterator[_Event]) -> Any:
    """The value that has begun. What nests too deep in it is left out."""
    if event not in ("start_map", "start_array"):
        return value
    top: Any = {} if event == "start_map" else []
    above: list[tuple[Any, str | None]] = []
    here: Any = top
    key: str | None = None
    too_deep = 0
    for event, value in events:
        if event in ("start_map", "start_array"):
            if too_deep or len(above) >= _DEEPEST:
                too_deep += 1
                continue
            inner: Any = {} if event == "start_map" else []
            _put(here, key, inner)
            above.append((here, key))
            here = inner
        elif event in ("end_map", "end_array"):
            if too_deep:
                too_deep -= 1
            elif above:
                here, key = above.pop()
            else:
                break
        elif too_deep:
            continue
        elif event == "map_key":
            key = value
        else:
            _put(here, key, value)
    return top


def _put(into: Any, key: str | None, value: Any) -> None:
    if isinstance(into, list):
        into.append(value)
    else:
        into[key] = value


def modified_on(path: Path) -> date:
    """The day the file was last changed, for sources that do not date what they say."""
    return datetime.fromtimestamp(path.stat().st_mtime, timezone.utc).date()


def website(text: Any) -> str | None:
    """An address that a browser can open; None for anything else."""
    address = tidy.words(text).removesuffix("/")
    if address and "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return None
    whole = parts.scheme in ("http", "https") and "." in host and " " not in address
    return address if whole and len(address) <= 200 and "@" not in parts.netloc else None
