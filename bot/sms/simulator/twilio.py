"""Twilio, as far as a service that texts can see it: what it keeps, takes, refuses and posts."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from bot.sms.account import Account
from bot.sms.numbers import e164
from bot.sms.segments import LONGEST, segments
from bot.sms.simulator.messages import API, Text
from bot.sms.simulator.opting import Blocked, kind_of
from bot.sms.simulator.webhooks import NOT_TWIML, Answer, NotTaken, Webhooks

_NEVER: Mapping[str, tuple[int, str]] = {
    "+15005550001": (21211, "is not a valid phone number"),
    "+15005550002": (21612, "can not be reached"),
    "+15005550003": (21408, "is in a region that is not enabled"),
    "+15005550004": (21610, "is on the block list"),
    "+15005550009": (21614, "can not get texts"),
}
"""Twilio's own numbers for tests: what a text to them fails with."""


class Refusal(Exception):
    """The API's answer to what it does not do. ``code`` is Twilio's, ``status`` that of HTTP."""

    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass(frozen=True)
class Came:
    """A text that a phone has sent, and the service's answer that counted. ``fault`` tells why
    there is none, or nothing to be read in it. ``given`` are the texts of that answer."""

    text: Text
    answer: Answer | None
    fault: NotTaken | None = None
    given: tuple[Text, ...] = ()


def new_sid() -> str:
    return f"SM{uuid.uuid4().hex}"


