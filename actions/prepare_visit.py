"""The form that gathers what a list of questions is for; `visit_answers` reads the answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft, draft
from actions.heard import hear
from actions.memory import VISIT_QUESTIONS, Event, next_question, slots_set, understood
from actions.questions import Question
from actions.visit_answers import read_visit

FORM = "prepare_visit_form"


class ValidatePrepareVisitForm(Action):
    """Runs at every turn of the form. To return no event means "not an answer": Rasa then lets the
    rules answer the message, and the form asks its question again."""

    def name(self) -> str:
        return "validate_prepare_visit_form"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        heard = hear(tracker.latest_message)
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        starting = asked is None
        again = (
            starting
            and heard.intent == "prepare_visit"
            and not next_question(VISIT_QUESTIONS, known)
        )
        changes = dict.fromkeys(VISIT_QUESTIONS) if again else {}
        changes |= read_visit(heard, asked, known | changes)
        if changes:
            changes |= {"visit_list": None, "visit_list_before": None if again else _latest(known)}
        elif not starting and heard.intent != "prepare_visit":
            return []
        return [
            *slots_set(changes or {"misses": 0}),
            *understood(tracker),
            SlotSet("requested_slot", next_question(VISIT_QUESTIONS, known | changes)),
        ]


def _latest(known: dict[str, Any]) -> Any:
    """The list as it was last, so that a new one keeps what the person put on it."""
    return known.get("visit_list") or known.get("visit_list_before")


class _VisitQuestion(Question):
    form = FORM


class AskVisitRole(_VisitQuestion):
    slot = "visit_role"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_role")


class AskVisitKind(_VisitQuestion):
    slot = "visit_kind"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_kind")


class AskVisitMatters(_VisitQuestion):
    slot = "visit_matters"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_matters")


class AskVisitNeeds(_VisitQuestion):
    slot = "visit_needs"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_needs")
