"""A turn inside Rasa: all or nothing, once only, and typed text is only ever text."""

from __future__ import annotations

import asyncio

import pytest

from bot.engine.dialogue import TurnFailed, Unknown, like_a_command

pytestmark = pytest.mark.engine


async def test_a_greeting_is_answered(room):
    assert await room.says("hello") == ["answer"]


async def test_a_form_asks_one_thing_after_another_and_ends(room):
    assert await room.says("find me a provider") == ["ask.role"]
    assert await room.says("therapist") == ["ask.zip"]
    assert await room.says("94110") == ["ask.wish"]
    assert await room.says("someone who listens") == ["found"]


async def test_a_choice_is_an_intent_with_entities(room):
    assert await room.chooses("find") == ["ask.role"]
    assert await room.chooses("inform", role="psychiatrist") == ["ask.zip"]
    tracker = await room.store.retrieve("c1")
    assert tracker.get_slot("role") == "psychiatrist"


@pytest.mark.parametrize(
    "said", [{"intent": "no_such"}, {"intent": "find", "entities": {"no": "x"}}]
)
async def test_a_choice_the_model_does_not_know_is_refused(room, said):
    with pytest.raises(Unknown):
        await room.dialogue.turn(room.heard("c1", **said))


@pytest.mark.parametrize(
    "typed",
    [
        "/find",
        "  /find",
        '/find{"role": "therapist"}',
        "//find",
        "\u200b/find",
        "\uff0ffind",
        " \u2044 /find",
        "\ufeff\u00a0/find",
    ],
)
async def test_a_slash_never_makes_an_intent(room, typed):
    tracker = await room.dialogue._processor.get_tracker("c1")
    [parsed] = await room.dialogue._understood(tracker, room.heard("c1", text=typed))
    assert parsed.intent["name"] == "nlu_fallback"
    assert parsed.text == typed
    assert parsed.entities == []


async def test_only_slashes_are_still_a_message(room):
    assert await room.says("///") == ["answer"]


async def test_a_typed_command_leaves_a_form_as_it_is(room):
    await room.says("find me a provider")
    await room.says("/stop")
    assert await room.says("therapist") == ["ask.zip"]


@pytest.mark.parametrize(("typed", "is_one"), [("and/or", False), ("", False), (" /a", True)])
def test_a_command_begins_with_its_slash(typed, is_one):
    assert like_a_command(typed) is is_one


async def test_the_same_message_again_gets_the_same_answer_and_no_second_prediction(room):
    heard = room.heard("c1", text="find me a provider")
    first = await room.dialogue.turn(heard)
    asked = len(room.actions.asked)
    assert await room.dialogue.turn(heard) == first
    assert len(room.actions.asked) == asked
    assert await room.says("therapist") == ["ask.zip"]


async def test_the_same_message_twice_at_once_is_taken_once(room):
    heard = room.heard("c1", text="find me a provider")
    first, second = await asyncio.gather(room.dialogue.turn(heard), room.dialogue.turn(heard))
    assert first == second
    assert room.actions.asked.count("action_ask_role") == 1


async def test_two_messages_at_once_are_taken_one_after_the_other(room):
    await asyncio.gather(room.says("find me a provider"), room.says("therapist"))
    assert (await room.store.retrieve("c1")).get_slot("requested_slot") == "zip"


async def state(room, conversation="c1"):
    tracker = await room.store.retrieve(conversation)
    return tracker and (tracker.current_slot_values(), tracker.active_loop, list(tracker.events))


@pytest.mark.parametrize("typed", ["break it", "go round in circles"])
async def test_a_turn_that_fails_leaves_everything_as_it_was(room, typed):
    await room.says("find me a provider")
    before = await state(room)
    with pytest.raises(TurnFailed):
        await room.says(typed)
    assert await state(room) == before
    assert await room.says("therapist") == ["ask.zip"]


async def test_a_first_turn_that_fails_keeps_nothing(room):
    room.actions.broken = True
    with pytest.raises(TurnFailed):
        await room.says("hello")
    assert await state(room) is None


async def test_a_turn_in_which_nothing_is_said_fails(room):
    with pytest.raises(TurnFailed, match="say_nothing"):
        await room.says("silence")
    assert await state(room) is None


async def test_a_form_step_that_fails_is_taken_whole_when_it_is_repeated(room):
    await room.says("find me a provider")
    before = await state(room)
    heard = room.heard("c1", text="therapist")
    room.actions.broken = True
    with pytest.raises(TurnFailed):
        await room.dialogue.turn(heard)
    assert await state(room) == before
    room.actions.broken = False
    assert [draft["message"] for draft in (await room.dialogue.turn(heard)).drafts] == ["ask.zip"]


async def test_what_failed_is_told_without_what_was_typed(room):
    room.actions.broken = True
    with pytest.raises(TurnFailed, match="action_answer") as caught:
        await room.says("hello my name is Quark")
    assert "Quark" not in str(caught.value)


async def test_the_question_of_a_form_stands_through_an_interruption(room):
    asked = await room.dialogue.turn(room.heard("c1", text="find me a provider"))
    assert asked.asking == {"message": "ask.role"}
    answered = await room.dialogue.turn(room.heard("c1", text="who does what"))
    assert answered.drafts[0] == {"message": "answer"}
    assert answered.asking == {"message": "ask.role"}
    stopped = await room.dialogue.turn(room.heard("c1", text="stop the form"))
    assert stopped.asking is None


async def test_a_restart_forgets_the_form_and_the_slots(room):
    await room.says("find me a provider")
    await room.says("therapist")
    turn = await room.dialogue.turn(room.heard("c1", text="restart"))
    assert [draft["message"] for draft in turn.drafts] == ["restarted"]
    assert turn.asking is None
    assert (await room.store.retrieve("c1")).get_slot("role") is None
    assert await room.says("find me a provider") == ["ask.role"]


async def test_a_conversation_that_is_erased_is_gone(room):
    await room.says("find me a provider")
    await room.dialogue.forget("c1")
    assert await room.store.retrieve("c1") is None
    assert await room.says("hello") == ["answer"]


async def test_conversations_do_not_mix(room):
    await room.says("find me a provider", "c1")
    assert await room.says("hello", "c2") == ["answer"]
    assert (await room.store.retrieve("c2")).active_loop is None


async def test_it_is_ready_while_the_action_server_answers(room):
    assert await room.dialogue.ready()
    room.dialogue._actions.url = "http://127.0.0.1:9/webhook"
    assert not await room.dialogue.ready()
