"""Texts, as Twilio posts them: those that people send, and what became of ours.

Each request is signed on the address that we are configured with; any other is refused, and
nothing of it is logged. The fallback address gets what the first one could not take.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot import metrics
from bot.channels.problems import Problem
from bot.sms.account import FALLBACK, INCOMING, STATUS, Account
from bot.sms.book import Given
from bot.sms.numbers import e164
from bot.sms.outbox import Outbox
from bot.sms.sender import THEY_OPTED_OUT
from bot.sms.signature import fields, is_genuine
from bot.sms.texting import Replayed, Texting
from bot.sms.twiml import answer
from bot.sms.values import Inbound
from bot.store.record import StoreDown

log = logging.getLogger(__name__)

LONGEST = 4_000
"""Characters of a text that are read; Twilio sends at most 1,600."""
_DIGITS = 6
_SID = 34
"""Characters of a MessageSid."""


@dataclass(frozen=True)
class SmsChannel:
    """``account`` None: there is no Twilio account, and no request can be believed."""

    account: Account | None
    texting: Texting
    outbox: Outbox
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        return [
            Route(INCOMING, self.incoming, methods=["POST"]),
            Route(FALLBACK, self.fallback, methods=["POST"]),
            Route(STATUS, self.status, methods=["POST"]),
        ]

    async def incoming(self, request: Request) -> Response:
        """A text that can't be kept is answered with 503: Twilio tries again, then the fallback."""
        _account, told = await self._believed(request)
        try:
            return self._answer(await self._take(_inbound(told)))
        except StoreDown:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "not taken; send it again", Retry_After="2"
            ) from None

    async def fallback(self, request: Request) -> Response:
        """Twilio's second way. When the text can't be kept here either, the person is told so."""
        _account, told = await self._believed(request)
        text = _inbound(told)
        try:
            return self._answer(await self._take(text))
        except StoreDown:
            return self._answer(self.texting.not_taken(text) if text else [])

    async def status(self, request: Request) -> Response:
        """What became of a text of ours. Unknown ones, and what says nothing new, are fine."""
        _account, told = await self._believed(request)
        sid, status = told.get("MessageSid", ""), told.get("MessageStatus", "")
        if not sid or not status or len(sid) > _SID:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "MessageSid, MessageStatus: missing")
        error, text = _number(told.get("ErrorCode", "")), request.query_params.get("text")
        record = self.texting.record
        try:
            await record.call(
                self.outbox.heard, text=text, sid=sid, status=status, error=error, now=self.now()
            )
            if error == THEY_OPTED_OUT and text:
                whose = await record.call(self.outbox.whose, text)
                if whose is not None:
                    await self.texting.refused(*whose, str(error))
        except StoreDown:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "not taken; send it again", Retry_After="2"
            ) from None
        return self._answer([])

    # --- parts --------------------------------------------------------------------------------

    async def _take(self, text: Inbound | None) -> list[Given]:
        try:
            return await self.texting.take(text) if text else []
        except Replayed:
            metrics.TEXTS_REFUSED.labels("replayed").inc()
            raise _forbidden() from None

    async def _believed(self, request: Request) -> tuple[Account, Mapping[str, str]]:
        """What the request says, once its signature is good."""
        body = await request.body()
        query = request.scope.get("query_string", b"").decode("latin-1")
        where = request.url.path + (f"?{query}" if query else "")
        kind = request.headers.get("content-type", "")
        signature = request.headers.get("x-twilio-signature", "")
        if self.account is None or not is_genuine(self.account, where, kind, body, signature):
            metrics.TEXTS_REFUSED.labels("forged").inc()
            raise _forbidden()
        try:
            return self.account, fields(kind, body)
        except ValueError as fault:
            raise Problem(HTTPStatus.BAD_REQUEST, f"body: {fault}") from None

    def _answer(self, given: list[Given]) -> Response:
        assert self.account is not None  # noqa: S101 - `_believed` has looked
        return Response(answer(given, self.account), media_type="text/xml")


def _inbound(told: Mapping[str, str]) -> Inbound | None:
    """Unknown fields are fine, and so are missing ones but for the text's own name (`Problem` 422).

    None: not from a phone to a phone. Other services text from short codes; they get no answer.
    """
    sid = told.get("MessageSid") or told.get("SmsSid") or ""
    sender, to = e164(told.get("From", "")), e164(told.get("To", ""))
    if not sid or len(sid) > _SID:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "MessageSid: missing")
    if sender is None or to is None:
        return None
    return Inbound(
        sid=sid,
        sender=sender,
        to=to,
        body=told.get("Body", "")[:LONGEST],
        service=told.get("MessagingServiceSid") or None,
        media=_number(told.get("NumMedia", "")) or 0,
        opt_out=told.get("OptOutType") or None,
    )


def _number(told: str) -> int | None:
    """As Twilio's codes and counts are; anything else is none."""
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _DIGITS else None


def _forbidden() -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, "not signed by our Twilio account, or too long ago")
