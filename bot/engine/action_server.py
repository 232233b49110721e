"""Rasa's way to the action server, which remembers a failure that Rasa itself swallows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import aiohttp
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

_WAIT = 20.0  # seconds; the edge tells the person long before
_KEPT_OPEN = 2.0  # seconds; less than the five after which the action server hangs up
_REJECTED = 400  # an action's way to say "not me": part of a normal form
_SCHEMA = RemoteAction.action_response_format_spec()
_ANSWER = validator_for(_SCHEMA)(_SCHEMA)
_failures: ContextVar[list[str] | None] = ContextVar("action_failures", default=None)


class ActionServerError(RasaException):
    """An action was not run. Says which and why, never what the person wrote."""


_FAULTS = (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, ActionServerError)


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collects the failures of the actions called inside: ``MessageProcessor._run_action`` logs
    them and goes on as if the action had nothing to say."""
    failures: list[str] = []
    token = _failures.set(failures)
    try:
        yield failures
    finally:
        _failures.reset(token)


class ActionServer(EndpointConfig):
    """The endpoint of ``endpoints.yml``, with kept connections and checked answers.

    Since answers are checked here, Rasa's own check is left out: it checks its schema against the
    schema of schemas each time, which took four fifths of a turn.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        RemoteAction._validate_action_result = lambda _action, _answer: True
        self._session: aiohttp.ClientSession | None = None

    async def request(
        self, method: str = "post", json: dict[str, Any] | None = None, **_: Any
    ) -> dict[str, Any]:
        """The action's ``{"events", "responses"}``.

        Raises Rasa's ``ClientResponseError`` when the action rejects, else ``ActionServerError``.
        """
        try:
            async with self._kept().request(method, self.url, json=json) as response:
                answer = await response.json(content_type=None)
                return _checked(response.status, answer)
        except ClientResponseError:
            raise
        except _FAULTS as fault:
            reason = str(fault) if isinstance(fault, ActionServerError) else type(fault).__name__
            failure = f"action {(json or {}).get('next_action')!r} failed: {reason}"
        failures = _failures.get()
        if failures is not None:
            failures.append(failure)
        raise ActionServerError(failure)

    async def alive(self) -> bool:
        health = self.url.removesuffix("/webhook") + "/health"
        try:
            async with self._kept().get(health) as response:
                return response.status == 200
        except _FAULTS:
            return False

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _kept(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(keepalive_timeout=_KEPT_OPEN),
                timeout=aiohttp.ClientTimeout(total=_WAIT),
            )
        return self._session


def _checked(status: int, answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise ActionServerError(f"answer {status} is not an object")
    if status == _REJECTED and "action_name" in answer:
        raise ClientResponseError(status, "rejected", json.dumps(answer))
    if status != 200:
        raise ActionServerError(f"answer {status}")
    fault = next(_ANSWER.iter_errors(answer), None)
    if fault is not None:
        where = "/".join(map(str, fault.absolute_path))
        raise ActionServerError(f"its answer is malformed at {where or 'the top'}")
    return answer
