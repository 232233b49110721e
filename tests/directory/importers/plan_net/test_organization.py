from directory.feed import Gone
from directory.records import Role
from tests.directory.importers.plan_net.resources import (
    CLINIC,
    NEUROLOGIST,
    NPI,
    PSYCHOLOGIST,
    a_location,
    a_network,
    a_payer,
    a_plan,
    a_service,
    accessible,
    an_npi,
    an_organization,
    concept,
    delivered,
    new_patients,
    nucc,
    phone,
    resource,
    to,
)


def a_clinic(**more):
    return an_organization(identifier=[{"system": NPI, "value": an_npi(50)}]) | more


def its_service(name="service", /, **more):
    told = {
        "providedBy": to("Organization/clinic"),
        "specialty": [nucc(CLINIC)],
        "location": [to("Location/office")],
    }
    return a_service(name, **(told | more))


def an_affiliation(name="affiliation", /, **more):
    return resource("OrganizationAffiliation", name) | {
        "active": True,
        "participatingOrganization": to("Organization/clinic"),
        "network": [to("Organization/network")],
        **more,
    }


PAYER = (a_network(), a_plan(), a_payer())


def test_a_clinic_is_told_by_its_services(bring):
    clinic = bring(
        a_clinic(alias=["Sample House"], telecom=[phone("860-555-0150")]),
        its_service(
            extension=[delivered("physical"), new_patients("newpt")],
            communication=[concept("es", "urn:ietf:bcp:47")],
            availableTime=[
                {
                    "daysOfWeek": ["mon", "sat"],
                    "availableStartTime": "9:00",
                    "availableEndTime": "17:00",
                }
            ],
        ),
        a_location(extension=[accessible("pubtrans")]),
    ).only

    assert (clinic.kind, clinic.name, clinic.npi) == ("organization", "Sample Clinic", an_npi(50))
    assert clinic.other_names == ("Sample House",)
    assert clinic.roles == (Role("clinic", CLINIC),)
    [place] = clinic.locations
    assert (place.zip, place.phone, place.in_person) == ("06105", "8605550150", True)
    assert (clinic.new_patients, clinic.times) == (True, ("weekend",))
    assert (clinic.languages, clinic.access) == (("spanish",), ("public_transport",))
    assert clinic.organization is None


def test_a_service_filed_under_behavioral_health_without_a_specialty_makes_a_clinic(bring):
    service = its_service(specialty=[], category=[concept("behav")])

    assert bring(a_clinic(), service, a_location()).only.roles == (Role("clinic"),)


def test_a_service_of_another_specialty_is_not_ours_whatever_it_is_filed_under(bring):
    service = its_service(specialty=[nucc(NEUROLOGIST)], category=[concept("behav")])

    read = bring(a_clinic(), service, a_location(), known={an_npi(50)})

    assert read.items == [Gone(an_npi(50))]
    assert read.left_out == {"not_behavioral_health": 1}


def test_networks_come_from_affiliations(bring):
    bare = bring(a_clinic(), its_service(), an_affiliation(), a_location(), *PAYER).only
    service = an_affiliation(healthcareService=[to("HealthcareService/service")])
    of_service = bring(a_clinic(), its_service(), service, a_location(), *PAYER).only

    assert (bare.plans, bare.payers) == (("Sample Gold",), ("aetna",))
    assert (of_service.plans, of_service.payers) == (("Sample Gold",), ("aetna",))


def test_an_affiliation_of_another_service_brings_nothing(bring):
    other = [
        its_service("brain", specialty=[nucc(NEUROLOGIST)]),
        an_affiliation(healthcareService=[to("HealthcareService/brain")]),
        an_affiliation("second", specialty=[nucc(NEUROLOGIST)]),
        an_affiliation("ended", period={"end": "2020-01-01"}),
    ]

    assert bring(a_clinic(), its_service(), *other, a_location(), *PAYER).only.plans == ()


def test_an_affiliation_may_be_all_there_is(bring):
    affiliation = an_affiliation(specialty=[nucc(PSYCHOLOGIST)], location=[to("Location/office")])

    group = bring(a_clinic(), affiliation, a_location(), *PAYER).only

    assert group.roles == (Role("psychologist", PSYCHOLOGIST),)
    assert (group.plans, group.locations[0].zip) == (("Sample Gold",), "06105")


def test_without_a_location_the_address_of_the_clinic_is_where_it_is(bring):
    addresses = [
        {"type": "postal", "state": "MA", "line": ["PO Box 1"]},
        {"line": ["5 HILL ROAD"], "city": "BOSTON", "state": "Massachusetts", "postalCode": "2115"},
    ]

    [place] = bring(a_clinic(address=addresses), its_service(location=[])).only.locations

    assert (place.address, place.city, place.state, place.zip) == (
        "5 Hill Road",
        "Boston",
        "MA",
        "02115",
    )


def test_payers_and_networks_are_no_providers(bring):
    read = bring(*PAYER, its_service(providedBy=to("Organization/payer")))

    assert (read.items, read.left_out) == ([], {})


def test_an_organization_without_an_npi_has_an_id_that_is_no_persons(bring):
    clinic = bring(a_clinic(identifier=[]), its_service(), a_location()).only

    assert (clinic.source_id, clinic.npi) == ("Organization/clinic", None)


def test_a_clinic_that_cannot_be_used_says_why(bring):
    nameless = bring(a_clinic(name=None), its_service(), a_location())
    nowhere = bring(a_clinic(), its_service(location=[]))

    assert nameless.rejected == [(1, "no_name")]
    assert nowhere.rejected == [(1, "no_us_location")]


def test_a_clinic_that_closed_is_gone(bring):
    closed = bring(a_clinic(active=False), its_service(), a_location(), known={an_npi(50)})

    assert closed.items == [Gone(an_npi(50))]
