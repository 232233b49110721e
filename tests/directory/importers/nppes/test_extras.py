from datetime import date

import pytest

from directory.feed import Gone
from directory.records import Location, ProviderRecord
from tests.directory.importers.nppes.layouts import LOCATIONS, NAMES, a_place, a_row, as_text
from tests.directory.importers.nppes.reading import pack, read
from tests.directory.making import an_npi

MAIN = "npidata_pfile_20050523-20261108.csv"
PL = "pl_pfile_20050523-20261108.csv"
OTHER = "othername_pfile_20050523-20261108.csv"


@pytest.fixture
def zipped(tmp_path):
    """What a zip of these rows tells."""

    def zipped(main, places=(), names=(), known=()):
        members = {
            OTHER: as_text(names, NAMES),
            PL: as_text(places, LOCATIONS),
            MAIN: as_text(main),
        }
        return read(pack(tmp_path / "NPPES.zip", members), known)

    return zipped


def alone(tmp_path, name, rows, header, known):
    path = tmp_path / name
    path.write_text(as_text(rows, header))
    return read(path, known)


def test_all_more_locations_of_a_provider_are_one_record_as_fresh_as_its_row(zipped):
    main = [a_row(an_npi(1), columns={"Certification Date": "03/04/2026"}), a_row(an_npi(2))]
    places = [
        a_place(an_npi(1), "5 OTHER STREET"),
        a_place(an_npi(2)),
        a_place(an_npi(1), "6 OTHER STREET", phone=""),
        a_place(an_npi(1), "5 OTHER STREET"),
    ]

    first, second = zipped(main, places).of("nppes-locations")

    assert first == ProviderRecord(
        source="nppes-locations",
        source_id=an_npi(1),
        npi=an_npi(1),
        name="",
        kind="individual",
        verified_on=date(2026, 3, 4),
        source_updated=date(2016, 9, 27),
        locations=first.locations,
    )
    one, other = first.locations
    assert one == Location(
        address="5 Other Street",
        city="Boston",
        state="MA",
        zip="02108",
        phone="6175550100",
        lat=pytest.approx(42.36, abs=0.1),
        lon=pytest.approx(-71.06, abs=0.1),
    )
    assert (other.address, other.phone) == ("6 Other Street", None)
    assert second.npi == an_npi(2)


def test_other_names_of_an_organization_are_one_record(zipped):
    clinic = a_row(an_npi(1), kind="2", code="261QM0801X", organization="SAMPLE LLC")
    names = [[an_npi(1), "SAMPLE CENTER", "3"], [an_npi(1), "SAMPLE HOUSE", "4"]]

    [record] = zipped([clinic], names=names).of("nppes-names")

    assert (record.source_id, record.npi, record.kind) == (an_npi(1), an_npi(1), "organization")
    assert record.other_names == ("Sample Center", "Sample House")
    assert record.roles == record.locations == ()


def test_rows_of_providers_that_are_none_of_ours_are_left_out(zipped):
    main = [a_row(an_npi(1)), a_row(an_npi(2), code="2084N0400X")]
    places = [a_place(npi) for npi in (an_npi(1), an_npi(2), an_npi(3), "12")]

    given = zipped(main, places, [[an_npi(3), "SAMPLE", "3"]])

    assert [record.npi for record in given.of("nppes-locations")] == [an_npi(1)]
    assert given.left_out == {"not_behavioral_health": 1, "of_nobody_listed": 4}


def test_a_provider_that_has_no_more_locations_any_more_is_told_to_be_gone_there(zipped):
    given = zipped([a_row(an_npi(1)), a_row(an_npi(2))], [a_place(an_npi(1))])

    # Once for its more locations and once each for other names.
    assert sorted(given.gone, key=str) == sorted(
        [Gone(an_npi(2)), Gone(an_npi(1)), Gone(an_npi(2))], key=str
    )


def test_a_table_alone_adds_to_the_providers_that_are_known(tmp_path):
    rows = [a_place(an_npi(1)), a_place(an_npi(2))]

    given = alone(tmp_path, PL, rows, LOCATIONS, known={an_npi(2)})

    [record] = given.records
    assert (record.source, record.npi) == ("nppes-locations", an_npi(2))
    assert record.verified_on == date(2026, 11, 8), "the last day in the file's name"
    assert given.left_out == {"of_nobody_listed": 1}
    assert given.gone == []


def test_other_names_alone_add_too(tmp_path):
    given = alone(tmp_path, "names.csv", [[an_npi(1), "SAMPLE", "3"]], NAMES, known={an_npi(1)})

    [record] = given.records
    assert record.source == "nppes-names"
    assert record.verified_on == date.fromtimestamp((tmp_path / "names.csv").stat().st_mtime)


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("wrong_number_of_cells", ["1"]),
        ("no_us_practice_location", a_place(an_npi(1), state="ONTARIO", country="CA")),
        ("too_long", a_place(an_npi(1), "A" * 100_000)),
    ],
)
def test_a_row_that_cannot_be_used_says_why_and_which_it_is(zipped, reason, row):
    given = zipped([a_row(an_npi(1))], [a_place(an_npi(1)), row])

    assert [(one.row, one.reason) for one in given.rejected] == [(3, reason)]
    assert len(given.of("nppes-locations")) == 1
