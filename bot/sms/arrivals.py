"""How far the texts with staff's words got, as their page shows it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.tables import texts

WAITING, SENT, DELIVERED, FAILED = "waiting", "sent", "delivered", "failed"
"""What a page says of a text; each is better known than the one before."""
_SAYS = {
    "sent": SENT,
    "partially_delivered": SENT,
    "delivered": DELIVERED,
    "read": DELIVERED,
    "undelivered": FAILED,
    "failed": FAILED,
    "canceled": FAILED,
    "dropped": FAILED,
}
_WORST = (FAILED, WAITING, SENT, DELIVERED)


def arrivals(engine: Engine, conversation: str, said: Sequence[str]) -> dict[str, str]:
    """By the id of a message. One in several texts got as far as the one that got least far.

    A text names the newest message in it: the message that no text names went with a later one.
    Blocking.
    """
    own = (texts.c.conversation_id == conversation) & texts.c.message_id.is_not(None)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(texts.c.message_id, texts.c.state).where(own)).all()
    states: dict[str, list[str]] = {}
    for row in rows:
        states.setdefault(row.message_id, []).append(_SAYS.get(row.state, WAITING))
    names = sorted(states)
    found = {}
    for message in said:
        name = next((one for one in names if one >= message), None)
        of_it = states[name] if name else [WAITING]
        found[message] = min(of_it, key=_WORST.index)
    return found
