"""Somebody who texts, in the house: as `Chatter`, with Twilio's place taken by a list of texts."""

from __future__ import annotations

from pathlib import Path

from bot.handoff.handoff import Handoff
from tests.sms.texter import THEIRS, Texter
from tests.staff.house import Chatter, House


class ByText(Chatter):
    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.texter = Texter(house.edge, folder)

    async def waits(self) -> None:
        await self.texter.text("can i talk to a real person")
        await self.texter.text("1")

    @property
    def handoff(self) -> Handoff:
        texting = self.texter.texting
        found = texting.book.of("demo", texting.lookup.of(THEIRS))
        assert found is not None
        assert found[1] is not None
        return self.house.edge.steps.queue.of(found[1].conversation)[-1]

    def heard(self, status: str) -> None:
        """Twilio says so of the newest text."""
        row = self.texter.rows()[-1]
        self.texter.texting.outbox.heard(
            text=row.id, sid=row.sid, status=status, error=None, now=self.house.edge.clock()
        )
