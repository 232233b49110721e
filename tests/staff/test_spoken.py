"""Opening hours in words, in both languages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.app import DATA
from bot.handoff.hours import hours_from
from bot.staff.site import load_staff_words
from bot.staff.spoken import hours_words

WORDS = {
    language: vars(words.admin) for language, words in load_staff_words(DATA / "content").items()
}
WEEK = {
    "timezone": "America/New_York",
    "weekly": {
        "monday": ["09:00-17:00"],
        "tuesday": ["20:00-24:00"],
        "wednesday": ["01:30-02:00"],
        "friday": ["22:00-06:00"],
    },
    "closed": ["2026-11-30", "2026-12-07"],
}


@pytest.mark.parametrize(
    ("when", "en", "es"),
    [
        (
            "2026-11-23 08:00",
            "Closed now. Opens today at 9:00 am",
            "Cerrado ahora. Abre hoy a las 9:00 a. m.",
        ),
        (
            "2026-11-23 12:00",
            "Open now, until 5:00 pm",
            "Abierto ahora, hasta las 5:00 p. m.",
        ),
        (
            "2026-11-25 00:30",
            "Closed now. Opens today at 1:30 am",
            "Cerrado ahora. Abre hoy a la 1:30 a. m.",
        ),
        (
            "2026-11-24 21:00",
            "Open now, until midnight",
            "Abierto ahora, hasta la medianoche",
        ),
        (
            "2026-11-27 23:00",
            "Open now, until Saturday at 6:00 am",
            "Abierto ahora, hasta el sábado a las 6:00 a. m.",
        ),
        (
            "2026-11-28 05:00",
            "Open now, until 6:00 am",
            "Abierto ahora, hasta las 6:00 a. m.",
        ),
        (
            "2026-11-28 12:00",
            "Closed now. Opens Tuesday at 8:00 pm",
            "Cerrado ahora. Abre el martes a las 8:00 p. m.",
        ),
    ],
)
def test_hours_in_words(when: str, en: str, es: str) -> None:
    at = datetime.fromisoformat(when).replace(tzinfo=ZoneInfo("America/New_York")).timestamp()
    week = hours_from(WEEK)
    assert hours_words(week, at, WORDS["en"]) == en
    assert hours_words(week, at, WORDS["es"]) == es


def test_an_opening_a_week_off_has_its_date() -> None:
    at = datetime(2026, 11, 23, 18, tzinfo=ZoneInfo("America/New_York")).timestamp()
    mondays = hours_from({**WEEK, "weekly": {"monday": ["09:00-17:00"]}})
    words = hours_words(mondays, at, WORDS["en"])
    assert words == "Closed now. Opens Monday, December 14 at 9:00 am"
    never = hours_from({"timezone": "UTC", "weekly": {"monday": []}})
    assert hours_words(never, at, WORDS["en"]) == "Closed. No opening is planned."
    assert hours_words(None, at, WORDS["en"]).startswith("No hours are set.")
