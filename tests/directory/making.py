"""Short ways to make directory data for tests."""

from datetime import date

from directory import npi, store
from directory.places import Place
from directory.records import Location, ProviderRecord, Role

CENTRE = Place("San Francisco", "CA", 37.75, -122.42)
TODAY = date(2026, 11, 21)
MILE = 1 / 69.0  # degrees of latitude, near enough


def an_npi(number):
    """A valid NPI that nobody has: none that begins with 2 was ever issued."""
    nine = str(299_000_000 + number)
    return nine + npi.check_digit(nine)


def a_provider(
    number=1, *, role="psychologist", lat=CENTRE.lat, lon=CENTRE.lon, state="CA", **facts
):
    """A provider at a position, of whom nothing else is known."""
    place = {name: facts.pop(name) for name in ("in_person", "online", "city") if name in facts}
    told = {
        "npi": an_npi(number),
        "source_id": an_npi(number),
        "kind": "individual",
        "name": f"Sample {number}",
        "source": "test",
        "verified_on": date(2026, 11, 1),
        "roles": (Role(role, license_state=state),),
        "locations": (Location(state=state, lat=lat, lon=lon, **place),),
    }
    return ProviderRecord(**told | facts)


def keep(engine, *records, today=TODAY):
    """Store records as one import would."""
    with engine.begin() as connection:
        keeper = store.Keeper(connection, 1, today)
        for batch in store.batches(records):
            by_source = {}
            for record in batch:
                by_source.setdefault(record.source, []).append(record)
            for some in by_source.values():
                keeper.save(some)
