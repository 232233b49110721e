"""Invariants 1 and 5 by text: a Twilio on a bad day, and each process killed in the middle. None of
the texts is lost, none doubled, each one about danger is answered in the same response."""

from __future__ import annotations

from dataclasses import replace

from tests.e2e.service import Service
from tests.load.texts import Size, Storm, table
from tests.sms.fake.faulty import Chances

A_FEW = Size(
    texts=180,
    phones=40,
    seed=6,
    patience=4.0,
    chances=replace(Chances.bad_day(), status_lost=0.0),  # to be sure of such a one takes minutes
    settle=120.0,
    apart=0.25,
)


async def test_nothing_texted_is_lost_or_doubled_whatever_dies(service: Service) -> None:
    storm = Storm.over(service, A_FEW)
    found, strangers, replayed = await storm.rage()
    told = table(storm, found, strangers, replayed)
    assert found.faults() == {}, told
    assert storm.left == {}, told
    assert storm.killed.keys() == {"edge", "rasa", "actions"}, told
    assert sum(one.danger for one in storm.sent) > 0, told
    assert set(strangers.answers) == {403}, told
    assert set(replayed) == {403}, told
