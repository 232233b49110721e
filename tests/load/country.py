"""A made-up country of providers for measuring: as many as asked for, the same for a seed.

Where: the ordinary ZIPs of the real country. A ZIP's share grows with the square root of the
number of ZIPs within 25 miles of it, so that the circle of 25 miles around Manhattan holds about
6 of 100 providers, that of Los Angeles 2, that of Chicago 1, and most circles of the West a few.

What: roles in the shares of the NPPES rows that HL7's Plan-Net sample data holds, with a few
clinics, which that file has none of. Half is known by name, role and ZIP only, as NPPES tells it;
of the other half most facts are known, as a plan's directory tells them, with a position of
their own. Nobody in it exists.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import Any

import zipcodes

from directory import names, npi
from directory.feed import Item
from directory.geo import EARTH_RADIUS
from directory.records import Location, ProviderRecord, Role

SOURCE = "country"
LOCATIONS = (1, 1, 1, 1, 1, 1, 1, 1, 2, 3)  # 1.3 on average
ROLES = {  # role: its code, and its share
    "psychologist": ("103TC0700X", 33),
    "psychiatrist": ("2084P0800X", 30),
    "social_worker": ("1041C0700X", 26),
    "psychiatric_nurse_practitioner": ("363LP0808X", 8),
    "counselor": ("101YM0800X", 4),
    "neuropsychologist": ("103G00000X", 4),
    "clinic": ("261QM0801X", 4),
    "child_psychiatrist": ("2084P0804X", 1),
    "marriage_family_therapist": ("106H00000X", 1),
}
# So that some words are in many names, as real names have it.
WORDS = ("Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Iota", "Kappa")
SHARES = tuple(share for _, share in ROLES.values())
NEWEST = date(2026, 11, 1)


@dataclass(frozen=True)
class Spot:
    """The middle of a ZIP."""

    zip: str
    city: str
    state: str
    lat: float
    lon: float


@cache
def spots() -> tuple[tuple[Spot, ...], tuple[float, ...]]:
    """Every ordinary ZIP that has a position, and its share beside those before it."""
    import numpy as np  # not at the top: who only searches needs neither
    from sklearn.neighbors import BallTree

    found = tuple(
        Spot(row["zip_code"], row["city"], row["state"], float(row["lat"]), float(row["long"]))
        for row in zipcodes.list_all()
        if row["active"] and row["zip_code_type"] == "STANDARD" and float(row["lat"])
    )
    points = np.radians([(spot.lat, spot.lon) for spot in found])
    tree = BallTree(points, metric="haversine")
    near = tree.query_radius(points, 25 / EARTH_RADIUS, count_only=True)
    return found, tuple(accumulate(np.sqrt(near).tolist()))


class Country:
    """The providers of a country of this size, as a feed."""

    source = SOURCE

    def __init__(self, size: int, seed: int = 0) -> None:
        self.total = size
        self.rows = 0
        self.left_out: Counter[str] = Counter()
        self._dice = random.Random(seed)

    def done(self) -> int:
        return self.rows

    def items(self, known: Container[str]) -> Iterator[Item]:
        for number in range(self.total):
            self.rows += 1
            yield a_provider(number, self._dice)


def a_provider(number: int, dice: random.Random) -> ProviderRecord:
    """One of at most 1,000,000."""
    nine = str(299_000_000 + number)
    role = dice.choices(tuple(ROLES), weights=SHARES)[0]
    chosen = list(_offices(dice))
    told = dice.random() < 0.5
    return ProviderRecord(
        source=SOURCE,
        source_id=nine,
        npi=nine + npi.check_digit(nine),
        name=f"Sample {dice.choice(WORDS)} {number}",
        kind="organization" if role == "clinic" else "individual",
        verified_on=NEWEST,
        source_updated=NEWEST - timedelta(days=dice.randrange(2_000)),
        roles=tuple(_roles(role, chosen[0].state, dice)),
        locations=tuple(_location(spot, told, dice) for spot in chosen),
        **(_facts(chosen[0].state, dice) if told else {}),
    )


def _offices(dice: random.Random) -> Iterator[Spot]:
    """Where it works: mostly in one place, else also in places with about the same ZIP."""
    places, shares = spots()
    first = dice.choices(range(len(places)), cum_weights=shares)[0]
    yield places[first]
    for _ in range(dice.choice(LOCATIONS) - 1):
        yield places[(first + dice.randrange(-20, 21)) % len(places)]


def _roles(role: str, state: str, dice: random.Random) -> Iterator[Role]:
    """One, and for some a licence in another state or a second role."""
    code, _ = ROLES[role]
    licensed = None if role == "clinic" else state
    yield Role(role, code, f"L{dice.randrange(10**6)}" if licensed else None, licensed)
    if licensed and dice.random() < 0.1:
        elsewhere = dice.choices(spots()[0], cum_weights=spots()[1])[0].state
        second = dice.choice(("counselor", "neuropsychologist", role, role))
        yield Role(second, ROLES[second][0], f"L{dice.randrange(10**6)}", elsewhere)


def _location(spot: Spot, told: bool, dice: random.Random) -> Location:
    lat, lon = spot.lat, spot.lon
    if told:
        lat, lon = lat + dice.gauss(0, 0.02), lon + dice.gauss(0, 0.02)
    return Location(
        address=f"{dice.randrange(1, 10_000)} Sample St",
        city=spot.city,
        state=spot.state,
        zip=spot.zip,
        phone=f"{dice.randrange(201, 990)}55501{dice.randrange(100):02}",
        lat=lat,
        lon=lon,
        in_person=_mostly(dice) if told else None,
        online=_mostly(dice) if told else None,
    )


def _facts(state: str, dice: random.Random) -> dict[str, Any]:
    """What is known of a provider that tells; each fact is still missing for one in five."""
    facts: dict[str, Any] = {
        fact: _some(kind, most, dice)
        for fact, kind, most in (
            ("payers", "payer", 6),
            ("age_groups", "age_group", 3),
            ("identities", "identity", 2),
            ("times", "time", 2),
            ("access", "access", 3),
        )
        if dice.random() < 0.8
    }
    if dice.random() < 0.8:
        facts["languages"] = tuple(
            dict.fromkeys(("english", *_some("language", dice.choice((0, 0, 1, 2)), dice)))
        )
    if dice.random() < 0.8:
        facts["new_patients"] = dice.random() < 0.7
    if dice.random() < 0.5:
        facts["plans"] = (f"Sample Plan {dice.randrange(40)}",)
        facts["partial"] = ("payers",)
    if dice.random() < 0.3:
        facts["telehealth_states"] = (state,)
    return facts


def _mostly(dice: random.Random) -> bool | None:
    return dice.choice((True, True, False, None))


def _some(kind: str, most: int, dice: random.Random) -> tuple[str, ...]:
    """At most so many of the ids of a kind, common ones (which come first) more often."""
    values = _values(kind)
    wanted = (values[int(len(values) * dice.random() ** 1.5)] for _ in range(most))
    return tuple(dict.fromkeys(wanted)) if values else ()


@cache
def _values(kind: str) -> tuple[str, ...]:
    return tuple(value for value in names.values(kind) if value != "not_sure")
