"""The sender: takes what is due from the outbox of texts to Twilio.

Whether they want texts is looked at right before every one. A try that fails is made again after
2 seconds, then 4, 8 … up to 15 minutes, for a day; where Twilio says how long to wait, that counts.
What Twilio may have taken already is looked for first, and not before its list can show it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from typing import Protocol

from bot import metrics
from bot.sms.outbox import INVITE, OPT_OUT, Outbox, OutText
from bot.sms.twilio_api import THREADS, TIMEOUT, Unsent
from bot.sms.values import NotNow, Refused
from bot.store.record import Record, StoreDown

log = logging.getLogger(__name__)

LOOK = 0.5
"""Seconds between looks at what is due, when nobody wakes it."""
AT_ONCE = THREADS
"""Texts under way in one process: each has a thread of its own and never waits for one."""
PATIENCE = 40.0
"""Seconds that one try may take, with all of its requests. Less than the outbox's `LEASE`."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 15 * 60.0
SHOWN_AFTER = 15.0
"""Seconds in which a message that Twilio took without an answer stands in its list."""
STILL_RUNNING = 3 * TIMEOUT
"""Seconds after which a thread that nobody waits for any more has ended, too."""
KEEP_TRYING = 24 * 3600.0
"""A text that is older is not sent any more: what it answers is long past."""
COUNT = 15.0
"""Seconds between counts of what waits, for ``/metrics``."""
GRACE = 5.0
"""Seconds that what is under way has when the process stops."""
THEY_OPTED_OUT = 21610
"""Twilio's code: they have said STOP to Twilio itself."""

OptedOutTold = Callable[[str, str, str], Awaitable[None]]


class Api(Protocol):
    """`TwilioApi`."""

    async def send(self, to: str, ours: str, body: str, text: str) -> tuple[str, str]: ...

    async def find(
        self, to: str, ours: str, body: str, since: float, but: Collection[str]
    ) -> tuple[str, str] | None: ...


class MayText(Protocol):
    """`Consents`. Blocking."""

    def may_text(self, clinic: str, lookup: str) -> bool: ...

    def opted_out(self, clinic: str, lookup: str) -> bool: ...


