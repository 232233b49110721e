"""The catalogue: every message, choice and term that the bot may use, read from ``data/content``.

The catalogue is the closed world of invariant 2: `release` fills these messages and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from guardrails.languages import CODE, LanguagesError, load_languages
from guardrails.plain_yaml import PlainLoader

_SPOKEN = load_languages()
LANGUAGES = tuple(_SPOKEN)
"""Every language the bot speaks, from ``data/content/languages.yml``."""
WHOLE = tuple(code for code, language in _SPOKEN.items() if language.whole)
"""Those in which nothing may be missing; in the others English stands in."""
SLOT_TYPES = frozenset(
    [
        "fragment",
        "lines",
        "label",
        "labels",
        "count",
        "miles",
        "zip",
        "place",
        "phone",
        "provider_name",
        "address",
        "site",
        "first_name",
        "clock",
        "date",
        "moment",
        "year",
        "ending",
        "own_words",
        "sheet_link",
        "emergency",
        "crisis_line",
        "route_line",
    ]
)
EDGE_DOES = frozenset(
    {
        "resume",
        "erase",
        "human",
        "danger",
        "safe",
        "restart",
        "handoff.share_chat",
        "handoff.share_note",
        "handoff.no",
        "handoff.include",
        "handoff.leave_out",
        "handoff.leave_message",
        "handoff.stop",
        "handoff.keep",
        "remind.off",
        "text_me",
        "text_me.no",
        "text_me.stop",
        "sheet.link",
        "sheet.forget",
        "speak",
    }
)
PLACEHOLDER = re.compile(r"\{(\w+)\}")

_TEXT = {"type": "string", "minLength": 1}
_IN_LANGUAGES = {CODE: _TEXT}
_WORDS = {
    "type": "object",
    "required": ["en"],
    "additionalProperties": False,
    "patternProperties": _IN_LANGUAGES,
}
_SOURCES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["name", "url"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "url": {"type": "string", "pattern": "^https://"},
        },
    },
}
_SLOTS = {"type": "object", "additionalProperties": {"enum": sorted(SLOT_TYPES)}}
_DATE = {"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}]}

MESSAGES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "messages"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": _DATE,
        "review_by": _DATE,
        "owner": {"type": "string", "minLength": 1},
        "sources": _SOURCES,
        "messages": {
            "type": "object",
            "propertyNames": {"pattern": r"^[a-z][a-z0-9_.]*$"},
            "additionalProperties": {
                "type": "object",
                "required": ["kind", "en"],
                "additionalProperties": False,
                "patternProperties": _IN_LANGUAGES,
                "properties": {
                    "kind": {"enum": ["answer", "question", "safety", "notice", "fragment"]},
                    "slots": _SLOTS,
                    "choices": {"type": "array", "items": {"type": "string"}, "maxItems": 6},
                    "sources": _SOURCES,
                    "reviewed_on": _DATE,
                    "print": {"type": "boolean"},
                    # what it is about, in at most 32 characters: it can then be tapped as see.<id>
                    "label": _WORDS,
                },
            },
        },
    },
}
CHOICES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["choices"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": _DATE,
        "choices": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["label"],
                "additionalProperties": False,
                "properties": {
                    "label": _WORDS,
                    "slots": _SLOTS,
                    "intent": {"type": "string"},
                    "entities": {"type": "object"},
                    "do": {"enum": sorted(EDGE_DOES)},
                },
                "oneOf": [{"required": ["intent"]}, {"required": ["do"]}],
            },
        },
    },
}
_SHORT = {
    "type": "object",
    "minProperties": 1,
    "dependencies": {one: list(WHOLE) for one in WHOLE},
    "additionalProperties": False,
    "patternProperties": _IN_LANGUAGES,
    "properties": {
        "choices": {"type": "array", "items": {"type": "string"}, "maxItems": 6},
    },
}
SHORT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "short"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": _DATE,
        "short": {
            "type": "object",
            "additionalProperties": _SHORT,
        },
        "labels": {
            "type": "object",
            "additionalProperties": {**_WORDS, "required": list(WHOLE)},
        },
    },
}
TERMS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "terms"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": _DATE,
        "terms": {
            "type": "object",
            "propertyNames": {"pattern": r"^[a-z_]+\.[a-z0-9_]+$"},
            "additionalProperties": {
                "type": "object",
                "required": ["label"],
                "additionalProperties": False,
                "properties": {
                    "label": _WORDS,
                    "plural": _WORDS,
                    "aliases": {"type": "array", "items": {"type": "string"}},
                    # point to the term once it is known what kind of thing is asked about
                    "cues": {"type": "array", "items": {"type": "string", "minLength": 2}},
                },
            },
        },
    },
}


_OVER = {"type": "object", "additionalProperties": _TEXT}
LANGUAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": _DATE,
        "messages": _OVER,
        "short": _OVER,
        "choices": _OVER,
        "short_choices": _OVER,
        "terms": _OVER,
        "plurals": _OVER,
    },
}
"""A file of ``languages/<code>``: words of one language, by id, for what English has too."""


class CatalogueError(Exception):
    """The content is not usable. ``faults`` holds one line for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Source:
    name: str
    url: str


