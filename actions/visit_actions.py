"""Showing, changing and printing the list of questions."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import question_plan
from actions.drafts import draft
from actions.heard import hear
from actions.memory import Event, understood
from actions.visit_list import apply_edit, make_list, read_edit, show


class ActionMakeVisitList(Action):
    """Runs when the form is done. A list that nothing changed is shown as it is, edits and all."""

    def name(self) -> str:
        return "action_make_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        made = tracker.get_slot("visit_list")
        if made is not None:
            dispatcher.utter_message(json_message=draft("visit.how_to_edit"))
            return []
        made = make_list(question_plan(), tracker.slots)
        dispatcher.utter_message(json_message=show(made))
        return [
            SlotSet("visit_list", made),
            SlotSet("last_task", "visit"),
        ]


class ActionEditVisitList(Action):
    def name(self) -> str:
        return "action_edit_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        items = tracker.get_slot("visit_list")
        if items is None:
            dispatcher.utter_message(json_message=_no_list(tracker))
            return understood(tracker)
        edit = read_edit(hear(tracker.latest_message))
        if edit is None:
            dispatcher.utter_message(json_message=draft("visit.how_to_edit"))
            return understood(tracker)
        changed: Any = tracker.get_slot("visit_list_before") if edit.undo else apply_edit(items, edit)
        if changed is None:
            changed = draft("visit.nothing_to_undo")
        if isinstance(changed, dict):
            dispatcher.utter_message(json_message=changed)
            return understood(tracker)
        dispatcher.utter_message(json_message=show(changed))
        return [
            SlotSet("visit_list", changed),
            SlotSet("visit_list_before", items),
            SlotSet("last_task", "visit"),
            *understood(tracker),
        ]


class ActionPrintVisitList(Action):
    def name(self) -> str:
        return "action_print_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        items = tracker.get_slot("visit_list")
        shown = _no_list(tracker) if items is None else show(items, "visit.print")
        dispatcher.utter_message(json_message=shown)
        return understood(tracker)


def _no_list(tracker: Tracker) -> dict[str, Any]:
    return draft("visit.no_list", choices=[] if tracker.active_loop_name else None)
