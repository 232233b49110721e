"""The form that gathers what to search for; `search_answers` reads the answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft, draft
from actions.heard import Heard, hear
from actions.memory import ANY, SEARCH_QUESTIONS, Event, next_question, slots_set, understood
from actions.noted import noted, place_words
from actions.questions import Question, by_number
from actions.search_answers import Reading, read_search

_FRESH = (
    "help_role", "format", "wishes", "radius", "role_unsure", "results_shown", "results_day",
    "name_sought",
)  # fmt: skip


FORM = "find_provider_form"


class ValidateFindProviderForm(Action):
    """Runs at every turn of the form. To return no event means "not an answer": Rasa then lets the
    rules answer the message, and the form asks its question again."""

    def name(self) -> str:
        return "validate_find_provider_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        starting = asked is None
        heard = hear(tracker.latest_message)
        if asked:
            heard = by_number(heard, question(asked, known))
        fresh = _fresh_start(heard, known) if starting else {}
        if asked and heard.intent in _WAYS:
            reading = _WAYS[heard.intent](asked, known)
        else:
            reading = read_search(heard, asked, known | fresh)
        changes = fresh | reading.slots
        if not starting and reading.empty and heard.intent != "find_provider":
            return []
        now = known | changes
        following = None if now.get("place") == ANY else next_question(SEARCH_QUESTIONS, now)
        for notice in [*_noted(heard, reading, known | fresh, asked, following), *reading.notices]:
            dispatcher.utter_message(json_message=notice)
        return [
            *slots_set(changes or {"misses": 0}),
            *understood(tracker),
            SlotSet("requested_slot", following),
        ]


def _noted(
    heard: Heard, reading: Reading, known: dict[str, Any], asked: str | None, following: str | None
) -> list[Draft]:
    """A word on answers to what was not asked, where the next message would not show that they
    were heard: the same question comes again, or an answer was changed."""
    if following is None or (asked and heard.intent in _WAYS):
        return []
    now = known | reading.slots
    again = following == (asked or "help_role") and (
        asked is None or question(asked, known) == question(asked, now)
    )
    if not again and (asked is None or heard.intent != "change_answer"):
        return []
    said = noted(reading.slots, known, asked)
    return [said] if said else []


def _go_back(asked: str, known: dict[str, Any]) -> Reading:
    """To the question before, as if it had not been answered."""
    before = SEARCH_QUESTIONS[: SEARCH_QUESTIONS.index(asked)]
    answered = [name for name in before if known.get(name) is not None]
    if not answered:
        return Reading(notices=[draft("find.first_question")])
    return Reading(slots={answered[-1]: None, "place_options": None})


def _show_now(asked: str, known: dict[str, Any]) -> Reading:
    """To the results, with the questions that are left skipped; only the place is needed."""
    left = {name: ANY for name in SEARCH_QUESTIONS if known.get(name) is None}
    if left.pop("place", None):
        return Reading(slots=left, notices=[draft("find.place_first")])
    return Reading(slots=left)


_WAYS = {"go_back": _go_back, "more_results": _show_now}


def question(asked: str, known: dict[str, Any]) -> Draft:
    """The draft of a question of this form."""
    return next(one for one in _SearchQuestion.__subclasses__() if one.slot == asked)().ask(known)


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

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        super().run(dispatcher, tracker, domain)
        return [SlotSet("role_unsure", "told")] if tracker.get_slot("role_unsure") else []

    def ask(self, slots: dict[str, Any]) -> Draft:
        unsure = slots.get("role_unsure")
        if unsure == "told":
            return draft("find.ask_role_again")
        return draft("find.ask_role_unsure" if unsure else "find.ask_role")


class AskPlace(_SearchQuestion):
    slot = "place"

    def ask(self, slots: dict[str, Any]) -> Draft:
        if options := slots.get("place_options"):
            picks = [
                {"choice": "place.pick", "slots": dict(one), "entities": dict(one)}
                for one in options
            ]
            return _which_place(options, [*picks[:5], "pick.skip"])
        return draft("find.ask_state" if slots.get("format") == "online" else "find.ask_place")


def _which_place(options: list[dict[str, str]], choices: list[Any]) -> Draft:
    """Asks which of several places of a name is meant, or whether it is one spelt nearly so."""
    if len(options) == 1:
        return draft(
            "find.ask_did_you_mean", choices=choices, place=place_words(options[0])["place"]
        )
    same = len({one["city"] for one in options}) == 1
    return draft("find.ask_which_place" if same else "find.ask_which_spelling", choices=choices)


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
