"""A provider as it is listed, for who looks into a report."""

from datetime import date, timedelta

from directory import reports
from directory.listings import Spot, listings
from directory.records import Location
from tests.directory.making import TODAY, a_provider, keep


def test_a_listing_has_its_places_and_every_source(engine):
    near = Location("1 Main St", "Oakland", "CA", "94601", "5105550142")
    far = Location(city="Reno", state="NV")
    keep(
        engine,
        a_provider(1, locations=(near, far), credential="PhD", website="https://one.example"),
        a_provider(1, source="plan", verified_on=date(2026, 10, 1), roles=()),
        a_provider(2),
    )
    found = listings(engine, [1, 1, 99])
    assert list(found) == [1]
    one = found[1]
    assert (one.name, one.credential, one.website) == ("Sample 1", "PhD", "https://one.example")
    assert one.spots[:2] == (
        Spot("1 Main St", "Oakland", "CA", "94601", "5105550142"),
        Spot(None, "Reno", "NV", None, None),
    )
    assert set(one.sources) == {("test", date(2026, 11, 1)), ("plan", date(2026, 10, 1))}


def test_nobody_asked_for_is_nobody(engine):
    assert listings(engine, []) == {}


def test_a_report_names_each_day_once(engine):
    keep(engine, a_provider(1))
    before = TODAY - timedelta(days=3)
    for day in (TODAY, before, TODAY):
        reports.report(engine, 1, "number", on=day)
    (found,) = reports.open_reports(engine, on=TODAY)
    assert found.days == (before, TODAY)
    assert (found.count, found.first, found.last) == (3, before, TODAY)
