"""What our own words may say, how plain they must be, and how old their review may get.

Everything a person can read is data, so these are checks of data: each returns one line for each
fault, and nothing when all is well. The banned wording is in ``data/guardrails/wording.yml``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import yaml

from guardrails.catalogue import LANGUAGES, PLACEHOLDER, WHOLE
from guardrails.names import check_names
from guardrails.plain_yaml import PlainLoader

RULES = Path(__file__).resolve().parent.parent / "data" / "guardrails" / "wording.yml"
SHORT = "short"
"""The section of the words for text messages, which are read in full whatever their kind."""
READ_IN_FULL = frozenset({"answer", "question", "safety", "notice", SHORT})


@dataclass(frozen=True)
class Words:
    """One text in one language, and where it stands."""

    file: str
    id: str
    language: str
    text: str
    kind: str | None


@dataclass(frozen=True)
class Ban:
    """A way of speaking that is not ours. ``allowed`` are id patterns where it may stand."""

    id: str
    why: str
    pattern: re.Pattern[str]
    allowed: tuple[str, ...]
    catches: tuple[str, ...]
    passes: tuple[str, ...]


def check_wording(folder: Path, rules: Path = RULES) -> list[str]:
    """Banned wording in any text below ``folder``; and bans that fail their own examples."""
    bans = load_bans(rules)
    faults = check_names(rules)
    for ban in bans:
        missed = [text for text in ban.catches if not ban.pattern.search(text)]
        stopped = [text for text in ban.passes if ban.pattern.search(text)]
        faults += [f"{ban.id}: lets through {text!r}" for text in missed]
        faults += [f"{ban.id}: stops {text!r}" for text in stopped]
    for words in read_words(folder):
        for ban in bans:
            found = ban.pattern.search(words.text)
            if found and not any(fnmatch(words.id, allowed) for allowed in ban.allowed):
                faults.append(
                    f"{words.file}: {words.id} ({words.language}): {found.group()!r}: {ban.why}"
                )
    return faults


def check_languages(folder: Path) -> list[str]:
    """Messages that are not in every language.

    A message of placeholders only has no words to translate. One that has such in English, which
    every message is in, may still need words elsewhere ("{month} {day}", "{day} de {month}").
    """
    spoken: dict[tuple[str, str], set[str]] = {}
    for words in read_words(folder):
        if re.search(r"\w", PLACEHOLDER.sub("", words.text)):
            spoken.setdefault((words.file, words.id), set()).add(words.language)
    return [
        f"{file}: {name}: is not in {', '.join(sorted(missing))}"
        for (file, name), languages in spoken.items()
        if (missing := set(WHOLE) - languages - {"en"})
    ]


def check_review_dates(folder: Path, today: date) -> list[str]:
    """Reviews more than twelve months old, or dated after ``today``, in any file of ``folder``."""
    faults = []
    for path, document in _documents(folder):
        for where, reviewed in _review_dates(document):
            name = f"{path.name}: {where}"
            try:
                on = date.fromisoformat(str(reviewed))
            except ValueError:
                faults.append(f"{name}: reviewed_on is not a date: {reviewed!r}")
                continue
            if on > today:
                faults.append(f"{name}: reviewed_on {on} is in the future")
            elif today > _a_year_after(on):
                faults.append(f"{name}: last reviewed {on}, over 12 months ago: review it again")
    return faults


@dataclass(frozen=True)
class Review:
    """A file of messages to be reviewed again by an ISO date, and who sees to it."""

    file: str
    review_by: str
    owner: str


def reviews_due(folder: Path, until: date) -> Iterator[Review]:
    """The files of messages due by then, the longest due first."""
    found = [
        Review(path.name, str(document["review_by"]), str(document.get("owner", "")))
        for path, document in _documents(folder / "messages")
        if "review_by" in document and date.fromisoformat(str(document["review_by"])) <= until
    ]
    yield from sorted(found, key=lambda one: (one.review_by, one.file))


def load_bans(rules: Path = RULES) -> list[Ban]:
    return [
        Ban(
            id=key,
            why=entry["why"],
            pattern=re.compile(entry["pattern"], 0 if entry.get("exact") else re.IGNORECASE),
            allowed=tuple(entry.get("except", ())),
            catches=tuple(entry["catches"]),
            passes=tuple(entry["passes"]),
        )
        for key, entry in read_rules(rules)["bans"].items()
    ]


def read_rules(rules: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(rules.read_text("utf-8"), Loader=PlainLoader)  # noqa: S506
    return document


def read_words(folder: Path) -> Iterator[Words]:
    """Every text that a person may read, in every file below ``folder``."""
    for path, document in _documents(folder):
        for name, section in document.items():
            if isinstance(section, dict):
                yield from _words(path.name, "", section, SHORT if name == SHORT else None)


def _words(file: str, where: str, node: dict[str, Any], kind: str | None) -> Iterator[Words]:
    for key, value in node.items():
        if key in LANGUAGES and isinstance(value, str):
            yield Words(file, where, key, value, node.get("kind", kind))
        elif isinstance(value, dict):
            # "label" is not part of a thing's name: menu.cost, not menu.cost.label.
            inside = where if key == "label" else f"{where}.{key}".strip(".")
            yield from _words(file, inside, value, kind)


def _documents(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.rglob("*.yml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)  # noqa: S506
        if isinstance(document, dict):
            yield path, document


def _review_dates(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if "reviewed_on" in document:
        yield "file", document["reviewed_on"]
    for key, entry in (document.get("messages") or {}).items():
        if "reviewed_on" in entry:
            yield key, entry["reviewed_on"]


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)
