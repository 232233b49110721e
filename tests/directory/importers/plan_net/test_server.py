import json
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from directory.feed import ImportFault
from directory.importers.plan_net import open_plan_net
from tests.directory.importers.plan_net.resources import (
    a_location,
    a_practitioner,
    a_role,
    as_bundle,
    everything,
    nucc,
    resource,
    to,
)
from tests.directory.importers.plan_net.serving import Fhir, outcome, serving

MANY = [
    *everything(),
    *(a_practitioner(f"p{at}", at + 2) for at in range(7)),
    *(a_role(f"r{at}", practitioner=to(f"Practitioner/p{at}")) for at in range(7)),
]


@pytest.fixture
def waits():
    return []


@pytest.fixture
def fetch(read, waits):
    """Read what a server serves."""

    def fetch(fhir, **options):
        with serving(fhir) as base:
            return read(base, sleep=waits.append, **options)

    return fetch


@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize("included", [True, False], ids=["with _include", "without _include"])
def test_a_server_gives_the_same_providers_as_a_file(bring, fetch, size, included):
    expected = bring(*MANY).records

    found = fetch(Fhir(MANY, size=size, included=included))

    assert found.records == expected
    assert (found.total, found.done > 0) == (None, True)


def test_the_source_is_asked_for_roles_of_ours_and_nothing_about_a_person(fetch):
    fhir = Fhir(MANY)

    fetch(fhir)

    asked = [urlsplit(path) for path in fhir.asked]
    names = {name for one in asked for name in parse_qs(one.query)}
    assert names <= {"specialty", "service-category", "_include", "_count", "_at", "_id"}
    first = parse_qs(asked[0].query)
    assert asked[0].path == "/fhir/PractitionerRole"
    assert "2084P0800X" in first["specialty"][0]
    assert "2084N0400X" not in first["specialty"][0]
    assert "PractitionerRole:network" in first["_include"]


def test_every_role_is_asked_for_when_wanted(fetch):
    fhir = Fhir([a_practitioner(), a_role(specialty=[nucc("2084N0400X")]), a_location()])

    assert len(fetch(fhir, every_role=True).records) == 1
    assert not any("specialty" in path or "behav" in path for path in fhir.asked)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_given_time(fetch, waits, status):
    busy = [(status, {}, "busy"), (status, {"Retry-After": "7"}, "busy")]

    found = fetch(Fhir(MANY, answers=busy))

    assert len(found.records) == 9
    assert waits == [2.0, 7.0]


def test_retry_after_may_be_a_date_and_is_kept_within_reason(fetch, waits):
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30), usegmt=True)
    answers = [
        (503, {"Retry-After": soon}, ""),
        (503, {"Retry-After": "86400"}, ""),
        (503, {"Retry-After": "nan"}, ""),
        (503, {"Retry-After": "soon"}, ""),
    ]

    fetch(Fhir(MANY, answers=answers))

    assert waits[0] == pytest.approx(30, abs=5)
    assert waits[1:] == [120.0, 8.0, 16.0]


def test_a_server_that_stays_busy_is_one_clear_fault(fetch, waits):
    with pytest.raises(ImportFault, match="503"):
        fetch(Fhir(MANY, answers=[(503, {}, "")] * 50))

    assert len(waits) == 4


def test_what_a_server_does_not_offer_is_done_without(fetch):
    found = fetch(Fhir(MANY, kinds={"PractitionerRole"}))

    assert len(found.records) == 9
    assert found.left_out["InsurancePlan_not_offered"] == 1


def test_an_outcome_among_the_results_is_left_out(fetch):
    found = fetch(Fhir([*MANY, json.loads(outcome("one code is not known"))]))

    assert len(found.records) == 9
    assert found.left_out["operation_outcome"] > 0


def page(**more):
    return 200, {}, json.dumps(as_bundle(MANY) | more)


def leads_to(url):
    return page(link=[{"relation": "next", "url": url}])


FAULTS = {
    "no PractitionerRole": ((404, {}, outcome("Unknown type")), "Unknown type"),
    "sign in first": ((401, {}, "no"), "401"),
    "an outcome instead": ((200, {}, outcome("too broad")), "too broad"),
    "a web page": ((200, {}, "<html>Sign in</html>"), "web page"),
    "not JSON": ((200, {}, "{half"), "no FHIR Bundle"),
    "deeply nested": ((200, {}, "[" * 100_000), "no FHIR Bundle"),
    "another resource": ((200, {}, json.dumps(resource("Patient", "p"))), "no FHIR Bundle"),
    "moved": ((302, {"Location": "https://elsewhere.example.org/"}, ""), "302"),
    "another host next": (leads_to("https://elsewhere.example.org/page2"), "another server"),
    "the same host by another name": (leads_to("http://localhost:1/fhir"), "another server"),
    "another scheme next": (leads_to("file:///etc/passwd"), "another server"),
    "no address next": (leads_to("https://[half"), "without address"),
    "a page too large": ((200, {}, b" " * 17_000_000), "too large"),
}


@pytest.mark.parametrize(("answer", "why"), FAULTS.values(), ids=FAULTS.keys())
def test_what_is_no_plan_net_server_is_one_clear_fault(fetch, answer, why):
    with pytest.raises(ImportFault, match=why) as fault:
        fetch(Fhir([], answers=[answer]))

    assert "\n" not in str(fault.value)


def test_pages_that_lead_round_in_a_circle_end(fetch):
    class Circle(Fhir):
        def next(self, asked, at):
            return f"{self.base}/PractitionerRole?_at=1"

    with pytest.raises(ImportFault, match="circle"):
        fetch(Circle(MANY, size=1))


def test_a_server_that_breaks_off_is_a_fault_and_no_short_list(fetch):
    class Breaks(Fhir):
        def answer(self, path):
            return (410, {}, "") if "_at=" in path else super().answer(path)

    with pytest.raises(ImportFault, match="broke off after 1 pages"):
        fetch(Breaks(MANY))


def test_a_server_with_nothing_of_ours_is_a_fault(fetch):
    with pytest.raises(ImportFault, match="no Plan-Net resource"):
        fetch(Fhir([]))


@pytest.mark.parametrize(
    "place",
    [
        "ftp://plan.example.org/fhir",
        "file:///etc/passwd",
        "https://",
        "https://plan.example.org/fhir?patient=1",
        "https://me:secret@plan.example.org/fhir",
        "https://plan.example.org:port/fhir",
    ],
)
def test_an_address_that_is_no_server_is_one_clear_fault(place):
    with pytest.raises(ImportFault), open_plan_net(place):
        pass


def test_a_server_that_does_not_answer_is_one_clear_fault(read, waits):
    with serving(Fhir([])) as base:
        pass

    with pytest.raises(ImportFault, match="can't be read"):
        read(base, sleep=waits.append)
