"""Invariant 6: erased when the person asks, and kept no longer than the clinic says."""

import pytest

from bot.conversation import Said
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


async def test_the_chat_can_be_erased_from_inside_it(edge):
    await edge.begin()
    said = (await edge.say("delete everything i told you"))[0]
    assert said.message == "privacy.erase"
    choice = next(f"{said.id}-{n}" for n, o in enumerate(said.offers) if o.do == "erase")
    assert ids(await edge.say(choice=choice)) == ["privacy.erased"]
    assert await edge.kept() == []


async def test_conversations_past_the_clinics_days_are_purged(edge):
    await edge.begin()
    await edge.desk._purge()
    assert await edge.kept() != []
    edge.clock.now += CLINICS["demo"].retention_days * 86400 + 60
    await edge.desk._purge()
    assert await edge.kept() == []
