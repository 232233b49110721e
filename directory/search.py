"""Finding providers: near a place, in a state, or by name.

Asked things are of two kinds. Role, payment, format and "takes new people" are what a person
needs: a provider known not to have them is left out. Languages, age groups, identities, access
and times are wishes: they count the same until nothing is found, then they are let go one by one.
In both, a provider of whom it is not known stays in, after those known to match.

`docs/directory.md` explains the order to those who are in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.engine import Engine

from directory.cards import Card, load_cards
from directory.entries import Bits
from directory.hits import Hits
from directory.query import WISHES, Query

__all__ = ["RADII", "Query", "Results", "search"]

RADII = (10.0, 25.0, 50.0, 100.0)  # miles; the steps a search widens by
COUNTED = 1000  # providers; more than these are not counted

# Who is looked for when nobody of the role asked is found: they take people whom others can't.
_LAST_RESORT = "clinic"


@dataclass(frozen=True)
class Results:
    """One page of cards.

    `total` counts all pages, up to `COUNTED`: from there on `total_is_least`. `radius_miles` is
    the radius used in the end, None when no distance was measured. `loosened` names what was given
    up to find any: "radius" first, then names of `WISHES`, or "role" when these are community
    mental-health centers instead of who was asked for; when nothing was found at all, everything
    that was tried. `day` is the day whose order this is, for the next page. `preferred` is how many
    of the cards are of the sources that the query prefers.
    """

    cards: tuple[Card, ...]
    total: int
    total_is_least: bool
    radius_miles: float | None
    loosened: tuple[str, ...]
    day: date
    preferred: int = 0


def search(engine: Engine, query: Query) -> Results:
    """The page that a query asks for: matches, then not known, then mismatches, each by distance.

    A provider known to take no new patients counts as a mismatch. With nothing found, it gives
    up as few wishes as it can, and for those widens as little as it can.
    """
    with engine.connect() as connection:
        bits = Bits.of(connection)
        for asked, radius, loosened in _attempts(query):
            hits = Hits(connection, bits, asked, radius, loosened)
            total = hits.count(COUNTED + 1)
            if total:
                break
        page = hits.page(crowded=total > COUNTED)
        cards = load_cards(connection, asked, page, radius)
        preferred = sum(hit.preferred for hit in page)
        counted = min(total, COUNTED)
        return Results(cards, counted, total > COUNTED, radius, loosened, query.day, preferred)


def _attempts(query: Query) -> Iterator[tuple[Query, float | None, tuple[str, ...]]]:
    """The query, radius and what is given up, from all that was asked to the least."""
    wishes = [wish for wish in WISHES if query.asked(wish)]
    for given_up in range(len(wishes) + 1):
        gone = tuple(wishes[:given_up])
        yield from _wider(query, gone)
    if query.roles and not query.name and _LAST_RESORT not in query.roles:
        yield from _wider(replace(query, roles=(_LAST_RESORT,)), ("role", *wishes))


def _wider(
    query: Query, gone: tuple[str, ...]
) -> Iterator[tuple[Query, float | None, tuple[str, ...]]]:
    if query.place is None or query.by_state:
        yield query, None, gone
        return
    yield query, float(query.radius_miles), gone
    for radius in RADII:
        if radius > query.radius_miles:
            yield query, radius, ("radius", *gone)
