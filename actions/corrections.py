"""People take words back: "aetna, no wait, bcbs", "not kids", "I don't have Medicaid"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

_TAKES_BACK = re.compile(
    r"\b(?:no,? wait|wait,? no|wait|actually|i mean|i meant|sorry|scratch that|or rather|"
    r"correction|oops|no,|mejor dicho|digo|perd[oó]n)(?!\w)",
    re.I,
)
_SAYS_NOT = re.compile(
    r"\b(?:not|no|isn'?t|aren'?t|instead of|rather than|other than|except|sin|no quiero|"
    r"(?:do(?:es)?n'?t|do(?:es)? not|didn'?t) (?:want|need|have|like|take)|lost my|dropped)\s+"
    r"(?:(?:an?|the|any|for|my|in|on|with|really|just)\s+)*$",
    re.I,
)


class Named(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def start(self) -> int | None: ...
    @property
    def end(self) -> int | None: ...


One = TypeVar("One", bound=Named)


def taken_back(text: str, entities: Sequence[One]) -> list[One]:
    """The entities that a later one of the same kind takes the place of, in the same message."""
    turns = [match.start() for match in _TAKES_BACK.finditer(text)]
    return [
        one
        for one in entities
        if any(
            other.name == one.name and _before(one, turn) and not _before(other, turn)
            for turn in turns
            for other in entities
        )
    ]


def said_not(text: str, entities: Sequence[One]) -> list[One]:
    """The entities that are named to say that they are not meant."""
    return [
        one for one in entities if one.start is not None and _SAYS_NOT.search(text[: one.start])
    ]


def _before(one: Named, turn: int) -> bool:
    return one.start is not None and one.start < turn
