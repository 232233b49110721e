"""From what a person typed to a place on the map, offline.

ZIPs, cities and counties come from the `zipcodes` package (USPS names, GeoNames coordinates,
CC BY 4.0); how people write them comes from `data/providers/places.yml`. A position is the centre
of a ZIP, city or county, good to a few miles, never an address. Nothing here raises on any text.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import zipcodes

from directory.cities import City, alike, cities, position
from directory.place import (
    Ambiguous,
    DidYouMean,
    Found,
    NoPosition,
    NoSuchPlace,
    Place,
    WholeState,
)
from directory.place_words import (
    capitals,
    name_of,
    nicknamed,
    spellings,
    state_misspelt,
    state_named,
    trimmed,
    words,
    zip_in,
)

__all__ = [
    "Ambiguous", "DidYouMean", "Found", "NoPosition", "NoSuchPlace", "Place", "WholeState",
    "find_exactly", "find_place", "find_state", "find_zip", "state_code", "state_name",
]  # fmt: skip

_LONGEST_TEXT = 200  # characters that are looked at
_LONGEST_NAME = 6  # words in the name of a city
_LONGEST_STATE = 4  # words in the name of a state
_MOST = 5  # candidates when a name is misspelt

# A city is taken to be the big one of that name when it has this many ZIPs, and this many
# times as many as the next: Austin, TX (81 to 1), but not Springfield or Portland.
_BIG = 10

# Without its state a misspelt name is taken for that of a larger city only: nearly every word is a
# letter or two from some hamlet.
_LARGER, _LEAST_ALONE = 5, 6  # ZIPs, letters


def find_place(text: str) -> Found:
    """The place in a short text: "94110", "near 94110", "in austin tx", "St. Paul, Minnesota".
    Where nothing is spelt so, what may have been meant."""
    found = find_exactly(text)
    if found != NoSuchPlace():
        return found
    text = text[:_LONGEST_TEXT]
    said, shouted = words(text), capitals(text)
    nearly = (meant for tried in trimmed(said) if (meant := _nearly(tried, shouted)))
    return next(nearly, found)


def find_exactly(text: str) -> Found:
    """The place in a short text, if it is spelt right."""
    text = text[:_LONGEST_TEXT]
    if given := zip_in(text):
        return find_zip(given)
    said, shouted = words(text), capitals(text)
    for tried in trimmed(words(nicknamed(said) or "") or said):
        found = _city_and_state(tried) or _state_alone(tried, shouted) or _city_alone(tried)
        if found:
            return found
    return NoSuchPlace()


def find_state(text: str) -> str | None:
    """The two letters of the state a text names, by itself or through a ZIP or city."""
    text = text[:_LONGEST_TEXT]
    for tried in trimmed(words(text)):
        state = state_named(tried, capitals(text))
        if state:
            return state
        if name_of(tried) in cities():
            break
    found = find_place(text)
    return None if isinstance(found, Ambiguous | DidYouMean | NoSuchPlace) else found.state


def state_name(code: str) -> str:
    """The name of a state given by its letters ("CT" → "Connecticut"); the letters of a military
    post or anything else stay as they are."""
    return spellings().names.get(code, code)


@lru_cache(maxsize=10_000)
def state_code(text: str) -> str | None:
    """The two letters for a state's name or letters and nothing else ("CONNECTICUT" → "CT")."""
    return spellings().states.get(" ".join(words(text)))


@lru_cache(maxsize=50_000)
def find_zip(code: str) -> Place | NoPosition | NoSuchPlace:
    """The place of a ZIP given as five ASCII digits; anything else is no such place. One that has
    no position of its own is in the middle of its city."""
    if not re.fullmatch(r"[0-9]{5}", code):
        return NoSuchPlace()
    return _zips(code[0]).get(code) or NoSuchPlace(code)


@cache
def _zips(beginning: str) -> dict[str, Place | NoPosition]:
    """Every ZIP that begins so: the package looks through its whole list for one as for many."""
    found: dict[str, Place | NoPosition] = {}
    rows = zipcodes.similar_to(beginning)  # type: ignore[no-untyped-call]
    # The ZIPs of a city begin alike. `cities` would unpack the whole country, which an import
    # has no memory to spare for.
    towns: dict[tuple[str, str], City] = {}
    for row in rows:
        at = row["city"], row["state"]
        towns.setdefault(at, City(*at)).add(row)
    for row in sorted(rows, key=lambda row: not row["active"]):
        town = towns[row["city"], row["state"]]
        found.setdefault(row["zip_code"], _zip_place(row, town))
    return found


