"""The questions of a form. Rasa runs ``action_ask_<form>_<slot>`` for the slot it wants next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.drafts import Draft


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

    @abstractmethod
    def ask(self, slots: dict[str, Any]) -> Draft:
        """The draft of the question, given the answers so far."""
