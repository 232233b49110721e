"""When somebody has lost the thread, or says that the bot has: what is under way and known."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import find_provider, prepare_visit, who_to_see
from actions.drafts import Draft, draft
from actions.heard import hear
from actions.memory import Event, understood
from actions.noted import search_so_far, visit_so_far
from actions.who_shown import who_so_far

_MOST = 3  # misunderstandings in a row that are told apart


class ActionWhereWeAre(Action):
    """Answers "what were we doing" and "that is not what I asked". A form then asks again."""

    def name(self) -> str:
        return "action_where_we_are"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        wrong = hear(tracker.latest_message).intent == "not_that"
        task = where(tracker.active_loop_name, tracker.get_slot("last_task"), tracker.slots)
        if not wrong:
            dispatcher.utter_message(json_message=task or draft("fallback.nothing_under_way"))
            return understood(tracker)
        misses = int(tracker.get_slot("misses") or 0) + 1
        for said in apology(task if tracker.active_loop_name else None, misses):
            dispatcher.utter_message(json_message=said)
        return [SlotSet("misses", min(misses, _MOST))]


def where(form: str | None, last_task: str | None, slots: dict[str, Any]) -> Draft | None:
    """What is under way, or was last, as far as it got."""
    if form == find_provider.FORM or (form is None and last_task == "search"):
        return search_so_far(slots)
    if form == prepare_visit.FORM or (form is None and last_task == "visit"):
        return visit_so_far(slots)
    return who_so_far(slots) if form == who_to_see.FORM else None


def apology(task: Draft | None, misses: int) -> list[Draft]:
    """For a reply that missed the point; a person is offered when it was not the first."""
    if misses > 1:
        return [draft("fallback.human")]
    return [draft("fallback.sorry_in_task"), task] if task else [draft("fallback.sorry")]
