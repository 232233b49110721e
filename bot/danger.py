"""Danger: what is said at once, out of memory, before anything is kept.

It needs no Rasa, no action server and no database: whether staff are there, and what was being
asked, is looked up for a moment and done without when nobody can say.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field

from bot.care import Care
from bot.conversation import Message, Session
from bot.handoff import told
from bot.handoff.handoff import Handoff
from bot.handoff.person import DENIED, Reception
from bot.handoff.states import LASTING, State
from bot.out import Draft, Out
from bot.store.record import StoreDown
from guardrails.types import DANGER, Outcome, Screening

AT_ONCE = DANGER | {Outcome.CHECK_IN}
"""Outcomes whose reply is made from memory and sent before anything is stored."""
MOMENT = 0.5
"""Seconds that a crisis message waits to be kept before it counts as taken; memory holds it."""
REPEAT = "safety.repeat"
"""What a crisis reply that was given before becomes: shorter, with the same lines and a person."""


@dataclass(kw_only=True)
class Danger(Out):
    reception: Reception
    care: Care = field(default_factory=Care)
    keeping: set[asyncio.Task[None]] = field(default_factory=set)
    """What was sent and is being kept."""

    async def at_once_drafts(self, session: Session, screening: Screening) -> list[Draft]:
        """While a person of the clinic has it, they ask; the lines come all the same."""
        if screening.outcome is Outcome.CHECK_IN and await self.with_staff(session):
            return [{**told.LINES, "lines": screening.reply}]
        return self.crisis_drafts(session, screening)

    async def with_staff(self, session: Session) -> bool:
        """Unknown counts as not."""
        try:
            handoff = await self.reception.open_of(session.conversation, limit=0.4)
        except StoreDown:
            return False
        return handoff is not None and handoff.state in (State.CLAIMED, State.ACTIVE)

    def crisis_drafts(self, session: Session, screening: Screening) -> list[Draft]:
        """The crisis reply; when it was given before, the lines again and who is a person (R8).

        What could be tapped comes again too: deleting the chat matters where a phone is watched.
        """
        if screening.reply not in self.care.of(session.conversation).replies:
            return [{"message": screening.reply}]
        first = self.releaser.catalogue.messages[screening.reply]
        others = [choice for choice in first.choices if choice != "human"]
        again: Draft = {"message": REPEAT, "lines": first.id, "choices": others}
        clinic = self.clinics[session.clinic]
        if clinic.handoff is None:
            return [again, told.only_numbers(clinic)]
        return [again, told.and_numbers(clinic, "human")]

    async def answer_at_once(
        self, session: Session, sent: list[Message], screening: Screening, client_id: str
    ) -> None:
        """Send the reply, then keep it; a stuck database is waited for only a moment."""
        self.send(session, sent)
        in_danger = screening.outcome in DANGER
        keeping = asyncio.create_task(
            self._keep_and_hold_place(session, sent, client_id, in_danger)
        )
        self.keeping.add(keeping)
        keeping.add_done_callback(self.keeping.discard)
        await asyncio.wait({keeping}, timeout=MOMENT)

    async def _keep_and_hold_place(
        self, session: Session, sent: list[Message], client_id: str, in_danger: bool
    ) -> None:
        await self.record.keep_sent(session, sent, client_id)
        handoff: Handoff | None = None
        with suppress(StoreDown):
            handoff = await self.reception.lines_shown(session)
        if handoff and handoff.state in LASTING and handoff.live:
            return
        question = self.reception.question(handoff) if handoff else None
        with suppress(StoreDown):
            question = question or await self.number_asked(session)
        asking = question or await self.record.asking(session.conversation)
        if in_danger and asking and session.channel != "sms":  # on a phone it would hide the lines
            await self.tell(session, [{"message": "resume.after_danger"}, asking])

    def denied(self, session: Session) -> Draft:
        """The answer to a "no". It leaves the lines of the last danger in view."""
        replies = self.care.of(session.conversation).replies
        return {"message": DENIED, "lines": replies[-1] if replies else DENIED}

    async def number_asked(self, session: Session) -> Draft | None:
        """The question to which number a chat goes on by text, while it is open."""
        return await self.moving.question(session) if self.moving else None
