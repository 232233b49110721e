import random
from datetime import date

import pytest

from directory.feed import Gone
from directory.records import Location, ProviderRecord, Role
from tests.directory.importers.nppes.layouts import OLD, V2, a_row, as_text, deactivated
from tests.directory.importers.nppes.reading import read
from tests.directory.making import an_npi


def test_the_layouts_have_the_columns_of_the_real_files():
    assert (len(OLD), len(V2)) == (329, 330)


@pytest.mark.parametrize("header", [OLD, V2], ids=["2018", "V.2"])
def test_both_layouts_give_the_same_provider(told, header):
    [record] = told(a_row(an_npi(1)), header=header).records

    [place] = record.locations
    assert record == ProviderRecord(
        source="nppes",
        source_id=an_npi(1),
        npi=an_npi(1),
        name="Tree O'Sample-McTest",
        kind="individual",
        credential="PSY.D.",
        verified_on=date(2016, 9, 27),
        source_updated=date(2016, 9, 27),
        roles=(Role("psychologist", "103TC0700X", "12345", "CT"),),
        locations=(place,),
        identities=("woman",),
        partial=("identities",),
    )
    assert place == Location(
        address="2 Work Street, Ste 3",
        city="Hartford",
        state="CT",
        zip="06105",
        phone="8605550123",
        lat=pytest.approx(41.77, abs=0.1),
        lon=pytest.approx(-72.7, abs=0.1),
    )


def test_a_certified_record_was_verified_on_that_day(told):
    dates = {"Certification Date": "03/04/2026"}

    [record] = told(a_row(an_npi(1), columns=dates)).records

    assert record.verified_on == date(2026, 3, 4)
    assert record.source_updated == date(2016, 9, 27)


def test_the_columns_may_come_in_any_order(told):
    shuffled = random.Random(3).sample(V2, len(V2))
    rows = [a_row(an_npi(1)), a_row(an_npi(2), code="2084N0400X"), deactivated(an_npi(3))]

    assert told(*rows, header=shuffled) == told(*rows)


def test_neurologists_and_other_doctors_are_left_out(told):
    codes = ("2084N0400X", "2084N0402X", "2084V0102X", "207Q00000X", "1041S0200X", "")
    rows = [a_row(an_npi(at), code=code) for at, code in enumerate(codes)]

    given = told(*rows)

    assert given.records == given.rejected == []
    assert given.left_out == {"not_behavioral_health": len(codes)}


def test_asked_for_every_role_it_takes_the_others_too(told):
    given = told(
        a_row(an_npi(1), code="2084N0400X"), a_row(an_npi(2)), a_row(an_npi(3), code=""),
        every_role=True,
    )  # fmt: skip

    assert [record.roles[0].role for record in given.records] == ["other", "psychologist"]
    assert given.records[0].roles[0].taxonomy_code == "2084N0400X"
    assert given.left_out == {"not_behavioral_health": 1}


def test_all_fifteen_slots_count_and_the_primary_comes_first(told):
    slots = {
        "Healthcare Provider Taxonomy Code_1": "103TC0700X",
        "Healthcare Provider Primary Taxonomy Switch_1": "N",
        "Healthcare Provider Taxonomy Code_2": "2084N0400X",
        "Healthcare Provider Taxonomy Code_15": "103G00000X",
        "Provider License Number State Code_15": "MA",
        "Healthcare Provider Primary Taxonomy Switch_15": "Y",
    }

    [record] = told(a_row(an_npi(1), columns=slots)).records

    assert [role.role for role in record.roles] == ["neuropsychologist", "psychologist"]
    assert [role.license_state for role in record.roles] == ["MA", "CT"]


def test_a_clinic_goes_by_the_name_on_its_door(told):
    other = "Provider Other Organization Name"
    names = {other: "SAMPLE WOMEN'S CLINIC", f"{other} Type Code": "3"}
    former = {other: "SAMPLE OLD LLC", f"{other} Type Code": "4"}
    clinic = {"kind": "2", "code": "261QM0801X"}

    given = told(
        a_row(an_npi(1), organization="SAMPLE LLC", columns=names, **clinic),
        a_row(an_npi(2), organization="SAMPLE NEW LLC", columns=former, **clinic),
    )

    assert [(record.name, record.other_names) for record in given.records] == [
        ("Sample Women's Clinic", ("Sample LLC",)),
        ("Sample New LLC", ("Sample Old LLC",)),
    ]
    assert {(one.kind, one.identities, one.partial) for one in given.records} == {
        ("organization", None, ())
    }


def test_a_person_is_also_found_by_the_name_they_had_before(told):
    [record] = told(a_row(an_npi(1), columns={"Provider Other Last Name": "SAMPLE-FORMER"})).records

    assert record.other_names == ("Tree Sample-Former",)


@pytest.mark.parametrize("written", ["<UNAVAIL>", ""])
def test_a_placeholder_is_no_name(told, written):
    [record] = told(a_row(an_npi(1), columns={"Parent Organization LBN": written})).records

    assert record.organization is None


@pytest.mark.parametrize(
    ("reason", "row"),
    [
        ("bad_npi", a_row("1234567890")),
        ("bad_npi", a_row("")),
        ("no_name", a_row(an_npi(1), last_name="")),
        ("no_us_practice_location", a_row(an_npi(1), state="ONTARIO", country="CA")),
        ("no_us_practice_location", a_row(an_npi(1), state="")),
        ("no_date", a_row(an_npi(1), updated="27 September")),
        ("no_date", a_row(an_npi(1), deactivated="soon")),
        ("wrong_number_of_cells", ["1", "2"]),
        ("not_text", a_row(an_npi(1), last_name="SAM\0PLE")),
        ("too_long", a_row(an_npi(1), last_name="A" * 100_000)),
    ],
)
def test_a_row_that_cannot_be_used_says_why_and_which_it_is(told, reason, row):
    given = told(a_row(an_npi(8)), row, a_row(an_npi(9)))

    [rejected] = given.rejected
    assert (rejected.reason, rejected.row) == (reason, 3)  # the header is the first line
    assert rejected.text == as_text([row]).splitlines()[1][: 1 << 16]
    assert [record.npi for record in given.records] == [an_npi(8), an_npi(9)]


