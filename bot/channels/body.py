"""What comes in with a request: at most so much, and in time. For every call of the edge."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.problems import Problem, problem_response

LARGEST = 64 * 1024
"""Bytes of one request's body."""
LARGER = {"/api/handoff/": 1024 * 1024}
"""The same where outside inboxes tell of their events, by the beginning of the path."""
IN_TIME = 10.0
"""Seconds in which all of it must be here."""
_WITHOUT = frozenset({"GET", "HEAD", "OPTIONS"})


class BodyLimits:
    """Refuses by what a request says of itself, then by what comes. The refusal ends the
    connection: what is still to come of that request is not waited for."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        most = next((n for path, n in LARGER.items() if scope["path"].startswith(path)), LARGEST)
        if refusal := _refusal(Headers(scope=scope), most):
            response = await problem_response(Request(scope), refusal)
            return await response(scope, receive, send)
        return await self.app(scope, _Bounded(receive, most, scope["method"] in _WITHOUT), send)


class _Bounded:
    """``receive``, which raises `Problem` into the call that reads too much or too slowly.

    A call that has no use for a body listens only whether its page goes away: it hears that.
    """

    def __init__(self, receive: Receive, most: int, unused: bool) -> None:
        self._receive = receive
        self._unused = unused
        self._most = self._left = most
        self._more = True
        self._due = asyncio.get_running_loop().time() + IN_TIME

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        in_time = max(self._due - asyncio.get_running_loop().time(), 0)
        try:
            message = await asyncio.wait_for(self._receive(), in_time)
        except asyncio.TimeoutError:
            return self._refused(_too_slow())
        self._left -= len(message.get("body", b""))
        self._more = message.get("more_body", False)
        return self._refused(_too_large(self._most)) if self._left < 0 else message

    def _refused(self, problem: Problem) -> Message:
        if self._unused:
            return {"type": "http.disconnect"}
        raise problem


def _refusal(headers: Headers, most: int) -> Problem | None:
    said = headers.get("content-length", "0")
    if "content-length" in headers and "transfer-encoding" in headers:  # RFC 9112, 6.1
        return Problem(HTTPStatus.BAD_REQUEST, "body: two lengths", Connection="close")
    return None if said.isdecimal() and int(said) <= most else _too_large(most)


def _too_large(most: int) -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: at most {most} bytes", Connection="close"
    )


def _too_slow() -> Problem:
    return Problem(
        HTTPStatus.REQUEST_TIMEOUT,
        f"body: all of it must come within {IN_TIME:.0f} seconds",
        Connection="close",
    )


async def read_json(request: Request) -> dict[str, Any]:
    """The JSON object of the body; {} when it is empty. Raises `Problem`."""
    try:
        parsed = json.loads(await request.body() or b"{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Problem(HTTPStatus.BAD_REQUEST, "body: not JSON") from None
    if not isinstance(parsed, dict):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "body: not a JSON object")
    return parsed


def _no_number(name: str) -> None:
    raise ValueError(name)  # NaN and Infinity are Python's, not JSON's
