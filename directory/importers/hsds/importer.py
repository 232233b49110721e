"""The services of an HSDS list as a feed, in whichever of its two encodings it comes."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from directory.feed import Gone, ImportFault, Item, Rejected
from directory.importers.hsds.document import Documents
from directory.importers.hsds.parts import text
from directory.importers.hsds.service import Unusable, read_service
from directory.importers.hsds.tabular import Tables
from directory.importers.hsds.theirs import ours
from directory.importers.reading import Row, modified_on


def open_hsds(
    place: Path, *, name: str = "hsds", every_role: bool = False, day: date | None = None
) -> "Hsds":
    """The list at `place`: a JSON file, a folder of CSV tables, or the zip of one. Raises
    ImportFault when it is none.

    A service that is not dated is taken to be true on `day`: without it, when the file was last
    changed. With `every_role` primary care and inpatient programs are kept too.
    """
    if not place.exists():
        raise ImportFault(f"{place.name} can't be opened: there is no such file or folder.")
    listed: Documents | Tables
    listed = Tables(place) if place.is_dir() or _is_packed(place) else Documents(place)
    return Hsds(listed, name, every_role, day or modified_on(place))


def _is_packed(place: Path) -> bool:
    try:
        with place.open("rb") as file:
            return file.read(2) == b"PK"
    except OSError as fault:
        raise ImportFault(f"{place.name} can't be opened: {fault.strerror}.") from fault


@dataclass(frozen=True)
class _Left:
    reason: str


class Hsds:
    """The services of a list that are ours (`directory.feed.Feed`)."""

    def __init__(self, listed: Documents | Tables, name: str, every_role: bool, day: date) -> None:
        self.source = name
        self.total: int | None = listed.total
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._listed = listed
        self._every_role = every_role
        self._day = day

    def done(self) -> int:
        return self._listed.done()

    def items(self, known: Container[str]) -> Iterator[Item]:
        seen: set[int] = set()  # digests weigh less than text
        for row in self._listed.read():
            self.rows += 1
            if isinstance(row, Rejected):
                yield row
                continue
            item = self._item(row, known)
            if isinstance(item, _Left):
                self.left_out[item.reason] += 1
                continue
            if not isinstance(item, Rejected):
                if hash(item.source_id) in seen:
                    item = row.rejected("id_repeated")
                else:
                    seen.add(hash(item.source_id))
            yield item

    def _item(self, row: Row, known: Container[str]) -> Item | _Left:
        found = ours(row.told, self._every_role)
        if found.role is None:
            return _left(found.reason, text(row.told, "id"), known)
        record = read_service(row.told, source=self.source, day=self._day, role=found.role)
        if isinstance(record, Unusable):
            return row.rejected(record.reason)
        return record if record.locations else _left("no_us_location", record.source_id, known)


def _left(reason: str, source_id: str, known: Container[str]) -> Gone | _Left:
    """What is none of ours leaves the search, if it was there."""
    return Gone(source_id) if source_id in known else _Left(reason)
