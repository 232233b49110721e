"""The form that works out who to see, from what is wanted; `who_answers` reads the answers and
`who_shown` says who does it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft, draft
from actions.heard import Heard, hear
from actions.memory import ANY, Event, next_question, slots_set, understood
from actions.questions import Question, by_number
from actions.search_answers import Reading
from actions.who_answers import INTENT, read_who
from actions.who_shown import QUESTIONS, called

FORM = "who_to_see_form"
SLOTS = (*QUESTIONS, "who_more", "who_tries")


class ValidateWhoToSeeForm(Action):
    """Runs at every turn of the form. To return no event means "not an answer": Rasa then lets the
    rules answer the message, and the form asks its question again."""

    def name(self) -> str:
        return "validate_who_to_see_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        heard = hear(tracker.latest_message)
        if asked is None:
            reading = _start(heard, known)
        else:
            heard = by_number(heard, _WhoQuestion.for_slot(asked, known))
            back = heard.intent == "go_back"
            reading = _go_back(asked, known) if back else read_who(heard, asked, known)
            if reading.empty and heard.intent != INTENT:
                return []
        for notice in reading.notices:
            dispatcher.utter_message(json_message=notice)
        now = known | reading.slots
        return [
            *slots_set(reading.slots or {"misses": 0}),
            *understood(tracker),
            SlotSet("requested_slot", next_question(QUESTIONS, now)),
        ]


def _start(heard: Heard, known: dict[str, Any]) -> Reading:
    """What is known at the start. A choice of an earlier round changes that answer, or says of
    which role the words are wanted; asked for anew, the questions begin afresh."""
    if called(heard):
        return Reading(slots={name: ANY for name in QUESTIONS if known.get(name) is None})
    if heard.intent != INTENT:
        return Reading()
    done = next_question(QUESTIONS, known) is None
    fresh = dict.fromkeys(SLOTS) if done and not heard.values("who") else {}
    reading = read_who(heard, None, known | fresh)
    return Reading(slots=fresh | reading.slots, notices=reading.notices)


def _go_back(asked: str, known: dict[str, Any]) -> Reading:
    """To the question before, as if it had not been answered; from the second half of the wishes
    to the first."""
    if asked == "who_wish" and known.get("who_more"):
        return Reading(slots={"who_more": None})
    before = QUESTIONS[: QUESTIONS.index(asked)]
    answered = [name for name in before if known.get(name) is not None]
    if not answered:
        return Reading(notices=[draft("find.first_question")])
    slots: dict[str, Any] = {answered[-1]: None, "who_more": None}
    if answered[-1] == "who_whom" and known.get("who_wish") in (["child"], ["couples"]):
        slots["who_wish"] = None  # it said who it is for
    return Reading(slots=slots)


class _WhoQuestion(Question):
    form = FORM


class AskWhoWish(_WhoQuestion):
    slot = "who_wish"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("who.ask_wish_more" if slots.get("who_more") else "who.ask_wish")


class AskWhoWhom(_WhoQuestion):
    slot = "who_whom"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("who.ask_whom")


class AskWhoPayment(_WhoQuestion):
    slot = "who_payment"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("who.ask_payment")


class AskWhoAccess(_WhoQuestion):
    slot = "who_access"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("who.ask_access")
