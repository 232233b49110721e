"""Answers: the message for an intent and the first thing that the person named."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.ages import age_group
from actions.compare import comparison
from actions.content import cues, message_ids
from actions.doubt import CONTENT, disputed, of_topic, sure_topic, unsure
from actions.drafts import Draft, draft
from actions.heard import Heard, hear
from actions.memory import understood
from actions.topics import topic

# Intent → the entity it is about, and the message's id without and with it.
_BY_ENTITY = {
    "ask_role": ("role", "role"),
    "who_for": ("need", "who_for"),
    "first_visit": ("role", "first_visit"),
    "ask_cost": ("cost_term", "cost"),
    "ask_approach": ("approach", "approach"),
    "ask_rights": ("right", "rights"),
}
_FIXED = {
    "ask_format": "format.overview",
    "ask_sources": "sources.overview",
    "ask_bot": "about.what",
    "ask_storage": "about.storage",
    "ask_capabilities": "about.can_do",
    "ask_human": "human.now",
    "greet": "smalltalk.greet",
    "thank": "smalltalk.thank",
    "goodbye": "smalltalk.goodbye",
    "out_of_scope": "scope.out",
}
_CHILDREN = frozenset({"child", "teen"})


class ActionAnswer(Action):
    def name(self) -> str:
        return "action_answer"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        heard = hear(tracker.latest_message)
        dispatcher.utter_message(json_message=reply(heard, message_ids()))
        age = age_group(heard.text) if heard.intent == "who_for" else None
        if age and tracker.get_slot("wishes") is None and tracker.active_loop_name is None:
            return [SlotSet("wishes", {"age_groups": [age]}), *understood(tracker)]
        return understood(tracker)


def reply(heard: Heard, written: Collection[str]) -> Draft:
    """The draft that answers a message: by its topic where one stands out, else by its intent and
    names, else a choice between what it may mean. ``written`` holds the ids of all messages."""
    if not heard.text or heard.intent not in CONTENT:
        return answer(heard, written)
    if topic_id := sure_topic(heard):
        return disputed(topic_id, heard) or of_topic(topic_id, heard, written)
    said = answer(heard, written)
    return unsure(said["message"], heard) or said


def answer(heard: Heard, written: Collection[str]) -> Draft:
    """The draft for an intent and what is named; ``written`` holds the ids of the messages."""
    intent = _meant(heard)
    if intent == "ask_care":
        known = (one for one in heard.values("topic") if one in written)
        return of_topic(next(known, "scope.out"), heard, written)
    if intent == "compare_roles":
        return comparison(heard.values("role"), written)
    if intent in _BY_ENTITY:
        entity, subject = _BY_ENTITY[intent]
        named = heard.values(entity) or [topic(heard.text, cues(entity)) or "overview"]
        if subject == "who_for" and _CHILDREN & set(named) and (age := age_group(heard.text)):
            named = [age, *named]
        ids = [f"{subject}.{value}" for value in named]
        return draft(next((one for one in ids if one in written), f"{subject}.overview"))
    return draft(_FIXED[intent])


def _meant(heard: Heard) -> str:
    """The intent, seen together with what is named: "who can prescribe" names a need and no role,
    "should I see a therapist or a psychiatrist" two roles and no need."""
    roles, needs = heard.values("role"), heard.values("need")
    if heard.intent in ("ask_role", "compare_roles") and needs and not roles:
        return "who_for"
    if heard.intent in ("ask_role", "who_for") and len(roles) > 1 and not needs:
        return "compare_roles"
    if heard.intent == "who_for" and roles and not needs:
        return "ask_role"
    return heard.intent


def about(heard: Heard, written: Collection[str]) -> Draft | None:
    """What there is to say of a thing that was named and nothing else ("EMDR"), if anything."""
    for intent, (entity, _) in _BY_ENTITY.items():
        if intent != "first_visit" and heard.values(entity):
            return answer(Heard(intent, entities=heard.entities), written)
    return None
