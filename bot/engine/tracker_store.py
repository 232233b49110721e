"""Rasa's memory of conversations: one sealed row each, named in ``endpoints.yml``."""

from __future__ import annotations

import asyncio
import json
import time
import zlib
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain

from bot.engine.snapshot import Conversation, pack, unpack
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.tables import conversations, erased, trackers


class EncryptedTrackerStore(TrackerStore):
    """Keeps snapshots, compressed and sealed. Unlike Rasa's own, it keeps nothing of a new
    conversation before its first whole turn.

    ``host``: a SQLAlchemy URL. ``keys``: Fernet keys, separated by commas; the first one seals.
    Raises ``SQLAlchemyError`` when the database does not answer, ``Unsealable`` on another's row.
    """

    def __init__(
        self,
        domain: Domain | None,
        host: str,
        keys: str,
        event_broker: EventBroker | None = None,
    ) -> None:
        super().__init__(domain, event_broker)
        self._engine = open_engine(host)
        self._sealer = Sealer(keys.split(","))

    def init_tracker(self, sender_id: str) -> Conversation:
        return Conversation(sender_id, self.domain.slots)

    async def create_tracker(
        self, sender_id: str, append_action_listen: bool = True
    ) -> Conversation:
        return self.init_tracker(sender_id)

    async def retrieve(self, sender_id: str) -> Conversation | None:
        sealed = await asyncio.to_thread(self._read, sender_id)
        if sealed is None:
            return None
        body = json.loads(zlib.decompress(self._sealer.open(sealed)))
        return unpack(sender_id, body, self.domain)

    async def save(self, tracker: Conversation) -> None:
        """Replaces the row. A conversation that was erased meanwhile stays erased."""
        plain = json.dumps(pack(tracker), separators=(",", ":"))
        sealed = self._sealer.seal(zlib.compress(plain.encode()))
        await asyncio.to_thread(self._write, tracker.sender_id, sealed)

    async def delete(self, sender_id: str) -> None:
        await asyncio.to_thread(self._delete, sender_id)

    async def keys(self) -> Iterable[str]:
        return await asyncio.to_thread(self._ids)

    def _read(self, sender_id: str) -> bytes | None:
        with self._engine.connect() as connection:
            row = sa.select(trackers.c.body).where(trackers.c.conversation_id == sender_id)
            return connection.scalar(row)

    def _write(self, sender_id: str, sealed: bytes) -> None:
        """An erasure at the same moment is waited for, or waits: it locks the conversation first.

        Whether it was erased is asked once our own write has begun, on SQLite a lock as well.
        """
        values: dict[str, Any] = {"body": sealed, "updated_at": time.time()}
        conversation = sa.select(conversations.c.id).where(conversations.c.id == sender_id)
        gone = sa.select(erased.c.conversation_id).where(erased.c.conversation_id == sender_id)
        with self._engine.begin() as connection:
            connection.execute(conversation.with_for_update(read=True, key_share=True)).all()
            known = trackers.update().where(trackers.c.conversation_id == sender_id)
            if connection.execute(known.values(**values)).rowcount == 0:
                connection.execute(trackers.insert().values(conversation_id=sender_id, **values))
            if connection.scalar(gone):
                connection.execute(trackers.delete().where(trackers.c.conversation_id == sender_id))

    def _delete(self, sender_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(trackers.delete().where(trackers.c.conversation_id == sender_id))

    def _ids(self) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.scalars(sa.select(trackers.c.conversation_id)))
