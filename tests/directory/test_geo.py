import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.geo import cell, cells, miles, nearness, vector

latitudes = st.floats(-90, 90)
longitudes = st.floats(-180, 180)


def inside(ranges, lat, lon):
    return any(low <= cell(lat, lon) <= high for low, high in ranges)


@given(latitudes, longitudes, latitudes, longitudes)
def test_distance_is_the_same_both_ways(lat, lon, other_lat, other_lon):
    there = miles(lat, lon, other_lat, other_lon)

    assert there == pytest.approx(miles(other_lat, other_lon, lat, lon), abs=1e-6)
    assert 0 <= there <= 12_440


def test_distance_between_known_cities():
    assert miles(40.7128, -74.0060, 34.0522, -118.2437) == pytest.approx(2446, abs=2)


@given(latitudes, longitudes, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 500))
def test_nothing_within_the_radius_lies_outside_its_squares(lat, lon, north, east, radius):
    other_lat = max(-90.0, min(90.0, lat + north * 8))
    other_lon = (lon + east * 20 + 180) % 360 - 180

    if miles(lat, lon, other_lat, other_lon) <= radius:
        assert inside(cells(lat, lon, radius), other_lat, other_lon)


@given(latitudes, longitudes, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 500))
def test_the_product_of_vectors_orders_as_distance_does(lat, lon, north, east, radius):
    other_lat = max(-90.0, min(90.0, lat + north * 8))
    other_lon = (lon + east * 20 + 180) % 360 - 180
    product = sum(
        a * b for a, b in zip(vector(lat, lon), vector(other_lat, other_lon), strict=True)
    )
    distance = miles(lat, lon, other_lat, other_lon)

    if distance <= radius:
        assert product >= nearness(radius)
    elif distance > radius + 0.01:
        assert product < nearness(radius)


def test_squares_over_the_date_line_are_on_both_sides():
    adak = cells(51.8549, -176.65, 300)

    assert inside(adak, 51.9, 179.5)
    assert not inside(adak, 51.9, 0)


def test_squares_around_a_pole_take_in_every_longitude():
    assert inside(cells(89.9, 10, 50), 89.95, -170)


def test_a_city_is_few_squares():
    squares = sum(high - low + 1 for low, high in cells(40.75, -73.99, 25))

    assert squares < 110  # the circle alone is 54, at 7 by 5.2 miles each
