"""A hand-off by text: consent and waiting as on the web, staff's words as texts, and nothing at all
to somebody who wants no more of them."""

from __future__ import annotations

import random

import pytest

from bot.handoff.desk import LONGEST_TEXT, NotAllowed
from bot.handoff.handoff import NO_TEXTS, Answerer, Handoff
from bot.handoff.hours import hours_from
from bot.handoff.states import LASTING, State
from bot.sms.arrivals import arrivals
from bot.sms.reach import PhoneReach
from bot.sms.values import OptedOut, Refused
from tests.handoff.on_call import OnCall
from tests.handoff.visit import Visit
from tests.sms.texter import OURS, THEIRS, Texter

ASK = "can i talk to a real person"
STOP_PLAIN = "please don't text me any more"


@pytest.fixture
def ana(edge) -> Answerer:
    return Visit(edge).member("Ana")


async def handoff(texter: Texter) -> Handoff:
    """The newest hand-off of the one who texts."""
    said = texter.texting.book.of("demo", texter.texting.lookup.of(THEIRS))
    return texter.edge.steps.queue.of(said[1].conversation)[-1]


async def waits(texter: Texter) -> Handoff:
    await texter.text(ASK)
    await texter.text("1")
    now = await handoff(texter)
    assert now.state is State.WAITING
    return now


async def talks(texter: Texter, ana: Answerer) -> Handoff:
    now = await waits(texter)
    await texter.edge.handoffs.claim(now.id, ana)
    await texter.edge.handoffs.say(now.id, ana, "Hello, I am here.", "k1")
    await texter.bring()
    return await handoff(texter)


def named(texter: Texter) -> None:
    """Twilio says of what was given in answers that it is there."""
    for row in texter.rows():
        if row.state == "given":
            texter.texting.outbox.heard(
                text=row.id,
                sid=f"SMf{row.id[:24]:0>31}",
                status="delivered",
                error=None,
                now=texter.edge.clock(),
            )


# --- the person's side ---


async def test_a_number_that_staff_asked_for_is_theirs_and_ends_nothing(texter, ana):
    await waits(texter)
    now = await handoff(texter)
    await texter.edge.handoffs.claim(now.id, ana)
    assert "1: Back to the software" in "".join(await texter.bring())
    await texter.edge.handoffs.say(now.id, ana, "For how many people is it?", "k1")
    await texter.bring()
    await texter.text("1")
    assert (await texter.said())[-1].text == "1"
    assert (await handoff(texter)).state is now.state.ACTIVE


async def test_what_may_be_shown_is_asked_with_numbers_and_a_number_answers(texter):
    asked = await texter.text(ASK)
    assert "\n1 Show" in asked
    assert "3 No, thanks" in asked
    waiting = await texter.text("1")
    assert "next in line" in waiting
    now = await handoff(texter)
    assert (now.state, now.shares, now.channel) == (State.WAITING, "chat", "sms")


@pytest.mark.parametrize(
    ("words", "state", "shares"),
    [
        ("show this chat", State.WAITING, "chat"),
        ("the first one", State.WAITING, "chat"),
        ("No.", State.WITHDRAWN, None),
        ("no thanks", State.WITHDRAWN, None),
        ("3", State.WITHDRAWN, None),
    ],
)
async def test_typed_answers_do_what_they_do_on_the_web(texter, words, state, shares):
    await texter.text(ASK)
    assert await texter.text(words)
    now = await handoff(texter)
    assert (now.state, now.shares) == (state, shares)


@pytest.mark.parametrize("words", ["only a note", "2", "two"])
async def test_a_note_is_asked_for_and_taken(texter, words):
    await texter.text(ASK)
    await texter.text(words)
    await texter.text("It is about my job.")
    now = await handoff(texter)
    assert (now.state, now.note) == (State.WAITING, "It is about my job.")


async def test_who_waits_is_told_the_truth_by_text_at_five_minutes(texter):
    await waits(texter)
    named(texter)
    texter.edge.clock.now += 5 * 60
    await texter.edge.watch.look()
    (told,) = await texter.bring()
    assert "5 minutes" in told
    assert "1 Keep waiting" in told
    assert await texter.text("2")
    assert (await handoff(texter)).state is State.WITHDRAWN


