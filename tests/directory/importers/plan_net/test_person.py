from datetime import date

import pytest

from directory.feed import Gone
from directory.records import Location, ProviderRecord, Role
from tests.directory.importers.plan_net.resources import (
    NEUROLOGIST,
    NPI,
    PSYCHIATRIST,
    PSYCHOLOGIST,
    VHDIR,
    a_location,
    a_practitioner,
    a_role,
    a_service,
    an_npi,
    an_organization,
    concept,
    delivered,
    everything,
    extension,
    licensed,
    nucc,
    phone,
    to,
)


def test_everything_that_points_to_a_person_is_one_record(bring):
    [person, _] = bring(*everything()).records

    assert person == ProviderRecord(
        source="plan-net",
        source_id=an_npi(1),
        name="Tree Sample",
        kind="individual",
        verified_on=date(2026, 10, 2),
        source_updated=date(2026, 10, 2),
        npi=an_npi(1),
        roles=(Role("psychologist", PSYCHOLOGIST),),
        locations=(
            Location(
                address="2 Work Street, Ste 3",
                city="Hartford",
                state="CT",
                zip="06105",
                phone="8605550123",
                lat=pytest.approx(41.77, abs=0.1),
                lon=pytest.approx(-72.7, abs=0.1),
                in_person=None,
                online=True,
            ),
        ),
        credential="PsyD",
        organization="Sample Clinic",
        new_patients=True,
        payers=("aetna",),
        languages=("spanish",),
        identities=("woman",),
        access=("wheelchair",),
        partial=("payers", "languages", "identities", "access"),
        plans=("Sample Gold",),
    )


def test_what_the_source_does_not_say_is_not_known(bring):
    person = bring(a_practitioner(), a_role(), a_location()).only

    facts = (person.payers, person.languages, person.times, person.access, person.identities)
    assert facts == (None,) * 5
    assert (person.new_patients, person.plans, person.telehealth_states) == (None, (), ())
    assert (person.locations[0].in_person, person.locations[0].online) == (None, None)
    assert person.locations[0].phone is None


def test_several_roles_at_several_places_are_one_provider(bring):
    person = bring(
        a_practitioner(),
        a_role("monday", telecom=[phone("860-555-0101")]),
        a_role("tuesday", location=[to("Location/other")], specialty=[nucc(PSYCHIATRIST)]),
        a_location(),
        a_location("other", address={"city": "Boston", "state": "MA", "postalCode": "02115"}),
    ).only

    assert [(one.city, one.phone) for one in person.locations] == [
        ("Hartford", "8605550101"),
        ("Boston", None),
    ]
    assert [role.role for role in person.roles] == ["psychologist", "psychiatrist"]


def test_two_practitioners_with_one_npi_are_one_provider(bring):
    person = bring(
        a_practitioner("a"),
        a_practitioner("b"),
        a_role("ra", practitioner=to("Practitioner/a")),
        a_role("rb", practitioner=to("Practitioner/b"), location=[to("Location/other")]),
        a_location(),
        a_location("other", address={"state": "MA", "postalCode": "02115"}),
    ).only

    assert person.source_id == an_npi(1)
    assert [one.state for one in person.locations] == ["CT", "MA"]


def test_without_an_npi_the_source_knows_a_person_by_its_own_id(bring):
    person = bring(a_practitioner(identifier=[]), a_role(), a_location()).only

    assert (person.source_id, person.npi) == ("tree", None)


def test_a_place_outside_behavioral_health_is_no_place_of_ours(bring):
    person = bring(
        a_practitioner(),
        a_role(),
        a_role("brain", specialty=[nucc(NEUROLOGIST)], location=[to("Location/other")]),
        a_location(),
        a_location("other", address={"state": "MA"}),
    ).only

    assert [one.state for one in person.locations] == ["CT"]
    assert [role.taxonomy_code for role in person.roles] == [PSYCHOLOGIST]


def test_every_role_comes_along_when_asked_for(bring):
    rows = [a_practitioner(), a_role(specialty=[nucc(NEUROLOGIST)]), a_location()]

    assert bring(*rows).left_out == {"not_behavioral_health": 1}
    assert bring(*rows, every_role=True).only.roles == (Role("other"),)


