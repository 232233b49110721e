"""A conversation with the real rules, forms and actions, in this process. The intent of a typed
message is given; its entities are found by the project's own gazetteer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor

from bot.engine.figures import find_figures
from bot.engine.gazetteer import Gazetteer
from guardrails.catalogue import load_catalogue
from guardrails.helplines import load_helplines
from guardrails.release import Releaser

Draft = dict[str, Any]
CONTENT = Path(__file__).resolve().parents[2] / "data" / "content"
TODAY = date(2026, 11, 20)
CATALOGUE = load_catalogue(CONTENT)
RELEASER = Releaser(CATALOGUE, load_helplines(CONTENT / "helplines.yml", TODAY), lambda: TODAY)
FILLED_BY_THE_EDGE = {"human.now", "reminder.set"}
OF_THE_EDGE = ("sheet.link",)


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
        self.clinic: dict[str, str] = {}
        """What the edge sends of the clinic with each message."""

    async def says(
        self,
        text: str,
        intent: str,
        confidence: float = 0.9,
        rival: tuple[str, float] | None = None,
    ) -> list[Draft]:
        found = [*self.names.find(text), *find_figures(text)]
        entities = [
            {"entity": one.entity, "value": one.value, "start": one.start, "end": one.end}
            for one in found
        ]
        guesses = [(intent, confidence), *([rival] if rival else [])]
        ranking = [{"name": name, "confidence": sure} for name, sure in guesses]
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
            UserMessage(
                text,
                drafts,
                self.who,
                parse_data=heard,
                metadata={"language": "en", **self.clinic},
            )
        )
        for draft in drafts.all:
            assert can_be_released(draft)
        return drafts.all


def can_be_released(draft: Draft) -> bool:
    """Raises `Withheld` when the draft would not reach the person."""
    if draft["message"] in FILLED_BY_THE_EDGE:
        return True
    for card in draft.get("cards", ()):
        for line in _lines_of(card):
            assert RELEASER.release(line)
    cards = [card for card in draft.get("cards", ()) if "sheet" not in card]
    choices = [one for one in draft.get("choices", ()) if one not in OF_THE_EDGE]
    shown = {**draft, "cards": cards} | ({"choices": choices} if "choices" in draft else {})
    return bool(RELEASER.release(shown))


def _lines_of(card: dict[str, Any]) -> Iterator[Draft]:
    """The reviewed lines of a sheet, each with its title and why it helps, as drafts."""
    for section in card.get("sheet", {}).get("sections", ()):
        yield {"message": f"sheet.section.{section['id']}"}
        for item in section["items"]:
            if "item" in item:
                yield {"message": item["item"], "slots": item.get("slots", {})}
            if "why" in item:
                yield {"message": item["why"]}


def ids(drafts: list[Draft]) -> list[str]:
    return [draft["message"] for draft in drafts]
