"""Sessions of staff. The browser's cookie holds a random value, the table only its SHA-256.

A session ends 30 minutes after the last thing its owner did, 12 hours after it began, and at once
when they sign out, are disabled, or their password changes.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.store.tables import staff_sessions

IDLE = 30 * 60
"""Seconds without anything done after which a session ends."""
LONGEST = 12 * 3600
"""Seconds after which a session ends whatever is done."""
_OFTEN = 60
"""Seconds between two writes of when a session was last used."""


@dataclass(frozen=True)
class Seat:
    """A session, without its secret. Times are unix seconds."""

    id: str
    staff_id: str
    created_at: float
    seen_at: float


@dataclass(frozen=True)
class Sessions:
    """Blocking; raises ``SQLAlchemyError`` when the database does not answer."""

    engine: Engine

    def open(self, staff_id: str, now: float) -> str:
        """A new session; its cookie's value, which is kept nowhere. Dead ones are cleared."""
        token = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            connection.execute(staff_sessions.delete().where(~_alive(now)))
            connection.execute(
                staff_sessions.insert().values(
                    id=digest(token), staff_id=staff_id, created_at=now, seen_at=now
                )
            )
        return token

    def find(self, token: str, now: float, *, active: bool = True) -> Seat | None:
        """The session of this cookie, when it lasts. ``active``: its owner did something now."""
        wanted = staff_sessions.c.id == digest(token)
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(staff_sessions).where(wanted, _alive(now))
            ).one_or_none()
            if row is None:
                return None
            if active and now - row.seen_at >= _OFTEN:
                connection.execute(staff_sessions.update().where(wanted).values(seen_at=now))
                connection.commit()
        return Seat(row.id, row.staff_id, row.created_at, row.seen_at)

    def of(self, staff_id: str, now: float) -> list[Seat]:
        """Those that last, the one used latest first."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(staff_sessions)
                .where(staff_sessions.c.staff_id == staff_id, _alive(now))
                .order_by(staff_sessions.c.seen_at.desc())
            )
            return [Seat(row.id, row.staff_id, row.created_at, row.seen_at) for row in rows]

    def end(self, token: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(staff_sessions.delete().where(staff_sessions.c.id == digest(token)))

    def end_all(self, staff_id: str, but: str = "") -> None:
        """Every session of this member, save the one with the id ``but``."""
        with self.engine.begin() as connection:
            connection.execute(
                staff_sessions.delete().where(
                    staff_sessions.c.staff_id == staff_id, staff_sessions.c.id != but
                )
            )


def digest(token: str) -> str:
    """What is kept of a random value: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What a form of this session must bring along. Only who has the cookie can make it, and the
    cookie cannot be made from it."""
    mark = hmac.new(token.encode(), b"carenav.staff.csrf.v1", hashlib.sha256).digest()
    return urlsafe_b64encode(mark).decode().rstrip("=")


def _alive(now: float) -> sa.sql.ColumnElement[bool]:
    return sa.and_(
        staff_sessions.c.seen_at > now - IDLE, staff_sessions.c.created_at > now - LONGEST
    )
