"""Who is listening: events, to each page that has their subject open in this process.

A subject is a conversation's id, or `clinic_subject` for the staff of a clinic.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bot.conversation import Message


@dataclass(frozen=True)
class Typing:
    """Somebody has begun, or has stopped, working on an answer: the bot, staff or the person."""

    on: bool
    who: str = "bot"


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


Event = Message | Typing | Closed | HandoffChanged


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
            for subject in subjects:
                self._listeners[subject].discard(queue)
                if not self._listeners[subject]:
                    del self._listeners[subject]

    def is_heard(self, subject: str) -> bool:
        """Whether any page of this process has it open."""
        return subject in self._listeners

    def publish(self, subject: str, event: Event) -> None:
        for queue in self._listeners.get(subject, ()):
            queue.put_nowait(event)
        if self.overhears:
            self.overhears(subject, event)
