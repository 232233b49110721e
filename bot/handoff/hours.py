"""When a clinic's people can be reached: by the week, in the clinic's own time zone.

A day's times are wall-clock times of the day they begin on; one that ends at or before its start
ends on the next day (22:00-06:00). A day listed under `closed` or `short` is all its own: what ran
over from the evening before ends at midnight.

Where the clock is put forward over the start or end of a time, the change is that start or end.
Where it is put back, the doubled hour counts from its first beginning to its second end.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.handoff.wall_clock import MIDNIGHT, at, first, last, midnight
from bot.store.tables import clinic_settings

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SETTING = "hours"
"""The name under which an admin's change is kept in `clinic_settings`."""
LOOK_AHEAD = 366
"""Days after which "not open" is taken for never."""
ONE_DAY = timedelta(days=1)

Span = tuple[str, str]
"""From and to, as HH:MM."""
Instants = tuple[int, int]
"""From and to, in unix seconds; the end is not part of it."""
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*[-–]\s*(?:([01]\d|2[0-3]):([0-5]\d)|24:00)")


class HoursError(ValueError):
    """Opening hours that cannot be used: one line."""


@dataclass(frozen=True)
class Hours:
    """`weekly` has a day's times by its English name; a day it leaves out is closed."""

    timezone: str
    weekly: Mapping[str, tuple[Span, ...]]
    closed: frozenset[date] = frozenset()
    short: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Days with times of their own instead of the week's."""

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def is_open(self, now: float) -> bool:
        return any(begins <= now < ends for begins, ends in self._around(now))

    def opens_at(self, now: float) -> float | None:
        """When it next goes from closed to open after `now`; None: not within a year."""
        begins = (begins for begins, _ in self._from(now) if begins > now)
        return next(begins, None)

    def closes_at(self, now: float) -> float | None:
        """When the time that is open at `now` ends; None: closed now, or no end within a year."""
        spell = next((spell for spell in self._from(now) if spell[0] <= now < spell[1]), None)
        return None if spell is None or spell[1] > self._horizon(now) else spell[1]

    def document(self) -> dict[str, Any]:
        """As `hours_from` reads it and JSON can hold it."""
        return {
            "timezone": self.timezone,
            "weekly": {day: _written(self.weekly[day]) for day in DAYS if self.weekly.get(day)},
            "closed": [day.isoformat() for day in sorted(self.closed)],
            "short": {day.isoformat(): _written(self.short[day]) for day in sorted(self.short)},
        }

    # --- spells: times as instants, touching ones joined -------------------------------------

    def _around(self, now: float) -> Iterator[Instants]:
        today = self._day(now)
        for days in (-1, 0, 1):  # yesterday's may run over; a clock put back may repeat midnight
            yield from self._of(today + days * ONE_DAY)

    def _from(self, now: float) -> Iterator[Instants]:
        """Every spell that ends after `now`, in order, to about the horizon."""
        today = self._day(now)
        days = (today + n * ONE_DAY for n in range(-1, LOOK_AHEAD + 2))
        times = (instants for day in days for instants in self._of(day))
        return (spell for spell in _joined(times) if spell[1] > now)

    def _horizon(self, now: float) -> int:
        return first(self.timezone, midnight(self._day(now) + LOOK_AHEAD * ONE_DAY))

    def _day(self, now: float) -> date:
        return datetime.fromtimestamp(now, self.zone).date()

    def _of(self, day: date) -> list[Instants]:
        """The times that begin on this day."""
        if day in self.closed:
            return []
        tomorrow = day + ONE_DAY
        cut = first(self.timezone, midnight(tomorrow)) if self._own(tomorrow) else None
        spans = self.short[day] if day in self.short else self.weekly.get(DAYS[day.weekday()], ())
        found = []
        for start, end in spans:
            begins = first(self.timezone, at(day, start))
            ends = last(self.timezone, at(day if start < end else tomorrow, end))
            ends = ends if cut is None else min(ends, cut)
            found += [(begins, ends)] * (begins < ends)
        return found

    def _own(self, day: date) -> bool:
        return day in self.closed or day in self.short


ALWAYS: Mapping[str, tuple[Span, ...]] = dict.fromkeys(DAYS, (("00:00", MIDNIGHT),))


def _joined(times: Iterable[Instants]) -> Iterator[Instants]:
    """Neighbours that touch or overlap as one. They come in the order of their days."""
    spell: Instants | None = None
    for begins, ends in times:
        if spell is None:
            spell = begins, ends
        elif begins <= spell[1]:
            spell = min(begins, spell[0]), max(ends, spell[1])
        else:
            yield spell
            spell = begins, ends
    if spell:
        yield spell


