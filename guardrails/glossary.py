"""Hard words and what they mean: which of them stand in a message, from ``glossary.yml``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from guardrails.catalogue import LANGUAGES, PLACEHOLDER, Message, read_content

EXPLAINED = frozenset({"answer", "question"})
"""The kinds of message in which a word may be explained. A safety message has nothing to tap."""

_FORMS = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"^\w[\w -]+$"}}


def _by_language(of: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(LANGUAGES),
        "additionalProperties": False,
        "properties": dict.fromkeys(LANGUAGES, of),
    }


GLOSSARY_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "glossary"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "review_by": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "owner": {"type": "string", "minLength": 1},
        "glossary": {
            "type": "object",
            "propertyNames": {"pattern": "^[a-z][a-z0-9_]*$"},
            "additionalProperties": {
                "type": "object",
                "required": ["words", "meaning"],
                "additionalProperties": False,
                "properties": {
                    "words": _by_language(_FORMS),
                    "meaning": _by_language({"type": "string", "minLength": 1}),
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Entry:
    """One hard word: its forms and its meaning, by language."""

    id: str
    words: Mapping[str, tuple[str, ...]]
    meaning: Mapping[str, str]


@dataclass(frozen=True)
class Explained:
    """A word as it stands in a message, and its meaning."""

    word: str
    meaning: str


@dataclass(frozen=True)
class Glossary:
    """The hard words. ``_forms`` and ``_found`` are by language: a form in lower case → its entry,
    and what finds any of them."""

    entries: tuple[Entry, ...] = ()
    _forms: Mapping[str, Mapping[str, Entry]] = field(default_factory=dict)
    _found: Mapping[str, re.Pattern[str]] = field(default_factory=dict)

    def explain(self, message: Message, text: str, language: str) -> tuple[Explained, ...]:
        """The first of each hard word of a message, in the order of its released ``text``.

        Left out are the word that the message itself is about, and what also stands in a slot: a
        person's own words, a name or an address is nothing of ours to explain.
        """
        finder = self._found.get(language)
        if finder is None or message.kind not in EXPLAINED:
            return ()
        ours = [one.group().lower() for one in finder.finditer(_template(message, language))]
        there = [one.group() for one in finder.finditer(text)]
        all_of = [word.lower() for word in there]
        first: dict[str, Explained] = {}
        for word in there:
            entry = self._forms[language][word.lower()]
            if message.id.endswith(f".{entry.id}"):
                continue
            if ours.count(word.lower()) == all_of.count(word.lower()):
                first.setdefault(entry.id, Explained(word, entry.meaning[language]))
        return tuple(first.values())


def glossary_of(entries: tuple[Entry, ...]) -> Glossary:
    """The entries made ready to be found; of two that begin alike, the longer is."""
    forms = {
        language: {form.lower(): entry for entry in entries for form in entry.words[language]}
        for language in LANGUAGES
    }
    return Glossary(
        entries, forms, {one: _finder(list(forms[one])) for one in LANGUAGES if entries}
    )


def load_glossary(path: Path) -> Glossary:
    """Read ``data/content/glossary.yml``. Raises `CatalogueError`."""
    content = read_content(path, GLOSSARY_SCHEMA)["glossary"]
    return glossary_of(
        tuple(
            Entry(key, {one: tuple(of["words"][one]) for one in LANGUAGES}, of["meaning"])
            for key, of in content.items()
        )
    )


def _finder(forms: list[str]) -> re.Pattern[str]:
    """Whole words only, and none that is part of an address ("medicaid.gov")."""
    longest_first = "|".join(map(re.escape, sorted(forms, key=len, reverse=True)))
    return re.compile(rf"(?<![\w/@.-])(?:{longest_first})(?![\w/@-]|\.\w)", re.IGNORECASE)


def _template(message: Message, language: str) -> str:
    return PLACEHOLDER.sub("_", message.words.get(language, ""))
