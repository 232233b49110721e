"""The ids of our terms in how sources and people name things: payers, languages and the rest.

The names are those of `data/content/terms` (a term's label in any language, and its aliases) and,
for what only lists and forms write, such as codes of languages, `data/providers/names.yml`.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml
from rapidfuzz import process
from rapidfuzz.distance import OSA

_DATA = Path(__file__).resolve().parent.parent / "data"
_TERMS = _DATA / "content" / "terms"
_CODES = _DATA / "providers" / "names.yml"

_LONGEST_TEXT = 1000  # characters that are looked at
_LONGEST = 6  # words in one name

# A misspelt word is one letter off, a long one two, and begins as the right one does. Shorter words
# are too near to everyday ones ("care", "card"); a name of a single word must be longer still.
_LEAST_TYPED, _LEAST_MEANT, _LEAST_ALONE, _LONG = 4, 5, 6, 9
_FEW = 8  # words; in a longer text nothing is taken for a misspelling

_SENTENCES = re.compile(r"[;()\n|!?]|[.](?=\s|$)")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,8})+", re.I)  # "es-MX": the language comes first
_ITEMS = re.compile(r"[,;|\n/]")
# From these words on, what is named is left out; from those on, it counts again.
_NOT = frozenset({
    "not", "no", "non", "dont", "doesnt", "don", "doesn", "than", "except", "excluding", "without",
    "excepto", "salvo", "sin",
})  # fmt: skip
_BUT = frozenset(["but", "we", "however", "pero"])

_Names = dict[str, tuple[str, ...]]


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case, without accents, letters and digits only: how names are compared."""
    if text.isascii():
        return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in apart if unicodedata.category(letter)[0] != "M")
    return " ".join(re.findall(r"[^\W_]+", kept))


@lru_cache(maxsize=20_000)
def named(kind: str, text: str) -> tuple[str, ...]:
    """The ids of the terms of a kind ("payer", "language", "role") that a short text names, in
    the order in which it names them; the longest name that fits counts.

    A name of two things gives both ("Aetna Better Health" is Aetna and Medicaid). What is named to
    be left out is left out ("no Medicaid", "other than Kaiser"). Codes count where there is nothing
    but codes ("es-MX"). In a short text a word of a name may be misspelt ("blue cros").
    """
    text = text[:_LONGEST_TEXT]
    found = _coded(kind, text)
    for sentence in _SENTENCES.split(text) if not found else ():
        found += _said(kind, plain(sentence).split())
    return tuple(dict.fromkeys(found))


@cache
def values(kind: str) -> tuple[str, ...]:
    """Every id of a kind."""
    return tuple(dict.fromkeys(value for several in _names(kind).values() for value in several))


def _coded(kind: str, text: str) -> list[str]:
    """What a text means that is a code or a list of codes; nothing when any of it is more."""
    codes = _codes(kind)
    found = []
    for item in _ITEMS.split(text):
        tag = _TAG.fullmatch(item.strip())
        found.append(
            codes.get(plain(item.replace("_", " "))) or (codes.get(plain(tag[1])) if tag else None)
        )
    return [one for one in found if one] if all(found) else []


def _said(kind: str, words: list[str]) -> list[str]:
    """What the words of one sentence name."""
    found: list[str] = []
    at, left_out, few = 0, False, len(words) <= _FEW
    while at < len(words):
        means, size = _exactly(kind, words, at)
        if not means and few:
            means, size = _misspelt(kind, words, at)
        if means and not left_out:
            found += means
        elif not means:
            left_out = (left_out or words[at] in _NOT) and words[at] not in _BUT
        at += size
    return found


def _exactly(kind: str, words: list[str], at: int) -> tuple[tuple[str, ...], int]:
    known = _names(kind)
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        if means := known.get(" ".join(words[at : at + size])):
            return means, size
    return (), 1


def _misspelt(kind: str, words: list[str], at: int) -> tuple[tuple[str, ...], int]:
    """The longest name that starts here when one of its words is put right."""
    known = _names(kind)
    for size in range(min(_LONGEST, len(words) - at), 0, -1):
        span = words[at : at + size]
        for place, word in enumerate(span):
            for meant in _near(kind, word):
                if size == 1 and len(meant) < _LEAST_ALONE:
                    continue
                if means := known.get(" ".join([*span[:place], meant, *span[place + 1 :]])):
                    return means, size
    return (), 1


@lru_cache(maxsize=20_000)
def _near(kind: str, word: str) -> tuple[str, ...]:
    """The words of names that this one may be a misspelling of, nearest first."""
    known = _words(kind)
    if len(word) < _LEAST_TYPED or word in known or word in _ordinary() or not word.isalpha():
        return ()
    near = process.extract(word, known, scorer=OSA.distance, score_cutoff=2, limit=None)
    return tuple(
        meant
        for meant, edits, _ in sorted(near, key=lambda one: (one[1], -len(one[0]), one[0]))
        if meant[0] == word[0]
        and len(meant) >= _LEAST_MEANT
        and (edits == 1 or min(len(meant), len(word)) >= _LONG)
    )


@cache
def _terms() -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for path in sorted(_TERMS.glob("*.yml")):
        terms |= yaml.safe_load(path.read_text("utf-8"))["terms"] or {}
    return terms


@cache
def _names(kind: str) -> _Names:
    names: _Names = {}
    for term, facts in _terms().items():
        of, _, value = term.partition(".")
        if of == kind:
            labels = (*facts["label"].values(), *facts.get("plural", {}).values())
            for name in {plain(one) for one in (*labels, *facts.get("aliases", ()))}:
                names[name] = (*names.get(name, ()), value)
    names.pop("", None)
    return names


@cache
def _words(kind: str) -> frozenset[str]:
    return frozenset(word for name in _names(kind) for word in name.split())


@cache
def _listed() -> dict[str, Any]:
    listed: dict[str, Any] = yaml.safe_load(_CODES.read_text("utf-8"))
    return listed


@cache
def _codes(kind: str) -> dict[str, str]:
    """What counts as all that a field says: our own ids, and the codes."""
    codes = {plain(value.replace("_", " ")): value for value in values(kind)}
    for value, several in _listed()["codes"].get(kind, {}).items():
        codes |= {plain(code): value for code in several}
    return codes


@cache
def _ordinary() -> frozenset[str]:
    return frozenset(_listed()["ordinary"])
