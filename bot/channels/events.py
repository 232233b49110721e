"""Server-sent events of one conversation: what was missed, then what happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from bot.conversation import Message
from bot.hub import Closed, Hub, Typing
from bot.store.record import Record

KEEPALIVE = 15.0
"""Seconds of silence after which a comment keeps the connection open."""


async def stream(hub: Hub, record: Record, conversation: str, after: str) -> AsyncIterator[str]:
    """Events for a page: each message once, in order, from the one after ``after`` on.

    It listens before it reads what was missed, so that nothing falls between the two.
    """
    with hub.listening(conversation) as queue:
        sent = {after}
        yield "retry: 2000\n\n"
        for message in await record.after(conversation, after):
            sent.add(message.id)
            yield _message(message)
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), KEEPALIVE)
            except asyncio.TimeoutError:
                yield ": keepalive\n\n"
                continue
            if isinstance(event, Closed):
                yield "event: closed\ndata: {}\n\n"
                return
            if isinstance(event, Typing):
                yield f"event: typing\ndata: {json.dumps({'on': event.on})}\n\n"
            elif event.id not in sent:
                sent.add(event.id)
                yield _message(event)


def _message(message: Message) -> str:
    data = json.dumps(message.public(), ensure_ascii=False)
    return f"event: message\nid: {message.id}\ndata: {data}\n\n"