# --- reading --------------------------------------------------------------------------------------


def hours_from(document: Any) -> Hours:
    """Hours as a clinic's file or the admin page gives them. Raises `HoursError`.

    `{timezone, weekly: {monday: ["09:00-17:00"]} or "always", closed: [dates], short: {date: […]}}`
    """
    if not isinstance(document, Mapping):
        raise HoursError("hours: give timezone and weekly")
    for name in document:
        if name not in ("timezone", "weekly", "closed", "short"):
            raise HoursError(f"hours: {name}: not one of timezone, weekly, closed, short")
    short = document.get("short") or {}
    if not isinstance(short, Mapping):
        raise HoursError('hours: short: give each day its times, as 2026-12-24: ["09:00-12:00"]')
    return Hours(
        timezone=_timezone(document.get("timezone")),
        weekly=_weekly(document.get("weekly")),
        closed=frozenset(_date("closed", day) for day in _list("closed", document.get("closed"))),
        short={_date("short", day): _spans(f"short: {day}", of) for day, of in short.items()},
    )


def _timezone(name: Any) -> str:
    if not isinstance(name, str) or name not in _zones():
        raise HoursError(
            f"hours: timezone: {name!r} is not a time zone; give one such as America/Chicago"
        )
    return name


@lru_cache(1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _weekly(document: Any) -> dict[str, tuple[Span, ...]]:
    if document == "always":
        return dict(ALWAYS)
    if not isinstance(document, Mapping):
        raise HoursError('hours: weekly: give days and times, as monday: ["09:00-17:00"]')
    for day in document:
        if day not in DAYS:
            raise HoursError(f"hours: weekly: {day}: not a day; one of {', '.join(DAYS)}")
    return {day: _spans(day, document[day]) for day in DAYS if day in document}


def _spans(day: str, document: Any) -> tuple[Span, ...]:
    spans = sorted(_span(day, text) for text in _list(day, document))
    for before, after in itertools.pairwise(spans):
        if before[1] > after[0] or before[1] < before[0]:
            raise HoursError(f"hours: {day}: two times overlap at {after[0]}")
    return tuple(spans)


def _span(day: str, text: Any) -> Span:
    found = _SPAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        raise HoursError(f"hours: {day}: {text!r} is not a time such as 09:00-17:00")
    hour, minute, to_hour, to_minute = found.groups()
    start, end = f"{hour}:{minute}", f"{to_hour}:{to_minute}" if to_hour else MIDNIGHT
    if start == end:
        raise HoursError(f"hours: {day}: {text!r} has no length; for the whole day: 00:00-24:00")
    return start, end


def _list(name: str, document: Any) -> Sequence[Any]:
    if document is None:
        return ()
    if not isinstance(document, (list, tuple)):
        raise HoursError(f"hours: {name}: give a list in [ ]")
    return document


def _date(name: str, value: Any) -> date:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise HoursError(f"hours: {name}: {value!r} is not a day such as 2026-12-25") from None


def _written(spans: Iterable[Span]) -> list[str]:
    return [f"{start}-{end}" for start, end in spans]


# --- an admin's change ----------------------------------------------------------------------------


def save_hours(engine: Engine, clinic: str, document: Any, by: str, now: float) -> None:
    """Keep an admin's hours; they win over the clinic's file once the book is refreshed.

    `by` is the id of a member of staff. Raises `HoursError`, `SQLAlchemyError`.
    """
    value = json.dumps(hours_from(document).document())
    is_row = sa.and_(clinic_settings.c.clinic == clinic, clinic_settings.c.name == SETTING)
    change = {"value": value, "changed_at": now, "changed_by": by}
    update = clinic_settings.update().where(is_row).values(**change)
    insert = clinic_settings.insert().values(clinic=clinic, name=SETTING, **change)
    with engine.begin() as connection:
        if connection.execute(update).rowcount:
            return
    try:
        with engine.begin() as connection:
            connection.execute(insert)
    except IntegrityError:  # somebody else saved the first one just now
        with engine.begin() as connection:
            connection.execute(update)


__all__ = [
    "ALWAYS",
    "DAYS",
    "MIDNIGHT",
    "SETTING",
    "Hours",
    "HoursError",
    "Span",
    "hours_from",
    "save_hours",
]
