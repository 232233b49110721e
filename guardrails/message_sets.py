"""Messages from elsewhere to measure screening with: sets of JSON lines, and our held-out ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from guardrails.evaluate import KNOWN
from guardrails.examples import Example, read_examples
from guardrails.normalise import fold
from guardrails.rules import RuleError


class SetError(ValueError):
    """A set of messages that can't be read: names the file, the line and the mend."""


def read_set(path: Path) -> list[Example]:
    """JSON lines `{"id", "text", "wanted" or "label"[, "lang"][, "source"]}`. Raises SetError.

    A row whose label is none of our words is taken for what the file's name begins with, as in
    ``distress_forum.jsonl``; when that isn't ours either, the label stays and nothing is said of
    right and wrong. The example's kind is the label, its voice the source.
    """
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "is not UTF-8"
        raise SetError(f"{path}: can't be read ({why}); give a file of JSON lines") from error
    return [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _row(path: Path, number: int, line: str) -> Example:
    where = f"{path}: line {number}"
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError):
        raise SetError(f"{where}: is not JSON; write one object a line") from None
    named = _named(path)
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise SetError(f'{where}: needs a "text" that is a string')
    label = row.get("wanted") or row.get("label") or named
    if not isinstance(label, str):
        raise SetError(f'{where}: needs a "wanted" or a "label" that is a string')
    language, source = row.get("lang", "en"), row.get("source", path.stem)
    if not isinstance(language, str) or not isinstance(source, str):
        raise SetError(f'{where}: "lang" and "source" must be strings')
    wanted = label if label in KNOWN else named or label
    return Example(row["text"], language, wanted, label, source)


def _named(path: Path) -> str | None:
    begins = [w for w in KNOWN if path.stem == w or path.stem.startswith((f"{w}_", f"{w}."))]
    return max(begins, key=len, default=None)


def read_held_out(folder: Path, known: Iterable[Example]) -> list[Example]:
    """The messages nobody tunes rules on, less those that someone also wrote among the `known`.

    Raises SetError, which never quotes one of them.
    """
    paths = sorted(folder.glob("*/*.yml"))
    if not paths:
        raise SetError(f"{folder}: there is no held-out set here; run it from a checkout")
    found: list[Example] = []
    for path in paths:
        try:
            found += read_examples(path, path.parent.name)
        except RuleError:
            raise SetError(f"{path}: is malformed or says a thing twice; mend it") from None
    learnt = {fold(example.text) for example in known}
    return [example for example in found if fold(example.text) not in learnt]
