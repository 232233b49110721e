"""The place that a message names: a ZIP, a city, a state, or one of the places just offered."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actions.heard import Heard
from actions.speech import any_of, spoken, unaccented
from directory import places

_MOST_OPTIONS = 5
_LONGEST = 4  # words of a place inside a longer message
_PLACE_ENTITIES = ("zip", "city", "state")
_INSIDE = {
    language: re.compile(rf"\b{any_of('before_place', language)}\s+") for language in spoken()
}
_NO_PLACE = {language: frozenset(spoken()[language].get("no_place", ())) for language in spoken()}
_FEW = 4  # words of a message that is nothing but a place, said while something else is asked
_SHORT = 6  # words of a message that may be a misspelt place
_AROUND = re.compile(rf"^\W*(?:{any_of('place_first')}\b\W*)+|\W*\b{any_of('place_last')}\W*$")
Value = dict[str, str]  # {zip} or {city, state} or {state}


@dataclass(frozen=True)
class Named:
    """A place (``value``), those it may be (``options``), or a message id (``problem``)."""

    value: Value | None = None
    options: tuple[Value, ...] = ()
    problem: str | None = None


def named(
    heard: Heard,
    *,
    whole: bool,
    inside: bool,
    alone: bool = False,
    options: Sequence[Mapping[str, str]] = (),
) -> Named | None:
    """The place in a message, or None.

    ``whole``: all of the text may be one ("Austin"); ``inside``: a part of it may be ("someone in
    Austin"); ``alone``: it may be a few words that name a place and nothing else, when something
    else was asked. ``options`` are places that were just offered. Only all of a text is taken for
    a misspelt place.
    """
    if not (whole or inside or alone):
        return None
    if codes := heard.values("zip"):
        return _as_named(
            places.find_zip(codes[-1] if heard.intent == "change_answer" else codes[0])
        )
    if heard.values("state"):
        cities = heard.values("city")
        return _as_named(places.find_place(", ".join([*cities[:1], heard.values("state")[0]])))
    text = heard.without(*_PLACE_ENTITIES).strip()
    if not text:
        return None
    if heard.intent == "affirm" and len(options) == 1:
        return Named(dict(options[0]))
    if picked := _picked(text, options):
        return picked
    words = len(text.split())
    if whole or (alone and words <= _FEW):
        found = _as_named(places.find_exactly(_bare(text)))
        if found.problem is None:
            return found
    if inside and (found_inside := _inside(text)):
        return found_inside
    nearly = places.find_place(_bare(text)) if whole and words <= _SHORT else None
    return _as_named(nearly) if isinstance(nearly, (places.DidYouMean, places.WholeState)) else None


def is_state(text: str) -> bool:
    """Whether a text is a state and nothing else: its name or letters, but no everyday word."""
    return isinstance(places.find_exactly(_bare(text).lower()), places.WholeState)


def place_of(value: Value) -> places.Place | places.WholeState | None:
    """The place that a slot's value stands for; None when it is not known any more."""
    found: places.Found
    if "zip" in value:
        found = places.find_zip(value["zip"])
    elif "city" in value:
        found = places.find_exactly(f"{value['city']}, {value['state']}")
    else:
        return places.WholeState(value["state"])
    return found if isinstance(found, (places.Place, places.WholeState)) else None


def _as_named(found: places.Found) -> Named:
    if isinstance(found, places.Place):
        if found.zip:
            return Named({"zip": found.zip})
        return Named({"city": found.city, "state": found.state})
    if isinstance(found, places.WholeState):
        return Named({"state": found.state})
    if isinstance(found, (places.Ambiguous, places.DidYouMean)):
        offered = found.candidates[:_MOST_OPTIONS]
        return Named(options=tuple({"city": one.city, "state": one.state} for one in offered))
    if isinstance(found, places.NoPosition):
        return Named(problem="find.no_position")
    return Named(problem="find.bad_zip" if found.zip else "find.bad_place")


def _picked(text: str, options: Sequence[Mapping[str, str]]) -> Named | None:
    """Of the places offered, the one whose state the text names."""
    words = re.findall(r"[^\W_]+", text) if options else []
    names = (" ".join(words[at : at + size]) for size in (3, 2, 1) for at in range(len(words)))
    codes = (
        places.state_code(name) for name in names if len(name) > 2 or name.isupper() or name == text
    )
    state = next(filter(None, codes), None)
    fitting = [dict(one) for one in options if one["state"] == state]
    return Named(fitting[0]) if fitting else None


def _inside(text: str) -> Named | None:
    """A place after "in", "near" and such words; the longest name that is one."""
    plain = unaccented(text)
    after = sorted(
        (match.end(), language)
        for language, before in _INSIDE.items()
        for match in before.finditer(plain)
    )
    for end, language in after:
        rest = re.split(r"[.;!?]|\s{2,}", text[end:], maxsplit=1)[0].split()[:_LONGEST]
        for size in range(len(rest), 0, -1):
            name = " ".join(rest[:size]).strip(" ,")
            if name.casefold() in _NO_PLACE[language]:
                continue  # "en la ciudad" is not Los Angeles
            found = _as_named(places.find_exactly(name))
            if found.problem is None:
                return found
    return None


def _bare(text: str) -> str:
    """The text without the words around a place that is the whole message."""
    plain = unaccented(text)
    first = next((one.end() for one in _AROUND.finditer(plain) if not one.start()), 0)
    last = next((one.start() for one in _AROUND.finditer(plain, first) if one.start()), len(text))
    return text[first:last]
