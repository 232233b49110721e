"""The listings that were shown last, and which of them somebody means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from actions.heard import Heard
from actions.speech import any_of, unaccented, words
from directory.names import plain

Listing = dict[str, Any]  # {id, name, phone}
Pages = list[list[Listing]]  # as in the slot, the newest last

_KEPT = 2  # pages
_ORDINALS = ("first", "second", "third", "last")  # families of data/nlu/speech
_PLACES = {word: at for at, family in enumerate(_ORDINALS, start=1) for word in words(family)}
_LAST = len(_ORDINALS)
_THE = re.compile(
    rf"\b{any_of('the')}\s+({'|'.join(_PLACES)})\b(?!\s+{any_of('not_a_place_in_a_list')}\b)"
)


def remembered(pages: Pages | None, cards: Iterable[Mapping[str, Any]]) -> Pages:
    """The pages with a new one; an empty one changes nothing."""
    new = [{name: card.get(name) for name in ("id", "name", "phone")} for card in cards]
    return [*(pages or []), new][-_KEPT:] if new else list(pages or [])


def newest_first(pages: Pages | None) -> list[Listing]:
    """Every listing of the pages, those of the newest page first, each once."""
    found = {one["id"]: one for page in reversed(pages or []) for one in page}
    return list(found.values())


def meant(heard: Heard, pages: Pages | None) -> int | None:
    """The id of the listing that a message means: picked, the only one, named, or by its place on
    the newest page ("the second one"). None when it could be another."""
    shown = newest_first(pages)
    picked = [one["id"] for one in shown if str(one["id"]) in heard.values("listing")]
    if picked or len(shown) == 1:
        return int((picked or [shown[0]["id"]])[0])
    if not shown or not pages:
        return None
    return _named(heard.text, shown) or _counted(heard, pages[-1])


def _named(text: str, shown: Sequence[Listing]) -> int | None:
    """By a word that only one of the names has; by more of them if several do."""
    said = set(plain(text).split())
    names = {one["id"]: set(plain(one["name"]).split()) for one in shown}
    often = Counter(word for words in names.values() for word in words)
    hits = {
        id: sum(often[word] == 1 and not word.isdigit() for word in words & said)
        for id, words in names.items()
    }
    whole = [id for id, words in names.items() if words <= said]
    if len(whole) == 1:
        return int(whole[0])
    best = max(hits.values())
    found = [id for id, count in hits.items() if count == best]
    return int(found[0]) if best and len(found) == 1 else None


def _counted(heard: Heard, page: Sequence[Listing]) -> int | None:
    said = {_PLACES[word] for word in _THE.findall(unaccented(heard.text))}
    at = [len(page) if one == _LAST else one for one in said] or [
        len(page) if one == "last" else int(one) for one in heard.values("number")
    ]
    return int(page[at[0] - 1]["id"]) if len(at) == 1 and 1 <= at[0] <= len(page) else None
