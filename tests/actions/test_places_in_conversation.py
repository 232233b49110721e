"""Where to look, said early, late, twice, or not at all."""

import pytest

from tests.actions.conversation import Conversation, ids

EVERYDAY = ["online is fine", "any", "in or out", "ok", "hi", "me", "the best", "i hope so", "nice"]


@pytest.mark.parametrize("said", EVERYDAY)
@pytest.mark.parametrize("intent", ["inform", "change_answer", "nlu_fallback"])
@pytest.mark.parametrize("role", [None, "therapist"])
async def test_a_place_is_taken_only_when_it_was_said(
    talk: Conversation, said: str, intent: str, role: str | None
) -> None:
    await talk.takes("find_provider", {"role": role} if role else None)
    await talk.says(said, intent)
    assert await talk.slot("place") is None


async def test_a_state_said_while_something_else_is_asked_is_kept(talk: Conversation) -> None:
    said = await talk.says("my 9 yr old needs someone, we live in springfield", "find_provider")
    assert ids(said) == ["find.noted.said", "find.ask_role"]
    await talk.says("online is fine", "change_answer")
    assert await talk.slot("place") is None
    said = await talk.says("illinois", "nlu_fallback", 0.3)
    assert ids(said) == ["find.noted.place", "find.ask_role"]
    assert await talk.slot("place") == {"city": "Springfield", "state": "IL"}
    assert await talk.slot("format") == "online"
    assert await talk.slot("wishes") == {"age_groups": ["child"]}


async def test_online_first_then_the_state_then_the_role(talk: Conversation) -> None:
    await talk.takes("find_provider")
    assert ids(await talk.says("online", "inform")) == ["find.noted.said", "find.ask_role"]
    await talk.says("Texas", "nlu_fallback", 0.3)
    assert ids(await talk.takes("inform", {"role": "therapist"})) == ["find.ask_payment"]


async def test_a_town_said_at_the_first_question_is_kept(talk: Conversation) -> None:
    await talk.takes("find_provider")
    await talk.says("Chicago", "inform")
    assert await talk.slot("place") == {"city": "Chicago", "state": "IL"}


async def test_two_towns_of_one_name_are_asked_about_when_their_turn_comes(
    talk: Conversation,
) -> None:
    await talk.says("we live in springfield", "find_provider")
    said = await talk.takes("inform", {"role": "therapist"})
    assert ids(said) == ["find.ask_which_place"]


async def test_a_misspelt_town_is_asked_about_and_a_yes_is_enough(talk: Conversation) -> None:
    await talk.takes("find_provider", {"role": "therapist"})
    [question] = await talk.says("Los Angelas", "nlu_fallback", 0.3)
    assert question["message"] == "find.ask_did_you_mean"
    assert question["slots"] == {"place": "Los Angeles, CA"}
    await talk.says("yes", "affirm")
    assert await talk.slot("place") == {"city": "Los Angeles", "state": "CA"}


async def test_a_no_to_a_suggested_town_asks_again(talk: Conversation) -> None:
    await talk.takes("find_provider", {"role": "therapist"})
    await talk.says("Los Angelas", "nlu_fallback", 0.3)
    assert ids(await talk.says("no", "deny")) == ["find.ask_place"]
    assert await talk.slot("place_options") is None


async def test_a_town_that_is_also_a_misspelt_city_is_asked_about(talk: Conversation) -> None:
    await talk.takes("find_provider", {"role": "therapist"})
    assert ids(await talk.says("pittsburg", "inform")) == ["find.ask_which_spelling"]
    await talk.says("the one in pennsylvania", "inform")
    assert await talk.slot("place") == {"city": "Pittsburgh", "state": "PA"}


async def test_the_state_of_a_known_town_does_not_make_the_search_wider(
    talk: Conversation,
) -> None:
    await talk.says("looking in austin", "find_provider")
    await talk.says("Texas", "inform")
    assert await talk.slot("place") == {"city": "Austin", "state": "TX"}


async def test_a_plan_named_after_a_town_is_no_place(talk: Conversation) -> None:
    await talk.says("find me a therapist online", "find_provider")
    await talk.says("texas", "inform")
    assert ids(await talk.says("Oxford", "nlu_fallback", 0.3))[0] == "find.plan_not_known"
    assert await talk.slot("place") == {"state": "TX"}
