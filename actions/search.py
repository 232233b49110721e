"""The search itself: from the form's answers to drafts with provider cards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine

from actions.drafts import Draft, draft, fragment
from actions.listings_shown import remembered
from actions.memory import ANY, Event, slots_set, understood
from actions.noted import WISH_ENTITIES
from actions.own_providers import none, none_named, of_the_clinic, told_first
from actions.picks import with_picks
from actions.places_named import place_of
from directory.cards import Card
from directory.database import open_engine
from directory.places import Place, WholeState, state_name
from directory.query import WISHES, Query
from directory.search import Results, search

_ROOT = Path(__file__).resolve().parent.parent
_PAGE = 3  # cards at a time
_CHANGES = (
    "find.report",
    "find.change_place",
    "find.change_payment",
    "find.change_role",
    "visit.start",
)
_ASKED = ("payers", *WISHES)


@dataclass(frozen=True)
class Page:
    """Drafts to send, the cards among them, how many cards were shown in all, and of which day."""

    drafts: list[Draft]
    cards: tuple[Card, ...] = ()
    shown: int = 0
    day: date | None = None

    def slots(self, tracker: Tracker) -> list[Event]:
        before = tracker.get_slot("listings_shown")
        return slots_set(
            {
                "results_shown": self.shown,
                "results_day": self.day.isoformat() if self.day else None,
                "listings_shown": remembered(before, self.cards),
            }
        )


class ActionSearch(Action):
    """Runs when the form is done: shows cards, or asks what to change when nothing changed."""

    def name(self) -> str:
        return "action_search"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        if tracker.get_slot("results_shown") is not None:
            dispatcher.utter_message(json_message=draft("find.what_to_change"))
            return []
        query = query_of({**tracker.slots, "name_sought": None})
        page = first_page(directory(), of_the_clinic(query, tracker))
        for one in with_picks(page.drafts, tracker):
            dispatcher.utter_message(json_message=one)
        return [*page.slots(tracker), SlotSet("name_sought", None), SlotSet("last_task", "search")]


class ActionMoreResults(Action):
    def name(self) -> str:
        return "action_more_results"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        shown = tracker.get_slot("results_shown")
        if shown is None:
            dispatcher.utter_message(json_message=draft("find.not_started"))
            return understood(tracker)
        query = of_the_clinic(query_of(tracker.slots), tracker)
        page = next_page(directory(), query, int(shown))
        dispatcher.utter_message(json_message=with_picks(page.drafts, tracker)[0])
        return [*page.slots(tracker), *understood(tracker)]


@cache
def directory() -> Engine:
    """The database of CARENAV_DIRECTORY_URL, by default the one in the project's state folder."""
    default = f"sqlite:///{_ROOT / '.carenav' / 'directory.db'}"
    return open_engine(os.environ.get("CARENAV_DIRECTORY_URL") or default)


def query_of(slots: Mapping[str, Any]) -> Query | None:
    """The search that the answers ask for; None without a place, a state or a name.

    Its day is that of the first page, so that later pages keep the order.
    """
    day = date.fromisoformat(slots["results_day"]) if slots.get("results_day") else date.today()
    sought = slots.get("name_sought")
    value = sought.get("place") if sought else slots.get("place")
    place = place_of(value) if isinstance(value, dict) else None
    near = place if isinstance(place, Place) else None
    state = place.state if isinstance(place, WholeState) else None
    if sought:
        return Query(place=near, state=state, name=sought["name"], limit=_PAGE, day=day)
    if place is None:
        return None
    wishes = slots["wishes"] if isinstance(slots.get("wishes"), dict) else {}
    radius = slots.get("radius")
    return Query(
        place=near,
        state=state,
        roles=_chosen(slots.get("help_role")),
        payers=_chosen(slots.get("payment")),
        format=None if slots.get("format") == ANY else slots.get("format"),
        radius_miles=float(radius) if radius else Query.radius_miles,
        new_patients=bool(wishes.get("openings")),
        limit=_PAGE,
        day=day,
        **{wish: _chosen(wishes.get(wish)) for wish in WISHES},  # type: ignore[arg-type]
    )


def first_page(engine: Engine, query: Query | None) -> Page:
    """What answers a search."""
    if query is None:
        return Page([draft("find.need_place")])
    query = replace(query, day=date.today())
    found = search(engine, query)
    if not found.cards:
        if query.name:
            return Page([none_named(query)], day=found.day)
        return Page([none(query, _asked(query))], day=found.day)
    drafts = [*told_first(query, found), *_given_up(query, found), _results(query, found)]
    return Page(drafts, found.cards, len(found.cards), found.day)


def next_page(engine: Engine, query: Query | None, shown: int) -> Page:
    """The cards after the first ``shown``."""
    if query is None:
        return Page([draft("find.need_place")])
    found = search(engine, replace(query, offset=shown))
    if not found.cards:
        return Page([draft("find.no_more")], shown=shown, day=found.day)
    shown += len(found.cards)
    choices = None if shown < found.total else _CHANGES
    more = draft(
        "find.more", choices=choices, cards=_cards(query, found), shown=shown, total=_total(found)
    )
    return Page([more], found.cards, shown, found.day)


def _chosen(answer: Any) -> tuple[str, ...]:
    return tuple(answer) if isinstance(answer, list) else ()


def _cards(query: Query, found: Results) -> list[Card]:
    """The cards, each with what was asked, so that it can say how it fits."""
    asked = {fact: list(query.asked(fact)) for fact in _ASKED}
    asked["format"] = [query.format] if query.format else []
    return [{**card, "asked": asked} for card in found.cards]


def _total(found: Results) -> list[Draft]:
    known = "find.total_at_least" if found.total_is_least else "find.total"
    return [fragment(known, n=found.total)]


def _given_up(query: Query, found: Results) -> list[Draft]:
    """What was let go of to find any, step by step: distance, wishes, who was looked for."""
    drafts = []
    if "role" in found.loosened:
        roles = [f"role.{role}" for role in query.roles]
        drafts.append(draft("find.loosened_role", roles=roles))
    if "radius" in found.loosened and found.radius_miles is not None:
        drafts.append(draft("find.widened", miles=found.radius_miles))
    left_out = [
        f"{WISH_ENTITIES[wish]}.{value}"
        for wish in found.loosened
        if wish in WISH_ENTITIES
        for value in getattr(query, wish)
    ]
    if left_out:
        drafts.append(draft("find.loosened", left_out=left_out))
    return drafts


def _asked(query: Query) -> list[str]:
    """The terms that were asked for."""
    terms = [f"role.{role}" for role in query.roles] or ["search_field.any_role"]
    terms += [f"payer.{payer}" for payer in query.payers]
    terms += [f"format.{query.format}"] if query.format else []
    terms += ["opening.new_patients"] if query.new_patients else []
    for wish in WISHES:
        terms += [f"{WISH_ENTITIES[wish]}.{value}" for value in getattr(query, wish)]
    return terms


def _results(query: Query, found: Results) -> Draft:
    told: dict[str, Any] = {"total": _total(found), "cards": _cards(query, found)}
    told["choices"] = None if found.total > len(found.cards) else _CHANGES
    if query.name:
        return draft("find.results.name", name=query.name, **told)
    told["asked"] = _asked(query)
    if query.place is None or found.radius_miles is None:
        return draft("find.results.state", place=state_name(query.by_state or ""), **told)
    told["miles"] = found.radius_miles
    if query.place.zip:
        return draft("find.results.zip", zip=query.place.zip, **told)
    return draft("find.results.city", place=query.place.label, **told)
