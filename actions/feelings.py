"""When somebody says how they are: it is acknowledged, and a person is offered. What they brought
up chooses the words of this one reply and is not kept; only how often is."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.content import cues
from actions.drafts import Draft, draft
from actions.heard import Heard, hear
from actions.memory import Event, understood
from actions.topics import ranked

_WHO = {  # what there is to read on who people see about it
    "grief": ("who_for.grief",),
    "money": ("who_for.no_insurance",),
    "work": ("who_for.work",),
    "family": ("who_for.couples", "who_for.family"),
    "lonely": ("who_for.talk",),
    "caring": ("who_for.child", "who_for.older_adult"),
}
_FIRST = "software"
_LATER = ("together", "person", "no_hurry")
_IN_TASK = ("in_task", "in_task_again", "person")


class ActionHearFeelings(Action):
    def name(self) -> str:
        return "action_hear_feelings"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[Event]:
        said, events = heard_out(tracker)
        dispatcher.utter_message(json_message=said)
        return events


def heard_out(tracker: Tracker) -> tuple[Draft, list[Event]]:
    """The reply to the latest message, and what to remember of it."""
    times = int(tracker.get_slot("times_confided") or 0) + 1
    said = kind_reply(hear(tracker.latest_message), times, tracker.active_loop_name is not None)
    return said, [*understood(tracker), SlotSet("times_confided", times)]


def kind_reply(heard: Heard, times: int, in_task: bool) -> Draft:
    """The draft for the ``times``-th such message of a conversation (from 1): six in a row differ.
    During a task no other is offered: its question comes next."""
    concern = _concern(heard)
    part = "heard" if times % 2 else "heard_more"
    if in_task:
        following = _IN_TASK[(times - 1) % len(_IN_TASK)]
    else:
        following = _LATER[(times - 2) % len(_LATER)] if times > 1 else _FIRST
    who = () if in_task else _WHO.get(concern, ("who_for.talk",))
    search = () if in_task else ("find.start",)
    return draft(
        "feelings.reply",
        choices=[*search, *who, "human"] if times == 1 else ["human", *search, *who],
        heard=f"feelings.{part}.{concern}",
        next=f"feelings.next.{following}",
    )


def _concern(heard: Heard) -> str:
    named = heard.values("concern") + [term for term, _ in ranked(heard.text, cues("concern"))]
    return "grief" if "grief" in named else next(iter(named), "general")