def _zip_place(row: dict[str, Any], town: City) -> Place | NoPosition:
    spot = position(row)
    if spot is None:
        middle = town.place()
        if row["zip_code_type"] == "MILITARY" or not isinstance(middle, Place):
            return NoPosition(row["city"], row["state"], row["zip_code"])
        spot = middle.lat, middle.lon
    return Place(row["city"], row["state"], *spot, row["zip_code"])


def _city_and_state(words: list[str]) -> Place | NoPosition | None:
    """The city before the state that ends the text ("we live in Austin, Texas")."""
    for size in range(_LONGEST_STATE, 0, -1):  # "west virginia" before "virginia"
        state = spellings().states.get(" ".join(words[-size:])) if len(words) > size else None
        before = words[:-size]
        for start in range(max(0, len(before) - _LONGEST_NAME), len(before)) if state else ():
            city = cities().get(name_of(before[start:]), {}).get(state or "")
            if city:
                return city.place()
    return None


def _state_alone(words: list[str], capitals: frozenset[str]) -> WholeState | None:
    state = state_named(words, capitals)
    city_meant = " ".join(words) in spellings().city_first
    return WholeState(state) if state and not city_meant else None


def _city_alone(words: list[str]) -> Place | NoPosition | Ambiguous | None:
    if " ".join(words) in spellings().everyday_cities:
        return None
    name = name_of(words)
    known = sorted(cities().get(name, {}).values(), key=lambda city: (-city.zips, city.state))
    places = [place for city in known if isinstance(place := city.place(), Place)]
    if not places:
        return known[0].place() if known else None
    runner_up = known[1].zips if len(known) > 1 else 0
    if known[0].zips >= _BIG * max(runner_up, 1):
        return places[0]
    # "Pittsburg" is a town in California and Kansas; more often Pittsburgh is meant.
    larger = [city for _, city in _larger(name) if city.zips >= _BIG * known[0].zips]
    places = _placed([*larger, *known])
    return places[0] if len(places) == 1 else Ambiguous(known[0].name, tuple(places))


def _nearly(words: list[str], capitals: frozenset[str]) -> WholeState | DidYouMean | None:
    """What the words may have been meant to spell."""
    for size in range(min(_LONGEST_STATE, len(words)), 0, -1):
        last, before = words[-size:], words[:-size]
        state = (
            state_named(last, capitals) if not before else spellings().states.get(" ".join(last))
        )
        corrected = None if state else state_misspelt(last)
        if before and (state or corrected):
            return _nearly_in(name_of(before), state or corrected or "")
        if corrected and state_name(corrected).casefold() in spellings().city_first:
            return _nearly_in(state_name(corrected).casefold(), corrected)
        if corrected:
            return WholeState(corrected)
    name = name_of(words)
    if name in spellings().everyday_cities:
        return None
    return _suggested(_larger(name))


def _nearly_in(name: str, state: str) -> DidYouMean | None:
    """A city of that state that is nearly spelt so, else the same name in other states."""
    named = cities().get(name, {})
    elsewhere = [(0, city) for city in sorted(named.values(), key=lambda city: -city.zips)]
    here = [(0, named[state])] if state in named else alike(name, state)
    return _suggested(here or elsewhere)


def _larger(name: str) -> list[tuple[int, City]]:
    if len(name) < _LEAST_ALONE:
        return []
    return [(edits, city) for edits, city in alike(name) if city.zips >= _LARGER]


def _suggested(near: list[tuple[int, City]]) -> DidYouMean | None:
    """The nearest of these."""
    places = _placed(city for edits, city in near if edits == near[0][0])
    return DidYouMean(tuple(places[:_MOST])) if places else None


def _placed(known: Iterable[City]) -> list[Place]:
    places = (place for city in known if isinstance(place := city.place(), Place))
    return list({place.label: place for place in places}.values())
