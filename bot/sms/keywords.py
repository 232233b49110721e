"""A text that is nothing but a word with a meaning of its own: STOP, START, HELP, MORE, a language.

The words are in ``data/content/sms/keywords.yml``. Case, accents, full-width and invisible letters,
punctuation and signs around it make no difference, nor does the word twice or letter by letter. A
longer text is never one: "make it stop" goes to screening like any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from guardrails.catalogue import CatalogueError, read_content
from guardrails.normalise import fold


class Keyword(str, Enum):
    STOP = "stop"
    START = "start"
    HELP = "help"
    MORE = "more"
    SPANISH = "spanish"
    ENGLISH = "english"


_NAMES = [keyword.value for keyword in Keyword]
_WORDS = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "keywords", "polite", "never_polite", "never_beside"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "keywords": {
            "type": "object",
            "required": _NAMES,
            "additionalProperties": False,
            "properties": dict.fromkeys(_NAMES, _WORDS),
        },
        "polite": _WORDS,
        "never_polite": _WORDS,
        "never_beside": {"type": "string"},
    },
}
_LONGEST = 60
"""Characters of a text that may still be one of the words."""
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Keywords:
    """``words`` and ``polite`` are folded; ``lists`` are the words as they are written."""

    words: Mapping[str, Keyword]
    polite: re.Pattern[str]
    never_polite: frozenset[str]
    never_beside: frozenset[str]
    lists: Mapping[Keyword, tuple[str, ...]]

    def of(self, body: str, opt_out: str | None = None) -> Keyword | None:
        """``opt_out`` is Twilio's OptOutType, which wins: Twilio has acted on it already."""
        if (said := (opt_out or "").strip().lower()) in ("stop", "start", "help"):
            return Keyword(said)
        if len(body) > _LONGEST or not self.never_beside.isdisjoint(body):
            return None
        line = _line(body)
        bare = self.polite.sub("", line)
        if bare != line and bare in self.never_polite:
            return None
        return self.words.get(bare)


def _line(body: str) -> str:
    """The words of it, one space apart; the same one several times is one, spelled out too."""
    words = _WORD.findall(fold(body))
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return "".join(words)
    return words[0] if len(set(words)) == 1 else " ".join(words)


def load_keywords(content: Path) -> Keywords:
    """Read ``sms/keywords.yml`` of ``content``. Raises `CatalogueError`."""
    path = content / "sms" / "keywords.yml"
    document = read_content(path, SCHEMA)
    lists = {Keyword(name): tuple(words) for name, words in document["keywords"].items()}
    said = {_line(word): keyword for keyword, words in lists.items() for word in words}
    if len(said) < sum(map(len, lists.values())):
        raise CatalogueError([f"{path.name}: a word stands there twice"])
    polite = "|".join(_line(word) for word in document["polite"])
    return Keywords(
        words=said,
        polite=re.compile(f"^(?:(?:{polite}) )+|(?: (?:{polite}))+$"),
        never_polite=frozenset(map(_line, document["never_polite"])),
        never_beside=frozenset(document["never_beside"]),
        lists=lists,
    )
