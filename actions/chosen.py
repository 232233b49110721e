"""A listing that was picked, and the offer to ask later whether they were reached; by text."""

from __future__ import annotations

from rasa_sdk import Tracker

from actions import search
from actions.content import choices_of
from actions.drafts import Draft, draft
from actions.from_edge import may_remind
from actions.listings_shown import Pages, newest_first
from directory.cards import card_of


def chosen(listing: int, tracker: Tracker) -> Draft:
    """The card of the listing that was picked; by text with the offer to ask later."""
    shown = {one["id"]: one for one in newest_first(tracker.get_slot("listings_shown"))}
    card = card_of(search.directory(), listing, shown.get(listing, {}).get("phone"))
    if card is None:
        return draft("report.gone", choices=["find.start"])
    if not may_remind(tracker):
        return draft("listing.chosen_only", cards=[card])
    later = {"choice": "remind.reached", "entities": {"listing": listing}}
    own = choices_of("listing.chosen")
    return draft("listing.chosen", choices=[later, *own], cards=[card])


def listing_named(listing: int, pages: Pages | None) -> str | None:
    """The name of a listing: as it was shown, else as the directory has it now."""
    shown = {one["id"]: one["name"] for one in newest_first(pages)}
    if listing in shown:
        return str(shown[listing])
    card = card_of(search.directory(), listing)
    return card["name"] if card else None
