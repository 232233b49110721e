"""The store as the event loop sees it: in threads, with time limits, and a memory for its death.

What had to be sent before it could be kept (a crisis reply, with the database down) stays here
until the database takes it; it can be read here meanwhile. The memory is this process's only.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from bot.conversation import Message, Session
from bot.metrics import STORE_DOWN
from bot.store.conversations import Erased, Kept, Store
from bot.store.crypto import Unsealable

log = logging.getLogger(__name__)
T = TypeVar("T")

LIMIT = 6.0
"""Seconds that a read or write may take."""
MOST_UNSAVED = 5_000
"""Batches kept in memory; past that the oldest are given up."""


class StoreDown(Exception):
    """The database did not answer, or not in time, or with what none of our keys opens."""


@dataclass(frozen=True)
class _Unsaved:
    session: Session
    messages: tuple[Message, ...]
    client_id: str | None


class Record:
    """Most methods are coroutines, and raise `StoreDown` when the database does not answer."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._threads = ThreadPoolExecutor(16, thread_name_prefix="store")
        self._unsaved: list[_Unsaved] = []

    async def call(self, work: Callable[..., T], *args: Any, limit: float = LIMIT, **kw: Any) -> T:
        """Run a blocking call of the store. Raises `StoreDown`, and what the store raises."""
        loop = asyncio.get_running_loop()
        running = loop.run_in_executor(self._threads, lambda: work(*args, **kw))
        try:
            return await asyncio.wait_for(running, limit)
        except (SQLAlchemyError, asyncio.TimeoutError, OSError) as error:
            STORE_DOWN.inc()
            log.warning("the database did not answer: %s", type(error).__name__)
            raise StoreDown(type(error).__name__) from None
        except Unsealable:
            log.error("a row opens with none of the keys given; see: carenav keys status")
            raise StoreDown("Unsealable") from None

    async def keep_sent(
        self, session: Session, messages: Sequence[Message], client_id: str | None = None
    ) -> None:
        """Keep what was sent already: in the database, or else in memory until it is back."""
        batch = _Unsaved(session, tuple(messages), client_id)
        self._unsaved.append(batch)
        del self._unsaved[:-MOST_UNSAVED]
        try:
            await self._save(batch)
        except StoreDown:
            log.warning("kept in memory until the database is back")

    async def flush(self) -> None:
        """Give the database what only memory holds. Raises `StoreDown`."""
        for batch in list(self._unsaved):
            await self._save(batch)

    async def _save(self, batch: _Unsaved) -> None:
        with suppress(Erased):  # nothing more is kept of it, and it must not hold up the others
            await self.call(self.store.add, batch.session, batch.messages, batch.client_id, limit=3)
        if batch in self._unsaved:
            self._unsaved.remove(batch)

    def remembered(self, conversation: str) -> list[Message]:
        return [
            message
            for batch in self._unsaved
            if batch.session.conversation == conversation
            for message in batch.messages
        ]

    def forget(self, conversation: str) -> None:
        self._unsaved = [b for b in self._unsaved if b.session.conversation != conversation]

    async def known(self, conversation: str, client_id: str) -> str | None:
        """The id a message of this ``client_id`` has; None also when the database cannot say."""
        for batch in self._unsaved:
            if (batch.session.conversation, batch.client_id) == (conversation, client_id):
                return next(m.id for m in batch.messages if m.sender == "person")
        try:
            return await self.call(self.store.known, conversation, client_id, limit=0.4)
        except StoreDown:
            return None

    async def after(self, conversation: str, after: str) -> list[Message]:
        """Messages past ``after``; with the database dead, those that memory holds."""
        try:
            kept = await self.call(self.store.after, conversation, after)
        except StoreDown:
            kept = []
        ids = {message.id for message in kept}
        kept += [m for m in self.remembered(conversation) if m.id > after and m.id not in ids]
        return sorted(kept, key=lambda message: message.id)

    async def find(self, conversation: str, message: str) -> Message | None:
        for remembered in self.remembered(conversation):
            if remembered.id == message:
                return remembered
        return await self.call(self.store.find, conversation, message)

    async def last_from_bot(self, conversation: str) -> Message | None:
        """None also when the database cannot say within half a second."""
        remembered = [m for m in self.remembered(conversation) if m.sender == "bot"]
        try:
            kept = await self.call(self.store.last_from_bot, conversation, limit=0.5)
        except StoreDown:
            kept = None
        both = remembered + ([kept] if kept else [])
        return max(both, key=lambda message: message.id, default=None)

    async def load(self, conversation: str) -> Kept | None:
        return await self.call(self.store.load, conversation)

    async def asking(self, conversation: str) -> Mapping[str, Any] | None:
        """The form's pending question, where the database can say so within a second."""
        try:
            kept = await self.call(self.store.load, conversation, limit=1)
        except StoreDown:
            return None
        return kept.asking if kept else None
