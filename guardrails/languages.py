"""The languages that the bot speaks, as ``data/content/languages.yml`` names them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from guardrails.plain_yaml import PlainLoader

PATH = Path(__file__).resolve().parents[1] / "data" / "content" / "languages.yml"
CODE = "^[a-z]{2,3}$"
"""A language's code, as in ISO 639."""
_PATTERNS = {"type": "array", "items": {"type": "string", "minLength": 1}}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["reviewed_on", "polite", "languages"],
    "additionalProperties": False,
    "properties": {
        "reviewed_on": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "polite": _PATTERNS,
        "languages": {
            "type": "object",
            "required": ["en"],
            "propertyNames": {"pattern": CODE},
            "additionalProperties": {
                "type": "object",
                "required": ["name", "english"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "minLength": 1},
                    "english": {"type": "string", "minLength": 1},
                    "whole": {"type": "boolean"},
                    "asked": _PATTERNS,
                    "asked_bare": _PATTERNS,
                },
            },
        },
    },
}


class LanguagesError(ValueError):
    """The file of languages cannot be used; says what is wrong."""


@dataclass(frozen=True)
class Language:
    """``asked`` and ``asked_bare`` match a whole message, folded, that wants it spoken."""

    code: str
    name: str
    english: str
    whole: bool
    asked: re.Pattern[str]
    asked_bare: re.Pattern[str]


def load_languages(path: Path = PATH) -> Mapping[str, Language]:
    """In the file's order. Raises `LanguagesError`."""
    try:
        text = path.read_text(encoding="utf-8")
        document = yaml.load(text, Loader=PlainLoader)  # noqa: S506
        jsonschema.validate(document, SCHEMA)
        polite = document["polite"]
        return {
            code: Language(
                code,
                about["name"],
                about["english"],
                about.get("whole", False),
                _whole_message(about.get("asked", ()), polite),
                _whole_message(about.get("asked_bare", ()), polite),
            )
            for code, about in document["languages"].items()
        }
    except (OSError, yaml.YAMLError, jsonschema.ValidationError, re.error) as error:
        raise LanguagesError(f"{path}: {str(error).splitlines()[0]}") from error


def _whole_message(patterns: list[str], polite: list[str]) -> re.Pattern[str]:
    around = rf"(?:\W*(?:{'|'.join(polite)})\b)*\W*"
    return re.compile(rf"{around}(?:{'|'.join(patterns) or '(?!)'})\b{around}")
