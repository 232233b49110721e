from datetime import date, timedelta

import pytest

from directory import reports
from directory.search import Query, search
from tests.directory.making import CENTRE, MILE, TODAY, a_provider, keep

YESTERDAY = TODAY - timedelta(days=1)


def cards(engine, **asked):
    return search(engine, Query(place=CENTRE, limit=50, **asked)).cards


def provider(engine, name="Sample 1"):
    return next(card["id"] for card in cards(engine) if card["name"] == name)


def several(engine, what, payer=None, name="Sample 1"):
    for day in (YESTERDAY, TODAY, TODAY):
        reports.report(engine, provider(engine, name), what, payer, on=day)


@pytest.fixture
def two(engine):
    """Sample 1 next door and Sample 2 five miles away, of whom the same is known."""
    facts = {"payers": ("aetna", "cigna"), "new_patients": True}
    keep(engine, a_provider(1, **facts), a_provider(2, lat=CENTRE.lat + 5 * MILE, **facts))
    return engine


def names(found):
    return [card["name"] for card in found]


def test_one_report_changes_nothing(two):
    assert reports.report(two, provider(two), "number", on=TODAY)

    [first, _] = cards(two)
    assert (first["name"], first["doubts"]) == ("Sample 1", [])


def test_many_on_one_day_change_nothing(two):
    for _ in range(9):
        reports.report(two, provider(two), "number", on=TODAY)

    assert names(cards(two)) == ["Sample 1", "Sample 2"]


def test_when_several_agree_the_listing_comes_later_and_says_why(two):
    several(two, "number")

    found = cards(two)
    assert names(found) == ["Sample 2", "Sample 1"]
    assert found[1]["doubts"] == ["number"]


def test_not_taking_new_people_counts_as_if_it_said_so(two):
    several(two, "new_patients")

    assert names(cards(two)) == ["Sample 2", "Sample 1"]
    assert names(cards(two, new_patients=True)) == ["Sample 2"]


def test_a_plan_that_people_doubt_is_no_longer_a_match(two):
    several(two, "payer", "aetna")

    found = cards(two, payers=("aetna",))
    assert [card["fit"]["payers"] for card in found] == ["yes"]
    assert names(found) == ["Sample 2"]
    assert names(cards(two, payers=("cigna",))) == ["Sample 1", "Sample 2"]


def test_a_fresher_source_settles_what_was_reported_before(two):
    several(two, "number")

    keep(two, a_provider(1, verified_on=TODAY + timedelta(days=1)), today=TODAY + timedelta(days=2))

    assert cards(two)[0]["doubts"] == []
    assert reports.open_reports(two, on=TODAY) == []


def test_the_same_source_again_settles_nothing(two):
    several(two, "number")

    keep(two, a_provider(1, payers=("aetna", "cigna"), new_patients=True))

    assert cards(two)[1]["doubts"] == ["number"]


def test_a_person_settles_it(two):
    several(two, "number")

    assert reports.settle(two, provider(two), "number", how="dismissed", on=TODAY) == 3

    assert names(cards(two)) == ["Sample 1", "Sample 2"]
    assert reports.open_reports(two, on=TODAY) == []


def test_staff_see_what_is_open_and_whether_people_agree(two):
    several(two, "number")
    reports.report(two, provider(two, "Sample 2"), "payer", "aetna", on=TODAY)

    first, second = reports.open_reports(two, on=TODAY)

    assert (first.name, first.what, first.count, first.agreed) == ("Sample 1", "number", 3, True)
    assert (first.first, first.last) == (YESTERDAY, TODAY)
    assert (second.payer, second.agreed) == ("aetna", False)


def test_old_reports_no_longer_count(two):
    for day in (date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)):
        reports.report(two, provider(two), "number", on=day)
    reports.report(two, provider(two), "number", on=TODAY)

    assert names(cards(two)) == ["Sample 1", "Sample 2"]


def test_a_report_of_nobody_is_not_kept(engine):
    assert not reports.report(engine, 99, "number")


@pytest.mark.parametrize(("what", "payer"), [("rude", None), ("payer", None), ("number", "aetna")])
def test_a_report_of_something_else_is_a_fault(two, what, payer):
    with pytest.raises(ValueError, match="a report is of"):
        reports.report(two, provider(two), what, payer)
