"""A normalised message as the patterns see it: words by place.

Sets of places are the bits of a whole number: bit i stands before word i, so that one operation
follows a pattern from every place at once, and matching takes time in proportion to the length.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from guardrails.normalise import BREAK


class Line:
    """One message, split into words. `memo` keeps what patterns worked out on it."""

    def __init__(self, normalised: str) -> None:
        words = normalised.split()
        self.places: dict[str, int] = {}
        """Every word's places."""
        bit = 1
        for word in words:
            self.places[word] = self.places.get(word, 0) | bit
            bit <<= 1
        self.everywhere = bit - 1
        """Where a word stands."""
        self.anywhere = self.everywhere | bit
        """That, and the end."""
        breaks = self.places.pop(BREAK, 0)
        self.solid = self.everywhere & ~breaks
        """Where a word stands that is not the end of a sentence."""
        self.vocabulary = frozenset(self.places)
        self.memo: dict[int, Any] = {}
        self._words = words

    def beginning(self, stem: str) -> Iterator[str]:
        """The words of letters only that begin so."""
        for at in range(bisect_left(self._sorted, stem), len(self._sorted)):
            word = self._sorted[at]
            if not word.startswith(stem):
                return
            if word.isalpha():
                yield word

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.vocabulary)

    @cached_property
    def start(self) -> int:
        """The places before which nothing is said."""
        places = 1
        for word in self._words:
            if word != BREAK:
                break
            places |= places << 1
        return places

    @cached_property
    def end(self) -> int:
        """The places after which nothing is said."""
        place = places = self.anywhere - self.everywhere
        for word in reversed(self._words):
            if word != BREAK:
                break
            place >>= 1
            places |= place
        return places
