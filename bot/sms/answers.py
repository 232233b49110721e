"""Which of the numbered choices a text means: "2", "the second one", "dos por favor", the label.

A text counts as an answer only when it is nothing else: "2 kids" and "I have two" are for the
dialogue. What the edge does itself (danger, erasing, consent) is taken by its number or its whole
label only, and never guessed from a part or a misspelling.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import OSA

from guardrails.catalogue import LANGUAGES, WHOLE, read_content
from guardrails.release import Offer

MOST_CHOICES = 5
"""Choices that are numbered in one text."""
_MORE = "more_results"  # the intent of a choice that shows more of the same
_SHORTEST_MISSPELT = 6  # letters of a label
_LONG = 9  # from here on two letters may be wrong
_SHORTEST_TELLING = 4  # letters of a word that may name a choice by itself

_LIST = {"type": "array", "items": {"type": "string", "minLength": 1}}
_LISTS = {"type": "array", "items": _LIST, "minItems": MOST_CHOICES, "maxItems": MOST_CHOICES}
_KEYS = {
    "numbers": _LISTS,
    "ordinals": _LISTS,
    "last": _LIST,
    "before_number": _LIST,
    "before_place": _LIST,
    "after_place": _LIST,
    "polite": _LIST,
    "more": _LIST,
    "hollow": _LIST,
}
_ANSWERS = {
    "type": "object",
    "required": list(_KEYS),
    "additionalProperties": False,
    "properties": _KEYS,
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "answers"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "answers": {
            "type": "object",
            "required": list(WHOLE),
            "additionalProperties": False,
            "properties": dict.fromkeys(LANGUAGES, _ANSWERS),
        },
    },
}


@dataclass(frozen=True)
class AnswerWords:
    """The words of one language. ``numbers`` and ``ordinals`` give the place that a word names,
    -1 for the last one. The rest are words that may stand around them, as lists of words."""

    numbers: Mapping[str, int]
    ordinals: Mapping[str, int]
    before_number: tuple[list[str], ...]
    before_place: tuple[list[str], ...]
    after_place: tuple[list[str], ...]
    polite: tuple[list[str], ...]
    more: frozenset[str]
    hollow: frozenset[str]


Words = Mapping[str, AnswerWords]
"""By language."""


def load_answer_words(path: Path) -> dict[str, AnswerWords]:
    """Read ``data/content/sms/answers.yml``. Raises `CatalogueError`."""
    content = read_content(path, SCHEMA)
    return {language: _words(lists) for language, lists in content["answers"].items()}


def _words(lists: Mapping[str, Any]) -> AnswerWords:
    last = dict.fromkeys(map(_plain, lists["last"]), -1)
    return AnswerWords(
        numbers=_places(lists["numbers"]),
        ordinals=_places(lists["ordinals"]) | last,
        before_number=_phrases(lists["before_number"]),
        before_place=_phrases(lists["before_place"]),
        after_place=_phrases(lists["after_place"]),
        polite=_phrases(lists["polite"]),
        more=frozenset(map(_plain, lists["more"])),
        hollow=frozenset(map(_plain, lists["hollow"])),
    )


def _places(lists: Sequence[Sequence[str]]) -> dict[str, int]:
    return {_plain(word): place for place, words in enumerate(lists, 1) for word in words}


def _phrases(phrases: Sequence[str]) -> tuple[list[str], ...]:
    return tuple(_plain(phrase).split() for phrase in phrases)


def read_answer(
    body: str,
    offers: Sequence[Offer],
    language: str,
    words: Words,
    *,
    by_place: bool = True,
) -> int | None:
    """The index of the offer that a text means; None when it is no answer, or could be two.

    Numbers are those that the renderer wrote: n is the offer n-1, of the first `MOST_CHOICES`.
    ``by_place=False`` is for a message with listings, where "the second one" is a listing.
    """
    said = _plain(body)
    if not said or not offers:
        return None
    labels = [_plain(offer.label) for offer in offers]
    if said in labels:
        return labels.index(said) if labels.count(said) == 1 else None
    shown = min(len(offers), MOST_CHOICES)
    for one in _in_turn(language, words):
        if (place := _place(said.split(), labels, shown, one, by_place)) is not None:
            return place
    more = [n for n, offer in enumerate(offers) if offer.intent == _MORE]
    if more and any(said in one.more for one in words.values()):
        return more[0]
    return _guess(said, offers, labels, _hollow(words))


def _in_turn(language: str, words: Words) -> Iterator[AnswerWords]:
    """The language of the conversation first: people mix them, above all in numbers."""
    yield from (words[one] for one in sorted(words, key=lambda one: one != language))


def _hollow(words: Words) -> frozenset[str]:
    return frozenset().union(*(one.hollow for one in words.values()))


def _place(
    said: list[str], labels: Sequence[str], shown: int, words: AnswerWords, by_place: bool
) -> int | None:
    """The index by a number, a word for it, a place in the row, or a line as it was sent."""
    said = _without_end(_without_start(said, words.polite), words.polite)
    if not said:
        return None
    number = _number(_without_start(said, words.before_number), labels, words)
    place = -1 if number is None else number
    if number is None and by_place:
        row = _without_end(_without_start(said, words.before_place), words.after_place)
        ordinal = words.ordinals.get(row[0]) if len(row) == 1 else None
        place = -1 if ordinal is None else (shown if ordinal == -1 else ordinal)
    return place - 1 if 1 <= place <= shown else None


def _number(said: Sequence[str], labels: Sequence[str], words: AnswerWords) -> int | None:
    if not said:
        return None
    first, rest = said[0], " ".join(said[1:])
    number = words.numbers.get(first)
    if number is None and re.fullmatch("[1-9]", first):
        number = int(first)
    if number is None or not rest:
        return number
    return number if number <= len(labels) and labels[number - 1] == rest else None


def _guess(
    said: str, offers: Sequence[Offer], labels: Sequence[str], hollow: frozenset[str]
) -> int | None:
    """By the beginning of one label only, or by a label with a letter or two wrong."""
    open_to_it = [n for n, offer in enumerate(offers) if not offer.do]
    telling = any(len(word) >= _SHORTEST_TELLING and word not in hollow for word in said.split())
    starts = [n for n in range(len(labels)) if f"{labels[n]} ".startswith(f"{said} ")]
    if telling and len(starts) == 1:
        return starts[0] if starts[0] in open_to_it else None
    near = [n for n in open_to_it if _is_misspelt(said, labels[n])]
    return near[0] if len(near) == 1 else None


def _is_misspelt(said: str, label: str) -> bool:
    """Letters only: a number that is not the same is another one."""
    letters = sum(letter.isalpha() for letter in label)
    if letters < _SHORTEST_MISSPELT or _digits(said) != _digits(label):
        return False
    most = 2 if letters >= _LONG else 1
    return bool(OSA.distance(said, label, score_cutoff=most) <= most)


def _digits(text: str) -> list[str]:
    return re.findall(r"\d", text)


def _without_start(said: list[str], phrases: Sequence[list[str]]) -> list[str]:
    """Without those at its start, however many; one that is all there is stays."""
    for phrase in phrases:
        if len(said) > len(phrase) and said[: len(phrase)] == phrase:
            return _without_start(said[len(phrase) :], phrases)
    return said


def _without_end(said: list[str], phrases: Sequence[list[str]]) -> list[str]:
    for phrase in phrases:
        if len(said) > len(phrase) and said[-len(phrase) :] == phrase:
            return _without_end(said[: -len(phrase)], phrases)
    return said


_KEPT = frozenset("%&@")
"""Marks that change what a number means, such as money signs and ``+``, which stay too."""


def _plain(text: str) -> str:
    """In lower case, without accents, marks and emoji; digits of any script as ours."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(map(_plain_letter, letters)).split())


def _plain_letter(letter: str) -> str:
    if letter in "'’‘ʼ":
        return ""
    kind = unicodedata.category(letter)
    if kind == "Nd":
        return str(unicodedata.decimal(letter))
    if kind.startswith("M") or kind == "Cf":
        return ""
    if letter in _KEPT or kind in ("Sc", "Sm"):
        return letter
    return letter if letter.isalnum() else " "
