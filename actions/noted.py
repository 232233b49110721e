"""Saying what was taken in: at once, when an answer was not to the question asked; and all of it,
when somebody asks where they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from actions.drafts import Draft, draft, fragment
from actions.memory import ANY, SEARCH_QUESTIONS
from directory.places import state_name

WISH_ENTITIES = {
    "languages": "language",
    "age_groups": "age_group",
    "identities": "identity",
    "times": "time",
    "access": "access",
    "openings": "opening",
}
_SHOWN = 500  # characters of one own_words slot
_ENTITIES = {"help_role": "role", "payment": "payer", "format": "format"}


def terms_of(question: str, answer: Any) -> list[str]:
    """The ids of the terms in the answer to a question of the search; none for a place or "any"."""
    if answer in (None, ANY):
        return []
    if question == "wishes":
        return [
            f"{WISH_ENTITIES[key]}.{one}" for key in WISH_ENTITIES for one in answer.get(key, ())
        ]
    values = answer if isinstance(answer, list) else [answer]
    return [f"{_ENTITIES[question]}.{value}" for value in values if question in _ENTITIES]


def place_words(value: Any) -> dict[str, str]:
    """The slot, by its type, that shows a place: ``zip`` or ``place``."""
    if not isinstance(value, dict):
        return {}
    if "zip" in value:
        return {"zip": value["zip"]}
    city, state = value.get("city"), value["state"]
    return {"place": f"{city}, {state}" if city else state_name(state)}


def noted(changes: Mapping[str, Any], known: Mapping[str, Any], asked: str | None) -> Draft | None:
    """What a message said besides the answer to ``asked``; None when that was all."""
    new = {
        name: value
        for name, value in changes.items()
        if name in (*SEARCH_QUESTIONS, "radius") and name != asked and value != known.get(name)
    }
    terms = [
        term
        for name, value in new.items()
        for term in terms_of(name, value)
        if term not in terms_of(name, known.get(name))
    ]
    parts: list[dict[str, Any]] = [place_words(new.get("place"))]
    parts += [{"said": terms}] if terms else []
    parts += [{"miles": new["radius"]}] if new.get("radius") else []
    parts = [part for part in parts if part]
    if len(parts) == 1:
        return draft(f"find.noted.{next(iter(parts[0]))}", **parts[0])
    if parts:
        lines = [fragment(f"find.so_far.{next(iter(part))}", **part) for part in parts]
        return draft("find.noted", lines=lines)
    let_go = any(
        known.get(name) not in (None, ANY) and (value == ANY or name == "wishes")
        for name, value in new.items()
    )
    return draft("find.let_go") if let_go else None


def search_so_far(slots: Mapping[str, Any]) -> Draft:
    """The answers of the search as they stand, a line each."""
    lines = [line for name in SEARCH_QUESTIONS if (line := _line(name, slots.get(name)))]
    if slots.get("radius"):
        lines.append(fragment("find.so_far.miles", miles=slots["radius"]))
    return draft("find.so_far", lines=lines) if lines else draft("find.nothing_so_far")


def visit_so_far(slots: Mapping[str, Any]) -> Draft:
    """The answers on the visit as they stand, a line each."""
    lines = []
    if slots.get("visit_role") not in (None, ANY):
        lines.append(fragment("visit.so_far.role", said=[f"role.{slots['visit_role']}"]))
    if slots.get("visit_kind") not in (None, ANY):
        lines.append(fragment("visit.so_far.kind", said=[f"visit_kind.{slots['visit_kind']}"]))
    if slots.get("visit_whom") not in (None, ANY):
        lines.append(fragment("visit.so_far.whom", said=[f"visit_whom.{slots['visit_whom']}"]))
    if slots.get("visit_matters") not in (None, ANY):
        lines.append(fragment("visit.own_item", words=slots["visit_matters"][:_SHOWN]))
    return draft("visit.so_far", lines=lines) if lines else draft("visit.nothing_so_far")


def _line(name: str, value: Any) -> Draft | None:
    if value is None:
        return None
    if value == ANY:
        return fragment(f"find.so_far.{name}.any")
    if name == "place":
        words = place_words(value)
        return fragment(f"find.so_far.{next(iter(words))}", **words)
    terms = terms_of(name, value)
    return fragment(f"find.so_far.{name}", said=terms) if terms else None
