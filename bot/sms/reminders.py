"""What people asked to be texted later: rows that outlive every process.

A row goes from waiting to sent in the transaction that keeps its message, by one conditional
UPDATE: of many processes exactly one sends it, and a crash either leaves it waiting or has its
message kept. Blocking; raises ``sqlalchemy.exc.SQLAlchemyError``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.conversation import Ids, Message, Session
from bot.sms.numbers import timezones
from bot.store.conversations import Store
from bot.store.crypto import Sealer, Unsealable
from bot.store.tables import consents, conversations, phones, reminders

VISIT, REACHED = "visit", "reached"
WAITING, SENT, CANCELLED, MISSED = "waiting", "sent", "cancelled", "missed"
MOST = 2
"""Reminders that may wait in one conversation."""
BATCH = 50
_SAME = {VISIT: "starts", REACHED: "listing"}
"""What two reminders of a kind have in common when they are one."""


class Kept(Enum):
    """What became of a wish: it waits, it waited already, it was sent before, too many wait."""

    NEW = "new"
    WAITS = "waits"
    BEFORE = "before"
    ENOUGH = "enough"


@dataclass(frozen=True)
class Reminder:
    """One that is due. ``number`` None: no phone of theirs is known any more."""

    id: str
    session: Session
    kind: str
    timezone: str
    body: Mapping[str, Any]
    at: float
    number: str | None
    may_text: bool


@dataclass(frozen=True)
class Reminders:
    engine: Engine
    sealer: Sealer
    ids: Ids = field(default_factory=Ids)

    # --- in and out again ---------------------------------------------------------------------

    def add(
        self,
        conversation: str,
        kind: str,
        timezone: str,
        body: Mapping[str, Any],
        at: float,
        now: float,
    ) -> tuple[Kept, float]:
        """Keep a wish, once; what became of it, and when it is due."""
        with self.engine.begin() as connection:
            self._lock(connection, conversation)
            rows = self._of(connection, conversation)
            same = [row for row in rows if self._is_same(row, kind, body)]
            for row in same:
                if row.state == WAITING:
                    return Kept.WAITS, row.at
            if kind == REACHED and any(row.state != CANCELLED for row in same):
                return Kept.BEFORE, at
            if sum(row.state == WAITING for row in rows) >= MOST:
                return Kept.ENOUGH, at
            connection.execute(
                reminders.insert().values(
                    id=self.ids.next(now),
                    conversation_id=conversation,
                    kind=kind,
                    timezone=timezone,
                    body=self.sealer.seal(json.dumps(body, ensure_ascii=False).encode()),
                    state=WAITING,
                    at=at,
                    agreed_at=now,
                )
            )
        return Kept.NEW, at

    def cancel(self, conversation: str) -> int:
        """Drop what waits; how many."""
        this = (reminders.c.conversation_id == conversation) & (reminders.c.state == WAITING)
        with self.engine.begin() as connection:
            dropped = connection.execute(reminders.update().where(this).values(state=CANCELLED))
        return int(dropped.rowcount)

    def ever(self, conversation: str) -> bool:
        """Whether any was ever asked for."""
        with self.engine.connect() as connection:
            return bool(self._of(connection, conversation))

    def number(self, conversation: str) -> str | None:
        """The phone of the conversation."""
        query = sa.select(phones.c.number).where(phones.c.conversation_id == conversation)
        with self.engine.connect() as connection:
            sealed = connection.scalar(query.limit(1))
        return None if sealed is None else self.sealer.open(sealed).decode()

    # --- what is due --------------------------------------------------------------------------

    def due(self, now: float) -> list[Reminder]:
        """Those whose time has come, oldest first. One that no key of ours opens is given up."""
        query = (
            sa.select(
                reminders,
                conversations.c.clinic,
                conversations.c.language,
                conversations.c.channel,
                phones.c.number,
                phones.c.lookup,
            )
            .join_from(reminders, conversations)
            .join(phones, phones.c.conversation_id == conversations.c.id, isouter=True)
            .where((reminders.c.state == WAITING) & (reminders.c.at <= now))
            .order_by(reminders.c.at, reminders.c.id)
            .limit(BATCH)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(query).all()
            agreed = {row.id: self._may_text(connection, row.clinic, row.lookup) for row in rows}
        opened = (self._opened(row, agreed[row.id]) for row in rows)
        return [one for one in opened if one]

    def send(self, due: Reminder, messages: Sequence[Message]) -> bool:
        """Take it and keep its messages, in one transaction. False: another process has it, it was
        cancelled meanwhile, or the person wants no texts."""
        store = Store(self.engine, self.sealer)
        with self.engine.begin() as connection:
            if not connection.execute(_as_read(due).values(state=SENT)).rowcount:
                return False
            if not self._agrees(connection, due.session.conversation):
                this = reminders.c.id == due.id
                connection.execute(reminders.update().where(this).values(state=CANCELLED))
                return False
            store.insert_sent(connection, due.session.conversation, messages)
        return True

    def put_off(self, due: Reminder, at: float) -> None:
        """To a later time, such as the end of the night."""
        with self.engine.begin() as connection:
            connection.execute(_as_read(due).values(at=at))

    def settle(self, due: Reminder, state: str) -> None:
        """It will not be sent."""
        with self.engine.begin() as connection:
            connection.execute(_as_read(due).values(state=state))

    # --- parts --------------------------------------------------------------------------------

    def _lock(self, connection: Connection, conversation: str) -> None:
        """Two wishes of one conversation are taken one after the other."""
        this = conversations.update().where(conversations.c.id == conversation)
        connection.execute(this.values(last_seen_at=conversations.c.last_seen_at))

    def _of(self, connection: Connection, conversation: str) -> list[Any]:
        query = sa.select(reminders).where(reminders.c.conversation_id == conversation)
        return list(connection.execute(query.order_by(reminders.c.id)))

    def _is_same(self, row: Any, kind: str, body: Mapping[str, Any]) -> bool:
        if row.kind != kind:
            return False
        try:
            return bool(json.loads(self.sealer.open(row.body))[_SAME[kind]] == body[_SAME[kind]])
        except Unsealable:
            return False

    def _agrees(self, connection: Connection, conversation: str) -> bool:
        query = sa.select(phones.c.clinic, phones.c.lookup)
        row = connection.execute(query.where(phones.c.conversation_id == conversation)).first()
        return row is not None and self._may_text(connection, row.clinic, row.lookup)

    def _may_text(self, connection: Connection, clinic: str, lookup: str | None) -> bool:
        """By the newest word on it (`bot/sms/consent.py`); none is a no."""
        of_phone = (consents.c.clinic == clinic) & (consents.c.lookup == lookup)
        newest = sa.select(consents.c.agreed).where(of_phone).order_by(consents.c.id.desc())
        return bool(lookup and connection.scalar(newest.limit(1)))

    def _opened(self, row: Any, may_text: bool) -> Reminder | None:
        session = Session(row.conversation_id, row.clinic, row.language, row.channel)
        known = Reminder(row.id, session, row.kind, row.timezone, {}, row.at, None, may_text)
        try:
            body = json.loads(self.sealer.open(row.body))
            number = self.sealer.open(row.number).decode() if row.number else None
        except Unsealable:
            self.settle(known, MISSED)
            return None
        return Reminder(row.id, session, row.kind, row.timezone, body, row.at, number, may_text)


def zones_of_number(number: str | None) -> tuple[str, ...]:
    """The time zones that the number may be in; () when there is none, or it does not say."""
    return timezones(number) if number else ()


def _as_read(due: Reminder) -> Any:
    """It, if it still waits for the time that was read."""
    as_read = (reminders.c.id == due.id) & (reminders.c.at == due.at)
    return reminders.update().where(as_read & (reminders.c.state == WAITING))
