"""The on-call phone takes people and answers them by text: both databases, two texts at once,
people who leave meanwhile, and what neither of the two ever sees."""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import replace

import pytest

from bot.handoff.dropping_out import dropped_out
from bot.handoff.handoff import NO_TEXTS, OUTCOMES
from bot.handoff.hours import hours_from
from bot.handoff.states import State
from bot.sms.keywords import load_keywords
from bot.sms.segments import is_gsm
from bot.store.record import StoreDown
from tests.bot.edge import DATA, Edge
from tests.handoff.on_call import OURS, PHONE, WAY, OnCall
from tests.handoff.visit import Visit

DRINK = "I drink a bottle of vodka every night."


@pytest.fixture
def phone(edge):
    return OnCall(edge)


async def said(visit: Visit) -> list[str]:
    """What staff said to the person."""
    return [m.text for m in await visit.edge.kept() if m.sender == "staff"]


async def state(visit: Visit) -> str:
    return str(visit.edge.steps.queue.of(visit.edge.session.conversation)[-1].state)


# --- taking somebody ---


async def test_from_the_text_that_somebody_waits_to_the_end_by_replies(visit, phone):
    await visit.waits("who can help me sleep")
    (told,) = await phone.gets()
    assert "Reply TAKE" in told
    have, transcript = await phone.replies("Take")
    assert "You have this person now" in have
    assert "Person: who can help me sleep" in transcript
    assert (await visit.told())[-1] == "handoff.joined"
    assert await phone.replies("Hello, how can I help?") == []
    message = (await visit.edge.kept())[-1]
    assert (message.text, message.author) == ("Hello, how can I help?", "Ana, nurse")
    assert await visit.say("is there somebody for my son") == []
    assert await phone.gets() == ["Person: is there somebody for my son"]
    assert "The talk is over" in (await phone.replies("DONE."))[0]
    assert await state(visit) == "ended"
    assert (await visit.told())[-1] == "handoff.ended_staff"
    assert await phone.gets() == []


@pytest.mark.parametrize("word", ["TAKE", "take.", " Take! ", "1", "tomar", "TOMAR"])
async def test_the_word_counts_however_it_is_typed(visit, phone, word):
    await visit.waits()
    assert "You have this person now" in (await phone.replies(word))[0]


def test_no_word_of_the_bridge_is_one_that_carriers_or_we_read_as_an_order(edge):
    phone, keywords = OnCall(edge), load_keywords(DATA / "content")
    for words in phone.bridge.words.by_language.values():
        for name in ("take", "done", "pass", "send"):
            assert keywords.of(words[f"command_{name}"]) is None


async def test_only_what_was_agreed_to_is_shown(visit, phone):
    await visit.edge.begin()
    await visit.say("a heron sits on my chimney")
    await visit.say("can i talk to a real person")
    await visit.tap("handoff.share_note")
    await visit.say("it is about my job")
    taken = "\n".join(await phone.replies("TAKE"))
    assert "it is about my job" in taken
    assert "heron" not in taken


async def test_words_about_drinking_stay_out_unless_agreed_to_and_then_with_the_notice(edge):
    for choice, shown in (("handoff.leave_out", False), ("handoff.include", True)):
        visit, phone = Visit(edge).another(7 + shown), OnCall(edge)
        await edge.begin()
        await visit.say(DRINK)
        await visit.say("can i talk to a real person")
        await visit.tap("handoff.share_chat")
        await visit.tap(choice)
        taken = "\n".join(await phone.replies("TAKE"))
        assert ("vodka" in taken) is shown
        assert ("42 CFR part 2" in taken) is shown
        await phone.replies("Hello.")
        await phone.replies("DONE")


async def test_a_long_chat_comes_in_few_short_texts_the_newest_of_it_numbered(visit, phone):
    await visit.edge.begin()
    for n in range(25):
        await visit.say(f"line {n} " + "which goes on for quite a while " * 5)
    await visit.say("can i talk to a real person")
    await visit.tap("handoff.share_chat")
    _have, *parts = await phone.replies("TAKE")
    assert [part[:5] for part in parts] == [f"({n}/4)" for n in (1, 2, 3, 4)]
    assert max(map(len, parts)) < 900
    assert "They agreed to show the chat" in parts[0]
    assert "There is more before this" in parts[0]
    assert "line 24" in parts[-1]
    assert all(map(is_gsm, parts))


async def test_who_has_waited_longest_comes_first_and_one_at_a_time(edge, phone):
    edge.clock.now = 1_800_000_000.0
    first = Visit(edge).another(1)
    await first.waits()
    one = await first.handoff()
    second = first.another(2)
    await second.waits()
    two = await second.handoff()
    await phone.replies("TAKE")
    assert (await edge.handoffs.get(one.id)).state is State.CLAIMED
    await phone.replies("Hello.")
    assert "You have a person already" in (await phone.replies("TAKE"))[0]
    done = await phone.replies("DONE")
    assert "Waiting: 1" in done[1]
    await phone.replies("TAKE")
    assert (await edge.handoffs.get(two.id)).state is State.CLAIMED


