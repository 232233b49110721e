"""Invariant 6: erased when the person asks, and kept no longer than the clinic says."""

import pytest

from bot.clearing import Clearing
from bot.conversation import Said, Session
from bot.store.conversations import Erased
from tests.bot.edge import CLINICS, ids


async def test_erasing_leaves_nothing_and_stays_closed(edge):
    await edge.begin()
    await edge.say("what can you do?")
    await edge.desk.erase(edge.session)
    assert await edge.kept() == []
    assert await edge.desk.is_erased(edge.session)
    with pytest.raises(Erased):
        await edge.desk.take(edge.session, Said("late", "hello?"))
    assert await edge.kept() == []


async def test_what_memory_holds_of_an_erased_chat_does_not_hold_up_the_others(edge):
    edge.break_database()
    await edge.begin()
    edge.mend_database()
    await edge.record.call(edge.record.store.erase, edge.session.conversation, edge.clock())
    other = Session("d" * 32, "demo", "en")
    edge.break_database()
    await edge.turn.begin(other)
    edge.mend_database()
    await edge.record.flush()
    assert edge.record.remembered(edge.session.conversation) == []
    assert len(await edge.record.after(other.conversation, "")) == 1
    assert await edge.kept() == []


@pytest.mark.parametrize(
    "text",
    [
        "delete everything i told you",
        "delete my chat",
        "Please erase this conversation",
        "borre mis datos",
        "quiero borrar este chat",
    ],
)
async def test_r16_the_chat_can_be_erased_from_inside_it(edge, text):
    await edge.begin()
    said = (await edge.say(text))[0]
    assert said.message == "privacy.erase"
    choice = next(f"{said.id}-{n}" for n, o in enumerate(said.offers) if o.do == "erase")
    assert ids(await edge.say(choice=choice)) == ["privacy.erased"]
    assert await edge.kept() == []


async def test_r16_conversations_past_the_clinics_days_are_purged(edge):
    await edge.begin()
    await Clearing(edge.turn).once()
    assert await edge.kept() != []
    edge.clock.now += CLINICS["demo"].retention_days * 86400 + 60
    await Clearing(edge.turn).once()
    assert await edge.kept() == []
