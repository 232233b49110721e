"""How a figure grows with the size of the directory, as a plot: one SVG, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

LEFT, RIGHT, TOP, BOTTOM = 70, 470, 40, 320
COLOURS = ("#2f6db5", "#b3261e", "#2c7a4b", "#a86400", "#8a939c", "#6b4fa0")
_LEAST_APART = 14


def growth(title: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """The plot of milliseconds by size; each line has a value for each size."""
    values = [value for line in lines.values() for value in line]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(sizes[0]), math.log10(sizes[-1])

    def across(size: float) -> float:
        share = (math.log10(size) - first) / ((last - first) or 1)
        return round(LEFT + share * (RIGHT - LEFT), 1)

    def up(value: float) -> float:
        share = (math.log10(value) - low) / ((high - low) or 1)
        return round(BOTTOM - share * (BOTTOM - TOP), 1)

    drawn = [
        {
            "name": name,
            "colour": COLOURS[at % len(COLOURS)],
            "points": [
                (across(size), up(value), f"{size:,} providers, {value:.2f} ms")
                for size, value in zip(sizes, line, strict=True)
            ],
        }
        for at, (name, line) in enumerate(lines.items())
    ]
    return _template().render(
        title=title,
        about=f"Made on {date.today().isoformat()}. The figures are in the table beside.",
        lines=_apart(drawn),
        across=[{"at": across(size), "text": f"{size:,}"} for size in sizes],
        up=[{"at": up(10**n), "text": f"{10.0**n:g} ms"} for n in range(low, high + 1)],
        left=LEFT,
        right=RIGHT,
        bottom=BOTTOM,
    )


def _apart(drawn: list[dict]) -> list[dict]:  # type: ignore[type-arg]
    """Lines whose ends are close get their names a little below one another."""
    lowest = -math.inf
    for line in sorted(drawn, key=lambda one: one["points"][-1][1]):
        end = line["points"][-1][1]
        line["shift"] = max(0.0, lowest + _LEAST_APART - end)
        lowest = end + line["shift"]
    return drawn


def _template():  # type: ignore[no-untyped-def]
    folder = FileSystemLoader(Path(__file__).parent)
    return Environment(
        loader=folder, autoescape=True, trim_blocks=True, lstrip_blocks=True
    ).get_template("growth.svg.j2")
