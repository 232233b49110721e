"""Pages of one search: a mark that says where the next one begins.

A mark keeps the day, because equals are shown in another order each day, and a digest of what was
asked, so that a mark of one search is not taken for another's. It hides nothing.
"""

import re
from dataclasses import replace
from datetime import date

from directory.query import Query
from directory.records import fingerprint

LAST = 10_000
"""Providers that one search shows on its pages; a narrower search shows the others."""

_MARK = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]{1,5})\.([0-9a-f]{12})")


def mark(query: Query) -> str | None:
    """The mark of the page that this query is; None beyond `LAST`."""
    if query.offset > LAST:
        return None
    return f"{query.day.isoformat()}.{query.offset}.{_digest(query)}"


def page_after(query: Query, text: str) -> Query:
    """The query at a mark. Raises ValueError for what is no mark, or one of another search."""
    parts = _MARK.fullmatch(text)
    if parts is None or int(parts[2]) > LAST:
        raise ValueError("not a mark that we gave")
    if parts[3] != _digest(query):
        raise ValueError("the mark of another search; ask for the same things on every page")
    try:
        return replace(query, day=date.fromisoformat(parts[1]), offset=int(parts[2]))
    except ValueError:
        raise ValueError("not a mark that we gave") from None


def _digest(query: Query) -> str:
    """Of what is asked; how many to a page may change on the way."""
    return fingerprint(repr(replace(query, limit=1, offset=0, day=date.min)))[:12]
