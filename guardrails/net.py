"""The wider net: a linear classifier that may ask the check-in question where no rule fired.

It learns in seconds from the examples in ``data/guardrails/<language>/examples``: which words, runs
of words and runs of letters tell messages of danger from all the others, and from what people say
to the bot (``data/nlu``). It can only add that question, never take anything away, and nothing of
what it computes leaves this module but whether to ask.

A message is read in stretches, so that one line that matters is not drowned in a long one.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from guardrails.examples import Example, load_examples, load_said
from guardrails.kept import Kept
from guardrails.normalise import BREAK, fold
from guardrails.rules import RULES, RuleBook

Floats = npt.NDArray[np.floating[Any]]
Places = npt.NDArray[np.intp]
STRETCH = 40
"""Words that are read together; stretches overlap by half."""
LETTERS = 4
"""The length of the runs of letters that are features, a word's edges counted."""
_DANGER = ("danger", "denied")
"""What the examples to ask about want."""
_FEWEST = 4
"""Words that a message has at least; fewer are an answer, or too little to go by."""
_SEEN = 2
"""Examples a feature must be in."""
_STRENGTH = 10.0
"""Inverse of the regularisation; chosen by cross-validation on the examples."""
_RARITY = 2.5
"""The power of a feature's rarity that it counts with: a rare one tells more than a common one.
Chosen on messages that are not learnt from; 1 is the usual tf-idf."""


@dataclass(frozen=True)
class Net:
    """The classifier of one language, in log-odds of danger."""

    index: Mapping[str, int]
    """The place of each feature in `weights`."""
    weights: Floats
    bias: float
    threshold: float
    """Log-odds above which to ask: ``data/guardrails/<language>/net.yml``."""

    def known(self, line: str) -> float:
        """The share of a message's words that the net has learnt: low in another language."""
        words = [word for word in line.split() if word != BREAK]
        return sum(word in self.index for word in words) / max(len(words), 1)

    def margin(self, line: str) -> float:
        """How far above the threshold the likeliest stretch of a message is.

        `line` comes from the language's `Normaliser`; one of fewer than four words is far below.
        """
        found = word_features(line)
        if len(found) < _FEWEST:
            return -math.inf
        first, last = np.array(list(stretches(len(found)))).T
        parts = [self._sums(part, first, last) for part in (found, letter_features(found))]
        looks = math.log(len(first))  # of many stretches, one stands out by chance
        return float(np.max(sum(parts))) + self.bias - self.threshold - looks

    def _sums(self, found: Sequence[Sequence[str]], first: Places, last: Places) -> Floats:
        """Each stretch's weights, evened out by how many features it has."""
        rows = [[self.index[f] for f in own if f in self.index] for own in found]
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.intp)
        sums = np.zeros(len(flat) + 1)
        np.cumsum(self.weights[flat], out=sums[1:])
        row = np.cumsum([0, *map(len, rows)])
        count = np.cumsum([0, *map(len, found)])
        evened: Floats = (sums[row[last]] - sums[row[first]]) / np.sqrt(
            np.maximum(count[last] - count[first], 1)
        )
        return evened


def stretches(words: int) -> Iterator[tuple[int, int]]:
    """The first word of each stretch, and the one after its last."""
    for start in range(0, max(words - STRETCH // 2, 1), STRETCH // 2):
        yield start, min(start + STRETCH, words)


def word_features(line: str) -> list[list[str]]:
    """For each word: itself, it and the next, and it and the one after that, in its sentence."""
    found: list[list[str]] = []
    before = BREAK
    words = ["0" if word.isdigit() else word for word in line.split()]
    nexts = [*words[1:], BREAK]
    for word, after, later in zip(words, nexts, [*nexts[1:], BREAK], strict=False):
        if word != BREAK:
            own = [word, f"{word} {after}"]
            if before == BREAK:
                own.append(f". {word}")
            if BREAK not in (after, later):
                own.append(f"{word} _ {later}")
            found.append(own)
        before = word
    return found


def letter_features(found: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each word of `word_features`, the runs of letters in it: what misspellings share."""
    known: dict[str, list[str]] = {}
    for own in found:
        if own[0] not in known:
            word = f"<{own[0]}>"
            known[own[0]] = [f"~{word[at : at + LETTERS]}" for at in range(len(word) - LETTERS + 1)]
    return [known[own[0]] for own in found]


def learn(lines: Sequence[str], danger: Sequence[bool], threshold: float) -> Net:
    """A net from normalised messages and whether each is of danger."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    blocks = []
    for line in lines:
        found = word_features(line)
        blocks.append(
            [[f for own in block for f in own] for block in (found, letter_features(found))]
        )
    seen = Counter(feature for both in blocks for feature in set(chain(*both)))
    index = {f: i for i, f in enumerate(sorted(f for f, n in seen.items() if n >= _SEEN))}
    values: list[float] = []
    columns: list[int] = []
    rows = [0]
    for both in blocks:
        for block in both:
            known = [index[f] for f in block if f in index]
            columns.extend(known)
            values.extend([1 / math.sqrt(len(block) or 1)] * len(known))
        rows.append(len(columns))
    table = csr_matrix((values, columns, rows), shape=(len(blocks), len(index)))
    table.sum_duplicates()
    rarity = (np.log(len(lines) / table.getnnz(axis=0)) / 3) ** _RARITY
    table = table.multiply(rarity).tocsr()
    model = LogisticRegression(
        C=_STRENGTH, class_weight="balanced", solver="liblinear", random_state=0
    )
    model.fit(table, danger)
    weights = (model.coef_[0] * rarity).astype(np.float32)
    return Net(index, weights, float(model.intercept_[0]), threshold)


def teach(book: RuleBook, examples: Iterable[Example]) -> Net:
    """The net of one language. Raises ValueError when the language has no `net.yml`."""
    if book.threshold is None:
        raise ValueError(f"{book.language}: has no net.yml")
    own = [e for e in examples if e.language == book.language]
    lines = [book.normalise(fold(e.text)) for e in own]
    return learn(lines, [e.wanted in _DANGER for e in own], book.threshold)


def load_nets(books: Iterable[RuleBook], cache: Path, folder: Path = RULES) -> dict[str, Net]:
    """The nets, from `cache` when nothing they learn from has changed, else learnt and kept there.

    A language without examples or without a `net.yml` has none.
    """
    nets = {}
    said = folder.parent / "nlu"
    for book in books:
        if book.threshold is None:
            continue
        sources = [*sorted(folder.rglob("*.yml")), *sorted(said.rglob("*.yml"))]
        kept = Kept(cache, f"net-{book.language}", sources)
        if net := _read(kept.read(), book.threshold):
            nets[book.language] = net
            continue
        examples = load_examples(folder)
        if any(example.language == book.language for example in examples):
            nets[book.language] = teach(book, [*examples, *load_said(said, examples)])
            kept.keep(_written(nets[book.language]))
    return nets


def _read(saved: bytes | None, threshold: float) -> Net | None:
    if saved is None:
        return None
    try:
        with np.load(BytesIO(saved)) as parts:
            names = str(parts["names"]).split("\n")
            index = {name: place for place, name in enumerate(names)}
            return Net(index, parts["weights"], float(parts["bias"]), threshold)
    except (OSError, ValueError, KeyError, BadZipFile):
        return None


def _written(net: Net) -> bytes:
    file = BytesIO()
    np.savez(file, names="\n".join(net.index), weights=net.weights, bias=net.bias)
    return file.getvalue()
