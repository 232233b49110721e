"""A Chatwoot inbox, through its API channel and the "client API" of such inboxes.

Chatwoot gets a contact without any identity, a conversation, and in it what the person agreed to
show and then what they say. A request whose answer was lost is not repeated blindly: what did
arrive is looked up first. What agents answer comes by Chatwoot's webhook (`bot/channels/outside`).

Paths and fields: https://developers.chatwoot.com (Client APIs); signatures: chatwoot/chatwoot
pull requests 13573 and 13892 (``sha256=`` and HMAC-SHA256 over timestamp, dot, body).
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.clinics import Clinic
from bot.handoff.courier import NotNow, Refused
from bot.handoff.deliveries import FIRST, Deliveries, Delivery
from bot.handoff.handoff import LIVE, NO_TEXTS, Handoff
from bot.handoff.posting import Poster
from bot.store.record import Record, StoreDown
from bot.widget.assets import Words

log = logging.getLogger(__name__)

CONVERSATION, CONTACT, LAST = "chatwoot", "chatwoot_src", "chatwoot_msg"
"""Names in the table of what is called what elsewhere; each value begins with the clinic's key."""
TOLERANCE = 300
"""Seconds that a signed request may be old."""
OVER = frozenset({"handoff.ended", "handoff.withdrawn", "handoff.unanswered"})
_LONGEST = 30_000  # characters of one message; each of Chatwoot's events repeats the last one
_INCOMING = 0  # Chatwoot's number for a message of the contact's


