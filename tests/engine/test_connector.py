"""The door into Rasa, over HTTP as the edge's own client comes in."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
from rasa.core.run import configure_app
from rasa_sdk import Tracker
from sanic import Sanic

from actions.from_edge import listing_asked_about, local_time, may_remind
from actions.own_providers import of_the_clinic
from bot.engine.client import EngineClient, EngineDown, EngineRefused, Turned
from bot.engine.connector import EdgeInput
from directory.query import Query

from .conftest import Room

pytestmark = pytest.mark.engine

TOKEN = "t" * 32
SAID = {"conversation": "c1", "message_id": "m1", "language": "en", "clinic": "demo"}


@pytest.fixture
async def port(room: Room) -> AsyncIterator[int]:
    """Rasa's own server around our connector, on a port of its own."""
    Sanic.test_mode = True  # so that a server can be started again in the same process
    Sanic._app_registry.clear()
    app = configure_app([EdgeInput(TOKEN)], enable_api=False)
    app.ctx.agent = room.agent
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    server = await app.create_server("127.0.0.1", free, return_asyncio_server=True)
    await server.startup()
    await server.before_start()
    await server.after_start()
    yield free
    await server.close()
    await server.after_stop()


@pytest.fixture
async def client(port: int) -> AsyncIterator[EngineClient]:
    client = EngineClient(port, TOKEN)
    yield client
    await client.aclose()


@pytest.fixture
async def raw(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/webhooks/edge") as raw:
        raw.headers["Authorization"] = f"Bearer {TOKEN}"
        yield raw


async def test_text_and_choices_come_back_as_drafts(client):
    asked = await client.turn(**SAID, text="find me a provider")
    assert asked == Turned(({"message": "ask.role"},), {"message": "ask.role"})
    chosen = await client.turn(
        **{**SAID, "message_id": "m2"}, intent="inform", entities={"role": "therapist"}
    )
    assert chosen.drafts == ({"message": "ask.zip"},)


async def test_the_same_message_id_gets_the_same_drafts(client, room):
    first = await client.turn(**SAID, text="find me a provider")
    ran = len(room.actions.asked)
    assert await client.turn(**SAID, text="find me a provider") == first
    assert len(room.actions.asked) == ran


async def test_whose_providers_the_clinic_shows_reaches_the_actions_with_every_message(
    client, room
):
    ours = {"providers": "only_ours", "provider_source": "own-list:elm"}
    for number, clinic in enumerate((ours, {}, {"providers": "ours_first"})):
        said = {**SAID, "message_id": f"m{number}", **clinic}
        await client.turn(**said, text="hello")
        query = of_the_clinic(Query(state="TX"), Tracker.from_dict(room.actions.tracker))
        assert query.sources == (("own-list:elm",) if clinic is ours else ())
        assert query.prefer == ()


async def test_what_the_edge_knows_of_a_text_reaches_the_actions(client, room):
    sms = {"channel": "sms", "local_time": "2026-11-21T10:00"}
    asked = {**sms, "last": "reminder.reached", "about": "7"}
    await client.turn(**SAID, text="hello", situation=asked)
    tracker = Tracker.from_dict(room.actions.tracker)
    assert local_time(tracker) == datetime(2026, 11, 21, 10)
    assert may_remind(tracker)
    assert listing_asked_about(tracker, "reminder.reached") == 7
    await client.turn(**{**SAID, "message_id": "m2"}, text="hello")
    assert not may_remind(Tracker.from_dict(room.actions.tracker))


async def test_a_failed_action_is_an_error_and_the_turn_can_be_tried_again(client, room):
    room.actions.broken = True
    with pytest.raises(EngineDown):
        await client.turn(**SAID, text="hello")
    room.actions.broken = False
    assert (await client.turn(**SAID, text="hello")).drafts == ({"message": "answer"},)


async def test_a_dead_database_is_an_error_and_not_an_empty_memory(client, room, monkeypatch):
    await client.turn(**SAID, text="find me a provider")
    with monkeypatch.context() as patch:
        patch.setattr(room.store, "_read", lambda _: 1 / 0)
        with pytest.raises(EngineDown):
            await client.turn(**{**SAID, "message_id": "m2"}, text="therapist")
    again = await client.turn(**{**SAID, "message_id": "m2"}, text="therapist")
    assert again.drafts == ({"message": "ask.zip"},)


async def test_an_erased_conversation_is_gone(client, room):
    await client.turn(**SAID, text="find me a provider")
    await client.forget("c1")
    assert await room.store.retrieve("c1") is None


async def test_it_is_ready_when_the_action_server_answers(client, room):
    assert await client.ready()
    room.dialogue._actions.url = "http://127.0.0.1:9/webhook"


@pytest.mark.parametrize(
    "shown",
    ["", "Bearer", "Bearer wrong", f"bearer {TOKEN}", f"Bearer {TOKEN}x", TOKEN, "Bearer é"],
)
async def test_without_the_token_nothing_answers(raw, shown):
    headers = {"Authorization": shown.encode()}
    for method, path in (("POST", "/turn"), ("DELETE", "/conversations/c1"), ("GET", "/ready")):
        assert (await raw.request(method, path, headers=headers)).status_code == 401


async def test_the_client_says_down_when_its_token_is_wrong(port):
    client = EngineClient(port, "x" * 32)
    with pytest.raises(EngineDown, match="401"):
        await client.turn(**SAID, text="hello")
    await client.aclose()


async def test_the_client_says_down_when_nobody_is_there():
    client = EngineClient(9, TOKEN)
    with pytest.raises(EngineDown):
        await client.turn(**SAID, text="hello")
    assert not await client.ready()
    await client.aclose()


async def test_the_client_says_refused_for_a_choice_the_model_lacks(client):
    with pytest.raises(EngineRefused, match="no_such"):
        await client.turn(**SAID, intent="no_such")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "text or intent"),
        ({"message_id": "", "text": "x"}, "message_id"),
        ({"conversation": 7, "text": "x"}, "conversation"),
        ({"text": " "}, "text"),
        ({"intent": "find", "entities": {"zip": {}}}, "entities"),
        ({"intent": "find", "text": "x"}, "either"),
    ],
)
async def test_a_body_that_is_not_a_turn_is_told_why(raw, given, says):
    response = await raw.post("/turn", json={**SAID, **given})
    assert response.status_code == 422
    assert says in response.json()["error"]


@pytest.mark.parametrize(("body", "says"), [(b"{", "not JSON"), (b"[]", "not an object")])
async def test_a_body_that_is_not_an_object_is_told_so(raw, body, says):
    response = await raw.post("/turn", content=body)
    assert response.status_code == 422
    assert says in response.json()["error"]


async def test_no_text_of_a_person_reaches_the_log(client, room, caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    room.actions.broken = True
    with pytest.raises(EngineDown):
        await client.turn(**SAID, text="hello my name is Quark")
    typed = "hello my name is Quark"
    monkeypatch.setattr(room.store, "_read", lambda _: int(typed))
    with pytest.raises(EngineDown):
        await client.turn(**SAID, text=typed)
    assert "Turn not taken" in caplog.text
    assert "Quark" not in caplog.text
