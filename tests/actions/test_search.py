"""What is said with the results of a search."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from actions import search
from actions.search import first_page, next_page, query_of
from directory.query import Query
from directory.search import Results
from tests.actions.conversation import RELEASER, ids

AUSTIN = {"help_role": ["therapist"], "place": {"zip": "78701"}}


def said(slots: dict[str, Any], directory: Engine) -> list[str]:
    return [RELEASER.release(one).text for one in first_page(directory, query_of(slots)).drafts]


def test_a_search_widens_step_by_step_and_says_so(directory: Engine) -> None:
    page = first_page(directory, query_of({**AUSTIN, "place": {"zip": "94016"}, "radius": 0.5}))
    assert ids(page.drafts) == ["find.widened", "find.results.zip"]


def test_clinics_are_shown_when_nobody_of_the_role_is_found(
    directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    [card] = first_page(directory, query_of(AUSTIN)).cards[:1]
    results = Results((card,), 1, False, 50.0, ("radius", "role"), date(2026, 11, 21))
    monkeypatch.setattr(search, "search", lambda engine, query: results)
    first, second, _ = said(AUSTIN, directory)
    assert first.startswith("I found none of these: therapist.")
    assert "community mental health centers" in first
    assert "50 miles" in second


def test_nothing_found_names_the_other_places_in_one_message(directory: Engine) -> None:
    [text] = said({"help_role": ["psychiatrist"], "place": {"state": "VT"}}, directory)
    for place in ("Your plan: call the number", "Community mental health centers", "211", "SAMHSA"):
        assert place in text
    assert "FindTreatment.gov" in text


def test_a_total_that_was_not_counted_out_is_a_least(
    directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = first_page(directory, query_of(AUSTIN)).cards
    results = Results(cards, 1000, True, 25.0, (), date(2026, 11, 21))
    monkeypatch.setattr(search, "search", lambda engine, query: results)
    assert "1,000 or more" in said(AUSTIN, directory)[0]


def test_later_pages_keep_the_day_of_the_first(
    directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = []

    def noting(engine: Engine, query: Query) -> Results:
        days.append(query.day)
        return Results((), 0, False, None, (), query.day)

    monkeypatch.setattr(search, "search", noting)
    next_page(directory, query_of({**AUSTIN, "results_day": "2026-11-19"}), 3)
    first_page(directory, query_of({**AUSTIN, "results_day": "2026-11-19"}))
    assert days == [date(2026, 11, 19), date.today()]


def test_new_people_and_access_are_asked_of_the_directory() -> None:
    wishes = {"openings": ["new_patients"], "access": ["wheelchair"]}
    query = query_of({**AUSTIN, "wishes": wishes})
    assert query
    assert query.new_patients
    assert query.access == ("wheelchair",)
    assert "opening.new_patients" in search._asked(query)


def test_each_card_says_how_it_fits_what_was_asked(directory: Engine) -> None:
    slots = {"help_role": ["therapist"], "place": {"zip": "94110"}, "payment": ["aetna"]}
    draft = first_page(directory, query_of(slots)).drafts[-1]
    lines = RELEASER.release(draft).cards[0]["lines"]
    assert "Fits what you asked: Aetna" in lines
