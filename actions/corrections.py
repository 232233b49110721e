"""People take words back: "aetna, no wait, bcbs", "not kids", "I don't have Medicaid"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from actions.speech import any_of, unaccented

_TAKES_BACK = re.compile(rf"\b{any_of('takes_back')}(?!\w)")
_SAYS_NOT = re.compile(rf"\b{any_of('says_not')}\s+(?:{any_of('says_not_between')}\s+)*$")


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
    turns = [match.start() for match in _TAKES_BACK.finditer(unaccented(text))]
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
    plain = unaccented(text)
    return [
        one for one in entities if one.start is not None and _SAYS_NOT.search(plain[: one.start])
    ]


def _before(one: Named, turn: int) -> bool:
    return one.start is not None and one.start < turn
