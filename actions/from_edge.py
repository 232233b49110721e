"""What the edge says beside each message: whose chat it is, and on what channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Tracker


def from_edge(tracker: Tracker) -> dict[str, Any]:
    """As `bot/engine/client.py` sends it with the latest message."""
    said: dict[str, Any] = next(
        (e for e in reversed(tracker.events) if e.get("event") == "user"), {}
    )
    return said.get("metadata") or {}


def by_text(tracker: Tracker) -> bool:
    """Whether the person is texting."""
    return from_edge(tracker).get("channel") == "sms"


def local_time(tracker: Tracker) -> datetime | None:
    """What the clock showed where the clinic is when the person wrote; None when not known."""
    told = from_edge(tracker).get("local_time")
    return datetime.fromisoformat(told) if isinstance(told, str) else None


def may_remind(tracker: Tracker) -> bool:
    """Whether a reminder can be texted here: with no time zone we would not know the night."""
    return by_text(tracker) and local_time(tracker) is not None


def listing_asked_about(tracker: Tracker, question: str) -> int | None:
    """The listing that the bot's last message was about, if it was this question."""
    told = from_edge(tracker)
    about = str(told.get("about", ""))
    return int(about) if told.get("last") == question and about.isdigit() else None
