"""Opening hours, against an oracle that only looks at the clock, minute by minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handoff.hours import ALWAYS, DAYS, Hours, HoursError, hours_from, save_hours
from bot.store.database import open_engine
from bot.store.migrate import upgrade
from bot.store.tables import clinic_settings

CHICAGO = "America/Chicago"
OFFICE = {"timezone": CHICAGO, "weekly": {day: ["09:00-17:00"] for day in DAYS[:5]}}


def at(text: str, zone: str = CHICAGO, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


# --- days that anybody would look up --------------------------------------------------------------


def test_an_office_is_open_from_its_first_minute_to_before_its_last() -> None:
    office = hours_from(OFFICE)
    times = {"08:59": False, "09:00": True, "16:59": True, "17:00": False}
    assert {time: office.is_open(at(f"2026-11-20T{time}")) for time in times} == times


def test_after_friday_it_opens_on_monday_and_says_when_it_closes() -> None:
    office = hours_from(OFFICE)
    assert office.opens_at(at("2026-11-20T18:00")) == at("2026-11-23T09:00")
    assert office.closes_at(at("2026-11-20T12:00")) == at("2026-11-20T17:00")
    assert office.closes_at(at("2026-11-20T18:00")) is None


def test_while_open_the_next_opening_is_the_one_after_this() -> None:
    assert hours_from(OFFICE).opens_at(at("2026-11-20T12:00")) == at("2026-11-23T09:00")


def test_a_holiday_is_closed_and_a_short_day_has_its_own_times() -> None:
    hours = hours_from(
        {**OFFICE, "closed": ["2026-12-25"], "short": {"2026-12-24": ["09:00-12:00"]}}
    )
    assert not hours.is_open(at("2026-12-25T10:00"))
    assert hours.closes_at(at("2026-12-24T10:00")) == at("2026-12-24T12:00")
    assert hours.opens_at(at("2026-12-24T13:00")) == at("2026-12-28T09:00")


def test_a_night_line_runs_past_midnight_but_not_into_a_holiday() -> None:
    night = hours_from(
        {"timezone": CHICAGO, "weekly": {"thursday": ["22:00-06:00"]}, "closed": ["2026-12-25"]}
    )
    assert night.closes_at(at("2026-12-17T23:00")) == at("2026-12-18T06:00")
    assert night.is_open(at("2026-12-18T05:59"))
    assert night.closes_at(at("2026-12-24T23:00")) == at("2026-12-25T00:00")


def test_open_all_day_every_day_never_closes_and_never_opens() -> None:
    always = Hours(CHICAGO, ALWAYS)
    now = at("2026-03-08T01:59")
    assert (always.is_open(now), always.closes_at(now), always.opens_at(now)) == (True, None, None)


def test_never_open_says_so() -> None:
    never = hours_from({"timezone": CHICAGO, "weekly": {"monday": []}})
    now = at("2026-11-20T12:00")
    assert hours_from(never.document()).weekly == {}
    assert (never.is_open(now), never.opens_at(now), never.closes_at(now)) == (False, None, None)


def test_a_time_that_the_clock_skips_begins_at_the_change() -> None:
    early = hours_from({"timezone": CHICAGO, "weekly": {"sunday": ["02:30-05:00"]}})
    change = at("2026-03-08T03:00")
    assert early.opens_at(at("2026-03-08T00:00")) == change
    assert not early.is_open(change - 1)


def test_an_hour_that_comes_twice_is_open_from_its_first_to_its_second() -> None:
    late = hours_from({"timezone": CHICAGO, "weekly": {"sunday": ["01:00-01:30"]}})
    first, second = at("2026-11-01T01:00"), at("2026-11-01T01:30", fold=1)
    assert late.opens_at(first - 1) == first
    assert late.closes_at(first) == second
    assert second - first == 90 * 60


def test_a_day_that_a_country_skipped_has_no_hours() -> None:
    samoa = hours_from({"timezone": "Pacific/Apia", "weekly": {"friday": ["09:00-17:00"]}})
    assert samoa.opens_at(at("2011-12-29T12:00", "Pacific/Apia")) == at(
        "2012-01-06T09:00", "Pacific/Apia"
    )


def test_closing_at_midnight_is_not_late_where_midnight_comes_twice() -> None:
    havana = hours_from({"timezone": "America/Havana", "weekly": {"saturday": ["20:00-24:00"]}})
    now = at("2026-10-31T21:00", "America/Havana")
    assert havana.closes_at(now) == at("2026-11-01T00:00", "America/Havana", fold=0)


# --- any week, around any change of the clock -----------------------------------------------------

CHANGES = [
    ("America/Chicago", date(2026, 3, 8)),
    ("America/Chicago", date(2026, 11, 1)),
    ("America/Havana", date(2026, 3, 8)),  # at midnight
    ("America/Havana", date(2026, 11, 1)),
    ("America/St_Johns", date(2010, 11, 7)),  # one minute after midnight, back into yesterday
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # by half an hour
    ("Pacific/Apia", date(2011, 12, 30)),  # skipped the day
    ("America/Phoenix", date(2026, 3, 8)),  # never changes
]


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def _spans(draw: st.DrawFn) -> list[str]:
    """Times of one day that don't overlap; the last may run past midnight."""
    # Many times near the change, so that it falls on and into them.
    minutes = st.one_of(st.integers(0, 239), st.integers(0, 1439))
    marks = sorted(draw(st.sets(minutes, max_size=4)))
    pairs = list(zip(marks[::2], marks[1::2], strict=False))
    spans = [f"{_time(start)}-{_time(end)}" for start, end in pairs]
    if len(marks) % 2 and marks[-1] > 0:
        spans.append(f"{_time(marks[-1])}-{_time(draw(st.integers(0, marks[-1] - 1)))}")
    return spans


