"""The topic that a question points to when it names none: the cues of `data/content/terms`.

Cues are words and short phrases, looser than names: "how long are wait lists" has the cue "how
long", which means waiting lists once it is known that the question is about rights.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

Cues = Mapping[str, Sequence[str]]
Score = tuple[int, int]  # words covered, words of the longest cue

_NOTHING: Score = (0, 0)

_WORD = re.compile(r"[^\W_]+")
_ENDINGS = (("ies", "y", 2), ("ied", "y", 2), ("ing", "", 3), ("ed", "", 3), ("es", "", 4),
            ("s", "", 3), ("e", "", 4))  # fmt: skip


def topic(text: str, cues: Cues) -> str | None:
    """The term that the text points to most clearly; None when there is none, or two are as
    good."""
    (first, best), (_, second) = (ranked(text, cues) + [("", _NOTHING)] * 2)[:2]
    return first if best > second else None


def ranked(text: str, cues: Cues) -> list[tuple[str, Score]]:
    """The terms with a cue in the text, best first, else in their own order: those whose cues cover
    the most of its words, then the one with the longest cue."""
    said = _stems(text)
    scores = [(term, _score(said, patterns)) for term, patterns in cues.items()]
    found = [(term, score) for term, score in scores if score > _NOTHING]
    return sorted(found, key=lambda one: one[1], reverse=True)


def _score(said: tuple[str, ...], cues: Sequence[str]) -> Score:
    """How many words the cues cover, and the words of the longest that was found."""
    covered: set[int] = set()
    longest = 0
    for cue in map(_cue, cues):
        places = [at for at in range(len(said) - len(cue) + 1) if said[at : at + len(cue)] == cue]
        for at in places:
            covered.update(range(at, at + len(cue)))
            longest = max(longest, len(cue))
    return len(covered), longest


@cache
def _cue(cue: str) -> tuple[str, ...]:
    return _stems(cue)


def _stems(text: str) -> tuple[str, ...]:
    """Words without case, accents, apostrophes and the commonest endings."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(one for one in plain if one not in "'\u2019" and not unicodedata.combining(one))
    return tuple(_stem(word) for word in _WORD.findall(plain))


def _stem(word: str) -> str:
    """One word for "switching", "switches" and "switch", for "worry" and "worries"."""
    for ending, instead, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least and word[-2:] != "ss":
            word = word.removesuffix(ending) + instead
            break
    if word.endswith("e") and len(word) > 4:  # "price", as "prices" has lost its e
        word = word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou" else word
