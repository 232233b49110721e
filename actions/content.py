"""The little that the actions must know of the content: which messages and choices exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from guardrails.plain_yaml import PlainLoader

CONTENT = Path(__file__).resolve().parent.parent / "data" / "content"


@cache
def _sections(folder: Path, name: str, *patterns: str) -> Mapping[str, Mapping[str, Any]]:
    """What stands below ``name`` in all files of the patterns together."""
    paths = [path for pattern in patterns for path in sorted(folder.glob(pattern))]
    found: dict[str, Mapping[str, Any]] = {}
    for path in paths:
        found |= yaml.load(path.read_text(encoding="utf-8"), Loader=PlainLoader)[name]  # noqa: S506
    return found


def _messages(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    return _sections(folder, "messages", "messages/*.yml")


@cache
def message_ids(folder: Path = CONTENT) -> frozenset[str]:
    """The ids of all messages."""
    return frozenset(_messages(folder))


@cache
def labelled(folder: Path = CONTENT) -> frozenset[str]:
    """The ids of the messages that can be tapped, as `see.<id>`."""
    return frozenset(key for key, told in _messages(folder).items() if "label" in told)


@cache
def cues(entity: str, folder: Path = CONTENT) -> Mapping[str, tuple[str, ...]]:
    """What points to each value of an entity ("right"), for those that have cues."""
    found: dict[str, tuple[str, ...]] = {}
    for term, about in _sections(folder, "terms", "terms/*.yml").items():
        kind, value = term.split(".")
        if kind == entity and "cues" in about:
            found[value] = tuple(about["cues"])
    return found


def choices_of(message: str, folder: Path = CONTENT) -> tuple[str, ...]:
    """The ids of the choices that a message offers, in order."""
    return tuple(_messages(folder).get(message, {}).get("choices", ()))


def meaning_of(choice: str, folder: Path = CONTENT) -> Mapping[str, Any]:
    """What a choice stands for: ``intent`` and ``entities``; empty when the edge does it."""
    told = _sections(folder, "choices", "choices.yml", "choices/*.yml").get(choice, {})
    if "intent" not in told:
        return {}
    return {"intent": told["intent"], "entities": told.get("entities", {})}
