"""A short form in the middle of another: what it sets aside, what it gives way to, what goes on.

The forms of a report and of a reminder come and go like this.
"""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.find_by_name import ActionFindByName
from actions.memory import Event
from actions.search import ActionMoreResults

DECLINES = frozenset({"deny", "skip", "dont_know", "go_back", "not_that"})
"""Intents with which somebody wants no more of a short form."""
INSTEAD: dict[str, Action] = {
    "more_results": ActionMoreResults(),
    "find_by_name": ActionFindByName(),
}
"""What is done at once, by the intent with which it is wanted instead."""


class ActionSetAside(Action):
    """Leaves the form that is under way, to come back to it after the short one."""

    def name(self) -> str:
        return "action_set_aside"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        return [
            SlotSet("set_aside", tracker.active_loop_name),
            ActiveLoop(None),
            SlotSet("requested_slot", None),
        ]


def goes_on(tracker: Tracker, form: str | None, *, stays: bool) -> list[Event]:
    """What follows a short form: the ``form`` that is wanted instead, else the one set aside.

    It ``stays`` set aside when what is wanted is itself a short form, and comes after that one.
    """
    events = [] if stays else [SlotSet("set_aside", None)]
    if following := form or tracker.get_slot("set_aside"):
        events.append(FollowupAction(following))
    return events
