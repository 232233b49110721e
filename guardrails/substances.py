"""Words about alcohol and drugs: what goes to staff only when a person agrees to that by itself.

42 CFR Part 2 protects records of care for substance use. A person's own words may become such a
record at a clinic, so they are asked about them apart. Matching too much only asks once more.
Nothing is said of the person by it, and nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guardrails.line import Line
from guardrails.normalise import Normaliser, Spelling, fold
from guardrails.pattern import Pattern, PatternReader
from guardrails.rules import RULES, SUBSTANCES, load_yaml


@dataclass(frozen=True)
class SubstanceBook:
    """One language's patterns, with texts that they must find and texts that they must not."""

    language: str
    normaliser: Normaliser
    stems: frozenset[str]
    patterns: tuple[Pattern, ...]
    catches: tuple[str, ...]
    passes: tuple[str, ...]

    def mentioned(self, folded: str) -> bool:
        line = Line(self.normaliser(folded), self.stems)
        return any(pattern.found(line) for pattern in self.patterns)


@dataclass(frozen=True)
class Substances:
    books: Sequence[SubstanceBook]

    def mentioned(self, text: str) -> bool:
        """Whether a text speaks of alcohol or drugs, in any language that we read."""
        folded = fold(text)
        return any(book.mentioned(folded) for book in self.books)


def load_substances(folder: Path = RULES) -> Substances:
    """Every language under ``folder``. Raises `RuleError`."""
    paths = sorted(folder.glob(f"*/{SUBSTANCES}"))
    return Substances(tuple(_book(path) for path in paths))


def _book(path: Path) -> SubstanceBook:
    data = load_yaml(path, "substances.json")
    spelling = Spelling(**load_yaml(path.with_name("spelling.yml"), "spelling.json"))
    lists: Mapping[str, str] = {}
    reader = PatternReader(lists, Normaliser(spelling, ()).expand, lambda _word: 1.0)
    patterns = tuple(reader.read(text) for text in data["patterns"])
    known = {word.rstrip("*") for word in reader.vocabulary}
    return SubstanceBook(
        path.parent.name,
        Normaliser(spelling, known),
        frozenset(word for word in reader.vocabulary if word.endswith("*")),
        patterns,
        tuple(data["catches"]),
        tuple(data["passes"]),
    )