@st.composite
def _hours(draw: st.DrawFn) -> tuple[Hours, date]:
    zone, day = draw(st.sampled_from(CHANGES))
    near = [(day + timedelta(days=n)).isoformat() for n in (-1, 0, 1, 2)]
    document = {
        "timezone": zone,
        "weekly": {name: draw(_spans()) for name in DAYS},
        "closed": draw(st.lists(st.sampled_from(near), max_size=1)),
        "short": draw(st.dictionaries(st.sampled_from(near), _spans(), max_size=1)),
    }
    return hours_from(document), day


def _oracle(hours: Hours, day: date) -> tuple[int, list[bool]]:
    """From when, and then for each minute whether it is open; by looking at the clock only."""
    zone = ZoneInfo(hours.timezone)
    noon = datetime.combine(day, datetime.min.time()) + timedelta(hours=12)
    start = int(noon.replace(tzinfo=zone).timestamp()) // 60 * 60 - 4 * 86400
    shown = [
        datetime.fromtimestamp(start + 60 * n, zone).replace(tzinfo=None) for n in range(8 * 1440)
    ]
    own = hours.closed | set(hours.short)
    is_open = [False] * len(shown)
    for n in range(-5, 6):
        begins_on = day + timedelta(days=n)
        if begins_on in hours.closed:
            continue
        for begins, ends in hours.short.get(begins_on, hours.weekly[DAYS[begins_on.weekday()]]):
            first = datetime.fromisoformat(f"{begins_on}T{begins}")
            last = datetime.fromisoformat(f"{begins_on}T{ends}")
            last += timedelta(days=last <= first)
            inside = [i for i, clock in enumerate(shown) if first <= clock < last]
            if not inside:
                continue
            tomorrow = begins_on + timedelta(days=1)
            for i in range(inside[0], inside[-1] + 1):  # a repeated hour is not left half-way
                if tomorrow in own and any(c.date() >= tomorrow for c in shown[inside[0] : i + 1]):
                    break
                is_open[i] = True
    return start, is_open


@given(_hours())
@settings(max_examples=60, deadline=None)
def test_open_closing_and_opening_are_what_a_look_at_the_clock_each_minute_says(
    case: tuple[Hours, date],
) -> None:
    hours, day = case
    start, is_open = _oracle(hours, day)
    inner = range(2 * 1440, 5 * 1440)  # the oracle knows only its own days
    turns = [i for i in inner if is_open[i] != is_open[i - 1]]
    for i in sorted({*turns, *(t - 1 for t in turns), *range(inner[0], inner[-1], 97)}):
        now = start + 60 * i
        assert hours.is_open(now) == is_open[i], datetime.fromtimestamp(
            now, ZoneInfo(hours.timezone)
        )
        later = range(i + 1, len(is_open) - 1440)
        opens = next((n for n in later if is_open[n] and not is_open[n - 1]), None)
        if opens is not None:
            assert hours.opens_at(now) == start + 60 * opens
        closes = next((n for n in later if not is_open[n]), None)
        if is_open[i] and closes is not None:
            assert hours.closes_at(now) == start + 60 * closes


# --- reading and keeping --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"timezone": "Texas"}, "timezone: 'Texas' is not a time zone"),
        ({"timezone": None}, "timezone: None is not a time zone"),
        ({"weekly": None}, "weekly: give days and times"),
        ({"weekly": {"funday": []}}, "funday: not a day"),
        ({"weekly": {"monday": "09:00-17:00"}}, "monday: give a list"),
        ({"weekly": {"monday": ["9-5"]}}, "'9-5' is not a time"),
        ({"weekly": {"monday": [540]}}, "540 is not a time"),
        ({"weekly": {"monday": ["09:00-25:00"]}}, "'09:00-25:00' is not a time"),
        ({"weekly": {"monday": ["09:00-09:00"]}}, "has no length"),
        ({"weekly": {"monday": ["09:00-12:00", "11:00-13:00"]}}, "two times overlap at 11:00"),
        ({"weekly": {"monday": ["22:00-06:00", "23:00-23:30"]}}, "two times overlap at 23:00"),
        ({"closed": ["Christmas"]}, "closed: 'Christmas' is not a day"),
        ({"short": ["2026-12-24"]}, "short: give each day its times"),
        ({"holidays": []}, "holidays: not one of timezone, weekly, closed, short"),
    ],
)
def test_hours_that_cannot_be_used_are_told_in_one_line(
    change: dict[str, object], told: str
) -> None:
    with pytest.raises(HoursError) as caught:
        hours_from({**OFFICE, **change})
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_is_written_reads_back_the_same() -> None:
    hours = hours_from(
        {
            "timezone": "America/Denver",
            "weekly": "always",
            "closed": [date(2026, 12, 25)],
            "short": {"2026-12-24": ["09:00 – 12:00", "22:00-24:00"]},
        }
    )
    assert hours_from(hours.document()) == hours


def test_the_last_hours_that_an_admin_saved_are_kept(tmp_path: Path) -> None:
    upgrade(url := f"sqlite:///{tmp_path / 'edge.db'}")
    engine = open_engine(url)
    save_hours(engine, "demo", OFFICE, by="a", now=1)
    save_hours(engine, "demo", {**OFFICE, "weekly": "always"}, by="b", now=2)
    with pytest.raises(HoursError):
        save_hours(engine, "demo", {"timezone": "Texas"}, by="c", now=3)
    with engine.connect() as connection:
        (row,) = connection.execute(sa.select(clinic_settings)).all()
    assert (row.clinic, row.name, row.changed_by, row.changed_at) == ("demo", "hours", "b", 2)
