"""Finds the names of data/content/terms in what a person wrote, misspelt ones too.

Names are compared without case, accents, hyphens and punctuation. For each entity the
longest name wins ("addiction counselor" is not "counselor"); names of different entities
may share words ("in Spanish" is a language and a need).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import spacy
import yaml
from spacy.lang.en.stop_words import STOP_WORDS
from spacy.matcher import PhraseMatcher
from spacy.matcher.levenshtein import levenshtein
from spacy.tokens import Doc

from guardrails.plain_yaml import PlainLoader

EXACT, CORRECTED = 1.0, 0.8

# A misspelt word is looked for from five letters up; the name it stands for has six or more.
# Shorter ones differ too little from everyday words ("coach", "couch").
_LEAST_TYPED, _LEAST_NAMED = 5, 6
_LONG_NAME = 9  # from here on two letters may be wrong, below it one

_MARKS = "\u0300-\u036f"
_WORD = re.compile(rf"(?:[^\W_]|[{_MARKS}])+")
_MARK = re.compile(rf"[{_MARKS}]")
_EVERYDAY = "everyday"

Terms = Mapping[str, Sequence[str]]


class TermsError(ValueError):
    """A terms file that cannot be used; says which, what is wrong, and the mend."""


@dataclass(frozen=True)
class Found:
    """A name found at text[start:end]; confidence is 1.0, or 0.8 when it was misspelt."""

    entity: str
    value: str
    start: int
    end: int
    confidence: float = EXACT


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int


def read_terms(folder: Path) -> dict[str, list[str]]:
    """Every name of every term: labels, plurals and aliases of all languages, by term id.

    Raises TermsError for a missing folder, an unreadable file, or an id without a dot.
    """
    if not folder.is_dir():
        raise TermsError(f"{folder}: no such folder of terms; set `terms` in config.yml")
    terms: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.yml")):
        try:
            content = yaml.load(path.read_text("utf-8"), Loader=PlainLoader) or {}  # noqa: S506
        except yaml.YAMLError as error:
            raise TermsError(f"{path}: not valid YAML: {error}") from error
        for term, about in content.get("terms", {}).items():
            if term.count(".") != 1:
                raise TermsError(f"{path}: {term!r} must be entity.value, as in role.therapist")
            terms[term] = sorted(_names(about))
    return terms


def fingerprint(terms: Terms) -> str:
    """Changes when any name changes."""
    return hashlib.sha256(json.dumps(terms, sort_keys=True).encode()).hexdigest()


def fold(text: str) -> str:
    """Lower case without accents, as many characters as before, so that places stay the same."""
    return "".join(unicodedata.normalize("NFKD", letter)[0].lower()[0] for letter in text)


class Gazetteer:
    """The names, ready to be looked for.

    `everyday` lists words and phrases which are no names however much they look like one:
    they are never corrected into a name, and where they cover a name it isn't taken,
    unless it stands alone or in capitals ("act" is a verb, "ACT" a therapy).
    """

    def __init__(self, terms: Terms, everyday: Iterable[str] = ()) -> None:
        self._vocab = spacy.blank("en").vocab
        self._matcher = PhraseMatcher(self._vocab)
        known: set[str] = set()
        for term, names in terms.items():
            phrases = {tuple(word.text for word in _words(name)) for name in names}
            self._add(term, phrases)
            known.update(word for phrase in phrases for word in phrase)
        ordinary = {tuple(word.text for word in _words(phrase)) for phrase in everyday}
        self._add(_EVERYDAY, ordinary)
        ordinary_words = {phrase[0] for phrase in ordinary if len(phrase) == 1}
        self._settled = frozenset(known | ordinary_words | {fold(word) for word in STOP_WORDS})
        self._long = tuple(sorted(word for word in known if _may_be_misspelt(word)))
        self._correct = lru_cache(maxsize=4096)(self._closest)

    def find(self, text: str) -> list[Found]:
        """Names in the order of the text; of two at one place, the longer first."""
        words = _words(text)
        if not words:
            return []
        typed = [word.text for word in words]
        meant = [self._correct(word) for word in typed]
        doc = Doc(self._vocab, words=meant)
        by_entity: dict[str, list[tuple[str, int, int]]] = {}
        everyday: list[tuple[int, int]] = []
        for key, first, last in self._matcher(doc):
            term = self._vocab.strings[key]
            if term == _EVERYDAY:
                everyday.append((first, last))
            else:
                by_entity.setdefault(term.split(".")[0], []).append((term, first, last))
        found = []
        for matches in by_entity.values():
            for term, first, last in _longest(matches):
                start, end = words[first].start, words[last - 1].end
                alone = last - first == len(words)
                if not alone and not _shouted(text, start, end) and _covered(first, last, everyday):
                    continue
                exact = typed[first:last] == meant[first:last]
                entity, value = term.split(".")
                found.append(Found(entity, value, start, end, EXACT if exact else CORRECTED))
        return sorted(found, key=lambda one: (one.start, -one.end, one.entity))

    def _add(self, key: str, phrases: Iterable[tuple[str, ...]]) -> None:
        docs = [Doc(self._vocab, words=list(phrase)) for phrase in sorted(phrases) if phrase]
        if docs:
            self._matcher.add(key, docs)

    def _closest(self, word: str) -> str:
        """The word of a name that this one was meant to be, or the word itself."""
        if len(word) < _LEAST_TYPED or word in self._settled or not word.isalpha():
            return word
        near = []
        for name in self._long:
            allowed = 2 if len(name) >= _LONG_NAME else 1
            if name[0] == word[0] and (edits := levenshtein(word, name, allowed)) <= allowed:
                near.append((edits, abs(len(name) - len(word)), name))
        return min(near)[2] if near else word


def _names(about: Mapping[str, object]) -> set[str]:
    label, plural = about.get("label", {}), about.get("plural", {})
    names: set[object] = set()
    for words in (label, plural):
        if isinstance(words, Mapping):
            names.update(words.values())
    aliases = about.get("aliases") or ()
    if isinstance(aliases, Sequence):
        names.update(aliases)
    return {str(name) for name in names}


def _words(text: str) -> list[_Word]:
    folded = fold(text)
    return [
        _Word(_MARK.sub("", match.group()), match.start(), match.end())
        for match in _WORD.finditer(folded)
        if _MARK.sub("", match.group())
    ]


def _may_be_misspelt(word: str) -> bool:
    return len(word) >= _LEAST_NAMED and word.isalpha()


def _longest(matches: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Of matches that overlap the longest, then the first. A name of two things is both."""
    kept: list[tuple[str, int, int]] = []
    for match in sorted(matches, key=lambda m: (m[1] - m[2], m[1], m[0])):
        if all(
            match[2] <= first or match[1] >= last or match[1:] == (first, last)
            for _, first, last in kept
        ):
            kept.append(match)
    return kept


def _covered(first: int, last: int, spans: list[tuple[int, int]]) -> bool:
    return any(start <= first and last <= end for start, end in spans)


def _shouted(text: str, start: int, end: int) -> bool:
    return text[start:end].isupper() and not text.isupper()
