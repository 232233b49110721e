"""From schedules in the parts of RFC 5545 to the times that people ask for."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from directory import tidy
from directory.importers.hsds.parts import text

_EVENING = 18 * 60 + 30  # minutes after midnight; who closes then or later sees people after work
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_CLOCK = re.compile(r"(\d{1,2}):?(\d{2})(?::?\d{2}(?:\.\d+)?)?\s*(am|pm)?\s*(?:z|[+-]\d.*)?", re.I)


def times(schedules: Iterable[dict[str, Any]], day: date) -> tuple[tuple[str, ...] | None, bool]:
    """ "evening" and "weekend", and whether the list is full. None when no schedule can be read.

    Only what happens every week counts; what ended before `day` is past.
    """
    found: set[str] = set()
    whole = True
    read = False
    for schedule in schedules:
        if _is_past(schedule, day):
            continue
        days = _days(schedule)
        opens, closes = _clock(schedule, "opens_at"), _clock(schedule, "closes_at")
        if not days or opens == closes:
            whole = False
            continue
        read = True
        if not {"SA", "SU"}.isdisjoint(days):
            found.add("weekend")
        if closes is None:
            whole = False
        elif closes >= _EVENING or (opens is not None and closes < opens):  # past midnight
            found.add("evening")
    return (tuple(sorted(found)), whole) if read else (None, False)


def _is_past(schedule: dict[str, Any], day: date) -> bool:
    ends = [tidy.day(text(schedule, name)) for name in ("valid_to", "until")]
    return any(end is not None and end < day for end in ends)


def _days(schedule: dict[str, Any]) -> frozenset[str]:
    """Days of the week; none when it is not known, or not every week. "TUE" is read as "TU"."""
    often = text(schedule, "freq").upper()
    listed = re.findall(r"[^\s,;]+", text(schedule, "byday").upper())
    if often == "DAILY" and not listed:
        return frozenset(_DAYS)
    days = frozenset(one[:2] for one in listed)
    return days if often in ("", "DAILY", "WEEKLY") and days <= set(_DAYS) else frozenset()


def _clock(schedule: dict[str, Any], name: str) -> int | None:
    """Minutes after midnight."""
    found = _CLOCK.fullmatch(text(schedule, name))
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    return hour * 60 + minute if hour <= 24 and minute < 60 else None
