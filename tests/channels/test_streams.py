"""Pages that listen: each with a bound to what waits for it, and each told whose place it takes."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import throttled.utils

from bot.channels.events import stream
from bot.conversation import Message
from bot.hub import MOST, Dropped, Hub, Typing
from bot.limits import STREAMS, Ear, Streams
from tests.channels.serving import edge, serving


def message(n):
    return Message(id=f"{n:08d}", sender="bot", kind="notice", text=f"text {n}", at=0.0)


class Nothing:
    """A record, and a reception, that know of nothing."""

    async def after(self, _conversation, _after):
        return []

    async def status(self, _conversation):
        return None


def listen(hub, streams):
    ear = Ear(hub, streams, "203.0.113.1")
    return stream(ear, Nothing(), Nothing(), "c", "")


async def rest_of(events):
    return [event async for event in events]


# --- a page that does not keep up ---------------------------------------------------------------


def test_a_listener_that_lets_too_much_pile_up_is_dropped_and_the_others_hear_on():
    hub = Hub()
    with hub.listening("c", "clinic:x") as slow, hub.listening("c") as quick:
        for n in range(MOST + 1):
            hub.publish("c", message(n))
            assert quick.get_nowait().id == f"{n:08d}"
        assert slow.get_nowait() == Dropped()
        hub.publish("c", message(MOST + 1))
        hub.publish("clinic:x", Typing(True))
        assert slow.empty(), "it hears nothing more, of no subject"
        assert quick.qsize() == 1
    assert not hub.is_heard("c")
    assert not hub.is_heard("clinic:x")


async def test_the_stream_of_a_dropped_listener_ends_and_one_that_comes_again_hears():
    hub, streams = Hub(), Streams()
    events = listen(hub, streams)
    assert (await events.__anext__()).startswith("retry:")
    for n in range(MOST + 1):
        hub.publish("c", message(n))
    assert "event: closed" not in "".join(await asyncio.wait_for(rest_of(events), 5))
    again = listen(hub, streams)
    await again.__anext__()
    hub.publish("c", message(MOST + 2))
    assert f"{MOST + 2:08d}" in await asyncio.wait_for(again.__anext__(), 5)
    await again.aclose()


async def test_a_seventh_tab_ends_the_stream_of_the_first():
    hub, streams = Hub(), Streams()
    tabs = [listen(hub, streams) for _ in range(STREAMS + 1)]
    for tab in tabs:
        await tab.__anext__()
    assert await asyncio.wait_for(rest_of(tabs[0]), 5) == []
    hub.publish("c", message(1))
    for tab in tabs[1:]:
        assert "text 1" in await asyncio.wait_for(tab.__anext__(), 5)
        await tab.aclose()
    assert streams.of("203.0.113.1") == 0


# --- behind a proxy -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return edge(tmp_path_factory.mktemp("state"), CARENAV_CHAT_RATE_SESSIONS="1/hour")


@pytest.fixture
def begun(app, monkeypatch):
    """What is answered to each who begins a chat, by the address that a proxy tells."""
    monkeypatch.setattr(throttled.utils, "now_mono_f", lambda: 1000.0)

    def answers(believed, *told):
        if believed is None:
            monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
        else:
            monkeypatch.setenv("FORWARDED_ALLOW_IPS", believed)
        app.state.limits.rates = None
        asyncio.run(app.state.limits.load())
        with serving(app) as port, httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:
            return [
                http.post(
                    "/api/chat/sessions", json={}, headers={"X-Forwarded-For": address}
                ).status_code
                for address in told
            ]

    return answers


def test_a_proxy_on_this_machine_is_believed(begun):
    assert begun(None, "203.0.113.1", "203.0.113.2", "203.0.113.1") == [201, 201, 429]


def test_another_caller_who_says_so_is_not(begun):
    assert begun("192.0.2.9", "203.0.113.1", "203.0.113.2") == [201, 429]


def test_what_a_caller_put_before_the_proxys_word_counts_for_nothing(begun):
    spoofed = ["198.51.100.1, 203.0.113.1", "198.51.100.2, 203.0.113.1"]
    assert begun(None, *spoofed) == [201, 429]


def test_a_proxy_elsewhere_is_believed_when_it_is_named(begun):
    two_hops = ["203.0.113.1, 192.0.2.9", "203.0.113.2, 192.0.2.9", "203.0.113.1, 192.0.2.9"]
    assert begun("127.0.0.1,192.0.2.9", *two_hops) == [201, 201, 429]
