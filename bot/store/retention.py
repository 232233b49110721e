"""How long conversations are kept, and the proof that what is older is gone.

A conversation goes, with everything that hangs on it, once its last message (or its beginning) is
more than its clinic's days ago. Nothing holds it longer, an open hand-off neither. With 0 days it
goes when it has ended: `SILENCE` without a word, no page that has it open in this process, and no
open hand-off; these two hold it for `LONGEST_HELD` at most. A clinic that is gone from the files
has `DEFAULT_DAYS`. What texting leaves besides is in `retention_texts.py`.

Several processes may run this at the same moment. A message that is being taken meanwhile saves
its conversation. Blocking; raises ``SQLAlchemyError``.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.handoff.states import OPEN
from bot.store import retention_texts
from bot.store.database import scrub
from bot.store.tables import (
    clearings,
    conversations,
    erased,
    handoffs,
    messages,
    phones,
    sheets,
    staff_invitations,
    staff_sessions,
    trackers,
)

DAY = 24 * 3600.0
DEFAULT_DAYS = 30
SILENCE = 1800.0
"""Seconds without a word after which a conversation that nobody has open has ended."""
LONGEST_HELD = 7 * DAY
"""Seconds after the last word for which an open page or hand-off holds what 0 days would clear."""
ERASED_KEPT = 40 * DAY
"""Seconds that the id of an erased conversation stays closed: longer than its token lives."""
STAFF_SESSION, INVITATION = DAY, 14 * DAY
"""Seconds after which a session of staff, and a link that invites them, is a dead row. They end
long before (`bot/staff`)."""
BATCH = 50


@dataclass(frozen=True)
class Cleared:
    """One clinic's clearing. ``left``: how many that were due were found afterwards (0).

    ``ids`` are gone, whether this run deleted them or another that went on at the same moment.
    """

    clinic: str
    before: float
    conversations: int
    left: int
    ids: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """What there is of one clinic. Times are unix seconds; None: there is none, or it never ran."""

    clinic: str
    days: int
    conversations: int
    oldest: float | None
    ran_at: float | None
    cleared: int
    """By the last run that is on record."""
    cleared_ever: int
    left: int


@dataclass(frozen=True)
class _Rule:
    """What is due at one clinic."""

    clinic: str
    days: int
    now: float
    is_open: Callable[[str], bool]

    @property
    def before(self) -> float:
        return self.now - (self.days * DAY if self.days else SILENCE)

    def due(self) -> Any:
        """As a condition on `conversations`, less what only this process knows."""
        clinic = conversations.c.clinic == self.clinic
        if self.days:
            return clinic & _silent_since(self.before)
        talking = sa.exists().where(
            (handoffs.c.conversation_id == conversations.c.id)
            & handoffs.c.state.in_([state.value for state in OPEN])
        )
        held_enough = _silent_since(self.now - LONGEST_HELD)
        return clinic & _silent_since(self.before) & (~talking | held_enough)

    def pages(self, connection: Connection) -> Iterator[list[str]]:
        """The ids that are due, some at a time."""
        last = ""
        while True:
            some = sa.select(conversations.c.id).where(self.due() & (conversations.c.id > last))
            ids = list(connection.scalars(some.order_by(conversations.c.id).limit(BATCH)))
            if not ids:
                return
            yield [one for one in ids if not self._held(connection, one)]
            last = ids[-1]

    def _held(self, connection: Connection, conversation: str) -> bool:
        if self.days or not self.is_open(conversation):
            return False
        this = conversations.c.id == conversation
        enough = sa.select(conversations.c.id).where(this & _silent_since(self.now - LONGEST_HELD))
        return connection.scalar(enough) is None


def _silent_since(moment: float) -> Any:
    newer = sa.exists().where(
        (messages.c.conversation_id == conversations.c.id) & (messages.c.at >= moment)
    )
    return (conversations.c.last_seen_at < moment) & ~newer


def run(
    engine: Engine,
    days: Mapping[str, int],
    now: float,
    is_open: Callable[[str], bool] = lambda _conversation: False,
) -> list[Cleared]:
    """Clear what is due. ``days`` by clinic; ``is_open``: a page has the conversation open."""
    with engine.connect() as connection:
        found = set(connection.scalars(sa.select(conversations.c.clinic).distinct()))
        found |= set(connection.scalars(sa.select(phones.c.clinic).distinct()))
    done = []
    for clinic in sorted(found | set(days)):
        rule = _Rule(clinic, days.get(clinic, DEFAULT_DAYS), now, is_open)
        cleared = _clear(engine, rule)
        _write_down(engine, cleared, now)
        done.append(cleared)
    _clear_leftovers(engine, now)
    scrub(engine)
    return done


def _clear(engine: Engine, rule: _Rule) -> Cleared:
    with engine.connect() as connection:
        pages = list(rule.pages(connection))
    deleted = sum(_delete(engine, rule, ids) for ids in pages)
    with engine.begin() as connection:
        retention_texts.clear_phones(connection, rule.clinic, rule.before)
    with engine.connect() as connection:
        left = sum(map(len, rule.pages(connection)))
        there = {one for ids in pages for one in connection.scalars(_those(ids))}
    gone = tuple(one for ids in pages for one in ids if one not in there)
    return Cleared(rule.clinic, rule.before, deleted, left, gone)


def _delete(engine: Engine, rule: _Rule, ids: list[str]) -> int:
    """How many it deleted of those that are still due; what hangs on them goes by foreign keys.

    The rows are locked, and what is due is looked at again: a message that was taken since must
    not be lost. (On SQLite, which has one writer, the second look is all it needs.)
    """
    this = conversations.c.id.in_(ids) & rule.due()
    with engine.begin() as connection:
        lock = sa.select(conversations.c.id).where(this).order_by(conversations.c.id)
        connection.execute(lock.with_for_update(of=conversations)).all()
        deleted: int = connection.execute(conversations.delete().where(this)).rowcount
        of_these = trackers.c.conversation_id.in_(ids)
        connection.execute(trackers.delete().where(of_these & ~_known()))
    return deleted


def _those(ids: list[str]) -> Any:
    return sa.select(conversations.c.id).where(conversations.c.id.in_(ids))


def _known() -> Any:
    """Of a tracker: its conversation is there."""
    return sa.exists().where(conversations.c.id == trackers.c.conversation_id)


def _write_down(engine: Engine, cleared: Cleared, now: float) -> None:
    """Each run that did something, and one a day."""
    last = sa.select(sa.func.max(clearings.c.at)).where(clearings.c.clinic == cleared.clinic)
    with engine.begin() as connection:
        at = connection.scalar(last)
        if not cleared.conversations and not cleared.left and at is not None and now - at < DAY:
            return
        connection.execute(
            clearings.insert().values(
                id=secrets.token_hex(16),
                clinic=cleared.clinic,
                at=now,
                before=cleared.before,
                conversations=cleared.conversations,
                left=cleared.left,
            )
        )


def _clear_leftovers(engine: Engine, now: float) -> None:
    """The memory of a dialogue whose conversation went while Rasa worked on a turn of it, ids that
    no token can name any more, sheets whose link has ended, and ways in for staff that have long
    ended."""
    too_old = (
        erased.c.at < now - ERASED_KEPT,
        sheets.c.expires_at <= now,
        staff_sessions.c.created_at < now - STAFF_SESSION,
        staff_invitations.c.created_at < now - INVITATION,
    )
    with engine.begin() as connection:
        connection.execute(trackers.delete().where(~_known()))
        for old in too_old:
            connection.execute(old.left.table.delete().where(old))
        retention_texts.clear_leftovers(connection, now)


def status(engine: Engine, days: Mapping[str, int]) -> list[Kept]:
    """What is kept of each clinic, and what clearing has done."""
    with engine.connect() as connection:
        kept = {row.clinic: row for row in connection.execute(_kept())}
        runs = {row.clinic: row for row in connection.execute(_runs())}
        last = {row.clinic: row for row in connection.execute(_last_runs())}
    return [
        Kept(
            clinic=clinic,
            days=days.get(clinic, DEFAULT_DAYS),
            conversations=kept[clinic].conversations if clinic in kept else 0,
            oldest=kept[clinic].oldest if clinic in kept else None,
            ran_at=last[clinic].at if clinic in last else None,
            cleared=last[clinic].conversations if clinic in last else 0,
            cleared_ever=int(runs[clinic].cleared) if clinic in runs else 0,
            left=last[clinic].left if clinic in last else 0,
        )
        for clinic in sorted({*days, *kept})
    ]


def _kept() -> Any:
    """The oldest is told by its last word."""
    spoken = sa.select(sa.func.max(messages.c.at))
    spoken = spoken.where(messages.c.conversation_id == conversations.c.id)
    last_word = sa.func.coalesce(spoken.scalar_subquery(), conversations.c.last_seen_at)
    each = sa.select(conversations.c.clinic, last_word.label("at")).subquery()
    return sa.select(
        each.c.clinic,
        sa.func.count().label("conversations"),
        sa.func.min(each.c.at).label("oldest"),
    ).group_by(each.c.clinic)


def _runs() -> Any:
    cleared = sa.func.sum(clearings.c.conversations).label("cleared")
    return sa.select(clearings.c.clinic, cleared).group_by(clearings.c.clinic)


def _last_runs() -> Any:
    newest = sa.select(clearings.c.clinic, sa.func.max(clearings.c.at).label("at"))
    one = newest.group_by(clearings.c.clinic).subquery()
    same = (one.c.clinic == clearings.c.clinic) & (one.c.at == clearings.c.at)
    return sa.select(clearings).join(one, same)
