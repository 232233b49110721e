"""A little service in the place of ours: it checks each signature, and answers as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

from bot.sms.account import FALLBACK, INCOMING, STATUS, Account

Posted = dict[str, str]


def twiml(*bodies: str, callback: str | None = None) -> str:
    answer = MessagingResponse()
    for body in bodies:
        answer.message(body, status_callback=callback)
    return str(answer)


@dataclass
class Little:
    """``answer`` makes the body of the answer from the fields; it may wait, or raise."""

    account: Account
    answer: Callable[[Posted], str] = lambda fields: twiml(f"heard {fields['Body']}")
    slow: float = 0.0
    """Seconds before the first answer; the next ones come at once."""
    status: int = 200
    incoming: list[Posted] = field(default_factory=list)
    fallback: list[Posted] = field(default_factory=list)
    statuses: list[Posted] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    forged: int = 0

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route(INCOMING, self._incoming, methods=["POST"]),
                Route(FALLBACK, self._fallback, methods=["POST"]),
                Route(STATUS, self._status, methods=["POST"]),
                Route("/healthz", lambda request: Response()),
            ]
        )

    async def _fields(self, request: Request) -> Posted:
        fields = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        query = f"?{request.url.query}" if request.url.query else ""
        genuine = RequestValidator(self.account.token).validate(
            self.account.url(request.url.path + query),
            fields,
            request.headers.get("x-twilio-signature", ""),
        )
        self.forged += not genuine
        return fields

    async def _incoming(self, request: Request) -> Response:
        self.incoming.append(await self._fields(request))
        self.tokens.append(request.headers["i-twilio-idempotency-token"])
        if len(self.incoming) == 1:
            await asyncio.sleep(self.slow)
        return self._answer(self.incoming[-1])

    async def _fallback(self, request: Request) -> Response:
        self.fallback.append(await self._fields(request))
        return self._answer(self.fallback[-1], 200)

    async def _status(self, request: Request) -> Response:
        self.statuses.append({**await self._fields(request), **dict(request.query_params)})
        return Response(status_code=204)

    def _answer(self, fields: Posted, status: int | None = None) -> Response:
        return Response(self.answer(fields), status or self.status, media_type="text/xml")
