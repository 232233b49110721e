"""What a reviewer reads: each message as people get it, with what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.sms.samples import NoSample, slots_of
from guardrails.catalogue import LANGUAGES, Catalogue, Message, Source
from guardrails.release import Releaser
from guardrails.slots import Withheld


@dataclass(frozen=True)
class Entry:
    """One message in one language. ``text`` is as people see it, slots filled with samples (made
    up); ``short`` is what goes by text where that differs. Dates are ISO, empty when not set."""

    id: str
    kind: str
    language: str
    text: str
    short: str
    choices: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed_on: str
    review_by: str
    owner: str

    def due(self, today: date) -> bool:
        return bool(self.review_by) and date.fromisoformat(self.review_by) <= today


@dataclass(frozen=True)
class Section:
    """The messages of one file, in its order."""

    name: str
    entries: tuple[Entry, ...]


def sections(releaser: Releaser, languages: Sequence[str] = LANGUAGES) -> list[Section]:
    """Every message of the catalogue that is spoken in these languages, by file."""
    by_file: dict[str, list[Entry]] = {}
    for message in releaser.catalogue.messages.values():
        by_file.setdefault(message.file, []).extend(_entries(releaser, message, languages))
    return [Section(name, tuple(found)) for name, found in sorted(by_file.items()) if found]


def labels(catalogue: Catalogue, language: str) -> Mapping[str, str]:
    """What can be tapped, by its id: each choice and what the names of things are shown as."""
    named = {one.id: one.label for one in catalogue.choices.values()}
    named |= {one.id: one.label for one in catalogue.terms.values()}
    return {key: label[language] for key, label in sorted(named.items()) if language in label}


def _entries(releaser: Releaser, message: Message, languages: Sequence[str]) -> Iterator[Entry]:
    for language in languages:
        if language not in message.words:
            continue
        short = _said(releaser, message, language, short=True) if message.short else ""
        yield Entry(
            id=message.id,
            kind=message.kind,
            language=language,
            text=_said(releaser, message, language, short=False),
            short=short,
            choices=tuple(
                releaser.catalogue.choices[one].label.get(language, "") for one in message.choices
            ),
            sources=message.sources,
            reviewed_on=message.reviewed_on,
            review_by=message.review_by,
            owner=message.owner,
        )


def _said(releaser: Releaser, message: Message, language: str, *, short: bool) -> str:
    """As released; a fragment, or what has no sample, with its slots as they are written."""
    written = message.short if short else message.words
    plain = written.get(language) or message.words[language]
    bare = replace(message, choices=())
    try:
        slots = slots_of(releaser.catalogue, bare, "typical", language)
        drafted = {"message": message.id, "slots": slots, "choices": []}
        return releaser.release(drafted, language, short=short).text
    except (NoSample, Withheld, KeyError):
        return plain
