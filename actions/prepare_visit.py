"""The form that gathers what a visit sheet is for; `visit_answers` reads the answers."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft, draft
from actions.edits_said import is_exact, read_edit
from actions.heard import hear
from actions.memory import VISIT_QUESTIONS, Event, next_question, slots_set, understood
from actions.questions import Question, by_number
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
        asked = tracker.get_slot("requested_slot")
        known = dict(tracker.slots)
        starting = asked is None
        heard = hear(tracker.latest_message)
        if asked and asked != "visit_matters":
            heard = by_number(heard, question(asked, known))
        again = (
            starting
            and heard.intent == "prepare_visit"
            and not next_question(VISIT_QUESTIONS, known)
        )
        changes = dict.fromkeys(VISIT_QUESTIONS) if again else {}
        if asked and heard.intent == "go_back":
            changes = _go_back(asked, known)
            if not changes:
                dispatcher.utter_message(json_message=draft("find.first_question"))
                return [SlotSet("misses", 0), SlotSet("requested_slot", asked)]
        elif not (starting and known.get("visit_sheet") and is_exact(read_edit(heard))):
            changes |= read_visit(heard, asked, known | changes)
        if starting and heard.intent == "prepare_visit" and not again:
            changes |= self._from_before(dispatcher, tracker, known | changes)
        if changes:
            changes |= {
                "visit_sheet": None,
                "visit_sheet_before": None if again else _latest(known),
            }
        elif not starting and heard.intent != "prepare_visit":
            return []
        return [
            *slots_set(changes or {"misses": 0}),
            *understood(tracker),
            SlotSet("requested_slot", next_question(VISIT_QUESTIONS, known | changes)),
        ]

    def _from_before(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, known: dict[str, Any]
    ) -> dict[str, Any]:
        """Whom it is for, where that was said earlier; told, so that it can be put right."""
        if known.get("visit_whom") is not None:
            return {}
        whom = known.get("whom_heard")
        if whom is None:
            return {}
        dispatcher.utter_message(json_message=draft("visit.whom_heard", whom=f"visit_whom.{whom}"))
        return {"visit_whom": whom}


def _go_back(asked: str, known: dict[str, Any]) -> dict[str, Any]:
    """To the question before, as if it had not been answered."""
    before = VISIT_QUESTIONS[: VISIT_QUESTIONS.index(asked)]
    return dict.fromkeys([name for name in before if known.get(name) is not None][-1:])


def question(asked: str, known: dict[str, Any]) -> Draft:
    """The draft of a question of this form."""
    return next(one for one in _VisitQuestion.__subclasses__() if one.slot == asked)().ask(known)


def _latest(known: dict[str, Any]) -> Any:
    """The sheet as it was last, so that a new one keeps what the person did to it."""
    return known.get("visit_sheet") or known.get("visit_sheet_before")


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


class AskVisitWhom(_VisitQuestion):
    slot = "visit_whom"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_whom")


class AskVisitMatters(_VisitQuestion):
    slot = "visit_matters"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_matters")


class AskVisitNeeds(_VisitQuestion):
    slot = "visit_needs"

    def ask(self, slots: dict[str, Any]) -> Draft:
        return draft("visit.ask_needs")
