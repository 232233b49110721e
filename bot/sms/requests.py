"""The requests of web chats to go on by text, as they are kept.

    asked ─▶ sent ─▶ agreed
      └────────┴──▶ dropped | refused

`asked`: the number is being asked for. `sent`: one text went there, to be confirmed. Every step is
one conditional UPDATE or is made under a lock of the phone's, so that of many processes one makes
it. A number is held only while an answer from that phone is waited for. Blocking; raises
``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import Ids, Session
from bot.sms.outbox import INVITE
from bot.store.crypto import Sealer
from bot.store.tables import phones, text_requests, texts

ASKED, SENT, AGREED = "asked", "sent", "agreed"
DROPPED, REFUSED = "dropped", "refused"
DAY = 24 * 3600.0
MOST_INVITES = 2
"""Texts to one phone that ask it to confirm, in a day, whoever asks for them wherever."""
MOST_NUMBERS = 3
"""Phones that one conversation may name."""


class Outgoing(Protocol):
    """What is to be texted (bot/sms/outbox.py)."""

    def put(
        self,
        connection: Connection,
        *,
        phone: str,
        conversation: str | None,
        kind: str,
        body: str,
        now: float,
        reply_to: str | None = None,
    ) -> str: ...


@dataclass(frozen=True)
class Number:
    """A phone as a request names it, with the clinic's number that would text it."""

    e164: str
    lookup: str
    ours: str


@dataclass(frozen=True)
class Request:
    """``messages`` are what is to be texted; ``said`` is the person's message that made the row.

    ``ending``: the last two digits of the number, where one was named.
    """

    id: str
    conversation: str
    clinic: str
    lookup: str | None
    state: str
    messages: tuple[str, ...]
    said: str
    ending: str | None
    at: float


