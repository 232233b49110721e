"""A clinic that shows the chat, as its file (`bot/clinic_file.py`) and its admin describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bot.colours import Colours
from bot.handoff.hours import Hours

DEMO = "demo"
"""The key of the clinic of a fresh clone."""


@dataclass(frozen=True)
class HandoffWay:
    """Where a person who asks for a person is brought.

    Secrets are named, never held: ``*_env`` is the name of an environment variable.
    """

    to: str
    """staff (our own pages) | webhook | chatwoot | phone (a text to whoever is on call)"""
    reply_hours: int = 24
    """Within how many hours a message left out of hours is answered; people are told so."""
    unanswered_minutes: int = 30
    """How long somebody waits before we say that nobody has come."""
    webhook_url: str | None = None
    webhook_secret_env: str | None = None
    chatwoot_url: str | None = None
    chatwoot_inbox: str | None = None
    """The identifier of an inbox of Chatwoot's API channel."""
    chatwoot_secret_env: str | None = None
    phone: str | None = None
    """Who is on call, and below it the number of the Twilio account that the text comes from."""
    phone_from: str | None = None
    bridge: bool = False
    """Whether the on-call phone takes people and answers them by text, too."""
    phone_name: str | None = None
    """Whom people then hear from: a first name, and below it what they do."""
    phone_title: str | None = None


@dataclass(frozen=True)
class Texts:
    """How a clinic is texted with: its numbers (E.164), or a Twilio messaging service (MG...), or
    both. ``languages`` are those of numbers that speak another language than the clinic's first."""

    numbers: tuple[str, ...] = ()
    service: str | None = None
    languages: Mapping[str, str] = field(default_factory=dict)

    @property
    def ours(self) -> str:
        """Where we text from when the person has not texted us first."""
        return self.service or self.numbers[0]


@dataclass(frozen=True)
class Clinic:
    """One clinic. ``origins`` are the other web sites that may show its chat; empty means none."""

    key: str
    name: str
    country: str
    languages: tuple[str, ...]
    origins: tuple[str, ...]
    retention_days: int
    """Days that a conversation is kept after its last message; 0: gone when it ends."""
    state: str | None = None
    phone: str | None = None
    colours: Colours | None = None
    greeting: Mapping[str, str] = field(default_factory=dict)
    """The clinic's own first words, by language; may lack some, or all."""
    providers: str = "all"
    """Whom a search finds: all | ours_first | only_ours"""
    provider_source: str | None = None
    """The clinic's own list, by the name of its source in the directory."""
    hours: Hours | None = None
    """When people can be reached; None: not told, so never said."""
    handoff: HandoffWay | None = None
    """None: no hand-off, only phone numbers."""
    pages: Mapping[str, str] = field(default_factory=dict)
    """What a page of the clinic's site is about: a path to a topic (bot/topics.py)."""
    texts: Texts | None = None
    """None: the clinic is not reached by text."""
    leave_url: str | None = None
    """Where "leave quickly" leads."""

    def public(self) -> dict[str, Any]:
        """What everybody may know: what the chat needs to look like the clinic's."""
        return {
            "key": self.key,
            "name": self.name,
            "colours": asdict(self.colours) if self.colours else None,
            "languages": list(self.languages),
            "greeting": dict(self.greeting),
            **({"leave_url": self.leave_url} if self.leave_url else {}),
        }
