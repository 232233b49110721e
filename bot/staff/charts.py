"""Small charts as numbers: the templates draw them as SVG, and a table beside each says the same.

All of it is worked out on the server, since staff pages run no script of a library's and allow no
inline style. A drawing is `WIDTH` by `HEIGHT` units, stretched to its place; it holds no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH = 600.0
HEIGHT = 100.0
GAP = 0.2
"""Of a bar's place, what is left free beside it."""
MOST_DAYS = 31
"""A longer period is shown by weeks, and past `MOST_WEEKS` by months."""
MOST_WEEKS = 100
"""In days."""
SLIVER = 1.5
"""Units that the smallest bar which is not nothing is high."""


@dataclass(frozen=True)
class Bin:
    """Days that are counted together, both included."""

    first: date
    last: date


@dataclass(frozen=True)
class Bar:
    """One bin's number, and where its bar stands; ``y`` counts from the top."""

    bin: Bin
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Chart:
    """Bars in the order of time. ``by`` is what one bar is: "day", "week" or "month"."""

    bars: tuple[Bar, ...]
    by: str

    @property
    def total(self) -> int:
        return sum(bar.value for bar in self.bars)

    @property
    def highest(self) -> Bar:
        """The first of the highest."""
        return max(self.bars, key=lambda bar: bar.value)


def chart(by_day: Mapping[date, int], first: date, last: date) -> Chart:
    """A period's numbers as bars; days without a number are 0. ``first`` is not after ``last``."""
    by, bins = _bins(first, last)
    values = [sum(by_day.get(day, 0) for day in _days(one.first, one.last)) for one in bins]
    most = max(1, *values)
    place = WIDTH / len(bins)
    bars = []
    for number, (one, value) in enumerate(zip(bins, values, strict=True)):
        height = round(max(value * HEIGHT / most, SLIVER if value else 0.0), 2)
        x = round((number + GAP / 2) * place, 2)
        width = round(place * (1 - GAP), 2)
        bars.append(Bar(one, value, x, round(HEIGHT - height, 2), width, height))
    return Chart(tuple(bars), by)


def share(part: int, whole: int) -> int:
    """Percent, whole; 0 of nothing."""
    return round(100 * part / whole) if whole else 0


def _bins(first: date, last: date) -> tuple[str, list[Bin]]:
    length = (last - first).days + 1
    if length <= MOST_DAYS:
        return "day", [Bin(day, day) for day in _days(first, last)]
    if length <= MOST_WEEKS:  # whole weeks up to the last day; the first may be shorter
        ends = [last - timedelta(days=7 * n) for n in range((length + 6) // 7)]
        return "week", [Bin(max(first, end - timedelta(days=6)), end) for end in reversed(ends)]
    starts = [day for day in _days(first, last) if day == first or day.day == 1]
    ends = [day - timedelta(days=1) for day in starts[1:]] + [last]
    return "month", [Bin(start, end) for start, end in zip(starts, ends, strict=True)]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
