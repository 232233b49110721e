"""Telling that a listing is wrong, talked through with the real rules and actions."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from actions import search
from actions.reporting import file_report
from directory import tables
from tests.actions.conversation import Conversation, ids


@pytest.fixture(autouse=True)
def no_reports(directory: Engine) -> Iterator[None]:
    """None left by a test of another file, and none for those after."""
    clear(directory)
    yield
    clear(directory)


def clear(directory: Engine) -> None:
    with directory.begin() as connection:
        connection.execute(sa.delete(tables.reports))


def kept(directory: Engine) -> list[tuple[str, str, str | None]]:
    query = sa.select(tables.providers.c.name, tables.reports.c.what, tables.reports.c.payer)
    with directory.connect() as connection:
        return [
            tuple(row)
            for row in connection.execute(query.join_from(tables.reports, tables.providers))
        ]


async def shown(talk: Conversation) -> list[dict[str, Any]]:
    """Three listings near 94110."""
    await talk.says("therapist near 94110", "find_provider")
    for _ in ("payment", "format"):
        await talk.takes("skip")
    [results] = await talk.takes("skip")
    return list(results["cards"])


async def test_by_tapping_it_asks_which_and_what_and_notes_it(
    talk: Conversation, directory: Engine
) -> None:
    cards = await shown(talk)
    [which] = await talk.takes("report_listing")
    assert which["message"] == "report.which_listing"
    assert [pick["slots"]["name"] for pick in which["choices"][:3]] == [c["name"] for c in cards]
    assert ids(await talk.takes("report_listing", which["choices"][1]["entities"])) == [
        "report.what_is_wrong"
    ]
    said = await talk.takes("report_listing", {"listing_fault": "number"})
    assert ids(said) == ["report.noted.number"]
    assert kept(directory) == [(cards[1]["name"], "number", None)]


@pytest.mark.parametrize(
    ("text", "at", "what"),
    [
        ("the first one's number doesn't work", 0, "number"),
        ("the second one is not taking new patients", 1, "new_patients"),
        ("the last one never picks up", 2, "number"),
        ("la segunda no contesta el teléfono", 1, "number"),
        ("the third one says they are full", 2, "new_patients"),
    ],
)
async def test_a_message_that_tells_all_is_noted_at_once(
    talk: Conversation, directory: Engine, text: str, at: int, what: str
) -> None:
    cards = await shown(talk)
    assert ids(await talk.says(text, "report_listing")) == [f"report.noted.{what}"]
    assert kept(directory) == [(cards[at]["name"], what, None)]


async def test_a_listing_is_known_by_the_word_that_only_it_has(
    talk: Conversation, directory: Engine
) -> None:
    cards = await shown(talk)
    tree = cards[2]["name"].split()[1]
    assert ids(await talk.says("the number is disconnected", "report_listing")) == [
        "report.which_listing"
    ]
    assert ids(await talk.says(f"the {tree.lower()} one", "nlu_fallback")) == [
        "report.noted.number"
    ]
    assert kept(directory) == [(cards[2]["name"], "number", None)]


async def test_which_one_is_answered_by_its_number(talk: Conversation, directory: Engine) -> None:
    cards = await shown(talk)
    await talk.says("they are not taking new people", "report_listing")
    assert ids(await talk.says("2", "inform")) == ["report.noted.new_patients"]
    assert kept(directory) == [(cards[1]["name"], "new_patients", None)]


async def test_a_plan_is_the_one_of_the_search_or_asked_for(
    talk: Conversation, directory: Engine
) -> None:
    cards = await shown(talk)
    said = await talk.says("the first one doesn't take my insurance", "report_listing")
    assert ids(said) == ["report.which_plan"]
    assert ids(await talk.says("cigna", "inform")) == ["report.noted.payer"]
    assert kept(directory) == [(cards[0]["name"], "payer", "cigna")]


async def test_the_plan_of_the_search_needs_no_question(
    talk: Conversation, directory: Engine
) -> None:
    await talk.says("therapist near 94110 who takes aetna", "find_provider")
    await talk.takes("skip")
    [results] = await talk.takes("skip")
    said = await talk.says("the first one does not take my insurance", "report_listing")
    assert ids(said) == ["report.noted.payer"]
    assert kept(directory) == [(results["cards"][0]["name"], "payer", "aetna")]


async def test_a_plan_said_in_the_report_is_the_one(talk: Conversation, directory: Engine) -> None:
    cards = await shown(talk)
    said = await talk.says("the second one doesn't take medicaid", "report_listing")
    assert ids(said) == ["report.noted.payer"]
    assert kept(directory) == [(cards[1]["name"], "payer", "medicaid")]


async def test_the_same_thing_counts_once_in_a_conversation(
    talk: Conversation, directory: Engine
) -> None:
    await shown(talk)
    await talk.says("the first one's number doesn't work", "report_listing")
    said = await talk.says("the first one's number does not work", "report_listing")
    assert ids(said) == ["report.noted_before"]
    assert len(kept(directory)) == 1


async def test_none_of_these_and_never_mind_note_nothing(
    talk: Conversation, directory: Engine
) -> None:
    await shown(talk)
    await talk.takes("report_listing")
    assert ids(await talk.takes("deny")) == ["report.not_noted"]
    await talk.takes("report_listing")
    assert ids(await talk.says("never mind", "cancel")) == ["report.cancelled"]
    assert kept(directory) == []


async def test_before_any_listing_was_shown_there_is_none_to_report(talk: Conversation) -> None:
    said = await talk.says("the number doesn't work", "report_listing")
    assert ids(said) == ["report.nothing_shown"]


async def test_never_mind_also_stops_when_what_is_wrong_is_known(
    talk: Conversation, directory: Engine
) -> None:
    await shown(talk)
    await talk.says("the number is disconnected", "report_listing")
    assert ids(await talk.says("never mind", "cancel")) == ["report.cancelled"]
    assert kept(directory) == []


async def test_what_names_no_fault_is_no_report_before_a_listing_was_shown(
    talk: Conversation,
) -> None:
    said = await talk.says("she isn't taking her meds", "report_listing")
    assert ids(said) == ["fallback.clarify"]


async def test_who_wants_something_else_gets_it(talk: Conversation, directory: Engine) -> None:
    await shown(talk)
    await talk.takes("report_listing")
    assert ids(await talk.takes("more_results")) == ["find.more"]
    await talk.takes("report_listing")
    assert ids(await talk.takes("prepare_visit")) == ["visit.ask_role"]
    assert kept(directory) == []


async def test_a_question_in_between_is_answered_and_the_pending_one_comes_again(
    talk: Conversation,
) -> None:
    await shown(talk)
    await talk.takes("report_listing")
    said = await talk.says("what does a psychiatrist do?", "ask_role")
    assert ids(said) == ["role.psychiatrist", "report.which_listing"]


async def test_a_report_in_the_middle_of_a_form_goes_back_to_its_question(
    talk: Conversation, directory: Engine
) -> None:
    await shown(talk)
    assert ids(await talk.takes("change_answer", {"search_field": "place"})) == ["find.ask_place"]
    said = await talk.says("the first one's number is dead", "report_listing")
    assert ids(said) == ["report.noted.number", "find.ask_place"]
    assert ids(await talk.says("78701", "inform"))[-1].startswith("find.results")


async def test_a_report_in_the_middle_of_a_visit_goes_back_to_its_question(
    talk: Conversation,
) -> None:
    await shown(talk)
    await talk.takes("prepare_visit")
    assert ids(await talk.takes("report_listing")) == ["report.which_listing"]
    assert ids(await talk.takes("deny")) == ["report.not_noted", "visit.ask_role"]


async def test_listings_of_the_page_before_can_be_reported_too(
    talk: Conversation, directory: Engine
) -> None:
    first = await shown(talk)
    await talk.takes("more_results")
    said = await talk.says(f"{first[0]['name']} is not accepting new clients", "report_listing")
    assert ids(said) == ["report.noted.new_patients"]
    assert kept(directory) == [(first[0]["name"], "new_patients", None)]


async def test_a_directory_that_is_away_is_said_honestly(
    talk: Conversation, directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shown(talk)
    nowhere = sa.create_engine("sqlite:////nowhere/at/all.db", future=True)
    monkeypatch.setattr(search, "directory", lambda: nowhere)
    said = await talk.says("the first one's number doesn't work", "report_listing")
    assert ids(said) == ["report.not_now"]


def test_a_listing_that_is_gone_is_no_report(
    directory: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "directory", lambda: directory)
    slots = {
        "listings_shown": [[{"id": 999, "name": "Sample Gone"}]],
        "reported_listing": 999,
        "reported_fault": "number",
    }
    assert file_report(slots, []) == ("report.gone", [])
