"""From what a clock on the wall shows to the instant, where clocks are put forward and back."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import lru_cache
from zoneinfo import ZoneInfo

MIDNIGHT = "24:00"
"""The end of a day."""
SECOND = timedelta(seconds=1)


def midnight(day: date) -> datetime:
    """Its beginning."""
    return datetime.combine(day, clock())


def at(day: date, time: str) -> datetime:
    """``time`` is HH:MM, to 24:00."""
    if time == MIDNIGHT:
        return midnight(day + timedelta(days=1))
    return datetime.combine(day, clock.fromisoformat(time))


@lru_cache(4096)
def first(zone: str, local: datetime) -> int:
    """The first instant at which clocks show this time; where they skip it, that of the change."""
    early, late = _instants(zone, local)
    return early if early <= late else _change(zone, late, early)


@lru_cache(4096)
def last(zone: str, local: datetime) -> int:
    """The instant after which clocks show no earlier time any more."""
    early, late = _instants(zone, local - SECOND)
    return late + 1 if early <= late else _change(zone, late, early)


def _instants(zone: str, local: datetime) -> tuple[int, int]:
    """By the offset before a change of the clock and by the one after it.

    The same, save where the clock shows the time twice, or (the later one first) never.
    """
    info = ZoneInfo(zone)
    early, late = (int(local.replace(tzinfo=info, fold=fold).timestamp()) for fold in (0, 1))
    return early, late


def _change(zone: str, low: int, high: int) -> int:
    """The instant in (low, high] at which the clock is put forward."""
    info = ZoneInfo(zone)
    before = datetime.fromtimestamp(low, info).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, info).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
