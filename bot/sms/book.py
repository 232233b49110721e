"""Who texts with whom, and which messages of a conversation have yet to become texts.

A message for somebody who texts is kept as ``unsent`` by whoever says it. Here it becomes a text:
the messages are done and the text is in the outbox, in one transaction, so that of any number of
processes one makes it, and a crash loses none. Blocking; raises
``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.conversation import Ids, Message, Session
from bot.sms.outbox import Outbox
from bot.sms.render import Rendered
from bot.sms.values import Phone
from bot.store.conversations import Store
from bot.store.crypto import Unsealable
from bot.store.tables import conversations, messages, phones, texts_in

Given = tuple[str, str]
"""A text's words, and its id."""
_ANSWERED = ("reply", "staff")
"""Kinds of texts after which a number is no answer to an older one: staff may have asked for it."""


@dataclass(frozen=True)
class Letter:
    """What is to be texted: parts[0] now (all of them when ``whole``), the others for MORE.

    ``done`` are the unsent messages that it holds; ``new`` are messages made for it.
    """

    rendered: Rendered
    kind: str
    done: tuple[str, ...] = ()
    new: tuple[Message, ...] = ()
    introduces: bool = False
    whole: bool = False

    @property
    def newest(self) -> str | None:
        return max((*self.done, *(message.id for message in self.new)), default=None)


