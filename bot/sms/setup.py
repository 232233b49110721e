"""Texting, put together: its parts, and what runs for as long as the process lives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.channels.sms import SmsChannel
from bot.clinics import Clinic, ClinicError
from bot.desk import Desk
from bot.limits import ChatLimits
from bot.settings import Settings
from bot.sms.account import Account, account_of
from bot.sms.book import Book
from bot.sms.consent import Consents
from bot.sms.keywords import load_keywords
from bot.sms.numbers import Lookup
from bot.sms.outbox import Outbox
from bot.sms.postman import Postman
from bot.sms.render import Renderer
from bot.sms.sender import Sender
from bot.sms.texting import Texting
from bot.sms.twilio_api import TwilioApi
from bot.widget.assets import load_words

WORDS = Path("sms") / "rendering.yml"


@dataclass
class Sms:
    """``sender`` is None where there is no Twilio account: nothing goes out, and is kept."""

    channel: SmsChannel
    texting: Texting
    postman: Postman
    sender: Sender | None

    def work(self) -> list[Coroutine[Any, Any, None]]:
        """What runs for as long as the process lives."""
        sending = [self.sender.run(asyncio.Event())] if self.sender else []
        return [self.postman.run(), *sending]


def check_clinics(clinics: Mapping[str, Clinic], account: Account | None) -> None:
    """Raises `ClinicError` when a clinic has texts that nobody could send, or shares a number."""
    faults: list[str] = []
    owner: dict[str, str] = {}
    for clinic in clinics.values():
        if clinic.texts is None:
            continue
        if account is None:
            faults.append(f"{clinic.key}.yml: texts: needs a Twilio account; see .env.example")
        for ours in (*clinic.texts.numbers, *filter(None, [clinic.texts.service])):
            if ours in owner:
                faults.append(f"{clinic.key}.yml: texts: {ours} is {owner[ours]}'s already")
            owner[ours] = clinic.key
    if faults:
        raise ClinicError(faults)
