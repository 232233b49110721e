"""The job that clears what is past its clinic's days, in each process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from bot.rounds import rounds
from bot.staff.audit import CLOCK, Audit
from bot.store import retention
from bot.turn import Turn

AGAIN = 600.0
"""Seconds between two clearings."""
LIMIT = 300.0
"""Seconds that one may take before it is given up waiting for; it goes on in its thread."""


@dataclass
class Clearing:
    turn: Turn

    async def run(self) -> None:
        """For as long as the process lives."""
        await rounds(self.once, AGAIN, "clearing")

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
        for conversation in (each for one in cleared for each in one.ids):
            self.turn.care.forget(conversation)
        await record.call(write_down, record.store.engine, CLOCK, cleared, self.turn.now())


def write_down(engine: Engine, actor: str, cleared: Sequence[retention.Cleared], at: float) -> None:
    """In the audit log, what was deleted. Blocking; raises ``SQLAlchemyError``."""
    audit = Audit(engine)
    for one in cleared:
        if one.conversations:
            audit.write(actor, "retention.run", f"{one.conversations} deleted", one.clinic, at)