@dataclass(frozen=True)
class Requests:
    engine: Engine
    sealer: Sealer
    ids: Ids
    outgoing: Outgoing

    # --- on the page --------------------------------------------------------------------------

    def ask(self, session: Session, messages: Sequence[str], said: str, now: float) -> None:
        """The number is asked for; what this conversation asked for before is dropped."""
        with self.engine.begin() as connection:
            self._close(connection, session.conversation)
            self._insert(connection, session, ASKED, messages, said, None, now)

    def send(
        self,
        session: Session,
        number: Number,
        text: str | None,
        messages: Sequence[str],
        said: str,
        now: float,
    ) -> bool:
        """Keep the text that asks this phone to confirm. False: the same message made it before.

        No ``text``, or too many of them already: a request that nothing comes of.
        """
        with self.engine.begin() as connection:
            lock(connection, number.lookup)
            newest = self._newest(connection, session.conversation)
            if newest and newest.said == said:
                return False
            self._close(connection, session.conversation)
            goes = text is not None and _invites(connection, number.lookup, now) < MOST_INVITES
            state = SENT if goes else DROPPED
            self._insert(connection, session, state, messages, said, number, now)
            if goes and text is not None:
                phone = self._phone(connection, session.clinic, number, now)
                put = self.outgoing.put
                put(connection, phone=phone, conversation=None, kind=INVITE, body=text, now=now)
        return True

    def drop(self, conversation: str, said: str | None = None) -> bool:
        """What is open of it is dropped. ``said``: the message that says so, to know it again."""
        with self.engine.begin() as connection:
            newest = self._newest(connection, conversation)
            if not self._close(connection, conversation) or newest is None:
                return False
            if said:
                body = self._body(newest.messages, said, newest.ending)
                this = text_requests.c.id == newest.id
                connection.execute(text_requests.update().where(this).values(body=body))
        return True

    def newest(self, conversation: str) -> Request | None:
        with self.engine.connect() as connection:
            return self._newest(connection, conversation)

    def numbers(self, conversation: str) -> frozenset[str]:
        """The phones that it has named, by their hash."""
        named = sa.select(text_requests.c.lookup).where(
            (text_requests.c.conversation_id == conversation) & text_requests.c.lookup.is_not(None)
        )
        with self.engine.connect() as connection:
            return frozenset(connection.scalars(named))

    # --- from the phone -----------------------------------------------------------------------

    def waiting(self, clinic: str, lookup: str, since: float) -> Request | None:
        """The newest request that this phone can still confirm."""
        mine = _of(clinic, lookup) & (text_requests.c.state == SENT) & (text_requests.c.at > since)
        return self._first(mine)

    def refuse(self, clinic: str, lookup: str) -> None:
        """The phone wants no texts: nothing that was asked for there can come of it any more."""
        sent = _of(clinic, lookup) & (text_requests.c.state == SENT)
        with self.engine.begin() as connection:
            connection.execute(
                text_requests.update().where(sent).values(state=REFUSED, number=None)
            )

    # --- rows ---------------------------------------------------------------------------------

    def _close(self, connection: Connection, conversation: str) -> int:
        is_open = (text_requests.c.conversation_id == conversation) & text_requests.c.state.in_(
            (ASKED, SENT)
        )
        dropped = text_requests.update().where(is_open).values(state=DROPPED, number=None)
        return int(connection.execute(dropped).rowcount)

    def _insert(
        self,
        connection: Connection,
        session: Session,
        state: str,
        messages: Sequence[str],
        said: str,
        number: Number | None,
        now: float,
    ) -> None:
        kept = number.e164 if number and state == SENT else None
        connection.execute(
            text_requests.insert().values(
                id=self.ids.next(now),
                conversation_id=session.conversation,
                clinic=session.clinic,
                lookup=number.lookup if number else None,
                number=self.sealer.seal(kept.encode()) if kept else None,
                body=self._body(messages, said, number.e164[-2:] if number else None),
                state=state,
                at=now,
            )
        )

    def _body(self, messages: Sequence[str], said: str, ending: str | None) -> bytes:
        body = {"messages": list(messages), "said": said, "ending": ending}
        return self.sealer.seal(json.dumps(body).encode())

    def _phone(self, connection: Connection, clinic: str, number: Number, now: float) -> str:
        """The row of the phone; of one that is known only the time is new, so that it is kept."""
        mine = (phones.c.clinic == clinic) & (phones.c.lookup == number.lookup)
        known = connection.scalar(sa.select(phones.c.id).where(mine))
        if known:
            connection.execute(phones.update().where(mine).values(last_at=now))
            return str(known)
        made = self.ids.next(now)
        connection.execute(
            phones.insert().values(
                id=made,
                clinic=clinic,
                lookup=number.lookup,
                number=self.sealer.seal(number.e164.encode()),
                ours=number.ours,
                created_at=now,
                last_at=now,
            )
        )
        return made

    def _first(self, where: Any) -> Request | None:
        with self.engine.connect() as connection:
            return self._read(connection, where)

    def _newest(self, connection: Connection, conversation: str) -> Request | None:
        return self._read(connection, text_requests.c.conversation_id == conversation)

    def _read(self, connection: Connection, where: Any) -> Request | None:
        query = sa.select(text_requests).where(where).order_by(text_requests.c.id.desc()).limit(1)
        row = connection.execute(query).one_or_none()
        if row is None:
            return None
        body = json.loads(self.sealer.open(row.body))
        return Request(
            id=row.id,
            conversation=row.conversation_id,
            clinic=row.clinic,
            lookup=row.lookup,
            state=row.state,
            messages=tuple(body["messages"]),
            said=body["said"],
            ending=body["ending"],
            at=row.at,
        )


def lock(connection: Connection, lookup: str) -> None:
    """One at a time for a phone, over all clinics and processes; it ends with the transaction."""
    if connection.dialect.name == "postgresql":
        key = int(lookup[:15], 16)
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _of(clinic: str, lookup: str) -> Any:
    return (text_requests.c.clinic == clinic) & (text_requests.c.lookup == lookup)


def _invites(connection: Connection, lookup: str, now: float) -> int:
    """Counted by the texts, which outlive a conversation that is erased to begin anew."""
    sent = (
        sa.select(sa.func.count())
        .select_from(texts.join(phones, phones.c.id == texts.c.phone_id))
        .where((phones.c.lookup == lookup) & (texts.c.kind == INVITE) & (texts.c.at > now - DAY))
    )
    return int(connection.scalar(sent) or 0)
