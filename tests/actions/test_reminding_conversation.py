"""Asking to be reminded by text, talked through with the real rules and actions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.actions.conversation import Conversation, Draft, ids

VISIT = {"message": "reminder.set", "kind": "visit", "starts": "2026-11-24T15:00", "lead": "day"}


@pytest.fixture
def texter(talk: Conversation) -> Conversation:
    """Somebody who texts, on a Saturday morning."""
    talk.clinic = {"channel": "sms", "local_time": "2026-11-21T10:00"}
    return talk


def taken(draft: Draft, choice: str) -> dict[str, Any]:
    """The entities of a choice of the draft."""
    return next(
        one["entities"]
        for one in draft["choices"]
        if isinstance(one, dict) and one["choice"] == choice
    )


async def asks(talk: Conversation, text: str) -> list[Draft]:
    return await talk.says(text, "ask_reminder")


async def test_one_message_may_say_it_all_and_a_tap_agrees(texter: Conversation) -> None:
    [offer] = await asks(texter, "remind me of my appointment on tuesday at 3")
    assert (offer["message"], offer["slots"]) == (
        "reminder.offer_visit.day",
        {"visit": "2026-11-24T15:00"},
    )
    assert await texter.takes("ask_reminder", taken(offer, "remind.visit")) == [VISIT]


async def test_what_is_missing_is_asked_for(texter: Conversation) -> None:
    assert ids(await asks(texter, "text me a reminder")) == ["reminder.which_day"]
    assert ids(await texter.says("the 24th", "inform")) == ["reminder.which_time"]
    [offer] = await texter.says("3", "nlu_fallback")
    assert offer["slots"] == {"visit": "2026-11-24T15:00"}


async def test_yes_in_words_and_by_number_agree_too(texter: Conversation) -> None:
    await asks(texter, "remind me of my visit tuesday 3pm")
    assert await texter.says("yes please", "affirm") == [VISIT]
    await asks(texter, "remind me of my visit tuesday 3pm")
    assert await texter.says("1", "inform") == [VISIT]


async def test_no_means_none(texter: Conversation) -> None:
    await asks(texter, "remind me of my visit tuesday 3pm")
    assert ids(await texter.says("no", "deny")) == ["reminder.not_set"]
    await asks(texter, "remind me of my visit tuesday 3pm")
    assert ids(await texter.says("never mind", "cancel")) == ["reminder.not_set"]


async def test_another_time_replaces_what_was_understood(texter: Conversation) -> None:
    await asks(texter, "remind me of my visit tuesday 3pm")
    [offer] = await texter.says("no it's at 4", "change_answer")
    assert offer["slots"] == {"visit": "2026-11-24T16:00"}
    [offer] = await texter.says("actually make it 10", "change_answer")
    assert offer["slots"] == {"visit": "2026-11-24T10:00"}
    assert ids(await texter.takes("ask_reminder")) == ["reminder.which_day"]
    await texter.says("wednesday", "inform")
    [offer] = await texter.says("9 am", "inform")
    assert offer["slots"] == {"visit": "2026-11-25T09:00"}


async def test_an_offer_taken_after_all_is_over_still_means_the_same(texter: Conversation) -> None:
    [offer] = await asks(texter, "remind me of my visit tuesday 3pm")
    await texter.says("no", "deny")
    assert await texter.takes("ask_reminder", taken(offer, "remind.visit")) == [VISIT]


async def test_what_is_soon_is_reminded_of_hours_before_or_not_at_all(texter: Conversation) -> None:
    [offer] = await asks(texter, "remind me of my visit today at 5")
    assert offer["message"] == "reminder.offer_visit.hours"
    said = await texter.says("sorry it's at 11 am", "change_answer")
    assert ids(said) == ["reminder.too_soon"]


async def test_hours_before_are_agreed_to_when_wished(texter: Conversation) -> None:
    [offer] = await asks(texter, "text me 2 hours before my visit on tuesday at 3")
    assert offer["message"] == "reminder.offer_visit.hours"


async def test_a_time_that_is_past_is_said_and_the_day_asked_again(texter: Conversation) -> None:
    said = await asks(texter, "remind me of my visit today at 9 am")
    assert ids(said) == ["reminder.day_over", "reminder.which_day"]
    [offer] = await texter.says("tomorrow", "inform")
    assert offer["slots"] == {"visit": "2026-11-22T09:00"}


async def test_a_web_chat_and_a_clinic_without_a_time_zone_are_told_the_truth(
    talk: Conversation,
) -> None:
    assert ids(await asks(talk, "remind me tuesday at 3")) == ["reminder.only_by_text"]
    talk.clinic = {"channel": "sms"}
    assert ids(await asks(talk, "remind me tuesday at 3")) == ["reminder.not_here"]


@pytest.mark.parametrize(
    "text", ["cancel my reminder", "I don't need the reminder anymore", "no me recuerde la cita"]
)
def test_asking_for_none_is_told_to_the_edge(text: str) -> None:
    from datetime import datetime

    from actions.heard import Heard
    from actions.reminding import OFF, _begin

    begun = _begin(Heard("ask_reminder", text), datetime(2026, 11, 21, 10))
    assert begun["remind_agreed"] == OFF


async def test_dont_forget_to_remind_me_is_no_no(texter: Conversation) -> None:
    said = await asks(texter, "don't let me forget my visit tuesday at 3")
    assert ids(said) == ["reminder.offer_visit.day"]


async def test_a_question_in_between_is_answered_and_the_offer_comes_again(
    texter: Conversation,
) -> None:
    await asks(texter, "remind me of my visit tuesday 3pm")
    said = await texter.says("what does a psychiatrist do?", "ask_role")
    assert ids(said) == ["role.psychiatrist", "reminder.offer_visit.day"]


async def test_a_search_that_it_interrupts_goes_on(texter: Conversation) -> None:
    await texter.says("i want a therapist", "find_provider")
    await asks(texter, "remind me of my visit tuesday 3pm")
    said = await texter.says("yes", "affirm")
    assert ids(said) == ["reminder.set", "find.ask_place"]


async def test_who_wants_something_else_gets_it(texter: Conversation) -> None:
    await asks(texter, "text me a reminder")
    assert ids(await texter.takes("prepare_visit")) == ["visit.ask_role"]


async def test_the_sheet_for_a_visit_offers_it_by_text_only(
    talk: Conversation, texter: Conversation
) -> None:
    await texter.takes("prepare_visit")
    for _ in range(4):
        await texter.takes("skip")
    [made] = await texter.takes("skip")
    assert "remind.ask" in made["choices"]
    talk.clinic = {}
    [again] = await talk.says("remove 1", "edit_list")
    assert "remind.ask" not in again["choices"]


# --- a provider that was picked ---------------------------------------------------------------


async def results(talk: Conversation) -> Draft:
    await talk.says("therapist near 94110", "find_provider")
    for _ in ("payment", "format"):
        await talk.takes("skip")
    [found] = await talk.takes("skip")
    return found


def picks(draft: Draft) -> list[dict[str, Any]]:
    return [
        one["entities"]
        for one in draft["choices"]
        if isinstance(one, dict) and one["choice"] == "listing.pick"
    ]


async def test_each_listing_can_be_picked_by_text_and_shows_its_card(texter: Conversation) -> None:
    found = await results(texter)
    assert [one["listing"] for one in picks(found)] == [card["id"] for card in found["cards"]]
    [chosen] = await texter.takes("find_by_name", picks(found)[1])
    assert chosen["message"] == "listing.chosen"
    assert [card["phone"] for card in chosen["cards"]] == [found["cards"][1]["phone"]]


async def test_on_the_web_nothing_changes(talk: Conversation) -> None:
    assert "choices" not in await results(talk)


async def test_to_be_asked_later_is_agreed_by_a_tap_or_a_yes(texter: Conversation) -> None:
    found = await results(texter)
    card = found["cards"][1]
    [chosen] = await texter.takes("find_by_name", picks(found)[1])
    later = {
        "message": "reminder.set", "kind": "reached", "listing": card["id"], "name": card["name"]
    }  # fmt: skip
    assert await texter.takes("ask_reminder", taken(chosen, "remind.reached")) == [later]
    texter.clinic |= {"last": "listing.chosen", "about": str(card["id"])}
    assert await texter.says("yes please", "affirm") == [later]


async def test_a_listing_that_is_gone_is_said_so(texter: Conversation) -> None:
    assert ids(await texter.takes("find_by_name", {"listing": 999})) == ["report.gone"]
    assert ids(await texter.takes("ask_reminder", {"listing": 999})) == ["report.gone"]
