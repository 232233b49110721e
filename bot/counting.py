"""Counters without identities: how many of what, by day and clinic, and nothing that says who.

`Counts.add` is cheap and is called from the loop; `run` writes what has gathered every few
seconds. A process that is killed loses at most those seconds. What each name counts: `NAMES`.
Where few people come, a small number on a day may still say something to somebody who knows
them, so the numbers are for the clinic's staff, and what is published is a year's (R18).
"""

from __future__ import annotations

import asyncio
import csv
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timezone
from threading import Lock
from types import MappingProxyType
from typing import Any, TextIO

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Engine

from bot.clinics import Clinic
from bot.store.record import Record, StoreDown
from bot.store.tables import counts

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two writings."""
ALL = "*"
"""In place of the clinics: every one, also those that are no more."""
WITHIN: Mapping[str, float] = MappingProxyType(
    {"answered.within_1": 60.0, "answered.within_5": 300.0, "answered.within_15": 900.0}
)
"""Up to how many seconds a hand-off waited that counts under each name; the first that fits."""
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "conversations": "conversations begun",
        "messages": "messages that people sent",
        "handoff.asked": "times that people asked for a person",
        "handoff.waiting": "hand-offs that began to wait for staff",
        "handoff.answered": "hand-offs that staff answered",
        "handoff.ended": "answered hand-offs that are over",
        "handoff.withdrawn": "hand-offs that the person took back",
        "handoff.unanswered": "hand-offs that nobody answered",
        "handoff.message_left": "messages left out of hours",
        "answered.within_1": "answered within 1 minute",
        "answered.within_5": "answered after more than 1 and within 5 minutes",
        "answered.within_15": "answered after more than 5 and within 15 minutes",
        "answered.more": "answered after more than 15 minutes",
        "answered.seconds": "seconds that people waited for an answer, all together",
        "crisis.referrals": "replies that showed crisis lines (R18)",
        "refusals": "replies that said what the bot does not do",
        "fallbacks": "replies that said the bot did not understand",
        "erased": "conversations that people erased",
    }
)
"""Every counter, and what one of it is."""


@dataclass(frozen=True)
class Count:
    """``count`` of ``name`` on ``day``, which is a day of the clinic's time zone."""

    day: date
    clinic: str
    name: str
    count: int


@dataclass(frozen=True)
class Figures:
    """What was counted in a period: by day, then clinic, then name. A zero is not kept."""

    rows: tuple[Count, ...]

    def total(self, name: str) -> int:
        return sum(row.count for row in self.rows if row.name == name)

    def totals(self) -> dict[str, int]:
        """Every name of `NAMES`, also those that nothing was counted under."""
        found = self._sums(("name",))
        return {name: found[(name,)] for name in NAMES}

    def by_day(self, name: str) -> dict[date, int]:
        """The days that have any."""
        return {row[0]: n for row, n in self._sums(("day", "name")).items() if row[1] == name}

    def _sums(self, keys: Sequence[str]) -> Counter[tuple[Any, ...]]:
        sums: Counter[tuple[Any, ...]] = Counter()
        for row in self.rows:
            sums[tuple(getattr(row, key) for key in keys)] += row.count
        return sums


class Counts:
    """One to a process; any number of processes share a database."""

    def __init__(
        self, engine: Engine, clinics: Mapping[str, Clinic], now: Callable[[], float]
    ) -> None:
        self.engine = engine
        self.clinics = clinics
        self.now = now
        self._gathered: Counter[tuple[str, str, str]] = Counter()
        self._lock = Lock()
        self._writing = Lock()

    def add(self, clinic: str, name: str, n: int = 1) -> None:
        """Count ``n`` more of one of `NAMES`. Never raises: no reply may fail for a number."""
        if name not in NAMES:
            log.error("not counted: %r is no counter's name", name)
            return
        with self._lock:
            self._gathered[self.day(clinic), clinic, name] += n

    def answered(self, clinic: str, seconds: float) -> None:
        """Count a hand-off that staff answered after it had waited ``seconds``."""
        fitting = (name for name, most in WITHIN.items() if seconds <= most)
        self.add(clinic, "handoff.answered")
        self.add(clinic, next(fitting, "answered.more"))
        self.add(clinic, "answered.seconds", max(0, round(seconds)))

    def day(self, clinic: str) -> str:
        """Today where the clinic is; in UTC for one that has no hours."""
        known = self.clinics.get(clinic)
        zone = known.hours.zone if known and known.hours else timezone.utc
        return datetime.fromtimestamp(self.now(), zone).date().isoformat()

    def flush(self) -> None:
        """Write what has gathered. Raises ``SQLAlchemyError``; then the numbers are kept for later.

        One whose commit was made and whose answer was lost on the way is counted twice.
        """
        with self._writing:
            with self._lock:
                taken, self._gathered = self._gathered, Counter()
            try:
                self._write(taken)
            except BaseException:
                with self._lock:
                    self._gathered.update(taken)
                raise

    def _write(self, taken: Mapping[tuple[str, str, str], int]) -> None:
        # In one order for every process, so that two that write at once can't block each other.
        rows = [
            {"day": day, "clinic": clinic, "name": name, "count": n}
            for (day, clinic, name), n in sorted(taken.items())
            if n
        ]
        if not rows:
            return
        insert: Any = postgresql.insert if self.engine.name == "postgresql" else sqlite.insert
        adding = insert(counts)
        adding = adding.on_conflict_do_update(
            index_elements=["day", "clinic", "name"],
            set_={"count": counts.c["count"] + adding.excluded["count"]},
        )
        with self.engine.begin() as connection:
            connection.execute(adding, rows)

    async def run(self, record: Record) -> None:
        """Write every `EVERY` seconds, until cancelled; then call `stop`."""
        while True:
            await asyncio.sleep(EVERY)
            with suppress(StoreDown):  # said in the log by `record`; the numbers wait
                await record.call(self.flush)

    async def stop(self, record: Record) -> None:
        """Write what is left."""
        try:
            await record.call(self.flush)
        except StoreDown:
            log.error("the last counts could not be written")

    def read(self, clinics: Iterable[str], first: date, last: date) -> Figures:
        """What is written of these clinics (``("*",)``: all), both days included.

        Up to `EVERY` seconds behind. Raises ``SQLAlchemyError``.
        """
        return read(self.engine, clinics, first, last)


def read(engine: Engine, clinics: Iterable[str], first: date, last: date) -> Figures:
    """As `Counts.read`, for a command that counts nothing itself."""
    wanted = list(clinics)
    query = (
        sa.select(counts)
        .where(counts.c.day >= first.isoformat(), counts.c.day <= last.isoformat())
        .order_by(counts.c.day, counts.c.clinic, counts.c.name)
    )
    if ALL not in wanted:
        query = query.where(counts.c.clinic.in_(wanted))
    with engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    return Figures(
        tuple(
            Count(date.fromisoformat(row["day"]), row["clinic"], row["name"], row["count"])
            for row in rows
        )
    )


def write_csv(figures: Figures, to: TextIO) -> None:
    """A line for each day, clinic and counter. No cell is one that a spreadsheet would run."""
    writer = csv.writer(to, lineterminator="\n")
    writer.writerow(("day", "clinic", "name", "count"))
    for row in figures.rows:
        writer.writerow((row.day.isoformat(), plain_cell(row.clinic), row.name, row.count))


def plain_cell(text: str) -> str:
    """Text that a spreadsheet takes for text: https://owasp.org/www-community/attacks/CSV_Injection"""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text
