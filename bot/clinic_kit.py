"""A clinic's papers: the templates in docs/clinic-kit, filled from the clinic's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import jinja2

from bot.clinic import Clinic
from bot.settings import PROJECT
from guardrails.catalogue import LANGUAGES
from guardrails.helplines import Helplines
from guardrails.slots import PLAIN

TEMPLATES = PROJECT / "docs" / "clinic-kit"
_ENDING = ".md.j2"
_LANGUAGE = re.compile(r"\.([a-z]{2})\.md\.j2$")
_BLANK = re.compile(r"\[(?:FILL IN|COMPLETAR): [^\]]+\]")
_GAPS = re.compile(r"\n{3,}")


class KitError(Exception):
    """The papers cannot be made: one line, with the mend."""


@dataclass(frozen=True)
class Paper:
    name: str
    """Of its file: ``consent.es.md``."""
    text: str

    @property
    def blanks(self) -> int:
        """How many marked blanks are left for people to fill in."""
        return len(_BLANK.findall(self.text))


def papers(
    clinic: Clinic, helplines: Helplines, made_on: date, templates: Path = TEMPLATES
) -> list[Paper]:
    """What people read is in each of the clinic's languages that there is a template in; the
    rest, which is for those who run it, in English. Raises `KitError`."""
    made = jinja2.Environment(  # Markdown, read as text: nothing to escape
        loader=jinja2.FileSystemLoader(templates),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    made.filters["phone"] = PLAIN["phone"]
    made.globals["made_on"] = made_on.isoformat()
    made.globals["lines"] = {
        language: {
            "emergency": helplines.emergency(clinic.country, language),
            "crisis_line": helplines.crisis_line(clinic.country, language),
        }
        for language in LANGUAGES
    }
    try:
        return [
            Paper(name.removesuffix(".j2"), _tidy(made.get_template(name).render(clinic=clinic)))
            for name in _wanted(clinic, templates)
        ]
    except jinja2.TemplateError as fault:
        raise KitError(f"a template in {templates} cannot be filled: {fault}") from fault


def write_papers(made: list[Paper], folder: Path) -> None:
    """Makes the folder; writes all papers or none over what is there. Raises `KitError`."""
    there = [paper.name for paper in made if (folder / paper.name).exists()]
    if there:
        raise KitError(
            f"{folder} holds {', '.join(there)} already, perhaps filled in; name another folder"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for paper in made:
            (folder / paper.name).write_text(paper.text, encoding="utf-8")
    except OSError as fault:
        raise KitError(f"{folder} cannot be written to: {fault.strerror}") from fault


def _wanted(clinic: Clinic, templates: Path) -> Iterator[str]:
    found = sorted(path.name for path in templates.glob(f"*{_ENDING}"))
    if not found:
        raise KitError(f"{templates} holds no templates; the kit is part of the repository")
    for name in found:
        language = _LANGUAGE.search(name)
        if language is None or language[1] in clinic.languages:
            yield name


def _tidy(text: str) -> str:
    return _GAPS.sub("\n\n", text).strip() + "\n"
