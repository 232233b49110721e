"""Somebody who asks for a person, and the staff who may answer, on an edge without a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.conversation import Message, Session
from bot.handoff.handoff import Answerer, Handoff
from bot.staff.accounts import Accounts, Person
from tests.bot.edge import Edge, ids
from tests.e2e.words import label

MINUTE = 60.0
HOURS = {"timezone": "America/Chicago", "weekly": {"monday": ["09:00-17:00"]}}


@dataclass
class Visit:
    edge: Edge
    heard: list[Message] = field(default_factory=list)

    async def say(self, text: str) -> list[str | None]:
        """The ids of what the bot says to it."""
        self.heard = await self.edge.say(text)
        return ids(self.heard)

    async def tap(self, choice: str) -> list[str | None]:
        """Tap a choice of what was said last, by its id in the catalogue."""
        wanted = label(choice, self.edge.session.language)
        for message in reversed(self.heard):
            for n, offer in enumerate(message.offers):
                if offer.label == wanted:
                    self.heard = await self.edge.say(choice=f"{message.id}-{n}")
                    return ids(self.heard)
        raise AssertionError(f"{wanted!r} was not offered by {ids(self.heard)}")

    async def waits(self, *before: str) -> Handoff:
        """In line, having shown the chat."""
        await self.edge.begin()
        for text in before:
            await self.say(text)
        await self.say("can i talk to a real person")
        await self.tap("handoff.share_chat")
        return await self.handoff()

    async def handoff(self) -> Handoff:
        found = await self.edge.turn.reception.open_of(self.edge.session.conversation)
        assert found is not None
        return found

    def another(self, n: int) -> Visit:
        """Somebody else on the same edge."""
        self.edge.session = Session(f"{n:032x}", "demo", "en")
        return Visit(self.edge)

    def member(self, name: str, title: str = "care coordinator") -> Answerer:
        """A member of staff with an account."""
        email = f"{name.lower()}@clinic.example.org"
        person = Person(email, name, title, "staff", frozenset({"demo"}))
        account = Accounts(self.edge.record.store.engine).add(person, self.edge.clock())
        return Answerer(account.id, name, title)

    def later(self, minutes: float) -> None:
        self.edge.clock.now += minutes * MINUTE

    async def told(self) -> list[str | None]:
        """Everything that the bot ever said here."""
        return ids([m for m in await self.edge.kept() if m.sender == "bot"])


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages]
