"""Days, times and opening hours in words, for staff pages. The words are `staff/admin.yml`'s."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.handoff.hours import DAYS, Hours

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
Words = Mapping[str, str]


def day_words(day: date, words: Words, *, year: bool = False) -> str:
    pattern = words["date_with_year" if year else "date"]
    month = words[f"month_{MONTHS[day.month - 1]}"]
    return pattern.format(day=day.day, month=month, year=day.year)


def weekday(day: date, words: Words) -> str:
    return words[f"day_{DAYS[day.weekday()]}"]


def time_words(at: datetime, words: Words) -> str:
    """As people of the United States write it: 9:00 am."""
    half = words["am" if at.hour < 12 else "pm"]
    return f"{at.hour % 12 or 12}:{at.minute:02} {half}"


def hours_words(hours: Hours | None, now: float, words: Words) -> str:
    """Whether it is open at ``now``, and until or from when, in the clinic's own time."""
    if hours is None:
        return words["hours_none"]
    today = datetime.fromtimestamp(now, hours.zone).date()
    if hours.is_open(now):
        closes = hours.closes_at(now)
        if closes is None:
            return words["open_always"]
        return _until(datetime.fromtimestamp(closes, hours.zone), today, words)
    opens = hours.opens_at(now)
    if opens is None:
        return words["opens_never"]
    at = datetime.fromtimestamp(opens, hours.zone)
    if at.date() == today:
        return words["opens_today"].format(time=time_words(at, words))
    return words["opens_on"].format(day=_day(at, today, words), time=time_words(at, words))


def _until(at: datetime, today: date, words: Words) -> str:
    if (at.hour, at.minute) == (0, 0) and at.date() - today == timedelta(days=1):
        return words["open_until_midnight"]
    time = time_words(at, words)
    if at.date() == today:
        return words["open_until"].format(time=time)
    return words["open_until_day"].format(day=_day(at, today, words), time=time)


def _day(at: datetime, today: date, words: Words) -> str:
    """The day of the week; from a week on with its date."""
    name = weekday(at.date(), words)
    if at.date() - today < timedelta(days=7):
        return name
    return f"{name}, {day_words(at.date(), words)}"
