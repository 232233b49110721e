"""What is sealed: the one list of the columns that hold what people wrote, or a secret.

Nothing else that a person wrote is in the tables. Other text there is ids, settings, the words of
clinics and their staff for everybody (canned replies), and who staff are. A column for bytes that
is not in this list fails a test.
"""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import (
    conversations,
    deliveries,
    handoff_notes,
    handoffs,
    messages,
    phones,
    reminders,
    sheets,
    staff,
    text_requests,
    texts,
    trackers,
)

SEALED: tuple[sa.Column[bytes], ...] = (
    messages.c.body,
    conversations.c.asking,
    trackers.c.body,
    handoffs.c.note,
    handoff_notes.c.body,
    deliveries.c.body,
    staff.c.totp,
    phones.c.number,
    phones.c.more,
    texts.c.body,
    reminders.c.body,
    text_requests.c.number,
    text_requests.c.body,
    sheets.c.body,
)


def key_of(column: sa.Column[bytes]) -> sa.Column[str]:
    """The column that names a row; each of these tables has one."""
    (key,) = column.table.primary_key.columns
    return key
