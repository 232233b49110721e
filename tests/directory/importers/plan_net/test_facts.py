import pytest

from tests.directory.importers.plan_net.resources import (
    PLAN_NET,
    VHDIR,
    a_location,
    a_network,
    a_payer,
    a_plan,
    a_practitioner,
    a_role,
    a_service,
    accessible,
    concept,
    delivered,
    extension,
    in_network,
    new_patients,
    phone,
    to,
)

OTHER = a_location("other", address={"state": "MA", "postalCode": "02115"})


@pytest.fixture
def told(bring):
    """The record of a person whose role, service, place and self say this."""

    def told(*more, role=(), person=(), place=(), service=()):
        rows = [
            a_practitioner(**dict(person)),
            a_role(**{"healthcareService": [to("HealthcareService/service")], **dict(role)}),
            a_location(**dict(place)),
            a_service(**dict(service)),
        ]
        return bring(*rows, *more).only

    return told


def old_new_patients(**value):
    return extension(
        f"{PLAN_NET}/plannet-NewPatients-extension",
        extension(f"{PLAN_NET}/plannet-AcceptingPatients-extension", **value),
    )


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (new_patients("newpt"), True),
        (new_patients("newpt", "Organization/network", "Only children"), True),
        (new_patients("nopt"), False),
        (new_patients("existptonly"), False),
        (new_patients("existptfam"), False),
        (new_patients("perhaps"), None),
        (old_new_patients(valueBoolean=True), True),
        (old_new_patients(valueBoolean=False), False),
        (old_new_patients(valueCodeableConcept=concept("no")), False),
        (old_new_patients(valueCode="newpt"), True),
        (
            extension(f"{VHDIR}/newpatients", extension("acceptingPatients", valueBoolean=True)),
            True,
        ),
        (extension(f"{VHDIR}/newpatientprofile", valueString="Ask"), None),
    ],
)
@pytest.mark.parametrize("where", ["role", "service", "place"])
def test_new_patients_in_the_forms_of_then_and_now(told, where, said, answer):
    assert told(**{where: {"extension": [said]}}).new_patients is answer


def test_the_nearest_to_the_provider_says_whether_new_people_are_taken(told):
    person = told(
        role={"extension": [new_patients("nopt")]},
        service={"extension": [new_patients("newpt")]},
        place={"extension": [new_patients("newpt")]},
    )

    assert person.new_patients is False


def test_when_it_depends_on_the_network_nothing_is_claimed(told):
    both = [new_patients("newpt", "Organization/a"), new_patients("nopt", "Organization/b")]

    assert told(role={"extension": both}).new_patients is None


def test_one_place_that_takes_new_people_is_enough(told):
    elsewhere = a_role(
        "elsewhere", location=[to("Location/other")], extension=[new_patients("newpt")]
    )

    person = told(elsewhere, OTHER, role={"extension": [new_patients("nopt")]})

    assert person.new_patients is True


NETWORK = {"extension": [in_network("Organization/network")]}


def test_a_network_stands_for_the_plans_that_use_it_and_whoever_runs_them(told):
    person = told(
        a_network(),
        a_plan(),
        a_plan("silver", name="Sample Silver", network=[], plan=[{"network": a_plan()["network"]}]),
        a_plan("elsewhere", name="Not This", network=[to("Organization/another")]),
        a_payer(),
        role=NETWORK,
    )

    assert person.plans == ("Sample Gold", "Sample Silver")
    assert person.payers == ("aetna",)
    assert "payers" in person.partial


@pytest.mark.parametrize(
    ("kind", "payers"),
    [
        ("medi", ("medicaid",)),
        ("medihmo", ("medicaid",)),
        ("mediadv", ("medicare",)),
        ("medib", ("medicare",)),
        ("tri", ("tricare",)),
        ("commppo", None),
    ],
)
def test_a_public_program_is_known_by_the_kind_of_plan(told, kind, payers):
    nobody = a_payer(name="Sample Mutual")

    person = told(a_network(), a_plan(type=[concept(kind)]), nobody, role=NETWORK)

    assert (person.payers, person.plans) == (payers, ("Sample Gold",))


