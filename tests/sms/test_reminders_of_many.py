"""Reminders where many processes run, die and start again: each is sent once."""

from __future__ import annotations

import threading

import pytest

from bot.conversation import Session
from bot.sms.reminders import Kept, Reminders
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from tests.bot.edge import KEY, Edge
from tests.sms.reminding import CHICAGO, Texter, instant

TUESDAY = "2026-11-24T15:00"


@pytest.fixture
async def texter(edge: Edge) -> Texter:
    return await Texter.begins(edge)


async def test_of_many_processes_one_sends_each(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    due_at = instant("2026-11-23 15:00")
    before = len(await texter.edge.kept())
    stores = [Reminders(open_engine(texter.edge.url), Sealer([KEY])) for _ in range(4)]
    seen = [store.due(due_at)[0] for store in stores]
    together = threading.Barrier(len(stores))
    sent: list[bool] = []

    def take(store: Reminders, at: int) -> None:
        message = texter.edge.turn.release(texter.edge.session, [{"message": "reminder.off"}])
        together.wait()
        sent.append(store.send(seen[at], message))

    threads = [threading.Thread(target=take, args=(one, n)) for n, one in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [False, False, False, True]
    assert len(await texter.edge.kept()) == before + 1


async def test_of_many_processes_that_keep_wishes_two_wait_at_most(texter: Texter) -> None:
    stores = [Reminders(open_engine(texter.edge.url), Sealer([KEY])) for _ in range(5)]
    together = threading.Barrier(len(stores))
    kept: list[Kept] = []

    def ask(store: Reminders, n: int) -> None:
        together.wait()
        starts = f"2026-12-0{n + 1}T15:00"
        kept.append(store.add("d" * 32, "visit", CHICAGO, {"starts": starts}, 9e9, 1.0)[0])

    threads = [threading.Thread(target=ask, args=(one, n)) for n, one in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.value for one in kept) == ["enough"] * 3 + ["new"] * 2
    assert texter.states() == ["waiting", "waiting"]


async def test_a_crash_before_the_end_leaves_it_waiting(
    texter: Texter, monkeypatch: pytest.MonkeyPatch
) -> None:
    await texter.wants_visit(TUESDAY)
    [due] = texter.reminders.due(instant("2026-11-23 15:00"))

    def dies(*_: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("bot.store.conversations.Store.insert_sent", dies)
    with pytest.raises(RuntimeError):
        texter.reminders.send(due, [])
    monkeypatch.undo()
    assert texter.states() == ["waiting"]
    assert await texter.at("2026-11-23 15:00") == ["reminder.visit"]


async def test_another_process_goes_on_after_a_restart(texter: Texter) -> None:
    await texter.wants_visit(TUESDAY)
    again = Edge(texter.edge.url, clock=texter.edge.clock)
    again.session = Session("d" * 32, "demo", "en", "sms")
    assert await Texter(again).at("2026-11-23 15:00") == ["reminder.visit"]
