"""The form that gathers what to search for; `search_answers` reads the answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft, draft
from actions.heard import Heard, hear
from actions.memory import ANY, SEARCH_QUESTIONS, Event, next_question, slots_set, understood
from actions.questions import Question
from actions.search_answers import read_search

_FRESH = ("help_role", "format", "wishes", "radius", "role_unsure", "results_shown")


FORM = "find_provider_form"


class ValidateFindProviderForm(Action):
    """Runs at every turn of the form. To return no event means "not an answer": Rasa then lets the
    rules answer the message, and the form asks its question again."""

    def name(self) -> str:
        return "validate_find_provider_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        heard = hear(tracker.latest_message)
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        starting = asked is None
        fresh = _fresh_start(heard, known) if starting else {}
        reading = read_search(heard, asked, known | fresh)
        changes = fresh | reading.slots
        if not starting and reading.empty and heard.intent != "find_provider":
            return []
        for notice in reading.notices:
            dispatcher.utter_message(json_message=notice)
        now = known | changes
        following = None if now.get("place") == ANY else next_question(SEARCH_QUESTIONS, now)
        return [
            *slots_set(changes or {"misses": 0}),
            *understood(tracker),
            SlotSet("requested_slot", following),
        ]


def _fresh_start(heard: Heard, known: dict[str, Any]) -> dict[str, Any]:
    """Slots to forget when a new search starts after a finished one: all but where and how to pay,
    which seldom change."""
    forgotten: dict[str, Any] = {}
    if heard.intent == "find_provider" and known.get("results_shown") is not None:
        forgotten = dict.fromkeys(_FRESH)
    if heard.intent == "find_provider" and known.get("place") == ANY:
        forgotten["place"] = None
    return forgotten


class _SearchQuestion(Question):
    form = FORM


class AskHelpRole(_SearchQuestion):
    slot = "help_role"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("find.ask_role_unsure" if slots.get("role_unsure") else "find.ask_role")


class AskPlace(_SearchQuestion):
    slot = "place"

    def ask(self, slots: dict[str, Any]) -> Draft:
        if options := slots.get("place_options"):
            picks = [
                {"choice": "place.pick", "slots": dict(one), "entities": dict(one)}
                for one in options
            ]
            return draft("find.ask_which_place", choices=[*picks[:5], "pick.skip"])
        return draft("find.ask_state" if slots.get("format") == "online" else "find.ask_place")


class AskPayment(_SearchQuestion):
    slot = "payment"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("find.ask_payment")


class AskFormat(_SearchQuestion):
    slot = "format"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("find.ask_format")


class AskWishes(_SearchQuestion):
    slot = "wishes"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("find.ask_wishes")
