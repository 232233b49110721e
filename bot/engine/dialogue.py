"""One turn inside Rasa: all of it or nothing, and the same message twice gets the same answer.

This stands where Rasa has ``Agent.handle_message``, which saves half a turn when an action fails,
starts a session of its own after an hour's silence, and falls back to an empty memory when the
database does not answer.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecuted, Event, UserUttered
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from bot.engine.action_server import ActionServer, watching
from bot.engine.several import understand
from bot.engine.snapshot import Conversation, Draft, Turn
from bot.engine.tracker_store import EncryptedTrackerStore

_TRY_AGAIN_AFTER = 0.05  # seconds, while another turn of the same conversation goes on
_NOT_UNDERSTOOD = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 0.0}
_OWN_WORDS = frozenset({"visit_matters"})  # questions whose answer is kept word for word
_SLASHES = "/\u2044\u2215\u29f8\uff0f"  # the last four look like the first


class TurnFailed(Exception):
    """Nothing of this turn was kept. Says why, without what the person wrote."""


class Unknown(Exception):
    """An intent or an entity that the model does not have."""


@dataclass(frozen=True)
class Heard:
    """What a person said: ``text`` typed, or a choice as ``intent`` and ``entities``."""

    conversation: str
    message_id: str
    metadata: dict[str, str]
    text: str | None = None
    intent: str | None = None
    entities: dict[str, Any] | None = None


class Drafts(OutputChannel):
    """Collects what the actions send."""

    def __init__(self) -> None:
        self.all: list[Draft] = []

    @classmethod
    def name(cls) -> str:
        return "edge"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        draft = message.get("custom")
        if not isinstance(draft, dict) or not isinstance(draft.get("message"), str):
            raise TurnFailed("something other than a draft was sent; see the response templates")
        self.all.append(draft)


class Dialogue:
    """A loaded Rasa agent, with a memory and a way to the actions that do not hide failures.

    Raises ``RasaException`` when ``endpoints.yml`` does not name our tracker store and an action
    server: Rasa itself would go on with a memory that forgets.
    """

    def __init__(self, agent: Agent) -> None:
        store = agent.tracker_store
        if isinstance(store, FailSafeTrackerStore):
            store = store._tracker_store
        if not isinstance(store, EncryptedTrackerStore):
            raise RasaException("endpoints.yml: tracker_store is not EncryptedTrackerStore")
        if not isinstance(agent.action_endpoint, EndpointConfig):
            raise RasaException("endpoints.yml: action_endpoint is missing")
        if not isinstance(agent.processor, MessageProcessor):
            raise RasaException("no model is loaded")
        self._store = store
        self._processor = agent.processor
        self._locks = agent.lock_store
        self._actions = ActionServer(agent.action_endpoint.url)
        self._processor.tracker_store = store
        self._processor.action_endpoint = self._actions

    async def turn(self, heard: Heard) -> Turn:
        """Raises ``TurnFailed``, ``Unknown``, or what the tracker store raises."""
        async with self._locks.lock(heard.conversation, wait_time_in_seconds=_TRY_AGAIN_AFTER):
            tracker = await self._processor.get_tracker(heard.conversation)
            answered = tracker.turn(heard.message_id)
            if answered is not None:
                return answered
            turn = await self._take(tracker, heard)
            tracker.add(turn)
            await self._store.save(tracker)
            return turn

    async def forget(self, conversation: str) -> None:
        async with self._locks.lock(conversation, wait_time_in_seconds=_TRY_AGAIN_AFTER):
            await self._store.delete(conversation)

    async def ready(self) -> bool:
        return await self._actions.alive()

    async def close(self) -> None:
        await self._actions.close()

    async def _take(self, tracker: Conversation, heard: Heard) -> Turn:
        """Rasa's own steps for a message, less its sessions and its saving."""
        drafts = Drafts()
        before = len(tracker.events)
        if not tracker.events:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        for message in await self._understood(tracker, heard):
            told = len(drafts.all)
            await self._say(message, tracker, drafts)
            if len(drafts.all) == told:
                why = f"nothing was said to intent {message.intent_name!r}; see the rules"
                raise TurnFailed(why)
        said = _each_once(drafts.all)
        asking = _asking(tracker, list(tracker.events)[before:], said)
        return Turn(heard.message_id, tuple(said), asking)

    async def _say(self, message: UserUttered, tracker: Conversation, drafts: Drafts) -> None:
        with watching() as failures:
            try:
                tracker.update(message, self._processor.domain)
                await self._processor.run_action_extract_slots(drafts, tracker)
                await self._processor._run_prediction_loop(drafts, tracker)
            except RasaException as fault:
                raise TurnFailed("; ".join(failures) or type(fault).__name__) from fault
        if failures:
            raise TurnFailed("; ".join(failures))
        if tracker.latest_action_name != ACTION_LISTEN_NAME:
            raise TurnFailed("the actions went round in a circle; see the rules")

    async def _understood(self, tracker: Conversation, heard: Heard) -> list[UserUttered]:
        """What was said, in as many messages as it holds requests."""
        text = heard.text or ""
        if heard.intent is not None:
            parsed = [self._chosen(heard.intent, heard.entities or {})]
        elif like_a_command(text):
            parsed = [{"text": text, "intent": dict(_NOT_UNDERSTOOD), "entities": []}]
        elif tracker.get_slot(REQUESTED_SLOT) in _OWN_WORDS:
            parsed = [await self._parse(text)]
        else:
            parsed = await understand(text, self._parse)
        return [
            UserUttered(
                one["text"],
                one["intent"],
                one["entities"],
                one,
                input_channel=Drafts.name(),
                message_id=heard.message_id,
                metadata=heard.metadata,
            )
            for one in parsed
        ]

    async def _parse(self, text: str) -> dict[str, Any]:
        parsed: dict[str, Any] = await self._processor.parse_message(UserMessage(text))
        return {**parsed, "text": text}

    def _chosen(self, intent: str, entities: dict[str, Any]) -> dict[str, Any]:
        domain = self._processor.domain
        if intent not in domain.intents:
            raise Unknown(f"intent {intent!r} is not in the model")
        for entity in entities:
            if entity not in domain.entities:
                raise Unknown(f"entity {entity!r} is not in the model")
        return {
            "text": None,
            "intent": {"name": intent, "confidence": 1.0},
            "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        }


def _each_once(drafts: list[Draft]) -> list[Draft]:
    """Of equal drafts the last: a form asks again after each answer of one message."""
    return [one for at, one in enumerate(drafts) if one not in drafts[at + 1 :]]


def like_a_command(text: str) -> bool:
    """Whether it begins, after blanks and invisible marks, with a slash or what looks like one.

    Rasa would take it for an intent (``unpack_regex_message``). It is kept as the words it is,
    and does nothing: "/restart" does not even mean "restart".
    """
    first = next((letter for letter in text if not _is_blank(letter)), " ")
    return first in _SLASHES


def _is_blank(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) in ("Cc", "Cf")


def _asking(tracker: Conversation, new: list[Event], drafts: list[Draft]) -> Draft | None:
    """A form that waits for an answer spoke last when it ran, and its question stands until it
    runs again."""
    form = tracker.active_loop_name
    if form is None or tracker.get_slot(REQUESTED_SLOT) is None:
        return None
    ran = any(isinstance(event, ActionExecuted) and event.action_name == form for event in new)
    return drafts[-1] if ran else tracker.asking
