"""Texts a second through the edge, beside the web chat's messages a second, in the same run.

Both ask what the edge answers by itself, so that Rasa is not what is measured: a text is a signed
POST with its answer in the same response, a message a POST with its answer on the event stream.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

import httpx

from bot.sms.simulator.api import api
from bot.sms.simulator.serving import served
from bot.sms.simulator.twilio import Twilio
from bot.sms.simulator.webhooks import Webhooks
from tests.e2e.service import Service
from tests.load.chat import OurChat
from tests.load.phones import OURS, number
from tests.sms.fake.texter import account

ASKED = "do i have bipolar disorder?"
PEOPLE = 20
SECONDS = 10.0
ROUNDS = 2
"""Of each, interleaved."""

Turn = Callable[[], Awaitable[float]]


async def rates(service: Service) -> tuple[list[float], list[float]]:
    """Seconds of every text, and of every web message; each side had `ROUNDS` x `SECONDS`."""
    texts: list[float] = []
    messages: list[float] = []
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(
        base_url=service.base, timeout=60, limits=limits, trust_env=False
    ) as http:
        whose = account(service)
        twilio = Twilio(whose, Webhooks(whose, http), frozenset({OURS}), pace=0.0)
        async with served(api(twilio), service.twilio_port):
            phones = [_texting(twilio, number(n)) for n in range(PEOPLE)]
            chats = [OurChat(http) for _ in range(PEOPLE)]
            for chat in chats:
                await chat.open()
            await asyncio.gather(*(turn() for turn in phones))  # each has been introduced
            for _ in range(ROUNDS):
                texts += await _crowd(phones)
                await twilio.settled()
                messages += await _crowd([_chatting(chat) for chat in chats])
            for chat in chats:
                await chat.close()
    return sorted(texts), sorted(messages)


def _texting(twilio: Twilio, phone: str) -> Turn:
    async def turn() -> float:
        began = time.perf_counter()
        came = await twilio.text(phone, OURS, ASKED)
        assert came.given, came.fault
        return time.perf_counter() - began

    return turn


def _chatting(chat: OurChat) -> Turn:
    return lambda: chat.turn(ASKED)


async def _crowd(turns: list[Turn]) -> list[float]:
    end = time.monotonic() + SECONDS

    async def keep_on(turn: Turn) -> list[float]:
        taken = []
        while time.monotonic() < end:
            taken.append(await turn())
        return taken

    return [one for taken in await asyncio.gather(*map(keep_on, turns)) for one in taken]


async def main(
    service: Service,
    title: Callable[[str], None],
    row: Callable[..., None],
    ms: Callable[[float], str],
) -> None:
    title(
        f"Texts beside web messages, {PEOPLE} people at once, answered by the edge itself, "
        f"{ROUNDS} x {SECONDS:.0f} s of each"
    )
    texts, messages = await rates(service)
    row("", "a second", "median", "95 of 100 within")
    for name, times in (("texts", texts), ("web messages", messages)):
        each = len(times) / (SECONDS * ROUNDS)
        row(name, f"{each:.1f}", ms(statistics.median(times)), ms(times[int(len(times) * 0.95)]))
    row("texts / web messages", f"{len(texts) / len(messages):.2f} x")
