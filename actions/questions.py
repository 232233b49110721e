"""The questions of a form, and answers by the number of a choice. Rasa runs
``action_ask_<form>_<slot>`` for the slot it wants next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.content import choices_of, meaning_of
from actions.drafts import Draft
from actions.heard import Heard, hear

_LONG = 3  # digits; as many are no number of a choice


class Question(Action, ABC):
    """Asks for one slot of one form."""

    form: ClassVar[str]
    slot: ClassVar[str]

    def name(self) -> str:
        return f"action_ask_{self.form}_{self.slot}"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        dispatcher.utter_message(json_message=self.ask(tracker.slots))
        return []

    @classmethod
    def for_slot(cls, slot: str, slots: dict[str, Any]) -> Draft:
        """The draft of the question, of this form's, that asks for a slot."""
        return next(one for one in cls.__subclasses__() if one.slot == slot)().ask(slots)

    @abstractmethod
    def ask(self, slots: dict[str, Any]) -> Draft:
        """The draft of the question, given the answers so far."""


def by_number(heard: Heard, question: Draft) -> Heard:
    """A message that is nothing but the number of one of the question's choices, as that choice;
    any other message as it is."""
    said = heard.text.strip(" .)#")
    offered = question.get("choices") or choices_of(question["message"])
    if not (said.isdigit() and len(said) < _LONG and 1 <= int(said) <= len(offered)):
        return heard
    one = offered[int(said) - 1]
    picked: dict[str, Any] = {"choice": one} if isinstance(one, str) else one
    meant = meaning_of(picked["choice"])
    if not meant:
        return heard
    entities = meant["entities"] | dict(picked.get("entities", {}))
    found = [{"entity": name, "value": value} for name, value in entities.items()]
    return hear(
        {"text": "", "intent": {"name": meant["intent"], "confidence": 1.0}, "entities": found}
    )
