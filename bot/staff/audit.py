"""The audit log: who did what to what, for ever. Rows are only ever added.

Each row holds the hash of the one before, so that a row that was changed, taken out, put in or
moved breaks the chain from there on, and `Audit.verify` finds it. Triggers of the database refuse
an UPDATE or DELETE (migration 0003).

Whoever can write to the database as its owner could drop the triggers, cut off the end, or make the
whole chain anew. Against that only something kept elsewhere helps: write down the `Head` now and
then (``carenav audit verify`` prints it) and ask later whether the chain still holds it
(``carenav audit verify --head HASH``).

What a row may hold: ids, dotted action words and clinics' keys. Never what a person wrote, nor a
name, an e-mail address or a number of theirs.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from bot.store.tables import audit

COMMAND = "command"
"""The actor of what was done at the command line."""
CLOCK = "clock"
"""The actor of what happens by itself."""
START = "0" * 64
"""What the first row names as its predecessor."""
_LOCK = 0x6361726E6176  # of PostgreSQL's advisory locks, ours: "carnav"
_TRIES = 50
_AT_ONCE = 1_000  # rows fetched


@dataclass(frozen=True)
class Entry:
    """One row. ``at`` is in unix seconds, to the millisecond; ``actor`` a staff id, `COMMAND` or
    `CLOCK`."""

    seq: int
    at: float
    actor: str
    action: str
    subject: str
    clinic: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Head:
    """The end of the chain: how many rows it has, and the hash of the last."""

    count: int
    hash: str


@dataclass(frozen=True)
class Broken:
    """The first row that does not fit, and how: `changed`, `missing` (rows before it, or a head
    that the chain should hold) or `order` (it does not follow the row before it)."""

    seq: int
    how: str


@dataclass(frozen=True)
class Audit:
    """Blocking; raises ``SQLAlchemyError`` when the database does not answer."""

    engine: Engine
    _one: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    def write(
        self,
        actor: str,
        action: str,
        subject: str = "",
        clinic: str = "",
        now: float | None = None,
    ) -> None:
        """Add one row at the end, however many processes write at the same moment.

        Once it returns the row is kept. ``now`` is in unix seconds; without it, the clock's.
        """
        at = round(time.time() if now is None else now, 3)
        said = (at, actor, action, subject, clinic)
        for _ in range(_TRIES):
            try:
                with self._one, self.engine.connect() as connection, connection.begin():
                    _lock(connection)
                    head = _head(connection)
                    connection.execute(audit.insert().values(_row(head, said)))
                return
            except IntegrityError:  # another process was faster, where no lock can be had
                continue
        raise SQLAlchemyError(f"the audit log was busy {_TRIES} times over")

    def head(self) -> Head:
        with self.engine.connect() as connection:
            return _head(connection)

    def verify(self, head: str = START) -> Broken | None:
        """The first row that is wrong; None when the chain is whole and holds ``head``, the hash of
        an earlier end of it."""
        last, count, held = START, 0, head == START
        for entry in self.entries():
            if entry.seq != count + 1:
                return Broken(entry.seq, "missing")
            if entry.previous != last:
                return Broken(entry.seq, "order")
            if entry.hash != _hash(entry.seq, _said(entry), last):
                return Broken(entry.seq, "changed")
            last, count = entry.hash, entry.seq
            held = held or last == head
        return None if held else Broken(count + 1, "missing")

    def entries(self) -> Iterator[Entry]:
        """Every row, oldest first."""
        last = 0
        while rows := self._page(audit.c.seq > last, audit.c.seq.asc(), _AT_ONCE):
            yield from rows
            last = rows[-1].seq

    def latest(
        self, clinics: Sequence[str] = ("*",), before: int | None = None, limit: int = 100
    ) -> list[Entry]:
        """Rows newest first, of these clinics and of none in particular; ``("*",)`` means all.
        ``before`` is the last row already seen."""
        wanted = [sa.true() if "*" in clinics else audit.c.clinic.in_(["", *clinics])]
        if before is not None:
            wanted.append(audit.c.seq < before)
        return self._page(sa.and_(*wanted), audit.c.seq.desc(), limit)

    def _page(self, where: Any, order: Any, limit: int) -> list[Entry]:
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(audit).where(where).order_by(order).limit(limit))
            return [Entry(**row) for row in rows.mappings()]


def _lock(connection: Connection) -> None:
    """One writer at a time. The lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _head(connection: Connection) -> Head:
    row = connection.execute(
        sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)
    ).one_or_none()
    return Head(row.seq, row.hash) if row else Head(0, START)


def _row(head: Head, said: tuple[float, str, str, str, str]) -> dict[str, Any]:
    at, actor, action, subject, clinic = said
    seq = head.count + 1
    return {
        "seq": seq,
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "clinic": clinic,
        "previous": head.hash,
        "hash": _hash(seq, said, head.hash),
    }


def _said(entry: Entry) -> tuple[float, str, str, str, str]:
    return entry.at, entry.actor, entry.action, entry.subject, entry.clinic


def _hash(seq: int, said: tuple[float, str, str, str, str], previous: str) -> str:
    """SHA-256 of the row as a JSON array without spaces, its predecessor's hash last."""
    canonical = json.dumps([seq, *said, previous], separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
