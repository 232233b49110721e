"""A clinic's own canned replies, kept: the admin page changes them. Blocking.

Raises ``sqlalchemy.exc.SQLAlchemyError`` when the database does not answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.store.tables import canned_replies as table

LABEL = 60
WORDS = 2_000
"""Characters of a reply and of its label, at most."""
MOST = 100
"""Replies of one clinic in one language."""


class TooMany(Exception):
    """A clinic has `MOST` replies in a language; one has to go first."""


@dataclass(frozen=True)
class OwnReply:
    """One of a clinic's own replies: what staff pick it by, and what it says."""

    id: str
    clinic: str
    language: str
    label: str
    words: str


def own_replies(engine: Engine, clinic: str, language: str | None = None) -> list[OwnReply]:
    """By language, then in the clinic's order."""
    query = sa.select(table).where(table.c.clinic == clinic)
    if language:
        query = query.where(table.c.language == language)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(table.c.language, table.c.position, table.c.id))
        return [OwnReply(row.id, row.clinic, row.language, row.label, row.words) for row in rows]


def add_reply(engine: Engine, clinic: str, language: str, label: str, words: str) -> str:
    """Put one after the others, and return its id. Raises `TooMany`."""
    reply = secrets.token_hex(16)
    with engine.begin() as connection:
        ids = _ids(connection, clinic, language)
        if len(ids) >= MOST:
            raise TooMany
        connection.execute(
            table.insert().values(
                id=reply,
                clinic=clinic,
                language=language,
                label=label,
                words=words,
                position=len(ids),
            )
        )
        _number(connection, [*ids, reply])
    return reply


def change_reply(engine: Engine, clinic: str, reply: str, label: str, words: str) -> bool:
    """False: the clinic has no such reply (any more)."""
    with engine.begin() as connection:
        changed: int = connection.execute(
            table.update()
            .where(table.c.id == reply, table.c.clinic == clinic)
            .values(label=label, words=words)
        ).rowcount
    return changed == 1


def delete_reply(engine: Engine, clinic: str, reply: str) -> bool:
    """False: the clinic has no such reply (any more)."""
    with engine.begin() as connection:
        gone: int = connection.execute(
            table.delete().where(table.c.id == reply, table.c.clinic == clinic)
        ).rowcount
    return gone == 1


def move_reply(engine: Engine, clinic: str, reply: str, by: int) -> bool:
    """Move it ``by`` places (-1: one up). False: it is not there, or at that end already."""
    with engine.begin() as connection:
        language = connection.scalar(
            sa.select(table.c.language).where(table.c.id == reply, table.c.clinic == clinic)
        )
        ids = _ids(connection, clinic, language) if language else []
        if reply not in ids:
            return False
        place = ids.index(reply)
        target = min(max(place + by, 0), len(ids) - 1)
        if target == place:
            return False
        ids.insert(target, ids.pop(place))
        _number(connection, ids)
    return True


def _ids(connection: Connection, clinic: str, language: str) -> list[str]:
    query = (
        sa.select(table.c.id)
        .where(table.c.clinic == clinic, table.c.language == language)
        .order_by(table.c.position, table.c.id)
        .with_for_update()  # of two who change the order at once, one waits (PostgreSQL)
    )
    return [row.id for row in connection.execute(query)]


def _number(connection: Connection, ids: Sequence[str]) -> None:
    for position, reply in enumerate(ids):
        connection.execute(table.update().where(table.c.id == reply).values(position=position))
