"""Phones, an outbox and its senders on a database of their own, a small Twilio, and our clock."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from bot.sms.outbox import Outbox, OutText
from bot.sms.sender import Sender
from bot.store.crypto import Sealer
from bot.store.database import open_engine
from bot.store.record import StoreDown
from bot.store.tables import conversations, phones, texts
from tests.sms.twilio_model import Twilio

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
START = 1_790_000_000.0
OURS = "+15125550100"
NUMBERS = tuple(f"+1500555{n:04d}" for n in range(6, 10))


class Inline:
    """The store without threads: many plays are many calls."""

    async def call(self, work: Any, *args: Any, limit: float = 0, **kw: Any) -> Any:
        try:
            return work(*args, **kw)
        except (SQLAlchemyError, OSError) as error:
            raise StoreDown(type(error).__name__) from None


@dataclass
class Wishes:
    """Who wants no texts: (clinic, lookup)."""

    none_for: set[tuple[str, str]] = field(default_factory=set)
    asked: int = 0
    nobody_agreed: bool = False

    def may_text(self, clinic: str, lookup: str) -> bool:
        self.asked += 1
        return (clinic, lookup) not in self.none_for and not self.nobody_agreed

    def opted_out(self, clinic: str, lookup: str) -> bool:
        return (clinic, lookup) in self.none_for


class Outgoing:
    def __init__(self, url: str) -> None:
        self.at = START
        self.engine = open_engine(url)
        self.sealer = Sealer([KEY])
        self.wishes = Wishes()
        self.opted_out: list[tuple[str, str, str]] = []
        self.twilio = Twilio(self.now)
        self.outbox = Outbox(self.engine, self.sealer)
        self.senders = [self.new_sender(), self.new_sender()]

    def now(self) -> float:
        return self.at

    def new_sender(self, outbox: Any = None) -> Sender:
        async def on_opted_out(clinic: str, lookup: str, how: str) -> None:
            self.opted_out.append((clinic, lookup, how))
            self.wishes.none_for.add((clinic, lookup))

        return Sender(
            Inline(),  # type: ignore[arg-type]
            outbox or self.outbox,
            self.twilio,
            self.wishes,
            on_opted_out,
            self.now,
            spread=lambda: 1.0,
        )

    def empty(self) -> None:
        with self.engine.begin() as connection:
            for table in (texts, phones, conversations):
                connection.execute(table.delete())
            for n, number in enumerate(NUMBERS):
                row = {
                    "id": f"phone{n}",
                    "clinic": "demo",
                    "lookup": f"{n:064x}",
                    "number": self.sealer.seal(number.encode()),
                    "ours": OURS,
                    "created_at": self.at,
                    "last_at": self.at,
                }
                connection.execute(phones.insert().values(**row))
        self.twilio.kept.clear()
        self.twilio.moods.clear()

    def close(self) -> None:
        self.engine.dispose()

    # --- what is done -----------------------------------------------------------------------------

    def put(
        self, body: str, phone: int = 0, kind: str = "reply", reply_to: str | None = None
    ) -> str:
        with self.engine.begin() as connection:
            return self.outbox.put(
                connection,
                phone=f"phone{phone}",
                conversation=None,
                kind=kind,
                body=body,
                now=self.at,
                reply_to=reply_to,
            )

    def arrives(self, text: str) -> str:
        """What was given in an answer reaches Twilio; its sid."""
        row = self.row(text)
        to = NUMBERS[int(row.phone_id[-1])]
        body = self.sealer.open(row.body).decode()
        return self.twilio.take(to, OURS, body, text, direction="outbound-reply").sid

    async def round(self, sender: int | Sender = 0) -> int:
        """One look at what is due, to its end; how many were tried."""
        one = self.senders[sender] if isinstance(sender, int) else sender
        return len(await asyncio.gather(*await one.start()))

    async def rounds(self) -> None:
        while await self.round():
            pass

    async def later(self, seconds: float) -> None:
        self.at += seconds
        await self.rounds()

    async def settle(self) -> None:
        """Until nothing of ours waits any more."""
        while (due := self.next_due()) is not None:
            self.at = max(due, self.at)
            if not await self.round():
                self.at += 5  # what is due waits for an earlier one that is not

    def hears(self, sid: str, status: str, text: str | None, error: int | None = None) -> bool:
        return self.outbox.heard(text=text, sid=sid, status=status, error=error, now=self.at)

    # --- what there is ----------------------------------------------------------------------------

    def row(self, text: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(texts.select().where(texts.c.id == text)).one()

    def state(self, text: str) -> str:
        return str(self.row(text).state)

    def rows(self) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(texts.select().order_by(texts.c.id)))

    def next_due(self) -> float | None:
        ours = texts.c.state.in_(["given", "waiting", "sending"]) & texts.c.sid.is_(None)
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.min(texts.c.next_at)).where(ours))

    def sent(self, phone: int = 0) -> list[str]:
        """The words that are at Twilio for a phone, as they came."""
        return [made.body for made in self.twilio.kept if made.to == NUMBERS[phone]]

    def due(self, limit: int = 20) -> list[OutText]:
        return self.outbox.due(self.at, limit)
