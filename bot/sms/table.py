"""Every message as a text: how many segments in which language, and what is wrong with it as one.

A crisis text is one segment of GSM-7 in every country and language, so that it comes whole and at
once. The first text of any other message is at most two, choices and all (an answer's three, with
its source); so are its words alone with the longest values. Long content (an answer, a list) goes
on by MORE. Measured as it goes out: released with its words for a text (`data/content/short`) and
rendered. What no text may say is in `data/guardrails/texts.yml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path

import yaml

from bot.conversation import bot_message
from bot.sms.render import Renderer
from bot.sms.samples import SIZES, NoSample, Size, slots_of
from bot.sms.segments import is_gsm, length, plain, segments
from bot.widget.assets import load_words
from guardrails.catalogue import LANGUAGES, WHOLE, Catalogue, Message, load_catalogue
from guardrails.helplines import Helplines, load_helplines
from guardrails.plain_yaml import PlainLoader
from guardrails.release import Released, Releaser
from guardrails.slots import Withheld
from guardrails.wording import Ban, load_bans

CRISIS, FIRST = 1, 2
"""The most segments of a crisis text, and of the first text of any other message."""
_HOME = "US"
_OF_LABELS = "label_"


@dataclass(frozen=True)
class Row:
    """One message in one language. ``segments`` and ``parts`` with what usually stands in its slots
    and with its choices, ``longest`` and ``units`` of its words alone with the longest that may, in
    the country where that takes most."""

    message: str
    kind: str
    language: str
    segments: int
    """Of the first text."""
    parts: int
    """How many texts it comes in, the first and those by MORE."""
    longest: int
    units: int
    gsm: bool
    short: bool
    """It has words of its own for a text."""

    @property
    def encoding(self) -> str:
        return "GSM-7" if self.gsm else "UCS-2"


@dataclass(frozen=True)
class Table:
    """The rows of a catalogue. A message without words in a language has no row in that one."""

    catalogue: Catalogue
    helplines: Helplines
    renderer: Renderer
    bans: list[Ban]
    web_only: tuple[str, ...] = ()
    """Messages and choices that no conversation by text comes to (a * stands for anything)."""

    def rows(self) -> Iterator[Row]:
        """Raises `NoSample`, which `faults` tells in words."""
        for message in self._messages():
            for language in LANGUAGES:
                if language in _words(message):
                    yield self._row(message, language)

    def faults(self) -> Iterator[str]:
        """One line for each text that is too long, costs too much, is in English only, or says what
        no text may."""
        for message in self._messages():
            missing = sorted(set(WHOLE) - set(_words(message)))
            if missing and message.kind != "answer":
                yield f"{message.id}: as a text it is not in {', '.join(missing)}; write it too"
            for language in _words(message):
                yield from self._too_long(message, language)
        yield from self._wrong_words()

    def _messages(self) -> list[Message]:
        """Those that go out by themselves, by text."""
        known = self.catalogue.messages.values()
        return [one for one in known if one.kind != "fragment" and not self._web(one.id)]

    def _web(self, name: str) -> bool:
        return any(fnmatch(name, pattern) for pattern in self.web_only)

    def _too_long(self, message: Message, language: str) -> Iterator[str]:
        where = f"{message.id} ({language})"
        try:
            row = self._row(message, language)
        except NoSample as slot:
            yield f"{where}: no sample for {slot}; add one to bot/sms/samples.py"
            return
        if message.kind == "safety" and row.longest > CRISIS:
            yield f"{where}: a crisis text of {row.units} places, {row.longest} segments; {_MEND}"
        elif row.longest > FIRST and not _goes_on(message):
            yield f"{where}: a text of {row.units} places, {row.longest} segments; {_MEND}"
        elif row.segments > _most(message):
            yield f"{where}: a first text of {row.segments} segments, choices and all; {_MEND}"
        if not row.gsm:
            yield f"{where}: has a letter that no plain text (GSM-7) holds; write another"

    def _row(self, message: Message, language: str) -> Row:
        usual = self._released(message, language, _HOME, "typical")
        rendered = self.renderer.render([bot_message(usual, "m", 0.0)], language)
        texts = [
            plain(self._released(message, language, country, size).text)
            for country in self.helplines.countries
            for size in SIZES
        ]
        longest = max(texts, key=lambda text: (segments(text), length(text)))
        return Row(
            message=message.id,
            kind=message.kind,
            language=language,
            segments=segments(rendered.parts[0]),
            parts=len(rendered.parts),
            longest=segments(longest),
            units=length(longest),
            gsm=all(is_gsm(text) for text in (*texts, *rendered.parts)),
            short=bool(message.short),
        )

    def _released(self, message: Message, language: str, country: str, size: Size) -> Released:
        slots = slots_of(self.catalogue, message, size, language)
        draft = {"message": message.id, "slots": slots}
        releaser = Releaser(self.catalogue, self.helplines)
        try:
            return releaser.release(draft, language, country, short=True)
        except Withheld as why:
            raise NoSample(str(why)) from None

    def _wrong_words(self) -> Iterator[str]:
        for ban in self.bans:
            yield from _failing(ban)
            of_labels = ban.id.startswith(_OF_LABELS)
            for message in self.catalogue.messages.values():
                if not of_labels and not self._web(message.id):
                    yield from _banned(message.id, _words(message), ban)
            for choice in self.catalogue.choices.values():
                if not self._web(choice.id):
                    yield from _banned(f"{choice.id}", choice.short or choice.label, ban)


def _most(message: Message) -> int:
    """With its choices; an answer's may stand beside the line with its source."""
    return {"safety": CRISIS, "answer": FIRST + 1}.get(message.kind, FIRST)


_MEND = "write shorter words in data/content/short"


def _words(message: Message) -> Mapping[str, str]:
    return message.short or message.words


def _goes_on(message: Message) -> bool:
    """Whether its words may go on by MORE: an answer, or a list of any length."""
    return message.kind == "answer" or "lines" in message.slots.values()


def _failing(ban: Ban) -> Iterator[str]:
    """The ban's own examples, where it does not do what they say."""
    yield from (f"{ban.id}: lets through {t!r}" for t in ban.catches if not ban.pattern.search(t))
    yield from (f"{ban.id}: stops {t!r}" for t in ban.passes if ban.pattern.search(t))


def _banned(name: str, words: Mapping[str, str], ban: Ban) -> Iterator[str]:
    if any(fnmatch(name, allowed) for allowed in ban.allowed):
        return
    for language, text in words.items():
        if found := ban.pattern.search(text):
            yield f"{name} ({language}): as a text says {found.group()!r}: {ban.why}"


def open_table(data: Path, today: date) -> Table:
    """From the ``data`` folder. Raises what its loaders raise."""
    content, rules = data / "content", data / "guardrails" / "texts.yml"
    catalogue = load_catalogue(content)
    words = load_words(content / "sms" / "rendering.yml").by_language
    document = yaml.load(rules.read_text("utf-8"), Loader=PlainLoader)  # noqa: S506
    return Table(
        catalogue,
        load_helplines(content / "helplines.yml", today),
        Renderer(words, catalogue),
        load_bans(rules),
        tuple(document.get("web_only", ())),
    )
