"""What of a message Rasa answers besides, after screening answered: whatever a teenager says, and
the questions that stand beside one about the bot."""

from __future__ import annotations

from bot.engine.several import requests
from bot.handoff.person import TEEN
from guardrails.screen import Screener
from guardrails.types import Outcome, Screening

ABOUT_US = frozenset({Outcome.PRIVACY, Outcome.IDENTITY})


def left_over(text: str, language: str, screening: Screening, screener: Screener) -> str | None:
    """The words that are left of ``text``, screened as ``screening``; None: nothing is."""
    if screening.reply == TEEN:
        return text
    if screening.outcome not in ABOUT_US:
        return None
    parts = [part.text for part in requests(text)]
    left = [one for one in parts if screener.screen(one, language).outcome is Outcome.NONE]
    return " ".join(left) or None


__all__ = ["left_over"]
