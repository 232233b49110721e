"""The list of deactivated NPIs that CMS puts out each month, as a feed."""

from collections.abc import Container, Iterator

from directory.feed import Gone, Item
from directory.importers.nppes.providers import TableFeed
from directory.importers.nppes.row import read_npi
from directory.importers.nppes.table import Unusable
from directory.tidy import day


class Deactivated(TableFeed):
    def items(self, known: Container[str]) -> Iterator[Item]:
        for line in self._table:
            self.rows += 1
            try:
                row = self._table.row(line)
                npi, ended = read_npi(row), day(row["NPPES Deactivation Date"])
                if ended is None:
                    raise Unusable("no_date")
            except Unusable as fault:
                yield self._table.rejected(line, str(fault))
                continue
            if npi in known:
                yield Gone(npi, ended)
            else:
                self.left_out["of_nobody_listed"] += 1
