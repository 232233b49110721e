"""Showing, changing and printing the list of questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import choices_of, question_plan
from actions.drafts import Draft, draft
from actions.fallback import ActionFallback
from actions.from_edge import may_remind
from actions.heard import hear
from actions.memory import Event, slots_set, understood
from actions.prepare_visit import FORM
from actions.visit_list import Item, apply_edit, make_list, read_edit, show


class ActionMakeVisitList(Action):
    """Runs when the form is done. When no answer changed, the message may be an edit."""

    def name(self) -> str:
        return "action_make_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        if tracker.get_slot("visit_list") is not None:
            return _edit(dispatcher, tracker)
        made = make_list(question_plan(), tracker.slots)
        dispatcher.utter_message(json_message=_shown(made, tracker))
        return [SlotSet("visit_list", made), SlotSet("last_task", "visit")]


class ActionEditVisitList(Action):
    def name(self) -> str:
        return "action_edit_visit_list"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        heard = hear(tracker.latest_message)
        if tracker.get_slot("visit_list") is None and heard.text and not read_edit(heard):
            return ActionFallback().run(dispatcher, tracker, domain)  # no edit after all
        if tracker.get_slot("visit_list") is None:
            dispatcher.utter_message(json_message=_no_list(tracker))
            return understood(tracker)
        return _edit(dispatcher, tracker)


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


def _edit(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[Event]:
    items, before = tracker.get_slot("visit_list"), tracker.get_slot("visit_list_before")
    edit = read_edit(hear(tracker.latest_message))
    if edit is None:
        changed: Any = draft("visit.how_to_edit")
    elif edit.undo:
        changed = before if before is not None else draft("visit.nothing_to_undo")
    else:
        changed = apply_edit(items, edit)
    if isinstance(changed, dict):
        dispatcher.utter_message(json_message=changed)
        return understood(tracker)
    dispatcher.utter_message(json_message=_shown(changed, tracker))
    events = {"visit_list": changed, "visit_list_before": items, "last_task": "visit"}
    return [*slots_set(events), *understood(tracker)]


def _shown(items: Sequence[Item], tracker: Tracker) -> Draft:
    """The list; where the person is texting, with the offer to remind them of the visit."""
    shown = show(items)
    if items and may_remind(tracker):
        shown["choices"] = [*choices_of(shown["message"]), "remind.ask"]
    return shown


def _no_list(tracker: Tracker) -> Draft:
    return draft("visit.not_yet" if tracker.active_loop_name == FORM else "visit.no_list")
