"""Importing a list that a clinic keeps of its own providers, as CSV, read by a map.

The map (`own_list_map.py`) says which column holds what. The list is the clinic's word: it is
nearer to the provider than any public file.
"""

import shutil
from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from directory.feed import Gone, ImportFault, Item, Rejected
from directory.importers.own_list_file import ListFile, Row
from directory.importers.own_list_map import TEMPLATE_LIST, TEMPLATE_MAP, ListMap, load_map
from directory.importers.own_list_row import NotOurs, Unusable, read_row
from directory.importers.own_list_told import Told
from directory.records import ProviderRecord

NAME = "own-list"


class OwnList:
    """An open list, as a feed."""

    def __init__(self, file: ListFile, source: str, today: date, every_role: bool) -> None:
        self.source = source
        self.total: int | None = file.total
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._file = file
        self._today = today
        self._every_role = every_role
        self._seen: set[int] = set()  # digests of ids: they weigh less than the ids

    def done(self) -> int:
        return self._file.done()

    def items(self, known: Container[str]) -> Iterator[Item]:
        for row in self._file.rows():
            self.rows = row.number
            item = self._item(row, known)
            if item:
                yield item

    def _item(self, row: Row, known: Container[str]) -> Item | None:
        if row.fault:
            return Rejected(row.number, row.fault, row.text)
        told = Told(self._file, row)
        try:
            record = read_row(told, self.source, self._today, self._every_role)
        except Unusable as fault:
            return Rejected(row.number, str(fault), row.text)
        except NotOurs as other:
            self.left_out["not_behavioral_health"] += 1
            return Gone(str(other)) if str(other) in known else None
        if hash(record.source_id) in self._seen:
            return Rejected(row.number, _repeated(record), row.text)
        self._seen.add(hash(record.source_id))
        self.left_out += told.left_out
        return record


def _repeated(record: ProviderRecord) -> str:
    return "npi_repeated" if record.source_id == record.npi else "row_repeated"


@contextmanager
def open_own_list(
    path: Path,
    layout: ListMap | None = None,
    *,
    name: str = NAME,
    every_role: bool = False,
    today: date | None = None,
) -> Iterator[OwnList]:
    """The list at `path`, read by the map; by the template's map when none is given.

    A row verified after `today` is rejected. Raises ImportFault.
    """
    try:
        binary = path.open("rb")
    except OSError as fault:
        raise ImportFault(f"{path} can't be opened: {fault.strerror}. Check the path.") from fault
    with binary:
        file = ListFile(path, binary, layout or load_map(TEMPLATE_MAP))
        yield OwnList(file, name, today or date.today(), every_role)


def write_template(folder: Path) -> tuple[Path, Path]:
    """A list with nothing but its header, and its map, to start from. Raises ImportFault."""
    written = (folder / TEMPLATE_LIST.name, folder / TEMPLATE_MAP.name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, template in zip(written, (TEMPLATE_LIST, TEMPLATE_MAP), strict=True):
            if path.exists():
                raise ImportFault(f"{path} is there already; name another folder.")
            shutil.copyfile(template, path)
    except OSError as fault:
        raise ImportFault(f"{folder} can't be written: {fault.strerror}.") from fault
    return written
