"""The clock's side: nobody is told what is not true, and nobody waits for ever."""

import pytest

from bot.handoff.hours import hours_from
from bot.handoff.states import State

MONDAYS = hours_from({"timezone": "America/Chicago", "weekly": {"monday": ["09:00-17:00"]}})


@pytest.fixture
def look(visit):
    async def after(minutes):
        visit.later(minutes)
        await visit.edge.watch.look()
        return await visit.told()

    return after


async def state(visit, handoff):
    return (await visit.edge.handoffs.get(handoff.id)).state


async def test_r14_after_five_minutes_they_are_told_and_what_works_now(visit, look):
    await visit.waits()
    assert "handoff.still_waiting" not in await look(4)
    told = await look(1.1)
    assert told[-2:] == ["handoff.still_waiting", "human.numbers"]
    assert "for 5 minutes" in (await visit.edge.kept())[-2].text
    assert (await look(1)).count("handoff.still_waiting") == 1, "once"
    assert (await look(9)).count("handoff.still_waiting") == 2, "and again after fifteen"


async def test_r14_nobody_waits_for_ever(visit, look):
    handoff = await visit.waits()
    told = await look(31)
    assert told[-2:] == ["handoff.unanswered", "human.numbers"]
    assert await state(visit, handoff) is State.UNANSWERED
    assert await look(60) == told


async def test_a_message_can_be_left_after_that(visit, look):
    await visit.waits()
    await look(31)
    visit.heard = (await visit.edge.kept())[-2:]
    assert (await visit.tap("handoff.leave_message"))[-1] == "handoff.ask_message_no_day"
    assert (await visit.say("call me please"))[0] == "handoff.message_kept"


async def test_when_the_clinic_closes_who_waits_is_told(visit, look):
    handoff = await visit.waits()
    visit.edge.use_clinic(hours=MONDAYS)
    assert (await look(1))[-2] == "handoff.closed_meanwhile"
    assert await state(visit, handoff) is State.UNANSWERED


async def test_who_takes_it_and_says_nothing_gives_it_back(visit, look):
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana"))
    await look(4)
    assert await state(visit, handoff) is State.CLAIMED
    assert (await look(2))[-1] == "handoff.released"
    assert await state(visit, handoff) is State.WAITING


async def test_when_staff_fall_silent_the_person_is_told_once(visit, look):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "Hello", "1")
    await visit.say("is there a fee?")
    assert "handoff.quiet" not in await look(9)
    assert (await look(2))[-2:] == ["handoff.quiet", "human.numbers"]
    assert (await look(30)).count("handoff.quiet") == 1
    assert await state(visit, handoff) is State.ACTIVE


async def test_a_talk_in_which_nobody_writes_ends(visit, look):
    ana = visit.member("Ana")
    handoff = await visit.waits()
    await visit.edge.handoffs.claim(handoff.id, ana)
    await visit.edge.handoffs.say(handoff.id, ana, "Hello", "1")
    assert (await look(12 * 60 + 1))[-1] == "handoff.ended_silence"
    assert await state(visit, handoff) is State.ENDED


async def test_a_question_of_consent_nobody_answers_is_dropped_without_a_word(visit, look):
    await visit.edge.begin()
    await visit.say("can i talk to a real person")
    handoff = await visit.handoff()
    before = await visit.told()
    assert await look(61) == before
    assert await state(visit, handoff) is State.WITHDRAWN


async def test_a_message_left_waits_as_long_as_it_must(visit, look):
    visit.edge.use_clinic(hours=MONDAYS)
    await visit.edge.begin()
    await visit.say("can i talk to a real person")
    await visit.say("please call me")
    handoff = await visit.handoff()
    await look(3 * 24 * 60)
    assert await state(visit, handoff) is State.WAITING
    await visit.edge.handoffs.claim(handoff.id, visit.member("Ana"))
    assert await visit.say("oh good") == []


async def test_two_processes_tell_it_once(visit, look):
    await visit.waits()
    visit.later(6)
    handoff = await visit.handoff()
    clinic = visit.edge.turn.clinics["demo"]
    await visit.edge.watch._look(handoff, clinic)
    await visit.edge.watch._look(handoff, clinic)  # as the other process read it
    assert (await visit.told()).count("handoff.still_waiting") == 1


async def test_it_goes_on_after_a_restart(visit, look):
    from tests.bot.edge import Edge

    handoff = await visit.waits()
    again = Edge(visit.edge.url, clock=visit.edge.clock)
    visit.later(6)
    await again.watch.look()
    assert "handoff.still_waiting" in await visit.told()
    assert await state(visit, handoff) is State.WAITING
