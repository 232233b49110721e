"""A provider as the directory lists it, for somebody who looks into a report of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from directory import tables


@dataclass(frozen=True)
class Spot:
    """One place. ``phone`` is ten digits; None is not known."""

    address: str | None
    city: str | None
    state: str | None
    zip: str | None
    phone: str | None


@dataclass(frozen=True)
class Listing:
    """``sources`` are those it comes from, each with the day it is of."""

    provider_id: int
    name: str
    credential: str | None
    organization: str | None
    website: str | None
    sample: bool
    spots: tuple[Spot, ...]
    sources: tuple[tuple[str, date], ...]


def listings(engine: Engine, providers: Iterable[int]) -> dict[int, Listing]:
    """By id, those of ``providers`` that there are."""
    wanted = sorted(set(providers))
    of, at = tables.providers, tables.locations
    with engine.connect() as connection:
        rows = connection.execute(sa.select(of).where(of.c.id.in_(wanted))).all()
        places = connection.execute(
            sa.select(at)
            .where(at.c.provider_id.in_(wanted))
            .order_by(at.c.provider_id, at.c.position)
        ).all()
    spots: dict[int, list[Spot]] = {}
    for row in places:
        spot = Spot(row.address, row.city, row.state, row.zip, row.phone)
        spots.setdefault(row.provider_id, []).append(spot)
    return {
        row.id: Listing(
            provider_id=row.id,
            name=row.name,
            credential=row.credential,
            organization=row.organization,
            website=row.website,
            sample=row.sample,
            spots=tuple(spots.get(row.id, ())),
            sources=tuple(
                (source, date.fromisoformat(day)) for source, day in json.loads(row.origins)["*"]
            ),
        )
        for row in rows
    }
