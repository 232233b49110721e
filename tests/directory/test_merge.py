from datetime import date

import pytest

from directory.merge import key, merge, same_provider
from directory.records import Location, Role, from_json
from tests.directory.making import a_provider

OFFICE = Location(address="12 Sample Street", city="Austin", state="TX", zip="78701")


def told(source, day, **facts):
    return a_provider(1, source=source, source_updated=date(2026, *day), **facts)


def test_one_record_is_told_as_it_is():
    record = told("nppes", (5, 1), credential="PhD", languages=("english",), new_patients=True)

    merged = merge([record])

    assert (merged.npi, merged.name, merged.credential) == (record.npi, "Sample 1", "PhD")
    assert merged.facts["languages"] == ("english",)
    assert merged.facts["payers"] is None
    assert merged.complete == {"languages"}
    assert merged.sources == (("nppes", date(2026, 5, 1)),)
    assert merged.origins == {}


def test_the_fresher_source_wins_each_field_that_it_tells_of():
    old = told("hsds", (1, 1), new_patients=True, languages=("english", "spanish"))
    fresh = told("findtreatment", (6, 1), new_patients=False)

    merged = merge([fresh, old])

    assert merged.new_patients is False
    assert merged.facts["languages"] == ("english", "spanish")
    assert merged.origins["languages"] == ("hsds", date(2026, 1, 1))


@pytest.mark.parametrize(("later", "wins"), [((4, 1), "own-list"), ((12, 30), "nppes")])
def test_a_source_nearer_to_the_provider_is_worth_some_days(later, wins):
    near = told("own-list", (3, 1), credential="own-list")
    far = told("nppes", later, credential="nppes")

    assert merge([near, far]).credential == wins


def test_lists_that_are_not_the_whole_truth_add_to_one_another():
    aetna = told("plan-net:aetna", (3, 1), payers=("aetna",), partial=("payers",))
    cigna = told("plan-net:cigna", (4, 1), payers=("cigna",), partial=("payers",))

    merged = merge([cigna, aetna])

    assert set(merged.facts["payers"]) == {"aetna", "cigna"}
    assert "payers" not in merged.complete


def test_a_full_list_takes_the_place_of_what_was_known_before():
    plan = told("plan-net", (3, 1), payers=("aetna",), partial=("payers",))
    own = told("own-list", (4, 1), payers=("cigna",))

    merged = merge([own, plan])

    assert merged.facts["payers"] == ("cigna",)
    assert "payers" in merged.complete


def test_the_same_place_is_there_once_with_what_either_source_knows():
    nppes = told("nppes", (5, 1), locations=(OFFICE,))
    phone = Location(address="12 SAMPLE ST STE 4", zip="78701", phone="5125550100", online=True)
    plan = told("plan-net", (5, 1), locations=(phone,))

    [place] = merge([nppes, plan]).places

    assert (place.location.phone, place.location.online) == ("5125550100", True)
    assert place.location.city == "Austin"


def test_other_places_are_added():
    second = Location(address="900 Sample Avenue", zip="78745")
    places = merge([
        told("nppes", (5, 1), locations=(OFFICE,)),
        told("nppes-locations", (5, 1), locations=(second,), roles=()),
    ]).places  # fmt: skip

    assert {place.location for place in places} == {OFFICE, second}


def test_a_record_without_roles_does_not_tell_the_name():
    names = told("nppes-names", (9, 1), roles=(), other_names=("Sample Uno",))
    merged = merge([told("nppes", (5, 1), name="Sample One"), names])

    assert merged.name == "Sample One"
    assert merged.names == ("Sample 1", "Sample Uno", "Sample One")


def test_a_licence_is_kept_and_the_bare_role_beside_it_is_not():
    licensed = told("nppes", (5, 1), roles=(Role("psychologist", "103T00000X", "S1", "TX"),))
    bare = told("plan-net", (6, 1), roles=(Role("psychologist"), Role("counselor")))

    roles = {(role.role, role.license_state) for role in merge([licensed, bare]).roles}

    assert roles == {("psychologist", "TX"), ("counselor", None)}


@pytest.mark.parametrize(
    ("name", "place", "same"),
    [
        ("Sample Clinic", Location(phone="5125550100"), True),
        ("SAMPLE  CLINIC", Location(address="12 SAMPLE ST", zip="78701"), True),
        ("Sample Clinic", Location(zip="78701"), False),  # the same ZIP is not the same house
        ("Sample Clinic", Location(address="14 Sample Street", zip="78701"), False),
        ("Sample Clinic", Location(), False),
        ("Sample Clinic North", Location(phone="5125550100"), False),
    ],
)
def test_without_an_npi_it_takes_the_name_and_the_phone_or_the_house(name, place, same):
    known = Location(address="12 Sample Street", zip="78701", phone="5125550100")
    record = a_provider(1, npi=None, name=name, locations=(place,))

    assert same_provider(record, key("Sample Clinic"), [known]) is same


def test_a_middle_initial_makes_no_other_name():
    assert key("Ana B. Cruz") == key("ANA CRUZ") == "ana cruz"
    assert key("A. B.") == "a b"


def test_a_record_comes_back_from_its_text_as_it_was():
    record = told(
        "plan-net",
        (5, 1),
        payers=(),
        languages=("english",),
        partial=("languages",),
        plans=("Sample Gold",),
        locations=(OFFICE,),
    )

    assert from_json(record.as_json()) == record
