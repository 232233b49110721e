"""A name from a directory or a clinic's file, before it is shown: names only, nothing that acts.

Directories are filled in by strangers. What can be taken out of a name (markup, a link, an
address, a phone number, invisible characters) is taken out; a name that then says something to
the reader (an instruction, a diagnosis) is refused. The patterns are in
``data/guardrails/wording.yml`` under ``names``, each with its own examples.
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
    catches: tuple[str, ...]
    passes: tuple[str, ...]


def public_name(value: Any) -> str:
    """The name as it may be shown, at most 120 characters. Raises ``ValueError``."""
    if not isinstance(value, str):
        raise ValueError("not a name")
    name = "".join(
        " " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c
        for c in unicodedata.normalize("NFKC", value[: 4 * LONGEST])
        if unicodedata.category(c) not in ("Cf", "Co", "Cs", "Cn")
    )
    cut = ""
    while cut != name:  # each pass shortens it: a cut can bring the halves of another together
        cut = name
        for rule in name_rules():
            if rule.refuse and rule.pattern.search(name):
                raise ValueError(f"a name that {rule.id}")
            if not rule.refuse:
                name = rule.pattern.sub(" ", name)
        name = _SPACES.sub(" ", name).strip(_EDGES).rstrip("( ").lstrip(") ")
    if not any(c.isalpha() for c in name) or len(name) > LONGEST:
        raise ValueError("not a name")
    return name


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
            catches=tuple(entry["catches"]),
            passes=tuple(entry["passes"]),
        )
        for key, entry in document.get("names", {}).items()
    ]
