"""The phone's side of going on by text: what "1" does, and what it never does."""

import asyncio
from dataclasses import replace

import pytest

from bot.conversation import Session
from bot.handoff.states import State
from bot.sms.consent import How
from bot.sms.requests import DAY, Number
from bot.store.record import StoreDown
from tests.bot.edge import QUESTION
from tests.handoff.conftest import edge  # noqa: F401 - on both databases
from tests.sms.mover import NUMBER, another_process
from tests.sms.texter import OURS, THEIRS

FIRST = "Care Navigator for Demo Community Clinic"


async def confirmed(mover, body="1"):
    lookup = mover.moving.lookup.of(THEIRS)
    return await mover.moving.confirmed("demo", lookup, body)


# --- yes ----------------------------------------------------------------------------------------


async def test_a_one_brings_the_list_after_what_this_is(mover):
    given = await mover.moved()
    assert given.startswith(FIRST)
    assert "Ask about cost" in given
    assert "Text me this list" not in given
    assert mover.states()[-1] == "agreed"
    assert mover.channel() == "sms"
    assert mover.phones() == [mover.edge.session.conversation]


async def test_the_page_is_told_and_the_phone_is_not_told_that(mover):
    await mover.asks()
    await mover.texter.bring()
    with mover.edge.turn.hub.listening(mover.edge.session.conversation) as heard:
        given = await mover.texter.text("1")
    told = heard.get_nowait()
    assert told.message == "text_me.going_on"
    assert "23" in told.text
    assert "goes on by text now" not in given
    assert await mover.texter.bring() == []


async def test_what_they_agreed_to_is_kept_with_the_words_they_saw(mover):
    await mover.moved()
    says = mover.moving.consents.latest("demo", mover.moving.lookup.of(THEIRS))
    assert (says.agreed, says.how) == (True, How.WEB_AGREED.value)
    assert says.words.startswith("text_me.confirm@")


async def test_the_number_is_held_by_the_request_no_longer(mover):
    await mover.moved()
    assert mover.numbers_kept() == 0


async def test_a_forms_question_goes_along(mover):
    given = await mover.moved(form=True)
    asked = mover.edge.turn.releaser.release(QUESTION).text
    assert asked.split(".")[0][:30] in given.replace("\n", " ")


async def test_it_goes_on_there_and_here(mover):
    await mover.moved()
    mover.edge.engine.drafts, mover.edge.engine.asking = [{"message": "about.can_do"}], None
    assert await mover.texter.text("what can you do")
    assert await mover.say("what can you do") == ["about.can_do"]
    assert len(await mover.texter.bring()) == 1
    kept = [m.text for m in await mover.edge.kept() if m.sender == "person"]
    assert kept.count("what can you do") == 2


@pytest.mark.parametrize("body", ["1", " 1. ", "one", "uno", "sí", "ok", "yes please"])
async def test_a_yes_may_be_said_in_other_words(mover, body):
    await mover.asks()
    await mover.texter.bring()
    assert "Ask about cost" in await mover.texter.text(body)


async def test_a_danger_on_the_phone_is_answered_there_after_that(mover):
    await mover.moved()
    assert "988" in await mover.texter.text("i want to kill myself")


# --- not a yes ----------------------------------------------------------------------------------


@pytest.mark.parametrize("body", ["2", "who is this", "not me", "no", "i want to kill myself"])
async def test_anything_else_is_a_text_like_any_other(mover, body):
    await mover.asks()
    await mover.texter.bring()
    assert await mover.texter.text(body)
    assert mover.channel() == "web"
    assert mover.states()[-1] == "sent"


async def test_a_one_from_another_phone_or_to_another_clinic_is_nothing(mover):
    await mover.asks()
    await mover.texter.text("1", sender="+15125550177")
    assert await mover.moving.confirmed("elm", mover.moving.lookup.of(THEIRS), "1") is None
    assert mover.channel() == "web"


async def test_after_a_day_it_is_too_late(mover):
    await mover.asks()
    mover.edge.clock.now += DAY + 1
    assert await confirmed(mover) is None
    assert mover.channel() == "web"


async def test_an_erased_chat_moves_nowhere(mover):
    await mover.asks()
    await mover.texter.bring()
    await mover.edge.desk.erase(mover.edge.session)
    assert await confirmed(mover) is None
    assert mover.states() == []
    assert mover.phones() == [None]


async def test_the_first_of_two_numbers_can_not_have_it_any_more(mover):
    await mover.asks()
    await mover.say("512 555 0188")
    await mover.texter.bring()
    assert await confirmed(mover) is None
    assert mover.channel() == "web"


async def test_a_one_among_numbered_choices_is_the_choice(mover):
    await mover.asks()
    await mover.texter.bring()
    mover.edge.engine.drafts = [{"message": "disclosure.first", "slots": {"clinic": "Elm"}}]
    assert "Reply 1" in await mover.texter.text("who is this")
    await mover.texter.text("1")
    assert mover.channel() == "web"


async def test_an_ok_to_another_text_is_no_consent(mover):
    await mover.asks()
    await mover.texter.bring()
    mover.edge.engine.drafts = [{"message": "smalltalk.thank"}]
    await mover.texter.text("hello there")
    await mover.texter.text("ok")
    assert mover.channel() == "web"


