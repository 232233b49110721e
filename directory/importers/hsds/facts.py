"""What an HSDS service says of payment, ages, languages and access, in our terms.

Much of it is prose. A fact is taken only from words that can mean nothing else.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from directory import tidy
from directory.importers.hsds.parts import number, objects, text
from directory.importers.hsds.theirs import load
from directory.names import named, plain, values

_Parts = list[dict[str, Any]]

_AGES = {"child": (0, 12), "teen": (13, 17), "adult": (18, 64), "older_adult": (65, 120)}
_LEAST = 2  # years of a group that a service must take, to be one for the group
_OLDEST = 130

_NOT_SLIDING = re.compile(r"\b(?:no|not|without|cannot|nor|t) (?:\w+ ){0,4}sliding\b")
_NOT_THERE = re.compile(
    r"\b(?:no|not|without|isn t|lacks?) (?:\w+ ){0,4}"
    r"(?:access|accessible|wheelchairs?|ramps?|elevators?|lifts?|loops?|captions?|bus|transit|"
    r"transportation|braille)\b"
)
_SENTENCE = re.compile(r"[.;!?\n]+(?:\s|$)")
_LONGEST = 200  # characters of a sentence that are looked at


def payers(service: dict[str, Any], day: date) -> tuple[str, ...] | None:
    """A sliding scale and free care. Which insurance a service takes, HSDS has no field for."""
    options = [
        one
        for one in objects(service, "cost_options")
        if (tidy.day(text(one, "valid_to")) or day) >= day
    ]
    fees = text(service, "fees_description")
    prose = " ".join(
        plain(one)
        for one in (
            fees,
            *(text(option, "option") for option in options),
            *(text(option, "amount_description") for option in options),
        )
    )
    found = []
    if "sliding" in prose.split() and not _NOT_SLIDING.search(prose):
        found.append("sliding_scale")
    amounts = [number(option, "amount") for option in options]
    first = plain(_SENTENCE.split(fees)[0])
    if first in load()["free"] or (amounts and all(amount == 0 for amount in amounts)):
        found.append("free")
    return tuple(one for one in found if one in values("payer")) or None


def age_groups(service: dict[str, Any]) -> tuple[str, ...] | None:
    """The groups between the least and the greatest age. Ages that can't be true tell nothing."""
    least, most = number(service, "minimum_age"), number(service, "maximum_age")
    youngest = 0.0 if least is None else least
    oldest = most or _OLDEST  # some write 0 for "no limit"
    if (least is None and not most) or not 0 <= youngest <= oldest <= _OLDEST:
        return None
    return (
        tuple(
            group
            for group, (first, last) in _AGES.items()
            if min(last, oldest) - max(first, youngest) + 1 >= _LEAST
        )
        or None
    )


def languages(listed: _Parts) -> tuple[str, ...] | None:
    """By name, else by code."""
    found: list[str] = []
    for one in listed:
        code = load()["languages"].get(text(one, "code").lower().partition("-")[0])
        found += named("language", text(one, "name")[:_LONGEST]) or ([code] if code else [])
    return tuple(dict.fromkeys(found)) or None


def access(locations: _Parts) -> tuple[str, ...] | None:
    """From how the source describes the way in, and the way there."""
    found: list[str] = []
    for location in locations:
        for one in objects(location, "accessibility"):
            for name in ("description", "details"):
                found += _there(text(one, name))
        way = _there(text(location, "transportation"))
        found += (value for value in way if value == "public_transport")
    return tuple(dict.fromkeys(found)) or None


def _there(told: str) -> Iterable[str]:
    for sentence in _SENTENCE.split(told):
        if not _NOT_THERE.search(plain(sentence[:_LONGEST])):
            yield from named("access", sentence[:_LONGEST])