def test_the_owner_may_be_known_by_the_words_of_the_reference_alone(told):
    plan = a_plan(administeredBy={"display": "Cigna of Sample"})

    assert told(a_network(), plan, role=NETWORK).payers == ("cigna",)


@pytest.mark.parametrize("kind", ["dent", "vis", "medid"])
def test_plans_for_teeth_eyes_and_drugs_are_no_plans_of_ours(told, kind):
    person = told(a_network(), a_plan(type=[concept(kind)]), a_payer(), role=NETWORK)

    assert (person.payers, person.plans) == (None, ())


def test_plans_and_networks_that_are_over_do_not_count(told):
    over = told(a_network(), a_plan(period={"end": "2026-01-01"}), a_payer(), role=NETWORK)
    retired = told(a_network(), a_plan(status="retired"), a_payer(), role=NETWORK)
    closed = told(a_network(active=False), a_plan(), a_payer(), role=NETWORK)

    assert (over.plans, retired.plans, closed.plans) == ((), (), ())
    assert (over.payers, retired.payers, closed.payers) == (None, None, None)


def test_a_network_that_no_plan_names_goes_by_its_own_name(told):
    person = told(a_network(partOf=to("Organization/payer")), a_payer(), role=NETWORK)

    assert (person.plans, person.payers) == (("Sample Preferred Network",), ("aetna",))


def test_a_network_that_is_not_there_goes_by_the_words_of_the_reference(told):
    old = extension(
        f"{PLAN_NET}/plannet-ParticipatingNetwork-extension",
        valueReference=to("Organization/gone", display="Humana Sample Network"),
    )

    person = told(role={"extension": [old]})

    assert (person.plans, person.payers) == (("Humana Sample Network",), ("humana",))


def test_an_everyday_word_in_a_plans_name_is_no_way_to_pay(told):
    person = told(a_network(), a_plan(name="Low Cost Cash Silver"), role=NETWORK)

    assert person.payers is None


def at(days, start=None, end=None, **more):
    times = {"availableStartTime": start, "availableEndTime": end}
    return {"daysOfWeek": days, **{name: time for name, time in times.items() if time}, **more}


WEEK = ["mon", "tue", "wed", "thu", "fri"]


@pytest.mark.parametrize(
    ("hours", "times"),
    [
        ([at(WEEK, "09:00:00", "17:00:00")], ()),
        ([at(WEEK, "09:00:00", "18:29:59")], ()),
        ([at(WEEK, "09:00:00", "18:30:00")], ("evening",)),
        ([at(WEEK, "20:00:00", "01:00:00")], ("evening",)),
        ([at(WEEK, "09:00:00", "17:00:00"), at(["sat"], "09:00:00", "12:00:00")], ("weekend",)),
        ([at([*WEEK, "sun"], allDay=True)], ("evening", "weekend")),
        ([at(WEEK)], None),
        ([at(["sat"])], ("weekend",)),
        ([at([], "09:00:00", "20:00:00")], ("evening",)),
        ([{"daysOfWeek": "all", "availableEndTime": 17}], None),
        ([], None),
    ],
)
def test_hours_tell_of_evenings_and_weekends(told, hours, times):
    assert told(role={"availableTime": hours}).times == times


def test_times_that_are_half_known_are_listed_in_part(told):
    assert "times" in told(role={"availableTime": [at(["sat"])]}).partial
    assert "times" not in told(role={"availableTime": [at(WEEK, "09:00", "17:00")]}).partial


