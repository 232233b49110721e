"""Where a text may be cut in two: after a paragraph, else a sentence, else a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import takewhile

Fits = Callable[[str], bool]
"""Whether so much of a text has room. When it has, so has every beginning of it."""

_ENDS = (
    (re.compile(r"(?<!:)\s*\n\s*\n"), 0.6),  # a paragraph, but not the line that leads in a list
    (re.compile(r"(?<!:)\s*\n"), 0.55),  # a line
    (re.compile(r"(?<=[.!?])[\"')]*\s"), 0.3),  # a sentence
    (re.compile(r"\s"), 0.0),
)
"""Each with the least share of the room that must be filled, lest a part be very short."""
_ONE_THING = re.compile(
    r"""
    https?://\S+
    | ^(?:\d+[.)]|-)[ ]+\S+               # a list's mark and its first word
    | (?<!\w)(?:
        (?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}    # a phone as it is written here
        | \+\d{1,3}(?:[ .-]?\(?\d{2,4}\)?){2,4}            # and elsewhere
      )(?!\w)
    """,
    re.MULTILINE | re.VERBOSE,
)
"""What is not cut if it can be helped, though it may have spaces."""


def cut(text: str, fits: Fits, *, words: bool = True) -> tuple[str, str]:
    """As much of the text as fits, and what is left of it; no word of it is lost.

    A word that is too long is cut where ``words`` may be, and else the first may be empty.
    """
    if fits(text):
        return text, ""
    most = _most(text, fits)
    things = [found.span() for found in _ONE_THING.finditer(text)]
    for pattern, share in _ENDS:
        ends = takewhile(lambda end: end <= most, _ends(pattern, text))
        whole = [end for end in ends if not any(first < end < last for first, last in things)]
        if whole and whole[-1] > max(most * share, 0):
            return text[: whole[-1]].rstrip(), text[whole[-1] :].lstrip()
    at = _within_a_word(text, most, things) if words else 0
    return text[:at].rstrip(), text[at:].lstrip()


def _ends(pattern: re.Pattern[str], text: str) -> Iterator[int]:
    """Where the white space begins that may become the end of a part."""
    for found in pattern.finditer(text):
        yield found.start() + len(found.group().rstrip())


def _most(text: str, fits: Fits) -> int:
    """The length of the longest beginning that fits."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return low


def _within_a_word(text: str, most: int, things: list[tuple[int, int]]) -> int:
    """Not in a link or number if it can be helped, and never between a letter and its marks."""
    for first, last in things:
        if first < most < last and first > 0:
            return first
    at = most
    while at > 1 and unicodedata.category(text[at]).startswith("M"):
        at -= 1
    return at
