"""From what a person typed to a place on the map, offline.

ZIPs and cities come from the `zipcodes` package (USPS names, GeoNames coordinates, CC BY 4.0);
how people write them comes from `data/providers/places.yml`. A position is the centre of a ZIP
or of a city, good to a few miles, never an address. Nothing here raises on any text.

The ZIP list is unpacked on first use, which takes about half a second.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
import zipcodes

_SPELLINGS = Path(__file__).resolve().parent.parent / "data" / "providers" / "places.yml"
_ZIP = re.compile(r"(?<!\d)(\d{5})(?:-?\d{4})?(?!\d)")

_LONGEST_TEXT = 200  # characters that are looked at
_LONGEST_NAME = 6  # words in the name of a city

# A city is taken to be the big one of that name when it has this many ZIPs, and this many
# times as many as the next: Austin, TX (81 to 1), but not Springfield or Portland.
_BIG = 10

# Shorter ones of the names the post office advises against ("And" for Anderson) are everyday words
# or codes; those that people use are nicknames in the data.
_LEAST_OTHER_NAME = 5


@dataclass(frozen=True)
class Place:
    """A spot to measure from. `lat` and `lon` in degrees; `zip` only when a ZIP was given."""

    city: str
    state: str
    lat: float
    lon: float
    zip: str | None = None

    @property
    def label(self) -> str:
        """Such as "Austin, TX"."""
        return f"{self.city}, {self.state}"


@dataclass(frozen=True)
class Ambiguous:
    """Several states have a city of this name. Candidates come largest first."""

    city: str
    candidates: tuple[Place, ...]


@dataclass(frozen=True)
class WholeState:
    """A state and no city: enough to look online, too wide to measure from."""

    state: str


@dataclass(frozen=True)
class NoPosition:
    """A real ZIP or city, such as a military post office, that is nowhere on the map."""

    city: str
    state: str
    zip: str | None = None


@dataclass(frozen=True)
class NoSuchPlace:
    """No ZIP, city or state by that name. `zip` is set when five digits were given."""

    zip: str | None = None


Found = Place | Ambiguous | WholeState | NoPosition | NoSuchPlace


def find_place(text: str) -> Found:
    """The place in a short text: "94110", "near 94110", "in austin tx", "St. Paul, Minnesota"."""
    text = text[:_LONGEST_TEXT]
    given_zip = _ZIP.search(_plain(text))
    if given_zip:
        return find_zip(given_zip[1])
    words = _words(text)
    for tried in _trimmed(_words(_nicknamed(words) or "") or words):
        found = _city_and_state(tried) or _state_alone(tried, _capitals(text)) or _city_alone(tried)
        if found:
            return found
    return NoSuchPlace()


def _nicknamed(words: list[str]) -> str | None:
    """What the words, or those left when the words around are taken off, are a nickname of."""
    nicknames = _spellings().nicknames
    return next(
        (nicknames[name] for tried in _trimmed(words) if (name := " ".join(tried)) in nicknames),
        None,
    )


def find_state(text: str) -> str | None:
    """The two letters of the state a text names, by itself or through a ZIP or city."""
    text = text[:_LONGEST_TEXT]
    for tried in _trimmed(_words(text)):
        state = _state_named(tried, _capitals(text))
        if state:
            return state
        if _name(tried) in _cities():
            break
    found = find_place(text)
    return None if isinstance(found, Ambiguous | NoSuchPlace) else found.state


def state_name(code: str) -> str:
    """The name of a state given by its letters ("CT" → "Connecticut"); the letters of a military
    post or anything else stay as they are."""
    return _spellings().names.get(code, code)


@lru_cache(maxsize=10_000)
def state_code(text: str) -> str | None:
    """The two letters for a state's name or letters and nothing else ("CONNECTICUT" → "CT")."""
    return _spellings().states.get(" ".join(_words(text)))


@lru_cache(maxsize=50_000)
def find_zip(code: str) -> Place | NoPosition | NoSuchPlace:
    """The place of a ZIP given as five ASCII digits; anything else is no such place."""
    if not re.fullmatch(r"[0-9]{5}", code):
        return NoSuchPlace()
    return _zips(code[:2]).get(code) or NoSuchPlace(code)


@cache
def _zips(beginning: str) -> dict[str, Place | NoPosition]:
    """Every ZIP that begins so: the package looks through its whole list for one as for many."""
    found: dict[str, Place | NoPosition] = {}
    rows = zipcodes.similar_to(beginning)  # type: ignore[no-untyped-call]
    for row in sorted(rows, key=lambda row: not row["active"]):
        code, city, state, position = row["zip_code"], row["city"], row["state"], _position(row)
        place = Place(city, state, *position, code) if position else NoPosition(city, state, code)
        found.setdefault(code, place)
    return found


@dataclass(frozen=True)
class _Spellings:
    around: frozenset[str]
    short: dict[str, str]
    nicknames: dict[str, str]
    city_first: frozenset[str]
    everyday: frozenset[str]
    everyday_cities: frozenset[str]
    states: dict[str, str]  # every name, and the letters in lower case → letters
    names: dict[str, str]  # letters → the state's name


