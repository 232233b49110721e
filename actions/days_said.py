"""The day that a text names: by its date, its day of the week, or counted from today.

The text is in lower case, without accents, its numbers in figures (`actions/when.py`).
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_WEEKDAYS = (
    r"mon(?:day)?s?|lunes",
    r"tue(?:s|sday)?s?|martes",
    r"wed(?:s|nesday|ensday)?s?|miercoles",
    r"thu(?:r|rs|rsday)?s?|jueves",
    r"fri(?:day)?s?|viernes",
    r"sat(?:urday)?s?|sabados?",
    r"sun(?:day)?s?|domingos?",
)
_MONTHS = (
    r"jan(?:uary)?|enero|ene",
    r"feb(?:ruary)?|febrero",
    r"mar(?:ch)?|marzo",
    r"apr(?:il)?|abril|abr",
    r"may|mayo",
    r"june?|junio",
    r"july?|julio",
    r"aug(?:ust)?|agosto|ago",
    r"sept?(?:ember)?|septiembre|setiembre",
    r"oct(?:ober)?|octubre",
    r"nov(?:ember)?|noviembre",
    r"dec(?:ember)?|diciembre|dic",
)
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})\b\.?"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})\b\.?"
_NTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th|ro|o)?\b"
_YEAR = r"(?:,?\s+(?:del?\s+)?(?P<year>20\d\d))?\b"
_NO_HOUR = (
    r"(?!\s*(?:[:.]\d|am\b|pm\b|[ap]\.\s?m|de la|o'?clock|hours?\b|horas?\b|days?\b|weeks?\b))"
)

_ISO = re.compile(r"\b(?P<year>20\d\d)-(?P<month>\d{2})-(?P<day>\d{2})\b")
_SLASHED = re.compile(
    r"\b(?P<a>\d{1,2})(?P<by>[/-])(?P<b>\d{1,2})(?:(?P=by)(?P<year>\d{4}|\d{2}))?\b"
)
_MONTH_DAY = re.compile(rf"\b{_MONTH}\s+(?:the\s+)?{_NTH}{_NO_HOUR}{_YEAR}")
_DAY_MONTH = re.compile(rf"\b{_NTH}\s+(?:of\s+|de\s+)?{_MONTH}{_YEAR}")
_AFTER_TOMORROW = re.compile(r"\b(?:(?:the )?day after (?:tomorrow|tmrw)|pasado manana)\b")
_TOMORROW = re.compile(
    r"\b(?:tom+or+ow|tomm?or?ro|tmrw?|tmr|tmw|tmrow|2morrow|2mrw|"
    r"(?<!de la )(?<!por la )(?<!en la )(?<!esta )manana)\b"
)
_TODAY = re.compile(r"\b(?:today|tonight|2day|2nite|tonite|hoy(?! en)|esta (?=tarde|noche|manana)|"
                    r"this (?=morning|afternoon|evening))")  # fmt: skip
_IN_DAYS = re.compile(
    r"\b(?:in|en|dentro de|de (?:hoy|aqui) (?:en|a))\s+"
    r"(?P<n>\d{1,3}|an?|una?|a couple(?: of)?|un par de)\s+"
    r"(?P<unit>days?|weeks?|dias?|semanas?)\b"
)
_FROM_NOW = re.compile(
    r"\b(?P<n>\d{1,3}|an?)\s+(?P<unit>days?|weeks?)\s+from\s+"
    rf"(?:(?:today|now|(?P<tomorrow>tomorrow))\b|{_WEEKDAY})"
)
_ON_WEEKDAY = re.compile(
    r"\b(?P<before>next|this|coming|on|every|(?:el |este )?(?:proximo|siguiente)|el otro|el|este)?"
    rf"\s*\b{_WEEKDAY}(?P<after>\s+(?:of\s+)?(?:next week|(?:de la semana )?que (?:viene|entra)"
    r"|proximo|siguiente|de la (?:proxima|otra|siguiente) semana))?"
    rf"(?P<the>,?\s*(?:(?:the|el|dia)\s+{_NTH}|(?P<later>1[3-9]|2\d|3[01])\b){_NO_HOUR})?"
)
_FULL_WEEKDAY = re.compile(r"\b(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day|lunes|martes|"
                           r"miercoles|jueves|viernes|sabado|domingo)s?\b")  # fmt: skip
_NTH_ALONE = re.compile(
    rf"\b(?:(?:the|el|dia)\s+(?:dia\s+)?{_NTH}{_NO_HOUR}|(?P<st>\d{{1,2}})(?:st|nd|rd|th)\b)"
)


def day_said(said: str, today: date, asked: bool) -> tuple[date | None, str]:
    """The day, and the text without it."""
    for pattern, read in _DAYS:
        found = pattern.search(said)
        if found and (day := read(found, today, asked)):
            rest = said[: found.start()] + " ; " + said[found.end() :]
            named = _FULL_WEEKDAY.search(said)
            agrees = named is None or _which(_WEEKDAYS, named["weekday"]) == day.weekday()
            return (day if agrees or pattern in _FROM_A_DAY else None), rest
    alone = re.fullmatch(r"\W*(\d{1,2})\W*", said) if asked else None
    if alone and (day := _of_month(int(alone[1]), today)):
        return day, ""
    return None, said


def _iso(found: re.Match[str], today: date, asked: bool) -> date | None:
    return _date(int(found["year"]), int(found["month"]), int(found["day"]))


def _slashed(found: re.Match[str], today: date, asked: bool) -> date | None:
    """Month and day, as is the custom here; day and month when it can only be that."""
    if found["by"] == "-" and not (found["year"] or asked):
        return None
    month, day = int(found["a"]), int(found["b"])
    if month > len(_MONTHS):
        month, day = day, month
    return _in_year(found["year"], month, day, today)


def _month_and_day(found: re.Match[str], today: date, asked: bool) -> date | None:
    return _in_year(found["year"], _which(_MONTHS, found["month"]) + 1, int(found["day"]), today)


def _in_days(found: re.Match[str], today: date, asked: bool) -> date | None:
    n = (
        int(found["n"])
        if found["n"].isdigit()
        else 2
        if "couple" in found["n"] or "par" in found["n"]
        else 1
    )
    days = n * (7 if found["unit"][0] in "ws" else 1)
    named = found.groupdict()
    start = today + timedelta(days=1) if named.get("tomorrow") else today
    if named.get("weekday"):
        start = _next(_which(_WEEKDAYS, named["weekday"]), today)
    return start + timedelta(days=days)


def _weekday(found: re.Match[str], today: date, asked: bool) -> date | None:
    weekday, word = _which(_WEEKDAYS, found["weekday"]), found["weekday"]
    if len(word) <= len("sat") and not (found["before"] or found["the"] or asked) and word in _ALSO:
        return None
    if found["the"] and (day := _of_month(int(found["day"] or found["later"]), today)):
        return day
    coming = _next(weekday, today)
    monday = today - timedelta(days=today.weekday())
    of_next_week = found["before"] == "next" or "week" in (found["after"] or "")
    if (of_next_week or found["after"]) and coming < monday + timedelta(days=7):
        return coming + timedelta(days=7)
    return coming


def _nth(found: re.Match[str], today: date, asked: bool) -> date | None:
    return _of_month(int(found["day"] or found["st"]), today)


_ALSO = ("sat", "sun", "wed", "mon", "tues")  # words of their own, or parts of names
_FROM_A_DAY = (_FROM_NOW, _IN_DAYS)
_DAYS = (
    (_ISO, _iso),
    (_MONTH_DAY, _month_and_day),
    (_DAY_MONTH, _month_and_day),
    (_SLASHED, _slashed),
    (_FROM_NOW, _in_days),
    (_AFTER_TOMORROW, lambda found, today, asked: today + timedelta(days=2)),
    (_TOMORROW, lambda found, today, asked: today + timedelta(days=1)),
    (_TODAY, lambda found, today, asked: today),
    (_IN_DAYS, _in_days),
    (_ON_WEEKDAY, _weekday),
    (_NTH_ALONE, _nth),
)


def _which(patterns: tuple[str, ...], word: str) -> int:
    return next(n for n, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


def _next(weekday: int, today: date) -> date:
    """The next such day after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _in_year(year: str | None, month: int, day: int, today: date) -> date | None:
    """Without a year it is the next time that this day comes."""
    if year:
        return _date(int(year) % 100 + 2000, month, day)
    this = [_date(today.year + more, month, day) for more in (0, 1)]
    return next((one for one in this if one and one >= today), None)


def _of_month(day: int, today: date) -> date | None:
    """The next day of a month with this number."""
    year, month = today.year, today.month
    for _ in range(3):
        found = _date(year, month, day)
        if found and found >= today:
            return found
        year, month = (year, month + 1) if month < len(_MONTHS) else (year + 1, 1)
    return None
