"""Over text, each listing of the results can be picked by its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker

from actions.content import choices_of
from actions.drafts import Draft
from actions.from_edge import by_text

_KEPT = ("find.more", "find.change_place", "find.report")  # what else is offered with the picks


def with_picks(drafts: Sequence[Draft], tracker: Tracker) -> list[Draft]:
    """Over text each listing can be picked: there is no number to tap yet, and only then is it
    known which one somebody means to call. On the web the drafts stay as they are."""
    if not by_text(tracker):
        return list(drafts)
    return [_picks(one) if one.get("cards") else one for one in drafts]


def _picks(results: Draft) -> Draft:
    own = results.get("choices")
    own = choices_of(results["message"]) if own is None else own
    picks = [pick(card) for card in results["cards"]]
    return {**results, "choices": [*picks, *(one for one in _KEPT if one in own)][:6]}


def pick(listing: Mapping[str, Any]) -> Draft:
    """The choice of one listing."""
    return {
        "choice": "listing.pick",
        "slots": {"name": listing["name"]},
        "entities": {"listing": listing["id"]},
    }
