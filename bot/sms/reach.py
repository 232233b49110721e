"""Whether the person of a conversation may be texted: the staff's side asks before it writes.

The sender asks again right before each text (`bot/sms/sender.py`); this is so that staff are told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.tables import phones


@dataclass(frozen=True)
class PhoneReach:
    """``agreed`` is `Consents.may_text`, for a clinic and the lookup of a number. Blocking."""

    engine: Engine
    agreed: Callable[[str, str], bool]

    def may_text(self, conversation: str) -> bool:
        """False also for a conversation that no phone has: nothing would get anywhere."""
        own = phones.c.conversation_id == conversation
        with self.engine.connect() as connection:
            found = connection.execute(sa.select(phones.c.clinic, phones.c.lookup).where(own)).all()
        return any(self.agreed(row.clinic, row.lookup) for row in found)