@pytest.mark.parametrize(
    ("code", "role"),
    [("py", "psychologist"), ("mt", "marriage_family_therapist"), ("co", None), ("ph", None)],
)
def test_without_a_nucc_code_only_a_protected_title_is_a_role(bring, code, role):
    read = bring(a_practitioner(), a_role(specialty=[], code=[concept(code)]), a_location())

    assert [record.roles for record in read.records] == ([(Role(role),)] if role else [])


def test_a_role_without_a_specialty_takes_the_nucc_code_of_the_qualification(bring):
    person = bring(
        a_practitioner(qualification=[licensed("CT", "7", PSYCHIATRIST)]),
        a_role(specialty=[concept("394587001", "http://snomed.info/sct")]),
        a_location(),
    ).only

    assert person.roles == (Role("psychiatrist", PSYCHIATRIST, "7", "CT"),)


def test_licences_go_with_the_role_that_they_are_for(bring):
    person = bring(
        a_practitioner(
            qualification=[
                licensed("CT", "PSY-1", PSYCHOLOGIST),
                licensed("MA", "PSY-2", PSYCHOLOGIST),
                licensed("NY", "MD-3", NEUROLOGIST),
                licensed("RI", "PSY-4", PSYCHOLOGIST, status="revoked"),
                licensed("ME", "PSY-5", PSYCHOLOGIST, period={"end": "2025-01-01"}),
            ]
        ),
        a_role(),
        a_location(),
    ).only

    assert person.roles == (
        Role("psychologist", PSYCHOLOGIST, "PSY-1", "CT"),
        Role("psychologist", PSYCHOLOGIST, "PSY-2", "MA"),
    )


def test_the_old_form_of_a_qualification_has_its_status_as_a_coding(bring):
    old = {
        "identifier": [{"value": "MD12345"}],
        "code": concept("MD", "http://terminology.hl7.org/CodeSystem/v2-0360"),
        "extension": [
            extension(
                f"{VHDIR}/practitioner-qualification",
                extension("status", valueCoding={"code": "active"}),
                extension("whereValid", valueCodeableConcept=concept("District of Columbia")),
            )
        ],
    }
    person = bring(
        a_practitioner(qualification=[old], name=[{"text": "Tree Sample"}]), a_role(), a_location()
    ).only

    assert person.roles == (Role("psychologist", PSYCHOLOGIST, "MD12345", "DC"),)
    assert person.credential == "MD"


def test_a_virtual_provider_without_an_office_is_found_where_it_may_work(bring):
    person = bring(
        a_practitioner(qualification=[licensed("CT", "1")]),
        a_role(
            location=[],
            healthcareService=[to("HealthcareService/v")],
            telecom=[phone("8605550144")],
        ),
        a_service(
            "v", extension=[delivered("virtual", "web")], coverageArea=[to("Location/state")]
        ),
        a_location("state", address={"state": "MA"}),
    ).only

    assert person.locations == (Location(phone="8605550144", online=True),)
    assert person.telehealth_states == ("MA", "CT")


def test_a_licence_alone_promises_no_telehealth(bring):
    person = bring(
        a_practitioner(qualification=[licensed("CT", "1")]),
        a_role(healthcareService=[to("HealthcareService/v")]),
        a_service("v", extension=[delivered("physical")]),
        a_location(),
    ).only

    assert person.telehealth_states == ()
    assert (person.locations[0].in_person, person.locations[0].online) == (True, None)


@pytest.mark.parametrize(
    ("written", "name", "credential"),
    [
        ({"family": "SAMPLE-MCTEST", "given": ["TREE"]}, "Tree Sample-McTest", None),
        ({"text": "Tree Sample, LPC"}, "Tree Sample", "LPC"),
        (
            {"family": "Sample", "given": ["Tree"], "text": "Dr T. Sample, PhD"},
            "Tree Sample",
            "PhD",
        ),
        ({"family": "Sample"}, "Sample", None),
    ],
)
def test_names_come_in_parts_or_as_text(bring, written, name, credential):
    person = bring(a_practitioner(name=[written]), a_role(), a_location()).only

    assert (person.name, person.credential) == (name, credential)


