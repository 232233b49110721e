"""Whom a visit is for: as asked, or from what was said before ("for my son")."""

from __future__ import annotations

import re

from actions.heard import Entity, Heard

_ME = re.compile(
    r"^\W*(?:(?:it'?s|its|just|only|es|solo|sólo|para)\s+)*(?:for\s+)?"
    r"(?:me|i|myself|yo|mí|mi|an? adult|adulto|adulta|un adulto|una adulta)\W*$",
    re.IGNORECASE,
)
_FOR = re.compile(
    r"\b(?:for|para|of|de)\s+(?:(?:a|an|the|my|our|both|me and|un|una|mi|la|el)\s+)*$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"^'?s\b|^\s+(?:has|have|needs?|tiene|necesita)\s+(?:an?|his|her|the|una|su)\b", re.IGNORECASE
)
_AS = re.compile(r"\b(?:as|with|somos|con|como)\s+(?:(?:a|an|un|una)\s+)*$", re.IGNORECASE)
_LIKE = {  # other names that answer the question
    ("age_group", "child"): "my_child",
    ("age_group", "older_adult"): "my_parent",
    ("age_group", "adult"): "adult",
    ("need", "child"): "my_child",
    ("need", "older_adult"): "my_parent",
    ("need", "couples"): "couple",
}
_TEENS = frozenset({("age_group", "teen"), ("need", "teen")})
_BY_THE_PARENT = re.compile(r"\b(?:my|our|mi|mis|nuestr[oa])\b", re.IGNORECASE)


def whom_said(heard: Heard, *, asked: bool) -> str | None:
    """The id of whom it is for. Unless ``asked``, only where the words say that it is for them:
    who speaks of a mother does not always want care for her."""
    named = [one for one in heard.entities if one.name == "visit_whom"]
    if asked:
        if named:
            return named[0].value
        return "adult" if _ME.match(heard.text) else _by_other_names(heard)
    if not heard.bare:
        named = [one for one in named if _meant(one, heard.text)]
    return named[0].value if named else None


def _meant(one: Entity, text: str) -> bool:
    """As in "for my son", "my son's visit", "my son has an appointment", "as a couple"."""
    if one.start is None or one.end is None:
        return True
    before, after = text[: one.start], text[one.end :]
    if one.value == "couple":
        return bool(_FOR.search(before) or _AS.search(before))
    inside = re.match(r"\s*(?:for|para)\b", text[one.start : one.end], re.IGNORECASE)
    return bool(inside or _FOR.search(before) or _OF_THEM.match(after))


def _by_other_names(heard: Heard) -> str | None:
    for one in heard.entities:
        if (one.name, one.value) in _TEENS:
            return "my_child" if _BY_THE_PARENT.search(heard.text) else "teen"
        if whom := _LIKE.get((one.name, one.value)):
            return whom
    return None
