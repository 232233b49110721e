"""What staff may see of a conversation: what the person agreed to show, and nothing else (R13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import Message
from bot.handoff.handoff import Handoff
from guardrails.substances import Substances

LEFT_OUT = "left_out"
"""The kind of a message that is there but not shown; it has no text, choices or cards."""


def consented(handoff: Handoff, kept: Sequence[Message], substances: Substances) -> list[Message]:
    """Of the messages of a conversation, oldest first.

    What was said after the person agreed was said to staff. What came before is shown when they
    chose to show the chat; then words about alcohol or drugs, and the bot's answers to them, only
    with a consent of their own (42 CFR Part 2). What came after the end is not.
    """
    over = handoff.ended_at
    within = [m for m in kept if over is None or m.at <= over]
    after = [m for m in within if m.id > handoff.since]
    if handoff.shares != "chat":
        return after
    before = [m for m in within if m.id <= handoff.since]
    return (before if handoff.substance else _without(before, substances)) + after


def _without(before: Sequence[Message], substances: Substances) -> list[Message]:
    shown = []
    hidden = False
    for message in before:
        mentioned = substances.mentioned(message.text) or any(
            substances.mentioned(str(card)) for card in message.cards
        )
        if message.sender == "person":
            hidden = mentioned
        shown.append(_left_out(message) if hidden or mentioned else message)
    return shown


def _left_out(message: Message) -> Message:
    return replace(
        message, kind=LEFT_OUT, text="", offers=(), offer=None, cards=(), sources=(), message=None
    )
