"""A web chat goes on by text, or comes back to its page: what changes in the tables, all at once.

Blocking; raises ``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import Message
from bot.handoff.states import LASTING
from bot.sms.outbox import INVITE
from bot.sms.requests import AGREED, DROPPED, SENT, Request, lock
from bot.store.conversations import Store
from bot.store.crypto import Sealer
from bot.store.tables import (
    conversations,
    handoffs,
    messages,
    phones,
    reminders,
    text_requests,
    texts,
)

WAITS = (
    (messages, "unsent", "done"),
    (texts, "waiting", "dropped"),
    (reminders, "waiting", "cancelled"),
)
"""What may still be to be texted, and what becomes of it when nothing is texted any more."""
ANEW: dict[str, Any] = {"asked": None, "more": None, "introduced_at": None}
"""A phone at the beginning of a conversation: nothing was numbered, and it is told what this is."""


@dataclass(frozen=True)
class Moves:
    engine: Engine
    sealer: Sealer

    def to_phone(
        self, store: Store, request: Request, also: Sequence[str], notice: Message, now: float
    ) -> bool:
        """The phone has said yes: the chat is there from now on, and ``notice`` on the page.

        ``also`` are messages to be texted besides what was asked for. False: the request is open no
        more, or this phone's own conversation is with a person, whom it must not lose. Another
        conversation that it had is texted no more; its reminders stay with the phone.
        """
        with self.engine.begin() as connection:
            lock(connection, request.lookup or "0")
            phone = connection.execute(sa.select(phones).where(_phone(request))).one_or_none()
            if phone is None or _with_person(connection, phone.conversation_id, request):
                return False
            if not _settle(connection, request):
                return False
            if phone.conversation_id not in (None, request.conversation):
                _replace(connection, phone.conversation_id, request.conversation)
            store.insert_sent(connection, request.conversation, [notice])
            this = conversations.c.id == request.conversation
            _unlink(connection, phones.c.conversation_id == request.conversation)
            there = {**ANEW, "conversation_id": request.conversation}
            connection.execute(phones.update().where(phones.c.id == phone.id).values(**there))
            moved = conversations.update().where(this)
            connection.execute(moved.values(channel="sms", last_seen_at=now))
            theirs = handoffs.update().where(handoffs.c.conversation_id == request.conversation)
            connection.execute(theirs.values(channel="sms"))  # staff see where their words go
            _mark(connection, request.conversation, [notice.id], "done")
            _mark(connection, request.conversation, [*request.messages, *also], "unsent")
        return True

    def to_page(self, conversation: str) -> bool:
        """Nothing of it is texted any more. False: it was not."""
        of_it = phones.c.conversation_id == conversation
        by_text = (conversations.c.id == conversation) & (conversations.c.channel == "sms")
        with self.engine.begin() as connection:
            back = connection.execute(conversations.update().where(by_text).values(channel="web"))
            if not back.rowcount:
                return False
            theirs = handoffs.update().where(handoffs.c.conversation_id == conversation)
            connection.execute(theirs.values(channel="web"))
            _unlink(connection, of_it)
            for table, was, now in WAITS:
                waits = (table.c.conversation_id == conversation) & (table.c.state == was)
                connection.execute(table.update().where(waits).values(state=now))
        return True

    def phone_of(self, conversation: str) -> tuple[str, str] | None:
        """The phone that a conversation is texted to: its hash, and its number in E.164."""
        of_it = phones.c.conversation_id == conversation
        query = sa.select(phones.c.lookup, phones.c.number).where(of_it).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return (row.lookup, self.sealer.open(row.number).decode()) if row else None

    def numbered_since(self, clinic: str, lookup: str, at: float) -> bool:
        """Whether choices with numbers were texted there after that: then a "1" is one of them."""
        asked = sa.select(phones.c.asked).where(_at(clinic, lookup))
        with self.engine.connect() as connection:
            message = connection.scalar(asked)
        return message is not None and int(message[:12], 16) / 1000 > at

    def invited_last(self, clinic: str, lookup: str) -> bool:
        """Whether nothing else has gone there since we asked the phone to confirm."""
        newest = (
            sa.select(texts.c.kind)
            .join(phones, phones.c.id == texts.c.phone_id)
            .where(_at(clinic, lookup))
            .order_by(texts.c.id.desc())
            .limit(1)
        )
        with self.engine.connect() as connection:
            return str(connection.scalar(newest)) == INVITE


def _at(clinic: str, lookup: str | None) -> Any:
    return (phones.c.clinic == clinic) & (phones.c.lookup == lookup)


def _phone(request: Request) -> Any:
    return _at(request.clinic, request.lookup)


def _with_person(connection: Connection, conversation: str | None, request: Request) -> bool:
    """Whether somebody of the clinic has the phone's own conversation, or is waited for there."""
    if conversation in (None, request.conversation):
        return False
    lasts = handoffs.c.state.in_([str(state) for state in LASTING])
    mine = sa.select(handoffs.c.id).where((handoffs.c.conversation_id == conversation) & lasts)
    return connection.scalar(mine.limit(1)) is not None


def _settle(connection: Connection, request: Request) -> bool:
    """This request is agreed to, unless it is open no more; others for the same phone are over."""
    sent = text_requests.c.state == SENT
    mine = text_requests.update().where((text_requests.c.id == request.id) & sent)
    if not connection.execute(mine.values(state=AGREED, number=None)).rowcount:
        return False
    same = (text_requests.c.clinic == request.clinic) & (text_requests.c.lookup == request.lookup)
    others = text_requests.update().where(same & sent)
    connection.execute(others.values(state=DROPPED, number=None))
    return True


def _replace(connection: Connection, old: str, new: str) -> None:
    """A phone has one conversation; one in which nothing was said yet goes."""
    of_old = conversations.c.id == old
    connection.execute(conversations.update().where(of_old).values(channel="web"))
    unsent = (messages.c.conversation_id == old) & (messages.c.state == "unsent")
    connection.execute(messages.update().where(unsent).values(state="done"))
    waits = (reminders.c.conversation_id == old) & (reminders.c.state == "waiting")
    connection.execute(reminders.update().where(waits).values(conversation_id=new))
    said = sa.exists().where(messages.c.conversation_id == old)
    connection.execute(conversations.delete().where(of_old & ~said))


def _unlink(connection: Connection, where: Any) -> None:
    connection.execute(phones.update().where(where).values(**ANEW, conversation_id=None))


def _mark(connection: Connection, conversation: str, ids: Sequence[str], state: str) -> None:
    of_bot = (messages.c.conversation_id == conversation) & (messages.c.sender == "bot")
    these = messages.update().where(of_bot & messages.c.id.in_(ids))
    connection.execute(these.values(state=state))
