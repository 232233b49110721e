"""How long what texting leaves is kept, besides what goes with a conversation.

A phone goes with its clinic's days once it has no conversation. Consents stay: an opt-out for good,
since without it we would text somebody again who said no; a yes that was never taken back until
`CONSENT_KEPT` after the last of them, for as long as somebody may ask whether they had agreed.
Blocking; raises ``SQLAlchemyError``.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.store.tables import consents, phones, texts, texts_in

DAY = 24 * 3600.0
TEXT_KEPT = 7 * DAY
"""Seconds that a text of ours that no conversation has is kept."""
SID_KEPT = 400 * DAY
"""Seconds that Twilio's id of a text that came is kept: so long a replay of it is refused."""
CONSENT_KEPT = 5 * 365 * DAY
"""Seconds that a yes is kept: longer than the four years in which it may be asked for in court
(28 U.S.C. 1658)."""


def clear_phones(connection: Connection, clinic: str, before: float) -> int:
    """Delete those without a conversation that sent nothing since; their texts go with them."""
    done = (phones.c.clinic == clinic) & phones.c.conversation_id.is_(None)
    gone = connection.execute(phones.delete().where(done & (phones.c.last_at < before)))
    return int(gone.rowcount)


def clear_leftovers(connection: Connection, now: float) -> None:
    """What no conversation holds, and is too old to matter."""
    old = now - TEXT_KEPT
    connection.execute(texts_in.delete().where(texts_in.c.at < now - SID_KEPT))
    connection.execute(texts.delete().where(texts.c.conversation_id.is_(None) & (texts.c.at < old)))
    connection.execute(consents.delete().where(_no_longer_asked_for(now)))


def _no_longer_asked_for(now: float) -> Any:
    """All rows of that phone say yes, all are old, and there is no such phone any more."""
    other = consents.alias()
    same = (other.c.clinic == consents.c.clinic) & (other.c.lookup == consents.c.lookup)
    matters = ~other.c.agreed | (other.c.at >= now - CONSENT_KEPT)
    known = (phones.c.clinic == consents.c.clinic) & (phones.c.lookup == consents.c.lookup)
    return ~sa.exists().where(same & matters) & ~sa.exists().where(known)
