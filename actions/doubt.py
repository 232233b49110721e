"""A second opinion on an answer: the intent and the names point to one message, the topic ranker to
others. Where they agree, that is the answer; where they do not, the person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from actions.content import labelled
from actions.drafts import Draft, draft
from actions.heard import Heard

_OFFERED = 4  # topics in a question back, besides "something else"
_ALONE = 0.30  # from this score on the ranker's first, when well before its second, is the answer
_AHEAD = 0.12
_SOME = 0.08  # below it a message has nothing to do with any topic
_CONTENT = frozenset({
    "ask_role", "compare_roles", "who_for", "first_visit", "ask_cost", "ask_format", "ask_approach",
    "ask_rights", "ask_care", "ask_sources", "ask_bot", "ask_storage", "ask_capabilities",
})  # fmt: skip


def settled(said: Draft, heard: Heard) -> Draft:
    """``said``, the answer by intent and names; another by topic; or a choice between them."""
    if not heard.text or not heard.topics or heard.intent not in _CONTENT:
        return said
    first = heard.topics[0]
    if said["message"] == first.id:
        return said
    if _sure(heard):
        return draft(first.id)
    return which([said["message"], *_ids(heard)]) or said


def guessed(heard: Heard) -> Draft | None:
    """What a question without a clear intent may be about; None when it is about nothing here."""
    if not heard.topics or heard.topics[0].score < _SOME:
        return None
    return draft(heard.topics[0].id) if _sure(heard) else which(_ids(heard))


def which(messages: Sequence[str]) -> Draft | None:
    """Asks which of these is meant; None when none of them can be tapped."""
    known = labelled()
    offered = [f"see.{one}" for one in dict.fromkeys(messages) if one in known][:_OFFERED]
    choices: list[str | dict[str, Any]] = [*offered, "guess.something_else"]
    return draft("doubt.which", choices=choices) if offered else None


def _sure(heard: Heard) -> bool:
    first, *others = heard.topics
    ahead = first.score - (others[0].score if others else 0.0)
    return first.score >= _ALONE and ahead >= _AHEAD


def _ids(heard: Heard) -> list[str]:
    return [one.id for one in heard.topics]
