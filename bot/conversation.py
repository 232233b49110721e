"""The values that a turn works on: who is talking, what was said, what is answered."""

from __future__ import annotations

import itertools
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from guardrails.release import Offer, Released


@dataclass(frozen=True)
class Session:
    """One conversation, at one clinic; a token proves it. ``channel``: web | sms."""

    conversation: str
    clinic: str
    language: str
    channel: str = "web"


@dataclass(frozen=True)
class Said:
    """What a person sent: typed ``text``, or a ``choice`` that we issued. Exactly one is set."""

    client_id: str
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Message:
    """One message of a conversation, from anybody. ``at`` is unix seconds.

    ``message`` is the catalogue id of a bot's message. ``offers`` are its choices; the n-th is
    issued to the person as ``<id>-<n>``. ``offer`` is what a person's tapped choice does.
    ``author`` says which person of the clinic wrote it, with their role.
    """

    id: str
    sender: str
    kind: str
    text: str
    at: float
    message: str | None = None
    offers: tuple[Offer, ...] = ()
    offer: Offer | None = None
    cards: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[Mapping[str, str], ...] = ()
    reviewed_on: str | None = None
    print: bool = False
    glossary: tuple[Mapping[str, str], ...] = ()
    author: str | None = None

    def offer_of(self, choice: str) -> Offer | None:
        """The choice that was issued as ``choice``, if this message issued it."""
        for n, offer in enumerate(self.offers):
            if choice == f"{self.id}-{n}":
                return offer
        return None

    def public(self) -> dict[str, Any]:
        """The message as the chat API gives it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "from": self.sender,
            "kind": self.kind,
            "text": self.text,
            "choices": [
                {"id": f"{self.id}-{n}", "label": offer.label}
                for n, offer in enumerate(self.offers)
            ],
            "cards": list(self.cards),
            "at": self.at,
        }
        if self.sources:
            shown["sources"] = list(self.sources)
            shown["reviewed_on"] = self.reviewed_on
        if self.print:
            shown["print"] = True
        if self.glossary:
            shown["glossary"] = list(self.glossary)
        if self.author:
            shown["author"] = self.author
        return shown

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> Message:
        offers = tuple(Offer(**offer) for offer in stored["offers"])
        offer = Offer(**stored["offer"]) if stored["offer"] else None
        message = cls(**{**stored, "offers": offers, "offer": offer})
        return replace(
            message,
            cards=tuple(message.cards),
            sources=tuple(message.sources),
            glossary=tuple(message.glossary),
        )


def bot_message(released: Released, id: str, at: float) -> Message:
    """A released draft as a message of the conversation."""
    return Message(
        id=id,
        sender="bot",
        kind=released.kind,
        text=released.text,
        at=at,
        message=released.message,
        offers=released.choices,
        cards=released.cards,
        sources=tuple(asdict(source) for source in released.sources),
        reviewed_on=released.reviewed_on,
        print=released.print,
        glossary=tuple(asdict(explained) for explained in released.glossary),
    )


@dataclass
class Ids:
    """Message ids that sort in time: 12 hex digits of milliseconds, 4 of a counter, 8 random."""

    _last: int = 0
    _count: Any = field(default_factory=itertools.count)

    def next(self, now: float | None = None) -> str:
        stamp = max(int((time.time() if now is None else now) * 1000), self._last)
        if stamp > self._last:
            self._count = itertools.count()
        self._last = stamp
        return f"{stamp:012x}{next(self._count):04x}{secrets.token_hex(4)}"