@dataclass(frozen=True)
class Book:
    engine: Engine
    store: Store
    outbox: Outbox
    ids: Ids = field(default_factory=Ids)

    # --- what came ----------------------------------------------------------------------------

    def seen(self, sid: str) -> float | None:
        """When this text was taken, unix seconds; None: it is new."""
        with self.engine.connect() as connection:
            found = connection.scalar(sa.select(texts_in.c.at).where(texts_in.c.sid == sid))
        return None if found is None else float(found)

    def took(self, sid: str, phone: str | None, now: float) -> None:
        """It has been dealt with. Again is harmless."""
        try:
            with self.engine.begin() as connection:
                there = sa.select(phones.c.id).where(phones.c.id == phone)
                kept = phone if phone and connection.scalar(there) else None
                connection.execute(texts_in.insert().values(sid=sid, phone_id=kept, at=now))
        except IntegrityError:
            return

    # --- phones -------------------------------------------------------------------------------

    def of(self, clinic: str, lookup: str) -> tuple[Phone, Session | None] | None:
        """The phone, and its conversation if it has one."""
        where = (phones.c.clinic == clinic) & (phones.c.lookup == lookup)
        return self._phone(where)

    def of_conversation(self, conversation: str) -> tuple[Phone, Session | None] | None:
        return self._phone(phones.c.conversation_id == conversation)

    def _phone(self, where: Any) -> tuple[Phone, Session | None] | None:
        language = conversations.c.language
        query = sa.select(phones, language).outerjoin(
            conversations, conversations.c.id == phones.c.conversation_id
        )
        with self.engine.connect() as connection:
            row = connection.execute(query.where(where)).first()
        if row is None:
            return None
        more = json.loads(self.store.sealer.open(row.more)) if row.more else ()
        phone = Phone(
            id=row.id,
            clinic=row.clinic,
            lookup=row.lookup,
            number=self.store.sealer.open(row.number).decode(),
            ours=row.ours,
            conversation=row.conversation_id,
            introduced_at=row.introduced_at,
            asked=row.asked,
            more=tuple(more),
            last_at=row.last_at,
        )
        if row.conversation_id is None or row.language is None:
            return phone, None
        return phone, Session(row.conversation_id, row.clinic, row.language, "sms")

    def open(self, session: Session, lookup: str, number: str, ours: str, now: float) -> None:
        """Begin this conversation with the phone, in place of one that is gone. When another
        process was first, its conversation stays: read it again."""
        try:
            with self.engine.begin() as connection:
                self.store.open(connection, session, now)
                self._link(connection, session, lookup, number, ours, now)
        except IntegrityError:
            return

    def _link(
        self,
        connection: Connection,
        session: Session,
        lookup: str,
        number: str,
        ours: str,
        now: float,
    ) -> None:
        this = (phones.c.clinic == session.clinic) & (phones.c.lookup == lookup)
        fresh = {
            "conversation_id": session.conversation,
            "introduced_at": None,
            "asked": None,
            "more": None,
            "ours": ours,
            "last_at": now,
        }
        vacant = this & phones.c.conversation_id.is_(None)
        if connection.execute(phones.update().where(vacant).values(**fresh)).rowcount:
            return
        connection.execute(
            phones.insert().values(
                id=self.ids.next(now),
                clinic=session.clinic,
                lookup=lookup,
                number=self.store.sealer.seal(number.encode()),
                created_at=now,
                **fresh,
            )
        )

    def came(self, phone: str, ours: str, now: float) -> None:
        """A text of theirs came to this number of the clinic's: answers go out from there."""
        with self.engine.begin() as connection:
            this = phones.update().where(phones.c.id == phone)
            connection.execute(this.values(ours=ours, last_at=now))

    # --- what is to be texted -----------------------------------------------------------------

    def waiting(self, limit: int = 200) -> list[str]:
        """Conversations with messages that have yet to become texts, longest waiting first."""
        query = (
            sa.select(messages.c.conversation_id)
            .where(messages.c.state == "unsent")
            .group_by(messages.c.conversation_id)
            .order_by(sa.func.min(messages.c.id))
            .limit(limit)
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def unsent(self, conversation: str) -> list[Message]:
        """Its messages that have yet to become texts, oldest first. One that none of our keys
        opens is given up, so that the others go on."""
        where = (messages.c.conversation_id == conversation) & (messages.c.state == "unsent")
        query = sa.select(messages.c.id, messages.c.body).where(where).order_by(messages.c.id)
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
        found = []
        for row in rows:
            try:
                body = json.loads(self.store.sealer.open(row.body))
            except Unsealable:
                self.let_go([row.id])
                continue
            found.append(Message.from_dict(body))
        return found

    def let_go(self, ids: Sequence[str]) -> None:
        """These messages will be no texts: there is no phone, or nothing may be sent to it."""
        with self.engine.begin() as connection:
            self._done(connection, ids)

    def _done(self, connection: Connection, ids: Sequence[str]) -> int:
        these = messages.c.id.in_(ids) & (messages.c.state == "unsent")
        done = connection.execute(messages.update().where(these).values(state="done"))
        return int(done.rowcount)

    def post(
        self, phone: Phone, session: Session, letter: Letter, now: float, reply_to: str | None
    ) -> list[Given]:
        """Put it in the outbox; [] when another process has done so. ``reply_to`` is the text of
        theirs that it is the answer to: it is given there, and not sent."""
        put: list[Given] = []
        try:
            with self.engine.begin() as connection:
                if self._done(connection, letter.done) != len(letter.done):
                    raise _TakenMeanwhile
                self.store.insert_texted(connection, session.conversation, letter.new)
                n = len(letter.rendered.parts) if letter.whole else 1
                for body in letter.rendered.parts[:n]:
                    made = self.outbox.put(
                        connection,
                        phone=phone.id,
                        conversation=session.conversation,
                        kind=letter.kind,
                        body=body,
                        now=now,
                        reply_to=reply_to,
                        message=letter.newest,
                    )
                    put.append((body, made))
                self._remember(connection, phone, letter, letter.rendered.parts[n:], now)
        except _TakenMeanwhile:
            return []
        return put

    def _remember(
        self,
        connection: Connection,
        phone: Phone,
        letter: Letter,
        more: Sequence[str],
        now: float,
    ) -> None:
        values: dict[str, Any] = {"last_at": now}
        if letter.rendered.asked or letter.kind in _ANSWERED:
            values["asked"] = letter.rendered.asked
            values["more"] = self._seal(list(more)) if more else None
        if letter.introduces:
            values["introduced_at"] = now
        connection.execute(phones.update().where(phones.c.id == phone.id).values(**values))

    def more(self, phone: Phone, session: Session, sid: str, now: float) -> list[Given]:
        """The next part of what was too long for one text; [] when there is none, or when another
        MORE has just been given it."""
        if not phone.more:
            return []
        rest = phone.more[1:]
        with self.engine.begin() as connection:
            before = connection.scalar(sa.select(phones.c.more).where(phones.c.id == phone.id))
            if before is None or self._opened(before) != phone.more:
                return []
            as_read = (phones.c.id == phone.id) & (phones.c.more == before)
            taken = phones.update().where(as_read)
            values = {"more": self._seal(list(rest)) if rest else None, "last_at": now}
            if not connection.execute(taken.values(**values)).rowcount:
                return []
            made = self.outbox.put(
                connection,
                phone=phone.id,
                conversation=session.conversation,
                kind="reply",
                body=phone.more[0],
                now=now,
                reply_to=sid,
            )
        return [(phone.more[0], made)]

    def _seal(self, value: Any) -> bytes:
        return self.store.sealer.seal(json.dumps(value, ensure_ascii=False).encode())

    def _opened(self, sealed: bytes) -> tuple[str, ...]:
        return tuple(json.loads(self.store.sealer.open(sealed)))


class _TakenMeanwhile(Exception):
    """Another process made a text of it: this transaction does nothing."""
