"""Putting the phone, its screen and Twilio's stand-in together against the running service."""

from __future__ import annotations

from pathlib import Path

import httpx
from rich.console import Console

from bot.clinic import Clinic
from bot.sms.account import Account
from bot.sms.simulator.api import api
from bot.sms.simulator.keyboard import Keyboard, tidied
from bot.sms.simulator.phone import Phone
from bot.sms.simulator.screen import Screen
from bot.sms.simulator.serving import served
from bot.sms.simulator.twilio import Twilio
from bot.sms.simulator.webhooks import Rules, Webhooks
from bot.sms.twilio_texts import twilio_texts
from bot.widget.assets import load_words

PATIENCE = 3.0
"""Seconds for the service to say that it is there."""


class NotThere(Exception):
    """The service does not answer."""


async def simulate(
    account: Account,
    port: int,
    clinic: Clinic,
    *,
    content: Path,
    ours: str,
    number: str,
    wait: float,
) -> None:
    """Text until the person leaves. Raises `NotThere`, and `OSError` when the port is taken.

    ``content`` is the folder of words (data/content).
    """
    assert clinic.texts  # noqa: S101 - `ours` is one of its numbers
    language = clinic.texts.languages.get(ours, clinic.languages[0])
    async with httpx.AsyncClient(trust_env=False, timeout=Rules.limit) as http:
        await _look(http, account)
        twilio = Twilio(
            account,
            Webhooks(account, http),
            frozenset(clinic.texts.numbers),
            services={clinic.texts.service: ours} if clinic.texts.service else {},
            own_words=_own_words(clinic, language, content),
        )
        keyboard = Keyboard()
        said = load_words(content / "sms" / "simulator.yml").by_language[language]
        screen = Screen(said, keyboard.typed, Console())
        phone = Phone(twilio, number, ours, screen, wait)
        twilio.arrived = phone.show
        async with served(api(twilio), port):
            screen.note("intro", clinic=clinic.name, ours=ours, phone=number)
            screen.note("commands")
            screen.ask()
            with tidied(keyboard.typed):
                await phone.use(keyboard)
            await twilio.close()


def _own_words(clinic: Clinic, language: str, content: Path) -> dict[str, str]:
    """Twilio's answers to STOP, START and HELP, as the clinic was told to set them."""
    set_to = {"opt_out": "STOP", "opt_in": "START", "help": "HELP"}
    texts = twilio_texts(clinic, content)
    return {set_to[one.kind]: one.text for one in texts if one.language == language}


async def _look(http: httpx.AsyncClient, account: Account) -> None:
    try:
        answer = await http.get(account.url("/healthz"), timeout=PATIENCE)
    except httpx.HTTPError:
        raise NotThere from None
    if not answer.is_success:
        raise NotThere
