"""Reading a day and a time of day as people write them."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.when import When, read_when

NOW = datetime(2026, 11, 21, 10, 0)  # a Saturday
TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("remind me of my appointment on Tuesday at 3", TUESDAY, time(15)),
        ("tomorrow at 10am", date(2026, 11, 22), time(10)),
        ("my visit is nov 24 at 3:30pm", TUESDAY, time(15, 30)),
        ("the 24th at noon", TUESDAY, time(12)),
        ("11/24 3pm", TUESDAY, time(15)),
        ("tuesday the 24th, 3-4pm", TUESDAY, time(15)),
        ("dec first 11-1pm", date(2026, 12, 1), time(11)),
        ("tonight at 8", date(2026, 11, 21), time(20)),
        ("in two weeks at 4", date(2026, 12, 5), time(16)),
        ("a week from monday at 8:15", date(2026, 11, 30), time(8, 15)),
        ("november twenty-fourth at three thirty", TUESDAY, time(15, 30)),
        ("at 3 on the 30th of november", date(2026, 11, 30), time(15)),
        ("noon monday", date(2026, 11, 23), time(12)),
        ("tuesday 3", TUESDAY, time(15)),
        ("2026-12-05 09:00", date(2026, 12, 5), time(9)),
        ("thurs 2:15", date(2026, 11, 26), time(14, 15)),
        ("8 am on the 3rd", date(2026, 12, 3), time(8)),
        ("mañana a las 10 de la mañana", date(2026, 11, 22), time(10)),
        ("mañana por la mañana a las 9", date(2026, 11, 22), time(9)),
        ("pasado mañana a las tres y media", date(2026, 11, 23), time(15, 30)),
        ("el martes a las 3 de la tarde", TUESDAY, time(15)),
        ("24 de noviembre a las 15:00", TUESDAY, time(15)),
        ("el lunes que viene a las once", date(2026, 11, 23), time(11)),
        ("mi cita es el jueves 3 de diciembre a las 2 y cuarto", date(2026, 12, 3), time(14, 15)),
        ("el 30 a la una", date(2026, 11, 30), time(13)),
    ],
)
def test_a_day_and_a_time_are_read(text: str, day: date, at: time) -> None:
    assert read_when(text, NOW) == When(day, at)


@pytest.mark.parametrize(
    ("text", "asked", "read"),
    [
        ("24", "day", When(TUESDAY)),
        ("wed", "day", When(date(2026, 11, 25))),
        ("3", "time", When(None, time(15))),
        ("830", "time", When(None, time(8, 30))),
        ("half past three", "time", When(None, time(15, 30))),
        ("quarter to 4", "time", When(None, time(15, 45))),
        ("a las 4 menos cuarto", "time", When(None, time(15, 45))),
        ("7 in the evening", "time", When(None, time(19))),
        ("12 am", "time", When(None, time(0))),
        ("25:00", "time", When()),
        ("3", None, When()),
        ("text me a reminder", None, When()),
        ("i sat at home and may go", None, When()),
        ("i have 2 kids", None, When()),
    ],
)
def test_a_bare_number_is_what_was_asked_for_and_other_words_are_nothing(
    text: str, asked: str | None, read: When
) -> None:
    assert read_when(text, NOW, asked) == read


@pytest.mark.parametrize(
    "text", ["tuesday the 25th at 3", "lunes 24 a las 3", "wednesday nov 24 at 3"]
)
def test_a_date_that_is_another_day_of_the_week_is_no_day(text: str) -> None:
    assert read_when(text, NOW) == When(None, time(15))


@pytest.mark.parametrize(
    ("text", "lead", "at"),
    [
        ("text me 2 hours before my visit on tuesday at 9", "hours", time(9)),
        ("the day before, my appointment is tuesday at 1030am", "day", time(10, 30)),
        ("remind me 24 hours before, tuesday at 5", "day", time(17)),
        ("recuérdame una hora antes, el martes a las 4", "hours", time(16)),
    ],
)
def test_how_long_before_is_not_taken_for_the_time(text: str, lead: str, at: time) -> None:
    assert read_when(text, NOW) == When(TUESDAY, at, lead)


def test_next_tuesday_said_on_a_monday_is_of_next_week_and_tuesday_tomorrow() -> None:
    monday = datetime(2026, 11, 23, 9)
    assert read_when("tuesday at 3", monday).day == TUESDAY
    assert read_when("next tuesday at 3", monday).day == TUESDAY + timedelta(7)


def test_a_date_without_a_year_that_is_over_is_next_years() -> None:
    assert read_when("may 5 at 2", NOW).day == date(2027, 5, 5)
    assert read_when("25/12", NOW).day == date(2026, 12, 25)


_SOON = st.dates(NOW.date() + timedelta(1), NOW.date() + timedelta(300))
_CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
_ENGLISH = ["%B %d at %I:%M %p", "%m/%d/%Y %I:%M%p", "%A, %b %d %H:%M", "%Y-%m-%d %H:%M"]


@given(_SOON, _CLOCKS, st.sampled_from(_ENGLISH))
def test_every_way_of_writing_a_moment_is_read_back(day: date, at: time, written: str) -> None:
    text = datetime.combine(day, at).strftime(written)
    if written.endswith("%H:%M") and at.hour in range(1, 7):
        text = text.replace(f" {at.hour}:", f" 0{at.hour}:")
    assert read_when(text, NOW) == When(day, at)


@given(st.text(max_size=80), st.sampled_from([None, "day", "time"]))
def test_no_text_breaks_it_and_no_day_it_reads_is_over(text: str, asked: str | None) -> None:
    read = read_when(text, NOW, asked)
    assert read.day is None or read.day >= NOW.date() or "20" in text