async def test_the_same_take_again_shows_it_again_and_takes_nobody_else(edge, phone):
    first = Visit(edge).another(1)
    await first.waits("a first word of mine")
    second = first.another(2)
    await second.waits()
    again = [await phone.replies("TAKE"), await phone.replies("TAKE")]
    assert again[0] == again[1]
    assert (await second.handoff()).state is State.WAITING


async def test_two_takes_at_once_take_one_person(edge, phone):
    for n in range(1, 4):
        visit = Visit(edge).another(n)
        await visit.waits()
    await asyncio.gather(*(phone.replies("TAKE") for _ in range(4)))
    states = [one.state for one in edge.steps.queue.inbox(["demo"])]
    assert sorted(map(str, states)) == ["claimed", "waiting", "waiting"]


async def test_a_late_take_finds_a_colleague_with_them(visit, phone):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ben"))
    assert await phone.replies("TAKE") == ["Nobody is waiting now."]
    assert (await visit.handoff()).staff_name == "Ben"


async def test_a_message_left_out_of_hours_can_be_taken_and_answered(edge):
    phone = OnCall(edge, hours=hours_from({"timezone": "America/Chicago", "weekly": {}}))
    visit = Visit(edge)
    await edge.begin()
    await visit.say("can i talk to a real person")
    await visit.say("please tell me about visits")
    assert "left a message" in (await phone.gets())[0]
    assert "please tell me about visits" in "\n".join(await phone.replies("TAKE"))
    await phone.replies("We have one on Monday.")
    assert await said(visit) == ["We have one on Monday."]


# --- words ---


async def test_without_a_person_words_go_nowhere_and_that_is_said(visit, phone):
    assert await phone.replies("Hello?") == ["Not sent: you have no person now."]
    await visit.waits()
    told = await phone.replies("Hello?")
    assert told[0] == "Not sent: you have no person now."
    assert "Reply TAKE" in told[1]
    assert await said(visit) == []


