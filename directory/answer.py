"""What a search found, for programs: the body that the API and `carenav search --json` give.

What no source tells is null, never left out and never guessed.
"""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from directory.cards import Card
from directory.paging import mark
from directory.query import Query
from directory.search import Results

OLD_AFTER_DAYS = 90

_SOURCES = Path(__file__).resolve().parent.parent / "data" / "providers" / "sources.yml"
_AS_THEY_ARE = (
    "id",
    "npi",
    "name",
    "credential",
    "role",
    "organization",
    "website",
    "address",
    "city",
    "state",
    "zip",
    "phone",
    "miles",
    "accepts",
    "languages",
    "formats",
    "age_groups",
    "identities",
    "times",
    "access",
    "new_patients",
    "verified_on",
    "sample",
    "doubts",
    "fit",
)


def answer(query: Query, results: Results, today: date | None = None) -> dict[str, Any]:
    """One page of a search. `next` is the mark of the page after it, None on the last one."""
    seen = query.offset + len(results.cards)
    full = len(results.cards) == query.limit
    more = bool(results.cards) and (seen < results.total or (results.total_is_least and full))
    return {
        "providers": [_provider(card, today or date.today()) for card in results.cards],
        "total": results.total,
        "total_is_least": results.total_is_least,
        "radius_miles": results.radius_miles,
        "loosened": list(results.loosened),
        "next": mark(replace(query, offset=seen, day=results.day)) if more else None,
    }


def _provider(card: Card, today: date) -> dict[str, Any]:
    age = today - date.fromisoformat(card["verified_on"])
    return {
        **{name: card.get(name) for name in _AS_THEY_ARE},
        "verified_over_90_days": age.days > OLD_AFTER_DAYS,
        "sources": [{"id": source, "name": source_name(source)} for source in card["sources"]],
    }


def source_name(source: str) -> str:
    """What a source is called; one that has no name of its own goes by that of its kind, the part
    before the colon."""
    known = _source_names()
    return known.get(source) or known.get(source.partition(":")[0]) or source


@cache
def _source_names() -> dict[str, str]:
    names: dict[str, str] = yaml.safe_load(_SOURCES.read_text(encoding="utf-8"))["sources"]
    return names
