"""When a text that nobody is waiting for may come: not at night, wherever the phone may be.

A night is 21:00 to 08:00 on the clock (47 CFR 64.1200(c)(1)), in the clinic's time zone and in each
one that the number may be in. Instants are unix seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.handoff.wall_clock import at as clock_on
from bot.handoff.wall_clock import first

EVENING, MORNING = 21, 8
"""O'clock."""
NEXT = f"{MORNING:02d}:00"
MOST_ZONES = 4
"""More zones than the number of any one area may be in: such a number has no place."""
LOOK_AHEAD = 2 * 24 * 3600.0
"""Seconds within which there is an hour at which it is night nowhere, or there is none at all."""
STEP = 300.0
DAY, HOURS = timedelta(days=1), 2 * 3600.0
"""How long before a visit a person is reminded of it."""
ENOUGH = 1800.0
"""Seconds before a visit up to which a reminder is of use."""
SOON = 60.0


def zones_of(home: str, of_number: Sequence[str]) -> tuple[str, ...]:
    """The time zones whose nights count: the clinic's, and those that the number may be in."""
    if len(of_number) > MOST_ZONES:
        return (home,)
    return tuple(dict.fromkeys((home, *of_number)))


def is_quiet(now: float, zones: Sequence[str]) -> bool:
    """Whether it is night in any of the zones."""
    return any(_is_night(now, zone) for zone in zones)


def awake_from(now: float, zones: Sequence[str]) -> float:
    """The first instant from ``now`` on at which it is night in none of the zones.

    Where they lie so far apart that there is none, the first zone alone counts.
    """
    found = now
    while found - now <= LOOK_AHEAD:
        nights = [zone for zone in zones if _is_night(found, zone)]
        if not nights:
            return found
        found = max(_morning(found, zone) for zone in nights)
    return awake_from(now, zones[:1])


def awake_before(now: float, zones: Sequence[str]) -> float:
    """The last instant before ``now``, to some minutes, at which it is night in none of them."""
    found = now
    while is_quiet(found, zones) and now - found < LOOK_AHEAD:
        found -= STEP
    return found


def plan_visit(starts: datetime, zone: str, lead: str, zones: Sequence[str], now: float) -> float:
    """When to remind of a visit that starts then, on the clock of ``zone``: the day before, or
    ``hours``. At night it is put off to the morning, or brought forward to the evening before.

    Raises ``ValueError`` when no good time is left.
    """
    begins = first(zone, starts)
    wanted = float(first(zone, starts - DAY) if lead == "day" else begins - HOURS)
    for planned in (awake_from(max(wanted, now + SOON), zones), awake_before(wanted, zones)):
        if now < planned <= begins - ENOUGH:
            return planned
    raise ValueError("too soon")


def local(now: float, zone: str) -> datetime:
    """What the clock of the zone shows, to the minute."""
    return datetime.fromtimestamp(now, ZoneInfo(zone)).replace(tzinfo=None, second=0, microsecond=0)


def _is_night(now: float, zone: str) -> bool:
    hour = datetime.fromtimestamp(now, ZoneInfo(zone)).hour
    return hour >= EVENING or hour < MORNING


def _morning(now: float, zone: str) -> float:
    """The end of the night that ``now`` is in."""
    here = datetime.fromtimestamp(now, ZoneInfo(zone))
    day = here.date() + (DAY if here.hour >= EVENING else timedelta())
    return float(first(zone, clock_on(day, NEXT)))


__all__ = ["awake_before", "awake_from", "is_quiet", "local", "plan_visit", "zones_of"]
