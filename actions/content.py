"""The little that the actions must know of the content: which messages and choices exist."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CONTENT = Path(__file__).resolve().parent.parent / "data" / "content"


@cache
def message_ids(folder: Path = CONTENT) -> frozenset[str]:
    """The ids of all messages."""
    ids: set[str] = set()
    for path in sorted((folder / "messages").glob("*.yml")):
        ids.update(yaml.safe_load(path.read_text(encoding="utf-8"))["messages"])
    return frozenset(ids)


@cache
def labelled(folder: Path = CONTENT) -> frozenset[str]:
    """The ids of the messages that can be tapped, as `see.<id>`."""
    return frozenset(
        key
        for path in sorted((folder / "messages").glob("*.yml"))
        for key, entry in yaml.safe_load(path.read_text(encoding="utf-8"))["messages"].items()
        if "label" in entry
    )


@cache
def cues(entity: str, folder: Path = CONTENT) -> Mapping[str, tuple[str, ...]]:
    """What points to each value of an entity ("right"), for those that have cues."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((folder / "terms").glob("*.yml")):
        terms = yaml.safe_load(path.read_text(encoding="utf-8"))["terms"]
        for term, about in terms.items():
            kind, value = term.split(".")
            if kind == entity and "cues" in about:
                found[value] = tuple(about["cues"])
    return found


@cache
def choices_of(message: str, folder: Path = CONTENT) -> tuple[str, ...]:
    """The ids of the choices that a message offers, in order."""
    for path in sorted((folder / "messages").glob("*.yml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))["messages"].get(message)
        if told is not None:
            return tuple(told.get("choices", ()))
    return ()


@cache
def meaning_of(choice: str, folder: Path = CONTENT) -> Mapping[str, Any]:
    """What a choice stands for: ``intent`` and ``entities``; empty when the edge does it."""
    for path in [folder / "choices.yml", *sorted((folder / "choices").glob("*.yml"))]:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))["choices"].get(choice)
        if told is not None and "intent" in told:
            return {"intent": told["intent"], "entities": told.get("entities", {})}
    return {}
