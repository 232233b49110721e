"""Reading the parts of a service, which may be missing, empty or not of the kind they should be."""

from typing import Any

from directory import tidy


def text(told: dict[str, Any], name: str) -> str:
    """A text on one line; numbers are written out. "" for anything else."""
    value = told.get(name)
    if isinstance(value, bool):
        return ""
    return str(value) if isinstance(value, int | float) else tidy.words(value)


def number(told: dict[str, Any], name: str) -> float | None:
    try:
        value = float(text(told, name))
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None


def objects(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list."""
    value = told.get(name)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def inner(told: dict[str, Any], name: str) -> dict[str, Any]:
    """The object of that name, or an empty one."""
    value = told.get(name)
    return value if isinstance(value, dict) else {}
