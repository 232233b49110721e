"""Finding providers: near a place, or online in a state.

Asked things are of two kinds. Role, payment and format are what a person needs: a provider
known not to have them is left out. Languages, age groups, identities and times are wishes: they
count the same until nothing is found, then they are let go one by one. In both, a provider of
whom it is not known stays in, after those known to match.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.engine import Engine

from directory.cards import Card, load_cards
from directory.hits import find_hits
from directory.query import WISHES, Query

__all__ = ["RADII", "Query", "Results", "search"]

RADII = (10.0, 25.0, 50.0, 100.0)  # miles; the steps a search widens by


@dataclass(frozen=True)
class Results:
    """One page of cards.

    `total` counts all pages. `radius_miles` is the radius used in the end, None when a state was
    searched. `loosened` names what was given up to find any: "radius" first, then names of
    `WISHES`; when nothing was found at all, everything that was tried.
    """

    cards: tuple[Card, ...]
    total: int
    radius_miles: float | None
    loosened: tuple[str, ...]


def search(engine: Engine, query: Query) -> Results:
    """The page that a query asks for: matches, then not known, then mismatches, each by distance.

    A provider known to take no new patients counts as a mismatch. With nothing found, it gives
    up as few wishes as it can, and for those widens as little as it can.
    """
    with engine.connect() as connection:
        for radius, loosened in _attempts(query):
            hits = find_hits(connection, query, radius, loosened)
            if hits:
                break
        page = hits[query.offset : query.offset + query.limit]
        return Results(load_cards(connection, page), len(hits), radius, loosened)


def _attempts(query: Query) -> Iterator[tuple[float | None, tuple[str, ...]]]:
    """Radius and what is given up, from all that was asked to the least."""
    wishes = [wish for wish in WISHES if query.asked(wish)]
    for given_up in range(len(wishes) + 1):
        gone = tuple(wishes[:given_up])
        if query.by_state:
            yield None, gone
            continue
        yield float(query.radius_miles), gone
        for radius in RADII:
            if radius > query.radius_miles:
                yield radius, ("radius", *gone)
