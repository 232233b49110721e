"""A sheet as a plain text file: UTF-8, lines as the person wrote them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.sheet.lines import Line, sections_of


def plain_text(card: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """``words`` are those of ``data/content/sheet_page.yml``, in the sheet's language."""
    parts = [card["title"]]
    sections = sections_of(card)
    for section in sections:
        box = "[ ] " if section.ticked else ""
        lines = [_line(line, box, words) for line in section.lines]
        parts.append("\n".join([section.title.upper(), *lines]))
    parts += [] if sections else [words["empty"]]
    return "\n\n".join([*parts, words["made_with"]]) + "\n"


def _line(line: Line, box: str, words: Mapping[str, str]) -> str:
    head = f"{box}{line.number}. " if line.number else box or "- "
    text = line.text.replace("\r\n", "\n").replace("\n", "\n" + " " * len(head))
    marked = f"{text} ({words['own']})" if line.own else text
    why = f"\n{' ' * len(head)}{words['why']} {line.why}" if line.why else ""
    return f"{head}{marked}{why}"
