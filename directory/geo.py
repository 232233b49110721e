"""Distances on the globe, in miles and degrees."""

import math
from dataclasses import dataclass

EARTH_RADIUS = 3958.7613  # miles; the mean radius, 6371.0088 km

_SLACK = 1e-9  # degrees, so that rounding never cuts off what is exactly at the edge


def miles(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance between two points (haversine)."""
    south, north = math.radians(lat), math.radians(other_lat)
    half = math.sin((north - south) / 2) ** 2
    half += math.cos(south) * math.cos(north) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half)))


@dataclass(frozen=True)
class Box:
    """Everything within a radius, and little more. One longitude range, or two at the date line."""

    south: float
    north: float
    longitudes: tuple[tuple[float, float], ...]


def box(lat: float, lon: float, radius: float) -> Box:
    """The box around a point; `radius` in miles.

    The longitudes reach furthest not at the point's own latitude but nearer the pole, so the
    width is asin(sin(r/R) / cos(lat)). Around a pole they take in the whole circle.
    """
    angle = min(radius / EARTH_RADIUS, math.pi)
    reach = math.degrees(angle) + _SLACK
    south, north = max(-90.0, lat - reach), min(90.0, lat + reach)
    if south == -90.0 or north == 90.0:
        return Box(south, north, ((-180.0, 180.0),))
    ratio = math.sin(angle) / math.cos(math.radians(lat))
    width = math.degrees(math.asin(min(1.0, ratio))) + _SLACK
    west, east = lon - width, lon + width
    if west < -180:
        return Box(south, north, ((west + 360, 180.0), (-180.0, east)))
    if east > 180:
        return Box(south, north, ((west, 180.0), (-180.0, east - 360)))
    return Box(south, north, ((west, east),))
