import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.geo import box, miles

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def inside(around, lat, lon):
    in_range = any(west <= lon <= east for west, east in around.longitudes)
    return around.south <= lat <= around.north and in_range


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_the_same_both_ways(lat, lon, other_lat, other_lon):
    there = miles(lat, lon, other_lat, other_lon)

    assert there == pytest.approx(miles(other_lat, other_lon, lat, lon), abs=1e-6)
    assert 0 <= there <= 12_440


def test_distance_between_known_cities():
    assert miles(40.7128, -74.0060, 34.0522, -118.2437) == pytest.approx(2446, abs=2)


@given(latitudes, longitudes, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 500))
def test_nothing_within_the_radius_lies_outside_the_box(lat, lon, north, east, radius):
    other_lat = max(-90.0, min(90.0, lat + north * 8))
    other_lon = (lon + east * 20 + 180) % 360 - 180

    if miles(lat, lon, other_lat, other_lon) <= radius:
        assert inside(box(lat, lon, radius), other_lat, other_lon)


def test_a_box_over_the_date_line_is_split():
    adak = box(51.8549, -176.65, 300)

    assert len(adak.longitudes) == 2
    assert inside(adak, 51.9, 179.5)
    assert not inside(adak, 51.9, 0)


def test_a_box_over_a_pole_takes_in_every_longitude():
    assert box(89.9, 10, 50).longitudes == ((-180.0, 180.0),)
