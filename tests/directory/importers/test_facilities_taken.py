"""Facilities and services from file to search."""

from datetime import date

import pytest

from directory.importers.find_treatment import open_find_treatment
from directory.importers.hsds import open_hsds
from directory.intake import take
from directory.search import Query, search
from tests.directory.importers import facilities, services
from tests.directory.importers.facilities import a_facility
from tests.directory.importers.services import a_service, at
from tests.directory.making import CENTRE

DAY = date(2026, 11, 1)


@pytest.fixture
def bring(engine, tmp_path):
    """Takes rows of an export, or services of a list; gives the summary."""

    def bring(*told, **options):
        path = services.write(tmp_path / "told.json", list(told))
        if "name1" in told[0]:
            return take(engine, [open_find_treatment(str(path), day=DAY)], **options)
        return take(engine, [open_hsds(path, day=DAY)], **options)

    return bring


def cards(engine, **asked):
    query = Query(roles=("clinic",), place=CENTRE, limit=50, day=DAY, **asked)
    return {card["name"]: card for card in search(engine, query).cards}


def test_a_facility_is_found_near_with_what_is_known_of_it(engine, bring):
    told = facilities.services(PAY="Medicaid; Private health insurance", AGE="Adults")
    summary = bring(a_facility(1, services=told), a_facility(2, typeFacility="BUPREN"))
    assert (summary.taken, summary.left_out) == (1, {"practitioner": 1})
    found = cards(engine, payers=("medicaid",), age_groups=("adult",))
    card = found["Sample Clinic 1"]
    assert (card["fit"]["payers"], card["fit"]["age_groups"]) == ("yes", "yes")
    assert card["sources"] == ["findtreatment"]
    assert card["new_patients"] is None


def test_a_plan_that_the_export_does_not_name_is_not_known_to_be_taken(engine, bring):
    bring(a_facility(services=facilities.services(PAY="Private health insurance")))
    (card,) = cards(engine, payers=("aetna",)).values()
    assert card["fit"]["payers"] == "unknown"


def test_a_list_of_hours_without_an_evening_is_a_no(engine, bring):
    hours = {"freq": "WEEKLY", "byday": "MO", "opens_at": "09:00", "closes_at": "17:00"}
    bring(a_service(service_at_locations=[at(schedules=[hours])]))
    (card,) = cards(engine).values()
    assert card["times"] == []


@pytest.mark.parametrize(
    "told", [[a_facility(1), a_facility(2)], [a_service(1), a_service(2)]], ids=["ft", "hsds"]
)
def test_the_same_again_changes_nothing_and_what_is_listed_no_more_leaves(engine, bring, told):
    assert bring(*told).taken == 2
    again = bring(*told, whole=True)
    assert (again.taken, again.updated, again.unchanged, again.retired) == (0, 0, 2, 0)
    assert bring(told[0], whole=True).retired == 1
    assert len(cards(engine)) == 1


def test_a_service_that_closes_leaves_the_search(engine, bring):
    bring(a_service(1), a_service(2))
    assert bring(a_service(1, status="defunct")).retired == 1
    assert set(cards(engine)) == {"Sample Counseling 2"}


def test_one_clinic_of_both_sources_is_one_provider(engine, bring):
    bring(a_facility(1, services=facilities.services(PAY="Medicaid")))
    bring(a_service(1, name="Sample Clinic 1", attributes=[services.a_term("RP")], minimum_age=18))
    (card,) = cards(engine).values()
    assert set(card["sources"]) == {"findtreatment", "hsds"}
    assert set(card["age_groups"]) == {"adult", "older_adult"}
    assert card["accepts"] == ["medicaid"]
