"""Provider cards: what is known of a provider, as data without words. None is not known."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from directory import tables
from directory.hits import Hit
from directory.store import FACTS

Card = dict[str, Any]

_SHOWN = ("payers", "languages")


def load_cards(connection: Connection, hits: Sequence[Hit]) -> tuple[Card, ...]:
    """A card for each hit, in the same order. `miles` is there only when distance was measured."""
    if not hits:
        return ()
    ids = [hit.provider for hit in hits]
    providers = _by_provider(connection, tables.providers, tables.providers.c.id, ids)
    locations = _by_provider(connection, tables.locations, tables.locations.c.provider_id, ids)
    facts = {
        fact: _by_provider(connection, table, table.c.provider_id, ids)
        for fact, table, _ in FACTS
        if fact in _SHOWN
    }
    columns = {fact: column for fact, _, column in FACTS}
    cards = []
    for hit in hits:
        provider = providers[hit.provider][0]
        lists = {
            fact: sorted(row[columns[fact]] for row in facts[fact].get(hit.provider, ()))
            if provider[f"{fact}_known"]
            else None
            for fact in _SHOWN
        }
        [place] = (row for row in locations[hit.provider] if row["position"] == hit.position)
        cards.append(_card(hit, provider, place, lists))
    return tuple(cards)


def _by_provider(
    connection: Connection, table: sa.Table, key: Any, ids: list[int]
) -> dict[int, list[Any]]:
    rows: dict[int, list[Any]] = {}
    for row in connection.execute(sa.select(table).where(key.in_(ids))).mappings():
        rows.setdefault(row[key], []).append(row)
    return rows


def _card(hit: Hit, provider: Any, place: Any, lists: dict[str, list[str] | None]) -> Card:
    card: Card = {
        "type": "provider",
        "npi": provider["npi"],
        "name": provider["name"],
        "credential": provider["credential"],
        "role": hit.role,
        "city": place["city"],
        "state": place["state"],
        "phone": place["phone"],
        "accepts": lists["payers"],
        "languages": lists["languages"],
        "formats": _formats(place),
        "new_patients": provider["new_patients"],
        "verified_on": provider["verified_on"].isoformat(),
        "source": provider["source"],
        "sample": provider["sample"],
    }
    if provider["organization"]:
        card["organization"] = provider["organization"]
    if hit.miles is not None:
        card["miles"] = round(hit.miles, 1)
    return card


def _formats(place: Any) -> list[str] | None:
    """The formats known to be offered; None when neither is known."""
    if place["in_person"] is None and place["online"] is None:
        return None
    return [name for name in ("in_person", "online") if place[name]]