def is_genuine(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether Chatwoot signed it with that secret, not long ago."""
    at = headers.get("x-chatwoot-timestamp", "")
    given = headers.get("x-chatwoot-signature", "")
    if not secret or not (at.isascii() and at.isdigit() and len(at) < 12):
        return False
    if abs(now - int(at)) > TOLERANCE:
        return False
    wanted = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={wanted}".encode(), given.encode())


def named_outside(clinic: str, value: object) -> str:
    return f"{clinic}/{value}"


@dataclass(frozen=True)
class ChatwootWay:
    """``key`` makes the contacts' ids, which are all that the client API asks for, unguessable."""

    poster: Poster
    record: Record
    deliveries: Deliveries
    words: Words
    key: str

    async def send(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> None:
        contact = await self._contact(handoff, clinic)
        conversation = await self._conversation(delivery, handoff, contact)
        if text := self._text(delivery, handoff, clinic):
            await self._say(delivery, handoff, conversation, text)
        if delivery.event in OVER:
            await self.poster.json("POST", f"{conversation}/toggle_status", {})

    async def typing(self, handoff: Handoff, clinic: Clinic, on: bool) -> None:
        """Show the agents that the person types, where they have the conversation; no promise."""
        try:
            source = await self._name(handoff, CONTACT)
            known = await self._name(handoff, CONVERSATION)
            if not source or not known:
                return
            url = f"{self._inbox(clinic)}/contacts/{source}/conversations/{known}/toggle_typing"
            await self.poster.json("POST", url, {"typing_status": "on" if on else "off"})
        except (NotNow, Refused, StoreDown) as fault:
            log.debug("Chatwoot was not told of typing: %s", fault)

    # --- the conversation ---------------------------------------------------------------------

    def _inbox(self, clinic: Clinic) -> str:
        way = clinic.handoff
        if way is None or not way.chatwoot_url or not way.chatwoot_inbox:
            raise Refused("the clinic has no Chatwoot inbox", final=True)
        inbox = quote(way.chatwoot_inbox, safe="")
        return f"{way.chatwoot_url.rstrip('/')}/public/api/v1/inboxes/{inbox}"

    async def _contact(self, handoff: Handoff, clinic: Clinic) -> str:
        """The address of the person's contact. Asked for twice, it is one contact."""
        contacts = f"{self._inbox(clinic)}/contacts"
        if known := await self._name(handoff, CONTACT):
            return f"{contacts}/{known}"
        words = self.words.by_language[clinic.languages[0]]
        secret = hmac.new(self.key.encode(), f"chatwoot {handoff.id}".encode(), hashlib.sha256)
        asked = {
            "source_id": secret.hexdigest()[:32],
            "name": words["visitor"].format(mark=handoff.id[-4:]),
        }
        source = _field(await self.poster.json("POST", contacts, asked), "source_id", str)
        await self._keep(handoff, CONTACT, source)
        return f"{contacts}/{quote(source, safe='')}"

    async def _conversation(self, delivery: Delivery, handoff: Handoff, contact: str) -> str:
        conversations = f"{contact}/conversations"
        if known := await self._name(handoff, CONVERSATION):
            return f"{conversations}/{known}"
        found = None
        if delivery.tries > 1:
            listed = await self.poster.json("GET", conversations)
            found = listed[0] if isinstance(listed, list) and listed else None
        made = found or await self.poster.json("POST", conversations, {})
        number = _field(made, "id", int)
        await self._keep(handoff, CONVERSATION, number)
        return f"{conversations}/{number}"

    async def _say(
        self, delivery: Delivery, handoff: Handoff, conversation: str, text: str
    ) -> None:
        messages = f"{conversation}/messages"
        if delivery.tries > 1:
            arrived = await self._arrived(handoff, messages, text)
            if arrived is not None:
                await self._keep(handoff, LAST, arrived)
                return
        asked = {"content": text, "echo_id": delivery.id}
        made = await self.poster.json("POST", messages, asked)
        await self._keep(handoff, LAST, _field(made, "id", int))

    async def _arrived(self, handoff: Handoff, messages: str, text: str) -> int | None:
        """The id of this message, when an earlier try got through and its answer did not."""
        last = int(await self._name(handoff, LAST) or 0)
        listed = await self.poster.json("GET", messages)
        for message in listed if isinstance(listed, list) else []:
            theirs = isinstance(message, dict) and message.get("message_type") == _INCOMING
            if theirs and message.get("content") == text and _field(message, "id", int) > last:
                return int(message["id"])
        return None

    async def _name(self, handoff: Handoff, kind: str) -> str | None:
        kept = await self.record.call(self.deliveries.outside_name, handoff.id, kind)
        return kept.partition("/")[2] if kept else None

    async def _keep(self, handoff: Handoff, kind: str, value: object) -> None:
        named = named_outside(handoff.clinic, value)
        await self.record.call(self.deliveries.name_outside, handoff.id, kind, named)

    # --- words --------------------------------------------------------------------------------

    def _text(self, delivery: Delivery, handoff: Handoff, clinic: Clinic) -> str | None:
        """What agents read; None where Chatwoot's own marks say enough."""
        words = self.words.by_language[clinic.languages[0]]
        data = delivery.data
        if delivery.event == FIRST:
            return self._first(words, data)[:_LONGEST]
        if delivery.event in ("handoff.message", "handoff.lines_shown"):
            head = words["lines_shown"] if delivery.event.endswith("lines_shown") else None
            parts = [head, (data["message"] or {}).get("text"), data.get("notice")]
            return "\n\n".join(part for part in parts if part)[:_LONGEST]
        if delivery.event == "handoff.ended" and data.get("ended_by") == "staff":
            return None
        if data.get("outcome") == NO_TEXTS:
            return words[NO_TEXTS]
        return words[delivery.event.removeprefix("handoff.")]

    def _first(self, words: Mapping[str, str], data: Mapping[str, Any]) -> str:
        if data["again"]:
            return words["again"]
        agreed = "agreed_chat" if data["shares"] == "chat" else "agreed_note"
        head = f"{words['waiting' if data['kind'] == LIVE else 'left']}\n{words[agreed]}"
        lines = [
            f"{words[message['from']]}: {message['text'] or words['left_out']}"
            for message in data["messages"]
        ]
        said = "\n".join(lines)
        if len(said) > _LONGEST // 2:
            said = f"…{said[-(_LONGEST // 2) :]}"
        parts = [head, data["note"], said, data.get("notice")]
        return "\n\n".join(part for part in parts if part)


def _field(answer: Any, name: str, kind: type) -> Any:
    """A field of what Chatwoot answered; `NotNow` when it is not one that Chatwoot would give."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool) or not value:
        raise NotNow(f"the answer had no {name}")
    return value