@dataclass(frozen=True)
class Message:
    """One reviewed message. ``words`` is by language; English is always there."""

    id: str
    kind: str
    words: Mapping[str, str]
    slots: Mapping[str, str]
    choices: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed_on: str
    review_by: str = ""
    owner: str = ""
    file: str = ""
    """The name of its file, less the ending: the subject it belongs to."""
    label: Mapping[str, str] = field(default_factory=dict)
    print: bool = False
    short: Mapping[str, str] = field(default_factory=dict)
    """The words for a text message, where the others are too long for one."""
    short_choices: tuple[str, ...] | None = None
    """The choices in a text message, where not all of them are offered there."""


@dataclass(frozen=True)
class Choice:
    """A thing to tap. It goes to Rasa as ``intent`` and ``entities``, or the edge ``do``es it."""

    id: str
    label: Mapping[str, str]
    slots: Mapping[str, str]
    intent: str | None
    entities: Mapping[str, Any]
    do: str | None
    short: Mapping[str, str] = field(default_factory=dict)
    """The label in a text message, where the other speaks of a page."""


@dataclass(frozen=True)
class Term:
    """The name of a thing, as we write it and as people do."""

    id: str
    label: Mapping[str, str]
    plural: Mapping[str, str]
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    messages: Mapping[str, Message]
    choices: Mapping[str, Choice]
    terms: Mapping[str, Term]


def load_catalogue(folder: Path) -> Catalogue:
    """Read ``data/content``. Raises `CatalogueError` with every fault, not only the first."""
    faults: list[str] = []
    messages: dict[str, Message] = {}
    choices: dict[str, Choice] = {}
    terms: dict[str, Term] = {}
    for path, document in _documents(folder, "messages/*.yml", MESSAGES_SCHEMA, faults):
        for key, entry in document["messages"].items():
            _add(messages, key, _message(key, entry, document, path.stem), path, faults)
            choices |= _seeing(key, entry)
    for pattern in ("choices.yml", "choices/*.yml"):
        for path, document in _documents(folder, pattern, CHOICES_SCHEMA, faults):
            for key, entry in document["choices"].items():
                _add(choices, key, _choice(key, entry), path, faults)
    for path, document in _documents(folder, "short/*.yml", SHORT_SCHEMA, faults):
        for key, words in document["short"].items():
            _shorten(messages, key, words, path, faults)
        for key, words in document.get("labels", {}).items():
            _shorten(choices, key, words, path, faults)
    for path, document in _documents(folder, "terms/*.yml", TERMS_SCHEMA, faults):
        for key, entry in document["terms"].items():
            term = Term(
                key, entry["label"], entry.get("plural", {}), tuple(entry.get("aliases", ()))
            )
            _add(terms, key, term, path, faults)
    catalogue = Catalogue(messages, choices, terms)
    _add_languages(folder, catalogue, faults)
    faults += _cross_checks(catalogue)
    if faults:
        raise CatalogueError(faults)
    return catalogue


def _languages(folder: Path, faults: list[str]) -> tuple[str, ...]:
    """Those of the folder's own ``languages.yml``; ours where it has none."""
    path = folder / "languages.yml"
    if not path.is_file():
        return LANGUAGES
    try:
        return tuple(load_languages(path))
    except LanguagesError as error:
        faults.append(str(error))
        return LANGUAGES


def _add_languages(folder: Path, catalogue: Catalogue, faults: list[str]) -> None:
    """The words of ``languages/<code>``, each put into the catalogue beside the English ones."""
    spoken = _languages(folder, faults)
    for code in spoken:
        for path, document in _documents(
            folder, f"languages/{code}/*.yml", LANGUAGE_SCHEMA, faults
        ):
            _add_language(catalogue, code, document, path, faults)
    faults += _unknown_languages(catalogue, spoken)


def _add_language(
    catalogue: Catalogue, code: str, document: Mapping[str, Any], path: Path, faults: list[str]
) -> None:
    """Words of one language, put beside those that are there."""
    parts: tuple[tuple[str, Any, str], ...] = (
        ("messages", catalogue.messages, "words"),
        ("short", catalogue.messages, "short"),
        ("choices", catalogue.choices, "label"),
        ("short_choices", catalogue.choices, "short"),
        ("terms", catalogue.terms, "label"),
        ("plurals", catalogue.terms, "plural"),
    )
    for part, into, where in parts:
        for key, words in document.get(part, {}).items():
            if key not in into:
                faults.append(f"languages/{code}/{path.name}: {part}: there is no {key}")
                continue
            said = {**getattr(into[key], where), code: words.strip()}
            into[key] = replace(into[key], **{where: said})


