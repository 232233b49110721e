"""The rows that a search reads: a provider as numbers, once for each role, place and state.

A fact's values are bits of one number, so that the database can judge a provider without joining
anything. Which bit is whose is in the table `bits`; a bit is given once and never changes.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from directory import tables
from directory.geo import cell, vector
from directory.merge import Merged, Place
from directory.records import FACTS

# Flags of an entry. A yes and a no of one thing can both be missing: then it is not known.
IN_PERSON, NOT_IN_PERSON, ONLINE, NOT_ONLINE, NEW, NOT_NEW = (1 << bit for bit in range(6))
ELSEWHERE = 1 << 6  # may work in the state, but has its office in another
LISTED_IN_FULL = {fact: 1 << (8 + at) for at, fact in enumerate(FACTS)}

_MOST = 62  # bits in a number that every database can hold


_FRESH = 1.0  # seconds
_kept: WeakKeyDictionary[Engine, "Bits"] = WeakKeyDictionary()


class Bits:
    """Which bit stands for which value of a fact. "role" and "state" are numbered the same way."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, dict[str, int]] = {}
        self.many = 0
        self.asked = time.monotonic()
        for row in connection.execute(sa.select(tables.bits)):
            self._known.setdefault(row.fact, {})[row.value] = row.bit
            self.many += 1

    @classmethod
    def of(cls, connection: Connection) -> "Bits":
        """For a search: those of this database. Whether there are more is asked once a second."""
        kept = _kept.get(connection.engine)
        if kept is None or time.monotonic() - kept.asked > _FRESH:
            many = connection.exec_driver_sql("SELECT count(*) FROM bits").scalar()
            if kept is None or kept.many != many:
                kept = _kept[connection.engine] = cls(connection)
            kept.asked = time.monotonic()
        return kept

    def number(self, fact: str, value: str) -> int | None:
        """The number of a value, from 0; None when no provider ever had it."""
        return self._known.get(fact, {}).get(value)

    def values(self, fact: str) -> tuple[str, ...]:
        """Every value that a provider ever had."""
        return tuple(self._known.get(fact, ()))

    def mask(self, fact: str, values: Sequence[str]) -> int:
        """Values as bits; those that no provider ever had are none."""
        numbers = (self.number(fact, value) for value in values)
        return sum(1 << number for number in set(numbers) if number is not None)

    def add(self, fact: str, value: str) -> int:
        """The number of a value, a new one if need be. Raises OverflowError when there is none."""
        known = self._known.setdefault(fact, {})
        if value not in known:
            if len(known) > _MOST and fact != "state":  # states are numbered, never bits
                raise OverflowError(f"more than {_MOST} values of {fact}")
            _kept.pop(self._connection.engine, None)
            self._connection.execute(
                sa.insert(tables.bits).values(fact=fact, value=value, bit=len(known))
            )
            known[value] = len(known)
        return known[value]

    def added(self, fact: str, values: Sequence[str]) -> int:
        """Values as bits, each given one if it has none."""
        mask = 0
        for value in values:
            mask |= 1 << self.add(fact, value)
        return mask


def rows(
    provider: int, merged: Merged, doubts: Sequence[str], bits: Bits
) -> Iterator[dict[str, Any]]:
    """The entries of a provider. `doubts` is what several people say is wrong with it."""
    base = _base(provider, merged, doubts, bits)
    roles = sorted({bits.add("role", role.role) for role in merged.roles})
    for position, place in enumerate(merged.places):
        location = place.location
        if location.lat is None or location.lon is None:
            continue
        x, y, z = vector(location.lat, location.lon)
        at = {
            "cell": cell(location.lat, location.lon),
            "position": position,
            "x": x,
            "y": y,
            "z": z,
            "flags": base["flags"] | _formats(place),
        }
        for role in roles:
            yield {**base, **at, "role": role}
    for state, roles in _states(merged, bits).items():
        for position, flags in _in_state(merged, state):
            for role in roles:
                yield {
                    **base,
                    "role": role,
                    "cell": state_cell(bits.add("state", state)),
                    "position": position,
                    "x": 0.0,
                    "y": 0.0,
                    "z": 0.0,
                    "roles": sum(1 << one for one in roles),
                    "flags": base["flags"] | flags,
                }


def state_cell(number: int) -> int:
    """The cell that stands for a state."""
    return -1 - number


def _base(provider: int, merged: Merged, doubts: Sequence[str], bits: Bits) -> dict[str, Any]:
    flags = sum(LISTED_IN_FULL[fact] for fact in merged.complete)
    new = False if "new_patients" in doubts else merged.new_patients
    if new is not None:
        flags |= NEW if new else NOT_NEW
    told = {fact: bits.added(fact, merged.facts[fact] or ()) for fact in FACTS}
    doubted = [doubt.partition(".")[2] for doubt in doubts if doubt.startswith("payer.")]
    told["payers"] &= ~bits.mask("payers", doubted)
    return {
        "provider_id": provider,
        "roles": bits.added("role", [role.role for role in merged.roles]),
        "flags": flags,
        "doubts": len(doubts) - len(doubted) - ("new_patients" in doubts),
        **told,
    }


def _formats(place: Place) -> int:
    flags = 0
    if place.location.in_person is not None:
        flags |= IN_PERSON if place.location.in_person else NOT_IN_PERSON
    if place.location.online is not None:
        flags |= ONLINE if place.location.online else NOT_ONLINE
    return flags


def _states(merged: Merged, bits: Bits) -> dict[str, list[int]]:
    """The states where a provider may work, each with the roles in which it may: where it has an
    office, where it says it does, and where it is licensed for the role."""
    anyway = [place.location.state for place in merged.places] + [*merged.telehealth_states]
    found: dict[str, dict[int, None]] = {}
    for role in merged.roles:
        for state in filter(None, (*anyway, role.license_state)):
            found.setdefault(state, {})[bits.add("role", role.role)] = None
    return {state: sorted(roles) for state, roles in found.items()}


def _in_state(merged: Merged, state: str) -> Iterator[tuple[int, int]]:
    """The offices that stand for a state, and their flags: those in it, or all when it has none.
    Of several that offer the same the first is enough."""
    offices = [n for n, place in enumerate(merged.places) if place.location.state == state]
    elsewhere = 0 if offices else ELSEWHERE
    seen = set()
    for position in offices or range(len(merged.places)):
        flags = _formats(merged.places[position]) | elsewhere
        if flags not in seen:
            seen.add(flags)
            yield position, flags
    if not merged.places:
        yield 0, elsewhere
