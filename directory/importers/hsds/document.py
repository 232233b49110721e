"""HSDS as nested JSON: services, organizations with their services, or pages of an HSDS API."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from directory.feed import ImportFault, Rejected
from directory.importers.hsds.parts import objects
from directory.importers.reading import JsonFile, Row

_LOOKED_AT = 20  # rows, to see whether a file is HSDS at all


class Documents:
    """A file of HSDS JSON. Progress is in bytes."""

    def __init__(self, path: Path) -> None:
        self._file = JsonFile(path, ["contents"])
        self.total: int | None = self._file.total
        first = list(islice(self._file.rows(), _LOOKED_AT))
        if not any(isinstance(row, Row) and {"id", "name"} <= row.told.keys() for row in first):
            raise ImportFault(
                f"{path.name} is no HSDS list: nothing in it has an id and a name. "
                "Give services or organizations of HSDS 3 as JSON, or a folder of its CSV tables."
            )

    def done(self) -> int:
        return self._file.done()

    def read(self) -> Iterator[Row | Rejected]:
        """Every service, with its organization in it."""
        for row in self._file.rows():
            if isinstance(row, Row) and isinstance(row.told.get("services"), list):
                organization = {key: value for key, value in row.told.items() if key != "services"}
                for service in objects(row.told, "services"):
                    yield Row(row.number, {**service, "organization": organization})
            else:
                yield row
