"""The one door into Rasa: loopback, behind a bearer token, named in ``credentials.yml``.

``POST turn`` and ``DELETE conversations/<id>`` and ``GET ready``, under ``/webhooks/edge/``.
An error is an error status with ``{"error": why}``; no text of a person is in it or in the log.
"""

from __future__ import annotations

import hmac
import json
import logging
import traceback
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as answer

from bot.engine.dialogue import Dialogue, Heard, TurnFailed, Unknown
from bot.store.crypto import Unsealable

_log = logging.getLogger(__name__)
_METADATA = ("language", "clinic")
_MORE_METADATA = ("providers", "provider_source", "channel", "local_time", "last", "about")
"""Whom the clinic's searches find, and of a text what actions/from_edge.py tells of."""
_SCALARS = (str, int, float)


class BadBody(Exception):
    """The request's body is not a turn; says what is wrong with it."""


class EdgeInput(InputChannel):
    """``token``: what the edge shows as its bearer token."""

    def __init__(self, token: str) -> None:
        if not token:
            raise ValueError("credentials.yml: the edge's token is empty; set CARENAV_ENGINE_TOKEN")
        self._token = token.encode()

    @classmethod
    def name(cls) -> str:
        return "edge"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> EdgeInput:
        return cls((credentials or {}).get("token") or "")

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        door = Blueprint("edge")

        @door.listener("after_server_start")
        async def open_dialogue(app: Sanic, _loop: Any) -> None:
            app.ctx.dialogue = Dialogue(app.ctx.agent)

        @door.listener("after_server_stop")
        async def close_dialogue(app: Sanic, _loop: Any) -> None:
            if hasattr(app.ctx, "dialogue"):
                await app.ctx.dialogue.close()

        @door.on_request
        async def authorise(request: Request) -> HTTPResponse | None:
            shown = request.headers.get("Authorization", "").encode()
            if hmac.compare_digest(shown, b"Bearer " + self._token):
                return None
            return answer({"error": "token"}, 401)

        @door.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            return await _guarded(_turn(request))

        @door.delete("/conversations/<conversation:str>")
        async def forget(request: Request, conversation: str) -> HTTPResponse:
            return await _guarded(_forget(request, conversation))

        @door.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if await request.app.ctx.dialogue.ready():
                return answer({"ready": True})
            return answer({"error": "actions"}, 503)

        return door


async def _turn(request: Request) -> HTTPResponse:
    turn = await request.app.ctx.dialogue.turn(_heard(request.body))
    return answer({"drafts": list(turn.drafts), "asking": turn.asking})


async def _forget(request: Request, conversation: str) -> HTTPResponse:
    await request.app.ctx.dialogue.forget(conversation)
    return empty()


async def _guarded(work: Awaitable[HTTPResponse]) -> HTTPResponse:
    try:
        return await work
    except (BadBody, Unknown) as fault:
        return answer({"error": str(fault)}, 422)
    except TurnFailed as fault:
        _log.error("Turn not taken: %s", fault)
        return answer({"error": "actions"}, 503)
    except Unsealable:
        _log.error("Turn not taken: its row opens with none of the keys; see: carenav keys status")
        return answer({"error": "engine"}, 503)
    except Exception as fault:  # the database, a component of the model: never told as a success
        where = "".join(traceback.format_tb(fault.__traceback__))  # a message may quote the person
        _log.error("Turn not taken: %s in\n%s", type(fault).__name__, where)
        return answer({"error": "engine"}, 503)


def _heard(body: bytes) -> Heard:
    try:
        given = json.loads(body)
    except ValueError:
        raise BadBody("the body is not JSON") from None
    if not isinstance(given, dict):
        raise BadBody("the body is not an object")
    conversation, message_id, *metadata = (
        _string(given, name) for name in ("conversation", "message_id", *_METADATA)
    )
    said = dict(zip(_METADATA, metadata, strict=True))
    said |= {name: _string(given, name) for name in _MORE_METADATA if name in given}
    if ("text" in given) == ("intent" in given):
        raise BadBody("give either text or intent")
    if "text" in given:
        return Heard(conversation, message_id, said, text=_string(given, "text"))
    intent, entities = _string(given, "intent"), given.get("entities", {})
    if not isinstance(entities, dict) or not all(_plain(value) for value in entities.values()):
        raise BadBody("entities must be an object of names and plain values, or lists of them")
    return Heard(conversation, message_id, said, intent=intent, entities=entities)


def _plain(value: object) -> bool:
    """A value, or several as in a choice that names two roles to compare."""
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, _SCALARS) for one in values)


def _string(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadBody(f"{name} must be a string that is not empty")
    return value
