"""Drafts: what an action sends. Ids of messages, choices and terms, with typed slots; the edge's
`release` makes words of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Draft = dict[str, Any]


def draft(
    message: str,
    *,
    choices: Sequence[str | dict[str, Any]] | None = None,
    cards: Sequence[dict[str, Any]] = (),
    **slots: Any,
) -> Draft:
    """A draft of a message. ``choices`` replaces the message's own; at most 6 are shown."""
    made: Draft = {"message": message}
    if slots:
        made["slots"] = slots
    if choices is not None:
        made["choices"] = list(choices)[:6]
    if cards:
        made["cards"] = list(cards)
    return made


def fragment(message: str, **slots: Any) -> Draft:
    """A line of a ``lines`` slot."""
    return draft(message, **slots)
