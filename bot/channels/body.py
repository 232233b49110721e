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
        if refusal := _refusal(scope["method"], Headers(scope=scope)):
            response = await problem_response(Request(scope), refusal)
            return await response(scope, receive, send)
        if scope["method"] in _WITHOUT:  # an event stream listens until its page goes away
            return await self.app(scope, receive, send)
        return await self.app(scope, _Bounded(receive), send)


class _Bounded:
    """``receive``, which raises `Problem` into the call that reads too much or too slowly."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._left = LARGEST
        self._more = True
        self._due = asyncio.get_running_loop().time() + IN_TIME

    async def __call__(self) -> Message:
        if not self._more:
            return await self._receive()
        in_time = max(self._due - asyncio.get_running_loop().time(), 0)
        try:
            message = await asyncio.wait_for(self._receive(), in_time)
        except asyncio.TimeoutError:
            raise _too_slow() from None
        self._left -= len(message.get("body", b""))
        self._more = message.get("more_body", False)
        if self._left < 0:
            raise _too_large()
        return message


def _refusal(method: str, headers: Headers) -> Problem | None:
    said = headers.get("content-length", "0")
    if "content-length" in headers and "transfer-encoding" in headers:  # RFC 9112, 6.1
        return Problem(HTTPStatus.BAD_REQUEST, "body: two lengths", Connection="close")
    if method in _WITHOUT and (said != "0" or "transfer-encoding" in headers):
        return Problem(
            HTTPStatus.BAD_REQUEST, f"body: a {method} has none here", Connection="close"
        )
    return None if said.isdecimal() and int(said) <= LARGEST else _too_large()


def _too_large() -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"body: at most {LARGEST} bytes", Connection="close"
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
