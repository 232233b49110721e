"""Cities and counties by name, with the ZIPs they have, from the `zipcodes` package.

The ZIP list is unpacked on first use, which takes one to three seconds.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import zipcodes
from rapidfuzz import process
from rapidfuzz.distance import OSA

from directory.place import NoPosition, Place
from directory.place_words import name_of, words

# Shorter ones of the names the post office advises against ("And" for Anderson) are everyday words
# or codes; those that people use are nicknames in the data.
_LEAST_OTHER_NAME = 5

# A misspelt name begins as the right one does and is one letter off, a long one two.
_LEAST_LETTERS, _LONG = 5, 9


@dataclass
class City:
    """The ZIPs of one city or county, gathered row by row."""

    name: str
    state: str
    zips: int = 0
    ordinary: list[tuple[float, float]] = field(default_factory=list)
    other: list[tuple[float, float]] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        self.zips += 1
        spot = position(row)
        if spot:
            usual = row["active"] and row["zip_code_type"] == "STANDARD"
            (self.ordinary if usual else self.other).append(spot)

    def place(self) -> Place | NoPosition:
        """The middle of its ordinary ZIPs; of its post office boxes when it has no others."""
        spots = self.ordinary or self.other
        if not spots:
            return NoPosition(self.name, self.state)
        lat = sum(lat for lat, _ in spots) / len(spots)
        lon = sum(lon for _, lon in spots) / len(spots)
        return Place(self.name, self.state, lat, lon)


Cities = dict[str, dict[str, City]]


@cache
def cities() -> Cities:
    """Every city by name, then state. A city's own name comes before names it also goes by, those
    before the names of counties ("orange county")."""
    own: Cities = {}
    also: Cities = {}
    counties: Cities = {}
    rows = zipcodes.list_all()  # type: ignore[no-untyped-call]
    for row in rows:
        _gather(own, row["city"], row["city"], row)
        for name in row["acceptable_cities"]:
            _gather(also, name, name, row)
        if " " in row["county"]:  # "Cook County", "Orleans Parish", "Ponce Municipio"
            _gather(counties, row["county"], row["county"], row)
    for row in rows:
        for name in row["unacceptable_cities"]:  # understood, but not shown: "Phila"
            if len(name) >= _LEAST_OTHER_NAME:
                _gather(also, name, row["city"], row)
    for more in (also, counties):
        for name, by_state in more.items():
            own[name] = by_state | own.get(name, {})
    own.pop("", None)
    return own


def alike(name: str, state: str | None = None) -> list[tuple[int, City]]:
    """The cities whose names are nearly spelt so, with the letters that are off, nearest and then
    largest first; of one state, when it is given."""
    if len(name) < _LEAST_LETTERS:
        return []
    known = cities() if state is None else _of_state(state)
    allowed = 2 if len(name) >= _LONG else 1
    near = process.extract(
        name, known.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None
    )
    found = [
        (int(edits), city)
        for meant, edits, _ in near
        if edits and meant[0] == name[0] and len(meant) >= _LEAST_LETTERS
        for city in known[meant].values()
    ]
    return sorted(found, key=lambda one: (one[0], -one[1].zips, one[1].name, one[1].state))


@cache
def _of_state(state: str) -> Cities:
    return {
        name: by_state for name, all_of in cities().items() if (by_state := _only(all_of, state))
    }


def _only(by_state: dict[str, City], state: str) -> dict[str, City]:
    return {state: by_state[state]} if state in by_state else {}


def _gather(into: Cities, name: str, shown: str, row: dict[str, Any]) -> None:
    by_state = into.setdefault(_indexed(name), {})
    if row["state"] not in by_state:
        by_state[row["state"]] = City(shown, row["state"])
    by_state[row["state"]].add(row)


@cache
def _indexed(name: str) -> str:
    return name_of(words(name))


def position(row: dict[str, Any]) -> tuple[float, float] | None:
    """The coordinates of a row of the ZIP list, which writes 0, 0 for "not known"."""
    lat, lon = float(row["lat"]), float(row["long"])
    return None if lat == 0 and lon == 0 else (lat, lon)
