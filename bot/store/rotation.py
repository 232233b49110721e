"""Sealing every row anew with the first key, while the service runs.

Nothing says which key sealed a row, so each is tried: what the first key opens is left alone. That
makes a rotation that was cut short go on where it stopped. A row is replaced only while it still
holds the bytes that were read, and never waited for: what somebody is writing at that moment is
taken up by the next round. Blocking; raises ``SQLAlchemyError``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.store.crypto import Sealer
from bot.store.database import scrub
from bot.store.sealed import SEALED, key_of

BATCH = 200
"""Rows read at once, and at most replaced in one transaction."""
ROUNDS = 5
"""Looks over all rows before rotating gives up: somebody keeps sealing with another key."""

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Rotated:
    """How many rows were sealed anew, wait still (other than the first key opens them), or can't
    be opened at all."""

    resealed: int
    waiting: int
    lost: int


def rows(engine: Engine) -> int:
    """How many sealed values there are."""
    with engine.connect() as connection:
        return sum(
            connection.scalar(sa.select(sa.func.count()).where(column.is_not(None))) or 0
            for column in SEALED
        )


def tally(
    engine: Engine, sealer: Sealer, advance: Advance = lambda _n: None
) -> Mapping[str, Counter[int | None]]:
    """By column ("messages.body"): how many rows each key opens, from 0; None: no key does."""
    found: dict[str, Counter[int | None]] = {}
    for column in SEALED:
        count: Counter[int | None] = Counter()
        for page in _pages(engine, column):
            count.update(sealer.opened_by(body) for _, body in page)
            advance(len(page))
        found[str(column)] = count
    return found


def rotate(engine: Engine, sealer: Sealer, advance: Advance = lambda _n: None) -> Rotated:
    """``advance`` is told of every row looked at in the first round."""
    resealed, waiting, lost = 0, 0, 0
    for round_ in range(ROUNDS):
        done, seen = _round(engine, sealer, advance if round_ == 0 else lambda _n: None)
        resealed += done
        waiting = sum(n for key, n in seen.items() if key) - done
        lost = seen[None]
        if done == 0 and waiting == 0:
            break
    scrub(engine)
    return Rotated(resealed, waiting, lost)


def _round(engine: Engine, sealer: Sealer, advance: Advance) -> tuple[int, Counter[int | None]]:
    """One look over all rows: how many were sealed anew, and which key opened the others."""
    done = 0
    seen: Counter[int | None] = Counter()
    for column in SEALED:
        for page in _pages(engine, column):
            keys = {name: sealer.opened_by(body) for name, body in page}
            old = [name for name, key in keys.items() if key]
            replaced = _reseal(engine, sealer, column, old) if old else 0
            done += replaced
            seen.update(keys.values())
            advance(len(page))
    return done, seen


def _pages(engine: Engine, column: sa.Column[bytes]) -> Iterator[Sequence[Any]]:
    """(name, sealed) of every row, each page in a transaction of its own."""
    key, last = key_of(column), ""
    while True:
        some = sa.select(key, column).where(column.is_not(None) & (key > last))
        with engine.connect() as connection:
            page = connection.execute(some.order_by(key).limit(BATCH)).all()
        if not page:
            return
        yield page
        last = page[-1][0]


def _reseal(engine: Engine, sealer: Sealer, column: sa.Column[bytes], names: list[str]) -> int:
    """Rows that others have locked are left out, so that nobody ever waits for us in a circle."""
    key = key_of(column)
    lock = sa.select(key, column).where(key.in_(names) & column.is_not(None)).order_by(key)
    with engine.begin() as connection:
        free = connection.execute(lock.with_for_update(skip_locked=True, key_share=True)).all()
        return sum(
            _replace(connection, column, name, body, sealer.reseal(body))
            for name, body in free
            if sealer.opened_by(body)
        )


def _replace(
    connection: Connection, column: sa.Column[bytes], name: str, old: bytes, new: bytes
) -> int:
    this = (key_of(column) == name) & (column == old)
    changed = column.table.update().where(this).values({column: new})
    return int(connection.execute(changed).rowcount)
