"""What is said outside the two tasks, talked through with the real rules and actions."""

import pytest

from tests.actions.conversation import Conversation, ids


async def test_what_is_not_understood_leads_to_choices_then_abilities_then_a_person(
    talk: Conversation,
) -> None:
    steps = [ids(await talk.says("blorp", "nlu_fallback"))[0] for _ in range(4)]
    assert steps == ["fallback.clarify", "fallback.can_do", "fallback.human", "fallback.human"]


async def test_an_answer_in_between_starts_the_count_again(talk: Conversation) -> None:
    await talk.says("blorp", "nlu_fallback")
    await talk.says("hi", "greet")
    assert ids(await talk.says("blorp", "nlu_fallback")) == ["fallback.clarify"]


@pytest.mark.parametrize(
    ("intent", "message"),
    [
        ("affirm", "fallback.affirm"),
        ("deny", "fallback.deny"),
        ("cancel", "fallback.nothing_to_stop"),
        ("skip", "fallback.clarify"),
    ],
)
async def test_a_reply_to_nothing_gets_a_sensible_answer(
    talk: Conversation, intent: str, message: str
) -> None:
    assert ids(await talk.takes(intent)) == [message]


async def test_a_thing_named_alone_is_explained(talk: Conversation) -> None:
    assert ids(await talk.says("psychiatrist", "inform")) == ["role.psychiatrist"]
    assert ids(await talk.says("EMDR", "inform")) == ["approach.emdr"]


async def test_a_zip_alone_offers_a_search_with_it(talk: Conversation) -> None:
    assert ids(await talk.says("94110", "inform")) == ["fallback.looking"]
    assert ids(await talk.takes("find_provider")) == ["find.ask_role"]
    assert await talk.slot("place") == {"zip": "94110"}


async def test_yes_to_the_offer_of_a_search_starts_it(talk: Conversation) -> None:
    assert ids(await talk.says("im in san francisco", "inform")) == ["fallback.looking"]
    assert ids(await talk.says("yes", "affirm")) == ["find.ask_role"]
    assert ids(await talk.says("a therapist", "inform")) == ["find.ask_payment"]


async def test_more_answers_after_the_offer_start_it_too(talk: Conversation) -> None:
    await talk.says("actually aetna", "change_answer")
    assert ids(await talk.says("a therapist near 94110", "inform")) == ["find.ask_format"]


async def test_an_offer_is_over_once_something_else_was_answered(talk: Conversation) -> None:
    await talk.says("94110", "inform")
    await talk.says("what is emdr", "ask_approach")
    assert ids(await talk.says("yes", "affirm")) == ["fallback.affirm"]
