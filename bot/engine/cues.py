"""Cues: families of words in data/nlu/cues.yml that mean the same to the intent classifier."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from bot.engine.gazetteer import fold

Cues = Mapping[str, Sequence[str]]


class CuesError(ValueError):
    """A file of cues that cannot be used; says which, what is wrong, and the mend."""


def read_cues(path: Path) -> dict[str, list[str]]:
    """Patterns by family. Raises CuesError for a missing file, bad YAML or a bad pattern."""
    if not path.is_file():
        raise CuesError(f"{path}: no such file of cues; set `cues` in config.yml")
    try:
        families = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("cues", {})
    except yaml.YAMLError as error:
        raise CuesError(f"{path}: not valid YAML: {error}") from error
    for family, patterns in families.items():
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise CuesError(f"{path}: {family}: {pattern!r}: {error}; mend it") from error
    return {str(family): list(patterns) for family, patterns in families.items()}


class CueFinder:
    """Names the families with a pattern in a text; case, accents and curly quotes don't matter."""

    def __init__(self, cues: Cues) -> None:
        self._families = [
            (family, [re.compile(pattern) for pattern in patterns])
            for family, patterns in cues.items()
        ]

    def find(self, text: str) -> list[str]:
        folded = fold(text).replace("\u2019", "'")
        return [
            family
            for family, patterns in self._families
            if any(pattern.search(folded) for pattern in patterns)
        ]
