"""The ids of our terms in how sources and people name things: payers, languages and the rest.

The names are those of `data/content/terms`: a term's label in any language, and its aliases.
"""

import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import yaml

_TERMS = Path(__file__).resolve().parent.parent / "data" / "content" / "terms"
_LONGEST = 6  # words in one name


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case, without accents, letters and digits only: how names are compared."""
    if text.isascii():
        return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
    apart = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(re.findall(r"[a-z0-9]+", kept))


@lru_cache(maxsize=20_000)
def named(kind: str, text: str) -> tuple[str, ...]:
    """The ids of the terms of a kind ("payer", "language", "role") that a short text names, in
    the order in which it names them; the longest name that fits counts."""
    known = _names(kind)
    words = plain(text).split()
    found: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_LONGEST, len(words) - at), 0, -1):
            value = known.get(" ".join(words[at : at + size]))
            if value:
                found.append(value)
                at += size
                break
        else:
            at += 1
    return tuple(dict.fromkeys(found))


@cache
def values(kind: str) -> tuple[str, ...]:
    """Every id of a kind."""
    return tuple(dict.fromkeys(_names(kind).values()))


@cache
def _names(kind: str) -> dict[str, str]:
    names: dict[str, str] = {}
    for path in sorted(_TERMS.glob("*.yml")):
        for term, facts in (yaml.safe_load(path.read_text("utf-8"))["terms"] or {}).items():
            of, _, value = term.partition(".")
            if of == kind:
                for name in (*facts["label"].values(), *facts.get("aliases", ()), value):
                    names.setdefault(plain(name.replace("_", " ")), value)
    return names
