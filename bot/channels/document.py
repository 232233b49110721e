"""The published OpenAPI document, put together from the files of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("openapi")


def load_document(folder: Path = _FOLDER) -> dict[str, Any]:
    """`base.yml` with the tags, paths and components of the other files. Raises `ValueError` when
    two files name the same thing."""
    import yaml

    document: dict[str, Any] = yaml.safe_load((folder / "base.yml").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.yml")):
        if path.stem != "base":
            _put(document, yaml.safe_load(path.read_text(encoding="utf-8")), path.name)
    return document


def _put(into: dict[str, Any], part: Mapping[str, Any], name: str) -> None:
    for key, value in part.items():
        if key not in into:
            into[key] = value
        elif isinstance(value, list):
            into[key] += value
        elif isinstance(value, dict) and isinstance(into[key], dict) and key[0] != "/":
            _put(into[key], value, name)
        else:
            raise ValueError(f"{name}: {key} is in another file, too")
