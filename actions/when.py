"""Reads a day and a time of day out of what a person wrote, in English and Spanish.

Only what is said: a day without a time leaves the time open, and the other way round. What could
be another day or hour is the likelier one for a visit ("at 3" is in the afternoon); the person is
shown it, with the day of the week and the month's name, before anything is done with it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time

from actions.days_said import day_said
from actions.number_words import in_figures
from actions.times_said import time_said

_LEAD = re.compile(
    r"\b(?:(?:(?P<n>\d+)|an?|the|una?|unas?|unos|el|la|couple of|par de|few)\s+)*"
    r"(?P<unit>hours?|hrs?|horas?|minutes?|mins?|minutos?|days?|dias?|nights?|noche|evening)\s+"
    r"(?:before|ahead|early|earlier|prior|in advance|antes|previas?|previos?|de anticipacion)\b"
    r"(?!\s+(?:yesterday))"
)
_SAME_DAY = re.compile(
    r"\b(?:same day|that (?:same )?(?:day|morning)|(?:el |ese )?mismo dia|ese dia)\b"
)
_MOST_HOURS = 12  # before a visit; as many or more is the day before


@dataclass(frozen=True)
class When:
    """A day and a time of day; None where the message does not say. ``lead`` is how long before
    the visit somebody wants to be reminded: "day" or "hours"."""

    day: date | None = None
    time: time | None = None
    lead: str | None = None


def read_when(text: str, now: datetime, asked: str | None = None) -> When:
    """What ``text`` says. ``now`` is the person's own clock. When a "day" or a "time" is ``asked``
    for, a number that stands alone is one."""
    said = in_figures(plain(text))
    lead = _lead(said)
    said = _LEAD.sub(" ", _SAME_DAY.sub(" ", said))
    day, rest = day_said(said, now.date(), asked == "day")
    return When(day, time_said(rest, said, asked == "time"), lead)


def plain(text: str) -> str:
    """Lower case without accents."""
    letters = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _lead(said: str) -> str | None:
    if _SAME_DAY.search(said):
        return "hours"
    found = _LEAD.search(said)
    if not found:
        return None
    long = int(found["n"] or 1) >= _MOST_HOURS
    return "hours" if found["unit"][0] in "hm" and not long else "day"
