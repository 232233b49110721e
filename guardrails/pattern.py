"""The phrase language of the rules.

    i (want|need) to die     words, and alternatives in brackets
    i really? want           a word or bracket that may be missing
    <family> hit me          a named list from words.yml
    kill*  thought(s)        a word that begins so; a word with or without its s
    hurt _ badly             any one word
    want ... dead            up to four other words, within one sentence
    ^ yes $                  the start and the end of the message

A pattern is followed from every place of a `Line` at once, as sets of places, so the work grows
with the pattern and the line but never with what nearly matched. spaCy's Matcher has no
alternatives of several words, the commonest thing here; Python's regular expressions took
seconds to compile and, on long messages, tens of milliseconds to fail. Each pattern also knows
its *anchor*: words of which one must be present. A screener tries only those it has seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from guardrails.line import Line
from guardrails.normalise import fold

GAP = 4
_TOKEN = re.compile(r"\.\.\.|[()|?^$_]|<[a-z_]+>|[a-z0-9']+(?:\*|\(s\))?|\S")
_ANCHOR_LIMIT = 10_000.0
_NEEDS = 3
"""Anchors of a row that are looked for before it is followed: the rarest."""

Expand = Callable[[str], Sequence[str]]
Weigh = Callable[[str], float]


class PatternError(ValueError):
    """A pattern that can't be read: the message says what and where."""


@dataclass(frozen=True)
class Anchor:
    """Words of which one must be present, and how common they are together."""

    words: frozenset[str]
    cost: float


class Node(Protocol):
    """A part of a pattern."""

    anchor: Anchor | None
    empty: bool
    """Whether it can match no word at all, which a whole alternative must not."""

    def step(self, line: Line, places: int) -> int:
        """Where it can end, from where it can begin."""


class Words:
    """One word of a set. One that ends in a star is a stem, and any word that begins so."""

    empty = False

    def __init__(self, words: frozenset[str], cost: float) -> None:
        self.words = words
        self.anchor: Anchor | None = Anchor(words, cost)

    def step(self, line: Line, places: int) -> int:
        own = line.memo.get(id(self))
        if own is None:
            own = 0
            for word in self.words & line.vocabulary:
                own |= line.places[word]
            line.memo[id(self)] = own
        return (places & own) << 1


class Fixed:
    """The signs: any word, a gap, the start, the end."""

    anchor: Anchor | None = None

    def __init__(self, sign: str) -> None:
        self.sign = sign
        self.empty = sign == "..."

    def step(self, line: Line, places: int) -> int:
        if self.sign == "_":
            return (places & line.solid) << 1
        if self.sign == "^":
            return line.start if places & 1 else 0
        if self.sign == "$":
            return places & line.end
        reached = places
        for _ in range(GAP):
            reached |= (reached & line.solid) << 1
        return reached


class Maybe:
    """A part that may be missing."""

    anchor: Anchor | None = None
    empty = True

    def __init__(self, part: Node) -> None:
        self.part = part

    def step(self, line: Line, places: int) -> int:
        return places | self.part.step(line, places)


class Row:
    """Parts one after another."""

    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = parts
        self.empty = all(p.empty for p in parts)
        anchors = [p.anchor for p in parts if p.anchor and p.anchor.cost < _ANCHOR_LIMIT]
        anchors.sort(key=lambda a: a.cost)
        self.anchor = anchors[0] if anchors else None
        self.needs = tuple(a.words for a in anchors[:_NEEDS])

    def step(self, line: Line, places: int) -> int:
        for need in self.needs:
            if need.isdisjoint(line.vocabulary):
                return 0
        for part in self.parts:
            places = part.step(line, places)
            if not places:
                return 0
        return places


class Either:
    """One of several parts. On a line only those whose anchor it has are followed."""

    empty = False

    def __init__(self, parts: Sequence[Node]) -> None:
        self.parts = parts
        self._loose = [part for part in parts if not part.anchor]
        self._by_word: dict[str, list[Node]] = {}
        for part in parts:
            for word in part.anchor.words if part.anchor else ():
                self._by_word.setdefault(word, []).append(part)
        self._words = frozenset(self._by_word)
        self.anchor = None
        if not self._loose:
            cost = sum(part.anchor.cost for part in parts if part.anchor)
            self.anchor = Anchor(self._words, cost)

    def step(self, line: Line, places: int) -> int:
        live = line.memo.get(id(self))
        if live is None:
            line.memo[id(self)] = live = self._live(line)
        reached = 0
        for part in live:
            reached |= part.step(line, places)
        return reached

    def _live(self, line: Line) -> list[Node]:
        """The parts that match somewhere on the line."""
        said = self._words & line.vocabulary
        parts = {id(part): part for word in said for part in self._by_word[word]}
        return [part for part in (*self._loose, *parts.values()) if part.step(line, line.anywhere)]


