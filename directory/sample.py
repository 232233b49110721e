"""The fictional sample directory: `data/providers/sample.csv` into the tables, and out of the way.

Every provider in it is marked as sample. It is there to try things with, so it leaves the search
as soon as the directory holds a real provider.
"""

import csv
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path

from sqlalchemy.engine import Connection, Engine

from directory import store
from directory.places import Place, find_zip
from directory.records import FACTS, Location, ProviderRecord, Role

SOURCE = "sample"
SAMPLE_FILE = Path(__file__).resolve().parent.parent / "data" / "providers" / "sample.csv"

_NONE = "-"  # known to be none; an empty cell is not known
_BOOLEANS = {"yes": True, "no": False, "": None}
_LISTS = FACTS
_ROLE = tuple(field.name for field in fields(Role))
_PLACE = ("address", "city", "state", "zip", "phone")
_FORMATS = ("in_person", "online")
_OWN = ("npi", "kind", "name", "credential", "organization", "verified_on", "new_patients")
COLUMNS = (*_OWN, *_ROLE, *_PLACE, *_FORMATS, "telehealth_states", *_LISTS)


def load_sample(engine: Engine, path: Path = SAMPLE_FILE) -> int:
    """Put the sample in the search; how many providers. Doing it again changes nothing.

    With real providers in the search, it takes the sample out instead and returns 0.
    """
    with engine.begin() as connection:
        keeper = store.Keeper(connection, 0, date.today())
        if retire_sample(connection, keeper):
            return 0
        records = read_sample(path)
        for batch in store.batches(records):
            keeper.save(batch)
        in_file = {record.npi for record in records}
        dropped = set(store.active_npis(connection, sample=True)) - in_file
        _retire(keeper, sorted(dropped))
        return len(records)


def retire_sample(connection: Connection, keeper: store.Keeper) -> bool:
    """Take every sample provider out of the search if there are real ones; whether there are."""
    if not store.has_real(connection):
        return False
    _retire(keeper, store.active_npis(connection, sample=True))
    return True


def _retire(keeper: store.Keeper, npis: list[str]) -> None:
    for batch in store.batches(npis):
        keeper.retire(SOURCE, [(npi, None) for npi in batch])


def read_sample(path: Path = SAMPLE_FILE) -> list[ProviderRecord]:
    """The providers of a file that `write_sample` wrote, each at the centre of its ZIP."""
    with path.open(encoding="utf-8", newline="") as file:
        return [_record(row) for row in csv.DictReader(file)]


def write_sample(records: Iterable[ProviderRecord], path: Path) -> None:
    """One line for each provider. Coordinates are left out: they come from the ZIP."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows(_cells(record) for record in records)


def _record(row: dict[str, str]) -> ProviderRecord:
    place = find_zip(row["zip"])
    told = {column: cell or None for column, cell in row.items()}
    location = Location(
        address=told["address"],
        city=told["city"],
        state=told["state"],
        zip=told["zip"],
        phone=told["phone"],
        lat=place.lat if isinstance(place, Place) else None,
        lon=place.lon if isinstance(place, Place) else None,
        in_person=_BOOLEANS[row["in_person"]],
        online=_BOOLEANS[row["online"]],
    )
    return ProviderRecord(
        npi=row["npi"],
        source_id=row["npi"],
        kind="organization" if row["kind"] == "organization" else "individual",
        name=row["name"],
        credential=told["credential"],
        organization=told["organization"],
        source=SOURCE,
        sample=True,
        verified_on=date.fromisoformat(row["verified_on"]),
        new_patients=_BOOLEANS[row["new_patients"]],
        roles=(Role(row["role"], *(told[name] for name in _ROLE[1:])),),
        locations=(location,),
        telehealth_states=_values(row["telehealth_states"]) or (),
        **{name: _values(row[name]) for name in _LISTS},  # type: ignore[arg-type]
    )


def _cells(record: ProviderRecord) -> list[str]:
    [role], [location] = record.roles, record.locations
    values = [getattr(record, name) for name in _OWN]
    values += [getattr(role, name) for name in _ROLE]
    values += [getattr(location, name) for name in (*_PLACE, *_FORMATS)]
    values += [record.telehealth_states, *(getattr(record, name) for name in _LISTS)]
    return [_cell(value) for value in values]


def _cell(value: object) -> str:
    if isinstance(value, tuple):
        return " ".join(value) or _NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _values(cell: str) -> tuple[str, ...] | None:
    return () if cell == _NONE else tuple(cell.split()) or None
