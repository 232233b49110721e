"""The live line of staff pages: that something changed, to whom it concerns, and for how long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.hub import Closed, HandoffChanged, Hub, Typing, clinic_subject
from bot.staff.guard import member_of
from bot.staff.staff_events import StaffEvents, stream
from bot.store.record import StoreDown
from tests.staff.house import House

HERON = "My heron sits on the chimney at night."
CHANGED = HandoffChanged("h1", "demo")


async def always() -> bool:
    return True


class Line:
    """A page that listens; what it heard so far, as (event, data)."""

    def __init__(self, events: AsyncIterator[str]) -> None:
        self.events = events

    async def next(self, limit: float = 5) -> tuple[str, Any]:
        chunk = await asyncio.wait_for(self.events.__anext__(), limit)
        fields = dict(line.split(": ", 1) for line in chunk.strip().splitlines() if line)
        return fields["event"], json.loads(fields["data"])


def line(hub: Hub, *subjects: str, **kw: Any) -> Line:
    kw.setdefault("signed_in", always)
    return Line(stream(hub, list(subjects), **kw))


async def test_it_says_at_once_that_the_line_is_open_and_how_soon_to_come_back() -> None:
    events = stream(Hub(), ["clinic:demo"], always)
    assert await events.__anext__() == "retry: 2000\n\nevent: hello\ndata: {}\n\n"


async def test_each_event_has_its_name_and_none_has_words() -> None:
    hub = Hub()
    page = line(hub, "clinic:demo", "talk")
    assert (await page.next())[0] == "hello"
    hub.publish("clinic:demo", HandoffChanged("h1", "demo", alert=True))
    hub.publish("talk", Typing(True, "person"))
    hub.publish("talk", Typing(True, "staff"))
    hub.publish("talk", Closed())
    assert [await page.next() for _ in range(4)] == [
        ("changed", {"handoff": "h1", "alert": True}),
        ("typing", {"on": True}),
        ("typing", {"on": False}),
        ("closed", {}),
    ]


async def test_a_message_goes_as_a_mark_that_there_is_one(tmp_path: Path) -> None:
    house = House.fresh(tmp_path)
    person = await house.waiting()
    hub = house.edge.turn.hub
    page = line(hub, clinic_subject("demo"), person.session.conversation)
    await page.next()
    await person.say(HERON)
    heard = [await page.next() for _ in range(2)]
    assert ("said", {}) in heard
    assert "heron" not in repr(heard)


async def test_silence_is_broken_before_a_page_would_think_the_line_dead() -> None:
    page = line(Hub(), "clinic:demo", keepalive=0.01)
    await page.next()
    assert (await page.next())[0] == "tick"


async def test_who_was_signed_out_is_told_and_hears_nothing_more_even_when_much_happens() -> None:
    hub, still = Hub(), [True]

    async def signed_in() -> bool:
        return still[0]

    page = line(hub, "clinic:demo", signed_in=signed_in, check=0.05)
    await page.next()
    still[0] = False
    heard = []
    while "signed_out" not in heard:
        assert len(heard) < 100
        hub.publish("clinic:demo", CHANGED)
        await asyncio.sleep(0.005)
        heard.append((await page.next())[0])
    with pytest.raises(StopAsyncIteration):
        await page.next()
    assert not hub.is_heard("clinic:demo")


async def test_a_database_that_is_away_for_a_moment_does_not_cut_the_line() -> None:
    async def signed_in() -> bool:
        raise StoreDown("away")

    page = line(Hub(), "clinic:demo", signed_in=signed_in, check=0.01)
    await page.next()
    assert [(await page.next())[0] for _ in range(3)] == ["tick"] * 3


async def test_a_page_that_left_is_forgotten() -> None:
    hub = Hub()
    events = stream(hub, ["clinic:demo"], always)
    await events.__anext__()
    assert hub.is_heard("clinic:demo")
    await events.aclose()
    assert not hub.is_heard("clinic:demo")


async def test_a_member_hears_of_their_clinics_only(tmp_path: Path) -> None:
    house = House.fresh(tmp_path)
    events = StaffEvents(house.office)
    here, away, all_ = (
        events.subjects(member_of(house.account(clinics=clinics)))
        for clinics in (("demo",), ("another",), ("*",))
    )
    assert here == all_ == [clinic_subject("demo")]
    assert away == []


async def test_who_is_not_signed_in_gets_no_line(tmp_path: Path) -> None:
    house = House.fresh(tmp_path)
    ana = house.member()
    ana.http.cookies.clear()
    answer = await ana.get("/staff/events", sec_fetch_dest="empty")
    assert answer.status_code == 401


@pytest.mark.parametrize("step", ["claim", "say", "note", "end"])
async def test_every_step_of_a_colleague_is_heard_by_the_clinics_pages(
    tmp_path: Path, step: str
) -> None:
    house = House.fresh(tmp_path)
    person, ana = await house.waiting(), house.member()
    if step != "claim":
        await ana.does(person, "claim")
    with house.edge.turn.hub.listening(clinic_subject("demo")) as queue:
        await ana.does(person, step, words="Hello.", client_id="c1", outcome="answered")
        assert queue.get_nowait() == HandoffChanged(person.id, "demo")