@dataclass
class Sender:
    """``on_opted_out(clinic, lookup, how)``: Twilio says that they want no texts. It may be told
    twice; their texts that wait are dropped after it."""

    record: Record
    outbox: Outbox
    api: Api
    consents: MayText
    on_opted_out: OptedOutTold
    now: Callable[[], float]
    spread: Callable[[], float] = lambda: random.uniform(0.75, 1.25)  # noqa: S311 - no secret
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)
    _woken: asyncio.Event = field(default_factory=asyncio.Event)

    # --- running ------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something was put: look at once. On the event loop only."""
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until ``stop`` is set."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self.wake())
        counted_at = float("-inf")
        loop = asyncio.get_running_loop()
        try:
            while not stop.is_set():
                self._woken.clear()
                try:
                    await self.start()
                    if loop.time() - counted_at >= COUNT:
                        counted_at = loop.time()
                        await self._count()
                except StoreDown:
                    pass
                except Exception:
                    log.exception("a look at the texts to send failed")
                await self._pause()
        finally:
            stopping.cancel()
            await self.stop()

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK)
        except asyncio.TimeoutError:
            return

    async def stop(self) -> None:
        """What is under way may end; what does not is taken up again when its claim runs out."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=GRACE)
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def start(self) -> list[asyncio.Task[None]]:
        """Claim what is due and set out with it. Raises `StoreDown`."""
        free = AT_ONCE - len(self._under_way)
        if free <= 0:
            return []
        due = await self.record.call(self.outbox.due, self.now(), free)
        started = [asyncio.create_task(self.take(text)) for text in due]
        for task in started:
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return started

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if len(self._under_way) <= AT_ONCE // 2:  # a look costs as much for one text as for many
            self.wake()

    async def _count(self) -> None:
        for state, n in (await self.record.call(self.outbox.counts)).items():
            metrics.TEXTS_KEPT.labels(state).set(n)

    # --- one text -----------------------------------------------------------------------------

    async def take(self, text: OutText) -> None:
        """One try. Whatever goes wrong with the database, the claim runs out and it is repeated."""
        try:
            await self._try(text)
        except StoreDown:
            log.warning("the outbox of texts could not be written; the text is taken up again")

    async def _try(self, text: OutText) -> None:
        try:
            await asyncio.wait_for(self._look_then_send(text), PATIENCE)
        except Refused as fault:
            await self._refused(text, fault)
        except NotNow as fault:
            await self._again(text, fault)
        except asyncio.TimeoutError:
            await self._again(text, NotNow("no answer in time", STILL_RUNNING))
        except StoreDown:
            raise
        except Exception as fault:
            log.error("sending a text broke: %s", type(fault).__name__)
            await self._again(text, NotNow("broke"))

    async def _look_then_send(self, text: OutText) -> None:
        number = self.outbox.sealer.open(text.number).decode()
        if text.perhaps_there and await self._found(text, number):
            return
        if not await self._may_go(text):
            return
        sid, status = await self.api.send(number, text.ours, text.body, text.id)
        await self.record.call(self.outbox.accepted, text, sid, status)
        metrics.TEXTS.labels("accepted").inc()

    async def _found(self, text: OutText, number: str) -> bool:
        """Whether an earlier try, or the answer that it was given in, has reached Twilio."""
        others = await self.record.call(self.outbox.sids, text)
        try:
            found = await self.api.find(number, text.ours, text.body, text.at, others)
        except NotNow as fault:  # an `Unsent` would say too much: only the search was not answered
            raise NotNow(str(fault), fault.after) from None
        if found is None:
            return False
        if not await self.record.call(self.outbox.accepted, text, *found):
            raise NotNow("that message is another text's")
        metrics.TEXTS.labels("found").inc()
        return True

    async def _may_go(self, text: OutText) -> bool:
        if not await self.record.call(self._wanted, text):
            await self.record.call(self.outbox.drop, text)
            metrics.TEXTS.labels("dropped").inc()
            return False
        if self.now() - text.at > KEEP_TRYING:
            await self._give_up(text, "too old")
            return False
        return True

    def _wanted(self, text: OutText) -> bool:
        """Blocking. The text that asks a phone whether it agrees goes where nobody said no."""
        if text.kind == INVITE:
            return not self.consents.opted_out(text.clinic, text.lookup)
        return text.kind == OPT_OUT or self.consents.may_text(text.clinic, text.lookup)

    async def _refused(self, text: OutText, fault: Refused) -> None:
        opted_out = fault.code == THEY_OPTED_OUT and text.kind != OPT_OUT
        if opted_out:
            await self._tell_opted_out(text)
        await self._give_up(text, str(fault), fault.code)
        if opted_out:
            await self.record.call(self.outbox.drop_all, text.clinic, text.lookup)

    async def _tell_opted_out(self, text: OutText) -> None:
        try:
            await self.on_opted_out(text.clinic, text.lookup, str(THEY_OPTED_OUT))
        except StoreDown:
            raise
        except Exception:
            log.exception("what follows from an opt-out failed")

    async def _again(self, text: OutText, fault: NotNow) -> None:
        now = self.now()
        wait = min(FIRST_WAIT * 2.0 ** min(text.tries - 1, 20), LONGEST_WAIT) * self.spread()
        perhaps_there = not isinstance(fault, Unsent)
        if perhaps_there:
            wait = max(wait, SHOWN_AFTER)
        if fault.after is not None:
            wait = max(wait, fault.after)
        if now + wait - text.at > KEEP_TRYING:
            await self._give_up(text, str(fault))
            return
        if text.tries == 1:
            log.warning("a text is late: %s", fault)
        failed = self.outbox.failed
        await self.record.call(failed, text, now + wait, perhaps_there=perhaps_there)
        metrics.TEXTS.labels("late").inc()

    async def _give_up(self, text: OutText, why: str, code: int | None = None) -> None:
        log.error("a text of kind %s is given up: %s", text.kind, why)
        await self.record.call(self.outbox.give_up, text, code)
        metrics.TEXTS.labels("failed").inc()
