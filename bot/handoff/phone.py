"""A text to the on-call phone: that somebody waits, where and since when. Nothing of the person.

Twilio's own client sends it, in a thread. Twilio knows no idempotency key for messages: after a
crash at the wrong moment the phone gets the same text twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from bot.clinics import Clinic
from bot.handoff.courier import NotNow, Refused
from bot.handoff.deliveries import FIRST, Delivery
from bot.handoff.handoff import MESSAGE, Handoff
from bot.widget.assets import Words

if TYPE_CHECKING:
    from twilio.rest import Client

TIMEOUT = 10.0
"""Seconds that Twilio may take to answer."""
EVENTS = frozenset({FIRST, "handoff.lines_shown"})
"""What is worth a text."""
_OPTED_OUT = 21610
_LATER = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT}


class Texter(Protocol):
    """Sends one text. ``key`` tells the same text again from another. `NotNow`, `Refused`."""

    async def send(self, to: str, words: str, key: str) -> None: ...


@dataclass(frozen=True)
class TwilioTexter:
    """``sender`` is a number of the account, in E.164. ``base_url`` stands in for Twilio's own."""

    account: str
    token: str
    sender: str
    base_url: str | None = None

    async def send(self, to: str, words: str, key: str) -> None:
        await asyncio.to_thread(self._send, to, words)

    def _send(self, to: str, words: str) -> None:
        from requests.exceptions import RequestException
        from twilio.base.exceptions import TwilioException, TwilioRestException

        try:
            self._client.messages.create(to=to, from_=self.sender, body=words)
        except TwilioRestException as fault:
            if fault.status >= 500 or fault.status in _LATER:
                raise NotNow(f"Twilio: status {fault.status}") from None
            why = f"Twilio: status {fault.status}, code {fault.code}"
            raise Refused(why, final=fault.code == _OPTED_OUT) from None
        except (RequestException, TwilioException, ValueError) as fault:
            raise NotNow(f"Twilio: {type(fault).__name__}") from None

    @cached_property
    def _client(self) -> Client:
        from twilio.http.http_client import TwilioHttpClient
        from twilio.rest import Client  # not at the top: it takes a second

        client = Client(self.account, self.token, http_client=TwilioHttpClient(timeout=TIMEOUT))
        if self.base_url:
            client.api.base_url = self.base_url
        return client


@dataclass(frozen=True)
class PhoneWay:
    """``texter`` gives the one that sends from a number. ``staff_url`` is where the inbox is."""

    texter: Callable[[str], Texter]
    words: Words
    staff_url: str

    async def send(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> None:
        way = clinic.handoff
        if way is None or not way.phone or not way.phone_from:
            raise Refused("the clinic has no on-call phone", final=True)
        text = self.text(delivery.event, handoff, clinic)
        to, sender = (_e164(number, clinic.country) for number in (way.phone, way.phone_from))
        await self.texter(sender).send(to, text, delivery.id)

    def text(self, event: str, handoff: Handoff, clinic: Clinic) -> str:
        """In the clinic's first language; times are the clinic's own."""
        words = self.words.by_language[clinic.languages[0]]
        key = "text_lines" if event != FIRST else "text_waiting"
        if event == FIRST and handoff.kind == MESSAGE:
            key = "text_message"
        zone = ZoneInfo(clinic.hours.timezone) if clinic.hours else timezone.utc
        since = datetime.fromtimestamp(handoff.waiting_at or handoff.asked_at, zone)
        return words[key].format(clinic=clinic.name, time=f"{since:%H:%M}", link=self.staff_url)


def _e164(number: str, country: str) -> str:
    import phonenumbers  # not at the top: only few clinics have an on-call phone

    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        raise Refused("a number in the clinic's file is none", final=True) from None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def texters(named: Mapping[str, str]) -> Callable[[str], Texter]:
    """Texters of the account in TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, one for each number."""
    made: dict[str, Texter] = {}

    def of(sender: str) -> Texter:
        if sender not in made:
            account, token = named.get("TWILIO_ACCOUNT_SID"), named.get("TWILIO_AUTH_TOKEN")
            if not account or not token:
                raise NotNow("TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set")
            base_url = named.get("TWILIO_API_BASE_URL") or None
            made[sender] = TwilioTexter(account, token, sender, base_url)
        return made[sender]

    return of
