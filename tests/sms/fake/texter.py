"""Somebody who texts a running service, for tests that are not asynchronous: the stand-in runs in a
thread of its own, on the port where the service looks for Twilio."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from bot.settings import load_settings
from bot.sms.account import Account, account_of
from bot.sms.simulator.api import api
from bot.sms.simulator.messages import Text
from bot.sms.simulator.serving import served
from bot.sms.simulator.twilio import Came, Twilio
from bot.sms.simulator.webhooks import Rules, Webhooks
from tests.e2e.person import SENT
from tests.e2e.service import Service, wait_until

OURS = "+15125550101"


def account(service: Service) -> Account:
    """The one that a service with these settings believes."""
    ours = {k: v for k, v in service.environment().items() if k.startswith("CARENAV_")}
    found = account_of(load_settings(ours))
    assert found
    return found


@dataclass
class Texter:
    """``heard`` is everything that came, oldest first."""

    twilio: Twilio
    loop: asyncio.AbstractEventLoop
    number: str
    heard: list[str] = field(default_factory=list)

    def arrived(self, text: Text) -> None:
        if text.phone == self.number:
            self.heard.append(text.body)

    def text(self, body: str) -> Came:
        """Send it; back when the service has answered the request."""
        SENT.append(body)
        going: Future[Came] = asyncio.run_coroutine_threadsafe(
            self.twilio.text(self.number, OURS, body), self.loop
        )
        return going.result(60)

    def says(self, body: str) -> str:
        """Send it, and wait for a text; the newest one."""
        before = len(self.heard)
        self.text(body)
        wait_until(lambda: len(self.heard) > before, 40, "a text")
        return self.heard[-1]


@contextmanager
def texting(service: Service, number: str) -> Iterator[Texter]:
    """A phone of this number, for the block."""
    ready: Future[Texter] = Future()
    done = threading.Event()

    async def run() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        whose = account(service)
        async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
            webhooks = Webhooks(whose, http, Rules(retries=3, whatever_failed=True, pause=1.0))
            twilio = Twilio(whose, webhooks, frozenset({OURS}), pace=0.05)
            texter = Texter(twilio, loop, number)
            twilio.arrived = texter.arrived
            async with served(api(twilio), service.twilio_port):
                threading.Thread(
                    target=lambda: (done.wait(), loop.call_soon_threadsafe(stop.set)), daemon=True
                ).start()
                ready.set_result(texter)
                await stop.wait()
                await twilio.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    try:
        yield ready.result(30)
    finally:
        done.set()
        thread.join(20)
