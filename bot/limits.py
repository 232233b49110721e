"""How much of the chat one conversation, one address and one clinic may use.

A message about danger is never refused for its rate: over a limit the message is screened all the
same, and one that is answered at once goes on. Even that has a bound, far above what anybody
types, so that it is no way to fill the database; and every refusal brings the help lines.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot import metrics
from bot.addresses import subscriber
from bot.channels.problems import Problem
from bot.conversation import Said, Session
from bot.danger import AT_ONCE
from bot.hub import Event, Hub
from bot.settings import Settings
from bot.store.record import StoreDown
from bot.turn import Turn, UnknownChoice

if TYPE_CHECKING:
    from bot.channels.rate import Rate, SharedRate

IN_DANGER = "60/minute burst 30"
"""Messages about danger that one conversation may send over its limits."""
IN_DANGER_ADDRESS = "600/minute burst 120"
"""The same of all conversations of one address."""
READS = "6000/minute burst 1000"
"""Other calls of one conversation: reading, typing. A page needs a few; it counts in memory."""
STREAMS = 6
"""Event streams of one conversation; a browser opens no more. The oldest makes place."""
STREAMS_ADDRESS = 300
"""Event streams of one address."""
LATER = 10.0
"""Seconds after which an address with too many streams may ask again."""


class ChatLimits:
    """Each ``may_…`` gives the seconds to wait, 0 to go on; what may go on has been counted.

    ``address`` is the peer's, or the one that a believed proxy names; where it is no IP address
    (a Unix socket has none), it is not counted by. Nothing is counted before `load`.
    """

    def __init__(self, turn: Turn, settings: Settings) -> None:
        self.turn = turn
        self.streams = Streams()
        self.settings = settings
        self.rates: Rates | None = None

    async def load(self) -> None:
        """Begin to count. The library is not waited for by a start: crisis messages come first."""
        if self.rates is None:
            self.rates = await asyncio.to_thread(_rates, self.settings)

    async def may_begin(self, clinic: str, address: str) -> float:
        """Whether a conversation may begin. It counts to the clinic as a message does."""
        if self.rates is None:
            return 0.0
        wait = await _by_address(self.rates.sessions, address)
        return wait or await self.rates.clinic.wait(clinic)

    async def may_send(self, session: Session, address: str, said: Said) -> float:
        """Whether a message may be taken; one about danger may, up to `IN_DANGER`."""
        if self.rates is None:
            return 0.0
        wait = (
            await self.rates.session.wait(session.conversation)
            or await _by_address(self.rates.address, address)
            or await self.rates.clinic.wait(session.clinic)
        )
        if wait and await self.is_urgent(session, said):
            over = await self.rates.danger.wait(session.conversation)
            return over or await _by_address(self.rates.danger_address, address)
        return wait

    async def may_text(self, session: Session, said: Said) -> float:
        """As `may_send`, for a text: only its own conversation counts, as each text has a price."""
        if self.rates is None:
            return 0.0
        wait = await self.rates.session.wait(session.conversation)
        if wait and await self.is_urgent(session, said):
            return await self.rates.danger.wait(session.conversation)
        return wait

    def may_read(self, session: Session) -> float:
        if self.rates is None:
            return 0.0
        return self.rates.reads.seconds_to_wait(session.conversation)

    def may_listen(self, session: Session, address: str) -> float:
        """Whether one more event stream may open."""
        full = self.streams.of(address) >= STREAMS_ADDRESS
        return LATER if full else self.may_read(session)

    async def is_urgent(self, session: Session, said: Said) -> bool:
        """Whether the turn would answer it at once. Nothing is kept."""
        try:
            person = await self.turn.person_message(session, said)
        except (UnknownChoice, StoreDown):
            return False
        return (await self.turn.screen(session, person)).outcome in AT_ONCE

    def check(self, wait: float, session: Session) -> None:
        """Raises `Problem` 429 with the help lines, when there is something to wait for."""
        if not wait:
            return
        metrics.TOO_MANY.inc()
        raise Problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too many requests; send it again after the seconds of Retry-After",
            {"lines": self.turn.lines(session)},
            Retry_After=str(math.ceil(wait)),
        )


@dataclass(frozen=True)
class Rates:
    """What is counted. All but ``reads`` are counted together by processes with one Redis."""

    session: SharedRate
    sessions: SharedRate
    address: SharedRate
    clinic: SharedRate
    danger: SharedRate
    danger_address: SharedRate
    reads: Rate


def _rates(settings: Settings) -> Rates:
    from bot.channels.rate import Rate, Redis, SharedRate

    secret = settings.token_secret.encode()
    key = hashlib.blake2b(secret, digest_size=32, person=b"carenav.rates").digest()
    redis = Redis(settings.redis_url) if settings.redis_url else None
    rates = {
        "session": settings.chat_rate,
        "sessions": settings.chat_rate_sessions,
        "address": settings.chat_rate_address,
        "clinic": settings.chat_rate_clinic,
        "danger": IN_DANGER,
        "danger_address": IN_DANGER_ADDRESS,
    }
    shared = {name: SharedRate(name, rate, key, redis) for name, rate in rates.items()}
    return Rates(**shared, reads=Rate(READS))


async def _by_address(rate: SharedRate, address: str) -> float:
    whose = subscriber(address)
    return await rate.wait(whose) if whose else 0.0


class Streams:
    """The event streams that are open in this process, by conversation and by address."""

    def __init__(self) -> None:
        self._ends: dict[str, list[Callable[[], None]]] = {}
        self._addresses: Counter[str] = Counter()

    def of(self, address: str) -> int:
        whose = subscriber(address)
        return self._addresses[whose] if whose else 0

    @contextmanager
    def place(self, conversation: str, address: str, end: Callable[[], None]) -> Iterator[None]:
        """A place for the block. ``end`` is called when a newer stream needs it."""
        whose = subscriber(address)
        ends = self._ends.setdefault(conversation, [])
        ends.append(end)
        self._addresses[whose or ""] += 1
        for oldest in ends[:-STREAMS]:
            oldest()
        try:
            yield
        finally:
            ends.remove(end)
            if not ends:
                self._ends.pop(conversation, None)
            self._addresses[whose or ""] -= 1
            if not self._addresses[whose or ""]:
                del self._addresses[whose or ""]


@dataclass(frozen=True)
class Ear:
    """The hub for one page's stream, which takes a place while it listens."""

    hub: Hub
    streams: Streams
    address: str

    @contextmanager
    def listening(self, conversation: str) -> Iterator[asyncio.Queue[Event]]:
        with (
            self.hub.listening(conversation) as queue,
            self.streams.place(conversation, self.address, partial(self.hub.drop, queue)),
        ):
            yield queue
