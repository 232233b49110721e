"""A small real model, trained once, and a real action server's executor behind a real socket."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rasa", reason="Rasa runs on Python 3.10 only")

import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.fernet import Fernet
from rasa.core.agent import Agent
from rasa.shared.core.domain import Domain
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk import Action, FormValidationAction, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, FollowupAction, Restarted, SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from bot.engine.dialogue import Dialogue, Heard
from bot.engine.tracker_store import EncryptedTrackerStore
from bot.store.tables import metadata

MODEL = Path(__file__).parent / "model"
structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
os.environ["RASA_TELEMETRY_ENABLED"] = "false"


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    from rasa.model_training import train

    out = tmp_path_factory.mktemp("model")
    data = [str(MODEL / "nlu.yml"), str(MODEL / "rules.yml")]
    trained = train(str(MODEL / "domain.yml"), str(MODEL / "config.yml"), data, str(out))
    assert trained.model is not None
    return trained.model


class Does(Action):
    """An action by a name that says something and returns events; with no message, it is silent."""

    # Defaults, because Rasa's SDK makes one of every action class of the process (tests/actions).
    def __init__(
        self, name: str = "does_nothing", message: str | None = None, *events: dict[str, Any]
    ) -> None:
        self._name, self._message, self._events = name, message, list(events)

    def name(self) -> str:
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[dict[str, Any]]:
        if self._message == "break":
            raise ValueError("a fault in the action")
        if self._message:
            dispatcher.utter_message(json_message={"message": self._message})
        return self._events


class Validate(FormValidationAction):
    def name(self) -> str:
        return "validate_find_form"

    def validate_zip(self, value: Any, *_: Any) -> dict[str, Any]:
        return {"zip": value if value != "00000" else None}


EMPTIED = [SlotSet(slot, None) for slot in ("role", "zip", "wish")]
ACTIONS = [
    Does("action_answer", "answer", SlotSet("colour", "blue")),
    Does("action_found", "found", *EMPTIED),
    Does("action_stop", "stopped", ActiveLoop(None), SlotSet("requested_slot", None)),
    Does("action_restart", "restarted", AllSlotsReset(), Restarted()),
    Does("action_ask_role", "ask.role"),
    Does("action_ask_zip", "ask.zip"),
    Does("action_ask_wish", "ask.wish"),
    Does("action_nothing", None),
    Does("action_break", "break"),
    Does("action_round", "again", FollowupAction("action_round")),
    Validate(),
]


@dataclass
class Actions:
    """The action server: ``broken`` answers 500 to everything, ``asked`` are the actions it ran,
    ``tracker`` what the last of them was told."""

    broken: bool = False
    asked: list[str] = field(default_factory=list)
    tracker: dict[str, Any] = field(default_factory=dict)
    executor: ActionExecutor = field(default_factory=ActionExecutor)

    def __post_init__(self) -> None:
        for action in ACTIONS:
            self.executor.register_action(action)

    async def webhook(self, request: web.Request) -> web.Response:
        call = await request.json()
        self.asked.append(call["next_action"])
        self.tracker = call["tracker"]
        if self.broken:
            return web.json_response({"error": "broken", "request_body": call}, status=500)
        try:
            return web.json_response(await self.executor.run(call))
        except ValueError as fault:
            return web.json_response({"error": str(fault)}, status=500)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhook", self.webhook)
        app.router.add_get("/health", lambda _: web.json_response({"status": "ok"}))
        return app


@dataclass
class Room:
    """One Rasa agent with our dialogue on top, its store and its action server."""

    agent: Agent
    dialogue: Dialogue
    store: EncryptedTrackerStore
    actions: Actions
    database: Path
    _count: int = 0

    async def says(self, text: str, conversation: str = "c1") -> list[str]:
        turn = await self.dialogue.turn(self.heard(conversation, text=text))
        return [draft["message"] for draft in turn.drafts]

    async def chooses(self, intent: str, conversation: str = "c1", **entities: str) -> list[str]:
        heard = self.heard(conversation, intent=intent, entities=entities)
        return [draft["message"] for draft in (await self.dialogue.turn(heard)).drafts]

    def heard(self, conversation: str, **said: Any) -> Heard:
        self._count += 1
        metadata = {"language": "en", "clinic": "demo"}
        return Heard(conversation, f"m{self._count}", metadata, **said)

    def bytes_on_disk(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.database.parent.glob("*.db*"))


@pytest.fixture
async def room(model: str, tmp_path: Path) -> AsyncIterator[Room]:
    actions = Actions()
    server = TestServer(actions.app())
    await server.start_server()
    store = new_store(tmp_path / "rasa.db")
    endpoint = EndpointConfig(str(server.make_url("/webhook")))
    agent = Agent.load(model, tracker_store=store, action_endpoint=endpoint)
    dialogue = Dialogue(agent)
    yield Room(agent, dialogue, store, actions, tmp_path / "rasa.db")
    await dialogue.close()
    await server.close()


def new_store(path: Path, keys: str = "") -> EncryptedTrackerStore:
    store = EncryptedTrackerStore(
        Domain.empty(), f"sqlite:///{path}", keys or Fernet.generate_key().decode()
    )
    metadata.create_all(store._engine)
    return store
