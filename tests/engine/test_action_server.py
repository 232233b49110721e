"""Calling the action server: what counts as a failure, and what is remembered of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.action_server import ActionServer, ActionServerError, watching

pytestmark = pytest.mark.engine


class Answering:
    """An action server that answers one thing to all."""

    status: int = 200
    body: Any = None

    async def webhook(self, _: web.Request) -> web.Response:
        if isinstance(self.body, bytes):
            return web.Response(body=self.body, status=self.status)
        return web.json_response(self.body, status=self.status)


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
async def server(answering: Answering) -> AsyncIterator[ActionServer]:
    app = web.Application()
    app.router.add_post("/webhook", answering.webhook)
    async with TestServer(app) as test_server:
        endpoint = ActionServer(str(test_server.make_url("/webhook")))
        yield endpoint
        await endpoint.close()


async def run(server: ActionServer) -> list[Any]:
    """As Rasa runs an action of its own accord."""
    action = RemoteAction("action_one", server)
    tracker = DialogueStateTracker("c1", [])
    nlg = TemplatedNaturalLanguageGenerator({})
    return await action.run(CollectingOutputChannel(), nlg, tracker, Domain.empty())


async def test_events_and_drafts_come_back(server, answering):
    answering.body = {
        "events": [{"event": "slot", "name": "zip", "value": "94110"}],
        "responses": [{"custom": {"message": "hello"}}],
    }
    with watching() as failures:
        uttered, slot = await run(server)
    assert uttered.data["custom"] == {"message": "hello"}
    assert (slot.key, slot.value) == ("zip", "94110")
    assert failures == []


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (500, {"error": "Quark", "request_body": {}}, "answer 500"),
        (404, {"error": "no such action", "action_name": "action_one"}, "answer 404"),
        (400, {"error": "Invalid body request"}, "answer 400"),
        (200, b"Quark", "JSONDecodeError"),
        (200, [], "not an object"),
        (200, {"events": {}, "responses": []}, "malformed at events"),
        (200, {"events": [{"event": "Quark"}], "responses": []}, "malformed at events/0"),
        (200, {"events": [], "responses": ["Quark"]}, "malformed at responses/0"),
    ],
)
async def test_any_other_answer_is_a_failure_told_without_its_text(
    server, answering, status, body, says
):
    answering.status, answering.body = status, body
    with watching() as failures, pytest.raises(ActionServerError) as caught:
        await run(server)
    [failure] = failures
    assert failure.startswith("action 'action_one' failed: ")
    assert says in failure
    assert "Quark" not in failure + str(caught.value)


async def test_nobody_there_is_a_failure():
    server = ActionServer("http://127.0.0.1:9/webhook")
    with watching() as failures, pytest.raises(ActionServerError):
        await run(server)
    assert len(failures) == 1
    await server.close()


async def test_a_rejection_is_part_of_a_normal_form(server, answering):
    answering.status = 400
    answering.body = {"error": "not mine", "action_name": "action_one"}
    with watching() as failures, pytest.raises(ActionExecutionRejection):
        await run(server)
    assert failures == []


async def test_failures_of_one_turn_are_not_those_of_another():
    server = ActionServer("http://127.0.0.1:9/webhook")
    with watching() as outer:
        with watching() as inner, pytest.raises(ActionServerError):
            await run(server)
        assert (len(inner), outer) == (1, [])
    await server.close()
