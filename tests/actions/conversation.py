"""A conversation with the real rules, forms and actions, in this process. The intent of a typed
message is given; its entities are found by the project's own gazetteer."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.engine.figures import find_figures
from bot.engine.gazetteer import Gazetteer
from guardrails.catalogue import load_catalogue

Draft = dict[str, Any]
CATALOGUE = load_catalogue(Path(__file__).resolve().parents[2] / "data" / "content")
FILLED_BY_THE_EDGE = {"human.now"}
FILLED_BY_RELEASE = {"emergency", "crisis_line"}


class LocalActions(EndpointConfig):
    """An action server without a network."""

    def __init__(self) -> None:
        super().__init__("http://actions.invalid")
        self.executor = ActionExecutor()
        self.executor.register_package("actions")

    async def request(self, *_: Any, json: Any = None, **__: Any) -> Any:
        return await self.executor.run(json)


class Drafts(OutputChannel):
    def __init__(self) -> None:
        self.all: list[Draft] = []

    @classmethod
    def name(cls) -> str:
        return "drafts"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        self.all.append(message["custom"])


class Conversation:
    """One person talking. `says` and `takes` give back the drafts of the turn."""

    def __init__(self, agent: Agent, names: Gazetteer, who: str) -> None:
        self.agent = agent
        self.names = names
        self.who = who

    async def says(self, text: str, intent: str, confidence: float = 0.9) -> list[Draft]:
        found = [*self.names.find(text), *find_figures(text)]
        entities = [
            {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end}
            for one in found
        ]
        ranking = [{"name": intent, "confidence": confidence}]
        return await self._turn(text, ranking, entities)

    async def takes(self, intent: str, entities: Mapping[str, Any] | None = None) -> list[Draft]:
        """Takes a choice."""
        given = [{"entity": name, "value": value} for name, value in (entities or {}).items()]
        return await self._turn(None, [{"name": intent, "confidence": 1.0}], given)

    async def slot(self, name: str) -> Any:
        tracker = await self.agent.tracker_store.get_or_create_tracker(self.who)
        return tracker.get_slot(name)

    async def _turn(
        self, text: str | None, ranking: list[dict[str, Any]], entities: list[dict[str, Any]]
    ) -> list[Draft]:
        heard = {
            "text": text,
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": entities,
        }
        drafts = Drafts()
        await self.agent.handle_message(
            UserMessage(text, drafts, self.who, parse_data=heard, metadata={"language": "en"})
        )
        for draft in drafts.all:
            in_the_catalogue(draft)
        return drafts.all


def in_the_catalogue(draft: Draft) -> None:
    """Every message, slot and choice of a draft is one that the catalogue has."""
    message = CATALOGUE.messages[draft["message"]]
    given = draft.get("slots", {})
    needed = {name for name, kind in message.slots.items() if kind not in FILLED_BY_RELEASE}
    if message.id not in FILLED_BY_THE_EDGE:
        assert set(given) == needed, message.id
    for name, value in given.items():
        if message.slots[name] == "lines":
            for line in value:
                in_the_catalogue(line)
        elif message.slots[name] == "fragment":
            assert value in CATALOGUE.messages
        elif message.slots[name] in ("label", "labels"):
            terms = [value] if isinstance(value, str) else value
            assert set(terms) <= set(CATALOGUE.terms)
    for choice in draft.get("choices", []):
        name = choice if isinstance(choice, str) else choice["choice"]
        assert name in CATALOGUE.choices


def ids(drafts: list[Draft]) -> list[str]:
    return [draft["message"] for draft in drafts]
