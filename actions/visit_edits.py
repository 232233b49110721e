"""Changing a sheet: a sheet and an edit in; a sheet out, or the draft that says why not.

Places are counted from 1 over the questions as they are shown; -1 is the last. Their own words go
in as they are and come out as they went in.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from actions.drafts import Draft, draft
from actions.visit_sheet import MATTERS, Item, Sheet

MOST_ITEMS = 30
MOST_OWN = 12_000
"""Characters of all that is theirs on one sheet."""
LAST = -1


@dataclass(frozen=True)
class Add:
    text: str


@dataclass(frozen=True)
class Remove:
    places: tuple[int, ...]


@dataclass(frozen=True)
class Clear:
    """Every question goes."""


@dataclass(frozen=True)
class Undo:
    """The sheet as it was before the last edit. Not done here: the caller has that one."""


@dataclass(frozen=True)
class PutBack:
    """Every question of ours that they took out comes back, at the end."""


@dataclass(frozen=True)
class Move:
    """To a place (-1: to the end), or by so many ``steps`` (-1 is one up)."""

    place: int
    to: int | None = None
    steps: int = 0


@dataclass(frozen=True)
class Swap:
    a: int
    b: int


@dataclass(frozen=True)
class Change:
    """Other words for one question; for what matters when ``place`` is None."""

    place: int | None
    text: str


@dataclass(frozen=True)
class Parts:
    """Sections put in and left out."""

    on: tuple[str, ...] = ()
    off: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choose:
    """Wants to be shown the sections. Changes nothing."""


Edit = Add | Remove | Clear | Undo | PutBack | Move | Swap | Change | Parts | Choose


def apply_edit(sheet: Sheet, edit: Edit) -> Sheet | Draft:
    """The sheet after an edit other than `Undo` and `Choose`, or the draft that says why not."""
    changed = _changed(sheet, edit)
    if isinstance(changed, Sheet):
        if len(changed.questions) > max(MOST_ITEMS, len(sheet.questions)):
            return draft("visit.list_full", count=MOST_ITEMS)
        if _own_length(changed) > max(MOST_OWN, _own_length(sheet)):
            return draft("visit.too_long", count=MOST_OWN)
    return changed


def _changed(sheet: Sheet, edit: Edit) -> Sheet | Draft:
    items = sheet.questions
    if isinstance(edit, Add):
        return replace(sheet, questions=(*items, {"own": edit.text}))
    if isinstance(edit, Clear):
        return _without(sheet, tuple(range(len(items))))
    if isinstance(edit, PutBack) and not sheet.left_out:
        return draft("visit.nothing_to_undo")
    if isinstance(edit, PutBack):
        back: list[Item] = [{"item": one} for one in sheet.left_out]
        return replace(sheet, questions=(*items, *back), left_out=())
    if isinstance(edit, Parts):
        parts = {**(sheet.parts or {}), **dict.fromkeys(edit.on, True)}
        return replace(sheet, parts=parts | dict.fromkeys(edit.off, False))
    if isinstance(edit, Change) and edit.place is None:
        parts = {**(sheet.parts or {}), MATTERS: True}
        return replace(sheet, matters=edit.text, parts=parts)
    places = _places(edit, len(items))
    if places is None:
        return draft("visit.no_such_item", count=len(items))
    if isinstance(edit, Remove):
        return _without(sheet, places)
    if isinstance(edit, Change):
        return _reworded(sheet, places[0], edit.text)
    return replace(sheet, questions=_reordered(items, edit, places), ordered=True)


def _places(edit: Edit, count: int) -> tuple[int, ...] | None:
    """The places that an edit names, from 0; None when one of them is not there."""
    named: tuple[int, ...] = ()
    if isinstance(edit, Remove):
        named = edit.places
    elif isinstance(edit, Swap):
        named = (edit.a, edit.b)
    elif isinstance(edit, Move):
        named = (edit.place,) if edit.to is None else (edit.place, edit.to)
    elif isinstance(edit, Change) and edit.place is not None:
        named = (edit.place,)
    found = tuple(count if place == LAST else place for place in named)
    return tuple(n - 1 for n in found) if all(1 <= n <= count for n in found) else None


def _without(sheet: Sheet, places: tuple[int, ...]) -> Sheet:
    gone = [
        item["item"] for n, item in enumerate(sheet.questions) if n in places and "item" in item
    ]
    kept = tuple(item for n, item in enumerate(sheet.questions) if n not in places)
    return replace(sheet, questions=kept, left_out=tuple(dict.fromkeys([*sheet.left_out, *gone])))


def _reworded(sheet: Sheet, place: int, text: str) -> Sheet:
    """A question of ours that is reworded is theirs from then on."""
    ours = sheet.questions[place].get("item")
    items = (*sheet.questions[:place], {"own": text}, *sheet.questions[place + 1 :])
    left_out = (*sheet.left_out, ours) if ours else sheet.left_out
    return replace(sheet, questions=items, left_out=tuple(dict.fromkeys(left_out)))


def _reordered(items: tuple[Item, ...], edit: Edit, places: tuple[int, ...]) -> tuple[Item, ...]:
    order = list(items)
    if isinstance(edit, Swap):
        a, b = places
        order[a], order[b] = order[b], order[a]
    elif isinstance(edit, Move):
        to = places[1] if edit.to is not None else places[0] + edit.steps
        order.insert(max(to, 0), order.pop(places[0]))
    return tuple(order)


def _own_length(sheet: Sheet) -> int:
    return len(sheet.matters or "") + sum(len(item.get("own", "")) for item in sheet.questions)
