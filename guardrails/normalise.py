"""Text as rules see it: plain lower-case words, one space apart, " . " between sentences.

People in distress type fast, dictate, misspell, and hide words from filters. Each step undoes
one of those habits. Changes to a word that could be a different word are made only when the
result is a word that the rules use, so that ordinary writing stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BREAK = "."
_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ＇`´′ʹꞌ‛"), "'")
_LOOKALIKES = str.maketrans(
    "авгдезикмнорстухьіјѕԁһαβεηικμνορτυχωıłøđæœŧħ",
    "abrdeeukmhopctyxbijsdhabenikmvoptuxwilodaoth",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_LEET_L = str.maketrans("013457@$!|", "oleastasll")
_PIECE = re.compile(r"[$@]?[a-z0-9]+(?:['*!|$@]+[a-z0-9]+)*|\.{2,}|[.!?;]+")
_COUNTED = re.compile(r"([0-9]+)(mg|mgs|mcg|ml|g|yo|yr|yrs|f|m|pm|am|x|lbs)")
_SPLIT = re.compile(r"[a-z0-9']+")
# "I. Want. To. Die." is one sentence, said hard.
_ONE_BY_ONE = re.compile(r"(?<![^ .] )(?<=[ ])(?:[^ .]+ \. ){2,}[^ .]+(?= \.| $)")
_TRIPLE = re.compile(r"(.)\1{2,}")
_REPEAT = re.compile(r"(.)\1+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SHORTEST_JOINED, _LONGEST_JOINED = 7, 40


def fold(text: str) -> str:
    """Lower case without accents, look-alike letters, curly apostrophes or invisible characters."""
    if text.isascii():
        return text.lower().replace("`", "'")
    plain = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    kept = [
        c for c in plain if unicodedata.category(c) not in {"Mn", "Me", "Cf", "Cc"} or c in "\n\t\r"
    ]
    # A second pass: case folding can itself produce marks (İ) or compatibility forms.
    again = unicodedata.normalize("NFKD", "".join(kept).translate(_LOOKALIKES))
    return "".join(c for c in again if unicodedata.category(c) != "Mn").lower()


def edits(word: str) -> set[str]:
    """Every string one slip away: a letter lost, doubled, swapped, wrong, or starred out."""
    cuts = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]  # first letters are rarely wrong
    lost = {a + b[1:] for a, b in cuts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    wrong = {a + c + b[1:] for a, b in cuts if b for c in _LETTERS + "*"}
    added = {a + c + b for a, b in cuts for c in _LETTERS}
    return (lost | swapped | wrong | added) - {word}


@dataclass(frozen=True)
class Spelling:
    """How people of one language write: from `spelling.yml`.

    `expansions` maps a word, a phrase or an emoji to the words it stands for. `repair` are words
    to mend near-misses to; `leave` are real words that look like a near-miss and aren't.
    """

    expansions: Mapping[str, str] = field(default_factory=dict)
    repair: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()


class Normaliser:
    """Turns a message into the words that one language's rules are written in."""

    def __init__(self, spelling: Spelling, vocabulary: Iterable[str]) -> None:
        self._words = {fold(k): v.split() for k, v in spelling.expansions.items() if " " not in k}
        phrases = {fold(k): v for k, v in spelling.expansions.items() if " " in k}
        self._phrases = phrases
        self._phrase = (
            re.compile("(?<= )(?:" + "|".join(sorted(phrases, key=len, reverse=True)) + ")(?= )")
            if phrases
            else None
        )
        signs = [key for key in self._words if not any(map(str.isalnum, key))]
        self._sign = re.compile("|".join(map(re.escape, signs))) if signs else None
        self._repair = frozenset(spelling.repair) | frozenset(self._words)
        self._known = self._repair | frozenset(vocabulary) | frozenset(spelling.leave)
        self._longest = max(map(len, self._known), default=0)
        self._near = _near_misses(spelling, self._known)
        self._squeezed: dict[str, str] = {}
        for word in sorted(self._known, key=len, reverse=True):
            self._squeezed[_REPEAT.sub(r"\1", word)] = word

    def __call__(self, folded: str) -> str:
        """`folded` comes from `fold`. The result begins and ends with a space."""
        if self._sign and not folded.isascii():
            folded = self._sign.sub(lambda m: f" {' '.join(self._words[m[0]])} ", folded)
        pieces = [
            BREAK if piece[0] in ".!?;" else piece
            for piece in _PIECE.findall(folded)
            if piece.strip(".") or len(piece) == 1  # "..." is no end of a sentence
        ]
        words: list[str] = []
        for piece in self._join_letters(pieces):
            words.extend([piece] if piece == BREAK else self._mend(piece))
        line = _ONE_BY_ONE.sub(lambda m: m[0].replace(" .", ""), f" {' '.join(words)} ")
        if self._phrase:
            line = self._phrase.sub(lambda m: self._phrases[m[0]], line)
        return line

    def expand(self, word: str) -> list[str]:
        """One written word as the words it stands for: "can't" → ["can", "not"]."""
        if word in self._words:
            return self._words[word]
        bare = word.replace("'", "")
        return self._words.get(bare) or ([bare] if bare else [])

    def _mend(self, piece: str) -> list[str]:
        bare = piece.replace("'", "")
        if piece in self._words or bare in self._known:
            return self.expand(piece)
        if not bare.isalpha():
            mended = self._unmask(bare)
            if mended:
                return self.expand(mended)
            counted = _COUNTED.fullmatch(bare)
            if counted:
                return [counted[1], *self.expand(counted[2])]
            parts = _SPLIT.findall(piece)
            return [
                w for p in parts for w in (self.expand(p) if len(parts) == 1 else self._mend(p))
            ]
        if _TRIPLE.search(bare):
            bare = self._squeezed.get(_REPEAT.sub(r"\1", bare)) or _TRIPLE.sub(r"\1", bare)
        if bare in self._near:
            bare = self._near[bare]
        elif bare not in self._known and _SHORTEST_JOINED <= len(bare) <= _LONGEST_JOINED:
            return self._split_joined(bare) or [bare]
        return self.expand(bare)

    def _unmask(self, token: str) -> str | None:
        """A word written with digits, symbols or stars for letters, when the rules know it."""
        for table in (_LEET, _LEET_L):
            word = token.translate(table)
            if any(c.isalpha() for c in token) and word in self._known:
                return word
            if word in self._near:
                return self._near[word]
        return None

    def _split_joined(self, token: str) -> list[str]:
        """A run-together word ("killmyself") as known words, one of them worth mending to."""
        best: list[list[str] | None] = [[]] + [None] * len(token)
        for end in range(1, len(token) + 1):
            for start in range(max(0, end - self._longest), end):
                before, word = best[start], token[start:end]
                if before is not None and word in self._known and (len(word) > 1 or word in "iay"):
                    found = [*before, word]
                    here = best[end]
                    if here is None or len(found) < len(here):
                        best[end] = found
        words = best[-1]
        if not words or not any(len(w) > 2 and w in self._repair for w in words):
            return []
        return [w for word in words for w in self.expand(word)]

    def _join_letters(self, pieces: list[str]) -> list[str]:
        """Spelled letters ("k i l l", "k.m.s") as the words they make, when the rules know them."""
        out: list[str] = []
        run: list[str] = []
        for piece in [*pieces, ""]:
            if (len(piece) == 1 and piece != BREAK) or (
                piece == BREAK and run and run[-1] != BREAK
            ):
                run.append(piece)
                continue
            out.extend(self._spelled(run))
            run = []
            if piece:
                out.append(piece)
        return out

    def _spelled(self, run: list[str]) -> list[str]:
        letters = [c for c in run if c != BREAK]
        if not 3 <= len(letters) <= _LONGEST_JOINED:
            return run
        for skip in range(min(2, len(letters) - 2)):  # "i k m s": a real one-letter word may lead
            word = "".join(letters[skip:])
            spelled = self._unmask(word) or word
            words = [spelled] if spelled in self._known else self._split_joined(spelled)
            if words:
                return [*letters[:skip], *words]
        return run


def _near_misses(spelling: Spelling, known: frozenset[str]) -> dict[str, str]:
    near: dict[str, str] = {}
    for word in spelling.repair:
        for slip in edits(word):
            if slip not in known:
                near.setdefault(slip, word)
    return near