def test_the_hours_of_the_role_come_before_those_of_its_service_and_building(told):
    evening, day = at(WEEK, "12:00:00", "20:00:00"), at(WEEK, "09:00:00", "17:00:00")
    building = {"daysOfWeek": ["sat", *WEEK], "openingTime": "08:00:00", "closingTime": "21:00:00"}

    assert told(role={"availableTime": [day]}, service={"availableTime": [evening]}).times == ()
    assert told(service={"availableTime": [evening]}).times == ("evening",)
    assert told(place={"hoursOfOperation": [building]}).times == ("evening", "weekend")


def test_a_hospital_that_never_closes_says_nothing_of_one_person(told):
    always = {"daysOfWeek": [*WEEK, "sat", "sun"], "allDay": True}

    assert told(place={"hoursOfOperation": [always]}).times is None


def test_without_other_hours_those_of_the_phone_are_taken(told):
    open_late = extension(
        f"{PLAN_NET}/contactpoint-availabletime",
        *(extension("daysOfWeek", valueCode=day) for day in WEEK),
        extension("availableStartTime", valueTime="10:00:00"),
        extension("availableEndTime", valueTime="19:00:00"),
    )

    person = told(role={"telecom": [phone("860-555-0123") | {"extension": [open_late]}]})

    assert person.times == ("evening",)


def test_access_is_in_our_words_and_the_rest_is_left_out(told):
    codes = ["adacomp", "handiaccess", "pubtrans", "cognitive", "mobility", "cultcomp", "anssrvc"]

    person = told(place={"extension": [accessible(code) for code in codes]})

    assert person.access == ("wheelchair", "public_transport", "cognitive")
    assert told(place={"extension": [accessible("cultcomp")]}).access is None


def test_access_of_the_person_counts_too_in_the_old_form(told):
    old = extension(f"{VHDIR}/accessibility", valueCodeableConcept=concept("hearing"))

    assert told(person={"extension": [old]}).access == ("hearing",)


@pytest.mark.parametrize(
    ("services", "formats"),
    [
        ([[delivered("physical")]], (True, None)),
        ([[delivered("virtual", "video")]], (None, True)),
        ([[delivered("physical"), delivered("virtual", "phone")]], (True, True)),
        ([[delivered("physical")], [delivered("virtual")]], (True, True)),
        ([[]], (None, None)),
    ],
)
def test_the_ways_of_delivery_are_formats(told, services, formats):
    more = [a_service(f"s{at}", extension=said) for at, said in enumerate(services)]
    links = [to(f"HealthcareService/s{at}") for at, _ in enumerate(services)]

    [place] = told(*more, role={"healthcareService": links}).locations

    assert (place.in_person, place.online) == formats


BCP = "urn:ietf:bcp:47"


@pytest.mark.parametrize(
    ("spoken", "languages"),
    [
        ([concept("es", BCP), concept("en-US", BCP)], ("spanish", "english")),
        ([concept("zh-yue", BCP)], ("cantonese",)),
        ([concept("zh", BCP)], ("mandarin",)),
        ([concept("ase", BCP)], ("asl",)),
        ([{"text": "Haitian Creole"}], ("haitian_creole",)),
        ([concept("xx", BCP, display="Tagalog")], ("tagalog",)),
        ([concept("tlh", BCP)], None),
        ("es", None),
    ],
)
def test_languages_are_known_by_code_or_name(told, spoken, languages):
    assert told(person={"communication": spoken}).languages == languages
    assert told(service={"communication": spoken}).languages == languages


@pytest.mark.parametrize(
    ("level", "languages"), [("50", ("russian",)), ("5", ("russian",)), ("06", None), ("1", None)]
)
def test_a_language_that_is_hardly_spoken_is_not_offered(told, level, languages):
    said = extension(f"{PLAN_NET}/communication-proficiency", valueCodeableConcept=concept(level))

    inside = told(person={"communication": [concept("ru", BCP) | {"extension": [said]}]})
    beside = told(person={"communication": [concept("ru", BCP)], "extension": [said]})

    assert (inside.languages, beside.languages) == (languages, languages)
