"""The services of the tables, each as the nested JSON of HSDS's other encoding would have it."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from directory.importers.reading import Row

_Told = dict[str, Any]

_PARTS = {
    "phones": "phone",
    "schedules": "schedule",
    "languages": "language",
    "cost_options": "cost_option",
    "service_areas": "service_area",
    "addresses": "address",
    "accessibility": "accessibility",
}


def services(database: sqlite3.Connection) -> Iterator[Row]:
    """Every service in the order of its table."""
    joined = _Joined(database)
    for number, service in enumerate(joined.rows("service"), start=1):
        yield Row(number, joined.service(service))


class _Joined:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def rows(self, table: str, column: str = "", value: str | None = None) -> Iterator[_Told]:
        """Rows of a table, without what is empty: all, or those with a value in a column."""
        where, values = (f" WHERE {column} = ?", (value,)) if column else ("", ())
        # Names of our own are put in, never a value.
        query = f"SELECT * FROM {table}{where} ORDER BY rowid"  # noqa: S608
        found = self._database.execute(query, values)
        names = [column[0] for column in found.description]
        for cells in found:
            yield {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}

    def service(self, service: _Told) -> _Told:
        key = service.get("id")
        parts = self._parts("service_id", key, "phones", "schedules", "languages", "cost_options")
        return {
            **service,
            **parts,
            **self._parts("service_id", key, "service_areas"),
            "attributes": [
                {"taxonomy_term": term}
                for attribute in self.rows("attribute", "link_id", key)
                for term in self.rows("taxonomy_term", "id", attribute.get("taxonomy_term_id"))
            ],
            "organization": self._organization(service.get("organization_id")),
            "service_at_locations": [
                {
                    **self._parts("service_at_location_id", at.get("id"), "phones", "schedules"),
                    "location": self._location(at.get("location_id")),
                }
                for at in self.rows("service_at_location", "service_id", key)
            ],
        }

    def _organization(self, key: str | None) -> _Told:
        told = next(self.rows("organization", "id", key), {})
        return {**told, **self._parts("organization_id", key, "phones")}

    def _location(self, key: str | None) -> _Told:
        told = next(self.rows("location", "id", key), {})
        return {
            **told,
            **self._parts("location_id", key, "phones", "schedules", "languages"),
            **self._parts("location_id", key, "addresses", "accessibility"),
        }

    def _parts(self, column: str, key: str | None, *names: str) -> _Told:
        """Lists of what belongs to a row. Nothing belongs to one without a key."""
        return {name: list(self.rows(_PARTS[name], column, key)) if key else [] for name in names}
