"""The clinics that show the chat: a YAML file each in the clinics' folder, named by its key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import yaml

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name", "country", "languages", "origins", "retention_days"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 120},
        "country": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "state": {"type": "string", "pattern": "^[A-Z]{2}$"},
        "languages": {"type": "array", "minItems": 1, "items": {"enum": ["en", "es"]}},
        "phone": {"type": "string", "pattern": r"^(\d{10}|\+\d{7,15})$"},
        "origins": {"type": "array", "items": {"type": "string", "pattern": "^https?://[^/*]+$"}},
        "retention_days": {"type": "integer", "minimum": 1, "maximum": 3650},
    },
}


class ClinicError(Exception):
    """A clinic's file that cannot be used: its name, what is wrong with it."""


@dataclass(frozen=True)
class Clinic:
    """One clinic. ``origins`` are the other web sites that may show its chat; empty means none."""

    key: str
    name: str
    country: str
    languages: tuple[str, ...]
    origins: tuple[str, ...]
    retention_days: int
    state: str | None = None
    phone: str | None = None


def load_clinics(folder: Path) -> Mapping[str, Clinic]:
    """By key. Raises `ClinicError` on the first faulty file, or when there is none."""
    clinics = {path.stem: _clinic(path) for path in sorted(folder.glob("*.yml"))}
    if not clinics:
        raise ClinicError(f"{folder}: no clinic's file (*.yml) here; copy data/clinics/demo.yml")
    return clinics


def _clinic(path: Path) -> Clinic:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        jsonschema.validate(document, _SCHEMA)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ClinicError(f"{path.name}: not YAML: {' '.join(str(error).split())}") from None
    except jsonschema.ValidationError as error:
        where = ".".join(map(str, error.path)) or "file"
        raise ClinicError(f"{path.name}: {where}: {error.message}") from None
    lists = {name: tuple(document[name]) for name in ("languages", "origins")}
    return Clinic(key=path.stem, **{**document, **lists})