def _unknown_languages(catalogue: Catalogue, spoken: Collection[str]) -> Iterator[str]:
    """Words in a language that ``languages.yml`` does not name: most likely a slip."""
    said = {
        **{one.id: {*one.words, *one.short} for one in catalogue.messages.values()},
        **{one.id: {*one.label, *one.short} for one in catalogue.choices.values()},
        **{one.id: {*one.label, *one.plural} for one in catalogue.terms.values()},
    }
    for name, languages in said.items():
        if unknown := languages - set(spoken):
            yield f"{name}: languages.yml has no language {sorted(unknown)}"


def read_content(path: Path, schema: Mapping[str, Any]) -> Any:
    """One file of content, held against its schema. Raises `CatalogueError` with every fault."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError([f"{path.name}: cannot be read: {error}"]) from None
    faults = [
        f"{path.name}: {'/'.join(map(str, fault.absolute_path)) or 'file'}: {fault.message[:200]}"
        for fault in jsonschema.Draft7Validator(schema).iter_errors(content)
    ]
    if faults:
        raise CatalogueError(faults)
    return content


def _documents(
    folder: Path, pattern: str, schema: dict[str, Any], faults: list[str]
) -> Iterator[tuple[Path, dict[str, Any]]]:
    validator = jsonschema.Draft7Validator(schema)
    for path in sorted(folder.glob(pattern)):
        try:
            document = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
        except yaml.YAMLError as error:
            faults.append(f"{path.name}: not YAML: {' '.join(str(error).split())}")
            continue
        wrong = [
            f"{path.name}: {'.'.join(map(str, e.path)) or 'file'}: {e.message[:200]}"
            for e in validator.iter_errors(document)
        ]
        faults += wrong
        if not wrong:
            yield path, document


def _add(into: dict[str, Any], key: str, value: Any, path: Path, faults: list[str]) -> None:
    if key in into:
        faults.append(f"{path.name}: {key}: written twice")
    into[key] = value


def _shorten(
    into: dict[str, Any],
    key: str,
    entry: Mapping[str, Any],
    path: Path,
    faults: list[str],
) -> None:
    if key not in into:
        faults.append(f"short/{path.name}: {key}: there is nothing of this name to say in short")
    elif into[key].short:
        faults.append(f"short/{path.name}: {key}: written twice")
    else:
        short = _in_languages(entry)
        into[key] = replace(into[key], short=short)
        if "choices" in entry:
            into[key] = replace(into[key], short_choices=tuple(entry["choices"]))


def _message(key: str, entry: dict[str, Any], document: dict[str, Any], file: str) -> Message:
    return Message(
        id=key,
        kind=entry["kind"],
        words=_in_languages(entry),
        slots=entry.get("slots", {}),
        choices=tuple(entry.get("choices", ())),
        sources=tuple(Source(**s) for s in entry.get("sources", document.get("sources", ()))),
        reviewed_on=entry.get("reviewed_on", document["reviewed_on"]),
        review_by=document.get("review_by", ""),
        owner=document.get("owner", ""),
        file=file,
        label=entry.get("label", {}),
        print=entry.get("print", False),
    )


def _in_languages(entry: Mapping[str, Any]) -> dict[str, str]:
    return {key: words.strip() for key, words in entry.items() if re.match(CODE, key)}


def _choice(key: str, entry: dict[str, Any]) -> Choice:
    return Choice(
        id=key,
        label=entry["label"],
        slots=entry.get("slots", {}),
        intent=entry.get("intent"),
        entities=entry.get("entities", {}),
        do=entry.get("do"),
    )


def _seeing(message: str, entry: Mapping[str, Any]) -> dict[str, Choice]:
    """The choice that brings a message, by its id: a message with a label can be tapped."""
    if "label" not in entry:
        return {}
    name = f"see.{message}"
    return {name: Choice(name, entry["label"], {}, "ask_care", {"topic": message}, None)}


def _cross_checks(catalogue: Catalogue) -> list[str]:
    faults = []
    for message in catalogue.messages.values():
        for language, words in (*message.words.items(), *message.short.items()):
            if unknown := set(PLACEHOLDER.findall(words)) - set(message.slots):
                faults.append(f"{message.id} ({language}): no slot type for {sorted(unknown)}")
        faults += [
            f"{message.id}: no choice {choice!r}"
            for choice in (*message.choices, *(message.short_choices or ()))
            if choice not in catalogue.choices
        ]
        if message.kind == "answer" and not message.sources:
            faults.append(f"{message.id}: an answer needs a source")
        if "es" not in message.words and (
            message.kind == "safety" or message.id.startswith("disclosure.")
        ):
            faults.append(f"{message.id}: must be in Spanish too")
    for choice in catalogue.choices.values():
        for label in (*choice.label.values(), *choice.short.values()):
            if unknown := set(PLACEHOLDER.findall(label)) - set(choice.slots):
                faults.append(f"choice {choice.id}: no slot type for {sorted(unknown)}")
    return faults