@cache
def _spellings() -> _Spellings:
    told = yaml.safe_load(_SPELLINGS.read_text(encoding="utf-8"))
    states = {code.casefold(): code for code in told["states"]}
    for code, names in told["states"].items():
        # The first state to claim a name keeps it.
        states |= {name: code for name in names if name not in states}
    return _Spellings(
        around=frozenset(told["around"]),
        short=told["short"],
        nicknames=told["nicknames"],
        city_first=frozenset(told["city_first"]),
        everyday=frozenset(told["everyday"]),
        everyday_cities=frozenset(told["everyday_cities"]),
        states=states,
        names={code: _titled(names[0]) for code, names in told["states"].items()},
    )


def _titled(name: str) -> str:
    return name.title().replace(" Of ", " of ").replace("Us ", "US ")


def _plain(text: str) -> str:
    """Without accents and with full-width digits as plain ones."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _words(text: str) -> list[str]:
    plain = re.sub(r"\b([a-z])\.\s?([a-z])\b\.?", r"\1\2", _plain(text).casefold())  # d.c. → dc
    return re.findall(r"[a-z0-9&]+", plain.replace("i'm", "im").replace("i’m", "im"))


def _capitals(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\b[A-Z]{2}\b", _plain(text)))


def _name(words: list[str]) -> str:
    short = _spellings().short
    return " ".join(short.get(word, word) for word in words)


def _trimmed(words: list[str]) -> Iterator[list[str]]:
    """The words, then with fewer and fewer words around the name, least taken off first."""
    around = _spellings().around
    lead = next((i for i, word in enumerate(words) if word not in around), len(words))
    trail = next((i for i, word in enumerate(reversed(words)) if word not in around), 0)
    for start in range(lead + 1):
        for end in range(trail + 1):
            yield words[start : len(words) - end]


def _city_and_state(words: list[str]) -> Place | NoPosition | None:
    """The city before the state that ends the text ("we live in Austin, Texas")."""
    for size in (4, 3, 2, 1):  # "west virginia" before "virginia"
        state = _spellings().states.get(" ".join(words[-size:])) if len(words) > size else None
        before = words[:-size]
        for start in range(max(0, len(before) - _LONGEST_NAME), len(before)) if state else ():
            city = _cities().get(_name(before[start:]), {}).get(state or "")
            if city:
                return city.place()
    return None


def _state_named(words: list[str], capitals: frozenset[str]) -> str | None:
    """The state these words name; "me" or "ok" only when typed in capitals."""
    name = " ".join(words)
    state = _spellings().states.get(name)
    return None if name in _spellings().everyday and state not in capitals else state


def _state_alone(words: list[str], capitals: frozenset[str]) -> WholeState | None:
    state = _state_named(words, capitals)
    city_meant = " ".join(words) in _spellings().city_first
    return WholeState(state) if state and not city_meant else None


def _city_alone(words: list[str]) -> Place | NoPosition | Ambiguous | None:
    if " ".join(words) in _spellings().everyday_cities:
        return None
    cities = sorted(
        _cities().get(_name(words), {}).values(), key=lambda city: (-city.zips, city.state)
    )
    places = [place for city in cities if isinstance(place := city.place(), Place)]
    if not places:
        return cities[0].place() if cities else None
    runner_up = cities[1].zips if len(cities) > 1 else 0
    if len(places) == 1 or cities[0].zips >= _BIG * max(runner_up, 1):
        return places[0]
    return Ambiguous(places[0].city, tuple(places))


@dataclass
class _City:
    """The ZIPs of one city, gathered row by row."""

    name: str
    state: str
    zips: int = 0
    ordinary: list[tuple[float, float]] = field(default_factory=list)
    other: list[tuple[float, float]] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        self.zips += 1
        position = _position(row)
        if position:
            usual = row["active"] and row["zip_code_type"] == "STANDARD"
            (self.ordinary if usual else self.other).append(position)

    def place(self) -> Place | NoPosition:
        """The middle of its ordinary ZIPs; of its post office boxes when it has no others."""
        spots = self.ordinary or self.other
        if not spots:
            return NoPosition(self.name, self.state)
        lat = sum(lat for lat, _ in spots) / len(spots)
        lon = sum(lon for _, lon in spots) / len(spots)
        return Place(self.name, self.state, lat, lon)


@cache
def _cities() -> dict[str, dict[str, _City]]:
    """Every city by name, then state. A city's own name comes before names it also goes by."""
    cities: dict[str, dict[str, _City]] = {}
    also: dict[str, dict[str, _City]] = {}
    rows = zipcodes.list_all()  # type: ignore[no-untyped-call]
    for row in rows:
        _gather(cities, row["city"], row["city"], row)
        for name in row["acceptable_cities"]:
            _gather(also, name, name, row)
    for row in rows:
        for name in row["unacceptable_cities"]:  # understood, but not shown: "Phila"
            if len(name) >= _LEAST_OTHER_NAME:
                _gather(also, name, row["city"], row)
    for name, by_state in also.items():
        cities[name] = by_state | cities.get(name, {})
    cities.pop("", None)
    return cities


def _gather(into: dict[str, dict[str, _City]], name: str, shown: str, row: dict[str, Any]) -> None:
    by_state = into.setdefault(_indexed(name), {})
    if row["state"] not in by_state:
        by_state[row["state"]] = _City(shown, row["state"])
    by_state[row["state"]].add(row)


@cache
def _indexed(name: str) -> str:
    return _name(_words(name))


def _position(row: dict[str, Any]) -> tuple[float, float] | None:
    """The coordinates of a row of the ZIP list, which writes 0, 0 for "not known"."""
    lat, lon = float(row["lat"]), float(row["long"])
    return None if lat == 0 and lon == 0 else (lat, lon)
