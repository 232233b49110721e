"""Which message of the catalogue a text is, so that tests need not repeat its wording."""

from __future__ import annotations

import re
from functools import lru_cache

from guardrails.catalogue import PLACEHOLDER, Catalogue, Message, load_catalogue
from tests.e2e.service import PROJECT


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return load_catalogue(PROJECT / "data" / "content")


def label(choice: str, language: str = "en") -> str:
    """What the choice of this id says on its button."""
    return catalogue().choices[choice].label[language]


def term(name: str, language: str = "en") -> str:
    return catalogue().terms[name].label[language]


@lru_cache(maxsize=4096)
def id_of(text: str) -> str:
    """The id of the message that this text is, whatever its slots were filled with.

    Of two that fit, the one with more words of its own. Raises AssertionError when none fits.
    """
    for pattern, message in _patterns():
        if pattern.fullmatch(text):
            return message
    raise AssertionError(f"not a message of the catalogue: {text[:200]!r}")


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    made = []
    for message in catalogue().messages.values():
        if message.kind != "fragment":
            made += [(len(PLACEHOLDER.sub("", w)), _pattern(w), message) for w in _all(message)]
    made.sort(key=lambda one: -one[0])
    return [(pattern, message.id) for _, pattern, message in made]


def _all(message: Message) -> list[str]:
    return list(message.words.values())


def _pattern(words: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in PLACEHOLDER.split(words)[::2]]
    return re.compile(r"[\s\S]+?".join(parts))
