"""No text at night: in any zone, on any day, through every change of the clock."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sms.numbers import timezones
from bot.sms.quiet_hours import (
    LOOK_AHEAD,
    awake_before,
    awake_from,
    is_quiet,
    local,
    plan_visit,
    zones_of,
)

ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "America/St_Johns",  # three and a half hours behind
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # its clocks move by half an hour
    "Pacific/Guam",
]
AT_HOME = ["America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu"]
INSTANTS = st.integers(1_767_225_600, 1_893_456_000).map(float)  # 2026 to 2029


def hour(at: float, zone: str) -> int:
    return datetime.fromtimestamp(at, ZoneInfo(zone)).hour


@given(INSTANTS, st.lists(st.sampled_from(AT_HOME), min_size=1, max_size=4))
def test_what_is_put_off_comes_by_day_in_every_zone(now: float, zones: list[str]) -> None:
    found = awake_from(now, zones)
    assert all(8 <= hour(found, zone) < 21 for zone in zones)
    assert now <= found < now + LOOK_AHEAD


@given(INSTANTS, st.lists(st.sampled_from(AT_HOME), min_size=1, max_size=3))
def test_nothing_is_put_off_for_longer_than_needed(now: float, zones: list[str]) -> None:
    found = awake_from(now, zones)
    before = range(int(now), int(found), 600)
    assert all(is_quiet(at, zones) for at in before)


@given(INSTANTS, st.sampled_from(ZONES))
def test_of_one_zone_it_is_that_morning_at_eight(now: float, zone: str) -> None:
    found = awake_from(now, [zone])
    assert not is_quiet(found, [zone])
    if found != now:
        assert (hour(found, zone), int(found) % 60) == (8, 0)
        assert found - now <= 12 * 3600


@given(INSTANTS, st.lists(st.sampled_from(ZONES), min_size=1, max_size=4))
def test_where_it_is_always_night_somewhere_the_clinics_own_night_counts(
    now: float, zones: list[str]
) -> None:
    found = awake_from(now, zones)
    assert not is_quiet(found, zones[:1])


@given(INSTANTS, st.lists(st.sampled_from(AT_HOME), min_size=1, max_size=3))
def test_what_is_brought_forward_comes_by_day_too(now: float, zones: list[str]) -> None:
    found = awake_before(now, zones)
    assert found <= now
    assert not is_quiet(found, zones)


@settings(max_examples=300)
@given(
    INSTANTS,
    st.integers(1, 40 * 24 * 60),
    st.sampled_from(["day", "hours"]),
    st.sampled_from(AT_HOME),
    st.sampled_from([*AT_HOME, None]),
)
def test_a_visit_is_reminded_of_before_it_by_day_or_not_at_all(
    now: float, minutes: int, lead: str, home: str, other: str | None
) -> None:
    zones = zones_of(home, [other] if other else [])
    starts = local(now, home) + timedelta(minutes=minutes)
    try:
        planned = plan_visit(starts, home, lead, zones, now)
    except ValueError:
        assert minutes < 24 * 60
        return
    assert now < planned <= starts.replace(tzinfo=ZoneInfo(home)).timestamp() + 3600 - 1800
    assert not is_quiet(planned, zones)


def test_the_day_before_is_at_the_same_time_of_day_when_the_clocks_change() -> None:
    starts = datetime(2026, 11, 1, 15)  # clocks were put back that morning
    planned = plan_visit(starts, "America/Chicago", "day", ["America/Chicago"], 1_793_000_000.0)
    assert local(planned, "America/Chicago") == datetime(2026, 10, 31, 15)


def test_an_early_visit_is_reminded_of_the_evening_before() -> None:
    chicago = "America/Chicago"
    now = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo(chicago)).timestamp()
    planned = plan_visit(datetime(2026, 11, 24, 8), chicago, "hours", [chicago], now)
    assert local(planned, chicago) == datetime(2026, 11, 23, 20, 55)


def test_the_numbers_own_zone_counts_beside_the_clinics() -> None:
    zones = zones_of("America/New_York", timezones("+18085550100"))
    assert zones == ("America/New_York", "Pacific/Honolulu")
    eight = datetime(2026, 11, 23, 8, tzinfo=ZoneInfo("America/New_York")).timestamp()
    assert local(awake_from(eight, zones), "Pacific/Honolulu") == datetime(2026, 11, 23, 8)


@pytest.mark.parametrize("number", ["+18005550100", "+15005550006"])
def test_a_number_without_a_place_leaves_the_clinics_night(number: str) -> None:
    assert zones_of("America/Denver", timezones(number)) == ("America/Denver",)
