"""A sheet's card as numbered lines. The numbers go through all of it, as they do in the chat, so
that "take out 4" means the same line everywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

TICKED = frozenset({"questions", "own_questions", "bring"})
"""Sections whose lines have a box to tick."""


@dataclass(frozen=True)
class Line:
    number: int
    text: str
    why: str | None
    own: bool


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    lines: tuple[Line, ...]

    @property
    def ticked(self) -> bool:
        return self.id in TICKED


def sections_of(card: Mapping[str, Any]) -> list[Section]:
    """The sections that have lines, in order."""
    number = 0
    found = []
    for section in card["sections"]:
        lines = []
        for line in section["lines"]:
            number += 1
            lines.append(Line(number, line["text"], line.get("why"), bool(line["own"])))
        if lines:
            found.append(Section(section["id"], section["title"], tuple(lines)))
    return found


def plain_lines(card: Mapping[str, Any]) -> Iterator[str]:
    """For a text message: the title, then each section's title and its lines."""
    yield card["title"]
    for section in sections_of(card):
        yield "\n".join(
            [f"{section.title}:", *(f"{line.number}. {line.text}" for line in section.lines)]
        )
