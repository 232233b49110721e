"""Plan-Net resources out of files: a Bundle, a lone resource or NDJSON, each also gzipped.

NDJSON is read line by line, and a Bundle entry by entry: neither is ever held whole.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ijson

from directory import tidy
from directory.feed import ImportFault
from directory.importers.plan_net.fhir import Json

_SUFFIXES = (".json", ".ndjson", ".json.gz", ".ndjson.gz")
_LONGEST_LINE = 4_000_000  # bytes
_LONGEST_KEPT = 2000  # characters of a line that can't be read
_HEAD = 4096  # bytes that tell what a file is
_BOM = b"\xef\xbb\xbf"

_BROKEN = (EOFError, OSError, zlib.error)


Bytes = io.BufferedReader | gzip.GzipFile


@dataclass(frozen=True)
class Entry:
    """A resource and its address in the Bundle, if it came in one."""

    resource: Json
    url: Any = None


@dataclass(frozen=True)
class Unreadable:
    """A line or entry that is no resource."""

    reason: str
    text: str


class Files:
    """A file, or the .json and .ndjson files of a folder. Raises ImportFault when there are none
    or one of them is not what it should be."""

    def __init__(self, place: Path) -> None:
        self._paths = _paths(place)
        self.total: int | None = sum(path.stat().st_size for path in self._paths)
        self.date: date | None = None  # the newest day that a Bundle gives for itself
        self._read = 0
        self._raw: Bytes | None = None
        for path in self._paths:
            with self._open(path) as file:
                _check(path, file.read(_HEAD))

    def done(self) -> int:
        """Bytes read so far, packed as they lie there."""
        return self._read + (self._raw.tell() if self._raw and not self._raw.closed else 0)

    def entries(self) -> Iterator[Entry | Unreadable]:
        for path in self._paths:
            yield from self._lines(path) if self._by_line(path) else self._whole(path)
            self._read += path.stat().st_size

    @contextmanager
    def _open(self, path: Path) -> Iterator[Bytes]:
        try:
            with path.open("rb") as raw:
                self._raw = raw
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                with gzip.open(raw) if packed else nullcontext(raw) as file:
                    if file.peek(3).startswith(_BOM):
                        file.read(3)
                    yield file
        except _BROKEN as fault:
            raise ImportFault(f"{path.name} is damaged or can't be read: {_line(fault)}") from fault
        finally:
            self._raw = None

    def _by_line(self, path: Path) -> bool:
        """Whether a file is NDJSON: its first line is a whole object, or its name says so."""
        with self._open(path) as file:
            first = next((line for line in _each_line(file) if line.strip()), b"").strip()
        if first in (b"{", b"["):
            return False
        return isinstance(_parsed(first), dict) or ".ndjson" in path.name.lower()

    def _lines(self, path: Path) -> Iterator[Entry | Unreadable]:
        with self._open(path) as file:
            for line in _each_line(file):
                if not line.strip():
                    continue
                found = _parsed(line)
                if not isinstance(found, dict):
                    too_long = len(line) > _LONGEST_LINE
                    yield Unreadable("too_large" if too_long else "not_json", _shown(line))
                elif found.get("resourceType") == "Bundle":
                    self._dated(found)
                    yield from in_bundle(found)
                else:
                    yield Entry(found)

    def _whole(self, path: Path) -> Iterator[Entry | Unreadable]:
        """A Bundle, or one resource on several lines."""
        try:
            with self._open(path) as file:
                told = _before_entries(file)
            if told is None:
                with self._open(path) as file:
                    found = _parsed(file.read(_LONGEST_LINE + 1))
                if not isinstance(found, dict):
                    raise ImportFault(f"{path.name} is neither a FHIR Bundle nor NDJSON")
                yield Entry(found)
                return
            self._dated(told)
            with self._open(path) as file:
                for entry in ijson.items(file, "entry.item", use_float=True):
                    yield from in_bundle({"entry": [entry]})
        except ijson.JSONError as fault:
            raise ImportFault(f"{path.name} is not JSON to its end: {_line(fault)}") from fault

    def _dated(self, bundle: Json) -> None:
        meta = bundle.get("meta")
        days = [tidy.day(bundle.get("timestamp"))]
        days += [tidy.day(meta.get("lastUpdated"))] if isinstance(meta, dict) else []
        self.date = max((day for day in (self.date, *days) if day), default=None)


def in_bundle(bundle: Json) -> Iterator[Entry | Unreadable]:
    """The resources of a Bundle."""
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield Entry(resource, entry.get("fullUrl"))
        elif not (isinstance(entry, dict) and "request" in entry):  # a deletion has none
            yield Unreadable("no_resource", json.dumps(entry, default=str)[:_LONGEST_KEPT])


def _paths(place: Path) -> list[Path]:
    try:
        if place.is_file():
            return [place]
        names = sorted(place.iterdir()) if place.is_dir() else None
    except OSError as fault:
        raise ImportFault(f"{place} can't be opened: {_line(fault)}") from fault
    if names is None:
        raise ImportFault(f"{place} can't be opened: there is no such file or folder")
    found = [path for path in names if path.name.lower().endswith(_SUFFIXES) and path.is_file()]
    if not found:
        raise ImportFault(f"{place} holds no .json or .ndjson file")
    return found


def _check(path: Path, head: bytes) -> None:
    """Raises ImportFault for what is certainly not FHIR JSON."""
    start = head.lstrip()
    if not start:
        raise ImportFault(f"{path.name} is empty")
    if start.startswith(b"<"):
        raise ImportFault(f"{path.name} is a web page or XML, not FHIR JSON")
    if b"\0" in head or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ImportFault(f"{path.name} is not UTF-8 text")
    if b"{" not in start:
        raise ImportFault(f"{path.name} is not JSON")


def _before_entries(file: Bytes) -> Json | None:
    """What a Bundle says of itself before its entries; None for what is no Bundle."""
    told: Json = {}
    for prefix, event, value in ijson.parse(file, use_float=True):
        if prefix == "" and event not in ("start_map", "map_key"):
            return told if told.get("resourceType") == "Bundle" else None
        if prefix == "entry" and event == "start_array":
            return told if told.get("resourceType", "Bundle") == "Bundle" else None
        if prefix in ("resourceType", "timestamp"):
            told[prefix] = value
        elif prefix == "meta.lastUpdated":
            told["meta"] = {"lastUpdated": value}
    return None


def _each_line(file: Bytes) -> Iterator[bytes]:
    """The lines; of one that is too long just enough to tell that it is."""
    while line := file.readline(_LONGEST_LINE + 1):
        rest = line
        while len(rest) > _LONGEST_LINE and not rest.endswith(b"\n"):
            rest = file.readline(_LONGEST_LINE + 1)
        yield line


def _parsed(text: bytes) -> Any:
    """The JSON in a text; None if it is not JSON."""
    if len(text) > _LONGEST_LINE:
        return None
    try:
        return json.loads(text.decode())
    except (ValueError, RecursionError):
        return None


def _shown(line: bytes) -> str:
    return line[:_LONGEST_KEPT].decode("utf-8", "replace").rstrip("\r\n")


def _line(fault: BaseException) -> str:
    return tidy.words(str(fault))[:200] or type(fault).__name__
