"""The phrase language of the rules, compiled to regular expressions over normalised text.

    i (want|need) to die     words, and alternatives in brackets
    i really? want           a word or bracket that may be missing
    <family> hit me          a named list from words.yml
    kill*  thought(s)        a word that begins so; a word with or without its s
    hurt _ badly             any one word
    want ... dead            up to four other words, within one sentence
    ^ yes $                  the start and the end of the message

Regular expressions were chosen over spaCy's Matcher because normalised text is one short line,
alternatives of several words are the commonest thing here and Matcher has none, and every
repeat below is bounded, so a match can't blow up. Each pattern also knows its *anchor*: words
of which one must be present. A screener tries only the patterns whose anchor it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from guardrails.normalise import fold

GAP = 4
_GAP = rf"(?: [^ .]+){{0,{GAP}}}?"
_TOKEN = re.compile(r"\.\.\.|[()|?^$_]|<[a-z_]+>|[a-z0-9']+(?:\*|\(s\))?|\S")
_ANCHOR_LIMIT = 10_000.0

Expand = Callable[[str], Sequence[str]]
Weigh = Callable[[str], float]


class PatternError(ValueError):
    """A pattern that can't be read: the message says what and where."""


@dataclass(frozen=True)
class Anchor:
    """Words of which one must be present; `before` is how many tokens can precede it."""

    words: frozenset[str]
    before: int
    cost: float


@dataclass(frozen=True)
class Piece:
    """A part of a pattern: its expression, the most tokens it can take, its anchor.

    `empty` when it can match no word at all, which a whole alternative must not.
    """

    regex: str
    most: int
    anchor: Anchor | None = None
    words: frozenset[str] = frozenset()
    empty: bool = False


@dataclass(frozen=True)
class Pattern:
    """A pattern that was read. Its expression is compiled when first used: loading stays quick."""

    text: str
    source: str
    anchor: Anchor | None
    words: frozenset[str]

    @cached_property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.source)


class PatternReader:
    """Reads patterns, given the language's named lists, its expansions and its word weights."""

    def __init__(self, lists: Mapping[str, str], expand: Expand, weigh: Weigh) -> None:
        self._lists = lists
        self._expand = expand
        self._weigh = weigh
        self._open: list[str] = []
        self._cache: dict[str, Piece] = {}
        self._read: dict[tuple[str, bool], Pattern] = {}

    def read(self, text: str, widest: bool = False) -> Pattern:
        """A gap takes as few words as it can; for an exception (`widest`), as many.

        Raises PatternError when the pattern is malformed or names an unknown list.
        """
        key = (text, widest)
        if key not in self._read:
            self._read[key] = self._pattern(text, widest)
        return self._read[key]

    def _pattern(self, text: str, widest: bool) -> Pattern:
        piece = self._piece(text)
        if not piece.words:
            raise PatternError(f"'{text}': has no word")
        regex = piece.regex.replace(_GAP, _GAP[:-1]) if widest else piece.regex
        return Pattern(text, regex + "(?= )", piece.anchor, piece.words)

    def _piece(self, text: str) -> Piece:
        tokens = _TOKEN.findall(fold(text))
        piece, rest = self._choice(tokens, text)
        if rest:
            raise PatternError(f"'{text}': '{rest[0]}' is not expected here")
        return piece

    def _choice(self, tokens: list[str], text: str) -> tuple[Piece, list[str]]:
        pieces = []
        while True:
            piece, tokens = self._sequence(tokens, text)
            pieces.append(piece)
            if not tokens or tokens[0] != "|":
                return (pieces[0] if len(pieces) == 1 else _either(pieces)), tokens
            tokens = tokens[1:]

    def _sequence(self, tokens: list[str], text: str) -> tuple[Piece, list[str]]:
        parts: list[Piece] = []
        written = tokens[:2]
        while tokens and tokens[0] not in ("|", ")"):
            part, tokens = self._item(tokens[0], tokens[1:], text)
            if tokens and tokens[0] == "?":
                loose = f"(?:{part.regex})?"
                part, tokens = Piece(loose, part.most, None, part.words, True), tokens[1:]
            parts.append(part)
        if not parts:
            raise PatternError(f"'{text}': an empty alternative or pattern; mark it '?' instead")
        whole = _joined(parts)
        if whole.empty:
            raise PatternError(f"'{text}': '{' '.join(written)}' can match nothing at all")
        return whole, tokens

    def _item(self, sign: str, rest: list[str], text: str) -> tuple[Piece, list[str]]:
        if sign == "(":
            inner, rest = self._choice(rest, text)
            if not rest or rest[0] != ")":
                raise PatternError(f"'{text}': a bracket is not closed")
            return inner, rest[1:]
        if sign[0] == "<" and len(sign) > 1:
            return self._list(sign[1:-1], text), rest
        fixed = {
            "...": Piece(_GAP, GAP, empty=True),
            "_": Piece(r" [^ .]+", 1),
            "^": Piece(r"\A(?: \.)*", 0),
            "$": Piece(r"(?: \.)*(?= \Z)", 0),
        }
        if sign in fixed:
            return fixed[sign], rest
        if sign.endswith("(s)"):
            return _either([self._word(sign[:-3]), self._word(sign[:-3] + "s")]), rest
        if not re.fullmatch(r"[a-z0-9']+\*?", sign):
            raise PatternError(f"'{text}': '{sign}' is not part of the pattern language")
        if sign.endswith("*"):
            return Piece(f" {sign[:-1]}[a-z]*", 1, None, frozenset({sign[:-1]})), rest
        return _joined([self._word(w) for w in self._expand(sign)]), rest

    def _word(self, word: str) -> Piece:
        only = frozenset({word})
        return Piece(" " + re.escape(word), 1, Anchor(only, 0, self._weigh(word)), only)

    def _list(self, name: str, text: str) -> Piece:
        if name not in self._lists:
            raise PatternError(f"'{text}': there is no list <{name}> in words.yml")
        if name in self._open:
            raise PatternError(f"'{text}': list <{name}> contains itself")
        if name not in self._cache:
            self._open.append(name)
            self._cache[name] = self._piece(self._lists[name])
            self._open.pop()
        return self._cache[name]


def _either(pieces: Sequence[Piece]) -> Piece:
    anchors = [p.anchor for p in pieces if p.anchor]
    anchor = None
    if len(anchors) == len(pieces):
        cost = sum(a.cost for a in anchors)
        anchor = Anchor(
            frozenset().union(*(a.words for a in anchors)), max(a.before for a in anchors), cost
        )
    regexes = sorted({p.regex for p in pieces}, key=len, reverse=True)
    words = frozenset().union(*(p.words for p in pieces))
    return Piece(f"(?:{'|'.join(regexes)})", max(p.most for p in pieces), anchor, words)


def _joined(parts: Sequence[Piece]) -> Piece:
    best: Anchor | None = None
    before = 0
    for part in parts:
        if part.anchor and part.anchor.cost < (best.cost if best else _ANCHOR_LIMIT):
            best = Anchor(part.anchor.words, before + part.anchor.before, part.anchor.cost)
        before += part.most
    words = frozenset().union(*(p.words for p in parts))
    empty = all(p.empty for p in parts)
    return Piece("".join(p.regex for p in parts), before, best, words, empty)
