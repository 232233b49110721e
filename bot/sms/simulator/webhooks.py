"""How Twilio posts to a service: signed, 15 seconds at most, then again or to the fallback address.

https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides has the rules of trying
again: ``rc`` retries, of failed connections only (``rp=ct``) unless told otherwise.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
from twilio.request_validator import RequestValidator

from bot.sms.account import FALLBACK, INCOMING, Account

UNREACHABLE, NO_ANSWER, NOT_TWIML = 11205, 11200, 12100
"""Twilio's codes in its log of errors."""


@dataclass(frozen=True)
class Rules:
    """``limit`` is seconds for one answer, ``pause`` those between two tries."""

    limit: float = 15.0
    retries: int = 1
    whatever_failed: bool = False
    """rp=all: also after a late answer or an error of the service's, not only no connection."""
    pause: float = 0.0


@dataclass(frozen=True)
class Answer:
    """An answer in time with a good status: what Twilio acts upon. ``tries`` it took."""

    body: str
    content_type: str
    tries: int = 1


class NotTaken(Exception):
    """No answer that counts: none in time, a broken connection, or an error's status."""

    def __init__(self, code: int, status: int | None = None) -> None:
        super().__init__(f"error {code}, status {status}")
        self.code = code
        self.status = status


class Webhooks:
    def __init__(self, account: Account, http: httpx.AsyncClient, rules: Rules = Rules()) -> None:
        self.account = account
        self.http = http
        self.rules = rules
        self._signs = RequestValidator(account.token)

    async def incoming(self, fields: Mapping[str, str]) -> Answer:
        """Post a text that came, by the rules. Raises `NotTaken` when nobody answered in time."""
        token = {"I-Twilio-Idempotency-Token": str(uuid.uuid4())}
        url, tries = self.account.url(INCOMING), 0
        while True:
            tries += 1
            try:
                return await self.post(url, fields, token, tries)
            except NotTaken as fault:
                again = self.rules.whatever_failed or fault.code == UNREACHABLE
                if tries > self.rules.retries or not again:
                    failed = fault
                    break
            await asyncio.sleep(self.rules.pause)
        told = {**fields, "ErrorCode": str(failed.code), "ErrorUrl": url}
        return await self.post(self.account.url(FALLBACK), told, token, tries + 1)

    async def status(self, url: str, fields: Mapping[str, str]) -> None:
        """Tell what became of a message. Twilio does not look at the answer."""
        try:
            await self.post(url, fields)
        except NotTaken:
            return

    async def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] = {}, tries: int = 1
    ) -> Answer:
        """One request. Raises `NotTaken`: an answer that comes after the limit does not count."""
        signed = {"X-Twilio-Signature": self._signs.compute_signature(url, dict(fields))}
        try:
            answer = await asyncio.wait_for(
                self.http.post(url, data=dict(fields), headers={**headers, **signed}),
                self.rules.limit,
            )
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise NotTaken(UNREACHABLE) from None
        except (httpx.HTTPError, asyncio.TimeoutError):
            raise NotTaken(NO_ANSWER) from None
        except AttributeError:  # anyio's, of a connection that ends while it is being opened
            raise NotTaken(UNREACHABLE) from None
        if not answer.is_success:
            raise NotTaken(NO_ANSWER, answer.status_code)
        return Answer(answer.text, answer.headers.get("content-type", ""), tries)