@dataclass
class Twilio:
    account: Account
    webhooks: Webhooks
    numbers: frozenset[str]
    """Our numbers; a text from another is refused."""
    services: Mapping[str, str] = field(default_factory=dict)
    """The number that a messaging service (MG...) sends from."""
    own_words: Mapping[str, str] = field(default_factory=dict)
    """What Twilio itself answers, by STOP, START and HELP."""
    tells_opt_outs: bool = True
    """Advanced Opt-Out: the service is told by ``OptOutType``."""
    pace: float = 0.3
    """Seconds from one status to the next."""
    arrived: Callable[[Text], None] = lambda text: None
    """Called with what has reached a phone."""
    now: Callable[[], float] = time.time
    texts: dict[str, Text] = field(default_factory=dict)
    blocked: Blocked = field(default_factory=Blocked)
    _under_way: set[asyncio.Task[None]] = field(default_factory=set)

    # --- a phone texts us -------------------------------------------------------------------

    async def text(
        self, phone: str, ours: str, body: str, *, media: int = 0, sid: str | None = None
    ) -> Came:
        """A phone sends a text; back when the service has answered it, or has not."""
        kind = kind_of(body)
        came = Text(sid or new_sid(), "inbound", phone, ours, body, "received", self.now())
        came.media, came.sent_at, came.service = media, self.now(), self._service_of(ours)
        self.texts[came.sid] = came
        if kind and self.blocked.take(kind, phone, ours) and kind in self.own_words:
            self.send(self._out("outbound-reply", phone, ours, self.own_words[kind]))
        fields = self.fields_of(came)
        if kind and self.tells_opt_outs:
            fields["OptOutType"] = kind
        try:
            answer = await self.webhooks.incoming(fields)
        except NotTaken as fault:
            return Came(came, None, fault)
        return self._act(came, answer)

    def fields_of(self, text: Text) -> dict[str, str]:
        """What Twilio posts for a text that came."""
        fields = {
            "ToCountry": "US",
            "ToState": "",
            "ToCity": "",
            "ToZip": "",
            "FromCountry": "US",
            "FromState": "",
            "FromCity": "",
            "FromZip": "",
            "SmsMessageSid": text.sid,
            "SmsSid": text.sid,
            "MessageSid": text.sid,
            "SmsStatus": "received",
            "NumMedia": str(text.media),
            "NumSegments": str(max(segments(text.body), 1)),
            "Body": text.body,
            "From": text.phone,
            "To": text.ours,
            "AccountSid": self.account.sid,
            "ApiVersion": API,
        }
        if text.service:
            fields["MessagingServiceSid"] = text.service
        for n in range(text.media):
            fields[f"MediaUrl{n}"] = f"https://api.twilio.com/{API}/Media/{text.sid}/{n}"
            fields[f"MediaContentType{n}"] = "image/jpeg"
        return fields

    def _act(self, came: Text, answer: Answer) -> Came:
        """Send what the answer's TwiML says."""
        try:
            said = read_twiml(answer)
        except ElementTree.ParseError:
            return Came(came, answer, NotTaken(NOT_TWIML))
        given = []
        for body, callback in said:
            reply = self._out("outbound-reply", came.phone, came.ours, body, callback)
            if self.blocked.holds(came.phone, came.ours):
                reply.error = 21610
            given.append(reply)
            self.send(reply)
        return Came(came, answer, given=tuple(given))

    # --- the service texts a phone ------------------------------------------------------------

    def create(
        self, to: str, sender: str, body: str, callback: str | None = None, service: str = ""
    ) -> Text:
        """What `POST Messages.json` does. Raises `Refusal`."""
        ours = self.services.get(service, sender)
        for missing, code, name in (
            (not to, 21604, "To"),
            (not ours, 21603, "From"),
            (not body, 21602, "Body"),
        ):
            if missing:
                raise Refusal(code, f"A '{name}' is required.")
        if len(body) > LONGEST:
            raise Refusal(21617, f"The body is longer than {LONGEST} characters.")
        if ours not in self.numbers:
            raise Refusal(21606, "The 'From' number is not one of this account.")
        if to in _NEVER:
            raise Refusal(_NEVER[to][0], f"The 'To' number {_NEVER[to][1]}.")
        if e164(to) != to:
            raise Refusal(21211, "The 'To' number is not a valid phone number.")
        if self.blocked.holds(to, ours):
            raise Refusal(21610, "Attempt to send to unsubscribed recipient")
        made = self._out("outbound-api", to, ours, body, callback)
        made.service = service or made.service
        self.send(made)
        return made

    def _out(
        self, direction: str, phone: str, ours: str, body: str, callback: str | None = None
    ) -> Text:
        made = Text(new_sid(), direction, phone, ours, body, "queued", self.now())
        made.callback, made.service = callback, self._service_of(ours)
        return made

    def _service_of(self, ours: str) -> str | None:
        return next((name for name, number in self.services.items() if number == ours), None)

    # --- on its way -----------------------------------------------------------------------------

    def send(self, text: Text) -> None:
        """Keep it, and bring it to the phone; back at once."""
        self.texts[text.sid] = text
        task = asyncio.create_task(self.bring(text))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def bring(self, text: Text) -> None:
        """Through its states to the phone, each one told to the service."""
        if text.error:
            text.status = "failed"
            return await self.report(text, text.status)
        for status in ("queued", "sent", "delivered"):
            text.status = status
            if status == "sent":
                text.sent_at = self.now()
            if status == "delivered":
                self.arrived(text)
            await self.report(text, status)
            await asyncio.sleep(self.pace)
        return None

    async def report(self, text: Text, status: str) -> None:
        if not text.callback:
            return
        fields = {
            "SmsSid": text.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "MessageSid": text.sid,
            "To": text.to,
            "From": text.sender,
            "AccountSid": self.account.sid,
            "ApiVersion": API,
        }
        if text.service:
            fields["MessagingServiceSid"] = text.service
        if text.error:
            fields["ErrorCode"] = str(text.error)
        await self.webhooks.status(text.callback, fields)

    async def settled(self) -> None:
        """Until nothing is on its way any more."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


def read_twiml(answer: Answer) -> list[tuple[str, str | None]]:
    """The messages of an answer: the words, and where to tell their status. Raises `ParseError`."""
    if not answer.body.strip():
        return []
    if answer.content_type.startswith("text/plain"):
        return [(answer.body, None)]
    root = ElementTree.fromstring(answer.body)  # noqa: S314 - our own service's answer
    found = []
    for message in root.iter("Message"):
        words = message.findtext("Body")
        words = (message.text or "") if words is None else words
        callback = message.get("statusCallback") or message.get("action")
        if words.strip():
            found.append((words, callback))
    return found
