"""The clock's side of a hand-off: a person who waits is told the truth, and nobody waits for ever.

Looks at every open hand-off each few seconds. All of it is in the database, so it goes on after a
restart; of several processes one takes each step (`Queue.move`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.clinics import Clinic
from bot.handoff import told
from bot.handoff.desk import Gone, HandoffDesk, NotAllowed
from bot.handoff.handoff import Handoff
from bot.handoff.states import State

log = logging.getLogger(__name__)

MINUTE = 60.0
TOLD_AT = (5, 15)
"""Minutes of waiting after which the person is told that nobody has answered."""
CLAIMED_SILENT = {"live": 5, "message": 60}
"""Minutes in which somebody who took a hand-off writes; then it goes back in line."""
QUIET = 10
"""Minutes that a person's message in a talk stays unanswered before they are told what works."""
SILENCE = 12 * 60
"""Minutes without a word from either after which a talk is over."""
ASKED = 60
"""Minutes after which a question about consent that was not answered is dropped."""


@dataclass
class Watch:
    desk: HandoffDesk
    clinics: Mapping[str, Clinic]
    now: Callable[[], float]

    async def look(self) -> None:
        """One round. Raises `StoreDown`."""
        record = self.desk.record
        for handoff in await record.call(self.desk.queue.unfinished):
            clinic = self.clinics.get(handoff.clinic)
            if clinic is None:
                continue
            try:
                await self._look(handoff, clinic)
            except (NotAllowed, Gone):
                continue  # somebody moved it meanwhile: the next round sees how it is

    async def _look(self, handoff: Handoff, clinic: Clinic) -> None:
        if handoff.state is State.ASKED:
            if self._minutes(handoff.asked_at) >= ASKED:
                await self.desk.steps.move(handoff, State.WITHDRAWN, ended_by="clock")
        elif handoff.state is State.WAITING:
            if handoff.live:
                await self._waiting(handoff, clinic)
        elif handoff.state is State.CLAIMED:
            if self._minutes(handoff.claimed_at) >= CLAIMED_SILENT[handoff.kind]:
                await self.desk.release(handoff)
        else:
            await self._active(handoff, clinic)

    async def _waiting(self, handoff: Handoff, clinic: Clinic) -> None:
        waited = self._minutes(handoff.waiting_at)
        way = clinic.handoff
        if clinic.hours is not None and not clinic.hours.is_open(self.now()):
            await self.give_up(handoff, clinic, "closed_meanwhile")
        elif way is None or waited >= way.unanswered_minutes:
            await self.give_up(handoff, clinic, "unanswered")
        elif handoff.told < len(TOLD_AT) and waited >= TOLD_AT[handoff.told]:
            truth = [told.still_waiting(int(waited)), self._numbers(clinic)]
            await self._tell(handoff, truth, handoff.told + 1)

    def _numbers(self, clinic: Clinic) -> told.Draft:
        return told.and_numbers(clinic, "handoff.keep", "handoff.stop")

    async def give_up(self, handoff: Handoff, clinic: Clinic, why: str) -> None:
        """Nobody came, and the person is told. Raises `NotAllowed`."""
        drafts = [told.unanswered(clinic, why), told.and_numbers(clinic, told.LEAVE_MESSAGE)]
        await self.desk.close(handoff, State.UNANSWERED, "handoff.unanswered", drafts, "clock")

    async def _active(self, handoff: Handoff, clinic: Clinic) -> None:
        store = self.desk.record.store
        said = await self.desk.record.call(store.last_said, [handoff.conversation])
        _id, sender, at = said.get(handoff.conversation, ("", "staff", handoff.active_at or 0.0))
        silent = self._minutes(max(at, handoff.active_at or 0.0))
        if silent >= SILENCE:
            drafts = [told.ENDED_SILENCE]
            await self.desk.close(handoff, State.ENDED, "handoff.ended", drafts, "clock")
        elif sender == "person" and silent >= QUIET and not handoff.told:
            choices = told.and_numbers(clinic, "handoff.keep", "handoff.end")
            await self._tell(handoff, [told.QUIET, choices], 1)

    async def _tell(self, handoff: Handoff, drafts: list[told.Draft], times: int) -> None:
        messages = await self.desk.tell(handoff, drafts)
        await self.desk.steps.change(handoff, say=messages, told=times)

    def _minutes(self, since: float | None) -> float:
        return 0.0 if since is None else (self.now() - since) / MINUTE
