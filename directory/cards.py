"""Provider cards: what is known of a provider, as data without words. None is not known."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from directory import tables
from directory.geo import miles
from directory.hits import ALL_OF, Hit
from directory.query import WISHES, Query
from directory.records import FACTS
from directory.taxonomy import load_taxonomy

Card = dict[str, Any]
Facts = dict[str, list[str] | None]

_AS_THEY_ARE = ("npi", "name", "credential", "organization", "website", "sample", "new_patients")
_OF_PLACE = ("address", "city", "state", "zip", "phone")
_FORMATS = ("in_person", "online")


def load_cards(
    connection: Connection, query: Query, hits: Sequence[Hit], radius: float | None
) -> tuple[Card, ...]:
    """A card for each hit, in the same order. `miles` is there only when distance was measured.

    `fit` is what became of each asked thing: "yes", "no" or "unknown".
    """
    if not hits:
        return ()
    ids = sorted({hit.provider for hit in hits})
    asked = load_taxonomy().covered(query.roles)
    rows: dict[tuple[int, int | None], Any] = {}
    roles: dict[int, str] = {}
    for row in connection.execute(_QUERY, {"ids": ids}).mappings().all():
        rows[row["id"], row["position"]] = row
        # The role to show: the first of those asked for, else the first.
        role = roles.setdefault(row["id"], row["role"])
        if role not in asked and row["role"] in asked:
            roles[row["id"]] = row["role"]
    cards = []
    for hit in hits:
        # A provider that may work in a state and tells of no place is there without one.
        found = rows.get((hit.provider, hit.position)) or rows[hit.provider, None]
        cards.append(_card(found, roles[hit.provider], query, radius))
    return tuple(cards)


_QUERY = (
    sa.select(
        tables.providers,
        *(column for column in tables.locations.c if column.name != "provider_id"),
        tables.provider_roles.c.role,
    )
    .join_from(tables.providers, tables.locations, isouter=True)
    .join(tables.provider_roles, tables.provider_roles.c.provider_id == tables.providers.c.id)
    .where(tables.providers.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(tables.provider_roles.c.position)
)


def _card(row: Any, role: str, query: Query, radius: float | None) -> Card:
    facts: Facts = {
        fact: None if row[fact] is None else sorted(row[fact].split()) for fact in FACTS
    }
    sources = json.loads(row["origins"])["*"]
    card: Card = {
        "type": "provider",
        "id": row["id"],
        **{name: row[name] for name in _AS_THEY_ARE},
        "role": role,
        **{name: row[name] for name in _OF_PLACE},
        "accepts": facts["payers"],
        **{fact: facts[fact] for fact in FACTS if fact != "payers"},
        "formats": _formats(row),
        "verified_on": row["verified_on"].isoformat()
        if row["verified_on"]
        else max(day for _, day in sources),
        "sources": list(dict.fromkeys(source for source, _ in sources)),
        "doubts": row["doubts"].split(),
        "fit": dict(_fit(row, facts, query)),
    }
    place = query.place
    if radius is not None and place and row["lat"] is not None:
        card["miles"] = round(miles(place.lat, place.lon, row["lat"], row["lon"]), 1)
    return card


def _formats(row: Any) -> list[str] | None:
    """The formats known to be offered; None when neither is known."""
    if row["in_person"] is None and row["online"] is None:
        return None
    return [name for name in _FORMATS if row[name]]


def _fit(row: Any, facts: Facts, query: Query) -> Iterator[tuple[str, str]]:
    """What became of each asked thing, as `hits.py` judged it."""
    doubts = row["doubts"].split()
    for fact in ("payers", *WISHES):
        asked = set(query.asked(fact))
        if asked:
            has = set(facts[fact] or ())
            if fact == "payers":
                has -= {doubt.partition(".")[2] for doubt in doubts}
            met = asked <= has if fact in ALL_OF else bool(asked & has)
            yield fact, "yes" if met else "no" if fact in row["complete"].split() else "unknown"
    if query.format in _FORMATS:
        yield "format", _said(row[query.format])
    if query.new_patients:
        yield "new_patients", _said(False if "new_patients" in doubts else row["new_patients"])


def _said(value: bool | None) -> str:
    return "unknown" if value is None else "yes" if value else "no"


def card_of(engine: Engine, provider: int, phone: str | None = None) -> Card | None:
    """One provider's card, of the location with this phone where there is one; None: it is gone."""
    spots = tables.locations.c
    query = (
        sa.select(tables.providers.c.name, spots.position)
        .join_from(tables.providers, tables.locations, isouter=True)
        .where(tables.providers.c.id == provider)
        .order_by(sa.case((spots.phone == phone, 0), else_=1), spots.position)
        .limit(1)
    )
    with engine.connect() as connection:
        found = connection.execute(query).one_or_none()
        if found is None:
            return None
        hit = Hit(provider, found.position, fit=0)
        return load_cards(connection, Query(name=found.name), [hit], None)[0]
