"""A sheet gets a page when the person asks for one, and loses it when they say so.

Nothing is kept apart from the chat before that. Whoever has the link can open the page, for
`LIFETIME` or the clinic's days, whichever is less; the message says both. `Turn` asks `heard`, and
`asked` for what the dialogue says on the person's behalf.
"""

from __future__ import annotations

import ipaddress
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any
from urllib.parse import urlsplit

from bot.clinic import Clinic
from bot.conversation import Message, Session
from bot.sheet.store import Sheets
from bot.store.record import Record
from guardrails.catalogue import Catalogue

Draft = Mapping[str, Any]
LINK, FORGET = "sheet.link", "sheet.forget"
"""What a choice, or a draft of the dialogue, asks for."""
WORD = "sheet.word_link"
"""The message whose words, one in each language, ask for the link by text."""
DAY = 24 * 3600.0
LIFETIME = 30 * DAY
"""Seconds for which a link opens something, at most."""
LAST_FOR_NOW = 7 * DAY
"""The same at a clinic that keeps chats no longer than they last: the page goes with its chat."""


@dataclass(frozen=True)
class SheetDesk:
    sheets: Sheets
    record: Record
    clinics: Mapping[str, Clinic]
    catalogue: Catalogue
    public_url: str

    async def heard(self, session: Session, person: Message, now: float) -> list[Draft] | None:
        """What to say to it; None when it is not about this. Raises `StoreDown`."""
        if person.offer:
            return await self.asked(session, str(person.offer.do), now)
        if session.channel != "sms" or not self._is_word(person.text):
            return None
        card = await self.record.call(self.sheets.newest_card, session.conversation)
        return await self.asked(session, LINK, now) if card else None

    async def asked(self, session: Session, what: str, now: float) -> list[Draft] | None:
        """``what`` is `LINK` or `FORGET`; None for anything else. Raises `StoreDown`."""
        if what == FORGET:
            gone = await self.record.call(self.sheets.forget_all, session.conversation)
            return [{"message": "sheet.forgotten" if gone else "sheet.forgotten_none"}]
        return [await self._link(session, now)] if what == LINK else None

    async def _link(self, session: Session, now: float) -> Draft:
        if session.channel == "sms" and _only_here(self.public_url):
            return {"message": "sheet.no_address"}
        card = await self.record.call(self.sheets.newest_card, session.conversation)
        if card is None:
            return {"message": "sheet.none"}
        days = self.clinics[session.clinic].retention_days
        until = now + (min(LIFETIME, days * DAY) if days else LAST_FOR_NOW)
        token = await self.record.call(self.sheets.add, session, card, now, until)
        link = f"{self.public_url.rstrip('/')}/s/{token}"
        slots = {"link": link, "until": day_of(until)}
        message = LINK if days else "sheet.link_for_now"
        return {"message": message, "slots": slots, "cards": [{"link": link}]}

    def _is_word(self, text: str) -> bool:
        """Whether it is nothing but the word, in any language."""
        words: Sequence[str] = list(self.catalogue.messages[WORD].words.values())
        return _bare(text) in {_bare(word) for word in words}


def day_of(moment: float) -> str:
    """The last whole day, UTC, on which it still works; ISO."""
    return datetime.fromtimestamp(moment - DAY, timezone.utc).date().isoformat()


def _only_here(url: str) -> bool:
    """Whether only this computer can open the address."""
    host = urlsplit(url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host in ("", "localhost") or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _bare(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in letters if one.isalnum())
