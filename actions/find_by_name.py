"""Looking for one provider by name, "is there a clinic called Sample Maple in Austin?", or showing
the one that was picked from the results."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import places_named, search
from actions.chosen import chosen
from actions.drafts import draft
from actions.heard import Heard, hear
from actions.memory import Event, understood
from actions.own_providers import of_the_clinic
from actions.picks import with_picks
from actions.speech import any_of, unaccented
from guardrails.names import public_name

_QUOTED = re.compile(r"[\"“«]([^\"”»]{2,80})[\"”»]")
_AFTER = re.compile(rf"\b{any_of('named')}\s+(.{{2,80}})")
_CAPITALS = re.compile(r"(?:[A-ZÀ-Ý][\w'’.-]+|\d+|&|of|de|and|y)(?:\s+|(?=[?.!,;]|$))")
_OPENINGS = re.compile(rf"\b{any_of('asks_for_name')}\s+(?=\S)")
_PLACE = re.compile(rf"\s+{any_of('name_place')}\s+", re.IGNORECASE)
_TAIL = re.compile(rf"\s+{any_of('name_last')}$|\s*{any_of('polite')}?[\s.?!,;]*$")
_FEWEST, _LONGEST = 3, 80  # letters of a name


class ActionFindByName(Action):
    def name(self) -> str:
        return "action_find_by_name"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        heard = hear(tracker.latest_message)
        if picked := heard.values("listing"):
            dispatcher.utter_message(json_message=chosen(int(picked[0]), tracker))
            return understood(tracker)
        name = name_in(heard.text)
        if name is None:
            dispatcher.utter_message(json_message=draft("find.which_name"))
            return understood(tracker)
        sought = {"name": name, "place": place_in(heard)}
        query = of_the_clinic(search.query_of({"name_sought": sought}), tracker)
        page = search.first_page(search.directory(), query)
        for one in with_picks(page.drafts, tracker):
            dispatcher.utter_message(json_message=one)
        events = [*page.slots(tracker), *understood(tracker), SlotSet("name_sought", sought)]
        if tracker.active_loop_name is None:
            events.append(SlotSet("last_task", "search"))
        return events


def name_in(text: str) -> str | None:
    """The name that a message asks for: in quotes, after a word such as "named", or in capitals
    after the asking words; without the place and the rest. None when no name is plain."""
    quoted = _QUOTED.search(text)
    plain = unaccented(text)
    after = _AFTER.search(plain)
    if quoted:
        found = quoted[1]
    elif after:
        found = _PLACE.split(text[after.start(1) :][:_LONGEST], maxsplit=1)[0]
    else:
        named = (_capitals(text[one.end() :]) for one in _OPENINGS.finditer(plain))
        found = next(filter(None, named), "")
    found = _less_tail(_less_tail(found))
    try:
        name = public_name(found)
    except ValueError:
        return None
    return name if sum(letter.isalpha() for letter in name) >= _FEWEST else None


def _less_tail(text: str) -> str:
    tail = _TAIL.search(unaccented(text))
    return text[: tail.start()] if tail else text


def _capitals(text: str) -> str:
    at = 0
    while word := _CAPITALS.match(text, at):
        at = word.end()
    return text[:at]


def place_in(heard: Heard) -> places_named.Value | None:
    """The place that is named beside the name, if it is plain which one."""
    quoted = _QUOTED.search(heard.text)
    text = heard.text[quoted.end() :] if quoted else heard.text
    parts = _PLACE.split(text, maxsplit=1)
    if len(parts) < 2:
        return None
    found = places_named.named(Heard("inform", _less_tail(parts[1])), whole=True, inside=False)
    return found.value if found else None
