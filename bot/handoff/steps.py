"""One step of a hand-off, whole: its state, what the person is told and what goes elsewhere are
kept in one transaction, and only then is anybody told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.engine import Connection

from bot.conversation import Message
from bot.handoff.handoff import Handoff
from bot.handoff.queue import Queue
from bot.handoff.states import State
from bot.hub import HandoffChanged, Hub, clinic_subject
from bot.store.record import Record


class Outbox(Protocol):
    """Where a clinic's hand-offs go besides our own pages."""

    def put(
        self, connection: Connection, handoff: Handoff, event: str, message: Message | None
    ) -> None:
        """Keep an event to be delivered, in the caller's transaction."""


class Counter(Protocol):
    """Counts without identities (``bot/counting.py``)."""

    def add(self, clinic: str, name: str, n: int = 1) -> None: ...

    def answered(self, clinic: str, seconds: float) -> None: ...


@dataclass
class Steps:
    queue: Queue
    record: Record
    hub: Hub
    now: Callable[[], float]
    counts: Counter
    outbox: Outbox | None = None

    async def move(
        self,
        handoff: Handoff,
        to: State,
        *,
        event: str | None = None,
        say: Sequence[Message] = (),
        also: Callable[[Connection, Handoff], None] | None = None,
        **values: Any,
    ) -> Handoff | None:
        """The hand-off after the step; None when it is no longer as it was read. `StoreDown`.

        ``say`` are messages for the person, kept with the step and sent after it.
        """
        both = self._also(handoff, say, event, None, also)
        return await self._after(
            handoff, say, self.queue.move, handoff, to, self.now(), also=both, **values
        )

    async def change(
        self,
        handoff: Handoff,
        *,
        event: str | None = None,
        message: Message | None = None,
        say: Sequence[Message] = (),
        also: Callable[[Connection, Handoff], None] | None = None,
        **values: Any,
    ) -> Handoff | None:
        """As `move`, without another state. ``message`` goes with the event to the outbox."""
        both = self._also(handoff, say, event, message, also)
        kept = {"told": handoff.told, **values}
        return await self._after(handoff, say, self.queue.change, handoff, also=both, **kept)

    def _also(
        self,
        handoff: Handoff,
        say: Sequence[Message],
        event: str | None,
        message: Message | None,
        more: Callable[[Connection, Handoff], None] | None = None,
    ) -> Callable[[Connection, Handoff], None]:
        def also(connection: Connection, after: Handoff) -> None:
            if more:
                more(connection, after)
            self.record.store.insert_sent(connection, handoff.conversation, say)
            if self.outbox and event:
                self.outbox.put(connection, after, event, message)

        return also

    async def _after(
        self, handoff: Handoff, say: Sequence[Message], work: Any, *args: Any, **kw: Any
    ) -> Handoff | None:
        if not await self.record.call(work, *args, **kw):
            return None
        for message in say:
            self.hub.publish(handoff.conversation, message)
        self.changed(handoff)
        return await self.record.call(self.queue.get, handoff.id)

    def changed(self, handoff: Handoff, *, alert: bool = False) -> None:
        """Tell the pages of the person and of staff to read it again."""
        event = HandoffChanged(handoff.id, handoff.clinic, alert)
        self.hub.publish(handoff.conversation, event)
        self.hub.publish(clinic_subject(handoff.clinic), event)
