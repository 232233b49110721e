"""Server-sent events of one conversation: what was missed, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot.conversation import Message
from bot.handoff.person import Reception
from bot.hub import Closed, Dropped, Event, HandoffChanged, Hub, Speaking, Typing
from bot.limits import Ear
from bot.store.record import Record, StoreDown

KEEPALIVE = 15.0
"""Seconds of silence after which a comment keeps the connection open."""
HISTORY = 0.3
"""Seconds that what was missed may keep back what happens now."""


async def handoff_status(reception: Reception, conversation: str) -> dict[str, Any] | None:
    """The open hand-off as a page shows it; None also when the database can't say."""
    try:
        return await reception.status(conversation)
    except StoreDown:
        return None


async def stream(
    hub: Hub | Ear, record: Record, reception: Reception, conversation: str, after: str
) -> AsyncIterator[str]:
    """Events for a page: each message once, in order, from the one after ``after`` on.

    It listens before it reads what was missed, so that nothing falls between the two. While a
    stuck database keeps that back, what happens goes out before it: it may be a crisis reply.
    """
    with hub.listening(conversation) as queue:
        yield "retry: 2000\n\n"
        missed = asyncio.create_task(record.after(conversation, after))
        try:
            async for event in _events(queue, missed, after):
                if isinstance(event, HandoffChanged):
                    yield _handoff(await handoff_status(reception, conversation))
                else:
                    yield event
        finally:
            missed.cancel()


async def _events(
    queue: asyncio.Queue[Event], missed: asyncio.Task[list[Message]], after: str
) -> AsyncIterator[str | HandoffChanged]:
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
        if isinstance(event, HandoffChanged):
            yield event
        elif isinstance(event, Typing):
            if event.who != "person":  # theirs is for staff
                typing = {"on": event.on, "who": event.who}
                yield f"event: typing\ndata: {json.dumps(typing)}\n\n"
        elif isinstance(event, Speaking):
            yield f"event: language\ndata: {json.dumps({'language': event.language})}\n\n"
        elif event.id not in sent:
            sent.add(event.id)
            yield _message(event)


def _put(queue: asyncio.Queue[Event], read: asyncio.Task[list[Message]]) -> None:
    if not read.cancelled():
        for message in read.result():
            queue.put_nowait(message)


def _handoff(status: dict[str, Any] | None) -> str:
    return f"event: handoff\ndata: {json.dumps(status, ensure_ascii=False)}\n\n"


def _message(message: Message) -> str:
    data = json.dumps(message.public(), ensure_ascii=False)
    return f"event: message\nid: {message.id}\ndata: {data}\n\n"
