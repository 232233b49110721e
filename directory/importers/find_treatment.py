"""Importing what FindTreatment.gov (SAMHSA) lists: a saved export, or the export itself.

A file holds replies of `…/locator/exportsAsJson/v2`, one or many, or their rows. An address is
asked page by page. SAMHSA asks that whoever copies everything agrees on it with them first.
"""

import json
import time
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from contextlib import closing
from datetime import date
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx

from directory.feed import ImportFault, Item, Rejected
from directory.importers.fetching import Wait, fetch, open_client
from directory.importers.find_treatment_row import LeftOut, Unusable, read_row, together
from directory.importers.gathering import Gathering
from directory.importers.reading import JsonFile, Row, modified_on

_PAGE_SIZE = "2000"  # the most that the service gives at once
_MOST_PAGES = 1_000
_PAUSE = 0.2  # seconds between two pages


def open_find_treatment(
    place: str,
    *,
    name: str = "findtreatment",
    every_role: bool = False,
    day: date | None = None,
    client: httpx.Client | None = None,
    wait: Wait = time.sleep,
) -> "FindTreatment":
    """The export at `place`, a path or an address; raises ImportFault when it is none.

    The export has no dates. `day` is when it was true: without it, the day the file was last
    changed, or today for an address. With `every_role` health centers and inpatient programs are
    kept too.
    """
    pages: _Export | _Locator
    if urlsplit(place).scheme in ("http", "https"):
        pages = _Locator(place, client, wait)
        day = day or date.today()
    else:
        pages = _Export(Path(place))
        day = day or modified_on(Path(place))
    return FindTreatment(pages, name, every_role, day)


class FindTreatment:
    """The facilities of an export, each once (`directory.feed.Feed`)."""

    def __init__(self, pages: "_Export | _Locator", name: str, every_role: bool, day: date) -> None:
        self.source = name
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._pages = pages
        self._every_role = every_role
        self._day = day

    @property
    def total(self) -> int | None:
        return self._pages.total

    def done(self) -> int:
        return self._pages.done()

    def items(self, known: Container[str]) -> Iterator[Item]:
        """Rows that can't be used as they come; then the facilities, put together."""
        with TemporaryDirectory() as folder, closing(Gathering(Path(folder))) as gathering:
            for row in self._pages.read():
                self.rows += 1
                if isinstance(row, Rejected):
                    yield row
                    continue
                record = read_row(
                    row.told, source=self.source, day=self._day, every_role=self._every_role
                )
                if isinstance(record, Unusable):
                    yield row.rejected(record.reason)
                elif isinstance(record, LeftOut):
                    self.left_out[record.reason] += 1
                else:
                    gathering.add(record)
                    self.left_out["listed_again"] += 1
            for records in gathering.groups():
                self.left_out["listed_again"] -= 1
                yield together(records)


class _Export:
    """A file. Progress is in bytes."""

    def __init__(self, path: Path) -> None:
        """Raises ImportFault when its first row is none of a facility."""
        self._file = JsonFile(path, ["rows"])
        self.total: int | None = self._file.total
        first = next(iter(self._file.rows()), None)
        if first is None:
            raise ImportFault(f"{path.name} holds no facilities.")
        if isinstance(first, Row) and "name1" not in first.told:
            raise ImportFault(
                f"{path.name} is no FindTreatment.gov export: its rows have no name1. "
                "Give what …/locator/exportsAsJson/v2 answers."
            )

    def done(self) -> int:
        return self._file.done()

    def read(self) -> Iterator[Row | Rejected]:
        return self._file.rows()


class _Locator:
    """The service. Progress is in rows."""

    def __init__(self, url: str, client: httpx.Client | None, wait: Wait) -> None:
        parts = urlsplit(url)
        self._url = urlunsplit(parts._replace(query="", fragment=""))
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        self._params = {"pageSize": _PAGE_SIZE} | asked
        self._client = client
        self._wait = wait
        self._done = 0
        self.total: int | None = None

    def done(self) -> int:
        return self._done

    def read(self) -> Iterator[Row | Rejected]:
        """Every row of every page. Raises ImportFault when a page can't be had."""
        with self._client or open_client() as client:
            first = self._page(client, 1)
            pages = _number(first.get("totalPages"))
            self.total = _number(first.get("recordCount"))
            if not first["rows"] or not 1 <= pages <= _MOST_PAGES:
                raise ImportFault(
                    f"{self._url} finds nothing. Check the query: sAddr is latitude,longitude "
                    "and limitValue is in meters."
                )
            later = (self._later(client, page) for page in range(2, pages + 1))
            for value in chain(first["rows"], chain.from_iterable(later)):
                self._done += 1
                if isinstance(value, dict):
                    yield Row(self._done, value)
                else:
                    yield Rejected(self._done, "not_an_object", repr(value)[:4_000])

    def _later(self, client: httpx.Client, page: int) -> Iterable[Any]:
        self._wait(_PAUSE)
        rows: list[Any] = self._page(client, page)["rows"]
        if not rows:
            raise ImportFault(f"{self._url} has no rows on page {page}. Nothing was changed.")
        return rows

    def _page(self, client: httpx.Client, page: int) -> dict[str, Any]:
        body = fetch(client, self._url, self._params | {"page": str(page)}, self._wait)
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as fault:
            # The service answers a query that it does not understand with a line of text.
            text = body[:120].decode("utf-8", "replace")
            raise ImportFault(f"{self._url} did not answer with JSON, but {text!r}.") from fault
        if not isinstance(told, dict) or not isinstance(told.get("rows"), list):
            raise ImportFault(f"{self._url} is no FindTreatment.gov export: it has no rows.")
        return told


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
