"""A name or address from a directory or a clinic's file, before it is shown: nothing that acts.

Directories are filled in by strangers. What can be taken out of a name (markup, a link, an
address, a phone number, invisible characters) is taken out; a name that then says something to
the reader (an instruction, a diagnosis) is refused. The patterns are in
``data/guardrails/wording.yml`` under ``names``, each with its own examples. Addresses are treated
the same, save that their numbers stand close together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from guardrails.plain_yaml import PlainLoader

RULES = Path(__file__).resolve().parent.parent / "data" / "guardrails" / "wording.yml"
LONGEST = 120
_SPACES = re.compile(r"\s+")
_EDGES = " ,;:-–—/"


@dataclass(frozen=True)
class NameRule:
    """One pattern: what it matches is cut out, or the whole name refused."""

    id: str
    pattern: re.Pattern[str]
    refuse: bool
    only: str | None  # "names" or "addresses"; None for both
    catches: tuple[str, ...]
    passes: tuple[str, ...]


def public_name(value: Any) -> str:
    """The name as it may be shown, at most 120 characters. Raises ``ValueError``."""
    name = _cleaned(value, "names")
    if not any(c.isalpha() for c in name):
        raise ValueError("not a name")
    return name


def public_address(value: Any) -> str:
    """The address as it may be shown, at most 120 characters. Raises ``ValueError``."""
    return _cleaned(value, "addresses")


def _cleaned(value: Any, kind: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"not text: none of the {kind}")
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in unicodedata.normalize("NFKC", value[: 4 * LONGEST])
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    rules = [rule for rule in name_rules() if rule.only in (None, kind)]
    cut = ""
    while cut != text:  # each pass shortens it: a cut can bring the halves of another together
        cut = text
        for rule in rules:
            if rule.refuse and rule.pattern.search(text):
                raise ValueError(f"{kind}: one that {rule.id}")
            if not rule.refuse:
                text = rule.pattern.sub(" ", text)
        text = _SPACES.sub(" ", text).strip(_EDGES).rstrip("( ").lstrip(") ")
    if not any(c.isalnum() for c in text) or len(text) > LONGEST:
        raise ValueError(f"none of the {kind} that can be shown")
    return text


def check_names(path: Path = RULES) -> list[str]:
    """One line for each pattern that fails its own examples."""
    faults = []
    for rule in _read(path):
        faults += [
            f"{rule.id}: lets through {t!r}" for t in rule.catches if not rule.pattern.search(t)
        ]
        faults += [f"{rule.id}: stops {t!r}" for t in rule.passes if rule.pattern.search(t)]
    return faults


@cache
def name_rules() -> tuple[NameRule, ...]:
    """Cuts first, then refusals, each in the file's order."""
    return tuple(sorted(_read(RULES), key=lambda rule: rule.refuse))


def _read(path: Path) -> list[NameRule]:
    document: Mapping[str, Any] = yaml.load(path.read_text("utf-8"), Loader=PlainLoader)  # noqa: S506
    return [
        NameRule(
            id=key,
            pattern=re.compile(entry["pattern"], re.IGNORECASE),
            refuse=entry["then"] == "refuse",
            only=entry.get("only"),
            catches=tuple(entry["catches"]),
            passes=tuple(entry["passes"]),
        )
        for key, entry in document.get("names", {}).items()
    ]
