"""The audit log as an admin or auditor reads it: parts of it by filter, and whether it is whole."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.staff.accounts import EVERY
from bot.staff.audit import Audit, Broken, Entry
from bot.store.tables import audit, staff, staff_clinics

log = logging.getLogger(__name__)
PAGE = 50
RECENT = 1_000
"""Of so many of the newest entries the actions are offered to choose from."""
AGAIN = 600.0
"""Seconds after which the whole chain is checked again, when somebody looks."""
REST = 50
"""So many times as long as a check took, the next one waits: a long log is read seldom."""
GLANCE = 1.5
"""Seconds that a page waits for a check."""


@dataclass(frozen=True)
class Wanted:
    """A filter. ``action`` is the beginning of one; ``before`` is the last entry already seen."""

    clinics: Sequence[str]
    actor: str = ""
    action: str = ""
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True)
class Part:
    """Entries, newest first, and the names of who did it, by id. ``more``: there are older ones."""

    entries: Sequence[Entry]
    names: Mapping[str, str]
    more: bool


def read(engine: Engine, wanted: Wanted) -> Part:
    """One page of what is wanted. Blocking; raises ``SQLAlchemyError``."""
    query = sa.select(audit).where(_theirs(wanted.clinics))
    if wanted.actor:
        query = query.where(audit.c.actor == wanted.actor)
    if wanted.action:
        query = query.where(audit.c.action.startswith(wanted.action, autoescape=True))
    if wanted.day:
        start = datetime(wanted.day.year, wanted.day.month, wanted.day.day, tzinfo=timezone.utc)
        end = start + timedelta(days=1)
        query = query.where(audit.c.at >= start.timestamp(), audit.c.at < end.timestamp())
    if wanted.before is not None:
        query = query.where(audit.c.seq < wanted.before)
    with engine.connect() as connection:
        rows = connection.execute(query.order_by(audit.c.seq.desc()).limit(PAGE + 1)).mappings()
        entries = [Entry(**row) for row in rows]
        ids = {entry.actor for entry in entries}
        names = connection.execute(sa.select(staff.c.id, staff.c.name).where(staff.c.id.in_(ids)))
        return Part(entries[:PAGE], {row.id: row.name for row in names}, len(entries) > PAGE)


def actors(engine: Engine, clinics: Sequence[str]) -> Mapping[str, str]:
    """Who may be asked for: members who share one of the clinics, by name. Blocking."""
    query = sa.select(staff.c.id, staff.c.name, staff.c.title).order_by(staff.c.name, staff.c.id)
    if EVERY not in clinics:
        query = query.where(staff.c.id.in_(_colleagues(clinics)))
    with engine.connect() as connection:
        return {row.id: f"{row.name}, {row.title}" for row in connection.execute(query)}


def recent_actions(engine: Engine) -> list[str]:
    """The actions among the newest entries. Blocking."""
    newest = sa.select(audit.c.action).order_by(audit.c.seq.desc()).limit(RECENT).subquery()
    with engine.connect() as connection:
        return sorted(connection.scalars(sa.select(newest.c.action).distinct()))


def _theirs(clinics: Sequence[str]) -> sa.sql.ColumnElement[bool]:
    """What is of their clinics; and of what is of none, what a member of their clinics did."""
    if EVERY in clinics:
        return sa.true()
    of_none = sa.and_(audit.c.clinic == "", audit.c.actor.in_(_colleagues(clinics)))
    return sa.or_(audit.c.clinic.in_(list(clinics)), of_none)


def _colleagues(clinics: Sequence[str]) -> sa.sql.Select:
    return sa.select(staff_clinics.c.staff_id).where(staff_clinics.c.clinic.in_(list(clinics)))


# --- whether the chain is whole -------------------------------------------------------------------


@dataclass(frozen=True)
class Checked:
    """The last check: when (unix seconds), of how many entries, and what was wrong."""

    at: float
    count: int
    broken: Broken | None


class ChainCheck:
    """Reads the whole log now and then, in a thread, when somebody looks; never on each look."""

    def __init__(self, audit: Audit, now: Callable[[], float]) -> None:
        self._audit = audit
        self._now = now
        self._last: Checked | None = None
        self._next = 0.0
        self._running: asyncio.Task[None] | None = None

    async def look(self) -> Checked | None:
        """The last check, a new one where it is due and quick; None while the first goes on."""
        if self._running is None and self._now() >= self._next:
            self._running = asyncio.create_task(self._check())
        if self._running:
            await asyncio.wait({self._running}, timeout=GLANCE)
        return self._last

    async def _check(self) -> None:
        began = self._now()
        try:
            self._last = await asyncio.to_thread(self._verify, began)
        except SQLAlchemyError as error:
            log.warning("the audit log could not be checked: %s", type(error).__name__)
        finally:
            took = self._now() - began
            self._next = began + max(AGAIN, REST * took)
            self._running = None

    def _verify(self, at: float) -> Checked:
        head = self._audit.head()
        return Checked(at, head.count, self._audit.verify())
