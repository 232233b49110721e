"""Who is listening: events of a conversation, to each page that has it open in this process."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.conversation import Message


@dataclass(frozen=True)
class Typing:
    """The bot has begun, or has stopped, working on an answer."""

    on: bool


@dataclass(frozen=True)
class Closed:
    """The conversation was erased."""


Event = Message | Typing | Closed


@dataclass
class Hub:
    _listeners: dict[str, set[asyncio.Queue[Event]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Queue[Event]]:
        queue: asyncio.Queue[Event] = asyncio.Queue()
        self._listeners[conversation].add(queue)
        try:
            yield queue
        finally:
            self._listeners[conversation].discard(queue)
            if not self._listeners[conversation]:
                del self._listeners[conversation]

    def publish(self, conversation: str, event: Event) -> None:
        for queue in self._listeners.get(conversation, ()):
            queue.put_nowait(event)
