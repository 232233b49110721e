"""A clinic's week in words, for a ready reply: "Monday to Friday 9:00 am to 5:00 pm"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from itertools import groupby

from bot.handoff.hours import DAYS, Hours, Span

WHOLE_DAY: Span = ("00:00", "24:00")


def week_words(hours: Hours, words: Mapping[str, str]) -> str | None:
    """Days that are alike stand together; None for a clinic that is never open.

    ``words`` hold `inbox.yml`'s ``week_*`` and `admin.yml`'s days, ``am`` and ``pm``.
    """
    if all(tuple(hours.weekly.get(day, ())) == (WHOLE_DAY,) for day in DAYS):
        return words["week_always"]
    parts = []
    for spans, days in groupby(DAYS, lambda day: tuple(hours.weekly.get(day, ()))):
        if spans:
            parts.append(f"{_days(list(days), words)} {_times(spans, words)}")
    return "; ".join(parts) or None


def _days(days: list[str], words: Mapping[str, str]) -> str:
    first, last = words[f"day_{days[0]}"], words[f"day_{days[-1]}"]
    return first if len(days) == 1 else words["week_days"].format(first=first, last=last)


def _times(spans: tuple[Span, ...], words: Mapping[str, str]) -> str:
    said = [
        words["week_all_day"]
        if span == WHOLE_DAY
        else words["week_times"].format(first=_clock(span[0], words), last=_clock(span[1], words))
        for span in spans
    ]
    return ", ".join(said)


def _clock(at: str, words: Mapping[str, str]) -> str:
    hour, minute = map(int, at.split(":"))
    then = time(hour % 24, minute)
    return f"{then.hour % 12 or 12}:{then.minute:02} {words['am' if then.hour < 12 else 'pm']}"
