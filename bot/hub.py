"""Who is listening: events, to each page that has their subject open in this process.

A subject is a conversation's id, or `clinic_subject` for the staff of a clinic.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.conversation import Message


@dataclass(frozen=True)
class Typing:
    """Somebody has begun, or has stopped, working on an answer: the bot, staff or the person."""

    on: bool
    who: str = "bot"


@dataclass(frozen=True)
class Speaking:
    """The conversation goes on in another language; its page asks for a token that says so."""

    language: str


@dataclass(frozen=True)
class Closed:
    """The conversation was erased."""


@dataclass(frozen=True)
class HandoffChanged:
    """A hand-off began, moved, or has something new in it. Whoever listens reads it again.

    `alert` is set when crisis lines were just shown to the person while it lasts.
    """

    handoff: str
    clinic: str
    alert: bool = False


@dataclass(frozen=True)
class Dropped:
    """This listener was too slow, or had to make place. It hears nothing more; its page comes
    again and reads what it missed."""


Event = Message | Typing | Speaking | Closed | HandoffChanged | Dropped

MOST = 1_000
"""Events that wait for one listener; one that lets more pile up is dropped."""


def clinic_subject(clinic: str) -> str:
    return f"clinic:{clinic}"


@dataclass
class Hub:
    _listeners: dict[str, set[asyncio.Queue[Event]]] = field(
        default_factory=lambda: defaultdict(set)
    )

    overhears: Callable[[str, Event], None] | None = None
    """Is told of every event of this process, with its subject."""

    @contextmanager
    def listening(self, *subjects: str) -> Iterator[asyncio.Queue[Event]]:
        queue: asyncio.Queue[Event] = asyncio.Queue()
        for subject in subjects:
            self._listeners[subject].add(queue)
        try:
            yield queue
        finally:
            self._forget(queue, subjects)

    def drop(self, queue: asyncio.Queue[Event]) -> None:
        """End a listener: what waits for it is thrown away, and `Dropped` is all it hears."""
        self._forget(queue, [s for s, queues in self._listeners.items() if queue in queues])
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(Dropped())

    def _forget(self, queue: asyncio.Queue[Event], subjects: Iterable[str]) -> None:
        for subject in subjects:
            queues = self._listeners.get(subject, set())
            queues.discard(queue)
            if not queues:
                self._listeners.pop(subject, None)

    def is_heard(self, subject: str) -> bool:
        """Whether any page of this process has it open."""
        return subject in self._listeners

    def publish(self, subject: str, event: Event) -> None:
        for queue in list(self._listeners.get(subject, ())):
            if queue.qsize() >= MOST:
                self.drop(queue)
            else:
                queue.put_nowait(event)
        if self.overhears:
            self.overhears(subject, event)
