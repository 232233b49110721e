"""Reminders in a turn: what the person agreed to is kept, and one word drops it all.

The dialogue finds out what is wanted (actions/reminding.py) and ends with the draft `SET`, which
holds what was agreed to; what became of it is said from here, in its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.clinics import Clinic
from bot.conversation import Message, Session
from bot.sms.quiet_hours import awake_from, local, plan_visit, zones_of
from bot.sms.reminders import REACHED, VISIT, Kept, Reminders, zones_of_number
from bot.store.record import Record
from guardrails.catalogue import Catalogue

Draft = Mapping[str, Any]
SET = "reminder.set"
"""The draft of the dialogue that says what was agreed to."""
WORD = "reminder.word_off"
"""The message whose words, one in each language, drop every reminder."""
DO_OFF = "remind.off"
ABOUT = frozenset({"reminder.reached", "listing.chosen", "reminder.what_happened"})
"""Questions about one listing: an answer in words is about that one."""
LATER = 2 * 24 * 3600.0
"""Seconds after a provider was picked at which the person is asked whether they reached them."""
DAY = 24 * 3600.0


@dataclass(frozen=True)
class ReminderDesk:
    reminders: Reminders
    record: Record
    clinics: Mapping[str, Clinic]
    catalogue: Catalogue

    # --- what the dialogue must know ----------------------------------------------------------

    async def situation(self, session: Session, person: Message) -> dict[str, str]:
        """What goes with a text to the dialogue: the channel, the clinic's time when it was
        written, and which listing the last question of ours was about."""
        told = {"channel": session.channel}
        hours = self.clinics[session.clinic].hours
        if hours:
            told["local_time"] = local(person.at, hours.timezone).isoformat(timespec="minutes")
        last = await self.record.last_from_bot(session.conversation)
        if last and last.message in ABOUT:
            named = (offer.entities.get("listing") for offer in last.offers)
            about = next((one for one in named if one is not None), None)
            told |= {"last": str(last.message), "about": str(about)} if about is not None else {}
        return told

    # --- what was agreed to -------------------------------------------------------------------

    async def agreed(self, session: Session, draft: Draft, now: float) -> list[Draft]:
        """Keep it; what to say. Raises `StoreDown`."""
        hours = self.clinics[session.clinic].hours
        if draft.get("kind") == "off":
            return await self.off(session)
        if session.channel != "sms":
            return [{"message": "reminder.only_by_text"}]
        if hours is None:
            return [{"message": "reminder.not_here"}]
        number = await self.record.call(self.reminders.number, session.conversation)
        zones = zones_of(hours.timezone, zones_of_number(number))
        if draft["kind"] == VISIT:
            return [await self._visit(session, draft, hours.timezone, zones, now)]
        return [await self._reached(session, draft, hours.timezone, zones, now)]

    async def _visit(
        self, session: Session, draft: Draft, zone: str, zones: tuple[str, ...], now: float
    ) -> Draft:
        starts = str(draft["starts"])
        visit = {"visit": starts}
        try:
            moment = datetime.fromisoformat(starts)
            planned = plan_visit(moment, zone, str(draft["lead"]), zones, now)
        except ValueError:
            return {"message": "reminder.too_soon", "slots": visit}
        return await self._keep(session, VISIT, zone, {"starts": starts}, planned, now, visit)

    async def _reached(
        self, session: Session, draft: Draft, zone: str, zones: tuple[str, ...], now: float
    ) -> Draft:
        body = {"listing": draft["listing"], "name": draft["name"]}
        planned = awake_from(now + LATER, zones)
        return await self._keep(session, REACHED, zone, body, planned, now, {"name": draft["name"]})

    async def _keep(
        self,
        session: Session,
        kind: str,
        zone: str,
        body: Mapping[str, Any],
        planned: float,
        now: float,
        slots: Mapping[str, Any],
    ) -> Draft:
        """A chat is kept for the clinic's days and no longer: nothing is promised past them."""
        days = self.clinics[session.clinic].retention_days
        if planned > now + days * DAY - DAY / 2:
            return {"message": "reminder.too_late", "slots": {"days": days}}
        kept, at = await self.record.call(
            self.reminders.add, session.conversation, kind, zone, body, planned, now
        )
        if kept is Kept.BEFORE:
            return {"message": "reminder.asked_before", "slots": slots}
        if kept is Kept.ENOUGH:
            return {"message": "reminder.enough", "slots": {"off": WORD}}
        when = local(at, zone).isoformat(timespec="minutes")
        return {"message": f"reminder.set_{kind}", "slots": {**slots, "at": when, "off": WORD}}

    # --- no more of them ----------------------------------------------------------------------

    def is_off(self, person: Message) -> bool:
        """Whether it is the choice, or nothing but the word, in any language."""
        if person.offer:
            return person.offer.do == DO_OFF
        words = self.catalogue.messages[WORD].words.values()
        return _bare(person.text) in {_bare(word) for word in words}

    async def off(self, session: Session) -> list[Draft]:
        """Drop what waits; what to say. Raises `StoreDown`."""
        dropped = await self.record.call(self.reminders.cancel, session.conversation)
        return [{"message": "reminder.off" if dropped else "reminder.off_none"}]

    async def heard_off(self, session: Session, person: Message) -> list[Draft] | None:
        """None when it is no such wish: the word alone means it only to who has had a reminder."""
        if not self.is_off(person):
            return None
        if person.offer is None:
            ever = await self.record.call(self.reminders.ever, session.conversation)
            if not ever:
                return None
        return await self.off(session)


def _bare(text: str) -> str:
    """Its letters, in lower case and without accents."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", "", "".join(one for one in letters if not unicodedata.combining(one)))
