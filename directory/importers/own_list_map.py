"""The map of a clinic's own list: which column holds what, and what the clinic's words mean.

It is YAML that a person writes; `data/providers/own_list.yml` is the one to start from. A map that
can't be used is an `ImportFault` with the key that is wrong.
"""

import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from directory.feed import ImportFault
from directory.names import plain, values
from directory.taxonomy import load_taxonomy
from directory.tidy import words

TEMPLATE_MAP = Path(__file__).parents[2] / "data" / "providers" / "own_list.yml"
TEMPLATE_LIST = TEMPLATE_MAP.with_suffix(".csv")

_SCHEMA = Path(__file__).parents[1] / "schemas" / "own_list.json"
_SEPARATORS = (";", ",", "|", "\n")
_YES = ("yes", "y", "true", "t", "x", "1")
_NO = ("no", "n", "false", "f", "0")

# The kind of term (`data/content/terms`) that a field holds.
KINDS = {
    "payers": "payer",
    "languages": "language",
    "age_groups": "age_group",
    "identities": "identity",
    "times": "time",
    "access": "access",
    "formats": "format",
    "roles": "role",
}


@dataclass(frozen=True)
class ListMap:
    """A map as it is used. `columns` has the names of the columns of each field, `constants` what
    holds where a row says nothing, `meanings` the ids behind the clinic's own words by field."""

    name: str
    columns: Mapping[str, tuple[str, ...]]
    constants: Mapping[str, str]
    separators: tuple[str, ...]
    yes: frozenset[str]
    no: frozenset[str]
    none: frozenset[str]
    meanings: Mapping[str, Mapping[str, tuple[str, ...]]]
    partial: frozenset[str]
    encoding: str
    delimiter: str | None
    whole: bool


def load_map(path: Path) -> ListMap:
    """The map in a file. Raises ImportFault."""
    try:
        # Everything stays the words that were written: no and 2026-11-21 are no types here.
        told = yaml.load(path.read_text("utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506
    except OSError as fault:
        raise ImportFault(f"{path} can't be read: {fault.strerror}. Check the path.") from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise ImportFault(
            f"{path.name} is not YAML we can read: {words(str(fault))[:200]}"
        ) from fault
    _check(told, path.name)
    said = told.get("words", {})
    return ListMap(
        name=path.name,
        columns=_columns(told["columns"], path.name),
        constants={
            field: text for field, text in told.get("constants", {}).items() if text.strip()
        },
        separators=tuple(told.get("separators", _SEPARATORS)),
        yes=frozenset(word.strip().casefold() for word in said.get("yes", _YES)),
        no=frozenset(word.strip().casefold() for word in said.get("no", _NO)),
        none=frozenset(word.strip().casefold() for word in said.get("none", ())),
        meanings=_meanings(told.get("meanings", {}), path.name),
        partial=frozenset(told.get("partial", ())),
        encoding=told.get("encoding", "utf-8"),
        delimiter={"tab": "\t"}.get(told.get("delimiter", ""), told.get("delimiter")) or None,
        whole=told.get("whole", "true") == "true",
    )


@cache
def _checker() -> Any:
    return jsonschema.Draft202012Validator(json.loads(_SCHEMA.read_text("utf-8")))


def _check(told: Any, name: str) -> None:
    problem = jsonschema.exceptions.best_match(_checker().iter_errors(told))
    if problem is None:
        return
    where = [str(step) for step in problem.absolute_path]
    if problem.validator == "additionalProperties":
        known = list(problem.schema.get("properties", ()))
        unknown = next(key for key in problem.instance if key not in known)
        raise ImportFault(f"{name}: {_path(*where, unknown)}: {_no_such_key(unknown, known)}")
    if problem.validator == "required":
        raise ImportFault(f"{name}: {problem.validator_value[0]} is missing; add it.")
    if problem.validator == "enum":
        allowed = ", ".join(filter(None, map(repr, problem.validator_value)))
        raise ImportFault(
            f"{name}: {_path(*where)}: {str(problem.instance)[:60]!r} is not one of {allowed}."
        )
    raise ImportFault(f"{name}: {_path(*where)}: {words(problem.message)[:200]}")


def _path(*steps: str) -> str:
    return " > ".join(words(step)[:60] for step in steps) or "the file"


def _no_such_key(unknown: str, known: list[str]) -> str:
    near = difflib.get_close_matches(unknown, known, n=1)
    mend = f"did you mean {near[0]}?" if near else f"use {', '.join(known)}."
    return f"no such key; {mend}"


def _columns(told: Mapping[str, Any], name: str) -> dict[str, tuple[str, ...]]:
    columns = {
        field: kept
        for field, given in told.items()
        if (kept := tuple(filter(None, map(str.strip, _several(given)))))
    }
    if "name" not in columns and "last_name" not in columns:
        raise ImportFault(
            f"{name}: columns: no column holds the name; add name, or first_name and last_name."
        )
    if "address" in columns and {"street", "city", "state", "zip"} & set(columns):
        raise ImportFault(
            f"{name}: columns > address: is the whole address in one column; with street, city, "
            "state or zip in their own columns, leave it out."
        )
    return columns


def _several(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _meanings(told: Mapping[str, Any], name: str) -> dict[str, dict[str, tuple[str, ...]]]:
    """The ids by the clinic's word in plain letters, each checked to be an id of ours."""
    meanings: dict[str, dict[str, tuple[str, ...]]] = {}
    for field, by_word in told.items():
        known = load_taxonomy().roles if field == "roles" else values(KINDS[field])
        for word, given in by_word.items():
            for value in _several(given):
                if value not in known:
                    where = _path("meanings", field, word)
                    raise ImportFault(
                        f"{name}: {where}: {value[:60]!r} is none of {', '.join(known)}."
                    )
            meanings.setdefault(field, {})[plain(word)] = tuple(_several(given))
    return meanings