def test_a_former_name_is_an_other_name(bring):
    names = [
        {"use": "maiden", "family": "Former", "given": ["Tree"]},
        {"use": "anonymous", "text": "Nobody"},
        {"use": "official", "family": "Sample", "given": ["Tree"]},
    ]
    person = bring(a_practitioner(name=names), a_role(), a_location()).only

    assert (person.name, person.other_names) == ("Tree Sample", ("Tree Former",))


@pytest.mark.parametrize(
    "change",
    [
        {"active": False},
        {"period": {"end": "2026-01-31"}},
        {"period": {"start": "2027-01-01"}},
    ],
)
def test_a_provider_whose_roles_are_over_is_gone(bring, change):
    rows = [a_practitioner(), a_role(**change), a_location()]

    assert bring(*rows).items == []
    assert bring(*rows).left_out == {"inactive": 1}
    assert bring(*rows, known={an_npi(1)}).items == [Gone(an_npi(1))]


def test_an_inactive_practitioner_is_gone_and_one_without_a_role_is_not(bring):
    gone = bring(a_practitioner(active=False), a_role(), a_location(), known={an_npi(1)})
    unsaid = bring(a_practitioner(), a_location(), known={an_npi(1)})

    assert gone.items == [Gone(an_npi(1))]
    assert (unsaid.items, unsaid.left_out) == ([], {"no_role": 1})


def test_who_left_behavioral_health_is_gone(bring):
    rows = [a_practitioner(), a_role(specialty=[nucc(NEUROLOGIST)]), a_location()]

    assert bring(*rows, known={an_npi(1)}).items == [Gone(an_npi(1))]


def test_only_what_holds_today_is_taken_of_several_roles(bring):
    person = bring(
        a_practitioner(),
        a_role(period={"start": "2020-01-01", "end": "2026-12"}),
        a_role("past", period={"end": "2019"}, location=[to("Location/other")]),
        a_location(),
        a_location("other", address={"state": "MA"}),
    ).only

    assert [one.state for one in person.locations] == ["CT"]


@pytest.mark.parametrize(
    ("reason", "rows"),
    [
        (
            "bad_npi",
            [a_practitioner(identifier=[{"system": NPI, "value": "9941339100"}]), a_role()],
        ),
        ("no_name", [a_practitioner(name=[]), a_role()]),
        ("no_us_location", [a_practitioner(), a_role(location=[])]),
        ("no_us_location", [a_practitioner(), a_role(location=[to("Location/nowhere")])]),
        ("no_us_location", [a_practitioner(), a_role(location=[to("Location/abroad")])]),
        ("no_us_location", [a_practitioner(), a_role(location=[to("Location/closed")])]),
        ("no_date", [a_practitioner(meta={}), a_role(meta={"lastUpdated": "soon"})]),
    ],
)
def test_what_cannot_be_used_says_why(bring, reason, rows):
    places = [
        a_location(),
        a_location("abroad", address={"city": "Toronto", "state": "ON", "country": "CA"}),
        a_location("closed", status="inactive"),
    ]

    read = bring(*rows, *places)

    assert (read.records, read.rejected) == ([], [(1, reason)])


def test_a_role_of_nobody_in_the_source_is_rejected_and_one_of_nobody_at_all_left_out(bring):
    nobody = {key: value for key, value in a_role("anonymous").items() if key != "practitioner"}

    read = bring(a_location(), a_role(practitioner=to("Practitioner/missing")), nobody)

    assert read.rejected == [(2, "no_such_practitioner")]
    assert read.left_out == {"no_practitioner": 1}


def test_a_verification_is_the_day_it_was_verified_and_not_the_day_of_a_change(bring):
    verified = extension(
        "http://hl7.org/fhir/us/ndh/StructureDefinition/base-ext-verification-status",
        extension("lastVerified", valueDateTime="2026-11-03T10:00:00Z"),
    )
    person = bring(a_practitioner(), a_role(extension=[verified]), a_location()).only

    assert (person.verified_on, person.source_updated) == (date(2026, 11, 3), date(2026, 10, 2))


