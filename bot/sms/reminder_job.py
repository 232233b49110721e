"""The clock's side of reminders: what is due becomes a message of its conversation, once.

Any number of processes may run this; the rows decide who sends (`Reminders.send`). A reminder that
can't come in time is missed, never late: nobody is reminded of a visit that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.handoff.person import Reception
from bot.handoff.states import State
from bot.handoff.wall_clock import first
from bot.out import Draft, Out
from bot.rounds import rounds
from bot.sms.quiet_hours import awake_from, is_quiet, zones_of
from bot.sms.reminder_desk import WORD
from bot.sms.reminders import (
    CANCELLED,
    MISSED,
    VISIT,
    Reminder,
    Reminders,
    zones_of_number,
)

AGAIN = 20.0
"""Seconds between two looks."""
LATE = 12 * 3600.0
"""Seconds after its time at which a reminder is not sent any more."""
_ANSWERS = ("reached.yes", "reached.no_answer", "reached.full")


@dataclass
class ReminderJob:
    reminders: Reminders
    out: Out
    reception: Reception

    async def run(self) -> None:
        """For as long as the process lives."""
        await rounds(self.look, AGAIN, "the reminders' round")

    async def look(self) -> None:
        """One round. Raises `StoreDown`."""
        call = self.out.record.call
        for due in await call(self.reminders.due, self.out.now()):
            await self._take(due)

    async def _take(self, due: Reminder) -> None:
        call, now = self.out.record.call, self.out.now()
        known = due.session.clinic in self.out.clinics
        if not known or not due.may_text or due.session.channel != "sms":
            return await call(self.reminders.settle, due, CANCELLED)
        over = _over_at(due)
        if now - due.at > LATE or now >= over:
            return await call(self.reminders.settle, due, MISSED)
        zones = zones_of(due.timezone, zones_of_number(due.number))
        if is_quiet(now, zones):
            morning = awake_from(now, zones)
            if morning >= over:
                return await call(self.reminders.settle, due, MISSED)
            return await call(self.reminders.put_off, due, morning)
        if due.kind != VISIT and await self._with_a_person(due):
            return None
        return await self._send(due)

    async def _with_a_person(self, due: Reminder) -> bool:
        """While a person of the clinic talks with them, the bot asks nothing."""
        handoff = await self.reception.open_of(due.session.conversation)
        return handoff is not None and handoff.state in (State.CLAIMED, State.ACTIVE)

    async def _send(self, due: Reminder) -> None:
        messages = self.out.release(due.session, [draft_of(due)])
        if await self.out.record.call(self.reminders.send, due, messages):
            self.out.send(due.session, messages)


def draft_of(due: Reminder) -> Draft:
    """What the reminder says. The listing that it is about goes along with each answer."""
    if due.kind == VISIT:
        return {"message": "reminder.visit", "slots": {"visit": due.body["starts"], "off": WORD}}
    about = {"listing": due.body["listing"]}
    answers = [{"choice": one, "entities": about} for one in _ANSWERS]
    return {
        "message": "reminder.reached",
        "slots": {"name": due.body["name"]},
        "choices": [*answers, "remind.off"],
    }


def _over_at(due: Reminder) -> float:
    """When it is of no use any more."""
    if due.kind != VISIT:
        return due.at + LATE
    return float(first(due.timezone, datetime.fromisoformat(due.body["starts"])))
