"""How often something may happen: counts by key, in this process's memory or in Redis.

Keys are kept as keyed digests, so that neither memory nor Redis holds an address or an id.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable

from throttled import MemoryStore, RateLimiterType, Throttled
from throttled.asyncio import RedisStore as SharedStore
from throttled.asyncio import Throttled as SharedThrottled

from bot.addresses import subscriber

log = logging.getLogger(__name__)

ADDRESSES = 10_000
"""Keys that are remembered in memory; the one heard of least lately is forgotten first."""
ANSWERS = 0.25
"""Seconds in which Redis must answer; each limit of a message waits no longer."""
AGAIN = 5.0
"""Seconds for which a Redis that did not answer is not asked again."""
_GCRA = RateLimiterType.GCRA.value


class Rate:
    """Counts by address. ``rate`` is such as "60/minute burst 10": ten at once, sixty a minute."""

    def __init__(self, rate: str, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._throttled = Throttled(
            using=_GCRA, quota=rate, store=MemoryStore(options={"MAX_SIZE": ADDRESSES})
        )

    def seconds_to_wait(self, address: str) -> float:
        """0 when the address may ask now, and then it has asked; else how long it must wait."""
        result = self._throttled.limit(self._digest(address))
        return result.state.retry_after if result.limited else 0.0

    def _digest(self, address: str) -> str:
        whose = subscriber(address) or address
        return hashlib.blake2b(whose.encode(), digest_size=16, key=self._key).hexdigest()


class Redis:
    """One Redis for several rates: after a failure it is left alone for a while."""

    def __init__(self, url: str, now: Callable[[], float] = time.monotonic) -> None:
        options = {"SOCKET_TIMEOUT": ANSWERS, "SOCKET_CONNECT_TIMEOUT": ANSWERS}
        self.store = SharedStore(server=url, options=options)
        self._now = now
        self._away_until = 0.0

    def is_away(self) -> bool:
        return self._now() < self._away_until

    def failed(self, error: Exception) -> None:
        if not self.is_away():
            log.warning(
                "Redis did not answer (%s): each process counts by itself", type(error).__name__
            )
        self._away_until = self._now() + AGAIN


class SharedRate(Rate):
    """A rate that all processes with the same Redis and ``key`` count together.

    Without a Redis, and while it is away, this process counts by itself. ``name`` keeps the keys
    of one rate apart from another's.
    """

    def __init__(self, name: str, rate: str, key: bytes, redis: Redis | None) -> None:
        super().__init__(rate, hashlib.blake2b(name.encode(), key=key, digest_size=32).digest())
        self._redis = redis
        self._shared: SharedThrottled | None = None
        if redis:
            prefix = f"carenav:{name}"
            self._shared = SharedThrottled(
                using=_GCRA, quota=rate, store=redis.store, key_prefix=prefix
            )

    async def wait(self, whose: str) -> float:
        """As `seconds_to_wait`. Never raises."""
        if self._redis is None or self._shared is None or self._redis.is_away():
            return self.seconds_to_wait(whose)
        try:
            asked = self._shared.limit(self._digest(whose))
            result = await asyncio.wait_for(asked, ANSWERS)
        except Exception as error:  # whatever it is, nobody is refused for it
            self._redis.failed(error)
            return self.seconds_to_wait(whose)
        return result.state.retry_after if result.limited else 0.0
