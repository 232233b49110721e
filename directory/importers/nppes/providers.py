"""The main table of NPPES as a feed."""

import re
from collections import Counter
from collections.abc import Container, Iterator

from directory.feed import Gone, ImportFault, Item
from directory.importers.nppes import row as rows
from directory.importers.nppes.notes import Notes, Taken
from directory.importers.nppes.table import Table, Unusable
from directory.records import ProviderRecord
from directory.taxonomy import load_taxonomy


class TableFeed:
    """What the feeds of all tables have in common."""

    source = rows.SOURCE

    def __init__(self, table: Table) -> None:
        self.total = table.lines.size
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._table = table

    def done(self) -> int:
        return self._table.lines.done


class Providers(TableFeed):
    """Every row is an item or is left out; one that is left out may also be a `Gone`.

    Most lines hold none of our codes and no NPI that is known. Of those, only the number of cells
    is looked at.
    """

    def __init__(self, table: Table, notes: Notes, every_role: bool) -> None:
        super().__init__(table)
        self._notes = notes
        self._every_role = every_role
        # Every code ends in X. Looking back from there is forty times as fast as looking for the
        # codes from the front.
        codes = b"|".join(code.encode() for code in load_taxonomy().codes)
        self._ours = re.compile(b"" if every_role else b'X"(?<="(?:%b)")' % codes)

    def items(self, known: Container[str]) -> Iterator[Item]:
        table, ours = self._table, self._ours.search
        # So is the row of a deactivated provider: an NPI, a date and nothing else.
        nearly_blank = 3 * table.width + 64
        for line in table:
            self.rows += 1
            sure = len(line) > nearly_blank and table.is_plain(line) and not ours(line)
            if sure and table.npi(line) not in known:
                self.left_out["not_behavioral_health"] += 1
            else:
                yield from self._judged(line, known)
        if not self.rows:
            raise ImportFault(f"{table.lines.name} has no rows. Download it again.")

    def _judged(self, line: bytes, known: Container[str]) -> Iterator[Item]:
        number = ""
        try:
            row = self._table.row(line)
            number = rows.read_npi(row)
            told = rows.read_provider(row, number, self._every_role)
            if isinstance(told, ProviderRecord):
                self._note(told)
                yield told
                return
        except Unusable as fault:
            yield self._table.rejected(line, str(fault))
            if str(fault) == "no_us_practice_location" and number in known:
                yield Gone(number)
            return
        self.left_out["deactivated" if told else "not_behavioral_health"] += 1
        if number in known:
            yield told or Gone(number)

    def _note(self, record: ProviderRecord) -> None:
        taken = Taken(record.kind, record.verified_on, record.source_updated)
        if not self._notes.take(record.source_id, taken):
            raise Unusable("npi_repeated")
