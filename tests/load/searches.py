"""What people might ask of the directory, at random but the same for a seed.

Half of the places are where the providers are (which is where most people are), half are any
ordinary ZIP (which is mostly the country). Each search has three filters: a role, who pays, and
one thing more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from directory.places import Place
from directory.query import Query
from tests.load.country import WORDS, spots

DAY = date(2026, 11, 21)
ROLES = ("therapist", "psychiatrist", "psychologist", "social_worker", "counselor", "clinic")
PAYERS = ("aetna", "bcbs", "cigna", "unitedhealthcare", "medicaid", "medicare", "sliding_scale")
THIRD: tuple[dict[str, object], ...] = (
    {"languages": ("spanish",)},
    {"languages": ("korean", "mandarin")},
    {"format": "in_person"},
    {"age_groups": ("teen",)},
    {"identities": ("lgbtq",)},
    {"times": ("evening",)},
    {"new_patients": True},
)


def near(count: int, seed: int = 1) -> list[Query]:
    """Searches within 25 miles."""
    dice = random.Random(seed)
    return [_near(dice, number % 2 == 0) for number in range(count)]


def _near(dice: random.Random, dense: bool) -> Query:
    places, shares = spots()
    spot = dice.choices(places, cum_weights=shares if dense else None)[0]
    return Query(
        roles=(dice.choice(ROLES),),
        place=Place(spot.city, spot.state, spot.lat, spot.lon, spot.zip),
        payers=(dice.choice(PAYERS),),
        day=DAY,
        **dice.choice(THIRD),  # type: ignore[arg-type]
    )


def densest(count: int, seed: int = 2) -> list[Query]:
    """The same within 25 miles of Manhattan."""
    [spot] = (spot for spot in spots()[0] if spot.zip == "10001")
    place = Place(spot.city, spot.state, spot.lat, spot.lon, spot.zip)
    return [replace(query, place=place) for query in near(count, seed)]


def later(count: int, seed: int = 3) -> list[Query]:
    """A later page of such searches."""
    dice = random.Random(seed)
    return [replace(query, offset=dice.choice((3, 6, 30))) for query in near(count, seed)]


def widening(count: int, seed: int = 4) -> list[Query]:
    """Searches that find nobody at first: a role that is rare, within two miles."""
    dice = random.Random(seed)
    return [
        replace(
            _near(dice, False), roles=("child_psychiatrist",), radius_miles=2, languages=("hindi",)
        )
        for _ in range(count)
    ]


def online(count: int, seed: int = 5) -> list[Query]:
    """Searches by state: online, where distance does not count."""
    return [replace(query, format="online") for query in near(count, seed)]


def by_state(count: int, seed: int = 6) -> list[Query]:
    """Searches by state, anywhere in it."""
    return [
        replace(query, place=None, state=query.place.state)
        for query in near(count, seed)
        if query.place
    ]


def by_name(count: int, size: int, seed: int = 7) -> list[Query]:
    """Searches by name: mostly of one provider, some by a word that a tenth of all have."""
    dice = random.Random(seed)
    return [Query(name=name, day=DAY) for name in _names(dice, count, size)]


def _names(dice: random.Random, count: int, size: int) -> Iterator[str]:
    for _ in range(count):
        number, word = dice.randrange(size), dice.choice(WORDS)
        yield dice.choice((str(number), f"sample {number}", f"{word} {str(number)[:3]}", word))
