"""The time of day that a text names.

The text is in lower case, without accents, its numbers in figures (`actions/when.py`).
"""

from __future__ import annotations

import re
from datetime import time

_PM = (
    r"(?:p\.?\s?m\b\.?|p\b|(?:de|en|por) la (?:tarde|tardecita|noche)"
    r"|in the (?:afternoon|evening)|at night)"
)
_AM = r"(?:a\.?\s?m\b\.?|a\b|(?:de|en|por) la manana|in the morning)"
_HALF = rf"(?:\s*(?:(?P<pm>{_PM})|(?P<am>{_AM})))?"
_AT = r"(?:@|\b(?:at|around|about|for|a las?|de las?|sobre las?|tipo|como a las?|a eso de las?))"
_RANGE = re.compile(
    r"\b(?P<from>\d{1,2}(?::\d\d)?)\s*(?:[-–]|to|and|a|y)\s*(?:las?\s+)?(?P<to>\d{1,2})(?::\d\d)?"
    rf"(?P<half>\s*(?:{_PM}|{_AM}))"
)
_NOON = re.compile(r"\b(?:noon|midday|mediodia)\b")
_PAST = re.compile(
    rf"\b(?P<minutes>half|quarter|\d{{1,2}})\s*(?:minutes\s+)?(?P<way>past|after|to|till|before)\s+(?P<hour>\d{{1,2}})\b{_HALF}"
)
_AND = re.compile(
    r"\b(?P<hour>\d{1,2})\s+(?P<way>y|con|menos)\s+"
    rf"(?P<minutes>media|un cuarto|cuarto|\d{{1,2}})\b{_HALF}"
)
_CLOCK = re.compile(rf"(?<![\d/:-])(?P<hour>\d{{1,2}})[:.h](?P<minutes>\d\d)(?![\d/:]){_HALF}")
_CLOSED_UP = re.compile(
    rf"(?<![\d/:-])(?P<hour>\d{{1,2}})(?P<minutes>\d\d)\s*(?:(?P<pm>{_PM})|(?P<am>{_AM}))"
)
_HOUR = re.compile(rf"(?<![\d/:-])(?P<hour>\d{{1,2}})\s*(?:(?P<pm>{_PM})|(?P<am>{_AM}))")
_AT_HOUR = re.compile(
    rf"{_AT}\s*(?P<hour>\d{{1,2}})(?![\d/:-]|\s*(?:days?|weeks?|dias?|semanas?|miles))\b"
)
_O_CLOCK = re.compile(r"\b(?P<hour>\d{1,2})\s*-?\s*(?:o'?\s?clock|ish|horas|hs|hrs)\b")
_ANY_HOUR = re.compile(r"(?<![\d/:-])(?P<hour>\d{1,2})(?![\d/:-])")
_SPOKEN = re.compile(rf"(?<![\d/:-])(?P<hour>\d|1[0-2])\s+(?P<minutes>[0-5]\d)\b{_HALF}")
_AFTER_DAY = re.compile(r";\s*,?\s*(?P<hour>\d{1,2})\s*$")
_IN_FIGURES = re.compile(r"^\W*(?P<hour>\d{1,2})(?P<minutes>[0-5]\d)\W*$")
_TIMES = (
    _PAST, _AND, _CLOCK, _CLOSED_UP, _SPOKEN, _HOUR, _O_CLOCK, _AT_HOUR, _AFTER_DAY,
)  # fmt: skip
_WHEN_ASKED = (_IN_FIGURES, _ANY_HOUR)
_MORNING = re.compile(r"\b(?:morning|(?:por|en|de|esta) (?:la )?manana)\b")
_LATER = re.compile(r"\b(?:afternoon|evening|tonight|tonite|night|tarde|noche)\b")
_HOURS = 12  # of a clock's face
_EARLIEST_VISIT = 7  # o'clock: an hour below it, without "am", is in the afternoon


def _first_of(found: re.Match[str]) -> str:
    """Of "3-4 pm" the 3; the "pm" is its own too, save in "11-1 pm"."""
    same_half = int(found["from"].split(":")[0]) % _HOURS <= int(found["to"]) % _HOURS
    return f" {found['from']}{found['half']} " if same_half else f" at {found['from']} "


def time_said(rest: str, whole: str, asked: bool) -> time | None:
    """The time in the rest of a message; ``whole`` may say in which half of the day it is."""
    rest = _RANGE.sub(_first_of, rest)
    if _NOON.search(rest):
        return time(12)
    for pattern in (*_TIMES, *(_WHEN_ASKED if asked else ())):
        found = pattern.search(rest)
        if found and (read := _clock(found.groupdict(), whole)):
            return read
    return None


def _clock(found: dict[str, str | None], said: str) -> time | None:
    hour, minutes = int(found["hour"] or 0), _minutes(found.get("minutes"))
    if found.get("way") in ("to", "till", "before", "menos"):
        hour, minutes = hour - 1 or _HOURS, 60 - minutes
    written = str(found["hour"])
    morning = bool(found.get("am")) or (not found.get("pm") and bool(_MORNING.search(said)))
    later = bool(found.get("pm")) or (not morning and bool(_LATER.search(said)))
    if hour <= _HOURS and not (written.startswith("0") and not later):
        if later and hour == _HOURS and re.search(r"\b(?:night|noche|tonight)\b", said):
            hour = 0
        elif morning:
            hour %= _HOURS
        elif later or hour < _EARLIEST_VISIT:
            hour = hour % _HOURS + _HOURS
    try:
        return time(hour, minutes)
    except ValueError:
        return None


def _minutes(said: str | None) -> int:
    return {None: 0, "half": 30, "media": 30, "quarter": 15, "cuarto": 15, "un cuarto": 15}.get(
        said, int(said) if said and said.isdigit() else 0
    )
