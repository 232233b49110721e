"""The courier: takes what is due from the outbox to the clinics' own inboxes.

A try that fails is made again after 5 seconds, then 10, 20 … up to an hour, for a day; where they
say how long to wait (Retry-After), that counts. Each callback comes before the delivery is
settled, so that a crash in between repeats both: they must not mind that.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from bot import metrics
from bot.clinics import Clinic
from bot.handoff.deliveries import FIRST, Deliveries, Delivery
from bot.handoff.handoff import Handoff
from bot.handoff.queue import Queue
from bot.handoff.states import OPEN
from bot.store.record import Record, StoreDown

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between looks at what is due."""
AT_ONCE = 20
"""Deliveries under way in one process."""
PATIENCE = 40.0
"""Seconds that one delivery may take, with all of its requests. Less than the outbox's `LEASE`."""
FIRST_WAIT, LONGEST_WAIT = 5.0, 3600.0
KEEP_TRYING = 24 * 3600.0
TRIES_REFUSED = 5
"""Tries after which a plain no is believed: about a minute, in which a slip can be mended."""
COUNT = 15.0
"""Seconds between counts of what waits, for ``/metrics``."""
CONTENT = frozenset({FIRST, "handoff.message", "handoff.lines_shown"})
"""Events that need somebody at the other end. The other events say that it is over."""

Told = Callable[[Handoff], Awaitable[None]]


class NotNow(Exception):
    """It did not arrive, and may later. ``after`` are seconds to wait at least."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class Refused(Exception):
    """They said no. ``final``: it is no use to ask again."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Way(Protocol):
    """One kind of inbox. Returns once it has taken the delivery; raises `NotNow` or `Refused`."""

    async def send(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> None: ...


async def nobody(_handoff: Handoff) -> None:
    """Nobody wants to know."""


@dataclass
class Courier:
    """``on_acknowledged``: their inbox has the hand-off. ``on_failed``: it did not take it."""

    record: Record
    deliveries: Deliveries
    queue: Queue
    clinics: Mapping[str, Clinic]
    ways: Mapping[str, Way]
    now: Callable[[], float]
    on_acknowledged: Told = nobody
    on_failed: Told = nobody
    spread: Callable[[], float] = lambda: random.uniform(0.75, 1.25)  # noqa: S311 - no secret
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set. What is under way then is taken up again by the next process."""
        loop = asyncio.get_running_loop()
        counted_at = float("-inf")
        while not stop.is_set():
            try:
                await self.start()
                if loop.time() - counted_at >= COUNT:
                    counted_at = loop.time()
                    for state, n in (await self.record.call(self.deliveries.counts)).items():
                        metrics.DELIVERIES_KEPT.labels(state).set(n)
            except StoreDown:
                pass
            except Exception:
                log.exception("a look at the outbox failed")
            try:
                await asyncio.wait_for(stop.wait(), LOOK)
            except asyncio.TimeoutError:
                continue
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def start(self) -> list[asyncio.Task[None]]:
        """Claim what is due and set out with it. Raises `StoreDown`."""
        free = AT_ONCE - len(self._under_way)
        if free <= 0 or not self._outside():
            return []
        due = await self.record.call(self.deliveries.due, self.now(), free)
        started = [asyncio.create_task(self.take(delivery)) for delivery in due]
        for task in started:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return started

    def _outside(self) -> bool:
        """Whether any clinic has an inbox of its own; most have not."""
        return any(c.handoff and c.handoff.to in self.ways for c in self.clinics.values())

    async def take(self, delivery: Delivery) -> None:
        """One try. Whatever goes wrong with the database, the claim runs out and it is repeated."""
        try:
            handoff = await self.record.call(self.queue.get, delivery.handoff)
            if handoff is None:
                return  # erased meanwhile, and its deliveries with it
            if await self._pointless(delivery, handoff):
                await self.record.call(self.deliveries.drop, delivery)
                return
            await self._try(delivery, handoff)
        except StoreDown:
            log.warning("the outbox could not be written; the delivery is repeated")

    async def _pointless(self, delivery: Delivery, handoff: Handoff) -> bool:
        """It ended before they heard of it: nothing that a person said goes out any more."""
        if handoff.state in OPEN:
            return False
        if await self.record.call(self.deliveries.acknowledged, handoff.id):
            return False
        if delivery.event in CONTENT:
            return True
        return not await self.record.call(self.deliveries.tried, handoff.id, delivery.id)

    async def _try(self, delivery: Delivery, handoff: Handoff) -> None:
        try:
            await asyncio.wait_for(self._send(delivery, handoff), PATIENCE)
        except Refused as fault:
            final = fault.final or delivery.tries >= TRIES_REFUSED
            await self._again(delivery, handoff, NotNow(str(fault)), give_up=final)
        except NotNow as fault:
            await self._again(delivery, handoff, fault)
        except asyncio.TimeoutError:
            await self._again(delivery, handoff, NotNow("no answer in time"))
        except StoreDown:
            raise
        except Exception as fault:
            log.error("a delivery by %s broke: %s", delivery.destination, type(fault).__name__)
            await self._again(delivery, handoff, NotNow("broke"))
        else:
            if delivery.event == FIRST:
                await self._tell(self.on_acknowledged, handoff)
            await self.record.call(self.deliveries.done, delivery)
            metrics.DELIVERIES.labels(delivery.destination, "done").inc()

    async def _send(self, delivery: Delivery, handoff: Handoff) -> None:
        clinic = self.clinics.get(handoff.clinic)
        way = self.ways.get(delivery.destination)
        if way is None or not clinic or not clinic.handoff:
            raise Refused("the clinic has no such inbox any more", final=True)
        if clinic.handoff.to != delivery.destination:
            raise Refused("the clinic's hand-offs go elsewhere now", final=True)
        await way.send(delivery, handoff, clinic)

    async def _again(
        self, delivery: Delivery, handoff: Handoff, fault: NotNow, *, give_up: bool = False
    ) -> None:
        now = self.now()
        wait = min(FIRST_WAIT * 2.0 ** min(delivery.tries - 1, 30), LONGEST_WAIT) * self.spread()
        retry_at = now + (wait if fault.after is None else max(fault.after, 1.0))
        if give_up or retry_at - delivery.at > KEEP_TRYING:
            log.error("given up: %s for clinic %s: %s", delivery.event, handoff.clinic, fault)
            if delivery.event in CONTENT:
                await self._tell(self.on_failed, handoff)
            await self.record.call(self.deliveries.give_up, delivery)
            metrics.DELIVERIES.labels(delivery.destination, "failed").inc()
            return
        if delivery.tries == 1:
            log.warning("%s for clinic %s is late: %s", delivery.event, handoff.clinic, fault)
        await self.record.call(self.deliveries.failed, delivery, retry_at)
        metrics.DELIVERIES.labels(delivery.destination, "late").inc()

    async def _tell(self, told: Told, handoff: Handoff) -> None:
        try:
            await told(handoff)
        except StoreDown:
            raise
        except Exception:
            log.exception("what follows from a delivery failed")