@dataclass(frozen=True, eq=False)
class Pattern:
    """A pattern that was read."""

    text: str
    root: Node

    @property
    def anchor(self) -> Anchor | None:
        return self.root.anchor

    @cached_property
    def also(self) -> frozenset[str] | None:
        """Words of which one must be there as well, when there are such."""
        needs = self.root.needs if isinstance(self.root, Row) else ()
        return needs[1] if len(needs) > 1 else None

    def found(self, line: Line) -> bool:
        return bool(self.root.step(line, line.everywhere))

    def spans(self, line: Line) -> Iterator[tuple[int, int]]:
        """The first and last place of each match: one from each place where one begins."""
        yield from self._spans(line, line.everywhere)

    def _spans(self, line: Line, starts: int) -> Iterator[tuple[int, int]]:
        ends = self.root.step(line, starts)
        if not ends:
            return
        if starts & (starts - 1):
            half = (starts.bit_length() + (starts & -starts).bit_length()) // 2
            low = starts & ((1 << half) - 1) or starts & -starts
            yield from self._spans(line, low)
            yield from self._spans(line, starts & ~low)
            return
        yield starts, ends


class PatternReader:
    """Reads patterns, given the language's named lists, its expansions and its word weights."""

    def __init__(self, lists: Mapping[str, str], expand: Expand, weigh: Weigh) -> None:
        self._lists = lists
        self._expand = expand
        self._weigh = weigh
        self._open: list[str] = []
        self._cache: dict[str, Node] = {}
        self._sets: dict[frozenset[str], Words] = {}
        self._signs: dict[str, Node] = {}
        self._read: dict[str, Pattern] = {}

    def read(self, text: str) -> Pattern:
        """Raises PatternError when the pattern is malformed or names an unknown list."""
        if text not in self._read:
            root = self._part(text)
            if not re.search(r"[a-z0-9<]", fold(text)):
                raise PatternError(f"'{text}': has no word")
            self._read[text] = Pattern(text, root)
        return self._read[text]

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every word and every stem of the patterns and lists that were read."""
        return frozenset[str]().union(*self._sets)

    def _part(self, text: str) -> Node:
        tokens = _TOKEN.findall(fold(text))[::-1]
        part = self._choice(tokens, text)
        if tokens:
            raise PatternError(f"'{text}': '{tokens[-1]}' is not expected here")
        return part

    def _choice(self, tokens: list[str], text: str) -> Node:
        """Reads from the end of `tokens`, which is the front of the pattern."""
        parts = [self._row(tokens, text)]
        while tokens and tokens[-1] == "|":
            tokens.pop()
            parts.append(self._row(tokens, text))
        return self._either(parts)

    def _either(self, parts: Sequence[Node]) -> Node:
        single: set[str] = set()
        cost = 0.0
        others: list[Node] = []
        for part in parts:
            if isinstance(part, Words) and part.anchor:
                single |= part.words
                cost += part.anchor.cost
            else:
                others.append(part)
        if single:
            others.insert(0, self._set(frozenset(single), cost))
        return others[0] if len(others) == 1 else Either(others)

    def _row(self, tokens: list[str], text: str) -> Node:
        parts: list[Node] = []
        written = tokens[:-3:-1]
        while tokens and tokens[-1] not in ("|", ")"):
            part = self._item(tokens.pop(), tokens, text)
            if tokens and tokens[-1] == "?":
                tokens.pop()
                part = Maybe(part)
            parts.append(part)
        if not parts:
            raise PatternError(f"'{text}': an empty alternative or pattern; mark it '?' instead")
        if all(part.empty for part in parts):
            raise PatternError(f"'{text}': '{' '.join(written)}' can match nothing at all")
        return parts[0] if len(parts) == 1 else Row(parts)

    def _item(self, sign: str, tokens: list[str], text: str) -> Node:
        if sign == "(":
            inner = self._choice(tokens, text)
            if not tokens or tokens.pop() != ")":
                raise PatternError(f"'{text}': a bracket is not closed")
            return inner
        if sign[0] == "<" and len(sign) > 1:
            return self._list(sign[1:-1], text)
        if sign not in self._signs:
            self._signs[sign] = self._sign(sign, text)
        return self._signs[sign]

    def _sign(self, sign: str, text: str) -> Node:
        if sign in ("...", "_", "^", "$"):
            return Fixed(sign)
        if sign.endswith("(s)"):
            return self._either([self._word(sign[:-3]), self._word(sign[:-3] + "s")])
        if not re.fullmatch(r"[a-z0-9']+\*?", sign):
            raise PatternError(f"'{text}': '{sign}' is not part of the pattern language")
        if sign.endswith("*"):
            return self._word(sign)
        words = [self._word(word) for word in self._expand(sign)]
        return words[0] if len(words) == 1 else Row(words)

    def _word(self, word: str) -> Words:
        return self._set(frozenset({word}), self._weigh(word))

    def _set(self, words: frozenset[str], cost: float) -> Words:
        """One part for one set of words, so that a line looks for them once."""
        if words not in self._sets:
            self._sets[words] = Words(words, cost)
        return self._sets[words]

    def _list(self, name: str, text: str) -> Node:
        if name not in self._lists:
            raise PatternError(f"'{text}': there is no list <{name}> in words.yml")
        if name in self._open:
            raise PatternError(f"'{text}': list <{name}> contains itself")
        if name not in self._cache:
            self._open.append(name)
            self._cache[name] = self._part(self._lists[name])
            self._open.pop()
        return self._cache[name]
