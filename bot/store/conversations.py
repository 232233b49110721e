"""Conversations and their messages, kept. Blocking: the edge calls it from threads.

Raises ``sqlalchemy.exc.SQLAlchemyError`` when the database does not answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.conversation import Message, Session
from bot.store.crypto import Sealer, Unsealable
from bot.store.database import scrub
from bot.store.tables import conversations, erased, handoffs, messages, phones, trackers


@dataclass(frozen=True)
class Kept:
    """What is known of a conversation. Times are unix seconds."""

    session: Session
    last_seen_at: float
    disclosed_at: float
    asking: Mapping[str, Any] | None


class Erased(Exception):
    """The conversation was erased; nothing more is kept of it."""


@dataclass(frozen=True)
class Store:
    engine: Engine
    sealer: Sealer

    def ping(self) -> None:
        with self.engine.connect() as connection:
            connection.execute(sa.select(conversations.c.id).limit(1))

    def open(self, connection: Connection, session: Session, now: float) -> None:
        """Make the conversation's row unless it is there. Raises `Erased`.

        Whether it was erased is asked last: an erasure that goes on is waited for by the insert.
        """
        if not connection.scalar(_one(conversations.c.id, session.conversation)):
            connection.execute(
                conversations.insert().values(
                    id=session.conversation,
                    clinic=session.clinic,
                    language=session.language,
                    created_at=now,
                    last_seen_at=now,
                    disclosed_at=now,
                    channel=session.channel,
                )
            )
        if connection.scalar(_one(erased.c.conversation_id, session.conversation)):
            raise Erased(session.conversation)

    def load(self, conversation: str) -> Kept | None:
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(conversations).where(conversations.c.id == conversation)
            ).one_or_none()
        if row is None:
            return None
        return Kept(
            session=Session(row.id, row.clinic, row.language, row.channel),
            last_seen_at=row.last_seen_at,
            disclosed_at=row.disclosed_at,
            asking=self._unseal(row.asking) if row.asking else None,
        )

    def is_erased(self, conversation: str) -> bool:
        with self.engine.connect() as connection:
            return bool(connection.scalar(_one(erased.c.conversation_id, conversation)))

    def accept(self, session: Session, message: Message, client_id: str) -> str:
        """Keep a person's message, to be answered. The same ``client_id`` again gives the first id.

        Raises `Erased`.
        """
        try:
            with self.engine.begin() as connection:
                self.open(connection, session, message.at)
                self._insert(connection, session.conversation, message, "pending", client_id)
            return message.id
        except IntegrityError:
            known = self.known(session.conversation, client_id)
            if known is None:
                raise
            return known

    def known(self, conversation: str, client_id: str) -> str | None:
        """The id that the message of this ``client_id`` already has."""
        where = (messages.c.conversation_id == conversation) & (messages.c.client_id == client_id)
        with self.engine.connect() as connection:
            found = connection.scalar(sa.select(messages.c.id).where(where))
        return None if found is None else str(found)

    def add(self, session: Session, new: Sequence[Message], client_id: str | None = None) -> None:
        """Keep messages that were already sent. Those that are kept already stay as they are.

        Over text only what answers a ``client_id`` was sent, with the answer to it; the rest waits.

        When the ``client_id`` is known, the same message was taken before: nothing is added.
        """
        if client_id is not None and self.known(session.conversation, client_id):
            return
        with self.engine.begin() as connection:
            self.open(connection, session, new[0].at)
            ids = [message.id for message in new]
            there = set(connection.scalars(sa.select(messages.c.id).where(messages.c.id.in_(ids))))
            for message in new:
                if message.id not in there:
                    client = client_id if message.sender == "person" else None
                    state = "done" if client_id else self._sent(connection, session.conversation)
                    self._insert(connection, session.conversation, message, state, client)

    def insert_sent(
        self, connection: Connection, conversation: str, new: Sequence[Message]
    ) -> None:
        """Keep messages in a transaction of the caller's."""
        state = self._sent(connection, conversation) if new else "done"
        for message in new:
            self._insert(connection, conversation, message, state, None)

    def insert_texted(
        self, connection: Connection, conversation: str, new: Sequence[Message]
    ) -> None:
        """Keep messages that become a text in the same transaction of the caller's."""
        for message in new:
            self._insert(connection, conversation, message, "done", None)

    def insert_said(
        self, connection: Connection, conversation: str, message: Message, client_id: str
    ) -> None:
        """Keep what staff said. Raises ``IntegrityError`` when this ``client_id`` is known."""
        state = self._sent(connection, conversation)
        self._insert(connection, conversation, message, state, client_id)

    def _sent(self, connection: Connection, conversation: str) -> str:
        """The state of what is for the person: a page reads it here, a phone has yet to get it."""
        channel = connection.scalar(
            sa.select(conversations.c.channel).where(conversations.c.id == conversation)
        )
        return "unsent" if channel == "sms" else "done"

    def last_said(self, conversations_: Sequence[str]) -> dict[str, tuple[str, str, float]]:
        """The newest message of a person or of staff, by conversation: its id, sender and time."""
        newest = (
            sa.select(sa.func.max(messages.c.id))
            .where(messages.c.conversation_id.in_(conversations_))
            .where(messages.c.sender.in_(("person", "staff")))
            .group_by(messages.c.conversation_id)
        )
        columns = (messages.c.conversation_id, messages.c.id, messages.c.sender, messages.c.at)
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(*columns).where(messages.c.id.in_(newest))).all()
        return {row.conversation_id: (row.id, row.sender, row.at) for row in rows}

    def speak(self, conversation: str, language: str) -> None:
        """The language of what is said from now on."""
        with self.engine.begin() as connection:
            connection.execute(
                conversations.update()
                .where(conversations.c.id == conversation)
                .values(language=language)
            )
            of_it = handoffs.c.conversation_id == conversation
            connection.execute(handoffs.update().where(of_it).values(language=language))

    def answer(
        self,
        session: Session,
        question: str,
        replies: Sequence[Message],
        *,
        asking: Mapping[str, Any] | None,
        disclosed: bool,
        now: float,
    ) -> bool:
        """Keep the replies and close the question, in one transaction. False: it was answered."""
        with self.engine.begin() as connection:
            closed = connection.execute(
                messages.update()
                .where((messages.c.id == question) & (messages.c.state == "pending"))
                .values(state="done")
            )
            if closed.rowcount == 0:
                return False
            self.insert_sent(connection, session.conversation, replies)
            values: dict[str, Any] = {
                "last_seen_at": now,
                "asking": self._seal(asking) if asking else None,
            }
            if disclosed:
                values["disclosed_at"] = now
            connection.execute(
                conversations.update()
                .where(conversations.c.id == session.conversation)
                .values(**values)
            )
        return True

    def pending(self, conversation: str | None = None) -> list[tuple[Session, Message]]:
        """Messages that wait for an answer, oldest first.

        Of every conversation: less those that no key of ours opens, so that the others go on. Of
        one, such a message raises `Unsealable`.
        """
        query = (
            sa.select(messages.c.body, conversations)
            .join(conversations, conversations.c.id == messages.c.conversation_id)
            .where(messages.c.state == "pending")
            .order_by(messages.c.id)
            .limit(200)
        )
        if conversation is not None:
            query = query.where(messages.c.conversation_id == conversation)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            try:
                message = Message.from_dict(self._unseal(row.body))
            except Unsealable:
                if conversation is not None:
                    raise
                continue
            found.append((Session(row.id, row.clinic, row.language, row.channel), message))
        return found

    def after(self, conversation: str, after: str = "") -> list[Message]:
        """Messages with an id greater than ``after``, oldest first."""
        where = (messages.c.conversation_id == conversation) & (messages.c.id > after)
        query = sa.select(messages.c.body).where(where).order_by(messages.c.id)
        with self.engine.connect() as connection:
            return [Message.from_dict(self._unseal(body)) for body in connection.scalars(query)]

    def find(self, conversation: str, message: str) -> Message | None:
        where = (messages.c.conversation_id == conversation) & (messages.c.id == message)
        with self.engine.connect() as connection:
            body = connection.scalar(sa.select(messages.c.body).where(where))
        return None if body is None else Message.from_dict(self._unseal(body))

    def last_from_bot(self, conversation: str) -> Message | None:
        where = (messages.c.conversation_id == conversation) & (messages.c.sender == "bot")
        query = sa.select(messages.c.body).where(where).order_by(messages.c.id.desc()).limit(1)
        with self.engine.connect() as connection:
            body = connection.scalar(query)
        return None if body is None else Message.from_dict(self._unseal(body))

    def erase(self, conversation: str, now: float) -> None:
        """Everything of the conversation: messages, hand-offs with their notes and deliveries, the
        dialogue's memory. Its id stays closed."""
        try:
            self._erase(conversation, now)
        except IntegrityError:  # its first message, or another erasure, came at the same moment
            self._erase(conversation, now)
        scrub(self.engine)

    def _erase(self, conversation: str, now: float) -> None:
        """The row comes first: whoever writes for the conversation has locked it, or waits for us.

        Where there is none yet, one is made, so that a first message under way waits too.
        """
        this = conversations.c.id == conversation
        with self.engine.begin() as connection:
            if not connection.scalar(_one(conversations.c.id, conversation)):
                nobody = {"clinic": "", "language": "", "created_at": now}
                nobody |= {"last_seen_at": now, "disclosed_at": now}
                connection.execute(conversations.insert().values(id=conversation, **nobody))
            connection.execute(phones.delete().where(phones.c.conversation_id == conversation))
            connection.execute(conversations.delete().where(this))
            connection.execute(trackers.delete().where(trackers.c.conversation_id == conversation))
            if not connection.scalar(_one(erased.c.conversation_id, conversation)):
                connection.execute(erased.insert().values(conversation_id=conversation, at=now))

    def _insert(
        self,
        connection: Connection,
        conversation: str,
        message: Message,
        state: str,
        client_id: str | None,
    ) -> None:
        connection.execute(
            messages.insert().values(
                id=message.id,
                conversation_id=conversation,
                sender=message.sender,
                client_id=client_id,
                state=state,
                body=self._seal(message.to_dict()),
                at=message.at,
            )
        )

    def _seal(self, value: Any) -> bytes:
        return self.sealer.seal(json.dumps(value, ensure_ascii=False).encode())

    def _unseal(self, sealed: bytes) -> Any:
        return json.loads(self.sealer.open(sealed))


def _one(column: Any, value: str) -> Any:
    return sa.select(column).where(column == value).limit(1)
