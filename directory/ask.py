"""A search as somebody outside the chat writes it: names and values as text, made into a `Query`.

The API and the command share it, so that both understand the same words. Nothing here raises
anything but `BadAsk`, on any text.
"""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from directory import names, tidy
from directory.paging import page_after
from directory.places import Ambiguous, NoPosition, Place, WholeState, find_place, state_code
from directory.query import UNASKED, Query

LARGEST_RADIUS = 100.0  # miles
MOST = 20  # providers on a page
USUAL = 10
LONGEST = 200  # characters of one value
MOST_VALUES = 20  # of one parameter

# Parameters that may be given several times, or once with commas: the kind of term that each
# names, and the field of the query.
TERMS = {
    "role": "roles",
    "payer": "payers",
    "language": "languages",
    "age_group": "age_groups",
    "identity": "identities",
    "time": "times",
    "access": "access",
}
_ZIP = re.compile(r"([0-9]{5})(?:-?[0-9]{4})?")
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:\.[0-9]{0,15})?")
_WHERE = "give zip, near, lat with lon, or state; or the name of a provider"
_LISTED = 40  # known values that an error lists


class BadAsk(Exception):
    """What can't be searched for: the parameter, and what is wrong with it in one clause.

    `candidates` are values that would do, such as the cities of an ambiguous name.
    """

    def __init__(self, field: str, reason: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason
        self.candidates = tuple(candidates)


class UnknownParameter(BadAsk):
    """A parameter that we don't have."""


@dataclass(frozen=True)
class _Where:
    place: Place | None = None
    state: str | None = None


def ask(params: Mapping[str, Sequence[str]]) -> Query:
    """The query that the parameters ask for. Empty values ask for nothing. Raises `BadAsk`."""
    given = {name: _values(name, values) for name, values in params.items()}
    one = {name: _single(name, given.get(name, [])) for name in _SINGLE}
    fields: dict[str, Any] = {
        field: _terms(kind, given.get(kind, [])) for kind, field in TERMS.items()
    }
    for name, read in _SINGLE.items():
        if read and (text := one[name]) is not None:
            fields[_FIELD.get(name, name)] = read(name, text)
    where = _where(one)
    if where == _Where() and "name" not in fields:
        raise BadAsk("near", _WHERE)
    query = Query(place=where.place, state=where.state, **{"limit": USUAL} | fields)
    if query.format == "online" and query.place and not query.by_state:
        raise BadAsk("state", "online care goes by the state where the person is; name it")
    if one["after"] is None:
        return query
    try:
        return page_after(query, one["after"])
    except ValueError as fault:
        raise BadAsk("after", str(fault)) from None


# --- values -------------------------------------------------------------------------------------


def _values(name: str, values: Sequence[str]) -> list[str]:
    if name not in PARAMETERS:
        raise _unknown(name)
    if len(values) > MOST_VALUES:
        raise BadAsk(name, f"at most {MOST_VALUES} values")
    if any(len(value) > LONGEST for value in values):
        raise BadAsk(name, f"too long; at most {LONGEST} characters")
    return [clean for value in values if (clean := tidy.words(value))]


def _unknown(name: str) -> UnknownParameter:
    shown = tidy.words(name)[:40] or "(no name)"
    near = difflib.get_close_matches(shown, PARAMETERS, n=1)
    mend = f"did you mean {near[0]}?" if near else f"there are: {', '.join(PARAMETERS)}"
    return UnknownParameter(shown, f"no such parameter; {mend}")


def _single(name: str, values: Sequence[str]) -> str | None:
    if len(values) > 1:
        raise BadAsk(name, "give it once")
    return values[0] if values else None


def _terms(kind: str, values: Sequence[str]) -> tuple[str, ...]:
    """The ids that the values name; each value, or part of it between commas, must name one."""
    found: list[str] = []
    for part in (part for value in values for part in value.split(",") if part.strip()):
        named = names.named(kind, part)
        if not named:
            raise _no_term(kind)
        found += named
    return tuple(dict.fromkeys(found))


def _no_term(kind: str) -> BadAsk:
    return BadAsk(kind, "not one that we know", known(kind)[:_LISTED])


def known(kind: str) -> list[str]:
    """Every id of a kind of term that can be asked for."""
    return [value for value in names.values(kind) if value not in UNASKED]


# --- one value ----------------------------------------------------------------------------------


def _number(name: str, text: str, least: float, most: float) -> float:
    if _NUMBER.fullmatch(text) and least <= float(text) <= most:
        return float(text)
    raise BadAsk(name, f"a number from {least:g} to {most:g}")


def _radius(name: str, text: str) -> float:
    return _number(name, text, 1, LARGEST_RADIUS)


def _limit(name: str, text: str) -> int:
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= MOST:
        return int(text)
    raise BadAsk(name, f"a whole number from 1 to {MOST}")


def _yes(name: str, text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise BadAsk(name, "true or false")
    return text.lower() == "true"


def _format(name: str, text: str) -> str:
    found = names.named("format", text)
    if len(found) != 1:
        raise _no_term(name)
    return found[0]


def _name(name: str, text: str) -> str:
    if not names.plain(text):
        raise BadAsk(name, "a name in letters or digits")
    return text


# What is said once, and how it is read; None for what `_where` and `ask` read.
_SINGLE: dict[str, Callable[[str, str], Any] | None] = {
    "zip": None,
    "near": None,
    "lat": None,
    "lon": None,
    "state": None,
    "radius": _radius,
    "plan": _name,
    "format": _format,
    "new_patients": _yes,
    "name": _name,
    "limit": _limit,
    "after": None,
}
_FIELD = {"radius": "radius_miles"}  # where the query has another name for it
PARAMETERS = (*_SINGLE, *TERMS)


# --- where --------------------------------------------------------------------------------------


def _where(one: Mapping[str, str | None]) -> _Where:
    """The place to measure from, and the state. A state may stand beside a place: it says where
    the person is, which online care goes by."""
    zip_code, near, lat, lon = (one[name] for name in ("zip", "near", "lat", "lon"))
    if sum((zip_code is not None, near is not None, lat is not None or lon is not None)) > 1:
        raise BadAsk("near", "one place at a time: zip, near, or lat with lon")
    found = _Where()
    if zip_code is not None:
        found = _at_zip(zip_code)
    elif near is not None:
        found = _near("near", near)
    elif lat is not None or lon is not None:
        found = _at(lat, lon)
    if one["state"] is None:
        return found
    state = state_code(one["state"])
    if state is None:
        raise BadAsk("state", "not a state of the United States; give its name or two letters")
    return replace(found, state=state)


def _at_zip(text: str) -> _Where:
    code = _ZIP.fullmatch(text)
    if code is None:
        raise BadAsk("zip", "five digits, or nine")
    return _near("zip", code[1])


def _near(name: str, text: str) -> _Where:
    found = find_place(text)
    if isinstance(found, Place):
        return _Where(found)
    if isinstance(found, WholeState):
        return _Where(state=found.state)
    if isinstance(found, Ambiguous):
        candidates = [place.label for place in found.candidates]
        raise BadAsk(name, "several places have this name; add the state", candidates)
    if isinstance(found, NoPosition):
        raise BadAsk(name, "a real place that is nowhere on the map, as military post offices are")
    if name == "zip":
        raise BadAsk(name, "no place in the United States has this ZIP")
    raise BadAsk(name, "no such place in the United States; try a ZIP, or a city with its state")


def _at(lat: str | None, lon: str | None) -> _Where:
    if lat is None or lon is None:
        raise BadAsk("lat" if lat is None else "lon", "lat and lon go together")
    return _Where(Place("", "", _number("lat", lat, -90, 90), _number("lon", lon, -180, 180)))
