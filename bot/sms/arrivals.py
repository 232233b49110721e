"""How far the texts with staff's words got, as their page shows it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.tables import messages, texts

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

    A text names the newest message in it: a message that no text names went with the next one.
    Blocking.
    """
    theirs = (messages.c.conversation_id == conversation) & messages.c.id.in_(said)
    still = sa.select(messages.c.id).where(theirs & (messages.c.state == "unsent"))
    own = (texts.c.conversation_id == conversation) & texts.c.message_id.is_not(None)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(texts.c.message_id, texts.c.state).where(own)).all()
        unsent = set(connection.scalars(still))
    states: dict[str, list[str]] = {}
    for row in rows:
        states.setdefault(row.message_id, []).append(_SAYS.get(row.state, WAITING))
    names = sorted(states)
    found = {}
    for message in said:
        name = next((one for one in names if one >= message), None)
        if message in unsent:
            found[message] = WAITING
        elif name is None:  # let go: they want no more texts, or there is no phone
            found[message] = FAILED
        else:
            found[message] = min(states[name], key=_WORST.index)
    return found
