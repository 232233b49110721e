"""Answering "did you reach them?", talked through with the real rules and actions."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy.engine import Engine

from tests.actions.conversation import Conversation, Draft, ids
from tests.actions.test_reminding_conversation import results, texter  # noqa: F401
from tests.actions.test_reporting_conversation import kept, no_reports  # noqa: F401


@pytest.fixture
async def found(texter: Conversation) -> list[Draft]:  # noqa: F811
    """The listings of somebody who was then asked about the first one."""
    cards = (await results(texter))["cards"]
    texter.clinic |= {"last": "reminder.reached", "about": str(cards[0]["id"])}
    return list(cards)


@pytest.mark.parametrize(("said", "what"), [("no_answer", "number"), ("full", "new_patients")])
async def test_who_was_not_reached_is_reported_and_the_next_is_offered(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
    directory: Engine,
    said: str,
    what: str,
) -> None:
    told = await texter.takes("report_listing", {"listing": found[0]["id"], "reached": said})
    assert ids(told) == ["reminder.noted", "reminder.next"]
    assert told[1]["slots"] == {"name": found[1]["name"]}
    assert told[1]["choices"][0]["entities"] == {"listing": found[1]["id"]}
    assert kept(directory) == [(found[0]["name"], what, None)]


async def test_who_was_reached_is_thanked_for_telling_and_asked_nothing(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
    directory: Engine,
) -> None:
    told = await texter.takes("report_listing", {"listing": found[0]["id"], "reached": "yes"})
    assert ids(told) == ["reminder.thanks"]
    assert ids(await texter.says("yes i did", "affirm")) == ["reminder.thanks"]
    assert kept(directory) == []


async def test_words_will_do(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
    directory: Engine,
) -> None:
    [asked] = await texter.says("no", "deny")
    assert asked["message"] == "reminder.what_happened"
    assert {one["entities"]["listing"] for one in asked["choices"]} == {found[0]["id"]}
    told = await texter.says("they are not taking new people", "report_listing")
    assert ids(told) == ["reminder.noted", "reminder.next"]
    assert kept(directory) == [(found[0]["name"], "new_patients", None)]


async def test_a_plan_they_do_not_take_is_asked_for_as_ever(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
) -> None:
    said = await texter.says("they don't take my insurance", "report_listing")
    assert ids(said) == ["report.which_plan"]


async def test_one_after_another_until_there_are_no_more(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
) -> None:
    for card, following in pairwise(found):
        told = await texter.takes("report_listing", {"listing": card["id"], "reached": "full"})
        assert told[1]["slots"] == {"name": following["name"]}
    told = await texter.takes("report_listing", {"listing": found[2]["id"], "reached": "full"})
    assert ids(told) == ["reminder.noted", "reminder.next_more"]


async def test_after_starting_over_a_report_still_counts_and_a_new_search_is_offered(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
    directory: Engine,
) -> None:
    await texter.takes("restart")
    told = await texter.takes("report_listing", {"listing": found[0]["id"], "reached": "full"})
    assert ids(told) == ["reminder.noted", "reminder.next_search"]
    assert len(kept(directory)) == 1


async def test_the_same_answer_twice_counts_once(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
    directory: Engine,
) -> None:
    for _ in range(2):
        told = await texter.takes("report_listing", {"listing": found[0]["id"], "reached": "full"})
    assert ids(told) == ["report.noted_before", "reminder.next"]
    assert len(kept(directory)) == 1


async def test_in_the_middle_of_a_form_its_question_comes_again(
    texter: Conversation,  # noqa: F811
    found: list[Draft],
) -> None:
    await texter.takes("prepare_visit")
    told = await texter.takes("report_listing", {"listing": found[0]["id"], "reached": "yes"})
    assert ids(told) == ["reminder.thanks", "visit.ask_role"]
