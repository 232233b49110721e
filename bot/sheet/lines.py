"""A sheet's card as lines. Questions have numbers, as in the chat, so that "take out 4" means the
same one everywhere; what to ask and what to bring has a box to tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NUMBERED = frozenset({"questions", "own_questions"})
TICKED = NUMBERED | {"bring"}


@dataclass(frozen=True)
class Line:
    """``number`` is None where lines are not counted."""

    number: int | None
    text: str
    why: str | None
    own: bool


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    lines: tuple[Line, ...]

    @property
    def numbered(self) -> bool:
        return self.id in NUMBERED

    @property
    def ticked(self) -> bool:
        return self.id in TICKED


def sections_of(card: Mapping[str, Any]) -> list[Section]:
    """The sections that have lines, in order."""
    return [
        Section(one["id"], one["title"], tuple(_lines(one)))
        for one in card["sections"]
        if one["lines"]
    ]


def _lines(section: Mapping[str, Any]) -> Iterator[Line]:
    for n, line in enumerate(section["lines"], 1):
        number = n if section["id"] in NUMBERED else None
        yield Line(number, line["text"], line.get("why"), bool(line["own"]))


def plain_lines(card: Mapping[str, Any], said: str) -> Iterator[str]:
    """For a text message: each section with its lines, but one that stands in ``said`` already."""
    for section in sections_of(card):
        if all(line.text in said for line in section.lines):
            continue
        lines = [
            f"{f'{line.number}.' if line.number else '-'} {line.text}" for line in section.lines
        ]
        yield "\n".join([f"{section.title}:", *lines])
