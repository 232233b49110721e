"""The book of all words as one HTML page that needs nothing else: to print, mark and sign."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import jinja2

from bot.book.entries import Section

TEMPLATES = Path(__file__).resolve().parent / "templates"


def document(
    sections: Sequence[Section],
    labels: Mapping[str, str],
    words: SimpleNamespace,
    language: str,
    today: date,
) -> str:
    """The page. ``words`` is `data/content/staff/content.yml` in the reader's ``language``, which
    ``labels`` are in too."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return made.get_template("book.html").render(
        sections=sections, labels=labels, words=words, language=language, today=today
    )
