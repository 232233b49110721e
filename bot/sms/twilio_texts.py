"""What a clinic's operator pastes into Twilio's Advanced Opt-Out: its answers to STOP, START, HELP.

Twilio answers these words before we do. The words are in ``data/content/sms/twilio.yml``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bot.clinic import Clinic
from bot.settings import PROJECT
from bot.sms.segments import plain, segments
from bot.widget.assets import load_words
from guardrails.helplines import Helplines, load_helplines

CONTENT = PROJECT / "data" / "content"
KINDS = ("opt_out", "opt_in", "help")


@dataclass(frozen=True)
class TwilioText:
    """``kind``: opt_out | opt_in | help, what it is the answer to."""

    kind: str
    language: str
    text: str


def twilio_texts(clinic: Clinic, content: Path = CONTENT) -> list[TwilioText]:
    """In the clinic's languages, one segment each. Raises `CatalogueError`, `HelplineError`."""
    words = load_words(content / "sms" / "twilio.yml")
    lines = load_helplines(content / "helplines.yml", date.today())
    return [
        TwilioText(
            kind,
            language,
            _filled(words.by_language[language][kind], clinic, language, lines),
        )
        for language in clinic.languages
        for kind in KINDS
    ]


def _filled(text: str, clinic: Clinic, language: str, lines: Helplines) -> str:
    """With the clinic's name where that fits one segment."""
    slots = {
        "{emergency}": lines.emergency(clinic.country, language),
        "{crisis_line}": lines.crisis_line(clinic.country, language),
    }
    for slot, value in slots.items():
        text = text.replace(slot, value)
    named = plain(text.replace("{clinic}", clinic.name))
    return named if segments(named) == 1 else plain(text.replace(", {clinic}", ""))


def print_twilio_texts(
    clinic: Clinic,
    write: Callable[[str], object],
    content: Path = CONTENT,
) -> None:
    """A heading and a text each, to copy."""
    for one in twilio_texts(clinic, content):
        write(f"{one.kind} ({one.language}), {len(one.text)} characters\n  {one.text}\n\n")
