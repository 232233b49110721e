"""What one more look at a clinic tells: topics without an answer, and things to think of."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.clinic import Clinic
from bot.topics import is_topic
from guardrails.catalogue import load_catalogue
from guardrails.reading import LONGEST_SENTENCE

_LONG_WORD = 13  # letters
_ENDS = re.compile(r"(?<=[.?!])\s+")


class Hints:
    """Raises `CatalogueError` when the content itself is faulty."""

    def __init__(self, content: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._catalogue = load_catalogue(content)
        self._environ = environ

    def faults(self, clinic: Clinic) -> Iterator[str]:
        for page, topic in clinic.pages.items():
            if not is_topic(self._catalogue, topic):
                yield f"pages: {page}: {topic!r} is not a topic that we have an answer for"

    def hints(self, clinic: Clinic) -> Iterator[str]:
        if not clinic.origins:
            yield "origins is empty: only our own pages show the chat"
        if clinic.phone is None:
            yield "phone is missing: people can't be told whom to call at the clinic"
        if clinic.handoff and clinic.hours is None:
            yield "hours is missing: people are told at any hour that somebody may answer"
        yield from self._secrets(clinic)
        for language, text in clinic.greeting.items():
            yield from _hard(f"greeting.{language}", text)
        if clinic.greeting and len(clinic.greeting) < len(clinic.languages):
            yield "greeting is not in every language of the clinic"

    def _secrets(self, clinic: Clinic) -> Iterator[str]:
        way = clinic.handoff
        names = (way.webhook_secret_env, way.chatwoot_secret_env) if way else ()
        for name in filter(None, names):
            if not self._environ.get(name):
                yield f"{name} is not set here; the service needs it in its environment"


def _hard(where: str, text: str) -> Iterator[str]:
    """What makes a greeting hard to read; grade 8 is what our own words keep to."""
    for sentence in _ENDS.split(text):
        if len(sentence.split()) > LONGEST_SENTENCE:
            yield f"{where}: a sentence of {len(sentence.split())} words is hard to read"
    long = [word for word in re.findall(r"\w+", text) if len(word) >= _LONG_WORD]
    if long:
        yield f"{where}: long words are hard to read: {', '.join(long)}"