def test_a_day_that_is_yet_to_come_is_no_date(bring):
    future = {"lastUpdated": "2099-01-01T00:00:00Z"}

    person = bring(a_practitioner(meta=future), a_role(), a_location()).only

    assert person.dated == date(2026, 10, 2)


@pytest.mark.parametrize(
    "system",
    ["http://nucc.org/provider-taxonomy", "urn:oid:2.16.840.1.113883.6.101", "", None],
)
def test_nucc_goes_by_several_systems(bring, system):
    person = bring(
        a_practitioner(), a_role(specialty=[concept(PSYCHOLOGIST, system)]), a_location()
    ).only

    assert person.roles == (Role("psychologist", PSYCHOLOGIST),)


def test_a_code_of_another_system_is_no_nucc_code(bring):
    role = a_role(specialty=[concept(PSYCHOLOGIST, "http://snomed.info/sct")])

    assert bring(a_practitioner(), role, a_location()).left_out == {"not_behavioral_health": 1}


def test_the_npi_goes_by_its_oid_too(bring):
    number = {"system": "urn:oid:2.16.840.1.113883.4.6", "value": an_npi(3)}

    assert bring(a_practitioner(identifier=[number]), a_role(), a_location()).only.npi == an_npi(3)


def test_web_pages_and_phones_come_from_the_nearest_that_has_them(bring):
    person = bring(
        a_practitioner(),
        a_role(
            organization=to("Organization/clinic"),
            telecom=[
                phone("860-555-0199", rank=2),
                phone("860-555-0111", rank=1),
                phone("860-555-0100", use="old"),
                {"system": "fax", "value": "860-555-0122"},
                {"system": "url", "value": "javascript:alert(1)"},
            ],
        ),
        a_location(telecom=[phone("860-555-0133")]),
        an_organization(telecom=[{"system": "url", "value": "https://clinic.example.org"}]),
    ).only

    assert person.locations[0].phone == "8605550111"
    assert person.website == "https://clinic.example.org"


def test_who_is_reached_through_another_has_the_others_number(bring):
    through = extension(f"{VHDIR}/via-intermediary", valueReference=to("Organization/clinic"))
    person = bring(
        a_practitioner(),
        a_role(telecom=[{"system": "phone", "extension": [through]}]),
        a_location(telecom=[phone("860-555-0133")]),
        an_organization(telecom=[phone("860-555-0177")]),
    ).only

    assert person.locations[0].phone == "8605550177"


def test_a_go_between_that_is_none_of_ours_has_no_number_for_us(bring):
    through = extension(f"{VHDIR}/via-intermediary", valueReference=to("PractitionerRole/brain"))
    person = bring(
        a_practitioner(),
        a_role(telecom=[{"system": "phone", "extension": [through]}]),
        a_role("brain", specialty=[nucc(NEUROLOGIST)], telecom=[phone("860-555-0177")]),
        a_location(telecom=[phone("860-555-0133")]),
    ).only

    assert person.locations[0].phone == "8605550133"


def test_a_position_is_taken_where_it_can_be_true(bring):
    def at(lat, lon):
        place = a_location(position={"latitude": lat, "longitude": lon})
        location = bring(a_practitioner(), a_role(), place).only.locations[0]
        return location.lat, location.lon

    centre_of_the_zip = (pytest.approx(41.7691, abs=0.01), pytest.approx(-72.701, abs=0.01))
    assert at(41.75, -72.68) == (41.75, -72.68)
    assert at(39.78373, -100.445882) == centre_of_the_zip
    assert at(15.0, 3.0) == centre_of_the_zip
    assert at("here", None) == centre_of_the_zip


def test_an_address_that_is_not_for_everybody_is_not_shown(bring):
    kept = {
        "url": f"{VHDIR}/usage-restriction",
        "valueReference": {"reference": "#restrict"},
    }
    shelter = a_location(telecom=[phone("860-555-0133") | {"extension": [kept]}])
    hidden = a_location("hidden", address=shelter["address"] | {"extension": [kept]})

    read = bring(
        a_practitioner(),
        a_role(location=[to("Location/office"), to("Location/hidden")]),
        shelter,
        hidden,
    )

    assert [one.phone for one in read.only.locations] == [None]
