"""The sheet that a person takes to a visit, as a card in words: reviewed lines, and their own.

A reviewed line is a fragment of the catalogue, filled as any other. What the person wrote stays as
it is, character for character: it is escaped where it is shown, never here. Anything else is
`Withheld`, and the sheet with it: a sheet that lost a line without a word would be believed whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from guardrails.slots import PLAIN, Withheld, as_list, as_mapping

SECTIONS = (
    *("matters", "questions", "own_questions", "bring", "asked", "decline"),
    *("call_office", "call_insurer", "voicemail", "notes"),
)
KINDS = frozenset({"first", "next", "switching"})
WHOM = frozenset({"adult", "teen", "couple", "my_child", "my_parent"})
MOST_ITEMS = 300
"""Lines of one sheet."""
LONGEST_OWN = 4_000
"""Characters of one line of theirs: as many as one message may have."""
MOST_OWN = 40_000
"""The same of all their lines."""
SHEET, LINK = "sheet", "link"
"""Types of the cards that are made here."""
_ITEM = re.compile(r"(?:sheet|question)\.[a-z0-9_.]+")
_WHY = re.compile(r"sheet\.why\.[a-z0-9_.]+")


class Words(Protocol):
    """Where a sheet's words come from."""

    @property
    def language(self) -> str: ...

    def say(self, message: str, **slots: Any) -> str: ...

    def fragment(self, draft: Mapping[str, Any]) -> str: ...


def sheet_card(words: Words, sheet: Any) -> dict[str, Any]:
    """The released card: ``type title language sections``. Sections without a line are left out.

    Raises `Withheld`.
    """
    known = as_mapping(sheet, "sheet")
    _one_of(known.get("kind"), KINDS, "kind")
    _one_of(known.get("whom"), WHOM, "whom")
    sections = [_section(words, one) for one in as_list(known.get("sections"), "sections")]
    ids = [section["id"] for section in sections]
    if len(set(ids)) < len(ids):
        raise Withheld("sheet: a section twice")
    lines = [line for section in sections for line in section["lines"]]
    if len(lines) > MOST_ITEMS:
        raise Withheld(f"sheet: more than {MOST_ITEMS} lines")
    if sum(len(line["text"]) for line in lines if line["own"]) > MOST_OWN:
        raise Withheld(f"sheet: more than {MOST_OWN} characters of their own")
    return {
        "type": SHEET,
        "title": _title(words, known.get("role")),
        "language": words.language,
        "sections": [section for section in sections if section["lines"]],
    }


def link_card(words: Words, link: Any) -> dict[str, Any]:
    """The card that leads to a sheet's page. Raises `Withheld`."""
    try:
        address = PLAIN["sheet_link"](link)
    except ValueError:
        raise Withheld("a link that is none of a sheet") from None
    return {
        "type": LINK,
        "title": words.say("sheet.card.title"),
        "lines": [],
        "actions": [{"label": words.say("sheet.card.open"), "href": address}],
        "note": None,
    }


def _one_of(value: Any, allowed: frozenset[str], what: str) -> None:
    if value is not None and not (isinstance(value, str) and value in allowed):
        raise Withheld(f"sheet: {what} is not one of ours")


def _title(words: Words, role: Any) -> str:
    if role is None:
        return words.say("sheet.card.title")
    return words.say("sheet.card.title_role", role=f"role.{role}")


def _section(words: Words, section: Any) -> dict[str, Any]:
    known = as_mapping(section, "section")
    name = known.get("id")
    if name not in SECTIONS:
        raise Withheld("sheet: a section that is not one of ours")
    lines = [_line(words, item) for item in as_list(known.get("items"), f"section {name}")]
    title = words.say(f"sheet.section.{name}") if lines else ""
    return {"id": name, "title": title, "lines": lines}


def _line(words: Words, item: Any) -> dict[str, Any]:
    known = as_mapping(item, "item")
    if known.keys() == {"own"}:
        return {"text": _own(known["own"]), "own": True}
    if "item" not in known or known.keys() - {"item", "slots", "why"}:
        raise Withheld("sheet: an item that is neither reviewed nor their own")
    slots = as_mapping(known.get("slots") or {}, "slots")
    line = {"text": words.fragment({"message": _named(known["item"], _ITEM), "slots": slots})}
    if known.get("why") is not None:
        line["why"] = words.say(_named(known["why"], _WHY))
    return {**line, "own": False}


def _named(name: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(name, str) or not pattern.fullmatch(name):
        raise Withheld("sheet: a line that is not of a sheet")
    return name


def _own(text: Any) -> str:
    """As it was written. What no encoding can hold (half of a pair of surrogates) is no text."""
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_OWN:
        raise Withheld("sheet: words of their own that are none, or too long")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Withheld("sheet: words of their own that are no text") from None
    return text
