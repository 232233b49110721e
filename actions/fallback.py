"""When a message is not understood, or means nothing here: a question with choices, then what the
bot can do, then a person. Also the ways out: stop a task, start over."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import Restarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import find_provider, notes, prepare_visit, reminding, reporting, who_to_see
from actions.answer import about
from actions.content import message_ids
from actions.doubt import guessed, is_near
from actions.drafts import Draft, draft
from actions.feelings import heard_out
from actions.heard import Heard, hear
from actions.memory import SEARCH_SLOTS, VISIT_QUESTIONS, slots_set, understood
from actions.reached import answered_later
from actions.search_answers import read_search

_STEPS = ("fallback.clarify", "fallback.can_do", "fallback.human")
_STEPS_IN_TASK = ("fallback.in_task", "fallback.in_task_again", "fallback.human")
_REPLIES = {
    "affirm": "fallback.affirm",
    "deny": "fallback.deny",
    "go_back": "fallback.nothing_before",
}
_CONFIDES = 0.3  # from here on a guess that somebody says how they are is answered as one
_LIKELY = 0.05  # an intent below this confidence is not offered as a guess
_MOST_GUESSES = 3
_FIRST = 2  # a thing named alone is meant when it is among so many topics
GUESSES = frozenset({
    "first_visit", "ask_role", "compare_roles", "who_for", "prepare_visit", "find_provider",
    "ask_cost", "ask_format", "ask_approach", "ask_rights", "ask_sources", "ask_bot",
    "ask_storage", "ask_capabilities", "ask_human", "who_to_see",
})  # fmt: skip


class ActionFallback(Action):
    def name(self) -> str:
        return "action_fallback"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        heard = hear(tracker.latest_message)
        in_task = tracker.active_loop_name is not None
        if (followed := answered_later(heard, tracker)) is not None:
            for said in followed:
                dispatcher.utter_message(json_message=said)
            return understood(tracker)
        if _confides(heard):
            said_kindly, events = heard_out(tracker)
            dispatcher.utter_message(json_message=said_kindly)
            return events
        if not in_task and (reply := _sensible(heard)):
            dispatcher.utter_message(json_message=reply)
            return understood(tracker)
        answers = heard.intent == "inform" and not heard.asks
        looks = not in_task and (answers or not is_near(heard))
        if looks and (said := _search_words(heard, tracker.slots)):
            dispatcher.utter_message(json_message=draft("fallback.looking"))
            return [*understood(tracker), *slots_set(said), SlotSet("last_task", "offer")]
        misses = int(tracker.get_slot("misses") or 0) + 1
        likely = None if in_task or (misses > 1 and not is_near(heard)) else guessed(heard)
        dispatcher.utter_message(json_message=likely or not_understood(heard, misses, in_task))
        return [SlotSet("misses", min(misses, len(_STEPS)))]


def not_understood(heard: Heard, misses: int, in_task: bool) -> Draft:
    """The draft for the ``misses``-th message in a row (from 1) that was not understood."""
    step = min(misses, len(_STEPS)) - 1
    if in_task:
        return draft(_STEPS_IN_TASK[step])
    guesses = _guesses(heard) if step == 0 else []
    if guesses:
        return draft(_STEPS[step], choices=[*guesses, "guess.something_else"])
    return draft(_STEPS[step])


def _confides(heard: Heard) -> bool:
    """Better kind to somebody who asked for something else than "I am not sure I got that" to
    somebody who said how they are."""
    told = dict(heard.ranking).get("share_feelings", 0.0) >= _CONFIDES
    asks = heard.asks or is_near(heard)
    return heard.intent == "nlu_fallback" and told and not asks and not heard.bare


def _guesses(heard: Heard) -> list[str]:
    likely = [name for name, confidence in heard.ranking if confidence >= _LIKELY]
    return [f"guess.{name}" for name in likely if name in GUESSES][:_MOST_GUESSES]


def _sensible(heard: Heard) -> Draft | None:
    """A reply to what makes some sense outside a task: yes, no, a thing just named."""
    if heard.intent in _REPLIES and not is_near(heard):
        return draft(_REPLIES[heard.intent])
    if heard.topics and heard.topics[0].score == 1.0:  # its label
        return guessed(heard)
    if not heard.bare and (heard.intent != "inform" or heard.asks):
        return None
    said = about(heard, message_ids())
    near = [one.id for one in heard.topics[:_FIRST]] if is_near(heard) else []
    return guessed(heard) if said and near and said["message"] not in near else said


def _search_words(heard: Heard, slots: dict[str, Any]) -> dict[str, Any]:
    """Answers of a search that was never started: they are kept, and a search is offered."""
    reading = read_search(heard, None, slots)
    return (
        {} if reading.notices else {name: value for name, value in reading.slots.items() if value}
    )


class ActionCancel(Action):
    """Stops the form that is under way and lets go of its answers."""

    def name(self) -> str:
        return "action_cancel"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        stopped = {
            find_provider.FORM: ("find.cancelled", SEARCH_SLOTS),
            prepare_visit.FORM: ("visit.cancelled", VISIT_QUESTIONS),
            who_to_see.FORM: ("who.cancelled", who_to_see.SLOTS),
            reminding.FORM: ("reminder.not_set", reminding.QUESTIONS),
            notes.FORM: ("notes.not_kept", notes.QUESTIONS),
            reporting.FORM: ("report.cancelled", reporting.QUESTIONS),
        }
        message, slots = stopped.get(
            tracker.active_loop_name or "", ("fallback.nothing_to_stop", ())
        )
        dispatcher.utter_message(json_message=draft(message))
        return slots_set(dict.fromkeys(slots)) + understood(tracker)


class ActionRestart(Action):
    """In place of Rasa's own: says so, and forgets every answer."""

    def name(self) -> str:
        return "action_restart"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(json_message=draft("smalltalk.restart"))
        return [Restarted()]
