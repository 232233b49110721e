"""The small words that steer how a message is read, of every language: data/nlu/speech.

They are read together, whatever language a conversation is in: people mix them. A new language is a
new file there (docs/languages.md).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).resolve().parent.parent / "data" / "nlu" / "speech"
_NEVER = r"(?!)"


class SpeechError(ValueError):
    """A file of small words that cannot be used; says which, what is wrong, and the mend."""


@cache
def spoken(folder: Path = FOLDER) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By language, then by family. A language may leave families out. Raises SpeechError."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in sorted(folder.glob("*.yml")):
        families = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("speech")
        if not isinstance(families, dict):
            raise SpeechError(f"{path}: has no `speech:` with families of words; see en.yml")
        found[path.stem] = {name: tuple(words) for name, words in families.items()}
        for name, words in found[path.stem].items():
            for one in words:
                _check(path, name, one)
    if unknown := {name for families in found.values() for name in families} - set(found["en"]):
        raise SpeechError(f"{folder}: en.yml has no family {sorted(unknown)}; mend the name")
    return found


def words(family: str) -> frozenset[str]:
    """Every word of a family, in all languages."""
    return frozenset(word for families in spoken().values() for word in families.get(family, ()))


def any_of(family: str, language: str | None = None) -> str:
    """A pattern, one group, that finds any of a family: in one ``language``, or in all."""
    languages = [language] if language else list(spoken())
    pieces = [piece for one in languages for piece in spoken()[one].get(family, ())]
    return f"(?:{'|'.join(sorted(pieces, key=len, reverse=True)) or _NEVER})"


def unaccented(text: str) -> str:
    """Lower case without accents and curly apostrophes, as many characters as before, so that what
    is found at a place is at that place in the text."""
    return "".join(_bare(letter) for letter in text.replace("\u2019", "'"))


def _bare(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter)[0].lower()[0]


def _check(path: Path, family: str, piece: object) -> None:
    if not isinstance(piece, str):
        raise SpeechError(f"{path}: {family}: {piece!r} is not text; put it in quotes")
    try:
        re.compile(piece)
    except re.error as error:
        raise SpeechError(f"{path}: {family}: {piece!r}: {error}; mend it") from error
