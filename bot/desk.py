"""The desk: what waits for an answer is answered, in order, once the parts it needs are there."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from bot.conversation import Message, Said, Session
from bot.counting import Counts
from bot.engine.client import EngineDown, EngineRefused
from bot.handoff.watch import Watch
from bot.store.conversations import Erased
from bot.store.record import StoreDown
from bot.turn import Turn

log = logging.getLogger(__name__)

AGAIN = 2.0
"""Seconds between looks at what still waits."""
TRIES = 5
"""Turns that may fail, with every part up, before their message is given up."""


@dataclass
class Desk:
    turn: Turn
    watch: Watch
    counts: Counts
    _locks: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _failures: dict[str, int] = field(default_factory=dict)

    async def take(self, session: Session, said: Said) -> str:
        """`Turn.take`, one message of a conversation after another; the answer comes by itself."""
        message, _answering = await self.take_up(session, said)
        return message

    async def take_up(self, session: Session, said: Said) -> tuple[str, asyncio.Task[None]]:
        """As `take`, with the task that ends once everything in the conversation is answered, or
        has to wait for a part that is down."""
        async with self._lock(f"take {session.conversation}"):
            message = await self.turn.take(session, said)
        self.counts.add(session.clinic, "messages")
        return message, self._soon(session.conversation)

    async def erase(self, session: Session) -> None:
        """The person's own erasure, at once even while an answer is worked on. `StoreDown`."""
        await self.turn.erase(session)

    async def is_erased(self, session: Session) -> bool:
        """Unknown counts as not: with the database dead a crisis reply must still go out."""
        if session.conversation in self.turn.closed:
            return True
        record = self.turn.record
        try:
            return await record.call(record.store.is_erased, session.conversation, limit=0.3)
        except StoreDown:
            return False

    def _soon(self, conversation: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self.work(conversation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _lock(self, name: str) -> asyncio.Lock:
        lock = self._locks.get(name)
        if lock is None:
            lock = self._locks[name] = asyncio.Lock()
        return lock

    async def work(self, conversation: str) -> None:
        """Answer what waits in one conversation, oldest first."""
        async with self._lock(conversation):
            engine_up = True
            try:
                waiting = await self.turn.record.call(self.turn.record.store.pending, conversation)
                for session, person in waiting:
                    try:
                        await self.turn.answer(session, person, engine_up=engine_up)
                        self._failures.pop(person.id, None)
                    except EngineRefused:
                        log.error("the engine does not know what a choice asked of it")
                        await self.turn.give_up(session, person)
                    except EngineDown:
                        engine_up = False
                        await self._failed(session, person)
                    except (StoreDown, Erased):
                        raise
                    except Exception:
                        log.exception("a turn failed")
                        await self.turn.give_up(session, person)
            except (StoreDown, Erased):
                return

    async def _failed(self, session: Session, person: Message) -> None:
        """A message that fails again and again, with every part up, is given up honestly."""
        if not await self.turn.engine.ready():
            return
        self._failures[person.id] = self._failures.get(person.id, 0) + 1
        if self._failures[person.id] >= TRIES:
            del self._failures[person.id]
            await self.turn.give_up(session, person)

    async def run(self) -> None:
        """For as long as the process lives: take up again what waits."""
        while True:
            try:
                await self.turn.record.flush()
                await self._take_up()
                await self.watch.look()
            except (StoreDown, Erased):
                pass
            except Exception:
                log.exception("the desk's round failed")
            await asyncio.sleep(AGAIN)

    async def _take_up(self) -> None:
        waiting = await self.turn.record.call(self.turn.record.store.pending)
        if waiting and await self.turn.engine.ready():
            for conversation in {session.conversation for session, _ in waiting}:
                if not self._lock(conversation).locked():
                    self._soon(conversation)

    async def stop(self) -> None:
        """Let go of what is under way; it still waits in the database."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
