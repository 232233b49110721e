"""The values of a hand-off: what is asked for, who answers, what was agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.handoff.states import State

OUTCOMES = ("answered", "booked", "referred", "called_back", "left", "other")
"""What staff may say came of it. They tell of the work, never of the person."""
LIVE, MESSAGE = "live", "message"
NO_TEXTS = "no_texts"
"""The outcome when the person asked for no more texts: none of ours reaches them any more."""


@dataclass(frozen=True)
class Answerer:
    """Who answers: a member of staff, or an agent of an outside inbox (then ``id`` is None).

    ``name`` is the first name, and ``title`` the role, that the person is told.
    """

    id: str | None
    name: str
    title: str

    @property
    def author(self) -> str:
        return f"{self.name}, {self.title}" if self.title else self.name


@dataclass(frozen=True)
class Note:
    """A private note of staff. ``at`` is unix seconds."""

    id: str
    staff_id: str
    words: str
    at: float


@dataclass(frozen=True)
class Handoff:
    """One hand-off, its note unsealed. Times are unix seconds.

    ``shares`` is what the person agreed to show: the whole "chat", or a "note" only; ``substance``
    whether that may hold words about alcohol or drugs (42 CFR Part 2). Staff may see every message
    with an id greater than ``since``: it was said to them.
    """

    id: str
    conversation: str
    clinic: str
    channel: str
    language: str
    kind: str
    state: State
    step: str | None
    shares: str | None
    substance: bool
    note: str | None
    since: str
    staff_id: str | None
    staff_name: str | None
    staff_title: str | None
    asked_at: float
    waiting_at: float | None
    claimed_at: float | None
    active_at: float | None
    ended_at: float | None
    told: int
    lines_at: float | None
    seen_at: float | None
    ended_by: str | None
    outcome: str | None

    @property
    def live(self) -> bool:
        return self.kind == LIVE

    @property
    def alerted(self) -> bool:
        """Crisis lines were shown to the person, and no member of staff has looked since."""
        return self.lines_at is not None and (self.seen_at or 0.0) < self.lines_at

    @property
    def by_text(self) -> bool:
        return self.channel == "sms"

    @property
    def dropped_out(self) -> bool:
        return self.outcome == NO_TEXTS

    @property
    def unnoticed(self) -> bool:
        """The person dropped out, and no member of staff has looked since."""
        return self.dropped_out and (self.seen_at or 0.0) < (self.ended_at or 0.0)

    def public(self, ahead: int | None) -> dict[str, Any]:
        """As the chat API gives it."""
        return {
            "state": str(self.state),
            "kind": self.kind,
            "ahead": ahead,
            "name": self.staff_name,
            "title": self.staff_title,
        }
