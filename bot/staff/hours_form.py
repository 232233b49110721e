"""The form of a clinic's hours: what it shows, and what was typed into it as hours to keep.

Fields: ``timezone``; for each day ``monday.all_day``, and ``monday.from`` and ``monday.to`` once a
row; for days unlike the week ``special.date``, ``special.from`` and ``special.to`` once a row (no
times: closed). An error is a key of the page's words, and stands at what was typed.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.handoff.hours import DAYS, Hours, HoursError, hours_from
from bot.handoff.wall_clock import MIDNIGHT

Fields = Mapping[str, Sequence[str]]
WHOLE_DAY = ("00:00", MIDNIGHT)
ROWS = 2
"""Rows of a day, at least; one is always free."""
SPECIAL_ROWS = 3
"""Free rows for days unlike the week."""
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::00)?")


@dataclass(frozen=True)
class Row:
    """One line of the form, as typed. ``day`` is for days unlike the week."""

    start: str = ""
    end: str = ""
    day: str = ""
    error: str | None = None

    @property
    def empty(self) -> bool:
        return not (self.start or self.end or self.day)


@dataclass(frozen=True)
class DayForm:
    day: str
    all_day: bool
    rows: tuple[Row, ...]

    def spans(self) -> list[str]:
        """For `hours_from`; only where no row has an error."""
        return ["-".join(WHOLE_DAY)] if self.all_day else _spans(self.rows)


@dataclass(frozen=True)
class HoursForm:
    timezone: str
    days: tuple[DayForm, ...]
    special: tuple[Row, ...]
    error: str | None = None
    """What is wrong with the whole: the time zone."""

    @property
    def faulty(self) -> bool:
        rows = itertools.chain(self.special, *(day.rows for day in self.days))
        return bool(self.error) or any(row.error for row in rows)

    def document(self) -> dict[str, Any]:
        """For `save_hours`; only where nothing is faulty."""
        by_day: dict[str, list[Row]] = {}
        for row in self.special:
            if row.day:
                by_day.setdefault(row.day, []).append(row)
        spans = {day: _spans(rows) for day, rows in by_day.items()}
        return {
            "timezone": self.timezone,
            "weekly": {day.day: day.spans() for day in self.days},
            "closed": [day for day, times in spans.items() if not times],
            "short": {day: times for day, times in spans.items() if times},
        }


def form_of(hours: Hours | None, today: date, timezone: str) -> HoursForm:
    """What is kept, to be changed. Days unlike the week that are past are left out.

    ``timezone`` is for a clinic that has no hours yet.
    """
    days = []
    for day in DAYS:
        spans = hours.weekly.get(day, ()) if hours else ()
        whole = tuple(spans) == (WHOLE_DAY,)
        days.append(DayForm(day, whole, () if whole else _rows(spans)))
    special: list[Row] = []
    if hours:
        special += [Row(day=shut.isoformat()) for shut in hours.closed if shut >= today]
        for short, spans in hours.short.items():
            special += _rows(spans, short.isoformat()) if short >= today else ()
    special.sort(key=lambda row: (row.day, row.start))
    return padded(HoursForm(hours.timezone if hours else timezone, tuple(days), tuple(special)))


def read_form(fields: Fields, today: date) -> HoursForm:
    """What was typed, each row with its error."""
    days = tuple(_read_day(fields, day) for day in DAYS)
    rows = [row for row in _typed(fields, "special") if not row.empty]
    special = _special([_checked_day(row, today) for row in rows])
    timezone = "".join(fields.get("timezone", ()))
    return padded(HoursForm(timezone, days, special, _wrong_zone(timezone)))


def copied(form: HoursForm) -> HoursForm:
    """Monday's hours from Tuesday to Friday, too."""
    monday, *others = form.days
    same = [replace(monday, day=day.day) for day in others[:4]]
    return replace(form, days=(monday, *same, *others[4:]))


def padded(form: HoursForm) -> HoursForm:
    """With free rows."""
    return replace(
        form,
        days=tuple(
            replace(day, rows=(*day.rows, *[Row()] * max(1, ROWS - len(day.rows))))
            for day in form.days
        ),
        special=(*form.special, *[Row()] * SPECIAL_ROWS),
    )


# --- what was typed -------------------------------------------------------------------------------


def _read_day(fields: Fields, day: str) -> DayForm:
    """Times beside a checked box, which the page hides, are left out."""
    all_day = bool(fields.get(f"{day}.all_day"))
    rows = () if all_day else (_checked(row) for row in _typed(fields, day) if not row.empty)
    return DayForm(day, all_day, _overlapping(rows))


def _typed(fields: Fields, name: str) -> list[Row]:
    columns = [fields.get(f"{name}.{part}", ()) for part in ("from", "to", "date")]
    rows = itertools.zip_longest(*columns, fillvalue="")
    return [Row(start.strip(), end.strip(), day.strip()) for start, end, day in rows]


def _checked(row: Row) -> Row:
    """With times as HH:MM, or the error."""
    if not (row.start and row.end):
        return replace(row, error="error_half")
    start, end = _time(row.start), _time(row.end)
    if start is None or end is None or start == MIDNIGHT:
        return replace(row, error="error_time")
    if start == end != "00:00":
        return replace(row, start=start, end=end, error="error_same")
    return replace(row, start=start, end="00:00" if end == MIDNIGHT else end)


def _checked_day(row: Row, today: date) -> Row:
    try:
        day = date.fromisoformat(row.day)
    except ValueError:
        return replace(row, error="error_date")
    if day < today:
        return replace(row, error="error_past")
    return _checked(row) if row.start or row.end else row


def _special(rows: list[Row]) -> tuple[Row, ...]:
    """Rows of one day belong together: none may overlap, or call the day closed as well."""
    rows.sort(key=lambda row: (row.day, row.start))
    found: list[Row] = []
    for _, group in itertools.groupby(rows, key=lambda row: row.day):
        same = list(group)
        shut = [row for row in same if not row.start and not row.error]
        if shut and len(same) > 1:
            found += [replace(row, error=row.error or "error_both") for row in same]
        else:
            found += same if shut else _overlapping(same)
    return tuple(found)


def _overlapping(rows: Iterable[Row]) -> tuple[Row, ...]:
    """In order, and the later of two that overlap with its error."""
    rows = sorted(rows, key=lambda row: row.start)
    if any(row.error for row in rows):
        return tuple(rows)
    found = list(rows[:1])
    for before, after in itertools.pairwise(rows):
        ends = _end(before)
        clash = ends > after.start or ends < before.start
        found.append(replace(after, error="error_overlap") if clash else after)
    return tuple(found)


def _time(text: str) -> str | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    time = f"{int(match[1]):02}:{match[2]}"
    return time if time <= MIDNIGHT and match[2] <= "59" else None


def _wrong_zone(timezone: str) -> str | None:
    try:
        hours_from({"timezone": timezone, "weekly": "always"})
    except HoursError:
        return "error_timezone"
    return None


# --- rows and spans -------------------------------------------------------------------------------


def _rows(spans: Iterable[tuple[str, str]], day: str = "") -> tuple[Row, ...]:
    """A time field knows no 24:00: the end of a day is its 00:00."""
    return tuple(Row(start, "00:00" if end == MIDNIGHT else end, day) for start, end in spans)


def _spans(rows: Iterable[Row]) -> list[str]:
    return [f"{row.start}-{_end(row)}" for row in rows if row.start]


def _end(row: Row) -> str:
    return MIDNIGHT if row.end == "00:00" else row.end
