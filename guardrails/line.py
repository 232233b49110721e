"""A normalised message as the patterns see it: words by place.

Sets of places are the bits of a whole number: bit i stands before word i, so that one operation
follows a pattern from every place at once, and matching takes time in proportion to the length.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property
from typing import Any

from guardrails.normalise import BREAK


class Line:
    """One message, split into words. `memo` keeps what patterns worked out on it."""

    def __init__(self, normalised: str, stems: Collection[str] = ()) -> None:
        """`stems` are the word beginnings to find too, as "kill*"."""
        words = normalised.split()
        self.places: dict[str, int] = {}
        """Every word's places, and every stem's."""
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
        if stems:
            for word, places in list(self.places.items()):
                if word.isalpha():
                    for end in range(1, len(word) + 1):
                        stem = f"{word[:end]}*"
                        if stem in stems:
                            self.places[stem] = self.places.get(stem, 0) | places
        self.vocabulary = frozenset(self.places)
        self.memo: dict[int, Any] = {}
        self._words = words

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