async def test_after_stop_a_one_brings_nothing(mover):
    await mover.asks()
    await mover.texter.bring()
    await mover.texter.text("STOP")
    assert await mover.texter.text("1") == ""
    await mover.texter.text("START")
    assert mover.channel() == "web"
    assert await mover.texter.bring() == []


async def test_a_stop_before_our_text_was_sent_holds_it_back(mover):
    await mover.asks()
    mover.moving.consents.record(
        "demo", mover.moving.lookup.of(THEIRS), False, How.STOP_WORD, "x", mover.edge.clock()
    )
    assert await mover.texter.bring() == []


async def test_with_the_database_dead_it_is_tried_again_and_nothing_is_half_done(mover):
    await mover.asks()
    await mover.texter.bring()
    mover.texter.break_database()
    with pytest.raises(StoreDown):
        await confirmed(mover)
    mover.texter.mend_database()
    assert mover.channel() == "web"
    assert "Ask about cost" in await mover.texter.text("1")


# --- several ------------------------------------------------------------------------------------


async def test_of_two_processes_one_moves_it(mover):
    await mover.asks()
    await mover.texter.bring()
    other = another_process(mover.edge)
    theirs = replace(mover.moving, out=other.turn)
    lookup = mover.moving.lookup.of(THEIRS)
    both = [one.confirmed("demo", lookup, "1") for one in (mover.moving, theirs)]
    moved = await asyncio.gather(*both)
    assert sorted(map(bool, moved)) == [False, True]
    kept = [message.message for message in await mover.edge.kept()]
    assert kept.count("text_me.going_on") == 1


async def test_of_two_processes_one_texts_the_phone(mover):
    await mover.lists()
    await mover.say("text me this list")
    (asked,) = [m for m in await mover.edge.kept() if m.message == "text_me.ask_number"]
    lookup = mover.moving.lookup.of(THEIRS)
    requests, session = mover.moving.requests, mover.edge.session
    number = Number(THEIRS, lookup, OURS)
    calls = [
        asyncio.to_thread(requests.send, session, number, "hello", [asked.id], "said", 1e9 + n)
        for n in range(4)
    ]
    assert sorted(await asyncio.gather(*calls)) == [False, False, False, True]
    assert mover.invites() == 1


async def test_the_newest_of_two_chats_is_the_one_that_moves(mover):
    await mover.asks()
    first = mover.edge.session
    mover.edge.session = Session("d" * 32, "demo", "en")
    await mover.asks()
    await mover.texter.bring()
    assert "Ask about cost" in await mover.texter.text("1")
    assert mover.phones() == ["d" * 32]
    assert mover.states() == ["dropped", "dropped", "dropped", "agreed"]
    assert first.conversation not in mover.phones()


async def test_it_takes_the_place_of_a_chat_that_the_phone_had(mover):
    mover.edge.engine.drafts = [{"message": "about.can_do"}]
    await mover.texter.text("what can you do")
    (before,) = mover.phones()
    await mover.moved()
    assert mover.phones() == [mover.edge.session.conversation]
    old = await mover.edge.record.load(before)
    assert old.session.channel == "web"
    assert mover.unsent() == 0


async def test_but_not_of_one_that_a_person_has(mover):
    mover.edge.engine.drafts = [{"message": "about.can_do"}]
    await mover.texter.text("can i talk to a real person")
    await mover.texter.text("show them the chat")
    (before,) = mover.phones()
    handoff = await mover.edge.turn.reception.open_of(before)
    assert handoff.state is State.WAITING
    await mover.asks()
    await mover.texter.text("1")
    assert mover.phones() == [before]
    assert mover.channel() == "web"


# --- and back -----------------------------------------------------------------------------------


async def test_whose_phone_it_is_not_can_end_it_on_the_page(mover):
    await mover.moved()
    mover.heard = [m for m in await mover.edge.kept() if m.message == "text_me.going_on"]
    assert await mover.tap("text_me.stop") == ["text_me.stopped"]
    assert mover.channel() == "web"
    assert mover.phones() == [None]
    await mover.say("what can you do")
    assert await mover.texter.bring() == []


async def test_who_asks_again_is_told_where_it_goes(mover):
    await mover.moved()
    assert await mover.say("text me this list") == ["text_me.already"]
    assert "23" in mover.heard[0].text


async def test_after_stop_on_the_phone_the_page_says_so(mover):
    await mover.moved()
    await mover.texter.text("STOP")
    await mover.texter.bring()
    assert await mover.say("text me this list") == ["text_me.stopped"]
    assert mover.channel() == "web"
    assert await mover.texter.bring() == []


async def test_erasing_it_leaves_no_phone(mover):
    await mover.moved()
    await mover.edge.desk.erase(mover.edge.session)
    assert mover.phones() == []
    assert mover.states() == []


async def test_the_number_is_in_no_log_and_rasa_never_got_it(mover, caplog):
    caplog.set_level("DEBUG")
    await mover.moved()
    for form in (NUMBER, THEIRS, "5550123", "555 0123"):
        assert form not in mover.at_rasa()
        assert form not in caplog.text
