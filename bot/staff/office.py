"""What the inbox and the conversations' pages work with, and what they may show to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from bot.clinics import Clinic
from bot.conversation import Message
from bot.handoff.desk import Gone, HandoffDesk
from bot.handoff.handoff import Answerer, Handoff
from bot.handoff.states import State
from bot.hub import Hub
from bot.sms.arrivals import arrivals
from bot.staff.guard import Member
from bot.staff.lists import Lists, age, reference, sorted_lists
from bot.staff.site import StaffSite
from guardrails.helplines import Helplines

STILL_THE_SAME_LOOK = 300.0
"""Seconds for which a page that refreshes itself is one view in the audit log."""


@dataclass
class Office:
    """Its coroutines raise `StoreDown`. ``now`` gives unix seconds."""

    site: StaffSite
    handoffs: HandoffDesk
    clinics: Mapping[str, Clinic]
    helplines: Helplines
    hub: Hub
    now: Callable[[], float]
    _looked: dict[tuple[str, str, str], float] = field(default_factory=dict)

    # --- what may be seen ---

    async def visible(self, member: Member, handoff: str) -> Handoff:
        """Raises `Gone` also for what is not this member's, or not yet agreed to by the person."""
        found = await self.handoffs.get(handoff)
        if not member.may_see(found.clinic) or not found.waiting_at or found.state is State.ASKED:
            raise Gone(handoff)
        return found

    async def lists(self, member: Member) -> Lists:
        clinics = sorted(member.clinics)
        rows = await self.handoffs.inbox(clinics, reader=member.id)
        ended = await self.handoffs.ended(clinics, 30)
        unnoticed = await self.handoffs.unnoticed(clinics)
        return sorted_lists(rows, [row.handoff for row in ended], member.id, unnoticed)

    async def texts(self, handoff: Handoff, messages: Sequence[Message]) -> dict[str, str]:
        """How far each message of staff got, where they go out as texts; by its id."""
        if not handoff.by_text:
            return {}
        said = [message.id for message in messages if message.sender == "staff"]
        record = self.site.record
        return await record.call(arrivals, record.store.engine, handoff.conversation, said)

    async def colleagues(self, member: Member, clinic: str) -> list[Answerer]:
        """Who else may answer at this clinic, by name."""
        found = await self.site.record.call(self.site.accounts.all)
        return [
            Answerer(one.id, one.name, one.title)
            for one in found
            if one.may_enter
            and one.id != member.id
            and one.role in ("staff", "admin")
            and not one.clinics.isdisjoint({"*", clinic})
        ]

    def public_numbers(self, clinic: Clinic | None) -> list[str]:
        """The clinic's own phone and the help lines: what may be sent without a second look."""
        lines = self.helplines.lines.values()
        dials = [str(way["dial"]) for line in lines for way in line["channels"] if "dial" in way]
        return [*dials, clinic.phone] if clinic and clinic.phone else dials

    # --- what is written down ---

    async def did(self, member: Member, action: str, handoff: Handoff | None = None) -> None:
        """One row of the audit log. It stands before the answer goes out."""
        subject, clinic = (handoff.id, handoff.clinic) if handoff else ("", "")
        record, audit = self.site.record, self.site.audit
        await record.call(audit.write, member.id, action, subject, clinic, self.now())

    async def looked(self, member: Member, action: str, handoff: Handoff | None = None) -> None:
        """The same for a page that asks again by itself: a row every five minutes, no more."""
        key = (member.id, action, handoff.id if handoff else "")
        now = self.now()
        if now - self._looked.get(key, float("-inf")) < STILL_THE_SAME_LOOK:
            return
        await self.did(member, action, handoff)
        recent = {k: at for k, at in self._looked.items() if now - at < STILL_THE_SAME_LOOK}
        self._looked = {**recent, key: now}

    async def opened(self, member: Member, action: str, handoff: Handoff | None = None) -> None:
        """A page was opened: always a row."""
        self._looked.pop((member.id, action, handoff.id if handoff else ""), None)
        await self.looked(member, action, handoff)

    # --- what templates need ---

    def helpers(self) -> dict[str, Any]:
        return {
            "now": self.now(),
            "age": age,
            "reference": reference,
            "iso": iso,
            "clinic_name": self.clinic_name,
        }

    def clinic_name(self, key: str) -> str:
        clinic = self.clinics.get(key)
        return clinic.name if clinic else key


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")
