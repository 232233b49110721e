"""What follows when a person says whether they reached a provider, days after they picked it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker

from actions.content import choices_of
from actions.drafts import Draft, draft
from actions.from_edge import listing_asked_about
from actions.heard import Heard
from actions.listings_shown import Listing
from actions.picks import pick
from actions.reminding import ask_later

ASKED = "reminder.reached"
OFFERED = "listing.chosen"
FAULTS = {"no_answer": "number", "full": "new_patients"}
"""What an answer says of the listing, as the directory's reports name it."""


def answered_later(heard: Heard, tracker: Tracker) -> list[Draft] | None:
    """A yes or no, in the person's own words, to the offer to ask later and to the question itself;
    None when it is neither."""
    if heard.intent not in ("affirm", "deny"):
        return None
    asked, offered = (listing_asked_about(tracker, one) for one in (ASKED, OFFERED))
    if asked is not None:
        return [draft("reminder.thanks") if heard.intent == "affirm" else what_happened(asked)]
    if offered is not None and heard.intent == "affirm":
        return [ask_later(offered, tracker)]
    return None


def what_happened(listing: int) -> Draft:
    """Asks a person who did not reach them what to note."""
    about = [
        {"choice": one, "entities": {"listing": listing}}
        for one in choices_of("reminder.what_happened")
    ]
    return draft("reminder.what_happened", choices=about)


def the_next(slots: Mapping[str, Any], tried: int) -> Draft:
    """The next listing of those shown, else more of the search, else a new one."""
    gone = {*(slots.get("listings_tried") or ()), tried}
    shown = [one for page in slots.get("listings_shown") or () for one in page]
    at = next((n for n, one in enumerate(shown) if one["id"] == tried), -1)
    left: list[Listing] = [one for one in shown[at + 1 :] if one["id"] not in gone]
    if left:
        choices: list[str | dict[str, Any]] = [pick(left[0]), *choices_of("reminder.next")]
        return draft("reminder.next", choices=choices, name=left[0]["name"])
    more = slots.get("results_shown") is not None
    return draft("reminder.next_more" if more else "reminder.next_search")