@pytest.mark.parametrize("row", [a_row(an_npi(1), kind=""), a_row(an_npi(1), code="261QM0801X")])
def test_who_is_neither_a_person_nor_an_organization_with_a_role_is_left_out(told, row):
    assert told(row).left_out == {"not_behavioral_health": 1}


def test_a_reactivated_provider_is_taken(told):
    row = a_row(an_npi(1), deactivated="01/02/2020", reactivated="02/03/2020")

    assert len(told(row).records) == 1


def test_one_that_was_deactivated_again_is_not(told):
    row = a_row(an_npi(1), deactivated="03/04/2021", reactivated="02/03/2020")

    given = told(row, known={an_npi(1)})

    assert given.records == []
    assert given.gone == [Gone(an_npi(1), date(2021, 3, 4))]


def test_a_deactivated_provider_is_gone_since_that_day_if_it_was_ever_known(told):
    given = told(deactivated(an_npi(1)), deactivated(an_npi(2)), known={an_npi(1)})

    assert given.gone == [Gone(an_npi(1), date(2026, 10, 10))]
    assert given.left_out == {"deactivated": 2}
    assert given.rejected == []


def test_who_left_behavioral_health_is_gone(told):
    rows = [a_row(an_npi(at), code="2084N0400X") for at in (1, 2)]

    given = told(*rows, known={an_npi(1)})

    assert given.gone == [Gone(an_npi(1))]
    assert given.left_out == {"not_behavioral_health": 2}


def test_who_moved_abroad_is_gone_and_who_has_a_faulty_row_is_not(told):
    abroad = a_row(an_npi(1), state="ONTARIO", country="CA")
    faulty = a_row(an_npi(2), last_name="")

    given = told(abroad, faulty, known={an_npi(1), an_npi(2)})

    assert given.gone == [Gone(an_npi(1))]
    assert given.reasons == {"no_us_practice_location": 1, "no_name": 1}


def test_the_second_row_of_an_npi_is_not_taken(told):
    given = told(a_row(an_npi(1)), a_row(an_npi(1), last_name="ANOTHER"))

    assert [record.name for record in given.records] == ["Tree O'Sample-McTest"]
    assert given.reasons == {"npi_repeated": 1}


@pytest.mark.parametrize(
    ("written", "kept"),
    [("061051208", "06105"), ("06105", "06105"), ("6105", "06105"), ("61051208", "06105")],
)
def test_zips_are_cut_to_five_digits(told, written, kept):
    [record] = told(a_row(an_npi(1), zip=written)).records

    [place] = record.locations
    assert place.zip == kept
    assert place.lat == pytest.approx(41.77, abs=0.1)


@pytest.mark.parametrize("written", ["", "061", "00000", "X1A 1A1"])
def test_a_provider_without_a_usable_zip_is_kept_without_a_position(told, written):
    [record] = told(a_row(an_npi(1), zip=written)).records

    assert (record.locations[0].state, record.locations[0].lat) == ("CT", None)


@pytest.mark.parametrize("written", ["", "0000000000", "911", "not a phone"])
def test_a_phone_that_cannot_be_dialled_is_not_known(told, written):
    [record] = told(a_row(an_npi(1), phone=written)).records

    assert record.locations[0].phone is None


@pytest.mark.parametrize(("sex", "identities"), [("F", ("woman",)), ("M", ("man",)), ("X", None)])
def test_the_sex_is_one_thing_known_of_a_person_and_not_all(told, sex, identities):
    [record] = told(a_row(an_npi(1), sex=sex)).records

    assert record.identities == identities
    assert record.partial == (("identities",) if identities else ())


def test_bytes_that_are_no_text_matter_only_where_they_are_read(tmp_path):
    mailing = {"Provider First Line Business Mailing Address": "PEÑA ROAD"}
    path = tmp_path / "file.csv"
    rows = [a_row(an_npi(1), columns=mailing), a_row(an_npi(2), last_name="PEÑA")]
    path.write_text(as_text(rows), encoding="latin-1")

    given = read(path)

    assert [record.npi for record in given.records] == [an_npi(1)]
    [rejected] = given.rejected
    assert rejected.reason == "not_text"
    assert r"PE\xd1A" in rejected.text


def test_accents_are_kept(told):
    [record] = told(a_row(an_npi(1), last_name="PEÑA")).records

    assert record.name == "Tree Peña"


def test_a_table_that_was_saved_again_without_quotes_is_read_all_the_same(tmp_path):
    rows = [a_row(an_npi(1)), a_row(an_npi(2), code="2084N0400X")]
    path = tmp_path / "file.csv"
    path.write_bytes(as_text(rows).replace('"', "").replace("\n", "\r\n").encode())

    given = read(path)

    assert [record.npi for record in given.records] == [an_npi(1)]
    assert given.left_out == {"not_behavioral_health": 1}


def test_every_row_is_counted_once(told):
    rows = [
        a_row(an_npi(1)),
        a_row(an_npi(1)),
        a_row(an_npi(2), code="2084N0400X"),
        deactivated(an_npi(3)),
        ["1", "2"],
    ]

    given = told(*rows, known={an_npi(3)})

    counted = len(given.records) + len(given.rejected) + sum(given.left_out.values())
    assert given.rows == counted == len(rows)
