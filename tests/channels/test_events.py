"""The event stream: what was missed comes first, unless that would keep back what happens now."""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager

from bot.channels.events import stream
from bot.conversation import Message
from bot.hub import Hub


def message(id):
    return Message(id=id, sender="bot", kind="notice", text=f"text {id}", at=0.0)


class Slow:
    """A record whose history takes until ``read`` is set."""

    def __init__(self, *messages):
        self.messages = list(messages)
        self.read = asyncio.Event()

    async def after(self, _conversation, after):
        await self.read.wait()
        return [m for m in self.messages if m.id > after]


class Alone:
    """A reception where nobody waits for a person, or, with ``now``, somebody does."""

    now = None

    async def status(self, _conversation):
        return self.now


@asynccontextmanager
async def opened(hub, record, after=""):
    async with aclosing(stream(hub, record, Alone(), "c", after)) as events:
        await events.__anext__()
        yield events


async def heard(events):
    return json.loads((await events.__anext__()).split("data: ")[1])["id"]


async def test_what_was_missed_comes_before_what_happens():
    hub, record = Hub(), Slow(message("1"), message("2"))
    async with opened(hub, record) as events:
        hub.publish("c", message("3"))
        record.read.set()
        assert [await heard(events) for _ in range(3)] == ["1", "2", "3"]


async def test_what_was_seen_is_not_sent_again():
    hub, record = Hub(), Slow(message("1"), message("2"))
    record.read.set()
    async with opened(hub, record, after="1") as events:
        hub.publish("c", message("2"))
        hub.publish("c", message("3"))
        assert [await heard(events) for _ in range(2)] == ["2", "3"]


async def test_invariant_1_a_stuck_database_does_not_keep_back_what_happens():
    hub, record = Hub(), Slow(message("1"), message("2"))
    async with opened(hub, record) as events:
        hub.publish("c", message("2"))
        assert await heard(events) == "2"
        record.read.set()
        assert await heard(events) == "1", "what was missed follows once it can be read"
