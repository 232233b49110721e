"""Every message as a text: how many segments in which language, and what is wrong with it as one.

A crisis text is one segment of GSM-7 in every country and language, so that it comes whole and at
once. The first text of any other message is at most two. Long content (an answer, a list) goes out
in parts, by MORE. Measured as it goes out: released with its words for a text
(`data/content/short`) and in plain letters. `data/guardrails/texts.yml` has what no text may say.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from bot.sms.samples import SIZES, NoSample, slots_of
from bot.sms.segments import is_gsm, length, plain, segments
from guardrails.catalogue import Catalogue, Choice, Message
from guardrails.helplines import Helplines
from guardrails.release import Releaser
from guardrails.slots import Withheld
from guardrails.wording import Ban, load_bans

LANGUAGES = ("en", "es")
TEXTS = "texts.yml"
"""The bans of texts, in ``data/guardrails``."""
CRISIS = 1
FIRST = 2
"""The most segments of a crisis text, and of the first text of any other message."""
_HOME = "US"
_OF_LABELS = "label_"


@dataclass(frozen=True)
class Row:
    """One message in one language. ``segments`` with what usually stands in its slots; ``longest``
    and ``units`` with the longest that may, in the country where that takes most."""

    message: str
    kind: str
    language: str
    segments: int
    longest: int
    units: int
    gsm: bool
    parts: int
    """How many texts it comes in, the first and those by MORE."""
    short: bool
    """It has words of its own for a text."""

    @property
    def encoding(self) -> str:
        return "GSM-7" if self.gsm else "UCS-2"


class Table:
    """The rows of a catalogue. A message without words in a language is not in it in that one."""

    def __init__(self, catalogue: Catalogue, helplines: Helplines) -> None:
        self.catalogue = catalogue
        self.helplines = helplines
        self._releaser = Releaser(catalogue, helplines)

    def rows(self) -> Iterator[Row]:
        """Raises `NoSample`, which `faults` tells in words."""
        for message in self._whole():
            for language in LANGUAGES:
                if language in (message.short or message.words):
                    yield self._row(message, language)

    def faults(self) -> Iterator[str]:
        """One line for each text that is too long, costs too much, or is in English only."""
        for message in self._whole():
            spoken = message.short or message.words
            if "es" not in spoken and message.kind != "answer":
                yield f"{message.id}: as a text it is in English only; write it in Spanish too"
            for language in LANGUAGES:
                if language in spoken:
                    yield from self._too_long(message, language)

    def _whole(self) -> list[Message]:
        """Messages that go out by themselves: no fragments."""
        return [one for one in self.catalogue.messages.values() if one.kind != "fragment"]

    def _too_long(self, message: Message, language: str) -> Iterator[str]:
        try:
            row = self._row(message, language)
        except NoSample as slot:
            yield f"{message.id}: no sample for {slot}; add one to bot/sms/samples.py"
            return
        most = CRISIS if message.kind == "safety" else FIRST
        measured = row.segments if in_parts(message) else row.longest
        what = "a crisis text" if message.kind == "safety" else "a text"
        if measured > most and message.kind != "answer":
            yield (
                f"{message.id} ({language}): {what} of {measured} segments ({row.units} places), "
                f"over {most}; write shorter words in data/content/short"
            )
        if not row.gsm:
            yield f"{message.id} ({language}): has a letter that no plain text (GSM-7) holds"

    def _row(self, message: Message, language: str) -> Row:
        typical = self._text(message, language, _HOME, "typical")
        texts = [
            self._text(message, language, country, size)
            for country in self.helplines.countries
            for size in SIZES
        ]
        longest = max(texts, key=lambda text: (segments(text), length(text)))
        long_content = in_parts(message) or message.kind == "answer"
        return Row(
            message=message.id,
            kind=message.kind,
            language=language,
            segments=segments(typical),
            longest=segments(longest),
            units=length(longest),
            gsm=all(is_gsm(text) for text in texts),
            parts=math.ceil(segments(longest) / FIRST) if long_content else 1,
            short=bool(message.short),
        )

    def _text(self, message: Message, language: str, country: str, size: str) -> str:
        slots = slots_of(
            self.catalogue, message, "longest" if size == "longest" else "typical", language
        )
        draft = {"message": message.id, "slots": slots}
        try:
            released = self._releaser.release(draft, language, country, short=True)
        except Withheld as why:
            raise NoSample(str(why)) from None
        return plain(released.text)


def in_parts(message: Message) -> bool:
    """Whether it holds a list of any length, which goes on by MORE."""
    return "lines" in message.slots.values()


def unfit(catalogue: Catalogue, bans: list[Ban]) -> Iterator[str]:
    """Words that make no sense in a text or are dangerous in one; bans that fail their examples."""
    for ban in bans:
        yield from (
            f"{ban.id}: lets through {t!r}" for t in ban.catches if not ban.pattern.search(t)
        )
        yield from (f"{ban.id}: stops {t!r}" for t in ban.passes if ban.pattern.search(t))
    said: list[tuple[str, Mapping[str, str], bool]] = [
        *((one.id, one.short or one.words, False) for one in catalogue.messages.values()),
        *((one.id, _label(one), True) for one in catalogue.choices.values()),
    ]
    for name, words, is_label in said:
        for ban in bans:
            if ban.id.startswith(_OF_LABELS) and not is_label:
                continue
            yield from _banned(name, words, ban)


def _banned(name: str, words: Mapping[str, str], ban: Ban) -> Iterator[str]:
    if any(fnmatch(name, allowed) for allowed in ban.allowed):
        return
    for language, text in words.items():
        if found := ban.pattern.search(text):
            yield f"{name} ({language}): as a text says {found.group()!r}: {ban.why}"


def _label(choice: Choice) -> Mapping[str, str]:
    return choice.short or choice.label


def load_text_bans(folder: Path) -> list[Ban]:
    """The bans of texts, from ``data/guardrails``."""
    return load_bans(folder / TEXTS)
