"""The tables of NPPES that add to the main one: more practice locations, and other names.

A provider has several rows in them, wherever in the file; they become one record.
"""

from collections.abc import Container, Iterator
from dataclasses import replace
from datetime import date
from typing import Generic, TypeVar

from directory.feed import Gone, Item
from directory.importers.nppes import row as rows
from directory.importers.nppes.notes import Kept, Notes, Taken
from directory.importers.nppes.providers import TableFeed
from directory.importers.nppes.table import Row, Table, Unusable, rejected
from directory.records import Kind, Location, ProviderRecord

T = TypeVar("T")


class _Extras(TableFeed, Generic[T]):
    """`dated` is how fresh the file is: the rows have no date. It counts for providers that no
    main table was read for; the others are as fresh as their row there."""

    kind: Kind  # of a provider that no main table was read for

    def __init__(self, table: Table, notes: Notes, dated: date) -> None:
        super().__init__(table)
        self._notes = notes
        self._dated = dated

    def items(self, known: Container[str]) -> Iterator[Item]:
        for line in self._table:
            self.rows += 1
            yield from self._looked_at(line, known)
        for kept in self._notes.kept(self.source):
            yield from self._put_together(kept)
        # What was in the main table, and has nothing in this one (any more).
        yield from (Gone(npi) for npi in self._notes.without(self.source) if npi in known)

    def _looked_at(self, line: bytes, known: Container[str]) -> Iterator[Item]:
        table = self._table
        try:
            plain = table.is_plain(line)
            npi = table.npi(line) if plain else rows.read_npi(table.row(line))
        except Unusable as fault:
            yield table.rejected(line, str(fault))
            return
        if npi in known:
            self._notes.keep(self.source, npi, table.lines.number, line)
        else:
            self.left_out["of_nobody_listed"] += 1

    def _put_together(self, kept: Kept) -> Iterator[Item]:
        found: dict[T, None] = {}
        for number, line in kept.lines:
            try:
                found[self._read(self._table.row(line))] = None
            except Unusable as fault:
                yield rejected(number, str(fault), line)
        if found:
            taken = kept.taken or Taken(self.kind, self._dated, None)
            bare = ProviderRecord(
                source=self.source,
                source_id=kept.npi,
                npi=kept.npi,
                name="",  # is not this table's to tell
                kind=taken.kind,
                verified_on=taken.verified,
                source_updated=taken.updated,
            )
            yield self._filled(bare, tuple(found))

    def _read(self, row: Row) -> T:
        raise NotImplementedError

    def _filled(self, record: ProviderRecord, found: tuple[T, ...]) -> ProviderRecord:
        raise NotImplementedError


class MoreLocations(_Extras[Location]):
    source = "nppes-locations"
    kind: Kind = "individual"

    def _read(self, row: Row) -> Location:
        return rows.read_place(row, rows.EXTRA_PRACTICE)

    def _filled(self, record: ProviderRecord, found: tuple[Location, ...]) -> ProviderRecord:
        return replace(record, locations=found)


class OtherNames(_Extras[str]):
    """Organizations only: the main table has the other name of a person."""

    source = "nppes-names"
    kind: Kind = "organization"

    def _read(self, row: Row) -> str:
        return rows.read_other_name(row)

    def _filled(self, record: ProviderRecord, found: tuple[str, ...]) -> ProviderRecord:
        return replace(record, other_names=found)
