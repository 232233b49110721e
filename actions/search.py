"""The search itself: from the form's answers to drafts with provider cards."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from directory.places import Place, WholeState
from directory.query import Query
from directory.search import Results, search
from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher
from sqlalchemy.engine import Engine

from actions.drafts import Draft, draft
from actions.memory import ANY, Event, understood
from actions.places_named import place_of

_ROOT = Path(__file__).resolve().parent.parent
_PAGE = 3  # cards at a time
_WISH_ENTITIES = {"languages": "language", "age_groups": "age_group", "identities": "identity", "times": "time"}


class ActionSearch(Action):
    """Runs when the form is done: shows the first cards, or asks what to change when nothing did."""

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
            in_task = tracker.active_loop_name is not None
            dispatcher.utter_message(
                json_message=draft("find.not_started", choices=[] if in_task else None)
            )
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
    wishes = slots.get("wishes") if isinstance(slots.get("wishes"), dict) else {}
    query = Query(
        roles=_chosen(slots.get("help_role")),
        place=place if isinstance(place, Place) else None,
        state=place.state if isinstance(place, WholeState) else None,
        payers=_chosen(slots.get("payment")),
        format=None if slots.get("format") == ANY else slots.get("format"),
        **{wish: tuple(values) for wish, values in (wishes or {}).items()},
        limit=_PAGE,
    )
    radius = slots.get("radius")
    return replace(query, radius_miles=float(radius)) if radius else query


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
    page = draft("find.more", cards=found.cards, shown=shown, total=found.total)
    return page, shown


def _chosen(answer: Any) -> tuple[str, ...]:
    return tuple(answer) if isinstance(answer, list) else ()


def _given_up(query: Query, found: Results) -> list[Draft]:
    """What was let go of to find any: distance, wishes."""
    drafts = []
    if "radius" in found.loosened and found.radius_miles is not None:
        drafts.append(draft("find.widened", miles=found.radius_miles))
    left_out = [
        f"{_WISH_ENTITIES[wish]}.{value}"
        for wish in found.loosened
        if wish in _WISH_ENTITIES
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
    for wish, entity in _WISH_ENTITIES.items():
        terms += [f"{entity}.{value}" for value in getattr(query, wish)]
    return terms


def _results(query: Query, found: Results) -> Draft:
    told: dict[str, Any] = {"asked": _asked(query), "total": found.total}
    if found.radius_miles is None:
        told["place"] = query.by_state
        return draft("find.results.state", cards=found.cards, **told)
    assert query.place is not None  # a radius is measured from a place
    told["miles"] = found.radius_miles
    if query.place.zip:
        return draft("find.results.zip", cards=found.cards, zip=query.place.zip, **told)
    return draft("find.results.city", cards=found.cards, place=query.place.label, **told)
