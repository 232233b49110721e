"""The job that clears what is past its clinic's days, in each process."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from bot.store import retention
from bot.store.record import StoreDown
from bot.turn import Turn

log = logging.getLogger(__name__)

AGAIN = 600.0
"""Seconds between two clearings."""
LIMIT = 300.0
"""Seconds that one may take before it is given up waiting for; it goes on in its thread."""


@dataclass
class Clearing:
    turn: Turn

    async def run(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self.once()
            except StoreDown:
                pass
            except Exception:
                log.exception("clearing failed")
            await asyncio.sleep(AGAIN)

    async def once(self) -> None:
        """Clear, and forget what this process has in mind of it. Raises `StoreDown`."""
        record = self.turn.record
        days = {clinic.key: clinic.retention_days for clinic in self.turn.clinics.values()}
        cleared = await record.call(
            retention.run,
            record.store.engine,
            days,
            self.turn.now(),
            self.turn.hub.is_heard,
            limit=LIMIT,
        )
        for one in cleared:
            if one.conversations or one.left:
                log.info("cleared %d of clinic %s", one.conversations, one.clinic)
            for conversation in one.ids:
                self.turn.care.forget(conversation)