async def test_the_same_text_of_twilios_again_is_said_once(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    text = phone.text("Hello.")
    for _ in range(2):
        assert await phone.bridge.take(text, phone.clinics["demo"]) == []
    assert await said(visit) == ["Hello."]


async def test_two_texts_at_once_are_both_said(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    await asyncio.gather(phone.replies("One."), phone.replies("Two."))
    assert sorted(await said(visit)) == ["One.", "Two."]


async def test_a_picture_and_too_many_letters_are_not_passed_on(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    assert "only words" in (await phone.replies("", media=1))[0]
    assert "only words" in (await phone.replies("x" * 4_001))[0]
    assert "only words" in (await phone.replies("Look here.", media=1))[0]
    assert await said(visit) == ["Look here."]


async def test_a_phone_number_needs_a_second_look(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    assert "SEND:" in (await phone.replies("call me at 512-555-0188"))[0]
    assert await said(visit) == []
    assert await phone.replies("send: call me at 512-555-0188") == []
    assert await phone.replies("Or call 988 or 911.") == []
    assert await said(visit) == ["call me at 512-555-0188", "Or call 988 or 911."]


async def test_pass_puts_them_back_at_their_place_and_without_a_second_text(visit, phone):
    handoff = await visit.waits()
    await phone.gets()
    await phone.replies("TAKE")
    assert "back in line" in (await phone.replies("pass"))[0]
    now = await visit.handoff()
    assert (now.state, now.waiting_at) == (State.WAITING, handoff.waiting_at)
    assert (await visit.told())[-1] == "handoff.released"
    assert await phone.gets() == []


async def test_done_before_a_word_ends_nothing(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    assert "not written to this person yet" in (await phone.replies("DONE"))[0]
    assert await state(visit) == "claimed"


async def test_help_says_what_counts_and_twilios_own_answers_are_enough(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    assert "TAKE takes" in (await phone.replies("HELP"))[0]
    assert await phone.replies("HELP", opt_out="HELP") == []
    assert await said(visit) == []


async def test_stop_from_the_phone_puts_the_person_back_in_line(visit, phone):
    await visit.waits()
    await phone.gets()
    await phone.replies("TAKE")
    assert await phone.replies("STOP", opt_out="STOP") == []
    assert await state(visit) == "waiting"
    assert await said(visit) == []
    assert len(await phone.gets()) == 1  # which Twilio refuses, and then the person is told


# --- the person leaves, or is in danger ---


async def test_the_person_leaves_meanwhile_and_the_phone_is_told(visit, phone):
    await visit.waits()
    await phone.gets()
    await phone.replies("TAKE")
    await phone.replies("Hello.")
    await visit.say("i want to stop talking to a person")
    if await state(visit) != "ended":  # said in other words than those that end it
        await visit.edge.turn.reception.leave(visit.edge.session, await visit.handoff())
    assert "ended the talk" in (await phone.gets())[-1]
    assert (await phone.replies("Are you there?"))[0] == "Not sent: you have no person now."


async def test_an_erased_chat_is_nobodys(visit, phone):
    await visit.waits()
    await phone.replies("TAKE")
    await visit.edge.desk.erase(visit.edge.session)
    assert (await phone.replies("Are you there?"))[0] == "Not sent: you have no person now."
    assert await phone.gets() == []


async def test_who_asks_for_no_more_texts_mid_talk_is_told_of_and_reached_no_more(visit, phone):
    await visit.waits()
    await phone.gets()
    await phone.replies("TAKE")
    await phone.replies("Hello.")
    before = len(await visit.edge.kept())
    await dropped_out(visit.edge.steps, visit.edge.session.conversation)
    assert "wants no more texts" in (await phone.gets())[-1]
    assert (await phone.replies("Wait!"))[0] == "Not sent: you have no person now."
    assert len(await visit.edge.kept()) == before


async def test_crisis_lines_are_texted_at_once_with_what_was_written(visit, phone):
    await visit.waits()
    await phone.gets()
    await phone.replies("TAKE")
    await visit.say("i want to kill myself")
    await visit.edge.settle_kept()
    (told,) = await phone.gets()
    assert told.startswith("Crisis lines were just shown to this person.")
    assert told.endswith("Person: i want to kill myself")


async def test_with_the_database_away_the_text_must_come_again(visit, phone):
    await visit.waits()
    visit.edge.break_database()
    with pytest.raises(StoreDown):
        await phone.replies("TAKE")
    visit.edge.mend_database()
    assert "You have this person now" in (await phone.replies("TAKE"))[0]


# --- whose text it is ---


def test_only_the_on_call_phone_to_the_number_that_texts_it_is_the_bridges(phone):
    mine = phone.text("TAKE")
    assert phone.bridge.is_theirs(mine) is phone.clinics["demo"]
    for other in ({"sender": "+15005550012"}, {"to": "+15005550013"}):
        assert phone.bridge.is_theirs(phone.text("TAKE", **other)) is None


def test_a_phone_that_only_gets_texts_is_not_the_bridges(phone):
    phone.edge.use_clinic(handoff=replace(WAY, bridge=False))
    bridge = replace(phone.bridge, clinics=phone.edge.handoffs.clinics)
    assert bridge.is_theirs(phone.text("TAKE")) is None


# --- anything in any order ---


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_done_in_any_order_nobody_sees_a_number_and_one_has_one(edge, seed):
    """Three people and the phone, at random: words reach who was held when they were texted, or
    nobody; the phone holds one at a time; no number of either is in what the other gets."""
    dice, phone = random.Random(seed), OnCall(edge)
    people = [Visit(edge).another(n) for n in range(1, 4)]
    sessions = {}
    for n, visit in enumerate(people, 1):
        visit.another(n)
        sessions[n] = edge.session
    got: list[str] = []
    for step in range(40):
        n = dice.randrange(1, 4)
        edge.session = sessions[n]
        open_now = edge.steps.queue.open_of(edge.session.conversation)
        action = dice.choice(["ask", "say", "drop", "TAKE", "DONE", "PASS", "words", "words"])
        if action == "ask" and open_now is None:
            visit = people[n - 1]
            await visit.waits()
        elif action == "say" and open_now:
            await people[n - 1].say(f"word {step} of person {n}")
        elif action == "drop" and dice.random() < 0.3:
            await dropped_out(edge.steps, edge.session.conversation)
        elif action in ("TAKE", "DONE", "PASS"):
            got += await phone.replies(action)
        elif action == "words":
            held = number_held(edge)
            got += await phone.replies(f"staff word {step}")
            heard = [
                number
                for number, session in sessions.items()
                for message in edge.record.store.after(session.conversation)
                if message.text == f"staff word {step}"
            ]
            assert heard == ([held] if held else [])
        got += await phone.gets()
        edge.clock.now += dice.choice([1, 30, 400])
        await edge.watch.look()
        mine = [one for one in edge.steps.queue.inbox(["demo"]) if one.staff_name == "Ana"]
        assert len(mine) <= 1
    for session in sessions.values():
        for message in edge.record.store.after(session.conversation):
            assert PHONE[2:] not in message.text
            assert OURS[2:] not in message.text
    assert not any(re.search(r"\+?1?5005550", text) for text in got)


def number_held(edge: Edge) -> int | None:
    """The number of the person whom the phone has."""
    states = [State.CLAIMED, State.ACTIVE]
    held = edge.steps.queue.inbox(["demo"], states=states)
    return int(held[0].conversation, 16) if held else None


def test_what_drops_out_is_no_outcome_that_staff_choose():
    assert NO_TEXTS not in OUTCOMES
