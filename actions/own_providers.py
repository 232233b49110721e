"""Whose providers a search finds, as the clinic of the conversation wants it, and saying so.

The edge sends the clinic's choice with every message: ``providers`` is "all", "ours_first" or
"only_ours", and ``provider_source`` the name of the clinic's own list in the directory.
"""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker

from actions.drafts import Draft, draft
from actions.from_edge import from_edge
from directory.query import Query
from directory.search import Results


def of_the_clinic(query: Query | None, tracker: Tracker) -> Query | None:
    """The query, in the clinic's own list alone or with it first where the clinic says so."""
    told = from_edge(tracker)
    source, whom = told.get("provider_source"), told.get("providers")
    if query is None or not isinstance(source, str):
        return query
    if whom == "only_ours":
        return replace(query, sources=(source,))
    return replace(query, prefer=(source,)) if whom == "ours_first" else query


def told_first(query: Query, found: Results) -> list[Draft]:
    """What a person must know of the list before they read it."""
    if query.sources:
        return [draft("find.only_ours")]
    return [draft("find.ours_first")] if found.preferred else []


def none_named(query: Query) -> Draft:
    which = "find.none_named_ours" if query.sources else "find.none_named"
    return draft(which, name=query.name)


def none(query: Query, asked: list[str]) -> Draft:
    return draft("find.none_ours" if query.sources else "find.none", asked=asked)
