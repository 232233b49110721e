"""Importing the NPPES full and weekly files (CMS), in the 2018 layout and in V.2.

Columns are found by name. A row becomes a provider only when one of its 15 taxonomy codes is one
of our roles. NPPES says nothing of payment, languages, formats or openings: that stays "not
known". An NPI is neither a licence nor a promise that the provider is still there.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from directory import store
from directory.importers.nppes_file import ImportFault, Row, open_nppes
from directory.importers.nppes_row import SOURCE, Skipped, read_row
from directory.records import ProviderRecord
from directory.sample import retire_sample

__all__ = ["ImportFault", "Progress", "Summary", "import_nppes"]

# Called now and then with the bytes read and the bytes in all, of the unpacked file.
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Summary:
    """What became of the rows of a file. Every row is in exactly one of the counts but `retired`.

    `retired` counts providers that were in the search and are not any more, because their row
    now says they are deactivated or no longer in behavioral health.
    """

    taken: int
    updated: int
    unchanged: int
    skipped: dict[str, int]
    retired: int


def import_nppes(path: Path, engine: Engine, progress: Progress | None = None) -> Summary:
    """Take the behavioral-health providers of a file, a .csv or the .zip it comes in.

    All in one transaction: on ImportFault, or any other error, nothing has changed. The same
    file again changes nothing. With real providers in, the fictional sample leaves the search.
    """
    with open_nppes(path) as file, engine.begin() as connection:
        intake = _Intake(connection)
        for rows in store.batches(file.rows()):
            intake.add(rows)
            if progress:
                progress(file.done(), file.total)
        if store.has_real(connection):
            retire_sample(connection)
        return intake.summary()


class _Intake:
    """Takes rows in, batch by batch, and counts what became of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: set[int] = set()  # NPIs taken from this file; ints weigh less than text
        self._counts: Counter[str] = Counter()
        self._skipped: Counter[str] = Counter()

    def add(self, rows: list[Row | None]) -> None:
        records: list[ProviderRecord] = []
        gone: list[str] = []
        for row in rows:
            record = read_row(row) if row else None
            if row is None or record is None:
                self._skipped["wrong_number_of_cells"] += 1
            elif isinstance(record, Skipped):
                self._skipped[record.reason] += 1
                if record.reason != "bad_npi":
                    gone.append(row["NPI"])
            elif int(record.npi) in self._seen:
                self._skipped["npi_repeated"] += 1
            else:
                self._seen.add(int(record.npi))
                records.append(record)
        saved = store.save(self._connection, records)
        self._skipped["older_than_stored"] += saved.older
        self._counts.update(taken=saved.new, updated=saved.changed, unchanged=saved.same)
        self._counts["retired"] += store.retire(self._connection, gone, SOURCE)

    def summary(self) -> Summary:
        counts = self._counts
        return Summary(
            taken=counts["taken"],
            updated=counts["updated"],
            unchanged=counts["unchanged"],
            skipped={reason: count for reason, count in self._skipped.most_common() if count},
            retired=counts["retired"],
        )
