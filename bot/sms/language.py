"""Which of a clinic's languages a text is in, by the small words that people cannot do without.

Texts are short, typed in haste, and full of names: a name or a place alone changes nothing, nor
does a word that both languages have, and a text in both stays in the language that was spoken. The
words are in ``data/content/sms/languages.yml``. Nothing is learnt, nothing is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from guardrails.catalogue import WHOLE, read_content
from guardrails.normalise import fold

PATH = Path(__file__).resolve().parents[2] / "data" / "content" / "sms" / "languages.yml"
_LIST = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^[a-z]+$"}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "languages"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "languages": {
            "type": "object",
            "required": list(WHOLE),
            "additionalProperties": {
                "type": "object",
                "required": ["clear", "faint"],
                "additionalProperties": False,
                "properties": {"clear": _LIST, "faint": _LIST},
            },
        },
    },
}
_WORD = re.compile(r"[^\W\d_]+")
_CLEAR, _FAINT = 2, 1
_SWITCH, _SWITCH_FIRST = 4, 2
"""How much must speak for another language: two clear words; of a first text, one."""


@dataclass(frozen=True)
class Vocabulary:
    """The words of one language, folded."""

    clear: frozenset[str]
    faint: frozenset[str]

    def weight(self, words: frozenset[str]) -> int:
        """0 without a clear word: faint ones alone can be a name (Las Vegas, de los Santos)."""
        clear = len(self.clear & words)
        return clear and _CLEAR * clear + _FAINT * len(self.faint & words)


def language_of(
    body: str, now_speaking: str, offered: Collection[str], *, first: bool = False
) -> str:
    """One of ``offered``, or ``now_speaking``. A ``first`` text needs less to be believed: what is
    spoken then is only what the number was set to."""
    words = frozenset(_WORD.findall(fold(body).replace("'", "")))
    known = vocabularies()
    weights = {
        language: known[language].weight(words)
        for language in {*offered, now_speaking}
        if language in known
    }
    if "es" in weights and any(mark in body for mark in "¿¡"):
        weights["es"] += _CLEAR
    here = weights.pop(now_speaking, 0)
    other = max(weights, key=lambda language: weights[language], default=None)
    if other is None:
        return now_speaking
    enough = weights[other] >= (_SWITCH_FIRST if first else _SWITCH)
    return other if enough and weights[other] > 2 * here else now_speaking


@cache
def vocabularies() -> Mapping[str, Vocabulary]:
    return load_vocabularies()


def load_vocabularies(path: Path = PATH) -> Mapping[str, Vocabulary]:
    """Raises `CatalogueError`."""
    document = read_content(path, SCHEMA)
    return {
        language: Vocabulary(frozenset(lists["clear"]), frozenset(lists["faint"]))
        for language, lists in document["languages"].items()
    }
