"""The search itself: from the form's answers to drafts with provider cards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine

from actions.drafts import Draft, draft
from actions.memory import ANY, Event, understood
from actions.noted import WISH_ENTITIES
from actions.places_named import place_of
from directory.places import Place, WholeState, state_name
from directory.query import Query
from directory.search import Results, search

_ROOT = Path(__file__).resolve().parent.parent
_PAGE = 3  # cards at a time
_CHANGES = ("find.change_place", "find.change_payment", "find.change_role", "visit.start")


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
        drafts, shown = first_page(directory(), tracker.slots)
        for one in drafts:
            dispatcher.utter_message(json_message=one)
        return [SlotSet("results_shown", shown), SlotSet("last_task", "search")]


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
        page, shown = next_page(directory(), tracker.slots, int(shown))
        dispatcher.utter_message(json_message=page)
        return [SlotSet("results_shown", shown), *understood(tracker)]


@cache
def directory() -> Engine:
    """The database of CARENAV_DATABASE_URL, by default the one in the project's state folder."""
    default = f"sqlite:///{_ROOT / '.carenav' / 'carenav.db'}"
    return sa.create_engine(os.environ.get("CARENAV_DATABASE_URL") or default, future=True)


def query_of(slots: Mapping[str, Any]) -> Query | None:
    """The search that the answers ask for; None without a place or at least a state."""
    place = place_of(slots["place"]) if isinstance(slots.get("place"), dict) else None
    if place is None:
        return None
    wishes = slots["wishes"] if isinstance(slots.get("wishes"), dict) else {}
    radius = slots.get("radius")
    return Query(
        roles=_chosen(slots.get("help_role")),
        place=place if isinstance(place, Place) else None,
        state=place.state if isinstance(place, WholeState) else None,
        payers=_chosen(slots.get("payment")),
        format=None if slots.get("format") == ANY else slots.get("format"),
        radius_miles=float(radius) if radius else Query.radius_miles,
        limit=_PAGE,
        **{wish: _chosen(wishes.get(wish)) for wish in WISH_ENTITIES},  # type: ignore[arg-type]
    )


def first_page(engine: Engine, slots: Mapping[str, Any]) -> tuple[list[Draft], int]:
    """The drafts that answer a search, and how many cards were shown."""
    query = query_of(slots)
    if query is None:
        return [draft("find.need_place")], 0
    found = search(engine, query)
    if not found.cards:
        return [draft("find.none", asked=_asked(query))], 0
    return [*_given_up(query, found), _results(query, found)], len(found.cards)


def next_page(engine: Engine, slots: Mapping[str, Any], shown: int) -> tuple[Draft, int]:
    """The draft with the cards after the first ``shown``, and how many were shown in all."""
    query = query_of(slots)
    if query is None:
        return draft("find.need_place"), 0
    found = search(engine, replace(query, offset=shown))
    if not found.cards:
        return draft("find.no_more"), shown
    shown += len(found.cards)
    choices = None if shown < found.total else _CHANGES
    return draft(
        "find.more", choices=choices, cards=found.cards, shown=shown, total=found.total
    ), shown


def _chosen(answer: Any) -> tuple[str, ...]:
    return tuple(answer) if isinstance(answer, list) else ()


def _given_up(query: Query, found: Results) -> list[Draft]:
    """What was let go of to find any: distance, wishes."""
    drafts = []
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
    for wish, entity in WISH_ENTITIES.items():
        terms += [f"{entity}.{value}" for value in getattr(query, wish)]
    return terms


def _results(query: Query, found: Results) -> Draft:
    told: dict[str, Any] = {"asked": _asked(query), "total": found.total, "cards": found.cards}
    told["choices"] = None if found.total > len(found.cards) else _CHANGES
    if query.place is None or found.radius_miles is None:
        return draft("find.results.state", place=state_name(query.by_state or ""), **told)
    told["miles"] = found.radius_miles
    if query.place.zip:
        return draft("find.results.zip", zip=query.place.zip, **told)
    return draft("find.results.city", place=query.place.label, **told)