async def test_staffs_words_are_texts_with_their_name_and_the_bot_keeps_quiet(texter, ana):
    now = await waits(texter)
    await texter.edge.handoffs.claim(now.id, ana)
    (joined,) = await texter.bring()
    assert "Ana is here now" in joined
    await texter.edge.handoffs.say(now.id, ana, "How can I help you today?", "k1")
    assert await texter.bring() == ["Ana, care coordinator: How can I help you today?"]
    assert await texter.text("i look for somebody for my son") == ""
    assert await texter.bring() == []
    await texter.edge.handoffs.typing(now.id, True)
    await texter.edge.handoffs.end(now.id, ana, "answered")
    (ended,) = await texter.bring()
    assert "You are with the software again" in ended


async def test_a_text_of_staff_has_its_own_limit(texter, ana):
    now = await talks(texter, ana)
    with pytest.raises(ValueError, match=str(LONGEST_TEXT)):
        await texter.edge.handoffs.say(now.id, ana, "x" * (LONGEST_TEXT + 1), "k2")
    await texter.edge.handoffs.say(now.id, ana, "word " * (LONGEST_TEXT // 5), "k3")
    sent = await texter.bring()
    assert sum(text.count("word") for text in sent) == LONGEST_TEXT // 5
    assert max(map(len, sent)) <= 1_600


async def test_how_far_a_text_got_is_known_by_its_message(texter, ana):
    now = await talks(texter, ana)
    desk, engine = texter.edge.handoffs, texter.edge.record.store.engine
    message = await desk.say(now.id, ana, "Are you there?", "k2")

    def far() -> str:
        return arrivals(engine, now.conversation, [message.id])[message.id]

    assert far() == "waiting"
    await texter.bring()
    assert far() == "waiting"
    sid = texter.rows()[-1].sid
    for status, shown in (("sent", "sent"), ("delivered", "delivered")):
        texter.texting.outbox.heard(
            text=None, sid=sid, status=status, error=None, now=texter.edge.clock()
        )
        assert far() == shown
    lost = await desk.say(now.id, ana, "Are you there still?", "k3")
    texter.api.fails = [Refused("Twilio: status 400, code 21211", 21211)]
    await texter.bring()
    assert arrivals(engine, now.conversation, [lost.id])[lost.id] == "failed"


# --- no more texts ---


@pytest.mark.parametrize("how", ["STOP", "Stop!", "UNSUBSCRIBE", STOP_PLAIN])
@pytest.mark.parametrize("when", ["asked", "waiting", "claimed", "active"])
async def test_an_opt_out_ends_it_as_the_persons_doing_at_any_moment(texter, ana, how, when):
    await texter.text(ASK)
    if when != "asked":
        await texter.text("1")
    now = await handoff(texter)
    if when in ("claimed", "active"):
        await texter.edge.handoffs.claim(now.id, ana)
    if when == "active":
        await texter.edge.handoffs.say(now.id, ana, "Hello.", "k1")
    await texter.bring()
    await texter.text(how)
    named(texter)
    now = await handoff(texter)
    assert now.state is (State.ENDED if when == "active" else State.WITHDRAWN)
    assert (now.ended_by, now.outcome) == ("person", NO_TEXTS)
    texter.edge.clock.now += 3600
    await texter.edge.watch.look()
    assert await texter.bring() == []
    unnoticed = await texter.edge.handoffs.unnoticed(["demo"])
    assert [one.id for one in unnoticed] == ([] if when == "asked" else [now.id])


async def test_nobody_of_staff_can_reach_them_then(texter, ana):
    now = await talks(texter, ana)
    await texter.text("STOP")
    desk = texter.edge.handoffs
    with pytest.raises(OptedOut):
        await desk.say(now.id, ana, "Wait!", "k9")
    for step in (desk.end(now.id, ana, "other"), desk.transfer(now.id, ana, None)):
        with pytest.raises(NotAllowed):
            await step
    assert await texter.bring() == []


async def test_what_twilio_knows_of_an_opt_out_ends_it_too(texter, ana):
    now = await talks(texter, ana)
    texter.api.fails = [Refused("Twilio: status 400, code 21610", 21610)]
    await texter.edge.handoffs.say(now.id, ana, "Are you there?", "k2")
    await texter.bring()
    assert (await handoff(texter)).outcome == NO_TEXTS
    assert await texter.bring() == []


async def test_a_message_that_was_left_stays_but_is_answered_by_no_text(texter, ana):
    texter.edge.use_clinic(
        hours=hours_from({"timezone": "America/Chicago", "weekly": {}}),
        texts=texter.edge.turn.clinics["demo"].texts,
    )
    await texter.text(ASK)
    await texter.text("Please call my home about a visit.")
    await texter.text("STOP")
    desk, now = texter.edge.handoffs, await handoff(texter)
    assert now.state is State.WAITING
    assert not await desk.reaches(now)
    await desk.claim(now.id, ana)
    with pytest.raises(OptedOut):
        await desk.say(now.id, ana, "We have one on Monday.", "k1")
    await desk.end(now.id, ana, "called_back")
    assert await texter.bring() == []
    assert (await handoff(texter)).outcome == "called_back"


async def test_start_makes_them_reachable_again(texter, ana):
    now = await talks(texter, ana)
    await texter.text("STOP")
    assert not await texter.edge.handoffs.reaches(now)
    await texter.text("START")
    assert await texter.edge.handoffs.reaches(now)
    assert (await handoff(texter)).state is State.ENDED, "what is over stays over"


def test_a_conversation_that_no_phone_has_reaches_nobody(texter):
    engine, consents = texter.edge.record.store.engine, texter.texting.consents
    assert not PhoneReach(engine, consents.may_text).may_text("0" * 32)


@pytest.mark.parametrize("seed", range(5))
async def test_in_any_order_nothing_is_sent_between_stop_and_start(texter, ana, seed):
    """And who waits or talks by text can always be reached."""
    dice, desk, out = random.Random(seed), texter.edge.handoffs, False
    await texter.text("hello")
    for step in range(40):
        now = next(iter(texter.edge.steps.queue.of(await whose(texter))[-1:]), None)
        do = dice.choice(
            ["ask", "1", "word", "STOP", "START", "claim", "say", "say", "end", "wait"]
        )
        given = ""
        if do in ("ask", "1", "word"):
            given = await texter.text({"ask": ASK, "1": "1", "word": f"word {step}"}[do])
        elif do == "STOP" and dice.random() < 0.5:
            await texter.text("STOP")
            out = True
            named(texter)
        elif do == "START":
            await texter.text("START")
            out = False
        elif now and do in ("claim", "say", "end"):
            try:
                if do == "claim":
                    await desk.claim(now.id, ana)
                elif do == "say":
                    await desk.say(now.id, ana, f"staff {step}", f"k{step}")
                else:
                    await desk.end(now.id, ana, "other")
            except (NotAllowed, OptedOut):
                pass
        else:
            texter.edge.clock.now += dice.choice([60, 400, 2_000])
            await texter.edge.watch.look()
        brought = await texter.bring()
        if out:
            assert (given, brought) == ("", [])
            open_now = texter.edge.steps.queue.of(await whose(texter))
            assert not [one for one in open_now if one.state in LASTING]


async def whose(texter: Texter) -> str:
    return texter.texting.book.of("demo", texter.texting.lookup.of(THEIRS))[1].conversation


# --- by text on both sides ---


async def test_two_phones_talk_through_us_and_neither_sees_the_others_number(texter, edge):
    phone = OnCall(edge, texts=edge.turn.clinics["demo"].texts)
    texter.texting.clinics = texter.texting.clinics | phone.clinics
    texter.texting.bridge = phone.bridge
    await waits(texter)
    assert "Reply TAKE" in (await phone.gets())[0]

    async def replies(body: str) -> list[str]:
        return [words for words, _ in await texter.texting.take(phone.text(body))]

    taken = await replies("TAKE")
    assert "You have this person now" in taken[0]
    assert "Ana is here now" in (await texter.bring())[0]
    assert await replies("Hello, how can I help?") == []
    assert await texter.bring() == ["Ana, nurse: Hello, how can I help?"]
    assert await texter.text("my son needs somebody") == ""
    assert await phone.gets() == ["Person: my son needs somebody"]
    await texter.text("STOP")
    assert "wants no more texts" in (await phone.gets())[0]
    assert "no person now" in (await replies("Wait!"))[0]
    assert await texter.bring() == []
    seen = [*taken, *(body for _, _, body in phone.texter.sent)]
    assert not any(THEIRS[2:] in words or OURS[2:] in words for words in seen)
    from_us = [body for _, _, body in texter.api.sent]
    assert not any("5005550011" in words for words in from_us)
