"""Invitations: a link that lets a member choose a password, once, within 72 hours.

The table holds only the SHA-256 of the link's token. A new one voids those before it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.staff.accounts import AccountError
from bot.staff.sessions import digest
from bot.store.tables import staff, staff_invitations, staff_sessions

LASTS = 72 * 3600
"""Seconds."""
PATH = "/staff/invitation/"


@dataclass(frozen=True)
class Invitations:
    """Blocking; raises ``SQLAlchemyError`` when the database does not answer."""

    engine: Engine

    def make(self, staff_id: str, now: float) -> str:
        """The token of a new link."""
        token = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            connection.execute(
                staff_invitations.delete().where(staff_invitations.c.staff_id == staff_id)
            )
            connection.execute(
                staff_invitations.insert().values(
                    id=digest(token), staff_id=staff_id, created_at=now
                )
            )
        return token

    def whose(self, token: str, now: float) -> str | None:
        """The member's id, while the link is good."""
        with self.engine.connect() as connection:
            found: str | None = connection.scalar(
                sa.select(staff_invitations.c.staff_id)
                .join(staff, staff.c.id == staff_invitations.c.staff_id)
                .where(_good(token, now), staff.c.disabled_at.is_(None))
            )
            return found

    def take(self, token: str, password: str, now: float) -> str:
        """Use the link up and set the password (argon2id's text); the member's id.

        Raises `AccountError` ("unknown") when the link was used, is too old or never was.
        """
        with self.engine.begin() as connection:
            used = connection.execute(
                staff_invitations.update().where(_good(token, now)).values(used_at=now)
            )
            if used.rowcount != 1:
                raise AccountError("unknown")
            staff_id = connection.execute(
                sa.select(staff_invitations.c.staff_id).where(
                    staff_invitations.c.id == digest(token)
                )
            ).scalar_one()
            changed = connection.execute(
                staff.update()
                .where(staff.c.id == staff_id, staff.c.disabled_at.is_(None))
                .values(password=password, failures=0, locked_until=None)
            )
            if changed.rowcount != 1:
                raise AccountError("unknown")
            connection.execute(staff_sessions.delete().where(staff_sessions.c.staff_id == staff_id))
        return str(staff_id)

    def void(self, staff_id: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(
                staff_invitations.delete().where(staff_invitations.c.staff_id == staff_id)
            )


def _good(token: str, now: float) -> sa.sql.ColumnElement[bool]:
    return sa.and_(
        staff_invitations.c.id == digest(token),
        staff_invitations.c.used_at.is_(None),
        staff_invitations.c.created_at > now - LASTS,
    )
