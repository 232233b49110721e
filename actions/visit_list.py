"""The list of questions for a visit: made from the plan, then the person's to change.

An item is ``{"question": id}`` or ``{"own": text}``, the text exactly as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actions.content import QuestionPlan
from actions.drafts import Draft, draft, fragment
from actions.heard import Heard

MOST_ITEMS = 30
_PLANNED = 12  # questions of ours, unless the person's own needs ask for more
_LEAST_OF_ROLE = 3
_LONGEST = 500  # characters of one own_words slot
_LAST, _UNDO = "last", "undo"

_ADD = re.compile(
    r"^\W*(?:(?:please|also|and|can you|could you|i want to|i'd like to|por favor)\W+)*"
    r"(?:add|put in|include|agrega|agregar|añade|añadir|incluye)\b"
    r"(?:\s+(?:a|another|my own|one more|una)?\s*(?:question|one|pregunta))?"
    r"(?:\s+(?:that says|to ask))?\W*",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(?:remove|delete|dlete|drop|erase|scratch|cross out|take|get rid|leave out|lose|"
    r"doesn't apply|don't (?:want|need)|dont (?:want|need)|can go|quita|quitar|borra|borrar|"
    r"elimina|saca)\b",
    re.IGNORECASE,
)
_UNDOES = re.compile(
    r"\b(?:undo|put (?:it|that) back|bring (?:it|that) back|deshacer|deshaz)\b", re.I
)
_ALL = re.compile(r"\b(?:all of (?:them|it)|everything|all|todas?|todo)\W*$", re.IGNORECASE)

Item = dict[str, str]


@dataclass(frozen=True)
class Edit:
    """What to do to the list: ``add`` a text, ``remove`` places (from 1, -1 is the last), ``clear``
    it, or ``undo``."""

    add: str | None = None
    remove: tuple[int, ...] = ()
    clear: bool = False
    undo: bool = False


def make_list(plan: QuestionPlan, slots: Mapping[str, Any]) -> list[Item]:
    """The list for these answers: their own words first, then the role's questions, the kind of
    visit's, and each practical need's; then what they had put on the list before. Nothing twice."""
    matters = slots.get("visit_matters")
    needs = slots["visit_needs"] if isinstance(slots.get("visit_needs"), list) else []
    wanted = list(plan.kinds.get(slots.get("visit_kind") or "", ()))
    for need in needs:
        wanted += plan.needs.get(need, ()) if isinstance(need, str) else ()
    wanted = list(dict.fromkeys(wanted))
    role = plan.roles.get(slots.get("visit_role") or "", plan.roles["any"])
    room = max(_LEAST_OF_ROLE, _PLANNED - len(wanted))
    planned = dict.fromkeys([*[one for one in role if one not in wanted][:room], *wanted])
    own = own_items(matters) if matters and matters != "any" else []
    own_needs = [
        item for need in needs if isinstance(need, dict) for item in own_items(need["own"])
    ]
    made = [*own, *({"question": one} for one in planned), *own_needs]
    before = slots.get("visit_list_before") or ()
    return [*made, *(item for item in before if "own" in item and item not in made)]


def own_items(text: str) -> list[Item]:
    """Their words as items. A long text is cut between words into as many as it needs; no
    character but the white space at a cut is lost."""
    pieces = []
    while len(text) > _LONGEST:
        cut = max(text.rfind(mark, 1, _LONGEST) for mark in ("\n", ". ", " "))
        cut = _LONGEST if cut < _LONGEST // 2 else cut + 1
        pieces.append(text[:cut].strip())
        text = text[cut:]
    pieces.append(text.strip())
    return [{"own": piece} for piece in pieces if piece]


def read_edit(heard: Heard) -> Edit | None:
    """The edit that a message asks for, or None when it does not say."""
    numbers = heard.values("number")
    if _UNDO in numbers or _UNDOES.search(heard.text):
        return Edit(undo=True)
    added = _ADD.match(heard.text)
    if added:
        text = heard.text[added.end() :].strip().strip('"“”').strip()
        return Edit(add=text) if text else None
    if not heard.text or _REMOVE.search(heard.text):
        places = tuple(
            -1 if number == _LAST else int(number) for number in numbers if _is_place(number)
        )
        if places:
            return Edit(remove=places)
        return Edit(clear=True) if _ALL.search(heard.text) else None
    return None


def apply_edit(items: Sequence[Item], edit: Edit) -> list[Item] | Draft:
    """The list after an edit other than undo, or the draft that says why it cannot be done."""
    count = len(items)
    if edit.clear:
        return []
    if edit.add is not None:
        new = own_items(edit.add)
        if count + len(new) > MOST_ITEMS:
            return draft("visit.list_full", count=MOST_ITEMS)
        return [*items, *new]
    gone = {count if place == -1 else place for place in edit.remove}
    if not all(1 <= place <= count for place in gone):
        return draft("visit.no_such_item", count=count)
    return [item for place, item in enumerate(items, 1) if place not in gone]


def show(items: Sequence[Item], message: str = "visit.list") -> Draft:
    if not items:
        return draft("visit.list_empty")
    return draft(message, lines=[_line(item) for item in items])


def _line(item: Item) -> Draft:
    if "own" in item:
        return fragment("visit.own_item", words=item["own"])
    return fragment(f"question.{item['question']}")


def _is_place(number: str) -> bool:
    return number == _LAST or number.isdigit()
