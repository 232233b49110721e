"""Distances on the globe, in miles and degrees, and the squares that the map is cut into."""

import math
from functools import lru_cache

EARTH_RADIUS = 3958.7613  # miles; the mean radius, 6371.0088 km

_SQUARES = 10  # to a degree: about 7 miles from north to south
_ROW = 360 * _SQUARES
_SLACK = 1e-9  # degrees, so that rounding never cuts off what is exactly at the edge

Vector = tuple[float, float, float]


def miles(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance between two points (haversine)."""
    south, north = math.radians(lat), math.radians(other_lat)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half)))


def vector(lat: float, lon: float) -> Vector:
    """The point on a globe of radius 1. The product of two is the cosine of the angle between, so
    a database can compare distances without trigonometry."""
    north, east = math.radians(lat), math.radians(lon)
    x = math.cos(north) * math.cos(east)
    y = math.cos(north) * math.sin(east)
    # Next to nothing is nothing: PostgreSQL refuses products that are too small.
    return round(x, 15), round(y, 15), round(math.sin(north), 15)


def nearness(radius: float) -> float:
    """The least product of two vectors that are within a radius (miles)."""
    return math.cos(min((radius / EARTH_RADIUS) + 1e-9, math.pi))


def cell(lat: float, lon: float) -> int:
    """The number of the square that a point lies in. Squares of one row follow one another."""
    return _row(lat) * _ROW + _column(lon)


@lru_cache(maxsize=4096)
def cells(lat: float, lon: float, radius: float) -> tuple[tuple[int, int], ...]:
    """The squares within a radius (miles) of a point, as ranges of numbers: of each row the part
    that the circle reaches, in two where it crosses the date line."""
    angle = min(radius / EARTH_RADIUS, math.pi)
    reach = math.degrees(angle) + _SLACK
    found = []
    for row in range(_row(max(-90.0, lat - reach)), _row(min(90.0, lat + reach)) + 1):
        width = _width(math.radians(lat), angle, row) + _SLACK
        if width >= 180:
            spans = [(-180.0, 180.0)]
        elif lon - width < -180:
            spans = [(lon - width + 360, 180.0), (-180.0, lon + width)]
        elif lon + width > 180:
            spans = [(lon - width, 180.0), (-180.0, lon + width - 360)]
        else:
            spans = [(lon - width, lon + width)]
        found += [(row * _ROW + _column(west), row * _ROW + _column(east)) for west, east in spans]
    return tuple(found)


def _row(lat: float) -> int:
    return min(int((lat + 90) * _SQUARES), 180 * _SQUARES - 1)


def _column(lon: float) -> int:
    return min(int((lon + 180) * _SQUARES), _ROW - 1)


def _width(north: float, angle: float, row: int) -> float:
    """Degrees of longitude, to either side, that a circle reaches within a row of squares.

    The circle is widest not at its centre's latitude but nearer the pole, where
    sin(lat) = sin(centre) / cos(angle); elsewhere the cosine rule says how wide.
    """
    south_edge, north_edge = row / _SQUARES - 90, (row + 1) / _SQUARES - 90
    ratio = math.sin(north) / math.cos(angle) if math.cos(angle) > 0 else 2.0
    if abs(ratio) > 1 or angle >= math.pi / 2:
        return 180.0  # a pole is inside
    widest = min(max(math.degrees(math.asin(ratio)), south_edge), north_edge)
    lowest, highest = math.degrees(north - angle), math.degrees(north + angle)
    at = math.radians(min(max(widest, lowest), highest))
    across = math.cos(north) * math.cos(at)
    if across <= 0:
        return 180.0
    cosine = (math.cos(angle) - math.sin(north) * math.sin(at)) / across
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
