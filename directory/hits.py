"""Which providers fit a query, and how well. The database picks and judges; distance is ours."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import tables
from directory.geo import box, miles
from directory.places import Place
from directory.query import Query
from directory.store import FACTS
from directory.taxonomy import load_taxonomy

# What one asked thing comes to for one provider.
MATCH, UNKNOWN, MISMATCH = 0, 1, 2

_providers, _locations, _roles = tables.providers.c, tables.locations.c, tables.provider_roles.c


@dataclass(frozen=True)
class Hit:
    """One provider at one location. Fewer mismatches and unknowns fit better; miles may be None."""

    provider: int
    npi: str
    position: int
    role: str
    mismatches: int
    unknowns: int
    miles: float | None
    elsewhere: bool = False  # licensed in the state, but the office is in another

    @property
    def rank(self) -> tuple[int, int, bool, float, str, int]:
        """Best first; equal ones by NPI, so that pages never overlap."""
        fit = (self.mismatches, self.unknowns, self.elsewhere)
        return (*fit, self.miles or 0.0, self.npi, self.position)


def find_hits(
    connection: Connection, query: Query, radius: float | None, loosened: tuple[str, ...]
) -> list[Hit]:
    """Every provider that fits, best first, each at its best location.

    `radius` in miles, None to go by `query.by_state`. Mismatches of a wish in `loosened` stay in.
    """
    best: dict[int, Hit] = {}
    for hit in _within(connection, query, radius, loosened):
        known = best.get(hit.provider)
        if known is None or hit.rank < known.rank:
            best[hit.provider] = hit
    return sorted(best.values(), key=lambda hit: hit.rank)


def _within(
    connection: Connection, query: Query, radius: float | None, loosened: tuple[str, ...]
) -> Iterator[Hit]:
    place = query.place
    for row in connection.execute(_select(query, radius, loosened)):
        distance = None
        if radius is not None and place:
            distance = miles(place.lat, place.lon, row.lat, row.lon)
            if distance > radius:
                continue
        judged = [value for name, value in row._mapping.items() if name.startswith("judged_")]
        yield Hit(
            provider=row.id,
            npi=row.npi,
            position=row.position,
            role=row.role,
            mismatches=judged.count(MISMATCH),
            unknowns=judged.count(UNKNOWN),
            miles=distance,
            elsewhere=radius is None and row.state != query.by_state,
        )


def _select(query: Query, radius: float | None, loosened: tuple[str, ...]) -> Any:
    roles = load_taxonomy().covered(query.roles)
    role = sa.select(_roles.role).where(_roles.provider_id == _providers.id)
    if roles:
        role = role.where(_roles.role.in_(roles))
    first_role = role.order_by(_roles.position).limit(1)
    judged = dict(_judgements(query))
    # No new patients counts against a provider, but not knowing is no drawback.
    closed = sa.case((_providers.new_patients.is_(sa.false()), MISMATCH), else_=MATCH)
    return (
        sa.select(
            _providers.id,
            _providers.npi,
            _locations.position,
            _locations.state,
            _locations.lat,
            _locations.lon,
            first_role.correlate(tables.providers).scalar_subquery().label("role"),
            closed.label("judged_new_patients"),
            *(value.label(f"judged_{name}_{at}") for (name, at), value in judged.items()),
        )
        .join_from(tables.providers, tables.locations)
        .where(_providers.active.is_(sa.true()))
        .where(role.correlate(tables.providers).exists())
        .where(*_where(query, radius, roles))
        .where(*(value != MISMATCH for (name, _), value in judged.items() if name not in loosened))
    )


def _judgements(query: Query) -> Iterator[tuple[tuple[str, int], Any]]:
    """What each asked thing comes to, by name and a number that tells several of a name apart."""
    for fact, table, column in FACTS:
        asked = query.asked(fact)
        for at, values in enumerate([(one,) for one in asked] if fact == "identities" else [asked]):
            if values:
                has = sa.select(table.c.provider_id).where(
                    table.c.provider_id == _providers.id, table.c[column].in_(values)
                )
                yield (
                    (fact, at),
                    sa.case(
                        (has.correlate(tables.providers).exists(), MATCH),
                        (_providers[f"{fact}_known"].is_(sa.true()), MISMATCH),
                        else_=UNKNOWN,
                    ),
                )
    if query.format in ("in_person", "online"):
        offered = _locations[query.format]
        yield (
            ("format", 0),
            sa.case(
                (offered.is_(sa.true()), MATCH), (offered.is_(sa.false()), MISMATCH), else_=UNKNOWN
            ),
        )


def _where(query: Query, radius: float | None, roles: tuple[str, ...]) -> list[Any]:
    if radius is not None and query.place:
        return _in_box(query.place, radius)
    if query.format == "online":
        return [_providers.id.in_(_allowed_in(query.by_state or "", roles))]
    return [_locations.state == query.by_state]


def _in_box(place: Place, radius: float) -> list[Any]:
    around = box(place.lat, place.lon, radius)
    ranges = (_locations.lon.between(west, east) for west, east in around.longitudes)
    return [_locations.lat.between(around.south, around.north), sa.or_(*ranges)]


def _allowed_in(state: str, roles: tuple[str, ...]) -> Any:
    """Providers who may see people of a state online: licensed, listed or working there."""
    licensed = sa.select(_roles.provider_id).where(_roles.license_state == state)
    if roles:
        licensed = licensed.where(_roles.role.in_(roles))
    listed = sa.select(tables.telehealth_states.c.provider_id).where(
        tables.telehealth_states.c.state == state
    )
    working = sa.select(_locations.provider_id).where(_locations.state == state)
    return sa.union(licensed, listed, working)
