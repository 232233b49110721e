"""When people can come, out of the hours that Plan-Net gives in four places."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from directory.importers.plan_net.fhir import Json, extensions, listed, values

# Whoever is open at this hour or later has evening visits: after a day's work and the way there.
EVENING = (18, 30)

_WEEKEND = {"sat", "sun"}
_DAYS = {"mon", "tue", "wed", "thu", "fri", *_WEEKEND}
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True)
class Hours:
    """Whether there are visits in the evening and at the weekend; None is not known."""

    evening: bool | None = None
    weekend: bool | None = None
    around_the_clock: bool = False

    @property
    def told(self) -> bool:
        return self.evening is not None or self.weekend is not None

    @property
    def complete(self) -> bool:
        return self.evening is not None and self.weekend is not None

    @property
    def times(self) -> tuple[str, ...]:
        """What is known to be so, as ids of the terms."""
        said = (("evening", self.evening), ("weekend", self.weekend))
        return tuple(time for time, so in said if so)


def available(resource: Json) -> Hours:
    """The hours of a PractitionerRole or HealthcareService."""
    return _hours(
        (one.get("daysOfWeek"), one, "availableStartTime", "availableEndTime")
        for one in listed(resource.get("availableTime"))
    )


def opening(location: Json) -> Hours:
    """The hours of a building."""
    return _hours(
        (one.get("daysOfWeek"), one, "openingTime", "closingTime")
        for one in listed(location.get("hoursOfOperation"))
    )


def by_phone(resource: Json) -> Hours:
    """The hours of the phone, from the extension of a contact."""
    spans = []
    for contact in listed(resource.get("telecom")):
        for span in extensions(contact, "contactpointavailabletime"):
            told: Json = {"daysOfWeek": []}
            for part in listed(span.get("extension")):
                value = next(values(part), None)
                if part.get("url") == "daysOfWeek":
                    told["daysOfWeek"].append(value)
                elif isinstance(part.get("url"), str):
                    told[part["url"]] = value
            spans.append((told["daysOfWeek"], told, "availableStartTime", "availableEndTime"))
    return _hours(spans)


def together(some: Iterable[Hours]) -> Hours:
    """What holds of several places at once: yes if one says so, no if all say no."""
    all_of_them = list(some)
    return Hours(
        _either([one.evening for one in all_of_them]), _either([one.weekend for one in all_of_them])
    )


def _either(said: list[bool | None]) -> bool | None:
    if any(said):
        return True
    return None if None in said or not said else False


def _hours(spans: Iterable[tuple[Any, Json, str, str]]) -> Hours:
    """Out of days, and the names of start and end."""
    evening, weekend = list[bool | None](), list[bool | None]()
    clock = set[str]()
    for days, span, start, end in spans:
        on = {day for day in days if isinstance(day, str)} if isinstance(days, list) else set[str]()
        on &= _DAYS
        all_day = span.get("allDay") is True
        weekend.append(bool(on & _WEEKEND) if on else None)
        evening.append(True if all_day else _in_the_evening(span.get(start), span.get(end)))
        clock |= on if all_day else set()
    return Hours(_either(evening), _either(weekend), clock >= _DAYS)


def _in_the_evening(start: Any, end: Any) -> bool | None:
    """Whether it is open at the hour of `EVENING` or later; past midnight counts."""
    opens, closes = _clock(start), _clock(end)
    if closes is None:
        return True if opens and opens >= EVENING else None
    return closes >= EVENING or (opens is not None and closes <= opens)


def _clock(text: Any) -> tuple[int, int] | None:
    found = _TIME.match(text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2])) if found else None
