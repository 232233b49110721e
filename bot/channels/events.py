"""Server-sent events of one conversation: what was missed, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial

from bot.conversation import Message
from bot.hub import Closed, Dropped, Event, Hub, Typing
from bot.limits import Streams
from bot.store.record import Record

KEEPALIVE = 15.0
"""Seconds of silence after which a comment keeps the connection open."""
HISTORY = 0.3
"""Seconds that what was missed may keep back what happens now."""


async def stream(
    hub: Hub, record: Record, conversation: str, after: str, streams: Streams, address: str
) -> AsyncIterator[str]:
    """Events for a page: each message once, in order, from the one after ``after`` on.

    It listens before it reads what was missed, so that nothing falls between the two. While a
    stuck database keeps that back, what happens goes out before it: it may be a crisis reply.
    """
    with (
        hub.listening(conversation) as queue,
        streams.place(conversation, address, partial(hub.drop, queue)),
    ):
        yield "retry: 2000\n\n"
        missed = asyncio.create_task(record.after(conversation, after))
        try:
            async for event in _events(queue, missed, after):
                yield event
        finally:
            missed.cancel()


async def _events(
    queue: asyncio.Queue[Event], missed: asyncio.Task[list[Message]], after: str
) -> AsyncIterator[str]:
    sent = {after}
    await asyncio.wait({missed}, timeout=HISTORY)
    if missed.done():
        for message in missed.result():
            sent.add(message.id)
            yield _message(message)
    else:
        missed.add_done_callback(lambda read: _put(queue, read))
    while True:
        try:
            event = await asyncio.wait_for(queue.get(), KEEPALIVE)
        except asyncio.TimeoutError:
            yield ": keepalive\n\n"
            continue
        if isinstance(event, Closed):
            yield "event: closed\ndata: {}\n\n"
            return
        if isinstance(event, Dropped):
            return  # the page comes again, with the last id it has
        if isinstance(event, Typing):
            yield f"event: typing\ndata: {json.dumps({'on': event.on})}\n\n"
        elif isinstance(event, Message) and event.id not in sent:
            sent.add(event.id)
            yield _message(event)


def _put(queue: asyncio.Queue[Event], read: asyncio.Task[list[Message]]) -> None:
    if not read.cancelled():
        for message in read.result():
            queue.put_nowait(message)


def _message(message: Message) -> str:
    data = json.dumps(message.public(), ensure_ascii=False)
    return f"event: message\nid: {message.id}\ndata: {data}\n\n"
