"""Slots: which belong to what, and how they change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.heard import hear
from actions.whom_said import whom_said

ANY = "any"  # in a slot: the person skipped the question, or does not mind

SEARCH_QUESTIONS = ("help_role", "place", "payment", "format", "wishes")
SEARCH_SLOTS = (
    *SEARCH_QUESTIONS,
    "radius",
    "place_options",
    "place_tries",
    "role_unsure",
    "results_shown",
    "results_day",
    "name_sought",
)
VISIT_QUESTIONS = ("visit_role", "visit_kind", "visit_whom", "visit_matters", "visit_needs")

Event = dict[str, Any]


def slots_set(values: Mapping[str, Any]) -> list[Event]:
    return [SlotSet(name, value) for name, value in values.items()]


def understood(tracker: Tracker) -> list[Event]:
    """The message made sense and was no reply to an offer: the count of those that did not make
    sense starts again, and an offer to search is over. Whom it wants care for is remembered, since
    its words are not kept."""
    events = [SlotSet("misses", 0)] if tracker.get_slot("misses") else []
    if tracker.get_slot("last_task") == "offer":
        events.append(SlotSet("last_task", None))
    if whom := whom_said(hear(tracker.latest_message), asked=False):
        events.append(SlotSet("whom_heard", whom))
    return events


def next_question(questions: tuple[str, ...], slots: Mapping[str, Any]) -> str | None:
    """The first of the questions without an answer."""
    return next((question for question in questions if slots.get(question) is None), None)
