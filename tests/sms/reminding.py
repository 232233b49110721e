"""Somebody who texts and has agreed to it, with reminders, on an edge without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.conversation import Message, Session
from bot.sms.reminder_job import ReminderJob
from bot.sms.reminders import Reminders
from bot.store.tables import consents, messages, phones, reminders
from tests.bot.edge import Edge, ids

NUMBER = "+15125550100"
CHICAGO = "America/Chicago"


def instant(text: str, zone: str = CHICAGO) -> float:
    """2026-11-23 09:00 on the clocks of Chicago."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@dataclass
class Texter:
    edge: Edge
    number: str = NUMBER
    heard: list[Message] = field(default_factory=list)

    @classmethod
    async def begins(cls, edge: Edge, at: str = "2026-11-21 10:00", number: str = NUMBER) -> Texter:
        edge.clock.now = instant(at)
        edge.session = Session("d" * 32, "demo", "en", "sms")
        await edge.begin()
        texter = cls(edge, number)
        texter.has_a_phone()
        texter.agrees(True)
        return texter

    @property
    def reminders(self) -> Reminders:
        desk = self.edge.turn.reminders
        assert desk
        return desk.reminders

    @property
    def job(self) -> ReminderJob:
        return ReminderJob(self.reminders, self.edge.turn, self.edge.turn.reception)

    def has_a_phone(self) -> None:
        store = self.edge.record.store
        row = {
            "id": "p" * 32,
            "clinic": "demo",
            "lookup": "e" * 64,
            "number": store.sealer.seal(self.number.encode()),
            "ours": "+15005550006",
            "conversation_id": self.edge.session.conversation,
            "created_at": 0.0,
            "last_at": 0.0,
        }
        with store.engine.begin() as connection:
            connection.execute(phones.insert().values(**row))

    def agrees(self, agreed: bool) -> None:
        row = {
            "id": self.edge.turn.ids.next(self.edge.clock()),
            "clinic": "demo",
            "lookup": "e" * 64,
            "agreed": agreed,
            "how": "incoming",
            "words": "sms.first@2026-11-21",
            "at": self.edge.clock(),
        }
        with self.edge.record.store.engine.begin() as connection:
            connection.execute(consents.insert().values(**row))

    async def says(self, text: str | None = None, *, choice: str | None = None) -> list[str | None]:
        """What the bot says to it, less that it says again what it is after hours."""
        said = await self.edge.say(text, choice=choice)
        self.heard = [one for one in said if one.message != "disclosure.again"]
        return ids(self.heard)

    async def agrees_to(self, **wanted: Any) -> list[str | None]:
        """The dialogue ends with this wish; what the bot says to it."""
        self.edge.engine.drafts = [{"message": "reminder.set", **wanted}]
        return await self.says("yes please")

    async def wants_visit(self, starts: str, lead: str = "day") -> list[str | None]:
        return await self.agrees_to(kind="visit", starts=starts, lead=lead)

    async def wants_asking(self, listing: int, name: str) -> list[str | None]:
        return await self.agrees_to(kind="reached", listing=listing, name=name)

    async def at(self, when: str) -> list[str | None]:
        """The clock goes on to then, and the job looks once; what it said."""
        self.edge.clock.now = instant(when)
        before = {message.id for message in await self.edge.kept()}
        await self.job.look()
        self.heard = [one for one in await self.edge.kept() if one.id not in before]
        return ids(self.heard)

    def states(self) -> list[str]:
        with self.edge.record.store.engine.connect() as connection:
            query = sa.select(reminders.c.state).order_by(reminders.c.id)
            return list(connection.scalars(query))

    def due(self, n: int = 0) -> datetime:
        """When the n-th is due, on the clocks of Chicago."""
        with self.edge.record.store.engine.connect() as connection:
            at = list(connection.scalars(sa.select(reminders.c.at).order_by(reminders.c.id)))[n]
        return datetime.fromtimestamp(at, ZoneInfo(CHICAGO)).replace(tzinfo=None)

    def to_be_texted(self) -> int:
        with self.edge.record.store.engine.connect() as connection:
            unsent = sa.select(sa.func.count()).where(messages.c.state == "unsent")
            return int(connection.scalar(unsent))
