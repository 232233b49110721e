"""Twilio on a bad day: the stand-in with faults put in, by seeded chance.

Each fault is one that Twilio or the network between us has. What Twilio does about it stays as it
is: an answer that was lost or late is thrown away, and the same text comes again.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from bot.sms.account import Account
from bot.sms.simulator.messages import Text
from bot.sms.simulator.twilio import Twilio
from bot.sms.simulator.webhooks import NO_ANSWER, UNREACHABLE, Answer, NotTaken, Rules, Webhooks

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


@dataclass(frozen=True)
class Chances:
    """How often each thing goes wrong, of one; and for how many seconds at most things wait."""

    never_arrives: float = 0.0
    """The connection fails before the service has read a thing."""
    answer_lost: float = 0.0
    """The service has the text, and its answer comes too late or never."""
    doubled: float = 0.0
    """The same request twice at once; one of the answers is thrown away."""
    status_lost: float = 0.0
    status_doubled: float = 0.0
    status_late: float = 0.0
    """Late enough that others overtake it."""
    late: float = 0.5
    api_busy: float = 0.0
    """429, nothing made."""
    api_broken: float = 0.0
    """500, or a reset connection, nothing made."""
    api_broken_after: float = 0.0
    """500, or a reset connection, and the message has been made."""
    api_slow: float = 0.0
    slow: float = 1.0
    undelivered: float = 0.0

    @staticmethod
    def bad_day() -> Chances:
        return Chances(
            never_arrives=0.02,
            answer_lost=0.03,
            doubled=0.03,
            status_lost=0.02,
            status_doubled=0.05,
            status_late=0.1,
            api_busy=0.05,
            api_broken=0.05,
            api_broken_after=0.05,
            api_slow=0.05,
            undelivered=0.01,
        )


@dataclass
class Luck:
    """Draws what goes wrong, and counts it."""

    chances: Chances
    seed: int = 0
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def strikes(self, *names: str) -> str | None:
        """At most one of these faults."""
        drawn = self._random.random()
        for name in names:
            drawn -= getattr(self.chances, name)
            if drawn < 0:
                self.counts[name] += 1
                return name
        return None

    def up_to(self, seconds: float) -> float:
        return self._random.uniform(0, seconds)

    def either(self) -> bool:
        return self._random.random() < 0.5


class FaultyWebhooks(Webhooks):
    """Requests that get lost, and answers that do."""

    def __init__(self, account: Account, http: httpx.AsyncClient, rules: Rules, luck: Luck) -> None:
        super().__init__(account, http, rules)
        self.luck = luck
        self.thrown_away: set[asyncio.Task[Any]] = set()
        """Requests whose answer nobody waits for."""

    async def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] = {}, tries: int = 1
    ) -> Answer:
        if "MessageStatus" in fields:
            return await super().post(url, fields, headers, tries)
        fault = self.luck.strikes("never_arrives", "answer_lost", "doubled")
        if fault == "never_arrives":
            raise NotTaken(UNREACHABLE)
        if fault == "answer_lost":
            self._unheard(super().post(url, fields, headers, tries))
            await asyncio.sleep(self.luck.up_to(self.luck.chances.late))
            raise NotTaken(NO_ANSWER)
        if fault == "doubled":
            self._unheard(super().post(url, fields, headers, tries))
        return await super().post(url, fields, headers, tries)

    def _unheard(self, request: Awaitable[Answer]) -> None:
        async def go() -> None:
            try:
                await request
            except NotTaken:
                return

        task = asyncio.create_task(go())
        self.thrown_away.add(task)
        task.add_done_callback(self.thrown_away.discard)


@dataclass
class FaultyTwilio(Twilio):
    """Statuses that get lost, come twice, or overtake each other; texts that are not delivered."""

    webhooks: FaultyWebhooks
    luck: Luck = field(default_factory=lambda: Luck(Chances()))

    async def bring(self, text: Text) -> None:
        if not text.error and self.luck.strikes("undelivered"):
            return await self._not_delivered(text)
        return await super().bring(text)

    async def _not_delivered(self, text: Text) -> None:
        text.sent_at = self.now()
        await self.report(text, "sent")
        text.status, text.error = "undelivered", 30003
        await self.report(text, text.status)

    async def report(self, text: Text, status: str) -> None:
        fault = self.luck.strikes("status_lost", "status_doubled", "status_late")
        if fault == "status_lost":
            return
        if fault == "status_late":
            self._later(super().report(text, status))
            return
        if fault == "status_doubled":
            self._later(super().report(text, status))
        await super().report(text, status)

    def _later(self, report: Awaitable[None]) -> None:
        async def go() -> None:
            await asyncio.sleep(self.luck.up_to(self.luck.chances.late))
            await report

        task = asyncio.create_task(go())
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)


@dataclass
class FaultyApi:
    """In front of the API: too busy, broken before or after the message was made, or slow."""

    app: Any
    luck: Luck

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self.luck.strikes("api_busy", "api_broken", "api_broken_after", "api_slow")
        if fault == "api_busy":
            return await _answer(send, 429, b'{"code": 20429, "message": "busy", "status": 429}')
        if fault == "api_broken":
            return await self._break(send)
        if fault == "api_broken_after":
            await self.app(scope, receive, _unheard)
            return await self._break(send)
        if fault == "api_slow":
            await asyncio.sleep(self.luck.up_to(self.luck.chances.slow))
        return await self.app(scope, receive, send)

    async def _break(self, send: Send) -> None:
        if self.luck.either():
            return await _answer(send, 500, b'{"code": 20500, "message": "broken", "status": 500}')
        send.__self__.transport.abort()  # type: ignore[attr-defined] # uvicorn's own
        return None


async def _unheard(_event: Any) -> None:
    return


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
